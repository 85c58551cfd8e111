"""Trains intab-chat: tokenizer, then the Llama on endlessly generated dialogues for a set time; saves a Hub-layout folder.

    python3 -m intab_chat.train --out OUT --minutes 8
"""
from __future__ import annotations

import argparse
import json
import queue as queues
import random
import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

from . import batches
from .model import CONFIG, GENERATION, Llama, document_mask
from .muon import Muon
from .tokenizer import MAX_LENGTH, save_tokenizer, train_tokenizer


def save_model(model: Llama, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: p.detach().to(torch.bfloat16).cpu().contiguous() for name, p in model.named_parameters()}, str(folder / "model.safetensors"), metadata={"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    (folder / "generation_config.json").write_text(json.dumps(GENERATION, indent=2) + "\n")


class Feed:
    """Moves packed rows to the GPU ahead of use; repeats old rows where the workers fall behind."""

    def __init__(self, queue, rows_per_batch: int, chunk_rows: int, device: str):
        self.queue, self.need, self.device = queue, rows_per_batch // chunk_rows, device
        self.pool: list = []
        self.fresh = self.reused = 0
        self.ready: queues.Queue = queues.Queue(maxsize=4)
        threading.Thread(target=self._fill, daemon=True).start()

    def _chunk(self):
        try:
            chunk = self.queue.get(block=len(self.pool) < 200)
            self.fresh += 1
            if len(self.pool) < 4000:
                self.pool.append(chunk)
            else:
                self.pool[random.randrange(len(self.pool))] = chunk
            return chunk
        except queues.Empty:
            self.reused += 1
            return random.choice(self.pool)

    def _fill(self) -> None:
        while True:
            parts = [self._chunk() for _ in range(self.need)]
            self.ready.put([torch.from_numpy(np.concatenate(arrays).astype(np.int64)).pin_memory().to(self.device, non_blocking=True) for arrays in zip(*parts)])

    def next(self):
        return self.ready.get()


def schedule(progress: float) -> float:
    """Learning rate factor: a short rise, flat, then linear to zero from 35 % on."""
    if progress < 0.01:
        return progress / 0.01
    return 1.0 if progress < 0.35 else max(0.0, (1 - progress) / 0.65)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0, help="training time, from the first step on")
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--rows", type=int, default=128, help="packed rows a step")
    parser.add_argument("--workers", type=int, default=14)
    parser.add_argument("--attention", choices=["flex", "sdpa"], default="flex")
    parser.add_argument("--lr", type=float, default=0.02)
    parser.add_argument("--adam-lr", type=float, default=0.002)
    args = parser.parse_args()
    started = time.time()
    folder = args.out / "model"
    torch.manual_seed(args.seed)
    random.seed(args.seed)

    save_tokenizer(train_tokenizer(args.seed), folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    print(f"tokenizer: {tokenizer.get_vocab_size()} tokens, {time.time() - started:.0f} s")
    chunk_rows = 32
    feed = Feed(batches.start(str(folder / "tokenizer.json"), args.seed, args.workers, chunk_rows, MAX_LENGTH), args.rows, chunk_rows, "cuda")

    model = Llama(MAX_LENGTH).cuda()
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters")
    matrices = [p for name, p in model.named_parameters() if p.dim() == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if p.dim() < 2 or "embed" in name]
    optimizers = [Muon(matrices, lr=args.lr), torch.optim.AdamW(others, lr=args.adam_lr, betas=(0.9, 0.98), weight_decay=0.0, fused=True)]
    base = [args.lr, args.adam_lr]
    forward = torch.compile(model, dynamic=False)

    step, begin, shown, saved = 0, None, 0.0, 0.0
    window: list = []
    while True:
        ids, labels, documents = feed.next()
        progress = 0.0 if begin is None else (time.time() - begin) / (args.minutes * 60)
        if progress >= 1:
            break
        for optimizer, lr in zip(optimizers, base):
            for group in optimizer.param_groups:
                group["lr"] = lr * schedule(max(progress, 1e-4))
        mask = document_mask(documents, args.attention == "flex")
        with torch.autocast("cuda", torch.bfloat16):
            loss = forward(ids, mask, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        model.zero_grad(set_to_none=True)
        step += 1
        window.append(loss.detach())
        if begin is None:  # the first step compiled; the clock starts after it
            torch.cuda.synchronize()
            begin = shown = saved = time.time()
            print(f"first step done at {begin - started:.0f} s, loss {loss.item():.3f}, packing {(documents >= 0).float().mean():.3f}, learnt share {(labels >= 0).float().mean():.3f}")
        elif step % 20 == 0:
            torch.cuda.synchronize()  # keeps the clock honest and the queue of launches short
            now = time.time()
            if now - shown > 15:
                shown = now
                mean = torch.stack(window).mean().item()
                window = []
                print(f"{now - begin:5.0f} s  step {step}  loss {mean:.4f}  {step * args.rows * MAX_LENGTH / (now - begin) / 1e6:.2f} M tokens/s  fresh {feed.fresh / max(1, feed.fresh + feed.reused):.2f}")
                if mean != mean:
                    sys.exit("the loss is not a number")
            if now - saved > 120:
                saved = now
                save_model(model, folder)
    save_model(model, folder)
    print(f"trained {step} steps, {step * args.rows * MAX_LENGTH / 1e6:.0f} M tokens in {time.time() - begin:.0f} s, peak memory {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB")
    (args.out / "training.json").write_text(json.dumps({"steps": step, "tokens": step * args.rows * MAX_LENGTH, "minutes": args.minutes, "seed": args.seed, "device": torch.cuda.get_device_name()}) + "\n")


if __name__ == "__main__":
    main()
