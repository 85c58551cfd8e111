"""Tests of intab-pii's data with the standard library alone: spans cover what they say, check digits are right, splits are apart.

    python3 -m unittest test_pii
"""
import re
import unittest
from random import Random

from common.split import held_out
from intab_pii.data import numbers
from intab_pii.data.document import document, spans_of
from intab_pii.data.draw import Draw
from intab_pii.data.entities import FILLERS, LABELS, TYPES, fill
from intab_pii.data.layouts import FIELDS, LAYOUTS
from intab_pii.data.names import NAMES, person
from intab_pii.evaluate import group, hand_written, scores
from intab_pii.task import classes


class Numbers(unittest.TestCase):
    def test_luhn(self):
        self.assertTrue(numbers.luhn_valid("4111 1111 1111 1111"))
        self.assertTrue(numbers.luhn_valid("378282246310005"))
        self.assertFalse(numbers.luhn_valid("4111 1111 1111 1112"))
        d = Draw(Random(1), "train")
        cards = [numbers.card(d) for _ in range(1000)]
        self.assertGreater(sum(map(numbers.luhn_valid, cards)), 600)
        self.assertTrue(all(13 <= sum(c.isdigit() for c in card) <= 19 for card in cards))

    def test_iban(self):
        for iban in ("DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819", "NL91 ABNA 0417 1643 00"):
            self.assertTrue(numbers.iban_valid(iban))
        self.assertFalse(numbers.iban_valid("DE88 3704 0044 0532 0130 00"))
        d = Draw(Random(2), "train")
        ibans = [numbers.iban(d) for _ in range(1000)]
        self.assertGreater(sum(map(numbers.iban_valid, ibans)), 700)
        self.assertTrue(all(15 <= len(re.sub(r"\W", "", iban)) <= 31 for iban in ibans))

    def test_addresses_of_machines(self):
        from ipaddress import ip_address

        d = Draw(Random(3), "train")
        for _ in range(1000):
            ip_address(numbers.ip(d))


class Documents(unittest.TestCase):
    def test_spans_cover_what_they_say(self):
        shapes = {"EMAIL": r"@|\bat\b|\(at\)", "PHONE": r"\d{2}", "CARD": r"\d{3}", "ACCOUNT": r"\d{2}", "IP": r"[.:]", "DATE": r"\d"}
        for split in ("train", "test"):
            rng = Random(4)
            for layout in LAYOUTS:
                for _ in range(150):
                    text, spans = document(rng, split, layout)
                    at = 0
                    for start, end, kind in spans:
                        self.assertTrue(at <= start < end <= len(text))
                        self.assertIn(kind, TYPES)
                        value = text[start:end]
                        self.assertEqual(value, value.strip())
                        self.assertRegex(value.lower(), shapes.get(kind, r"\w"))
                        at = end

    def test_no_slot_is_left(self):
        rng = Random(5)
        for _ in range(3000):
            self.assertNotRegex(document(rng, "train")[0], r"\{[A-Za-z]+\}(?!;)|\|\]")

    def test_same_seed_same_texts(self):
        self.assertEqual([document(Random(6), "train") for _ in range(50)], [document(Random(6), "train") for _ in range(50)])

    def test_names_of_the_splits_are_apart(self):
        for split in ("train", "test"):
            d = Draw(Random(7), split)
            for _ in range(500):
                self.assertEqual(held_out(person(d).first), split == "test")

    def test_every_type_is_held_out(self):
        rng = Random(8)
        self.assertEqual({kind for _ in range(600) for *_, kind in document(rng, "test")[1]}, set(TYPES))

    def test_plain_texts_have_no_entity(self):
        rng = Random(9)
        for _ in range(500):
            self.assertEqual(document(rng, "train", "plain")[1], [])

    def test_fields_and_names_are_whole(self):
        d = Draw(Random(10), "train")
        for label, slot in FIELDS:
            self.assertTrue(label)
            if slot in FILLERS:
                self.assertTrue(fill(d, "{" + slot + "}"))
        self.assertTrue(all(first and last for first, last in NAMES.values()))


class Labels(unittest.TestCase):
    def test_tokens_get_the_class_of_the_span_they_overlap(self):
        text, spans = spans_of([("I am ", None), ("Ann Lee", "NAME"), (", ", None), ("a@b.c", "EMAIL")])
        offsets = [(m.start(), m.end()) for m in re.finditer(r" ?\w+| ?[^\w\s]", text)]
        labels = [LABELS[i] for i in classes(offsets, spans)]
        self.assertEqual(labels, ["O", "O", "B-NAME", "I-NAME", "O", "B-EMAIL"] + ["I-EMAIL"] * 4)
        trimmed = [(start + (text[start] == " "), end) for start, end in offsets]
        self.assertEqual(group(trimmed, labels), spans)

    def test_scores(self):
        pairs = [([(0, 3, "NAME"), (5, 9, "DATE")], [(0, 3, "NAME"), (5, 8, "DATE")])]
        self.assertEqual(scores(pairs)["all"], {"precision": 0.5, "recall": 0.5, "f1": 0.5, "spans": 2})
        self.assertEqual(scores(pairs)["NAME"]["f1"], 1)

    def test_hand_written_texts_have_no_mark_left(self):
        for text, spans in hand_written() + hand_written("development.json"):
            self.assertNotRegex(text, rf"\[({'|'.join(TYPES)}) ")
            for start, end, _ in spans:
                self.assertEqual(text[start:end], text[start:end].strip())


if __name__ == "__main__":
    unittest.main()
