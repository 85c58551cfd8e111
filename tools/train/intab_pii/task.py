"""intab-pii: a small bidirectional Llama that marks personal data token by token (see common/train.py for what a task has)."""
from __future__ import annotations

from random import Random

from common.dropout import with_dropout

from .data.document import Span, document
from .data.entities import LABELS

NAME = "intab-pii"
HEAD = "token"
LENGTH = 1024
VOCAB_SIZE = 3584
SPECIALS = ["<|pad|>"]
TOKENIZER_CONFIG = {"pad_token": "<|pad|>"}
# Each punctuation mark is a token of its own, so that no token lies half inside an entity.
SPLIT = r"[ ]?\p{L}+|[ ]?\p{N}|[ ]?[^\s\p{L}\p{N}]|\s*[\r\n]+|\s+(?!\S)|\s+"
CONFIG = {
    "architectures": ["LlamaForTokenClassification"], "model_type": "llama", "is_causal": False, "vocab_size": VOCAB_SIZE, "hidden_size": 192, "intermediate_size": 448, "num_hidden_layers": 5, "num_attention_heads": 6, "num_key_value_heads": 6, "head_dim": 32,
    "hidden_act": "silu", "max_position_embeddings": 1024, "initializer_range": 0.02, "rms_norm_eps": 1e-5, "use_cache": False, "tie_word_embeddings": False, "rope_theta": 10000.0, "attention_bias": False, "attention_dropout": 0.0, "mlp_bias": False, "pad_token_id": 0, "bos_token_id": None, "eos_token_id": None,
    "dtype": "bfloat16", "classifier_dropout": 0.0, "id2label": {str(i): label for i, label in enumerate(LABELS)}, "label2id": {label: i for i, label in enumerate(LABELS)},
}
_INDEX = CONFIG["label2id"]


def texts(rng: Random):
    while True:
        yield document(rng, "train")[0]


def finish(tokenizer) -> None:
    from tokenizers import processors

    tokenizer.post_processor = processors.ByteLevel(add_prefix_space=False, trim_offsets=True)


def classes(offsets: list[tuple[int, int]], spans: list[Span]) -> list[int]:
    """The class of each token: that of the span it overlaps, if any."""
    out, at, inside = [], 0, False
    for start, end in offsets:
        while at < len(spans) and spans[at][1] <= start:
            at, inside = at + 1, False
        if at < len(spans) and end > spans[at][0] and end > start:
            out.append(_INDEX[("I-" if inside else "B-") + spans[at][2]])
            inside = True
        else:
            out.append(_INDEX["I-" + spans[at][2]] if inside and at < len(spans) else 0)
    return out


class Encoder:
    """Some documents are cut into smaller tokens than they need be, so that words never seen are not strange."""

    def __init__(self, tokenizer):
        self.whole, self.pieces = tokenizer, with_dropout(tokenizer, 0.15)

    def example(self, rng: Random) -> tuple[list[int], list[int]]:
        text, spans = document(rng, "train")
        encoding = (self.pieces if rng.random() < 0.35 else self.whole).encode(text)
        return encoding.ids, classes(encoding.offsets, spans)
