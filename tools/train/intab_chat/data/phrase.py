"""Turns question patterns into varied user messages: alternatives, casing, punctuation, politeness, small typos.

Pattern language: `[a|b|]` picks one alternative (nesting allowed), `{name}` is a slot filled in after the noise, so
operands, names and word lists are never damaged by it.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from random import Random

_INNER = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")

OPENERS = ["please ", "hey, ", "hi, ", "hello, ", "ok, ", "ok ", "so ", "so, ", "and ", "well, ", "quick question: ", "question: ",
           "could you tell me: ", "can you tell me ", "please tell me ", "i want to know ", "do you know ", "now ", "hi! ", "hey ",
           "um, ", "i wonder, ", "tell me, ", "just curious: ", "one more: ", "next: ", "great, now ", "thanks! "]
CLOSERS = [" please", ", please", " thanks", ", thanks", " exactly", " then", " now", " ok", " for me", " pls", " thank you", ", thank you"]


@dataclass
class Turn:
    """One question with its answer. `key` decides the split; `topic` lets a follow-up refer back."""

    skill: str
    user: str
    answer: str
    key: str
    topic: dict = field(default_factory=dict)


def expand(rng: Random, pattern: str) -> str:
    """Chooses one alternative in every bracket, innermost first."""
    while True:
        match = _INNER.search(pattern)
        if not match:
            return pattern
        pattern = pattern[: match.start()] + rng.choice(match.group(1).split("|")) + pattern[match.end():]


def _typo(rng: Random, text: str) -> str:
    spots = [m for m in re.finditer(r"[a-z]{4,}", text)]
    if not spots:
        return text
    spot = rng.choice(spots)
    i = rng.randrange(spot.start() + 1, spot.end() - 1)
    kind = rng.randrange(3)
    if kind == 0:
        return text[:i] + text[i + 1:]
    if kind == 1:
        return text[:i] + text[i] + text[i:]
    return text[:i] + text[i + 1] + text[i] + text[i + 2:]


def ask(rng: Random, patterns: list[str], lower_slots: bool = False, polite: bool = True, **slots: object) -> tuple[str, str]:
    """Returns (message, phrasing): the noisy user message and the clean phrasing it came from (for the split key)."""
    phrasing = expand(rng, rng.choice(patterns))
    phrasing = re.sub(r"  +", " ", phrasing).strip()
    text = phrasing
    names: list[str] = []

    def protect(match: re.Match) -> str:
        names.append(match.group(1))
        return chr(0xE000 + len(names) - 1)

    text = _SLOT.sub(protect, text)
    starts_with_word = bool(re.match(r"[a-z]", text))
    if polite and rng.random() < (0.10 if starts_with_word else 0.05):
        text = rng.choice(OPENERS) + text
    if polite and starts_with_word and len(text) > 12 and rng.random() < 0.07:
        mark = text[-1] if text[-1] in "?!." else ""
        text = text[: len(text) - len(mark)] + rng.choice(CLOSERS) + mark
    if rng.random() < 0.07:
        text = _typo(rng, text)
    roll = rng.random()
    lowered = False
    if roll < 0.60:
        text = text[:1].upper() + text[1:]
    elif roll < 0.62:
        text = text.upper()
    elif roll > 0.75:
        lowered = True
        text = text.lower()
    roll = rng.random()
    if text.endswith("?"):
        if roll < 0.30:
            text = text[:-1]
        elif roll < 0.34:
            text = text[:-1] + rng.choice([" ?", "??", ".", "?!", " ..."])
    elif text[-1:].isalpha():
        if roll < 0.25:
            text += rng.choice([".", "!", ".", ".", "?", "?"])
    text = text.replace(" i ", " I ") if rng.random() < 0.6 else text
    for index, name in enumerate(names):
        value = str(slots[name])
        if lowered and lower_slots:
            value = value.lower()
        text = text.replace(chr(0xE000 + index), value)
    return text.strip(), phrasing


def bold(text: str) -> list[str]:
    """The answer proper of a reply: its bold spans, or the whole reply when nothing is bold."""
    spans = re.findall(r"\*\*(.+?)\*\*", text)
    return spans or [text.strip()]


SPELL_OPEN, SPELL_CLOSE = "\ue010", "\ue011"


def by_letter(word: str) -> str:
    """Marks a span that the tokenizer must encode one character a token (see tokenizer.encode_answer)."""
    return SPELL_OPEN + word + SPELL_CLOSE


def plain(text: str) -> str:
    return text.replace(SPELL_OPEN, "").replace(SPELL_CLOSE, "")
