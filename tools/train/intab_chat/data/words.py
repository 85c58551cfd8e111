"""Word tasks: reversing (letters, word order), sorting (words, numbers), counting (words, letters, one letter), spelling,
first and last letters, capitals. Lists and words of the held-out split never occur in training.
"""
from __future__ import annotations

import re
from collections.abc import Iterable
from random import Random

from common.split import allowed, held_out

from .phrase import Turn, ask, by_letter
from .wordlist import WORDS

_NAMES = "Anna Ben Clara David Emma Felix Grace Hugo Ines Jonas Kate Leo Maria Nina Oscar Paul Rita Sam Tom Uma Vera Will Zoe Alice Bob Carol Dan Eve Frank Lucy".split()
_PLACES = "Paris London Berlin Rome Madrid Vienna Oslo Lima Cairo Tokyo Delhi Dublin Athens Prague Warsaw Lisbon Helsinki Bern Accra Nairobi Quito Hanoi Seoul Doha Boston Chicago Denver".split()
_ONSETS = "b bl br c ch cl cr d dr f fl fr g gl gr h j k kl kn l m n p ph pl pr qu r s sc sh sk sl sm sn sp st str sw t th tr tw v w wh wr y z".split() + [""] * 4
_VOWELS = "a e i o u a e i o u ai ea ee ie oa oo ou au y".split()
_CODAS = "b ck d ff g k l ll m mp n nd ng nk nt p r rd rk rm rn rt s ss st t th tch w x ze ve le ne te ce ge".split() + [""] * 16
_ENDINGS = ["s", "ed", "ing", "er", "ly", "ness", "ful", "less", "y", "ment", "able", "ish", "est", "tion"]
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _pseudo(rng: Random) -> str:
    word = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS) for _ in range(rng.choice([1, 1, 2, 2, 2, 3])))
    return word if len(word) > 1 else word + "t"


# Words that are single tokens (capitals and all): only training can tell their letters, so none of them is held out.
_VOCABULARY: list[str] = []
_IN_VOCABULARY: set[str] = set()


def learn_vocabulary(tokens: Iterable[str]) -> None:
    """Keeps the tokenizer's whole-word tokens, so that each of them is spelled in training."""
    _VOCABULARY[:] = sorted({t.lstrip("Ġ") for t in tokens if re.fullmatch(r"Ġ?[A-Za-z]?[a-z]+", t) and len(t.lstrip("Ġ")) > 1})
    _IN_VOCABULARY.clear()
    _IN_VOCABULARY.update(t.lower() for t in _VOCABULARY)


def unseen(w: str) -> bool:
    return held_out("word:" + w) and w not in _IN_VOCABULARY


def word(rng: Random, split: str, shape: str = "any") -> str:
    """A word of the split: mostly from the list, also with endings, made up, or random letters."""
    while True:
        roll = rng.random()
        if roll < 0.12 and _VOCABULARY and split == "train":
            w = rng.choice(_VOCABULARY).lower()
        elif roll < 0.60:
            w = rng.choice(WORDS)
        elif roll < 0.72:
            w = rng.choice(WORDS)
            w = (w[:-1] if w.endswith("e") else w) + rng.choice(_ENDINGS)
        elif roll < 0.94:
            w = _pseudo(rng)
        else:
            w = "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(2, 8)))
        if len(w) <= 12 and unseen(w) == (split == "test"):
            return w


def words(rng: Random, split: str, low: int, high: int) -> list[str]:
    """A list of distinct words; in the test split at least one of them is a held-out word."""
    count = rng.randrange(low, high + 1)
    roll = rng.random()
    if roll < 0.05:
        pool = rng.choice([_NAMES, _PLACES])
        if count <= len(pool):
            return rng.sample(pool, count)
    out: list[str] = []
    while len(out) < count:
        which = split if split == "train" else ("test" if not out or rng.random() < 0.2 else "train")
        w = word(rng, which)
        if w not in out:
            out.append(w)
    rng.shuffle(out)
    if roll < 0.09:
        out = [w.capitalize() for w in out]
    return out


def _spaced(w: str) -> str:
    return " ".join(w)


_Q = ["{w}", "{w}", '"{w}"', "'{w}'"]


def _quote(rng: Random, w: str) -> str:
    return rng.choice(_Q).replace("{w}", w)


def _one(rng: Random, split: str, tag: str) -> str:
    while True:
        w = word(rng, split)
        if rng.random() < 0.12:
            w = w.capitalize()
        elif rng.random() < 0.02:
            w = w.upper()
        elif rng.random() < 0.02 and len(w) < 7:
            w = w.capitalize() + word(rng, "train")[:6].capitalize()
        if allowed(split, f"{tag}:{w.lower()}") or split == "test":
            return w


