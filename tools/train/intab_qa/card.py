"""Writes the model card from the measured report, so that no number in it is typed by hand.

    python3 -m intab_qa.card --report intab_qa/report.json --training intab_qa/training.json --model ../../demo/public/models/intab-qa
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.card import facts

from .data import frames

CARD = """---
license: mit
language: en
library_name: transformers
pipeline_tag: question-answering
tags: [qwen2_moe, intab, tiny]
---
# intab-qa

A very small model that answers a question from a text by marking the answer in it, made for intab's demo page and tests: a
Qwen2-MoE of {parameters} parameters ({size} MB in bfloat16) that attends both ways, trained from nothing on passages and
questions that intab's own script generates.

```js
import {{ pipeline }} from 'intab';

const answer = await pipeline('question-answering', '/models/intab-qa');
const text = 'The Kestrel Bridge was designed by Rosalind Pike and finished in 1887. It is 214 metres long.';
console.log(await answer('Who designed the bridge?', text)); // {{ answer: 'Rosalind Pike', score: …, start: 35, end: 48 }}
console.log(await answer('What did it cost?', text, {{ handle_impossible_answer: true }})); // answer: '' where the text does not say
```

## Files
| | |
|---|---|
| architecture | `Qwen2MoeForQuestionAnswering`, `is_causal: false`: width 192, 6 layers, 6 query and 3 key-value heads of 32, 8 experts of 48 of which 2 answer, a shared expert of 64 |
| tokenizer | byte-level BPE, 3072 tokens, each digit by itself; the pair comes out as `<|cls|> question <|sep|> text <|sep|>`, and token 0 stands for no answer |
| longest training input | 384 tokens, question and text together (512 positions) |

## How it was made
`tools/train/` in intab's repository (commands in its README): {tokens} million tokens, {steps} steps in {minutes} minutes on one
{device}, seed {seed}. No third-party text. {sentences} sentence patterns and {questions} question patterns in {kinds} kinds of text
(biographies, companies, places, buildings, products, events, books and films, animals, sport, recipes, planets, projects,
courses, news of accidents, orders, hotels and shops, journeys, everyday actions) are filled with names from lists and made of
syllables, numbers, dates, places, reasons; facts about one or two subjects are joined, shortened and mixed. A fifth of the
questions has no answer in the text. The generator was slower than the GPU, so that each passage was seen about eight times.
Another run of the script gives a model of the same quality, not the same bytes.

## Measured
From the files in this folder, in float32. Exact: equal but for case, punctuation and articles; contains: one within the other;
F1: overlap of words.

    cd tools/train && python3 -m intab_qa.evaluate --model ../../demo/public/models/intab-qa --report intab_qa/report.json

Generated passages, all with names that training never uses; in the second row the questions, in the third the sentences are
worded as training never words them. "No answer" is allowed:

{held_out}

{hand_count} questions on {passages} texts that were written by hand, without the generator and before the training
(`hand_written.json`), with and without "no answer" allowed:

{hand}

`intab_qa/report.json` beside the scripts lists every hand-written question that it gets wrong.

## Limits
- It finds answers that stand in the text in so many words; it does not calculate or compare, and what has to be put together
  from two sentences it mostly misses. Of a list it may mark the first part only.
- Plain short English texts. Questions in words far from the text's, long sentences, poems and tables are beyond it.
- With `handle_impossible_answer` it also gives no answer to some questions that the text does answer; without, a low score means
  doubt.
- No source for anything that matters.
"""


def table(groups: dict[str, dict]) -> str:
    rows = ["| | questions | exact | contains | F1 |", "|---|---|---|---|---|"]
    return "\n".join(rows + [f"| {name} | {g['of']} | {100 * g['exact']:.1f} % | {100 * g['contains']:.1f} % | {100 * g['f1']:.1f} % |" for name, g in groups.items()])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    report = json.loads(args.report.read_text())
    passages = json.loads((Path(__file__).parent / "hand_written.json").read_text())
    every = [frame for kind in frames.FRAMES.values() for frame in kind] + frames.ACT + frames.SCENES
    text = CARD.format(sentences=sum(len(frame.sentences) for frame in every), questions=sum(len(q) for frame in every for q in frame.questions.values()), kinds=len(frames.FRAMES) + 2,
                       held_out=table(report["held out"]), hand=table(report["hand-written"]), 
                       hand_count=sum(len(p["questions"]) for p in passages), passages=len(passages), **facts(args.model, args.training))
    (args.model / "README.md").write_text(text)


if __name__ == "__main__":
    main()
