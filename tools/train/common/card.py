"""What the model cards say of a model's size and training, read from its files."""
from __future__ import annotations

import json
import struct
from math import prod
from pathlib import Path


def facts(model: Path, training: Path) -> dict[str, str]:
    """Parameters and size of the folder's weights, and what training.json says."""
    weights = model / "model.safetensors"
    with weights.open("rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    parameters = sum(prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")
    done = json.loads(training.read_text())
    return {"parameters": f"{parameters:,}", "size": f"{weights.stat().st_size / 1e6:.1f}", "tokens": f"{done['tokens'] / 1e6:,.0f}", "steps": f"{done['steps']:,}", "minutes": str(done["minutes"]), "device": done["device"], "seed": str(done["seed"])}