def reverse_letters(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "rev")
    text, _ = ask(rng, ["reverse [the word|the letters of|the letters in|] {w}", "[spell|write|say|type] [the word|] {w} backwards", "[what is|what's|] {w} [backwards|reversed|spelled backwards|in reverse]?",
                        "reverse [this word|the word|this]: {w}", "{w} backwards", "flip [the letters of|the letters in|the word] {w}", "[can you|could you] reverse [the word|] {w}?",
                        "how do you [spell|write] {w} backwards?", "turn {w} around", "reverse: {w}"], w=_quote(rng, w))
    return Turn("reversing letters", text, f"{_spaced(w)} → **{by_letter(w[::-1])}**", f"rev:{w}")


def spell(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "spell")
    text, _ = ask(rng, ["spell [the word|] {w}", "how do you spell {w}?", "how is {w} spelled?", "[spell|write] {w} letter by letter", "spell out {w}", "what letters are in {w}?", "list the letters [of|in] {w}"], w=_quote(rng, w))
    return Turn("spelling", text, f"**{_spaced(w)}**", f"spell:{w}")


def count_letters(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "len")
    text, _ = ask(rng, ["how many letters [are|are there] in [the word|] {w}?", "how many letters does [the word|] {w} have?", "[how long is|what is the length of|length of] [the word|] {w}?",
                        "count the letters [in|of] [the word|] {w}", "[number of|] letters in {w}?", "how many characters [are|] in {w}?"], w=_quote(rng, w))
    steps = ", ".join(f"{i + 1} {c}" for i, c in enumerate(w))
    return Turn("counting letters", text, f"{steps} → **{len(w)} letter{'s' if len(w) != 1 else ''}**", f"len:{w}")


def count_one_letter(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "occ").lower()
    c = rng.choice(w) if rng.random() < 0.88 else rng.choice(_LETTERS)
    text, _ = ask(rng, ["how many [times does|] {c}['s|s|] [are there in|are in|in] [the word|] {w}?", "how many [letter|letters] {c} [are|are there] in [the word|] {w}?", "how often does [the letter|] {c} [appear|occur] in [the word|] {w}?",
                        "count the [letter|letters] {c} in {w}", "count the {c}'s in {w}", "how many times does [the letter|] {c} appear in {w}?", "how many {c}'s are [there|] in {w}?"],
                  c=rng.choice([c, c, c, f'"{c}"', c.upper()]), w=_quote(rng, w))
    text = text.replace("times does ", "") if "appear" not in text else text
    steps, seen = [], 0
    for x in w:
        if x == c:
            seen += 1
            steps.append(f"{x} {seen}")
        else:
            steps.append(x)
    return Turn("counting one letter", text, f"{', '.join(steps)} → **{seen}**", f"occ:{c}:{w}")


def count_vowels(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "vow")
    text, _ = ask(rng, ["how many vowels [are|are there] in [the word|] {w}?", "how many vowels does [the word|] {w} have?", "count the vowels [in|of] [the word|] {w}", "[number of|] vowels in {w}?"], w=_quote(rng, w))
    steps, seen = [], 0
    for x in w:
        if x.lower() in "aeiou":
            seen += 1
            steps.append(f"{x} {seen}")
        else:
            steps.append(x)
    return Turn("counting vowels", text, f"{', '.join(steps)} → **{seen}**", f"vow:{w}")


def palindrome(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "pal").lower()
    if rng.random() < 0.5:
        w = w[:rng.randrange(2, 5)]
        w = w + w[::-1][rng.randrange(2):]
    text, _ = ask(rng, ["is {w} a palindrome?", "is the word {w} a palindrome?", "is {w} the same [backwards|backward|forwards and backwards|in reverse]?", "{w}: palindrome or not?"], w=_quote(rng, w))
    return Turn("palindromes", text, f"{_spaced(w)} → {_spaced(w[::-1])}: **{'yes' if w == w[::-1] else 'no'}**", f"pal:{w}")


def ends(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "end")
    first = rng.random() < 0.5
    k = "first" if first else "last"
    patterns = ["[what is|what's|] the {k} letter [of|in] [the word|] {w}?", "{k} letter of {w}", "which letter [comes {k}|is {k}] in {w}?"] + (["which letter does {w} [start|begin] with?"] if first else ["which letter does {w} end with?", "what does {w} end in?"])
    text, _ = ask(rng, patterns, k=k, w=_quote(rng, w))
    return Turn("first and last letters", text, f"{_spaced(w)}: the {k} letter is **{w[0] if first else w[-1]}**.", f"end:{k}:{w}")


