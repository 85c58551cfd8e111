"""Packs generated dialogues into rows of `length` tokens in worker processes, endlessly."""
from __future__ import annotations

import multiprocessing as mp
import os
from random import Random

import numpy as np

IGNORE = -100


def pack(rng: Random, encoder, rows: int, length: int):
    """Returns int16 arrays [rows, length]: ids, labels (the next token where it is to be learnt, else IGNORE), dialogue numbers."""
    from .data.dialogue import dialogue

    ids = np.zeros((rows, length), np.int16)
    labels = np.full((rows, length), IGNORE, np.int16)
    documents = np.full((rows, length), -1, np.int16)
    used, count = [0] * rows, [0] * rows
    open_rows = list(range(rows))
    misses = 0
    while open_rows and misses < 40:
        tokens, mask = encoder.dialogue(*dialogue(rng))
        n = len(tokens)
        if n > length:
            continue
        for row in open_rows[:8]:
            at = used[row]
            if at + n <= length:
                ids[row, at:at + n] = tokens
                labels[row, at:at + n - 1] = [t if m else IGNORE for t, m in zip(tokens[1:], mask[1:])]
                documents[row, at:at + n] = count[row]
                used[row] += n
                count[row] += 1
                if used[row] > length - 40:
                    open_rows.remove(row)
                misses = 0
                break
        else:
            misses += 1
            if misses > 6:
                open_rows.pop(0)
                misses = 0
    return ids, labels, documents


def _work(queue, tokenizer_path: str, seed: int, rows: int, length: int) -> None:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    from tokenizers import Tokenizer

    from .data.words import learn_vocabulary
    from .tokenizer import Encoder

    learn_vocabulary(tokenizer_path)
    encoder = Encoder(Tokenizer.from_file(tokenizer_path))
    rng = Random(seed)
    while True:
        queue.put(pack(rng, encoder, rows, length))


def start(tokenizer_path: str, seed: int, workers: int, rows: int, length: int):
    """Starts the workers; the queue yields what `pack` returns."""
    context = mp.get_context("spawn")
    queue = context.Queue(maxsize=workers * 4)
    for i in range(workers):
        context.Process(target=_work, args=(queue, tokenizer_path, seed * 1000 + i, rows, length), daemon=True).start()
    return queue
