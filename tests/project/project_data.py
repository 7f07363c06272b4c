"""Small data of one's own, for the tests of the project's commands."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from aecourse.project import configuration
from aecourse.project.schema import Config

ROWS = 120


def sales(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Return a table with numbers, texts, dates, gaps, an id and labels; no two rows are equal."""
    rng = np.random.default_rng(seed)
    items = rng.integers(1, 9, rows)
    amount = 20.0 * items + rng.normal(size=rows)
    odd = np.arange(rows) % 20 == 7
    amount[odd] *= 5
    weight = 0.5 * items + 0.01 * rng.normal(size=rows)
    weight[::11] = np.nan
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D")
    return pd.DataFrame(
        {
            "sale": [f"S{number}" for number in range(rows)],
            "date": day.strftime("%Y-%m-%d"),
            "channel": rng.choice(["shop", "web", "phone"], rows),
            "items": items,
            "amount": amount,
            "weight": weight,
            "one": 1,
            "label": np.where(odd, "odd", "usual"),
        }
    )


def written(folder: Path, frame: pd.DataFrame | None = None, name: str = "sales.csv") -> Path:
    """Write a table as CSV, and return its path."""
    path = folder / name
    (sales() if frame is None else frame).to_csv(path, index=False)
    return path


def config(**sections: Any) -> Config:
    """Return a configuration for :func:`sales` with small networks and few epochs."""
    content = {
        "data": {"path": "sales.csv", "label": "label", "normal": "usual"},
        "preprocessing": {"ignore": ["sale"]},
        "network": {"kind": "dense", "hidden": [8], "code_size": 3},
        "objective": {"kind": "plain"},
        "training": {"epochs": 2, "batch_size": 32, "early_stopping": None},
    }
    for name, values in sections.items():
        alone = isinstance(values, dict) and "kind" in values and name != "data"
        content[name] = (
            values if alone or not isinstance(values, dict) else {**content.get(name, {}), **values}
        )
    return configuration.validated(content)


def image_config(**sections: Any) -> Config:
    """Return a configuration for :func:`pictures`."""
    content = {
        "data": {"path": "pictures", "kind": "images", "label": "folder"},
        "preprocessing": {"colour": "grey"},
        "network": {"kind": "convolutional", "filters": [2, 2], "kernel_size": 3, "code_size": 3},
        "training": {"epochs": 2, "batch_size": 8, "early_stopping": None},
    }
    content |= sections
    return configuration.validated(content)


def pictures(folder: Path, count: int = 40, side: int = 8) -> Path:
    """Write grey images of two kinds into two folders, and return the folder around them."""
    rng = np.random.default_rng(0)
    root = folder / "pictures"
    for number in range(count):
        kind = "dark" if number % 2 else "light"
        pixels = rng.integers(0, 100, (side, side), dtype=np.uint8) + (0 if number % 2 else 150)
        (root / kind).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels.astype(np.uint8)).save(root / kind / f"{number:03d}.png")
    return root
