"""The byte-level BPE tokenizer with its ChatML template: training it on generated dialogues, and encoding dialogues for training.

Digits are single tokens. Answers spelled letter by letter (`phrase.by_letter`) are encoded one character a token.
"""
from __future__ import annotations

import json
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from .data.dialogue import dialogue
from .data.phrase import SPELL_CLOSE, SPELL_OPEN, Turn

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
PAD_ID, START_ID, END_ID = 0, 1, 2
VOCAB_SIZE = 3072
MAX_LENGTH = 1024

_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|[ ]?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def train_tokenizer(seed: int, dialogues: int = 60_000) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(_SPLIT), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    rng = Random(seed)

    def texts():
        for _ in range(dialogues):
            _, turns = dialogue(rng)
            for turn in turns:
                yield turn.user
                # reversed words are written letter by letter: they must not shape the merges
                yield "".join(part.split(SPELL_CLOSE)[-1] for part in turn.answer.split(SPELL_OPEN))

    trainer = trainers.BpeTrainer(vocab_size=VOCAB_SIZE, special_tokens=[AddedToken(t, special=True, normalized=False) for t in (PAD, START, END)],
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    tokenizer.train_from_iterator(texts(), trainer)
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": PAD, "model_max_length": MAX_LENGTH, "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")
    (folder / "chat_template.jinja").write_text(CHAT_TEMPLATE)


class Encoder:
    """Encodes dialogues to (ids, mask of the tokens that the model must produce)."""

    def __init__(self, tokenizer: Tokenizer):
        self.tokenizer = tokenizer
        self.newline = self._ids("\n")
        self.heads = {role: [START_ID] + self._ids(role + "\n") for role in ("system", "user", "assistant")}
        self.letters = {c: self._ids(c) for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}

    def _ids(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def answer(self, text: str) -> list[int]:
        ids: list[int] = []
        for part in text.split(SPELL_OPEN):
            spelled, _, rest = part.partition(SPELL_CLOSE) if SPELL_CLOSE in part else ("", "", part)
            for c in spelled:
                ids += self.letters[c]
            ids += self._ids(rest) if rest else []
        return ids

    def dialogue(self, system: str | None, turns: list[Turn]) -> tuple[list[int], list[int]]:
        ids: list[int] = []
        mask: list[int] = []

        def add(tokens: list[int], learn: int) -> None:
            ids.extend(tokens)
            mask.extend([learn] * len(tokens))

        if system:
            add(self.heads["system"] + self._ids(system) + [END_ID] + self.newline, 0)
        for turn in turns:
            add(self.heads["user"] + self._ids(turn.user.strip()) + [END_ID] + self.newline + self.heads["assistant"], 0)
            add(self.answer(turn.answer) + [END_ID], 1)
            add(self.newline, 0)
        return ids, mask
