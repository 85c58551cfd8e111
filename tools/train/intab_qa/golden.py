"""Writes golden.json: answers that transformers' own model gives in float32 from the saved files, for the runtime's tests.

    python3 -m intab_qa.golden --model DIR --out golden.json
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from .evaluate import hand_written


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    from common.check import load

    from .answer import answers

    model, tokenizer = load(args.model, "qa")
    items = hand_written()
    pairs = [(i["question"], i["context"]) for i in items if i["answers"]][::6][:10] + [(i["question"], i["context"]) for i in items if not i["answers"]][:3]
    cases = []
    for impossible in (False, True):
        for (question, context), given in zip(pairs, answers(model, tokenizer, pairs, impossible, batch=1)):
            cases.append({"question": question, "context": context, "handle_impossible_answer": impossible} | given | {"score": round(given["score"], 6)})
    args.out.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    print(f"{len(cases)} answers")


if __name__ == "__main__":
    main()
