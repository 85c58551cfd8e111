"""Measures the saved model span by span on held-out documents and on hand-written texts, through transformers in float32.

    python3 -m intab_pii.evaluate --model DIR --report report.json --golden golden.json

A span is right when its start, end and type are. Spans come from the tokens as the pipeline's `simple` aggregation groups them.
golden.json gets each token's best label with its probability, for the runtime's tests to compare with.
"""
from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from random import Random

from .data.document import Span, document
from .data.entities import LABELS, TYPES
from .data.layouts import LAYOUTS

_MARK = re.compile(rf"\[({'|'.join(TYPES)}) ([^\]]+)\]")

GOLDEN = [
    "My name is Maria Kowalska and my number is +44 7700 900123.", "Please send the invoice to anna.schmidt@example.de before 12 March 2025.", "Ship it to 14 Elm Street, Springfield, IL 62704 instead.", "card 4111 1111 1111 1111 exp 09/27", "IBAN DE89 3704 0044 0532 0130 00, account holder Jürgen Müller",
    "Login from 192.168.0.17 and 2001:db8::1 at 10:32", "My order #48213 has not arrived, it cost $49.99.", "may I return the blue jacket in june?", "Dear Dr. O'Neill,\n\nI was born on 03/07/1984.\n\nKind regards,\nChinedu Okafor", '{"name": "Li Wei", "email": "li.wei@example.cn", "phone": "010-1234-5678"}',
    "hi its sara from berlin, call me on 0171 2345678", "Hello world",
]


def hand_written(file: str = "hand_written.json") -> list[tuple[str, list[Span]]]:
    """The texts of a file in which a span is marked as [TYPE text]."""
    out = []
    for marked in json.loads((Path(__file__).parent / file).read_text()):
        text, spans, at = "", [], 0
        for match in _MARK.finditer(marked):
            text += marked[at:match.start()]
            spans.append((len(text), len(text) + len(match[2]), match[1]))
            text, at = text + match[2], match.end()
        out.append((text + marked[at:], spans))
    return out


def group(offsets: list[tuple[int, int]], labels: list[str]) -> list[Span]:
    """Neighbouring tokens of one type as spans; a B- label starts a new one."""
    out: list[list] = []
    open_type = None
    for (start, end), label in zip(offsets, labels):
        mark, _, kind = label.partition("-")
        if kind and (mark == "B" or kind != open_type):
            out.append([start, end, kind])
        elif kind:
            out[-1][1] = end
        open_type = kind or None
    return [tuple(span) for span in out]


def scores(pairs: list[tuple[list[Span], list[Span]]]) -> dict[str, dict]:
    """Precision, recall and F1 in all and by type, of (wanted, found) spans of each text."""
    out = {}
    for kind in ["all", *TYPES]:
        sets = [({s for s in want if kind in ("all", s[2])}, {s for s in found if kind in ("all", s[2])}) for want, found in pairs]
        right, wanted, found = (sum(counts) for counts in zip(*((len(a & b), len(a), len(b)) for a, b in sets)))
        out[kind] = {"precision": round(right / max(1, found), 4), "recall": round(right / max(1, wanted), 4), "f1": round(2 * right / max(1, wanted + found), 4), "spans": wanted}
    return out


def predict(model, tokenizer, texts: list[str], batch: int = 64) -> list[dict]:
    """For each text its ids, the tokens' offsets, best labels and their probabilities."""
    import torch

    out: list = [None] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    for at in range(0, len(order), batch):
        part = order[at:at + batch]
        encoded = tokenizer([texts[i] for i in part], return_tensors="pt", padding=True, padding_side="right", return_offsets_mapping=True, truncation=True)
        with torch.no_grad():
            logits = model(input_ids=encoded["input_ids"].to(model.device), attention_mask=encoded["attention_mask"].to(model.device)).logits
        best, index = logits.float().softmax(-1).max(-1)
        for row, i in enumerate(part):
            n = int(encoded["attention_mask"][row].sum())
            out[i] = {"ids": encoded["input_ids"][row, :n].tolist(), "offsets": [tuple(pair) for pair in encoded["offset_mapping"][row, :n].tolist()], "labels": [LABELS[j] for j in index[row, :n].tolist()], "probabilities": best[row, :n].tolist()}
    return out


def marked(text: str, spans: list[Span]) -> str:
    for start, end, kind in sorted(spans, reverse=True):
        text = f"{text[:start]}[{kind} {text[start:end]}]{text[end:]}"
    return text


def main() -> None:
    from common.check import load

    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--golden", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400, help="documents a layout")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    model, tokenizer = load(args.model, "token")

    rng = Random(args.seed)
    documents = [(layout, *document(rng, "test", layout)) for layout in LAYOUTS for _ in range(args.count)]
    documents = [entry for entry in documents if len(entry[1]) < 2500]  # within the model's positions
    hand, development = hand_written(), hand_written("development.json")
    texts = [text for _, text, _ in documents] + [text for text, _ in hand + development]
    found = [group(p["offsets"], p["labels"]) for p in predict(model, tokenizer, texts)]
    wanted = [want for *_, want in documents] + [want for _, want in hand + development]
    pairs = list(zip(wanted, found))
    held, first, second = pairs[:len(documents)], pairs[len(documents):len(documents) + len(hand)], pairs[len(documents) + len(hand):]
    wrong = [{"want": marked(text, want), "got": marked(text, got)} for text, (want, got) in zip(texts, pairs) if set(want) != set(got)]
    report = {
        "held_out": scores(held), "hand_written": scores(first), "development": scores(second),
        "texts": {name: {"right": sum(set(want) == set(got) for want, got in part), "of": len(part)} for name, part in (("held_out", held), ("hand_written", first), ("development", second))},
        "layouts": {layout: {"documents": sum(name == layout for name, *_ in documents)} | scores([pair for (name, *_), pair in zip(documents, held) if name == layout])["all"] for layout in LAYOUTS},
        "wrong_by_hand": [w for w in wrong if w["want"] in {marked(text, want) for text, want in hand + development}],
        "wrong": [w for w in wrong if len(w["want"]) < 300][::7][:40],
    }
    args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    for name in ("held_out", "hand_written", "development"):
        print(name, {kind: entry["f1"] for kind, entry in report[name].items()})

    cases = [{"text": text, "ids": p["ids"], "labels": p["labels"], "probabilities": [round(x, 6) for x in p["probabilities"]]} for text in GOLDEN for p in predict(model, tokenizer, [text])]
    args.golden.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
