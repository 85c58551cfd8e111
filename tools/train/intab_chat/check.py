"""Checks that the training-form model and transformers' LlamaForCausalLM give the same logits from the saved files.

    python3 -m intab_chat.check --model DIR
"""
from __future__ import annotations

import argparse

import torch
from safetensors.torch import load_file

from .evaluate import load
from .model import Llama, document_mask


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    args = parser.parse_args()
    reference, tokenizer = load(args.model)
    ours = Llama(128).to(reference.device)
    ours.load_state_dict({name: t.float() for name, t in load_file(f"{args.model}/model.safetensors").items()}, strict=True)
    ids = torch.randint(0, 3072, (2, 96), generator=torch.Generator().manual_seed(0)).to(reference.device)
    with torch.no_grad():
        mask = document_mask(torch.zeros_like(ids), flex=False).float()
        a, b = ours(ids, mask), reference(input_ids=ids).logits
    error = ((a - b).norm() / b.norm()).item()
    print(f"relative error to transformers: {error:.2e}, {type(reference).__name__}, tied {reference.lm_head.weight.data_ptr() == reference.model.embed_tokens.weight.data_ptr()}")
    assert error < 1e-4


if __name__ == "__main__":
    main()
