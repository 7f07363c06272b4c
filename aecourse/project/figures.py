"""The figures of a run's report."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse import plots
from aecourse.plots import CourseFigure
from aecourse.project.evaluation import Judged, Outcome
from aecourse.project.samples import Encoder
from aecourse.project.schema import Config
from aecourse.project.scoring import Scorer
from aecourse.project.tables import TableEncoder

MOST_COLUMNS = 20
MOST_POINTS = 3_000
MOST_CLASSES = 8


def drawn(
    history: dict[str, list[float]],
    outcome: Outcome,
    judged: Judged,
    encoder: Encoder,
    scorer: Scorer,
    config: Config,
) -> Iterator[tuple[str, CourseFigure]]:
    """Yield each figure of a report with its name, in the order of the page."""
    if history:
        yield "learning_curves", learning_curves(history)
    yield "scores", scores(outcome, judged, scorer)
    if isinstance(encoder, TableEncoder):
        yield "columns", columns(outcome, judged, encoder)
    else:
        yield "examples", examples(outcome, judged, config.evaluation.examples)
    codes = outcome.codes.reshape(len(outcome.codes), -1)
    if codes.shape[1] >= 2 and len(codes) >= 3:
        yield "codes", code_map(codes, judged)


def learning_curves(history: dict[str, list[float]]) -> CourseFigure:
    """Draw the loss on training and on validation samples, epoch by epoch."""
    best = int(np.argmin(history["val_loss"])) + 1
    return plots.learning_curves(
        {"training": history["loss"], "validation": history["val_loss"]},
        ylabel="loss of a sample",
        title=f"The validation loss is lowest in epoch {best} of {len(history['loss'])}",
    )


def scores(outcome: Outcome, judged: Judged, scorer: Scorer) -> CourseFigure:
    """Draw the distribution of the scores, normal and abnormal apart where that is known."""
    groups = {"all samples": outcome.scores}
    if judged.abnormal is not None:
        parts = {"normal": ~judged.abnormal, "abnormal": judged.abnormal}
        groups = {name: outcome.scores[mask] for name, mask in parts.items() if mask.any()}
    # A few absurd scores would press all others into one bar.
    high = max(float(np.quantile(outcome.scores, 0.995)), scorer.threshold) * 1.2
    low = float(outcome.scores.min())
    share = float((outcome.scores > scorer.threshold).mean())
    return plots.histogram_by_group(
        {name: np.clip(values, low, max(high, low)) for name, values in groups.items()},
        xlabel=f"score ({scorer.kind.replace('_', ' ')}); the highest are drawn at the edge",
        title=f"{share:.1%} of the samples score above the threshold",
        threshold=scorer.threshold,
    )


def columns(outcome: Outcome, judged: Judged, encoder: TableEncoder) -> CourseFigure:
    """Draw the share of each column's variance that is lost, the worst columns first."""
    missed = encoder.by_column(np.square(judged.x - outcome.rebuilt)).mean(axis=0)
    spread = encoder.by_column(np.square(judged.x - judged.x.mean(axis=0))).mean(axis=0)
    lost = np.divide(missed, spread, out=np.zeros_like(missed), where=spread > 0)
    worst = np.argsort(-lost)[:MOST_COLUMNS]
    name = encoder.names[worst[0]]
    shown = {_short(encoder.names[place]): [lost[place]] for place in worst}
    if len(shown) < len(worst):  # names that differ beyond what is shown of them
        shown = {encoder.names[place]: [lost[place]] for place in worst}
    return plots.bars_with_spread(
        shown,
        xlabel="share of the column's variance that the reconstruction loses",
        title=f"{name!r} is reconstructed worst",
    )


def examples(outcome: Outcome, judged: Judged, count: int) -> CourseFigure:
    """Draw images with the lowest and the highest scores above their reconstructions."""
    order = np.argsort(outcome.scores)
    half = min(max(1, count // 2), len(order))
    shown = np.unique(np.concatenate([order[:half], order[-half:]]))
    shown = shown[np.argsort(outcome.scores[shown])]
    return plots.reconstructions(
        judged.x[shown],
        {"reconstruction": np.clip(outcome.rebuilt[shown], 0, 1)},
        title="Images with the lowest scores (left) and the highest (right)",
    )


def code_map(codes: NDArray[Any], judged: Judged) -> CourseFigure:
    """Draw the codes in the plane in which they spread most."""
    from sklearn.decomposition import PCA

    some = slice(None, None, -(-len(codes) // MOST_POINTS))
    axes = ("first value of the code", "second value of the code")
    share = 1.0
    points = codes[some].astype(np.float64)
    if codes.shape[1] > 2 and np.ptp(points, axis=0).any():
        pca = PCA(2).fit(points)
        points, share = pca.transform(points), float(pca.explained_variance_ratio_.sum())
        axes = ("first principal component", "second principal component")
    labels, names = _classes(judged, some)
    present = np.unique(labels)
    return plots.latent_scatter(
        points,
        np.searchsorted(present, labels),
        [names[place] for place in present],
        title=f"The codes in the plane that holds {share:.0%} of their variance",
        axis_labels=axes,
    )


def _classes(judged: Judged, some: slice) -> tuple[NDArray[np.int64], list[str]]:
    """Return a class number for each sample, and the classes' names; rare ones are put together."""
    if judged.abnormal is not None:
        return judged.abnormal[some].astype(np.int64), ["normal", "abnormal"]
    if judged.labels is None:
        return np.zeros(len(judged.x[some]), np.int64), ["samples"]
    given = judged.labels[some].astype(str)
    names, counts = np.unique(given, return_counts=True)
    frequent = names[np.argsort(-counts)][:MOST_CLASSES].tolist()
    places = np.array([frequent.index(n) if n in frequent else len(frequent) for n in given])
    return places, [*map(_short, frequent), "others"]


def _short(name: str) -> str:
    return name if len(name) <= 28 else f"{name[:27]}…"
