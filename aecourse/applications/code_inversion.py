"""Whether a code hides the image it was made from: an attack on the claim that it does.

The owner fits a method to images of their own and hands out nothing but codes. The attacker has
codes of images they have never seen, and pairs: public images of the same kind with their codes,
which anyone gets who may use the encoder. From the pairs they learn a decoder of their own; that
of the owner, and the owner's images, they do not need.

Examples
--------
``learn_decoder``:

>>> import numpy as np
>>> from aecourse.applications import code_inversion, dimensionality_reduction
>>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
>>> pca = dimensionality_reduction.methods()["pca"]
>>> reduction = pca.fit(images, 2)
>>> attack = code_inversion.attackers()["ridge regression"]
>>> decode = code_inversion.learn_decoder(attack, reduction.encode(images), images)
>>> decode(reduction.encode(images[:3])).shape
(3, 8, 8, 1)
"""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.applications.dimensionality_reduction import (
    Codes,
    Images,
    Reduction,
    error,
    flat,
    folded,
)
from aecourse.applications.feature_space import train_classifier
from aecourse.applications.variants import Split, spread
from aecourse.checks import whole
from aecourse.datasets import Dataset
from aecourse.errors import InputError
from aecourse.preprocessing import unit_range

if TYPE_CHECKING:
    import pandas as pd

Labels = NDArray[np.int64]
Recogniser = Callable[[Images], Labels]
Decoder = Callable[[Codes], Images]

PENALTIES = np.logspace(-3, 5, 9)
HIDDEN = (512,)
WEIGHT_DECAY = 1.0
ITERATIONS, PATIENCE = 300, 20
LEARNING_RATE = 1e-3
BATCH = 32
LEAST_PAIRS = 40  # a tenth is held out, and the rest fills a batch


@dataclass(frozen=True)
class Scene:
    """Who holds which images; no image is in two hands.

    Attributes
    ----------
    owner
        What the owner fits the method to.
    public
        What the attacker has, with codes.
    victims, victim_labels
        Images that the attacker sees only the codes of, and what they show.
    recognise
        Says what an image shows; made without the victims.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import code_inversion
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(10) % 2
    >>> scene = code_inversion.Scene(images[:15], images[15:30], images[30:], labels, len)
    >>> len(scene.owner), len(scene.victims)
    (15, 10)
    """

    owner: Images
    public: Images
    victims: Images
    victim_labels: Labels
    recognise: Recogniser


# --- the attack -----------------------------------------------------------------------------------


def attackers(seed: int = 0) -> dict[str, Any]:
    """Return the regressions, not yet fitted, that an attacker learns a decoder with.

    A linear map, whose penalty is chosen by leaving out one pair at a time; and a network with one
    hidden layer, which holds out a tenth of the pairs to tell when to stop.

    Parameters
    ----------
    seed
        Of the network's weights, the order of the pairs and which are held out.

    References
    ----------
    Hoerl and Kennard (1970) for the linear map.

    Examples
    --------
    >>> from aecourse.applications import code_inversion
    >>> list(code_inversion.attackers())
    ['ridge regression', 'network']
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.neural_network import MLPRegressor

    return {
        "ridge regression": RidgeCV(PENALTIES),
        "network": MLPRegressor(
            hidden_layer_sizes=HIDDEN,
            alpha=WEIGHT_DECAY,
            batch_size=BATCH,
            learning_rate_init=LEARNING_RATE,
            max_iter=ITERATIONS,
            early_stopping=True,
            n_iter_no_change=PATIENCE,
            random_state=seed,
        ),
    }


def learn_decoder(regression: Any, codes: Codes, images: Images) -> Decoder:
    """Return what rebuilds images from codes, learnt from pairs of both.

    The regression is asked for the difference from the mean image, so that with nothing learnt it
    gives that.

    Parameters
    ----------
    regression
        One of :func:`attackers`.
    codes, images
        The pairs, shapes ``(n, dimensions)`` and ``(n, height, width, channels)``.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    mean = images.mean(axis=0)
    learnt = make_pipeline(StandardScaler(), regression)
    with warnings.catch_warnings():
        # A network that would still get better when its time is up is good enough an attack.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learnt.fit(codes, flat(images - mean))
    return lambda new: np.clip(mean + folded(learnt.predict(new), mean.shape), 0, 1)


