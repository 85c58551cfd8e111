"""Measures the saved model through transformers: generated questions of held-out wordings and names, and hand-written ones.

    python3 -m intab_qa.evaluate --model DIR --report report.json
"""
from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from random import Random

from .data.passage import Example, examples


def held_out(seed: int, count: int) -> dict[str, list[Example]]:
    """Questions about held-out names: in wordings of training, in held-out ones, on held-out sentences; and without an answer.

    No more than a fiftieth of them are about one frame, so that no held-out pattern counts for many.
    """
    def draw(keep, **kind) -> list[Example]:
        rng, topics, out = Random(seed), Counter(), []
        for _ in range(count * 20):
            for example in examples(rng, "test", **kind):
                if keep(example) and topics[example.topic] < count / 50:
                    topics[example.topic] += 1
                    out.append(example)
            if len(out) >= count:
                break
        return out[:count]

    return {"new names": draw(lambda e: e.answer), "new names and questions": draw(lambda e: e.answer, new_questions=True),
            "new names and sentences": draw(lambda e: e.answer and e.new_sentence, new_sentences=True), "without an answer": draw(lambda e: not e.answer)}


def hand_written() -> list[dict]:
    passages = json.loads((Path(__file__).parent / "hand_written.json").read_text())
    return [{"context": passage["context"], **question} for passage in passages for question in passage["questions"]]


def words(text: str) -> list[str]:
    """The words of an answer without case, punctuation and articles."""
    text = re.sub(r"[^\w\s%€$£°]", "", text.lower())
    return [word for word in text.split() if word not in ("a", "an", "the")]


def f1(given: str, wanted: str) -> float:
    a, b = words(given), words(wanted)
    if not a or not b:
        return float(a == b)
    common = sum((Counter(a) & Counter(b)).values())
    return 2 * common / (len(a) + len(b))


def score(given: str, wanted: list[str]) -> dict[str, float]:
    """Against the best of the accepted answers: equal, one within the other, overlap of words."""
    wanted = wanted or [""]
    within = given != "" and any(" ".join(words(a)) in " ".join(words(given)) or " ".join(words(given)) in " ".join(words(a)) for a in wanted if a)
    exact = any(words(given) == words(a) for a in wanted)
    return {"exact": float(exact), "contains": float(exact or within), "f1": max(f1(given, a) for a in wanted)}


def summary(scores: list[dict[str, float]]) -> dict[str, float]:
    return {"of": len(scores)} | {name: round(sum(s[name] for s in scores) / len(scores), 4) for name in scores[0]}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    from common.check import load

    from .answer import answers

    model, tokenizer = load(args.model, "qa")
    report: dict = {"held out": {}, "hand-written": {}, "wrong": []}
    for name, group in held_out(args.seed, args.count).items():
        given = answers(model, tokenizer, [(e.question, e.context) for e in group], impossible=True)
        report["held out"][name] = summary([score(g["answer"], [e.answer]) for g, e in zip(given, group)])
        if name != "without an answer":
            misses: Counter = Counter(e.topic for g, e in zip(given, group) if words(g["answer"]) != words(e.answer))
            report["held out"][name]["most missed"] = dict(misses.most_common(8))
    items = hand_written()
    for impossible in (False, True):
        given = answers(model, tokenizer, [(i["question"], i["context"]) for i in items], impossible)
        for name, kind in (("answerable", True), ("unanswerable", False)):
            chosen = [(g, i) for g, i in zip(given, items) if bool(i["answers"]) == kind]
            if kind or impossible:
                report["hand-written"][name + (", no answer allowed" if impossible and kind else "")] = summary([score(g["answer"], i["answers"]) for g, i in chosen])
            report["wrong"] += [{"question": i["question"], "wanted": i["answers"], "given": g["answer"], "score": round(g["score"], 3), "no answer allowed": impossible}
                                for g, i in chosen if (kind or impossible) and score(g["answer"], i["answers"])["exact"] < 1]
    for section in ("held out", "hand-written"):
        for name, numbers in report[section].items():
            print(section, name, {k: v for k, v in numbers.items() if k != "most missed"})
    args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
