"""Tests of the generated data with the standard library alone: answers are right, splits are apart, tables are whole.

    python3 -m unittest test_data
"""
import re
import unittest
from random import Random

from common.split import held_out
from intab_chat.data import api, arithmetic, conversions, dialogue, elements, smalltalk, unknown, words, world
from intab_chat.data.countries import COUNTRIES
from intab_chat.data.elements import ELEMENTS
from intab_chat.data.phrase import bold, expand, plain

_SUM = re.compile(r"\(?-?\d+\)?(?: [-+×] \(?\d+\)?)*")


def equalities(answer: str):
    """The whole-number expressions that an answer says are equal: "3 × 4 = 10 + 2 = **12**" gives one list of three."""
    for line in answer.replace("**", "").split("\n"):
        for segment in re.split(r", | so |: |; ", line.removeprefix("- ")):
            sides = [side for side in segment.split(" = ") if _SUM.fullmatch(side)]
            if len(sides) > 1:
                yield sides


class Answers(unittest.TestCase):
    def test_each_step_of_the_working_is_right(self):
        rng = Random(1)
        checked = 0
        for module in (arithmetic, conversions):
            for _ in range(20_000):
                answer = plain(module.turn(rng, "train").answer)
                for sides in equalities(answer):
                    self.assertEqual(len({eval(side.replace("×", "*")) for side in sides}), 1, answer)
                    checked += 1
        self.assertGreater(checked, 20_000)

    def test_divisions_give_quotient_and_remainder(self):
        for a in range(0, 1000, 7):
            for b in (1, 2, 3, 7, 12, 45, 99, 123):
                found = re.fullmatch(r"(\d+)(?: remainder (\d+))?", bold(arithmetic.div_answer(a, b))[0])
                self.assertEqual(int(found[1]) * b + int(found[2] or 0), a)

    def test_word_tasks(self):
        rng = Random(2)
        for _ in range(2000):
            turn = words.reverse_letters(rng, "train")
            asked = turn.key.split(":")[1]
            self.assertEqual(bold(plain(turn.answer)), [asked[::-1]])
            turn = words.sort_words(rng, "train")
            self.assertEqual(sorted(bold(turn.answer)[0].lower().split(", ")), sorted(turn.key[5:].lower().split(" ")))
            turn = words.count_words(rng, "train")
            self.assertIn(f"{len(turn.key[7:].split(' '))} word", bold(turn.answer)[0])

    def test_temperatures(self):
        self.assertIn("**77 °F**", conversions.c_to_f(25))
        self.assertIn("**-40 °F**", conversions.c_to_f(-40))
        self.assertIn("**38 °C**", conversions.f_to_c(100))
        self.assertIn("**-18 °C**", conversions.f_to_c(0))


class Splits(unittest.TestCase):
    def test_training_never_draws_a_held_out_key(self):
        rng = Random(3)
        for module in (arithmetic, conversions, world, elements, api, unknown):
            for _ in range(1000):
                turn = module.turn(rng, "train")
                if "difference" not in turn.user.lower() and "apart" not in turn.user.lower():
                    self.assertFalse(held_out(turn.key), turn)

    def test_the_same_seed_gives_the_same_dialogue(self):
        self.assertEqual([t.user for t in dialogue.dialogue(Random(4))[1]], [t.user for t in dialogue.dialogue(Random(4))[1]])


class Tables(unittest.TestCase):
    def test_elements(self):
        self.assertEqual(len(ELEMENTS), 118)
        self.assertEqual(len({symbol for symbol, _ in ELEMENTS}), 118)
        self.assertEqual([ELEMENTS[n - 1] for n in (1, 26, 79, 118)], [("H", "hydrogen"), ("Fe", "iron"), ("Au", "gold"), ("Og", "oganesson")])

    def test_countries(self):
        self.assertEqual(len({c.name for c in COUNTRIES}), 197)
        self.assertEqual({c.continent for c in COUNTRIES}, {"Africa", "Asia", "Europe", "North America", "Oceania", "South America"})
        self.assertEqual(len({c.capital for c in COUNTRIES}), 197)

    def test_patterns_have_balanced_brackets(self):
        rng = Random(5)
        for patterns in [i[1] for i in api.INTENTS] + [i[1] for i in smalltalk.INTENTS]:
            for pattern in patterns:
                self.assertFalse(set("[]|") & set(expand(rng, pattern)), pattern)


if __name__ == "__main__":
    unittest.main()
