"""Documents: a text of some layout, written as people write (case, typos, spaces), with the spans of its entities."""
from __future__ import annotations

import re
from random import Random

from .draw import Draw, Pieces
from .layouts import LAYOUTS

_NAMES = list(LAYOUTS)
_FUNCTIONS, _WEIGHTS = zip(*LAYOUTS.values())
_WORD = re.compile(r"[A-Za-z]{4,}")
Span = tuple[int, int, str]


def _typo(d: Draw, text: str) -> str:
    spots = list(_WORD.finditer(text))
    if not spots:
        return text
    spot = d.pick(spots)
    i = d.between(spot.start() + 1, spot.end() - 2)
    return d.pick([text[:i] + text[i + 1:], text[:i] + text[i] + text[i:], text[:i] + text[i + 1] + text[i] + text[i + 2:]])


def _written(d: Draw, pieces: Pieces) -> Pieces:
    """The text's own manner: all lower or upper case, typos outside the entities, curly apostrophes."""
    roll = d.random()
    if roll < 0.11:
        pieces = [(text.lower(), label) for text, label in pieces]
    elif roll < 0.135:
        pieces = [(text.upper(), label) for text, label in pieces]
    elif roll < 0.16:
        pieces = [(text.lower() if label is None or label == "NAME" else text, label) for text, label in pieces]
    if d.chance(0.12):
        pieces = [(_typo(d, text) if label is None and d.chance(0.4) else text, label) for text, label in pieces]
    if d.chance(0.06):
        pieces = [(text.replace("'", "’"), label) for text, label in pieces]
    if d.chance(0.05):
        marks = d.pick([('"', '"'), ("(", ")"), ("“", "”"), ("'", "'"), ("**", "**"), ("`", "`"), ("<b>", "</b>"), ("[", "]")])
        pieces = [part for text, label in pieces for part in ([(text, label)] if label is None or d.chance(0.4) else [(marks[0], None), (text, label), (marks[1], None)])]
    return pieces


def spans_of(pieces: Pieces) -> tuple[str, list[Span]]:
    """The text with its spans (start, end, type); white space at a span's ends is outside."""
    text, spans, at = "".join(part for part, _ in pieces), [], 0
    for part, label in pieces:
        if label is not None and part.strip():
            start = at + len(part) - len(part.lstrip())
            spans.append((start, at + len(part.rstrip()), label))
        at += len(part)
    return text, spans


def document(rng: Random, split: str, layout: str | None = None) -> tuple[str, list[Span]]:
    d = Draw(rng, split)
    function = LAYOUTS[layout][0] if layout else rng.choices(_FUNCTIONS, _WEIGHTS)[0]
    return spans_of(_written(d, function(d)))
