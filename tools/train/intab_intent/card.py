"""Writes the model card from the measured report, so that no number in it is typed by hand.

    python3 -m intab_intent.card --report intab_intent/report.json --training intab_intent/training.json --model ../../demo/public/models/intab-intent
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.card import facts

from .data.intents import LABELS

CARD = """---
license: mit
language: en
library_name: transformers
pipeline_tag: text-classification
tags: [hunyuan_v1_moe, intab, tiny]
---
# intab-intent

Tells what a customer's message to an online shop or service is about: one of {count} intents. A very small mixture of experts
with {parameters} parameters ({size} MB in bfloat16), made for intab's demo page and tests, trained from nothing on messages
that intab's own script generates.

```js
import {{ pipeline }} from 'intab';

const intent = await pipeline('text-classification', '/models/intab-intent');
console.log(await intent('I do not want to cancel, just change the address.', {{ top_k: 3 }}));
// [{{ label: 'change_address', score: … }}, …]
```

## Files
| | |
|---|---|
| architecture | `HunYuanMoEV1ForSequenceClassification`: width 128, 4 layers, 4 query and 2 key-value heads of 32, 8 experts of 64 of which a token takes 2, one shared expert, 512 positions |
| labels | {labels} |
| tokenizer | byte-level BPE, 2048 tokens; every message ends with `<\\|end\\|>`, which the classifier reads |

## How it was made
`tools/train/` in intab's repository (commands in its README): {tokens} million tokens of generated messages, {steps} steps in
{minutes} minutes on one {device}, seed {seed}. No third-party text: the phrasings, from two words to a paragraph, polite,
rude, rambling or misspelled, with denials ("not …, just …") and remarks beside the point, were typed as patterns for it.
Another run gives a model of the same quality, not the same bytes.

## Measured
Held out: the phrasings that carry the intent, by a hash; training never draws them, though it does draw other
combinations of the same words. Hand-written: {hand} messages typed without the generator after the last change to it.
Development: {development} messages typed the same way but measured while the patterns grew, some of which are close to them. In float32,
from the files in this folder.

    cd tools/train && python3 -m intab_intent.evaluate --model ../../demo/public/models/intab-intent --report intab_intent/report.json --golden intab_intent/golden.json

{table}

## Limits
- One intent a message: of two requests it names one. English only.
- Messages about a trade that is neither a shop nor a subscription, and wishes outside the list, should come out as `other`,
  but often come out as the nearest intent.
- Scores are near 0 or 1 even where it errs: the score of the best intent is no measure of doubt.
- The hand-written messages show best what to expect of real ones: it knows the words of its patterns and no others.
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    report = json.loads(args.report.read_text())
    held, hand, development = (report[name] for name in ("held_out", "hand_written", "development"))
    rows = ["| intent | held out, right | of | accuracy | hand-written, right | of | development, right | of |", "|---|---|---|---|---|---|---|---|"]
    for label in ["all", *LABELS]:
        a, b, c = held[label], hand[label], development[label]
        rows.append(f"| **{label}** | {a['right']} | {a['of']} | {100 * a['accuracy']:.1f} % | {b['right']} | {b['of']} | {c['right']} | {c['of']} |")
    (args.model / "README.md").write_text(CARD.format(**facts(args.model, args.training), count=len(LABELS), labels=", ".join(f"`{label}`" for label in LABELS), hand=hand["all"]["of"], development=development["all"]["of"], table="\n".join(rows)))


if __name__ == "__main__":
    main()
