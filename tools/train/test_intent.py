"""Tests of intab-intent's data with the standard library alone: no slot is left, splits are apart, same seed same messages.

    python3 -m unittest test_intent
"""
import unittest
from random import Random

from common.grammar import choose, parse, slots
from common.split import held_out
from intab_intent.data.intents import INTENTS, LABELS, SYNONYMS
from intab_intent.data.message import message, phrasing
from intab_intent.evaluate import accuracy, hand_written


class Grammar(unittest.TestCase):
    def test_alternatives_nest_and_slots_stay(self):
        rng = Random(1)
        seen = {"".join(choose(rng, parse("a[b|c[d|]|]{x}"))) for _ in range(200)}
        self.assertEqual(seen, {"abx", "acdx", "acx", "ax"})
        self.assertEqual({"".join(choose(rng, parse("a|[b|c]d"))) for _ in range(200)}, {"a", "bd", "cd"})
        self.assertEqual(slots(parse("a {x}[ {y}|]")), {"x", "y"})

    def test_unbalanced_patterns_are_refused(self):
        for pattern in ("[a", "a]", "[a|b]]"):
            with self.assertRaises(ValueError):
                parse(pattern)


class Messages(unittest.TestCase):
    def test_every_intent_gives_whole_messages(self):
        for split in ("train", "test"):
            rng = Random(2)
            for label in LABELS:
                for _ in range(200):
                    text, intent = message(rng, split, label)
                    self.assertEqual(intent, label)
                    self.assertTrue(text.strip())
                    self.assertNotRegex(text, r"[{}\[\]|]")

    def test_splits_are_apart(self):
        rng = Random(3)
        phrasings = [phrasing(rng, label) for label in LABELS for _ in range(400)]
        share = sum(map(held_out, phrasings)) / len(phrasings)
        self.assertTrue(0.04 < share < 0.09, share)

    def test_same_seed_same_messages(self):
        self.assertEqual([message(Random(4), "train") for _ in range(50)], [message(Random(4), "train") for _ in range(50)])

    def test_one_statement_has_one_intent(self):
        owner: dict[str, str] = {}
        rng = Random(5)
        for label in LABELS:
            for kind in ("say", "terse"):
                for _ in range(3000):
                    text = "".join(choose(rng, parse(INTENTS[label][kind]))).lower().strip("?!. ")
                    self.assertEqual(owner.setdefault(text, label), label, text)

    def test_synonyms_are_whole(self):
        for pattern in SYNONYMS.values():
            parse(pattern)

    def test_hand_written_messages_know_their_intents(self):
        items = hand_written() + hand_written("development.json")
        self.assertEqual({intent for _, intent in items}, set(LABELS))
        self.assertEqual(accuracy(["praise", "other"], ["praise", "praise"])["all"], {"right": 1, "of": 2, "accuracy": 0.5})


if __name__ == "__main__":
    unittest.main()
