"""Checks that the training form and transformers' own class give the same outputs from the saved files.

    python3 -m common.check TASK --model DIR
"""
from __future__ import annotations

import argparse
from importlib import import_module

import torch
from safetensors.torch import load_file

from .decoder import document_mask
from .train import build


def load(folder: str, head: str):
    """transformers' model of the saved files in float32, each expert computed by itself, and its tokenizer."""
    import transformers

    kind = {"causal": "CausalLM", "token": "TokenClassification", "sequence": "SequenceClassification", "qa": "QuestionAnswering"}[head]
    config = transformers.AutoConfig.from_pretrained(folder)
    experts = {} if config.model_type == "llama" else {"experts_implementation": "eager"}
    model = getattr(transformers, config.architectures[0]).from_pretrained(folder, dtype=torch.float32, **experts).eval()
    assert config.architectures[0].endswith("For" + kind), config.architectures
    return (model.cuda() if torch.cuda.is_available() else model), transformers.AutoTokenizer.from_pretrained(folder)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    task = import_module(f"{args.task}.task")
    reference, _ = load(args.model, task.HEAD)
    ours = build(task)
    ours.load_checkpoint({name: t.float() for name, t in load_file(f"{args.model}/model.safetensors").items()})
    ours.to(reference.device)
    vocabulary = task.CONFIG["vocab_size"]
    ids = torch.randint(vocabulary // 2, vocabulary, (2, 96), generator=torch.Generator().manual_seed(0)).to(reference.device)
    documents = torch.zeros_like(ids)
    a, b = ours(ids, documents, document_mask(documents, task.CONFIG.get("is_causal", True), flex=False)), reference(input_ids=ids)
    a = a[:, -1] if task.HEAD == "sequence" else a
    b = torch.stack((b.start_logits, b.end_logits), -1) if task.HEAD == "qa" else b.logits
    error = ((a - b).norm() / b.norm()).item()
    print(f"{task.NAME}: relative error to {type(reference).__name__}: {error:.1e}")
    assert error < 1e-4


if __name__ == "__main__":
    main()
