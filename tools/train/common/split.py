"""The held-out split: a prompt belongs to it or to training by a hash of what it asks, on every machine alike.

Training never draws a held-out key; the evaluation draws only held-out keys.
"""
from zlib import crc32

HELD_OUT_ONE_IN = 16


def held_out(key: str) -> bool:
    return crc32(key.encode()) % HELD_OUT_ONE_IN == 0


def allowed(split: str, key: str, *parts: str) -> bool:
    """Whether a prompt named `key` may be drawn for `split`; `parts` are keys that its worked answer would reveal."""
    if split == "test":
        return held_out(key)
    return not held_out(key) and not any(held_out(part) for part in parts)
