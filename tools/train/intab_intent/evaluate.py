"""Measures the saved model on held-out and on hand-written messages, through transformers in float32.

    python3 -m intab_intent.evaluate --model DIR --report report.json --golden golden.json

golden.json gets all probabilities of some messages, for the runtime's tests to compare with.
"""
from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from random import Random

from .data.intents import LABELS
from .data.message import message

GOLDEN = ["Where is my parcel?", "cancel order #48213 please", "I do not want to cancel, just change the address.", "The lamp arrived broken :(", "my card was declined twice", "pls send me the invoice for march", "I forgot my password", "let me talk to a human", "hi", "worst service ever!!!", "Do you ship to Norway, and how much is it?", "It would be great if you added a dark mode."]


def hand_written(file: str = "hand_written.json") -> list[tuple[str, str]]:
    return [(text, intent) for intent, texts in json.loads((Path(__file__).parent / file).read_text()).items() for text in texts]


def predict(model, tokenizer, texts: list[str], batch: int = 256) -> tuple[list[list[int]], list[list[float]]]:
    """The ids and the probabilities of each text."""
    import torch

    ids, out = [tokenizer(text)["input_ids"] for text in texts], []
    for at in range(0, len(texts), batch):
        encoded = tokenizer(texts[at:at + batch], return_tensors="pt", padding=True, padding_side="right").to(model.device)
        with torch.no_grad():
            out += model(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]).logits.float().softmax(-1).tolist()
    return ids, out


def accuracy(wanted: list[str], found: list[str]) -> dict[str, dict]:
    out = {}
    for label in ["all", *LABELS]:
        marks = [want == got for want, got in zip(wanted, found) if label in ("all", want)]
        out[label] = {"right": sum(marks), "of": len(marks), "accuracy": round(sum(marks) / max(1, len(marks)), 4)}
    return out


def main() -> None:
    from common.check import load

    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--golden", type=Path, required=True)
    parser.add_argument("--count", type=int, default=400, help="messages an intent")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    model, tokenizer = load(args.model, "sequence")

    rng = Random(args.seed)
    held = list({text: (text, label) for label in LABELS for text, label in (message(rng, "test", label) for _ in range(args.count))}.values())
    report: dict = {}
    for name, items in (("held_out", held), ("hand_written", hand_written()), ("development", hand_written("development.json"))):
        _, rows = predict(model, tokenizer, [text for text, _ in items])
        found = [LABELS[max(range(len(row)), key=row.__getitem__)] for row in rows]
        report[name] = accuracy([label for _, label in items], found)
        wrong = [{"text": text, "want": want, "got": got, "probability": round(max(row), 3)} for (text, want), got, row in zip(items, found, rows) if want != got]
        report["wrong_" + name] = wrong[:: max(1, len(wrong) // 40)] if name == "held_out" else wrong
        if name == "held_out":
            report["confusions"] = [{"want": a, "got": b, "count": n} for (a, b), n in Counter((w["want"], w["got"]) for w in wrong).most_common(20)]
        print(name, report[name]["all"])
    args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")

    ids, rows = zip(*((i[0], p[0]) for i, p in (predict(model, tokenizer, [text]) for text in GOLDEN)))
    cases = [{"text": text, "ids": i, "probabilities": {label: round(x, 6) for label, x in zip(LABELS, row)}} for text, i, row in zip(GOLDEN, ids, rows)]
    args.golden.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")


if __name__ == "__main__":
    main()
