"""A small pattern language for generated text: `[a|b|]` picks one alternative (nesting allowed), `{name}` is a slot.

`choose` gives the parts of one expansion; a pattern is parsed once.
"""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from random import Random

_TOKEN = re.compile(r"\{(\w+)\}|[\[\]|]")


class Slot(str):
    """The name of a slot."""


@cache
def parse(pattern: str) -> tuple:
    """A sequence of literals, slots and choices; a choice is a tuple of sequences. Bars outside brackets choose, too."""
    stack: list[list[list]] = [[[]]]
    at = 0
    for match in _TOKEN.finditer(pattern + "]"):
        if match.start() > at:
            stack[-1][-1].append(pattern[at:match.start()])
        at, mark = match.end(), match.group()
        if match.group(1):
            stack[-1][-1].append(Slot(match.group(1)))
        elif mark == "[":
            stack.append([[]])
        elif mark == "|":
            stack[-1].append([])
        else:
            choice = tuple(tuple(sequence) for sequence in stack.pop())
            if not stack:
                break
            stack[-1][-1].append(choice)
    if stack or at <= len(pattern):
        raise ValueError(f"unbalanced pattern: {pattern}")
    return choice[0] if len(choice) == 1 else (choice,)


def choose(rng: Random, nodes: tuple) -> Iterator[str]:
    """The literals and slots of one expansion of a parsed pattern."""
    for node in nodes:
        if isinstance(node, tuple):
            yield from choose(rng, node[int(rng.random() * len(node))])
        else:
            yield node


def slots(nodes: tuple) -> set[str]:
    """The names of all slots in a parsed pattern."""
    out: set[str] = set()
    for node in nodes:
        if isinstance(node, tuple):
            for sequence in node:
                out |= slots(sequence)
        elif isinstance(node, Slot):
            out.add(node)
    return out
