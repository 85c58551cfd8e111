"""intab-intent: a small HunYuan mixture of experts that tells what a customer's message is about (see common/train.py for what a
task has)."""
from __future__ import annotations

from random import Random

from common.dropout import with_dropout

from .data.intents import LABELS
from .data.message import message

NAME = "intab-intent"
HEAD = "sequence"
LENGTH = 256
VOCAB_SIZE = 2048
SPECIALS = ["<|pad|>", "<|end|>"]
TOKENIZER_CONFIG = {"pad_token": "<|pad|>", "eos_token": "<|end|>"}
CONFIG = {
    "architectures": ["HunYuanMoEV1ForSequenceClassification"], "model_type": "hunyuan_v1_moe", "vocab_size": VOCAB_SIZE, "hidden_size": 128, "intermediate_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 32, "num_experts": 8, "moe_topk": 2,
    "hidden_act": "silu", "max_position_embeddings": 512, "initializer_range": 0.02, "rms_norm_eps": 1e-5, "use_cache": False, "tie_word_embeddings": False, "rope_theta": 10000.0, "attention_bias": False, "attention_dropout": 0.0, "pad_token_id": 0, "bos_token_id": None, "eos_token_id": 1, "eod_token_id": None, "sep_token_id": None,
    "dtype": "bfloat16", "id2label": {str(i): label for i, label in enumerate(LABELS)}, "label2id": {label: i for i, label in enumerate(LABELS)},
}


def texts(rng: Random):
    while True:
        yield message(rng, "train")[0]


def finish(tokenizer) -> None:
    """Every message ends with the token that the classifier reads."""
    from tokenizers import processors

    tokenizer.post_processor = processors.TemplateProcessing(single="$A <|end|>", pair="$A $B <|end|>", special_tokens=[("<|end|>", 1)])


class Encoder:
    """Some messages are cut into smaller tokens than they need be, so that words never seen are not strange."""

    def __init__(self, tokenizer):
        self.whole, self.pieces = tokenizer, with_dropout(tokenizer, 0.15)

    def example(self, rng: Random) -> tuple[list[int], list[int]]:
        text, intent = message(rng, "train")
        ids = (self.pieces if rng.random() < 0.35 else self.whole).encode(text).ids
        return ids, [-100] * (len(ids) - 1) + [CONFIG["label2id"][intent]]
