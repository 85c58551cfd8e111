"""Frames: what can be said about something and asked about it, read from `frames/*.txt`.

A file holds the frames of one kind of subject. `# group.topic` opens a frame; lines of sentences follow, in the pattern
language of common.grammar, then lines `? slot slot: question | question` with the questions that one of these slots answers.
`{S}` is the subject, `{Ss}` its possessive, `{they}`, `{them}`, `{their}` its pronouns, `{noun}` what it is; every other slot is one of
values.SLOTS, with a digit where a frame needs two of a type and with `_form` for a form of it (`_The` with a capital). The alternatives of
`[<one|two]` are answers too, to the questions of `choice`.
One in sixteen sentences and questions is held out of training, by a hash.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from common.grammar import Slot, choose, parse
from common.split import held_out

from .names import Entity
from .values import SLOTS

_CHOICE = re.compile(r"\[<([^\[\]]*)\]")
_ARTICLE = re.compile(r"(^|[ (])[aA] $")
_TAKES_OBJECT = re.compile(r"\b(of|for|to|in|at|by|on|from|with|about|behind|joined|asked|helped|told|founded|designed|opened|introduced) $")
OF_SUBJECT = {"they", "them", "their", "noun"}


@dataclass
class Frame:
    topic: str
    sentences: list[str] = field(default_factory=list)
    questions: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    @property
    def group(self) -> str:
        return self.topic.partition(".")[0]


@dataclass
class Piece:
    """A stretch of text; `key` names the slot whose answer it is."""

    text: str
    key: str | None = None


class Values(dict):
    """The slots' values of one fact, drawn when first asked for."""

    def __init__(self, rng: Random, split: str):
        super().__init__()
        self.rng, self.split = rng, split

    def __missing__(self, name: str):
        value = self[name] = SLOTS[name.rstrip("23")](self.rng, self.split)
        return value

    def key(self, slot: str) -> str:
        """The slot by one name, whichever case or missing form it was asked in."""
        name, _, form = slot.partition("_")
        return f"{name}_{form.lower()}" if isinstance(self[name], dict) and form.lower() in self[name] else name

    def text(self, slot: str) -> str:
        name, _, form = slot.partition("_")
        value = self[name]
        if isinstance(value, dict):
            value = value.get(form.lower(), value[""])
        value = str(value)
        return value[0].upper() + value[1:] if form[:1].isupper() else value


def patterns(lines: list[str], split: str) -> list[str]:
    return [line for line in lines if new(line) == (split == "test")]


@cache
def new(pattern: str) -> bool:
    """Whether a pattern is held out of training."""
    return held_out("pattern:" + pattern)


def expand(rng: Random, pattern: str) -> list[str]:
    return list(choose(rng, parse(pattern)))


def say(nodes: list[str], subject: Entity | None, mention: str, values: Values) -> list[Piece]:
    """A sentence's pieces; `mention` is how the subject is called."""
    pieces: list[Piece] = []

    def add(text: str, key: str | None = None) -> None:
        before = pieces[-1].text if pieces else " "
        if before.endswith(" "):
            text = text.lstrip(" ")
            if text[:1] in {".", ",", ";", ":"}:
                pieces[-1].text = before.rstrip(" ")
        if text and text[0] in "aeio" and _ARTICLE.search(before):
            pieces[-1].text = before[:-1] + "n "
        if text:
            pieces.append(Piece(text, key))

    for node in nodes:
        if not isinstance(node, Slot):
            add(node.removeprefix("<"), "choice" if node.startswith("<") else None)
        elif node == "Ss":
            add(subject.their if mention == subject.they else possessive(mention))
        elif node == "S":
            if mention != subject.they:
                add(mention, "S")
            else:
                add(subject.them if pieces and _TAKES_OBJECT.search(pieces[-1].text) else mention)
        elif node in OF_SUBJECT:
            add(getattr(subject, node) if subject else node)
        else:
            before, _, answer = values.text(node).rpartition("<")
            add(before)
            add(answer, values.key(node))
    return pieces


def possessive(name: str) -> str:
    return name + ("'" if name.endswith("s") and len(name) % 2 else "'s")


def load(kind: str) -> list[Frame]:
    frames: list[Frame] = []
    text = _CHOICE.sub(lambda match: "[<" + match[1].replace("|", "|<") + "]", (Path(__file__).parent / "frames" / f"{kind}.txt").read_text())
    for line in text.splitlines():
        if line.startswith("# "):
            frames.append(Frame(line[2:]))
        elif line.startswith("? "):
            names, _, questions = line[2:].partition(": ")
            frames[-1].questions[tuple(names.split())] = questions.split(" | ")
        elif line:
            frames[-1].sentences.append(line)
    return frames


KINDS = ["person", "company", "place", "building", "product", "event", "work", "species", "team", "dish", "body", "project", "course", "incident", "order", "shop", "trip"]
ACT = load("act")
SCENES = load("scene")
FRAMES = {kind: load(kind) for kind in KINDS}
