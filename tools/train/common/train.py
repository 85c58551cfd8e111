"""Trains a task's model: tokenizer, then the decoder on endlessly generated examples for a set time; saves a Hub folder.

    python3 -m common.train TASK --out DIR --minutes 6

TASK is a package here whose module `task` has
- NAME, CONFIG (config.json), HEAD (see decoder.py), LENGTH (tokens a row, and so of the longest example);
- SPECIALS, VOCAB_SIZE, texts(rng) -> Iterator[str] without end, optionally SPLIT and finish(tokenizer); or instead
  TOKENIZER, the folder of a model whose tokenizer it shares;
- TOKENIZER_CONFIG (further fields of tokenizer_config.json), optionally FILES (further files by name);
- Encoder(tokenizer), with example(rng) -> (ids, labels), lists of one length. Labels are for `causal` the next token or
  -100, for `token` the class or -100, for `sequence` -100 but the class at the last token, for `qa` 1 at the start of the
  answer, 2 at its end, 3 where both are, else 0.

DIR/model gets the model, DIR/training.json what training took.
"""
from __future__ import annotations

import argparse
import json
import random
import time
from importlib import import_module
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from . import packing
from .decoder import Decoder
from .loop import CHUNK_ROWS, Feed, train
from .tokenizer import save_tokenizer, train_tokenizer


def build(task) -> Decoder:
    return Decoder(task.CONFIG, task.HEAD, len(task.CONFIG.get("id2label", ())))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=6.0, help="training time, from the first step on")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--batch", type=int, default=131072, help="tokens a step")
    parser.add_argument("--workers", type=int, default=14)
    args = parser.parse_args()
    started = time.time()
    task = import_module(f"{args.task}.task")
    folder = args.out / "model"
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    random.seed(args.seed)

    tokenizer = Tokenizer.from_file(str(task.TOKENIZER / "tokenizer.json")) if hasattr(task, "TOKENIZER") else train_tokenizer(task, args.seed)
    save_tokenizer(task, tokenizer, folder)
    print(f"{task.NAME}: {tokenizer.get_vocab_size()} tokens in the tokenizer, {time.time() - started:.0f} s", flush=True)

    device = "cuda" if torch.cuda.is_available() else "cpu"
    rows = max(1, round(args.batch / task.LENGTH / CHUNK_ROWS)) * CHUNK_ROWS
    feed = Feed(packing.start(args.task, str(folder / "tokenizer.json"), args.seed, args.workers, CHUNK_ROWS), rows, device)
    model = build(task).to(device)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {rows} rows of {task.LENGTH} tokens a step", flush=True)
    done = train(model, feed, args.minutes)

    save_file({name: tensor.to("cpu", torch.bfloat16).contiguous() for name, tensor in model.checkpoint().items()}, str(folder / "model.safetensors"), metadata={"format": "pt"})
    files = {"config.json": json.dumps(task.CONFIG, indent=2) + "\n"} | getattr(task, "FILES", {})
    for name, text in files.items():
        (folder / name).write_text(text)
    done |= {"minutes": args.minutes, "seed": args.seed, "device": torch.cuda.get_device_name() if device == "cuda" else device}
    (args.out / "training.json").write_text(json.dumps(done) + "\n")
    print(f"{task.NAME}: {done['steps']} steps, {done['tokens'] / 1e6:.0f} M tokens, {time.time() - started:.0f} s in all", flush=True)


if __name__ == "__main__":
    main()
