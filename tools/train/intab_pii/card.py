"""Writes the model card from the measured report, so that no number in it is typed by hand.

    python3 -m intab_pii.card --report intab_pii/report.json --training intab_pii/training.json --model ../../demo/public/models/intab-pii
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path

from common.card import facts

from .data.entities import TYPES

_MEANING = {"NAME": "people, without titles", "EMAIL": "e-mail addresses", "ADDRESS": "postal addresses, also in parts", "PHONE": "phone and fax numbers", "CARD": "payment card numbers", "ACCOUNT": "IBANs, bank accounts, routing and sort codes; customer, policy, member and identity numbers", "DATE": "calendar dates with a day or a month and year", "IP": "IP addresses, v4 and v6"}

CARD = """---
license: mit
language: en
library_name: transformers
pipeline_tag: token-classification
tags: [llama, intab, tiny, pii]
---
# intab-pii

Marks what a page may want to redact before text leaves the browser tab: names, e-mail and postal addresses, phone, card and
account numbers, dates and IP addresses. A very small bidirectional Llama with {parameters} parameters ({size} MB in
bfloat16), made for intab's demo page and tests, trained from nothing on texts that intab's own script generates.

```js
import {{ pipeline }} from 'intab';

const find = await pipeline('token-classification', '/models/intab-pii');
const text = 'I am Maria Kowalska, call me on +44 7700 900123.';
const spans = await find(text, {{ aggregation_strategy: 'simple' }});
let redacted = text;
for (const {{ start, end, entity_group }} of spans.reverse()) {{
  redacted = `${{redacted.slice(0, start)}}[${{entity_group}}]${{redacted.slice(end)}}`;
}}
console.log(redacted); // I am [NAME], call me on [PHONE].
```

## Files
| | |
|---|---|
| architecture | `LlamaForTokenClassification`, `is_causal: false`: width 192, 5 layers, 6 heads of 32, feed-forward 448, 1024 positions |
| labels | `O` and `B-`, `I-` of {types} |
| tokenizer | byte-level BPE, 3584 tokens, each digit and each punctuation mark by itself, nothing added at the ends |

## How it was made
`tools/train/` in intab's repository (commands in its README): {tokens} million tokens of generated messages, e-mails, chats,
forms, letters, CVs, tables, JSON, logs and notes, {steps} steps in {minutes} minutes on one {device}, seed {seed}. No
third-party text: the lists of names and streets of some thirty countries, the number formats and the sentence patterns were
typed for it; a part of the names is put together from syllables. Another run gives a model of the same quality, not the same
bytes.

## Measured
Strict spans: start, end and type must all be right. Held out: sentence patterns, field labels, names and streets, by a hash; training
never draws them. Hand-written: {hand} texts typed without the generator after the last change to it, {hand_right} of them marked
without any mistake. Development: {dev} texts typed the same way but measured while the generator grew, {dev_right} without any
mistake. None is trained on. In float32, from the files in this folder.

    cd tools/train && python3 -m intab_pii.evaluate --model ../../demo/public/models/intab-pii --report intab_pii/report.json --golden intab_pii/golden.json

{table}

By kind of text, held out:

{layouts}

## Limits
- It misses things. Use it as a help for the person who sends the text, not as a guarantee of anonymity.
- Unusual first names by themselves in the middle of a sentence are missed most often, and a part of a word is marked at times.
- English text, though with names, addresses, phone numbers and dates as many countries write them.
- A name or number without any context is a guess: ten digits alone may be a phone, an account or an order number.
- Up to 1024 tokens at once (about 3000 characters); split longer texts.
- Titles ("Dr"), weekdays, times, years alone, cities and countries outside an address, order and invoice numbers, masked card
  numbers and user names are left unmarked on purpose.
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--training", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    args = parser.parse_args()
    report = json.loads(args.report.read_text())
    held, hand, development = (report[name] for name in ("held_out", "hand_written", "development"))
    rows = ["| type | | held-out F1 | precision | recall | spans | hand-written F1 | spans | development F1 | spans |", "|---|---|---|---|---|---|---|---|---|---|"]
    for kind in ["all", *TYPES]:
        a, b, c = held[kind], hand[kind], development[kind]
        rows.append(f"| **{kind}** | {_MEANING.get(kind, '')} | {a['f1']:.3f} | {a['precision']:.3f} | {a['recall']:.3f} | {a['spans']} | {b['f1']:.3f} | {b['spans']} | {c['f1']:.3f} | {c['spans']} |")
    layouts = ["| kind | texts | spans | F1 |", "|---|---|---|---|"] + [f"| {name} | {e['documents']} | {e['spans']} | {e['f1']:.3f} |" if e["spans"] else f"| {name} | {e['documents']} | 0 | – |" for name, e in report["layouts"].items()]
    texts = report["texts"]
    counts = {"hand": texts["hand_written"]["of"], "hand_right": texts["hand_written"]["right"], "dev": texts["development"]["of"], "dev_right": texts["development"]["right"]}
    (args.model / "README.md").write_text(CARD.format(**facts(args.model, args.training), types=", ".join(TYPES), **counts, table="\n".join(rows), layouts="\n".join(layouts)))


if __name__ == "__main__":
    main()