def case(rng: Random, split: str) -> Turn:
    w = _one(rng, split, "case").lower()
    text, _ = ask(rng, ["[write|put|type] {w} in [capital letters|capitals|all caps|upper case|uppercase]", "{w} in [capitals|upper case|uppercase|all caps]", "[make|turn] {w} [uppercase|upper case]", "uppercase {w}", "capitalize every letter [in|of] {w}"], w=_quote(rng, w))
    return Turn("upper case", text, f"{_spaced(w)} → **{by_letter(w.upper())}**", f"case:{w}")


def _listed(rng: Random, items: list[str]) -> str:
    roll = rng.random()
    if roll < 0.55:
        return ", ".join(items)
    if roll < 0.70:
        return " ".join(items)
    if roll < 0.90:
        return ", ".join(items[:-1]) + (", and " if rng.random() < 0.3 and len(items) > 2 else " and ") + items[-1]
    if roll < 0.95:
        return ",".join(items)
    return "\n" + "\n".join(items)


def sort_words(rng: Random, split: str) -> Turn:
    while True:
        items = words(rng, split, 2, 7) if rng.random() < 0.15 else words(rng, split, 3, 6)
        if rng.random() < 0.35:  # same first letter: the later letters decide
            start = rng.choice(items)[0].lower()
            extra = [w for w in WORDS if w[0] == start and w not in items and not unseen(w)]
            for i in rng.sample(range(len(items)), min(rng.choice([1, 2, 3, 6]), len(items))):
                if extra:
                    items[i] = rng.choice(extra)
        if len({w.lower() for w in items}) == len(items) and allowed(split, "sort:" + " ".join(items)):
            break
    down = rng.random() < 0.15
    ordered = sorted(items, key=str.lower, reverse=down)
    text, _ = ask(rng, ["[sort|order|arrange|put in order] [these words|the words|the following words|them|] [in reverse alphabetical order|from z to a|z to a|in descending order|backwards]: {l}", "[sort|order|arrange|put] {l} [in reverse alphabetical order|from z to a]"] if down else
                  ["[sort|order|arrange] [these words|the words|the following words|the list|this list|this|] [alphabetically|in alphabetical order|by alphabet|a to z|from a to z|]: {l}", "[sort|order|arrange|alphabetize] {l}",
                   "[sort|order|arrange] {l} [alphabetically|in alphabetical order|from a to z]", "put {l} in [alphabetical|abc] order", "put [these words|the words|these|this list] in [alphabetical|abc] order: {l}", "alphabetize [these words|these|]: {l}",
                   "alphabetical order: {l}", "sort words: {l}", "can you [sort|order] [these|these words]: {l}[?|]", "[what is|what's] the alphabetical order of {l}?"], polite=False, l=_listed(rng, items))
    return Turn("sorting words", text.replace(" :", ":"), f"**{', '.join(ordered)}**", "sort:" + " ".join(items), {"kind": "list", "items": items})


def sort_numbers(rng: Random, split: str) -> Turn:
    while True:
        top = rng.choice([10, 100, 100, 1000, 1000])
        items = [rng.randrange(top) for _ in range(rng.randrange(2, 8))]
        roll = rng.random()
        if roll < 0.06:
            items = [n if rng.random() < 0.5 else -n for n in items]
        elif roll < 0.12:  # the same digits in several lengths
            items = [int(str(n)[:rng.randrange(1, 4)]) * rng.choice([1, 10, 100]) for n in items]
            items = [n % 1000 for n in items]
        if allowed(split, f"sortn:{items}"):
            break
    down = rng.random() < 0.35
    text, _ = ask(rng, ["[sort|order|arrange] [these numbers|the numbers|these|them|] [in descending order|descending|from largest to smallest|from high to low|from big to small|from greatest to least|from biggest to smallest|largest first|in reverse order]: {l}",
                        "[sort|order|arrange] {l} [in descending order|from largest to smallest|descending|largest first]", "put {l} in descending order"] if down else
                  ["[sort|order|arrange] [these numbers|the numbers|the following numbers|these|this list|] [in ascending order|ascending|from smallest to largest|from low to high|from small to big|from small to large|from least to greatest|smallest first|]: {l}", "[sort|order|arrange] {l}",
                   "[sort|order|arrange] {l} [in ascending order|from smallest to largest|ascending|numerically]", "put {l} in [order|ascending order|numerical order]", "sort numbers: {l}"], polite=False, l=_listed(rng, list(map(str, items))))
    return Turn("sorting numbers", text.replace(" :", ":"), f"**{', '.join(map(str, sorted(items, reverse=down)))}**", f"sortn:{items}", {"kind": "numbers", "items": items})


