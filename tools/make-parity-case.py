"""Makes a parity case of a checkpoint: its files, and what transformers computes from them in float32 (docs/parity.md).

usage: python3 tools/make-parity-case.py CHECKPOINT OUT [--prompt TEXT] [--tokens N]
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

KEPT = ("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json", "tokenizer*", "chat_template*")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("out", type=Path)
    parser.add_argument("--prompt", default="Once upon a time there was")
    parser.add_argument("--tokens", type=int, default=16, help="greedy tokens to generate")
    options = parser.parse_args()

    model = AutoModelForCausalLM.from_pretrained(options.checkpoint, dtype=torch.float32, attn_implementation="eager").eval()
    tokenizer = AutoTokenizer.from_pretrained(options.checkpoint)
    input_ids = tokenizer(options.prompt, return_tensors="pt").input_ids

    with torch.no_grad():
        outputs = model(input_ids, output_hidden_states=True, output_attentions=True)
        ids = input_ids
        for _ in range(options.tokens):
            ids = torch.cat([ids, model(ids).logits[:, -1:].argmax(-1)], dim=1)

    options.out.mkdir(parents=True, exist_ok=True)
    source = Path(options.checkpoint)
    if source.is_dir():
        for pattern in KEPT:
            for file in source.glob(pattern):
                shutil.copy(file, options.out)
    else:
        from huggingface_hub import snapshot_download

        snapshot_download(options.checkpoint, local_dir=options.out, allow_patterns=list(KEPT))
    tensors = {
        "input_ids": input_ids.to(torch.int32),
        "attention_mask": torch.ones_like(input_ids, dtype=torch.int32),
        "logits": outputs.logits.float(),
        "hidden_states": torch.stack(outputs.hidden_states).float(),
        "attentions": torch.stack(outputs.attentions).float(),
        "greedy_ids": ids[:, input_ids.shape[1] :].to(torch.int32),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, options.out / "reference.safetensors")
    case = {"name": options.out.name, "model_class": type(model).__name__, "pad": None, "logits_to_keep": None}
    (options.out / "case.json").write_text(json.dumps(case, indent=1) + "\n")


if __name__ == "__main__":
    main()