def invert(
    reductions: Mapping[str, Reduction],
    scene: Scene,
    *,
    pairs: Iterable[int],
    seed: int = 0,
) -> "pd.DataFrame":
    """Attack the codes of fitted methods and measure what comes to light.

    Parameters
    ----------
    reductions
        Methods fitted to ``scene.owner``, by name.
    scene
        Who holds which images.
    pairs
        How many public images the attacker has; each number is tried.
    seed
        Of the attacks.

    Returns
    -------
    pandas.DataFrame
        One row for each method, attack and number of pairs:

        ``mse``, ``mean_image_mse``, ``owner_mse``
            error of the attacker's images, of the mean public image in their place (what one has
            without codes), and of the owner's decoder (NaN if there is none);
        ``recognised``, ``recognised_originals``
            share of the victims of whom the attacker's image tells what it shows, and share of
            those of whom the image itself does;
        ``chance``
            the share told by naming always what is most frequent.

    Raises
    ------
    InputError
        If there are not so many public images, or a method has no place for new images.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import code_inversion, dimensionality_reduction
    >>> images = np.random.default_rng(0).uniform(size=(90, 8, 8, 1)).astype("float32")
    >>> owner, public, victims = images[:30], images[30:80], images[80:]
    >>> labels = np.arange(10) % 2
    >>> scene = code_inversion.Scene(
    ...     owner, public, victims, labels, lambda found: np.zeros(len(found), int)
    ... )
    >>> reductions = {"PCA": dimensionality_reduction.methods()["pca"].fit(owner, 2)}
    >>> table = code_inversion.invert(reductions, scene, pairs=[50])
    >>> table[["method", "attack", "pairs"]].values.tolist()
    [['PCA', 'ridge regression', 50], ['PCA', 'network', 50]]
    """
    import pandas as pd

    counts = [_checked_count(count, len(scene.public)) for count in pairs]
    told = _share(scene.recognise(scene.victims), scene.victim_labels)
    rows = []
    for name, reduction in reductions.items():
        if not reduction.places_new:
            raise InputError(f"{name} has no codes for new images; leave it out.")
        victim_codes = reduction.encode(scene.victims)
        for count in counts:
            public = spread(scene.public, count)
            codes = reduction.encode(public)
            for attack, regression in attackers(seed).items():
                rebuilt = learn_decoder(regression, codes, public)(victim_codes)
                rows.append(
                    {
                        "method": name,
                        "attack": attack,
                        "pairs": count,
                        "mse": metrics.mean_squared_error(scene.victims, rebuilt),
                        "mean_image_mse": mean_image_error(public, scene.victims),
                        "owner_mse": error(reduction, scene.victims),
                        "recognised": _share(scene.recognise(rebuilt), scene.victim_labels),
                        "recognised_originals": told,
                        "chance": float(
                            np.bincount(scene.victim_labels).max() / len(scene.victims)
                        ),
                    }
                )
    return pd.DataFrame(rows)


def mean_image_error(known: Images, images: Images) -> float:
    """Return the mean squared error of a pixel if the mean of known images stands for each.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import code_inversion
    >>> black, white = np.zeros((1, 8, 8, 1)), np.ones((1, 8, 8, 1))
    >>> code_inversion.mean_image_error(np.concatenate([black, white]), white)
    0.25
    """
    mean = known.mean(axis=0)
    return metrics.mean_squared_error(images, np.broadcast_to(mean, images.shape))


def _checked_count(count: int, available: int) -> int:
    if whole(count, "pairs", least=LEAST_PAIRS) > available:
        raise InputError(f"{count} pairs are asked for and there are {available} public images.")
    return count


def _share(found: Labels, wanted: Labels) -> float:
    return float((found == wanted).mean())


# --- scenes ---------------------------------------------------------------------------------------


def classes_scene(split: Split, *, victims: int | None = None, seed: int = 0) -> Scene:
    """Return a scene in which an image tells its class, such as a digit.

    The owner has the training images, and the attacker those for validation. On these and their
    labels the attacker trains the classifier that says what an image shows.

    Parameters
    ----------
    split
        Images and labels.
    victims
        How many test images to attack, spread over all; all if not given.
    seed
        Of the classifier.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import code_inversion
    >>> from aecourse.applications.variants import Split
    >>> images = np.random.default_rng(0).uniform(size=(40, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(40) % 2
    >>> data = Split(images, images, images, labels, labels, labels)
    >>> scene = code_inversion.classes_scene(data, victims=10)
    >>> len(scene.victims), scene.recognise(scene.victims).shape
    (10, (10,))
    """
    space = train_classifier(split.validation, split.validation_labels, seed=seed)
    count = victims or len(split.test)
    return Scene(
        owner=split.train,
        public=split.validation,
        victims=spread(split.test, count),
        victim_labels=spread(split.test_labels, count),
        recognise=space.predict,
    )


def people_scene(data: Dataset, *, seed: int = 0) -> Scene:
    """Return a scene in which a face tells whose it is.

    Half of the people are the owner's. The owner has their training pictures, and the codes of
    their test pictures come into the hands of the attacker, who has training pictures of the
    other half. So all that the attacker learnt from shows other people. Whose face an image is,
    the nearest of the owner's training pictures says, pixel by pixel: pictures of a person that
    are known, as many are.

    Parameters
    ----------
    data
        The Olivetti faces.
    seed
        Of the halves.

    Examples
    --------
    >>> from aecourse import datasets
    >>> from aecourse.applications import code_inversion
    >>> scene = code_inversion.people_scene(datasets.load("olivetti_faces"))
    >>> len(scene.owner), len(scene.public), len(scene.victims)
    (160, 160, 40)
    """
    people = np.random.default_rng(seed).permutation(np.unique(data.y_train))
    theirs = people[: len(people) // 2]
    is_theirs, is_victim = np.isin(data.y_train, theirs), np.isin(data.y_test, theirs)
    pictures = unit_range(data.x_train)
    known = pictures[is_theirs]
    return Scene(
        owner=known,
        public=pictures[~is_theirs],
        victims=unit_range(data.x_test)[is_victim],
        victim_labels=data.y_test[is_victim],
        recognise=_nearest_person(known, data.y_train[is_theirs]),
    )


def _nearest_person(pictures: Images, people: Labels) -> Recogniser:
    from sklearn.neighbors import KNeighborsClassifier

    nearest = KNeighborsClassifier(1).fit(flat(pictures), people)
    return lambda images: nearest.predict(flat(images))
