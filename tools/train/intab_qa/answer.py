"""Answers as the question-answering pipeline of transformers gives them, computed from the model's start and end logits."""
from __future__ import annotations

import torch


@torch.no_grad()
def answers(model, tokenizer, pairs: list[tuple[str, str]], impossible: bool, longest: int = 15, batch: int = 512) -> list[dict]:
    """For each (question, context) the best span: {answer, score, start, end}; with `impossible` also "" where that scores higher."""
    out: list[dict] = [{}] * len(pairs)
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][1]))
    for at in range(0, len(order), batch):
        part = order[at:at + batch]
        encoded = tokenizer([pairs[i][0] for i in part], [pairs[i][1] for i in part], return_tensors="pt", padding=True, return_offsets_mapping=True)
        context = torch.tensor([[s == 1 for s in encoded.sequence_ids(row)] for row in range(len(part))], device=model.device)
        allowed = context.clone()
        allowed[:, 0] = impossible
        result = model(input_ids=encoded["input_ids"].to(model.device), attention_mask=encoded["attention_mask"].to(model.device))
        starts, ends = (logits.masked_fill(~allowed, float("-inf")).softmax(-1) for logits in (result.start_logits, result.end_logits))
        none = (starts[:, 0] * ends[:, 0]).tolist()
        starts, ends = starts * context, ends * context
        scores = (starts[:, :, None] * ends[:, None, :]).triu().tril(longest - 1).flatten(1)
        best, place = scores.max(-1)
        for row, i in enumerate(part):
            first, last = divmod(place[row].item(), context.shape[1])
            if impossible and none[row] > best[row]:
                out[i] = {"answer": "", "score": none[row], "start": 0, "end": 0}
                continue
            text = pairs[i][1]
            start, end = whole_words(text, encoded["offset_mapping"][row][first][0].item(), encoded["offset_mapping"][row][last][1].item())
            out[i] = {"answer": text[start:end], "score": best[row].item(), "start": start, "end": end}
    return out


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """Without white space at its ends, and grown to the words that it begins or ends in."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while 0 < start < end and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
