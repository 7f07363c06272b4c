"""What can be wrong with a configuration, said so that it can be mended."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from aecourse.errors import InputError


class ConfigError(InputError):
    """A configuration file cannot be used; the message names the lines.

    Examples
    --------
    >>> from aecourse.project import configuration, problems
    >>> try:
    ...     configuration.validated({"data": {"path": "rows.csv"}, "training": {"epochs": 0}})
    ... except problems.ConfigError as error:
    ...     print(str(error).partition(" (")[0])
    the configuration: training.epochs is 0; give a number of at least 1.
    """


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and the key it is about.

    Attributes
    ----------
    keys
        Way to the key from the top: ``("training", "epochs")``.
    message
        What is wrong and what to do, without the name of the file.
    """

    keys: tuple[str | int, ...]
    message: str


# What other tools call our keys; no spelling leads from one to the other.
OTHER_NAMES = {
    "lr": "learning_rate",
    "patience": "early_stopping",
    "batch": "batch_size",
    "latent_dim": "code_size",
    "latent_size": "code_size",
    "bottleneck": "code_size",
    "layers": "hidden",
    "file": "path",
    "delimiter": "separator",
    "sep": "separator",
    "target": "label",
    "model": "network",
    "architecture": "network",
    "loss": "objective",
    "contamination": "alarm_share",
    "min": "low",
    "max": "high",
    "values": "choices",
    "n_trials": "trials",
    "space": "parameters",
}


def nearest(word: Any, known: Iterable[str]) -> str:
    """Return `` Did you mean `…`?`` if a known word is close, or nothing."""
    words = list(known)
    other = OTHER_NAMES.get(str(word).lower())
    close = get_close_matches(str(word).lower(), words, n=1, cutoff=0.6)
    found = other if other in words else next(iter(close), None)
    return f" Did you mean `{found}`?" if found else ""


def listed(words: Iterable[object], most: int = 12) -> str:
    """Return words in a row, in backquotes, the first few if there are many."""
    shown = [f"`{word}`" for word in words]
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")


def dotted(keys: Iterable[str | int]) -> str:
    """Return the way to a key as it is written in messages: ``network.hidden[0]``."""
    text = ""
    for key in keys:
        text += f"[{key}]" if isinstance(key, int) else f".{key}"
    return text.removeprefix(".")
