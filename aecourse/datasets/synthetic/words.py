"""Texts from small grammars: film reviews with an opinion, posts with a topic."""

from collections.abc import Callable

import numpy as np

from aecourse.datasets.class_names import NEWSGROUPS, SENTIMENTS
from aecourse.datasets.dataset import Contents

TRAIN, TEST = 2_000, 500

_SUBJECTS = (
    "the plot", "the acting", "the script", "the music", "the lead actor", "the camera work",
    "the ending", "the dialogue", "the first half", "the villain", "the pacing", "the humour",
    "the setting", "the direction", "the supporting cast", "the story",
)  # fmt: skip
_PRAISE = (
    "wonderful", "moving", "brilliant", "charming", "superb", "gripping", "clever", "delightful",
    "honest", "beautiful", "memorable", "fresh",
)  # fmt: skip
_BLAME = (
    "dull", "awful", "clumsy", "boring", "predictable", "wooden", "tedious", "shallow", "lazy",
    "annoying", "forgettable", "pointless",
)  # fmt: skip
_FILLERS = (
    "I watched it on a rainy evening.", "It runs for about two hours.",
    "My sister chose it.", "It was shot in two countries.",
    "The cinema was half full.", "I had read the book before.",
    "It is set in a small town.", "There are a few scenes at sea.",
)  # fmt: skip
_VERDICTS = (
    ("Do not waste your time.", "I want my money back.", "I left before the end.", "Avoid it."),
    ("I will see it again.", "Go and see it.", "One of the best this year.", "I loved it."),
)
_OFF_KEY = 0.15  # how often a review says the opposite of what it means

_TOPICS = (
    "belief argument god proof evidence moral atheist reason claim faith logic exist",
    "image pixel graphics render colour polygon jpeg screen format shading vector scan",
    "windows driver dos file install memory mouse icon program disk font setup",
    "motherboard bus card controller ide scsi port bios slot chip drive jumper",
    "mac apple centris quadra simm nubus powerbook monitor system duo keyboard adapter",
    "server widget motif client xlib display window manager toolkit event unix compile",
    "sale offer price shipping condition sell asking mail box buy cash original",
    "car engine dealer oil brake tyre mileage ford gear insurance sedan clutch",
    "bike ride helmet motorcycle rider honda lane wheel road dog gloves bmw",
    "baseball pitcher inning hit run league team bat season catcher umpire stadium",
    "hockey goal ice playoff puck team season goalie league penalty overtime cup",
    "key encryption chip clipper secret security cipher escrow privacy code agency algorithm",
    "circuit voltage amplifier resistor current wire signal battery ground capacitor diode output",
    "doctor patient disease treatment medical diet pain study drug symptom vitamin clinic",
    "space orbit launch moon shuttle satellite mission nasa rocket solar lunar probe",
    "church jesus christian bible sin scripture prayer grace christ gospel verse holy",
    "gun weapon firearm law crime rifle police right owner ban handgun permit",
    "israel arab peace war jewish land border turkish village army treaty history",
    "government tax president vote congress policy state job budget election rights health",
    "religion spirit truth koresh cult morality prophet belief sect ritual doctrine soul",
)
_COMMON = (
    "the", "a", "of", "to", "and", "in", "is", "that", "it", "for", "on", "with", "as", "this",
    "be", "are", "have", "from", "or", "but", "they", "you", "what", "there", "can", "if", "about",
    "would", "one", "so", "think", "people", "know", "time", "just", "like", "get",
)  # fmt: skip


def reviews() -> Contents:
    """Return short film reviews that are mostly, not always, of one mind.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> contents = synthetic.reviews()
    >>> len(contents.x_train) == len(contents.y_train)
    True
    """
    rng = np.random.default_rng(3)
    return _collection(lambda label: _review(label, rng), SENTIMENTS, rng)


def newsgroups() -> Contents:
    """Return short posts whose words come from one of twenty topics and from everyday English.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> contents = synthetic.newsgroups()
    >>> len(contents.class_names)
    20
    """
    rng = np.random.default_rng(4)
    return _collection(lambda label: _post(label, rng), NEWSGROUPS, rng)


def _collection(
    make: Callable[[int], str], class_names: tuple[str, ...], rng: np.random.Generator
) -> Contents:
    labels = np.arange(TRAIN + TEST) % len(class_names)
    labels = np.concatenate([rng.permutation(labels[:TRAIN]), rng.permutation(labels[TRAIN:])])
    texts = np.array([make(int(label)) for label in labels], dtype=object)
    return Contents(
        texts[:TRAIN], labels[:TRAIN], texts[TRAIN:], labels[TRAIN:], tuple(class_names)
    )


def _review(label: int, rng: np.random.Generator) -> str:
    sentences = []
    for subject in rng.choice(_SUBJECTS, size=rng.integers(3, 7), replace=False):
        meant = label if rng.random() > _OFF_KEY else 1 - label
        words = _PRAISE if meant else _BLAME
        first, second = rng.choice(words, size=2, replace=False)
        sentences.append(
            f"{str(subject).capitalize()} was {first}."
            if rng.random() < 0.5
            else f"I found {subject} {first} and {second}."
        )
    sentences.insert(int(rng.integers(len(sentences) + 1)), str(rng.choice(_FILLERS)))
    if rng.random() < 0.5:
        sentences.append(str(rng.choice(_VERDICTS[label])))
    return " ".join(sentences)


def _post(label: int, rng: np.random.Generator) -> str:
    topic = _TOPICS[label].split()
    length = int(rng.integers(20, 60))
    about = rng.random(length) < 0.3
    words = np.where(about, rng.choice(topic, size=length), rng.choice(_COMMON, size=length))
    subject = " ".join(rng.choice(topic, size=2, replace=False))
    return f"From: someone@example.org\nSubject: {subject}\n\n{' '.join(words)}.\n"
