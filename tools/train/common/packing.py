"""Packs a task's examples into rows of tokens in worker processes, endlessly."""
from __future__ import annotations

import multiprocessing as mp
import os
from importlib import import_module
from random import Random

import numpy as np

IGNORE = {"qa": 0}


def pack(rng: Random, encoder, rows: int, length: int, ignore: int = -100):
    """Returns int16 arrays [rows, length]: ids, labels (`ignore` outside the examples), document numbers (-1 outside)."""
    ids = np.zeros((rows, length), np.int16)
    labels = np.full((rows, length), ignore, np.int16)
    documents = np.full((rows, length), -1, np.int16)
    used, count = [0] * rows, [0] * rows
    open_rows = list(range(rows))
    misses = 0
    while open_rows:
        tokens, classes = encoder.example(rng)
        n = len(tokens)
        if n > length:
            continue
        for row in open_rows[:8]:
            at = used[row]
            if at + n <= length:
                ids[row, at:at + n] = tokens
                labels[row, at:at + n] = classes
                documents[row, at:at + n] = count[row]
                used[row] += n
                count[row] += 1
                if used[row] > length - length // 25:
                    open_rows.remove(row)
                misses = 0
                break
        else:
            misses += 1
            if misses > 6:
                open_rows.pop(0)
                misses = 0
    return ids, labels, documents


def _work(queue, task_name: str, tokenizer_path: str, seed: int, rows: int) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from tokenizers import Tokenizer

    task = import_module(f"{task_name}.task")
    encoder = task.Encoder(Tokenizer.from_file(tokenizer_path))
    rng = Random(seed)
    while True:
        queue.put(pack(rng, encoder, rows, task.LENGTH, IGNORE.get(task.HEAD, -100)))


def start(task_name: str, tokenizer_path: str, seed: int, workers: int, rows: int):
    """Starts the workers; the queue yields what `pack` returns."""
    context = mp.get_context("spawn")
    queue = context.Queue(maxsize=workers * 4)
    for i in range(workers):
        context.Process(target=_work, args=(queue, task_name, tokenizer_path, seed * 1000 + i, rows), daemon=True).start()
    return queue
