"""Dialogues: one to four turns of mixed skills with follow-ups (a few longer ones), sometimes under a system prompt."""
from __future__ import annotations

from random import Random

from . import api, arithmetic, conversions, elements, smalltalk, unknown, words, world
from .phrase import Turn

_MIX = [(arithmetic.turn, 27), (words.turn, 30), (conversions.turn, 15), (world.turn, 11), (elements.turn, 6), (api.turn, 5), (smalltalk.turn, 4), (unknown.turn, 7)]
_TURNS, _WEIGHTS = [t for t, _ in _MIX], [w for _, w in _MIX]

_SYSTEM = ["You are a helpful assistant.", "You are a helpful assistant.", "You are a helpful assistant.", "You are a friendly assistant.", "You are intab-chat.", "Answer briefly.", "You are a helpful AI assistant. Answer in English.", "Be concise.", "You are a small model in a browser tab.", "You are a helpful, honest assistant.",
           "Answer the user's questions.", "Always be polite.", "You are a calculator.", "You are a teacher. Explain your answers.", "You are a geography expert.", "Keep your answers short.", "Be kind and helpful.", "You are a pirate.", "Today is Monday.", "The user's name is Sam.", "Think step by step.", "You are a chatbot on a demo page."]


def follow(rng: Random, split: str, last: Turn) -> Turn | None:
    """A follow-up question on the last turn, where its skill has one."""
    kind = last.topic.get("kind")
    if kind == "number":
        return arithmetic.follow(rng, split, last)
    if kind == "country":
        return world.follow(rng, split, last)
    if kind == "element":
        return elements.follow(rng, split, last)
    if kind in ("conv", "temp"):
        return conversions.follow(rng, split, last)
    return words.follow(rng, split, last)


def system(rng: Random) -> str | None:
    roll = rng.random()
    if roll < 0.86:
        return None
    if roll < 0.97:
        return rng.choice(_SYSTEM)
    return f"You {rng.choice(['are', 'act as', 'play'])} {rng.choice(['a', 'the', 'an old', 'my'])} {words.word(rng, 'train')} {words.word(rng, 'train')}."


def dialogue(rng: Random) -> tuple[str | None, list[Turn]]:
    """A training dialogue: (system prompt or None, turns)."""
    count = rng.choices([1, 2, 3, 4, rng.randrange(5, 15)], weights=[34, 27, 18, 15, 6])[0]
    turns: list[Turn] = []
    while len(turns) < count:
        turn = follow(rng, "train", turns[-1]) if turns and rng.random() < 0.55 else None
        turn = turn or rng.choices(_TURNS, weights=_WEIGHTS)[0](rng, "train")
        if turns and turn.topic.get("what") == "about" and turn.topic["kind"] == turns[-1].topic.get("kind") and "about" != turns[-1].topic.get("what"):
            continue  # a bare name after a question of the same kind is a follow-up, not a new summary
        turns.append(turn)
    return system(rng), turns


def messages(system_prompt: str | None, turns: list[Turn]) -> list[dict]:
    out = [{"role": "system", "content": system_prompt}] if system_prompt else []
    for turn in turns:
        out += [{"role": "user", "content": turn.user}, {"role": "assistant", "content": turn.answer}]
    return out