def _sentence(rng: Random, split: str, low: int, high: int) -> list[str]:
    items = words(rng, split, low, high)
    if rng.random() < 0.5:
        small = ["the", "a", "in", "on", "is", "and", "my", "to", "of", "we", "you", "it", "has", "was", "with", "for", "not", "he", "she", "they", "can", "i"]
        for i in range(0, len(items) - 1, 2):
            items[i] = rng.choice(small)
        if split == "test" and not any(unseen(w.lower()) for w in items):
            items[-1] = word(rng, "test")
    if rng.random() < 0.15:
        items[0] = items[0].capitalize()
    return items


def count_words(rng: Random, split: str) -> Turn:
    while True:
        items = _sentence(rng, split, 1 if rng.random() < 0.05 else 2, 10)
        key = "countw:" + " ".join(items)
        if allowed(split, key):
            break
    body = rng.choice(['"{}"', '"{}"', "{}", "'{}'"]).format(" ".join(items))
    text, _ = ask(rng, ["how many words [are|are there] in [this sentence|the sentence|this|the text|this text|the phrase|]: {l}[?|]", "count the words[ in|][ this sentence| the sentence|]: {l}", "how many words [does|are in] {l}[ have|]?",
                        "how many words: {l}", "[number of|count] words in {l}", "count the words in {l}", "word count of {l}", "[what is|what's] the word count of {l}?"], polite=False, l=body)
    text = text.replace("are in " + body + " have", "are in " + body).replace(" :", ":")
    steps = ", ".join(f"{i + 1} {w}" for i, w in enumerate(items))
    return Turn("counting words", text, f"{steps} → **{len(items)} word{'s' if len(items) != 1 else ''}**", key)


def reverse_words(rng: Random, split: str) -> Turn:
    while True:
        items = _sentence(rng, split, 2, 7)
        key = "revw:" + " ".join(items)
        if allowed(split, key):
            break
    commas = rng.random() < 0.35
    join = ", " if commas else " "
    body = join.join(items)
    if not commas and rng.random() < 0.5:
        body = f'"{body}"'
    text, _ = ask(rng, ["reverse the [order of the words|word order|order of words|words] [in|of] [this sentence|the sentence|this list|this|]: {l}", "reverse the [order of the words|word order|words|order] in {l}", "[say|write|put] the words of {l} in reverse order",
                        "reverse [this sentence|the sentence|this list|the list|these words|the words]: {l}", "put [these words|the words|this sentence|this list] in [reverse|reversed|backwards] order: {l}", "[write|say] [this sentence|these words] [backwards|in reverse order]: {l}"], polite=False, l=body)
    text = text.replace(" :", ":").replace("in: ", ": ").replace(" of: ", ": ").replace(" : ", ": ")
    return Turn("reversing word order", text, f"**{join.join(reversed(items))}**", key, {"kind": "none"})


_MIX = [(reverse_letters, 16), (sort_words, 46), (sort_numbers, 12), (reverse_words, 14), (count_words, 12), (count_letters, 8), (count_one_letter, 8), (spell, 5), (ends, 4), (case, 3), (count_vowels, 3), (palindrome, 3)]
TASKS = [task for task, _ in _MIX]


def turn(rng: Random, split: str) -> Turn:
    return rng.choices(TASKS, weights=[weight for _, weight in _MIX])[0](rng, split)


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    """"And hello?" after a one-word task; "and in descending order?" after a sort."""
    if last.skill == "sorting numbers":
        items = last.topic["items"]
        text, _ = ask(rng, ["[and|now|] [in descending order|descending|from largest to smallest|in reverse]?", "[now|and|] [the other way round|reverse it|reverse that][?|]"])
        done = [int(n) for n in last.answer.strip("*").split(", ")]
        want = sorted(items, reverse=True) if "desc" in text.lower() or "largest" in text.lower() else done[::-1]
        return Turn("word follow-ups", text, f"**{', '.join(map(str, want))}**", last.key)
    one = {"reversing letters": reverse_letters, "spelling": spell, "counting letters": count_letters, "upper case": case, "counting vowels": count_vowels}.get(last.skill)
    if not one:
        return None
    fresh = one(rng, split)
    w = fresh.key.split(":")[-1]
    text, _ = ask(rng, ["[and|now|and now] {w}[?|]", "what about {w}?", "how about {w}?", "[do|try] {w}", "and [the word|] {w}?"], polite=False, w=_quote(rng, w))
    return Turn("word follow-ups", text, fresh.answer, fresh.key)
