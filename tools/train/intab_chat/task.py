"""intab-chat as a task of common.train: a Llama, a ChatML template, and generated dialogues."""
from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

from .data import words
from .data.dialogue import dialogue
from .data.phrase import SPELL_CLOSE, SPELL_OPEN, Turn

NAME, HEAD, LENGTH, VOCAB_SIZE = "intab-chat", "causal", 1024, 3072
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
PAD_ID, START_ID, END_ID = range(3)

CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCAB_SIZE, "hidden_size": 256, "intermediate_size": 512, "num_hidden_layers": 8, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 32,
    "hidden_act": "silu", "max_position_embeddings": LENGTH, "initializer_range": 0.02, "rms_norm_eps": 1e-5, "use_cache": True, "tie_word_embeddings": True, "rope_theta": 10000.0, "attention_bias": False, "attention_dropout": 0.0,
    "mlp_bias": False, "pad_token_id": PAD_ID, "bos_token_id": None, "eos_token_id": END_ID, "dtype": "bfloat16",
}
TOKENIZER_CONFIG = {"eos_token": SPECIALS[END_ID], "pad_token": SPECIALS[PAD_ID]}
GENERATION = {"do_sample": False, "eos_token_id": END_ID, "pad_token_id": PAD_ID, "max_new_tokens": 320}
CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
FILES = {"chat_template.jinja": CHAT_TEMPLATE, "generation_config.json": json.dumps(GENERATION, indent=2) + "\n"}


def texts(rng: Random) -> Iterator[str]:
    while True:
        for turn in dialogue(rng)[1]:
            yield turn.user
            # reversed words are written letter by letter: they must not shape the merges
            yield "".join(part.split(SPELL_CLOSE)[-1] for part in turn.answer.split(SPELL_OPEN))


class Encoder:
    """Encodes dialogues; the replies are to be learnt. Answers spelled letter by letter (`by_letter`) are encoded one character a token."""

    def __init__(self, tokenizer):
        words.learn_vocabulary(tokenizer.get_vocab())
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
        """The ids, and of each the next one where that is to be learnt."""
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
        return ids, [token if learn else -100 for token, learn in zip(ids[1:], mask[1:])] + [-100]

    def example(self, rng: Random) -> tuple[list[int], list[int]]:
        return self.dialogue(*dialogue(rng))
