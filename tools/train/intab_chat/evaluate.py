"""Measures the saved model per skill on held-out prompts, greedily, through transformers; and on hand-written prompts.

    python3 -m intab_chat.evaluate --model DIR --report report.json
"""
from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random

from .data import api, arithmetic, conversions, dialogue, elements, smalltalk, unknown, words, world
from .data.phrase import bold, plain

MODULES = [arithmetic, words, conversions, world, elements, api, smalltalk, unknown]


def single_turns(module, seed: int, count: int) -> dict[str, list[dict]]:
    """Held-out single prompts of a module: skill → [{messages, answer}], `count` a skill where so many distinct ones turn up."""
    rng = Random(seed)
    out: dict[str, dict[str, dict]] = {}
    for drawn in range(count * 60):
        turn = module.turn(rng, "test")
        skill = out.setdefault(turn.skill, {})
        if len(skill) < count:
            skill[turn.user] = {"messages": [{"role": "user", "content": turn.user}], "answer": plain(turn.answer)}
        elif drawn > count * 8 and all(len(items) == count for items in out.values()):
            break
    return {name: list(items.values()) for name, items in out.items()}


def follow_ups(module, seed: int, count: int) -> dict[str, list[dict]]:
    """Held-out follow-ups: a question with its right answer, then one that leans on it."""
    rng = Random(seed)
    out: dict[str, list[dict]] = {}
    while not out or any(len(items) < count for items in out.values()):
        first = module.turn(rng, "test")
        second = dialogue.follow(rng, "test", first)
        if second:
            messages = dialogue.messages(None, [first]) + [{"role": "user", "content": second.user}]
            messages[1]["content"] = plain(messages[1]["content"])
            out.setdefault(second.skill, []).append({"messages": messages, "answer": plain(second.answer)})
    return {name: items[:count] for name, items in out.items()}


def prompts(seed: int, count: int, tokenizer_json: str) -> dict[str, list[dict]]:
    jobs = [(single_turns, module, seed, count) for module in MODULES] + [(follow_ups, module, seed + 1, count) for module in (arithmetic, words, conversions, world, elements)]
    with ProcessPoolExecutor() as pool:
        parts = list(pool.map(_run, [(f.__name__, module.__name__.rpartition(".")[2], *rest, tokenizer_json) for f, module, *rest in jobs]))
    out: dict[str, list[dict]] = {}
    for part in parts:
        out |= part
    return out | {"hand-written prompts": hand_written()}


def _run(job: tuple) -> dict[str, list[dict]]:
    function, module, seed, count, tokenizer_json = job
    words.learn_vocabulary(json.loads(Path(tokenizer_json).read_text())["model"]["vocab"])
    return {"single_turns": single_turns, "follow_ups": follow_ups}[function](next(m for m in MODULES if m.__name__.endswith("." + module)), seed, count)


def hand_written() -> list[dict]:
    items = json.loads((Path(__file__).parent / "hand_written.json").read_text())
    return [{"messages": [{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(item["turns"])], "contains": item["contains"]} for item in items]


def correct(item: dict, reply: str) -> bool:
    if "contains" in item:
        return item["contains"] in reply
    if item["answer"].startswith("I don't know"):
        return reply.startswith("I don't know")
    return bold(reply) == bold(item["answer"])


def replies(model, tokenizer, items: list[dict], batch: int, max_new_tokens: int) -> list[str]:
    import torch

    prompts = [tokenizer.apply_chat_template(item["messages"], add_generation_prompt=True, tokenize=False) for item in items]
    order = sorted(range(len(items)), key=lambda i: len(items[i].get("answer", "x" * 200)))
    out = [""] * len(items)
    for at in range(0, len(order), batch):
        part = order[at:at + batch]
        encoded = tokenizer([prompts[i] for i in part], return_tensors="pt", padding=True, padding_side="left", add_special_tokens=False).to(model.device)
        with torch.no_grad():
            ids = model.generate(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"], do_sample=False, max_new_tokens=max_new_tokens)
        for i, text in zip(part, tokenizer.batch_decode(ids[:, encoded["input_ids"].shape[1]:], skip_special_tokens=True)):
            out[i] = text
    return out


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--count", type=int, default=256, help="prompts a skill")
    parser.add_argument("--batch", type=int, default=1536)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--max-new-tokens", type=int, default=320)
    args = parser.parse_args()
    from common.check import load

    groups = prompts(args.seed, args.count, f"{args.model}/tokenizer.json")
    model, tokenizer = load(args.model, "causal")
    flat = [(name, item) for name, items in groups.items() for item in items]
    texts = replies(model, tokenizer, [item for _, item in flat], args.batch, args.max_new_tokens)
    report: dict = {"skills": {}, "wrong": {}}
    for (name, item), text in zip(flat, texts):
        right = correct(item, text)
        entry = report["skills"].setdefault(name, {"right": 0, "of": 0})
        entry["right"] += right
        entry["of"] += 1
        wrong = report["wrong"].setdefault(name, [])
        if not right and (len(wrong) < 4 or name == "hand-written prompts"):
            wrong.append({"messages": [m["content"] for m in item["messages"]], "want": item.get("answer", item.get("contains")), "got": text})
    for name, entry in report["skills"].items():
        entry["accuracy"] = round(entry["right"] / entry["of"], 4)
        print(f"{entry['accuracy']:.3f}  {entry['of']:4d}  {name}")
    report["wrong"] = {name: wrong for name, wrong in report["wrong"].items() if wrong}
    args.report.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
