"""What the tests of the text applications share: few made-up texts, and parts that are poisoned."""

import dataclasses

import numpy as np
import pytest

from aecourse import datasets
from aecourse.applications import text_features
from aecourse.text import body


def small(name, **settings):
    """Return the parts of a stand-in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECOURSE_OFFLINE", "1")
        patch.delenv("AECOURSE_DATA_DIR", raising=False)
        data = datasets.load(name)
    data = dataclasses.replace(
        data,
        x_train=data.x_train[:400],
        y_train=data.y_train[:400],
        x_test=data.x_test[:100],
        y_test=data.y_test[:100],
    )
    return text_features.split(data, prepare=body if name == "newsgroups20" else str, **settings)


def poisoned(data):
    """Return texts whose test part has words of its own, others in excess, and wrong labels."""
    known = data.train[0]
    test = np.array(
        [f"poison{number} venom {text} venom {known}" for number, text in enumerate(data.test)],
        dtype=object,
    )
    return dataclasses.replace(data, test=test, test_labels=data.test_labels[::-1].copy())
