"""The training loop: packed rows from the workers, Muon and AdamW, for a set time."""
from __future__ import annotations

import queue as queues
import random
import sys
import threading
import time

import numpy as np
import torch

from .decoder import Decoder, document_mask
from .muon import Muon

CHUNK_ROWS = 32


class Feed:
    """Moves packed rows to the GPU ahead of use; repeats old rows where the workers fall behind."""

    def __init__(self, queue, rows: int, device: str):
        self.queue, self.chunks, self.device = queue, rows // CHUNK_ROWS, device
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
            parts = [self._chunk() for _ in range(self.chunks)]
            arrays = (torch.from_numpy(np.concatenate(part).astype(np.int64)) for part in zip(*parts))
            self.ready.put([a.pin_memory().to(self.device, non_blocking=True) if self.device == "cuda" else a for a in arrays])

    def next(self):
        return self.ready.get()


def schedule(progress: float) -> float:
    """Learning rate factor: a short rise, flat, then linear to zero from 35 % on."""
    if progress < 0.01:
        return progress / 0.01
    return 1.0 if progress < 0.35 else max(0.0, (1 - progress) / 0.65)


def optimizers(model: Decoder, lr: float, adam_lr: float) -> list[torch.optim.Optimizer]:
    matrices, others = [], []
    for name, p in model.named_parameters():
        (matrices if "_proj" in name and p.dim() >= 2 else others).append(p)
    return [Muon(matrices, lr=lr), torch.optim.AdamW(others, lr=adam_lr, betas=(0.9, 0.98), weight_decay=0.0)]


def train(model: Decoder, feed: Feed, minutes: float, lr: float = 0.02, adam_lr: float = 0.002) -> dict:
    """Trains for `minutes` from the end of the first step, which compiles; returns the steps and tokens."""
    device, causal = feed.device, model.config.get("is_causal", True)
    steppers, base = optimizers(model, lr, adam_lr), (lr, adam_lr)
    forward = torch.compile(model, dynamic=False) if device == "cuda" else model
    started, begin, shown, step, tokens = time.time(), None, 0.0, 0, 0
    window: list = []
    while True:
        ids, labels, documents = feed.next()
        progress = 0.0 if begin is None else (time.time() - begin) / (minutes * 60)
        if progress >= 1:
            break
        for stepper, rate in zip(steppers, base):
            for group in stepper.param_groups:
                group["lr"] = rate * schedule(max(progress, 1e-4))
        mask = document_mask(documents, causal, flex=device == "cuda")
        with torch.autocast(device, torch.bfloat16):
            loss = forward(ids, documents, mask, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for stepper in steppers:
            stepper.step()
        model.zero_grad(set_to_none=True)
        step, tokens = step + 1, tokens + ids.numel()
        window.append(loss.detach())
        if begin is None:
            first = loss.item()
            begin = shown = time.time()
            print(f"first step done at {begin - started:.0f} s, loss {first:.3f}, packing {(documents >= 0).float().mean():.3f}, documents a row {(documents.amax(1) + 1).float().mean():.1f}", flush=True)
        elif step % 20 == 0 and time.time() - shown > 0.5:
            mean = torch.stack(window).mean().item()  # waits for the device: keeps the clock honest and the queue of launches short
            now = time.time()
            if mean != mean:
                sys.exit("the loss is not a number")
            if now - shown > 15:
                shown, window = now, []
                print(f"{now - begin:5.0f} s  step {step}  loss {mean:.4f}  {tokens / (now - begin) / 1e6:.2f} M tokens/s  fresh {feed.fresh / max(1, feed.fresh + feed.reused):.2f}", flush=True)
    return {"steps": step, "tokens": tokens}
