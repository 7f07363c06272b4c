"""The comparisons of chapter 5: what classifiers make of codes and of other features.

:func:`compare` is the whole experiment: for every kind of features and every classifier it chooses
the settings on the validation part, trains on labelled images, and looks at the test images last.
:func:`few_labels` repeats it with fewer and fewer labels, and ``damages`` spoil the test images.
The chapter asks for few of everything, ``tools/long_runs`` for all.

Examples
--------
``recipes``:

>>> from aecourse.applications import feature_extraction
>>> recipes = feature_extraction.recipes(code_size=4)
>>> {key: recipe.title for key, recipe in recipes.items()}
{'plain': 'autoencoder', 'masking': 'denoising, masked', 'gaussian': 'denoising, Gaussian'}

``choose``:

>>> import numpy as np
>>> from aecourse.applications import extractors, feature_extraction
>>> from aecourse.applications.variants import Split
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> labels = np.arange(40) % 2
>>> data = Split(images, images, images, labels, labels, labels)
>>> kinds = {"k-NN": feature_extraction.classifiers()["k-NN"]}
>>> found = feature_extraction.choose(data, extractors.pixels(images), kinds, [np.arange(20)])
>>> found["k-NN"].extractor.title
'pixels, scaled each'
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC, LinearSVC

from aecourse import models, networks
from aecourse.applications.extractors import Candidates, Extractor, Features, Images
from aecourse.applications.variants import SHAPE, Recipe, Split
from aecourse.checks import real, whole
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

CODE = 16
HIDDEN_PIXELS = 0.7  # probability that a pixel is hidden; chosen on validation images of MNIST
NOISE = 0.5

Rows = NDArray[np.int64]
Damage = Callable[[Images], Images]
Setting = Mapping[str, Any]


# --- the autoencoders -----------------------------------------------------------------------------


def recipes(code_size: int = CODE) -> Mapping[str, Recipe]:
    """Return the autoencoders whose codes are compared, all over one kind of networks.

    ``"plain"`` is asked for a good reconstruction alone. ``"masking"`` sees seven of ten pixels
    blackened, and ``"gaussian"`` noise on each.
    """

    def pair(seed: int) -> tuple[Any, Any]:
        return networks.convolutional(SHAPE, code_size, seed=seed)

    def denoising(seed: int, noise: str, level: float) -> models.Autoencoder:
        return models.DenoisingAutoencoder(*pair(seed), noise=noise, level=level, seed=seed)

    return {
        "plain": Recipe("autoencoder", lambda seed: models.Autoencoder(*pair(seed)), epochs=10),
        "masking": Recipe(
            "denoising, masked", lambda seed: denoising(seed, "masking", HIDDEN_PIXELS), epochs=10
        ),
        "gaussian": Recipe(
            "denoising, Gaussian", lambda seed: denoising(seed, "gaussian", NOISE), epochs=10
        ),
    }


# --- the classifiers ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Classifier:
    """A kind of classifier and the settings to choose among.

    Attributes
    ----------
    build
        From the number of features, a seed and a setting to a scikit-learn classifier.
    settings
        Keyword arguments of ``build``; one of them is chosen on the validation part.

    Examples
    --------
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from aecourse.applications import feature_extraction
    >>> def build(size, seed, leaf):
    ...     return DecisionTreeClassifier(min_samples_leaf=leaf, random_state=seed)
    >>> tree = feature_extraction.Classifier(build, ({"leaf": 1}, {"leaf": 5}))
    >>> len(tree.settings)
    2
    """

    build: Callable[..., BaseEstimator]
    settings: tuple[Setting, ...]


def classifiers() -> Mapping[str, Classifier]:
    """Return the five classifiers of the chapter.

    The squared length of a standardised image grows with the number of its features. So the
    strengths of the linear classifiers and the width of the kernel are divided by it: one range of
    settings then serves 9 features as well as 784.

    Examples
    --------
    >>> from aecourse.applications import feature_extraction
    >>> list(feature_extraction.classifiers())
    ['random forest', 'k-NN', 'logistic regression', 'linear SVM', 'RBF SVM']
    """
    strengths = tuple({"strength": 10.0**power} for power in range(-2, 4))
    return {
        "random forest": Classifier(_forest, ({"share": None}, {"share": 0.2})),
        "k-NN": Classifier(_neighbours, tuple({"count": count} for count in (1, 3, 5))),
        "logistic regression": Classifier(_logistic, strengths),
        "linear SVM": Classifier(_linear_svm, strengths),
        "RBF SVM": Classifier(
            _rbf_svm,
            tuple({"C": c, "width": width} for c in (1, 10) for width in (0.1, 0.3, 1.0, 3.0)),
        ),
    }


def _forest(size: int, seed: int, share: float | None) -> BaseEstimator:
    """Return a forest that tries a share of the features, or their root, at each branching."""
    return RandomForestClassifier(200, max_features=share or "sqrt", random_state=seed)


def _neighbours(size: int, seed: int, count: int) -> BaseEstimator:
    return KNeighborsClassifier(count, weights="distance")


def _logistic(size: int, seed: int, strength: float) -> BaseEstimator:
    return LogisticRegression(C=strength / size, max_iter=500)


def _linear_svm(size: int, seed: int, strength: float) -> BaseEstimator:
    return LinearSVC(C=strength / size, max_iter=5_000, random_state=seed)


def _rbf_svm(size: int, seed: int, C: float, width: float) -> BaseEstimator:
    return SVC(C=C, gamma=width / size)


# --- the comparison -------------------------------------------------------------------------------


class Choice(NamedTuple):
    """What was chosen on the validation part for one classifier.

    Attributes
    ----------
    extractor
        One of the candidates.
    setting
        One of the classifier's settings.
    accuracy
        On the validation images, averaged over the labelled draws.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors, feature_extraction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> kinds = {"k-NN": feature_extraction.classifiers()["k-NN"]}
    >>> found = feature_extraction.choose(data, extractors.pixels(images), kinds, [np.arange(20)])
    >>> isinstance(found["k-NN"], feature_extraction.Choice), sorted(found["k-NN"].setting)
    (True, ['count'])
    """

    extractor: Extractor
    setting: Setting
    accuracy: float


def labelled_rows(labels: NDArray[np.int64], count: int, seed: int) -> Rows:
    """Draw the images whose labels are known: ``count`` of each class.

    Parameters
    ----------
    labels
        Labels of the training images, shape ``(n,)``.
    count
        How many of each class.
    seed
        Of the draw. With one seed, a smaller draw is part of a larger one.

    Returns
    -------
    rows
        Their positions, shape ``(count · classes,)``.

    Raises
    ------
    InputError
        If a class has fewer images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_extraction
    >>> labels = np.arange(40) % 2
    >>> rows = feature_extraction.labelled_rows(labels, count=3, seed=0)
    >>> labels[rows].tolist()
    [0, 0, 0, 1, 1, 1]
    """
    whole(count, "count")
    rng = np.random.default_rng(whole(seed, "seed", least=0))
    drawn = []
    for name in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == name))
        if len(members) < count:
            raise InputError(
                f"count is {count}, but class {name} has {len(members)} images; ask for fewer."
            )
        drawn.append(members[:count])
    return np.concatenate(drawn)


def compare(
    data: Split,
    features: Mapping[str, Candidates],
    kinds: Mapping[str, Classifier],
    labelled: Sequence[Rows],
    *,
    choosing: Sequence[Rows] | None = None,
    damages: Mapping[str, Damage] | None = None,
) -> "pd.DataFrame":
    """Train classifiers on features of labelled images and test them.

    For each kind of features and each classifier, the extractor and the setting with the highest
    accuracy on the validation images are chosen, by the mean over the labelled draws. So each
    method is tuned with the same labels, and with more than it is trained on where those are few:
    the accuracies tell what the features allow, and are a little higher than what could be found
    with the few labels alone.

    Parameters
    ----------
    data
        The images. Those for training may be many more than have a label.
    features
        Candidates by the name under which they are compared.
    kinds
        Classifiers by their names.
    labelled
        Positions of the training images with a label, one array for each repetition; its place in
        the sequence is the seed of the classifier.
    choosing
        The same for the choice of settings, where ``labelled`` holds too many to train with every
        setting; otherwise ``labelled`` itself.
    damages
        What is done to the test images, by name; otherwise nothing, under the name ``"none"``.
        Choice and training always see clean images.

    Returns
    -------
    pandas.DataFrame
        A row for each kind of features, classifier, repetition and damage, with the columns
        ``features``, ``classifier``, ``repetition``, ``labels`` (how many), ``damage``,
        ``accuracy`` (share of right answers on the test part), ``validation`` (accuracy by which
        the choice was made), ``extractor`` and ``setting``.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors, feature_extraction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> kinds = {"k-NN": feature_extraction.classifiers()["k-NN"]}
    >>> features = {"pixels": extractors.pixels(images)}
    >>> table = feature_extraction.compare(data, features, kinds, [np.arange(20)])
    >>> table[["features", "classifier", "labels"]].values.tolist()
    [['pixels', 'k-NN', 20]]
    """
    import pandas as pd

    tests = {name: damage(data.test) for name, damage in (damages or {"none": _unchanged}).items()}
    rows = []
    for name, candidates in features.items():
        choices = choose(data, candidates, kinds, choosing or labelled)
        measured = _Measured(data, tests, labelled)
        for kind, choice in choices.items():
            about = {
                "features": name,
                "classifier": kind,
                "validation": choice.accuracy,
                "extractor": choice.extractor.title,
                "setting": ", ".join(f"{key}={value}" for key, value in choice.setting.items()),
            }
            rows += [about | found for found in measured.with_choice(kinds[kind], choice)]
    return pd.DataFrame(rows)


def choose(
    data: Split,
    candidates: Candidates,
    kinds: Mapping[str, Classifier],
    labelled: Sequence[Rows],
) -> dict[str, Choice]:
    """Return the best extractor and setting for each classifier.

    The first of equally good ones is taken. The test part of ``data`` is not looked at.

    Parameters
    ----------
    data, kinds, labelled
        As for :func:`compare`.
    candidates
        Extractors to choose among.
    """
    best: dict[str, Choice] = {}
    for extractor in candidates:
        held_out = extractor.apply(data.validation)
        known = [extractor.apply(data.train[rows]) for rows in labelled]
        for name, kind in kinds.items():
            for setting in kind.settings:
                scores = [
                    _trained(extractor, kind, setting, x, data.train_labels[rows], seed).score(
                        held_out, data.validation_labels
                    )
                    for seed, (x, rows) in enumerate(zip(known, labelled, strict=True))
                ]
                accuracy = float(np.mean(scores))
                if name not in best or accuracy > best[name].accuracy:
                    best[name] = Choice(extractor, setting, accuracy)
    return best


class _Measured:
    """The test accuracies of one kind of features; each image is encoded once."""

    def __init__(self, data: Split, tests: Mapping[str, Images], labelled: Sequence[Rows]) -> None:
        self.data, self.labelled, self.tests = data, labelled, tests
        self.known = cache(lambda extractor, seed: extractor.apply(data.train[labelled[seed]]))
        self.seen = cache(lambda extractor, damage: extractor.apply(tests[damage]))

    def with_choice(self, kind: Classifier, choice: Choice) -> Iterator[dict[str, Any]]:
        """Yield a row for each repetition and damage."""
        for seed, rows in enumerate(self.labelled):
            x, y = self.known(choice.extractor, seed), self.data.train_labels[rows]
            classifier = _trained(choice.extractor, kind, choice.setting, x, y, seed)
            for damage in self.tests:
                score = classifier.score(self.seen(choice.extractor, damage), self.data.test_labels)
                yield {
                    "repetition": seed,
                    "labels": len(rows),
                    "damage": damage,
                    "accuracy": float(score),
                }


def _trained(
    extractor: Extractor,
    kind: Classifier,
    setting: Setting,
    x: Features,
    y: NDArray[np.int64],
    seed: int,
) -> BaseEstimator:
    """Return a classifier, with the part of the extractor that needs labels before it."""
    classifier = kind.build(extractor.size, seed, **setting)
    if extractor.supervised is not None:
        classifier = make_pipeline(clone(extractor.supervised), classifier)
    return classifier.fit(x, y)


def few_labels(
    data: Split,
    features: Mapping[str, Candidates],
    kinds: Mapping[str, Classifier],
    *,
    counts: Sequence[int],
    seeds: Sequence[int],
) -> "pd.DataFrame":
    """Compare features when only few of the training images have a label.

    Parameters
    ----------
    data, features, kinds
        As for :func:`compare`.
    counts
        How many labels of each class.
    seeds
        Of the labelled draws: one repetition for each.

    Returns
    -------
    pandas.DataFrame
        The table of :func:`compare` for each of ``counts``, with the column ``per_class`` before
        the others.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import extractors, feature_extraction
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> kinds = {"k-NN": feature_extraction.classifiers()["k-NN"]}
    >>> features = {"pixels": extractors.pixels(images)}
    >>> counts, seeds = [5, 10], [0]
    >>> table = feature_extraction.few_labels(data, features, kinds, counts=counts, seeds=seeds)
    >>> table[["per_class", "labels"]].values.tolist()
    [[5, 10], [10, 20]]
    """
    import pandas as pd

    tables = []
    for count in counts:
        labelled = [labelled_rows(data.train_labels, count, seed) for seed in seeds]
        tables.append(compare(data, features, kinds, labelled))
        tables[-1].insert(0, "per_class", count)
    return pd.concat(tables, ignore_index=True)


def advantage(table: "pd.DataFrame", ours: str, others: Sequence[str]) -> "pd.DataFrame":
    """Return by how much one kind of features beats the best of others with the same classifier.

    The best is the one with the highest mean accuracy on the test part itself: the comparison can
    only err in favour of the others. Differences are taken within a repetition, so what makes one
    labelled draw easier than another cancels.

    Parameters
    ----------
    table
        From :func:`compare` or :func:`few_labels`.
    ours
        The name of the features that are asked about.
    others
        The names of those they are compared with.

    Returns
    -------
    pandas.DataFrame
        A row for each repetition, with the columns ``labels``, ``damage``, ``classifier``,
        ``repetition``, ``best`` (the name of the best of ``others``) and ``difference`` (in
        accuracy, above 0 where ours is better).

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import feature_extraction
    >>> table = pd.DataFrame({"features": ["codes", "pixels"], "accuracy": [0.75, 0.5]})
    >>> table = table.assign(labels=20, damage="none", classifier="k-NN", repetition=0)
    >>> found = feature_extraction.advantage(table, "codes", ["pixels"])
    >>> found[["best", "difference"]].values.tolist()
    [['pixels', 0.25]]
    """
    places = ["labels", "damage", "classifier"]
    wide = table.pivot_table("accuracy", [*places, "repetition"], "features", sort=False)
    means = wide[list(others)].groupby(level=places, sort=False).mean()
    found = wide.reset_index().join(means.idxmax(axis=1).rename("best"), on=places)
    found["difference"] = [row[ours] - row[row["best"]] for _, row in found.iterrows()]
    return found[[*places, "repetition", "best", "difference"]].rename_axis(columns=None)


# --- what is done to test images ------------------------------------------------------------------


def _unchanged(images: Images) -> Images:
    return images


def gaussian_noise(level: float, *, seed: int = 0) -> Damage:
    """Return a function that adds normal noise to each pixel and keeps the sum within [0, 1].

    Parameters
    ----------
    level
        Standard deviation of the noise before it is clipped.
    seed
        Of the noise; each call draws the same.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_extraction
    >>> damaged = feature_extraction.gaussian_noise(0.5)(np.full((1, 8, 8, 1), 0.5, "float32"))
    >>> bool(damaged.std() > 0.1), bool(damaged.max() <= 1)
    (True, True)
    """
    real(level, "level", least=0)

    def damaged(images: Images) -> Images:
        drawn = np.random.default_rng(seed).standard_normal(images.shape, dtype=np.float32)
        return np.clip(images + np.float32(level) * drawn, 0, 1)

    return damaged


def masked_patches(share: float, *, side: int = 4, seed: int = 0) -> Damage:
    """Return a function that paints patches of a grid over each image black.

    Parameters
    ----------
    share
        Probability that a patch is hidden.
    side
        Of a patch, in pixels; patches at the lower and right edge may be smaller.
    seed
        Of the choice of patches; each call hides the same.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import feature_extraction
    >>> white = np.ones((1, 8, 8, 1), "float32")
    >>> feature_extraction.masked_patches(0.5, side=4)(white)[0, ::4, ::4, 0]
    array([[1., 0.],
           [0., 0.]], dtype=float32)
    """
    real(share, "share", least=0, most=1)
    whole(side, "side")

    def damaged(images: Images) -> Images:
        count, height, width, _ = images.shape
        grid = (count, -(-height // side), -(-width // side))
        hidden = np.random.default_rng(seed).random(grid) < share
        hidden = hidden.repeat(side, axis=1).repeat(side, axis=2)[:, :height, :width, np.newaxis]
        return np.where(hidden, np.float32(0), images)

    return damaged
