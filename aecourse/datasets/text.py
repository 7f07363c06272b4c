"""IMDb reviews and 20 Newsgroups: texts as Python strings."""

from pathlib import Path

import numpy as np

from aecourse.datasets import archives, synthetic
from aecourse.datasets.class_names import NEWSGROUPS, SENTIMENTS
from aecourse.datasets.dataset import Contents
from aecourse.datasets.entry import Entry, Files, RemoteFile
from aecourse.errors import DataError

Labelled = list[tuple[str, str, int]]  # the member's name, its text, its label


def read_imdb(files: Files) -> Contents:
    """Read the labelled reviews of the Large Movie Review archive, ``train|test/neg|pos``."""
    (path,) = files.values()
    labels = {"neg": 0, "pos": 1}
    parts: dict[str, Labelled] = {"train": [], "test": []}

    def is_labelled(name: str) -> bool:
        pieces = name.split("/")
        return (
            name.endswith(".txt")
            and len(pieces) >= 3
            and pieces[-3] in parts
            and pieces[-2] in labels
        )

    for name, data in archives.members(path, is_labelled):
        part, sentiment, _ = name.split("/")[-3:]
        parts[part].append((name, data.decode("utf-8"), labels[sentiment]))
    return _contents(path, parts["train"], parts["test"], SENTIMENTS)


def read_newsgroups20(files: Files) -> Contents:
    """Read the posts of 20news-bydate, headers included, ``20news-bydate-train|test/group``."""
    (path,) = files.values()
    folders = {"20news-bydate-train": "train", "20news-bydate-test": "test"}
    parts: dict[str, Labelled] = {"train": [], "test": []}

    def is_post(name: str) -> bool:
        pieces = name.split("/")
        return len(pieces) >= 3 and pieces[-3] in folders and pieces[-2] in NEWSGROUPS

    for name, data in archives.members(path, is_post):
        folder, group, _ = name.split("/")[-3:]
        # The posts are older than UTF-8; Latin-1 maps every byte to a character.
        post = (name, data.decode("latin-1"), NEWSGROUPS.index(group))
        parts[folders[folder]].append(post)
    return _contents(path, parts["train"], parts["test"], NEWSGROUPS)


def _contents(
    path: Path, train: Labelled, test: Labelled, class_names: tuple[str, ...]
) -> Contents:
    if not train or not test:
        raise DataError(f"{path} has no texts where they should be. Fetch it again from its home.")
    rng = np.random.default_rng(0)
    return Contents(*_shuffled(train, rng), *_shuffled(test, rng), class_names)


def _shuffled(texts: Labelled, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return texts and labels in a fixed, mixed order, so that any slice has all classes."""
    texts = sorted(texts)  # the order inside an archive depends on who packed it
    order = rng.permutation(len(texts))
    x = np.array([texts[k][1] for k in order], dtype=object)
    y = np.array([texts[k][2] for k in order], dtype=np.int64)
    return x, y


IMDB = Entry(
    name="imdb",
    title="IMDb movie reviews",
    family="text",
    licence="research use; cite Maas et al., ACL 2011",
    citation="Maas, Daly, Pham, Huang, Ng and Potts (2011), Learning word vectors for sentiment "
    "analysis",
    home="https://ai.stanford.edu/~amaas/data/sentiment/",
    files=(
        RemoteFile(
            "imdb/aclImdb_v1.tar.gz",
            # Hash: TensorFlow Datasets, url_checksums/imdb_reviews.txt.
            "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe",
            84_125_825,
            ("https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz",),
        ),
    ),
    read=read_imdb,
    stand_in=synthetic.reviews,
    stand_in_note="reviews put together from a small grammar.",
    note="The 50,000 labelled reviews; the 50,000 unlabelled ones are not read.",
)

NEWSGROUPS20 = Entry(
    name="newsgroups20",
    title="20 Newsgroups",
    family="text",
    licence="none stated",
    citation="Lang (1995), NewsWeeder: learning to filter netnews",
    home="http://qwone.com/~jason/20Newsgroups/",
    files=(
        RemoteFile(
            "newsgroups20/20news-bydate.tar.gz",
            # Hash: scikit-learn, sklearn/datasets/_twenty_newsgroups.py.
            "8f1b2514ca22a5ade8fbb9cfa5727df95fa587f4c87b786e15c759fa66d95610",
            14_464_277,
            ("https://ndownloader.figshare.com/files/5975967",),
        ),
    ),
    read=read_newsgroups20,
    stand_in=synthetic.newsgroups,
    stand_in_note="posts put together from the vocabularies of twenty topics.",
    note="The split by date: the test posts are the later ones.",
)

ENTRIES = (IMDB, NEWSGROUPS20)
