"""What a trained model is worth on samples it has not seen, with the simple method beside it.

The simple method is principal component analysis with as many components as the code has values,
or as the samples allow, fitted to the same training samples (of more than 10,000, to every second,
third … one) and scored in the same way.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.project.run import batch_size, rebuilt
from aecourse.project.schema import Config
from aecourse.project.scoring import Scorer

if TYPE_CHECKING:
    from sklearn.decomposition import PCA

    from aecourse.models import Autoencoder

Floats = NDArray[np.float32]

MOST_FOR_PCA = 10_000
MOST_FOR_NEIGHBOURS = 10_000


@dataclass(frozen=True)
class Judged:
    """Samples, and what is known of them.

    Attributes
    ----------
    x
        As the network sees them.
    labels
        One each, or ``None``.
    abnormal
        Whether each is abnormal, or ``None`` where the configuration does not say.
    """

    x: Floats
    labels: NDArray[Any] | None
    abnormal: NDArray[np.bool_] | None


@dataclass(frozen=True)
class Simple:
    """Principal component analysis in the place of the network.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.project import configuration, evaluation
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> rows = np.random.default_rng(0).normal(size=(40, 5)).astype("float32")
    >>> simple = evaluation.Simple.fit(rows[:30], rows[30:], config, code_size=2)
    >>> simple.rebuilt(rows).shape
    (40, 5)
    """

    pca: "PCA"
    scorer: Scorer

    @classmethod
    def fit(cls, train: Floats, validation: Floats, config: Config, code_size: int) -> "Simple":
        """Return the analysis of training samples, with a scorer set up as the network's is."""
        from sklearn.decomposition import PCA

        flat = _flat(train[:: -(-len(train) // MOST_FOR_PCA)])
        components = min(code_size, *flat.shape)
        pca = PCA(components, random_state=config.training.seed).fit(flat)
        parts = [(_flat(x), _pca_rebuilt(pca, x)) for x in (train, validation)]
        return cls(pca, Scorer.fit(parts[0], parts[1], config.evaluation))

    def rebuilt(self, x: Floats) -> NDArray[Any]:
        """Return what is left of samples after the way to the components and back."""
        return _pca_rebuilt(self.pca, x)


@dataclass(frozen=True)
class Outcome:
    """What came out for some samples: measured numbers, and what figures are drawn from."""

    numbers: dict[str, Any]
    scores: NDArray[np.float64]
    codes: Floats
    rebuilt: Floats


def evaluate(
    model: "Autoencoder",
    scorer: Scorer,
    simple: Simple,
    known: Judged,
    judged: Judged,
    config: Config,
) -> Outcome:
    """Measure a model on samples.

    Parameters
    ----------
    model, scorer
        The trained model, and what scores samples by its errors.
    simple
        The simple method, fitted to the same training samples.
    known
        Training samples, whose codes are the neighbours that vote.
    judged
        The samples to measure on.
    config
        Of the run.
    """
    codes = model.encode(judged.x, batch_size=batch_size(judged.x))
    again = rebuilt(model, judged.x, config.training.seed)
    scores = scorer.of(judged.x, again)
    numbers = {
        "samples": len(judged.x),
        "reconstruction": _reconstruction(judged.x, again, simple.rebuilt(judged.x)),
        "alarms": {
            "threshold": scorer.threshold,
            "flagged": int((scores > scorer.threshold).sum()),
            "share": float((scores > scorer.threshold).mean()),
        },
        "detection": _detection(judged, scores, scorer, simple),
        "neighbours": _neighbours(model, simple, known, judged, codes, config),
    }
    return Outcome(numbers, scores, codes, again)


def _reconstruction(x: Floats, again: Floats, simply: NDArray[Any]) -> dict[str, Any]:
    """Return the errors of the network and of the simple method, in scaled units."""
    found: dict[str, Any] = {
        "mse": metrics.mean_squared_error(x, again),
        "pca_mse": metrics.mean_squared_error(_flat(x), simply),
    }
    try:
        found["explained_variance"] = metrics.explained_variance(x, again)
        found["pca_explained_variance"] = metrics.explained_variance(_flat(x), simply)
    except InputError:  # a single sample, or equal ones, have no variance to explain
        found["explained_variance"] = found["pca_explained_variance"] = None
    return found


def _detection(
    judged: Judged, scores: NDArray[np.float64], scorer: Scorer, simple: Simple
) -> dict[str, Any] | None:
    """Return how well the scores find anomalies, if there are some of both kinds."""
    if judged.abnormal is None or judged.abnormal.all() or not judged.abnormal.any():
        return None
    labels = judged.abnormal.astype(np.int64)
    simply = simple.scorer.of(_flat(judged.x), simple.rebuilt(judged.x))
    at = metrics.confusion_at(labels, scores, scorer.threshold)
    return {
        "anomalies": int(labels.sum()),
        "roc_auc": metrics.roc_auc(labels, scores),
        "pca_roc_auc": metrics.roc_auc(labels, simply),
        "average_precision": metrics.average_precision(labels, scores),
        "pca_average_precision": metrics.average_precision(labels, simply),
        "precision": at.precision if at.flagged else None,
        "recall": at.recall,
        "false_positive_rate": at.false_positive_rate,
    }


def _neighbours(
    model: "Autoencoder",
    simple: Simple,
    known: Judged,
    judged: Judged,
    codes: Floats,
    config: Config,
) -> dict[str, Any] | None:
    """Return how often the nearest training codes have a sample's label."""
    count = config.evaluation.neighbours
    if judged.abnormal is not None or judged.labels is None or known.labels is None:
        return None
    if len(known.x) <= count:
        return None
    some = slice(None, None, -(-len(known.x) // MOST_FOR_NEIGHBOURS))
    few = slice(None, None, -(-len(judged.x) // MOST_FOR_NEIGHBOURS))
    names = [known.labels[some].astype(str), judged.labels[few].astype(str)]
    # As numbers: a label that training did not have is one that no neighbour can vote for.
    numbers = np.unique(np.concatenate(names), return_inverse=True)[1]
    labels, asked = np.split(numbers, [len(names[0])])
    base = known.x[some]

    def accuracy(nearest: NDArray[Any], new: NDArray[Any]) -> float:
        return metrics.neighbour_accuracy(
            _flat(nearest), labels, _flat(new), asked, neighbours=count
        )

    transformed = [simple.pca.transform(_flat(x)) for x in (base, judged.x[few])]
    return {
        "neighbours": count,
        "accuracy": accuracy(model.encode(base, batch_size=batch_size(base)), codes[few]),
        "pca_accuracy": accuracy(transformed[0], transformed[1]),
    }


def _pca_rebuilt(pca: "PCA", x: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(pca.inverse_transform(pca.transform(_flat(x))))


def _flat(x: NDArray[Any]) -> NDArray[Any]:
    return x.reshape(len(x), -1)
