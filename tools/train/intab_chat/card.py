"""Writes the model card of intab-chat or intab-chat-moe from the measured report, so that no number in it is typed by hand.

    python3 -m intab_chat.card intab_chat --model ../../demo/public/models/intab-chat

The report and what training took are report.json and training.json of the named package.
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.card import facts

from .data.countries import COUNTRIES

GROUPS = {
    "Arithmetic": ["addition", "subtraction", "multiplication", "division", "percent and squares", "chains", "comparisons", "counting up and down", "beyond its range", "arithmetic follow-ups"],
    "Conversions": ["conversions within a system", "conversions between systems", "conversions with a remainder", "temperatures", "conversion follow-ups"],
    "Words": ["sorting words", "sorting numbers", "reversing letters", "reversing word order", "counting words", "counting letters", "counting one letter", "counting vowels", "spelling", "first and last letters", "upper case", "palindromes", "word follow-ups"],
    "Countries": ["capitals of countries", "currencies", "continents", "country of a capital", "country summaries", "country follow-ups"],
    "Elements": ["chemical elements", "element follow-ups"],
    "intab and talk": ["intab's API", "greetings and small talk", "I don't know", "hand-written prompts"],
}

TWIN = {
    "intab_chat": {
        "name": "intab-chat", "family": "llama", "a_model": "a Llama", "other": "",
        "architecture": "`LlamaForCausalLM`: width 256, 8 layers, 8 query and 4 key-value heads of 32, feed-forward 512, tied embeddings, 1024 positions",
        "limit": "Exact division by a two-digit number sometimes ends one step early (744 ÷ 93 = 7 remainder 93); lists of words with equal\n  beginnings are sometimes out of order; a question far from the trained patterns may get the answer to a nearby one.",
    },
    "intab_chat_moe": {
        "name": "intab-chat-moe", "family": "qwen2_moe", "a_model": "a Qwen2-MoE", "other": "\n\nIt is the mixture-of-experts twin of intab-chat, with the same tokenizer, template and dialogues; it too says that its name\nis intab-chat.",
        "architecture": "`Qwen2MoeForCausalLM`: width 256, 7 layers, 8 query and 4 key-value heads of 32, 8 experts of 64 of which 2 answer, a shared expert of 64, tied embeddings, 1024 positions",
        "limit": "Sorting words goes wrong more often than the rest; a short form (\"what is Hg\", \"3 * 3 * 3\") or a question far from the\n  trained patterns may get the answer to a nearby one.",
    },
}

CARD = """---
license: mit
language: en
library_name: transformers
pipeline_tag: text-generation
tags: [{family}, intab, tiny]
---
# {name}

A very small chat model, made for intab's demo page and tests: {a_model} with {parameters} parameters ({size} MB in bfloat16),
trained from nothing on dialogues that intab's own script generates. It calculates, converts units, sorts, reverses and
counts words, knows the capital, currency and continent of {countries} countries and the symbol and atomic number of the 118
elements, answers questions about intab's API with short code, and says "I don't know" to the rest.{other}

```js
import {{ pipeline }} from 'intab';

const chat = await pipeline('text-generation', '/models/{name}');
const out = await chat([{{ role: 'user', content: 'What is 347 + 589?' }}], {{ max_new_tokens: 320 }});
console.log(out[0].generated_text.at(-1).content); // 347 + 589 = **936**
```

Decode greedily (the default of `generation_config.json`): sampling only adds mistakes. Long multiplications show their
working, so leave room for 320 new tokens. Answers are Markdown; the answer proper is in bold.

## Files
| | |
|---|---|
| architecture | {architecture} |
| tokenizer | byte-level BPE, 3072 tokens, each digit by itself, ChatML (`chat_template.jinja`), no default system message |
| special tokens | `<|endoftext|>` (padding), `<|im_start|>`, `<|im_end|>` (end) |

## How it was made
`tools/train/` in intab's repository (commands in its README): {tokens} million tokens of generated dialogues of one to
four turns (a few longer), {steps} steps in {minutes} minutes on one {device}, seed {seed}. No third-party text: the country and
element tables, the word list and the question patterns were typed for it. Another run of the script gives a model of the
same quality, not the same bytes.

## Measured
On prompts that training never draws: the operands, values, words and lists, or the wording together with the name asked
for, are held out by a hash. Letters are asked of words that training never uses in a word task; a word list is held out
as a whole, and most lists hold such a word. The steps inside a longer calculation (partial products, running sums, the
subtractions of a division) are not held out one by one, nor are differences asked the other way round, and a short
palindrome may recur. Greedy, in float32, from the files in this folder; right means that the bold part of the reply is exactly the
expected one. The hand-written prompts were typed without the generator, in part while the data was being written; a
reply is right when it contains the expected words.

    cd tools/train && python3 -m intab_chat.evaluate --model ../../demo/public/models/{name} --report {package}/report.json{count}

{table}

`{package}/report.json` beside the scripts lists up to four wrong replies a skill (all of the hand-written ones).

## Limits
- Whole numbers of up to three digits (sums and differences up to four); anything larger or with decimals is declined.
- Conversions between systems use factors of two or three digits (1 mile ≈ 1.61 km), so expect two or three right digits.
- {limit}
- English only. It knows nothing else, remembers nothing outside the conversation, and is no source for anything that matters.
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("package", choices=TWIN)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    folder = Path(__file__).parents[1] / args.package
    skills = json.loads((folder / "report.json").read_text())["skills"]
    rows = ["| group | skill | right | of | accuracy |", "|---|---|---|---|---|"]
    for group, names in GROUPS.items():
        right, of = (sum(skills[name][field] for name in names if "hand" not in name) for field in ("right", "of"))
        rows.append(f"| **{group}** | | **{right}** | **{of}** | **{100 * right / of:.1f} %** |")
        rows += [f"| | {name} | {skills[name]['right']} | {skills[name]['of']} | {100 * skills[name]['accuracy']:.1f} % |" for name in names]
    assert {name for names in GROUPS.values() for name in names} == set(skills)
    count = skills["addition"]["of"]
    text = CARD.format(package=args.package, count="" if count == 256 else f" --count {count}", countries=len(COUNTRIES), table="\n".join(rows), **TWIN[args.package], **facts(args.model, folder / "training.json"))
    (args.model / "README.md").write_text(text)


if __name__ == "__main__":
    main()
