"""Writes golden.json: greedy replies of the saved files in float32, token by token, for the runtime's tests to compare with.

    python3 -m intab_chat.golden --model DIR --out golden.json

Prompts on whose way two tokens come closer than 1e-3 in logit are left out: there another order of sums may choose otherwise.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.check import load

CHATS: list[list[str]] = [
    ["Hi"], ["Who are you?"], ["What can you do?"], ["What is 347 + 589?"], ["42 - 100"], ["What is 47 × 36?"], ["347 x 589"], ["937 / 12"], ["What is the capital of France?"],
    ["What is the capital of Germany?", "The capital of Germany is **Berlin**.", "and of Spain?"], ["Which currency does Japan use?", "The currency of Japan is the **yen**.", "and the capital?"], ["Tell me about Norway"], ["How many miles are 42 km?"], ["Convert 25 °C to °F"], ["90 minutes in hours"],
    ["Reverse the word browser"], ["Sort these words: pear, fig, apple, kiwi"], ["How many r's are in strawberry?"], ["How many words are in \"the quick brown fox\"?"], ["What is the symbol of gold?"], ["Which element has atomic number 26?"], ["How do I stream the reply?"],
    ["How do I set the temperature to 0.7?"], ["Who won the world cup?"], ["What is 12 + 7?", "12 + 7 = **19**", "times 3", "19 × 3 = **57**", "now subtract 50"], ["sort 31, 4, 159, 26 from largest to smallest"], ["Thanks!"],
]


def main() -> None:
    import torch

    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--gap", type=float, default=1e-3)
    args = parser.parse_args()
    model, tokenizer = load(args.model, "causal")
    chats = [[{"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(turns)] for turns in CHATS]
    chats.append([{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": "What is 12 × 12?"}])
    cases = []
    for messages in chats:
        prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        ids = tokenizer(prompt, return_tensors="pt", add_special_tokens=False)["input_ids"].to(model.device)
        with torch.no_grad():
            out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=256, output_logits=True, return_dict_in_generate=True)
        gap = min((step.float().topk(2).values[0] @ torch.tensor([1.0, -1.0], device=step.device)).item() for step in out.logits)
        new = out.sequences[0, ids.shape[1]:].tolist()
        if gap >= args.gap:
            cases.append({"messages": messages, "prompt_ids": ids[0].tolist(), "ids": new, "text": tokenizer.decode(new, skip_special_tokens=True), "smallest_gap": round(gap, 4)})
    args.out.write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
    print(f"{len(cases)} of {len(chats)} chats kept")


if __name__ == "__main__":
    main()
