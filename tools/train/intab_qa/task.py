"""intab-qa as a task of common.train: a Qwen2-MoE that marks the answer to a question in a text, or its first token for none."""
from __future__ import annotations

from collections.abc import Iterator
from random import Random

from .data.passage import Example, examples

NAME, HEAD, LENGTH, VOCAB_SIZE = "intab-qa", "qa", 384, 3072
SPECIALS = ["<|pad|>", "<|cls|>", "<|sep|>"]
PAD_ID, CLS_ID, SEP_ID = range(3)
CONFIG = {
    "architectures": ["Qwen2MoeForQuestionAnswering"], "model_type": "qwen2_moe", "is_causal": False, "vocab_size": VOCAB_SIZE, "hidden_size": 192, "intermediate_size": 384, "num_hidden_layers": 6, "num_attention_heads": 6, "num_key_value_heads": 3,
    "hidden_act": "silu", "max_position_embeddings": 512, "initializer_range": 0.02, "rms_norm_eps": 1e-6, "use_cache": False, "tie_word_embeddings": False, "rope_theta": 10000.0, "qkv_bias": True, "attention_dropout": 0.0,
    "num_experts": 8, "num_experts_per_tok": 2, "moe_intermediate_size": 48, "shared_expert_intermediate_size": 64, "norm_topk_prob": True, "decoder_sparse_step": 1, "mlp_only_layers": [], "router_aux_loss_coef": 0.01,
    "use_sliding_window": False, "pad_token_id": PAD_ID, "bos_token_id": None, "eos_token_id": None, "dtype": "bfloat16",
}
TOKENIZER_CONFIG = {"pad_token": "<|pad|>", "cls_token": "<|cls|>", "sep_token": "<|sep|>", "model_input_names": ["input_ids", "attention_mask"]}


def texts(rng: Random) -> Iterator[str]:
    while True:
        for i, example in enumerate(examples(rng, "train")):
            if i == 0:
                yield example.context
            yield example.question


def finish(tokenizer) -> None:
    from tokenizers import processors

    tokenizer.post_processor = processors.TemplateProcessing(single="<|cls|> $A <|sep|>", pair="<|cls|> $A <|sep|> $B:1 <|sep|>:1", special_tokens=[("<|cls|>", CLS_ID), ("<|sep|>", SEP_ID)])


class Encoder:
    """Question and passage as the post-processor pairs them; start and end of the answer are labelled, at the first token where there is none."""

    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.waiting: list[Example] = []
        self.context = self.passage = None

    def encode(self, example: Example) -> tuple[list[int], list[int]]:
        if example.context != self.context:
            self.context, self.passage = example.context, self.tokenizer.encode(example.context, add_special_tokens=False)
        question = [CLS_ID, *self.tokenizer.encode(example.question, add_special_tokens=False).ids, SEP_ID]
        ids = question + self.passage.ids + [SEP_ID]
        labels = [0] * len(ids)
        if example.answer:
            inside = [i for i, (start, end) in enumerate(self.passage.offsets, len(question)) if start < example.end and end > example.start]
            labels[inside[0]] |= 1
            labels[inside[-1]] |= 2
        else:
            labels[0] = 3
        return ids, labels

    def example(self, rng: Random) -> tuple[list[int], list[int]]:
        while not self.waiting:
            self.waiting = examples(rng, "train")
        return self.encode(self.waiting.pop())
