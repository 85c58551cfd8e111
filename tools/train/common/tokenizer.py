"""Byte-level BPE: training it on a task's texts, saving it as a Hub folder has it. Digits are single tokens."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}|[ ]?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CHARACTERS = 12_000_000


def train_tokenizer(task, seed: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(getattr(task, "SPLIT", SPLIT)), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=task.VOCAB_SIZE, special_tokens=[AddedToken(t, special=True, normalized=False) for t in task.SPECIALS],
                                  initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    tokenizer.train_from_iterator(_some(task.texts(Random(seed))), trainer)
    if hasattr(task, "finish"):
        task.finish(tokenizer)
    return tokenizer


def _some(texts: Iterator[str]) -> Iterator[str]:
    characters = 0
    while characters < CHARACTERS:
        text = next(texts)
        characters += len(text)
        yield text


def save_tokenizer(task, tokenizer: Tokenizer, folder: Path) -> None:
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": task.CONFIG["max_position_embeddings"], "clean_up_tokenization_spaces": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config | task.TOKENIZER_CONFIG, indent=2) + "\n")
