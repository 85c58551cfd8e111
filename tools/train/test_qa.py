"""Tests of intab-qa's data with the standard library alone: answers stand where they are said to, splits are apart, patterns are whole.

    python3 -m unittest test_qa
"""
import json
import re
import unittest
from pathlib import Path
from random import Random

from common.grammar import Slot, parse
from intab_qa.data import frames, names
from intab_qa.data.passage import examples
from intab_qa.data.values import SLOTS

ALL = [frame for kind in frames.FRAMES.values() for frame in kind] + frames.ACT + frames.SCENES
SPOKEN_OF = frames.OF_SUBJECT | {"S", "Ss"}


def slots(nodes: tuple):
    for node in nodes:
        if isinstance(node, tuple):
            yield from slots(node)
        elif isinstance(node, Slot):
            yield str(node)


class Passages(unittest.TestCase):
    def test_answers_stand_at_their_places(self):
        rng = Random(1)
        answered = unanswered = 0
        for split in ("train", "test"):
            for _ in range(3000):
                for example in examples(rng, split, new_questions=split == "test", new_sentences=split == "test"):
                    if example.answer:
                        answered += 1
                        self.assertEqual(example.context[example.start:example.end], example.answer)
                        self.assertEqual(example.answer, example.answer.strip())
                    else:
                        unanswered += 1
                    self.assertFalse(set("{}[]|<>") & set(example.question + example.context), example)
        self.assertGreater(answered, 5000)
        self.assertTrue(0.1 < unanswered / (answered + unanswered) < 0.25, unanswered)

    def test_the_same_seed_gives_the_same_passages(self):
        self.assertEqual(examples(Random(5), "train"), examples(Random(5), "train"))

    def test_an_indefinite_article_suits_its_noun(self):
        rng = Random(2)
        for _ in range(2000):
            for example in examples(rng, "train"):
                self.assertIsNone(re.search(r"\b[Aa] [aio]\w|\b[Aa]n [bcdfgjklmpqrstvwz]", example.context), example.context)


class Splits(unittest.TestCase):
    def test_names_belong_to_one_split(self):
        train, test = Random(3), Random(3)
        people = [{names.person(rng, split).full.split(" ")[-1] for _ in range(2000)} for rng, split in ((train, "train"), (test, "test"))]
        self.assertFalse(people[0] & people[1])

    def test_every_frame_keeps_sentences_for_training(self):
        for frame in ALL:
            self.assertTrue(frames.patterns(frame.sentences, "train"), frame.topic)
            self.assertFalse(set(frames.patterns(frame.sentences, "train")) & set(frames.patterns(frame.sentences, "test")))


class Frames(unittest.TestCase):
    def test_patterns_are_whole_and_slots_known(self):
        for frame in ALL:
            for pattern in frame.sentences + [question for questions in frame.questions.values() for question in questions]:
                for slot in slots(parse(pattern)):
                    self.assertTrue(slot in SPOKEN_OF or slot.partition("_")[0].rstrip("23") in SLOTS, (frame.topic, slot))

    def test_questions_are_for_slots_of_the_frame(self):
        for frame in ALL:
            told = {slot.lower() for pattern in frame.sentences for slot in slots(parse(pattern))}
            for asked in frame.questions:
                for slot in asked:
                    self.assertTrue(slot.lower() in told or slot == "choice" and any("[<" in pattern for pattern in frame.sentences), (frame.topic, slot))


class HandWritten(unittest.TestCase):
    def test_accepted_answers_occur(self):
        for passage in json.loads((Path(__file__).parent / "intab_qa/hand_written.json").read_text()):
            for question in passage["questions"]:
                for answer in question["answers"]:
                    self.assertIn(answer.lower(), passage["context"].lower())


if __name__ == "__main__":
    unittest.main()
