"""What every generator draws from: a random source that knows its split and the people of the document at hand.

Names, streets and patterns belong to training or to the held-out split by a hash; a pool whose held-out part is empty is
open to both splits.
"""
from __future__ import annotations

from random import Random

from common.split import held_out

Pieces = list[tuple[str, str | None]]
"""A text in parts, each with the type of entity that it is, or None."""

_pools: dict[tuple[int, str], list] = {}


class Draw:
    def __init__(self, rng: Random, split: str):
        self.rng, self.split = rng, split
        self.random = rng.random
        self.people: list = []

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def chance(self, p: float) -> bool:
        return self.random() < p

    def below(self, n: int) -> int:
        return int(self.random() * n)

    def between(self, low: int, high: int) -> int:
        return low + int(self.random() * (high - low + 1))

    def digits(self, n: int) -> str:
        return "".join("0123456789"[int(self.random() * 10)] for _ in range(n))

    def own(self, items: list):
        """One of the items that belong to this split."""
        key = id(items), self.split
        if key not in _pools:
            test = self.split == "test"
            _pools[key] = [item for item in items if held_out(str(item)) == test] or items
        return self.pick(_pools[key])
