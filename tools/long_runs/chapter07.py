"""Chapter 7: detectors of fraud on all card transactions there are, five seeds each.

The seeds draw the validation part and whatever a detector draws; the test part is the same for all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd

from aecourse import datasets, metrics
from aecourse.applications import alarms, detectors, drift, explanation
from aecourse.applications import anomaly_detection as anomalies
from aecourse.applications.detectors import Recipe
from tools.long_runs import keeping
from tools.long_runs.keeping import loaded

SEEDS = range(5)
AUTOENCODERS = ("autoencoder", "ensemble")
COMPARED = ("isolation_forest", "pca", "one_class_svm", "nearest_neighbours")
MEASURES: Mapping[str, metrics.detection.Measure] = {
    "auroc": metrics.roc_auc,
    "average_precision": metrics.average_precision,
}
CONTAMINATION = (0.0, 0.01, 0.02, 0.04)
CODE_SIZES, EPOCHS = (4, 12, 29), (5, 20, 80)
HIDDEN = {"linear": (), "one_hidden_layer": (64,)}
SHARES = (0.01, 0.002)
DRAWS = 1_000  # of the rows, for intervals
COSTS = alarms.Costs(false_alarm=5.0)  # euros
SHIFTS = (2.0, 4.0)
MOVING = tuple(f"V{number}" for number in range(1, 11))
DRIFT = drift.Drift(MOVING, window=200, start=3, step=0.25)

keep = partial(keeping.keep, "07_long_runs")


def cards() -> tuple[datasets.Dataset, dict[int, anomalies.Split]]:
    """Return the real transactions and a split for each seed."""
    data = loaded("creditcard")
    return data, anomalies.splits(data, SEEDS)


def choice(methods: Sequence[str]) -> None:
    """Measure the candidates of some methods on the validation part and name the best."""
    data, parts = cards()
    for method in methods:
        chosen, table = anomalies.choose(parts, detectors.candidates()[method])
        print(anomalies.summary(table, "recipe").round(4).to_string(), flush=True)
        for measure in MEASURES:
            keep(
                f"cards_{method}_validation_{measure}",
                table.loc[table["recipe"] == str(chosen), measure].tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=list(parts),
                note=f"Validation part; the best of {table['recipe'].nunique()} by average "
                f"precision: {chosen}.",
            )


def compared() -> None:
    """Measure all detectors on the test part, the autoencoders beside the best simple one."""
    data, parts = cards()
    recipes = detectors.recipes()
    found = {method: anomalies.compare(parts, [recipe]) for method, recipe in recipes.items()}
    for measure in MEASURES:
        bar = best_of({method: found[method][measure] for method in COMPARED})
        for method, recipe in recipes.items():
            judged = method in AUTOENCODERS
            keep(
                f"cards_{method}_{measure}",
                found[method][measure].tolist(),
                unit="1",
                dataset=data.provenance,
                reference=bar.mean if judged else None,
                target=bar.mean - bar.spread if judged else None,
                seeds=list(parts),
                note=f"{recipe}; {of_rows(parts)}."
                + f" Reference: {bar.method}; target: one standard deviation less." * judged,
            )


class Bar(NamedTuple):
    """The best of several detectors: its mean and standard deviation over the seeds."""

    method: str
    mean: float
    spread: float


def best_of(values: Mapping[str, pd.Series]) -> Bar:
    """Return the detector with the highest mean."""
    method = max(values, key=lambda name: float(values[name].mean()))
    return Bar(method, float(values[method].mean()), float(values[method].std()))


def intervals() -> None:
    """Draw the test rows anew, for the autoencoders, the simple ones and the differences."""
    data, parts = cards()
    split, recipes = parts[0], detectors.recipes()
    scores = {
        method: anomalies.score(recipes[method], split).test
        for method in (*COMPARED, *AUTOENCODERS)
    }
    labels = split.test_labels
    for measure, function in MEASURES.items():
        best = max(COMPARED, key=lambda name: function(labels, scores[name]))
        for method in AUTOENCODERS:
            keep_interval(
                f"cards_{method}_{measure}_bootstrap",
                metrics.bootstrap_interval(function, labels, scores[method], repetitions=DRAWS),
                f"seed 0; {of_rows(parts)}",
                data,
            )
            keep_interval(
                f"cards_{method}_{measure}_lead",
                metrics.lead_interval(
                    function, labels, scores[method], scores[best], repetitions=DRAWS
                ),
                f"{method} minus {best}, the same rows for both; seed 0; {of_rows(parts)}",
                data,
            )


def keep_interval(key: str, interval: metrics.Interval, about: str, data: datasets.Dataset) -> None:
    """Record a value and the ends of its interval."""
    for end, value in interval._asdict().items():
        keep(
            f"{key}_{end}",
            value,
            unit="1",
            dataset=data.provenance,
            note=f"95 % interval of {DRAWS:,} draws, each kind of row by itself; {about}.",
        )


def contaminated(methods: Iterable[str]) -> None:
    """Leave more and more frauds among the training rows."""
    data, parts = cards()
    for method in methods:
        recipe = detectors.recipes()[method]
        table = anomalies.contamination(parts, [recipe], CONTAMINATION)
        for share, rows in table.groupby("share"):
            for measure in MEASURES:
                keep(
                    f"cards_{method}_contaminated_{share}_{measure}",
                    rows[measure].tolist(),
                    unit="1",
                    dataset=data.provenance,
                    seeds=list(parts),
                    note=f"{recipe}; {100 * share:.0f} % of the training rows are frauds.",
                )


def capacity(name: str) -> None:
    """Vary code size and length of training, with the features standardised."""
    data, parts = cards()
    table = anomalies.capacity(parts, code_sizes=CODE_SIZES, epochs=EPOCHS, hidden=HIDDEN[name])
    for (size, length), rows in table.groupby(["code_size", "epochs"]):
        for measure in ("normal_error", "anomaly_error", *MEASURES):
            keep(
                f"cards_{name}_code_{size}_epochs_{length}_{measure}",
                rows[measure].tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=list(parts),
                note=f"Validation part; hidden layers {HIDDEN[name]}; features standardised.",
            )


def thresholds() -> None:
    """Set thresholds by four rules and count what they do on the test part."""
    data, parts = cards()
    recipe = detectors.recipes()["autoencoder"]
    units = {"cost": "EUR"}
    for share in SHARES:
        table = alarms.compare_thresholds(parts, recipe, COSTS, share=share)
        for rule, rows in table.groupby("rule", sort=False):
            for measure in ("false_positive_rate", "recall", "precision", "cost", "saved"):
                keep(
                    f"cards_threshold_{rule}_{share}_{measure}",
                    rows[measure].tolist(),
                    unit=units.get(measure, "1"),
                    dataset=data.provenance,
                    target=share if measure == "false_positive_rate" else None,
                    seeds=list(parts),
                    note=f"{recipe}; a false alarm costs {COSTS.false_alarm:g} EUR, a missed fraud "
                    f"its amount; {of_rows(parts)}.",
                )


def explained() -> None:
    """Count how often an explanation names the feature that was changed."""
    data, parts = cards()
    recipe = detectors.recipes()["autoencoder"]
    for shift in SHIFTS:
        table = explanation.pointing(parts, recipe, shift=shift)
        for ranking, rows in table.groupby("ranking"):
            for measure in ("first_1", "first_3"):
                keep(
                    f"cards_pointing_{ranking}_shift_{shift:g}_{measure}",
                    rows[measure].tolist(),
                    unit="1",
                    dataset=data.provenance,
                    seeds=list(parts),
                    note=f"Normal validation rows, one feature moved by {shift:g} standard "
                    f"deviations; {recipe}.",
                )


def drifting() -> None:
    """Follow a fixed threshold through test rows that are moved further and further."""
    data, parts = cards()
    table = drift.follow(parts, detectors.recipes()["autoencoder"], DRIFT)
    measures = ("false_positive_rate", "auroc", "noticed_in_scores", "noticed_in_features")
    for number, rows in table.groupby("window"):
        for measure in measures:
            keep(
                f"cards_drift_window_{number}_{measure}",
                rows[measure].astype(float).tolist(),
                unit="1",
                dataset=data.provenance,
                seeds=list(parts),
                note=f"Simulated: {', '.join(DRIFT.features)} of {DRIFT.window} test rows moved by "
                f"{rows['shift'].iloc[0]:g} standard deviations.",
            )


def amounts() -> None:
    """Look for the frauds among the made-up amounts, with and without frauds in training."""
    parts = anomalies.splits(anomalies.amounts(), SEEDS)
    network = {"hidden": (64,), "epochs": 100}
    recipes = {
        "box_plot": Recipe("box_plot"),
        "z_score": Recipe("z_score"),
        "isolation_forest": Recipe("isolation_forest"),
        "autoencoder_1": Recipe("autoencoder", {**network, "n_components": 1}),
        "autoencoder_32": Recipe("autoencoder", {**network, "n_components": 32}),
    }
    left = parts[0].most_contamination
    for name, recipe in recipes.items():
        table = anomalies.contamination(parts, [recipe], [0.0, left])
        for share, rows in table.groupby("share"):
            for measure in MEASURES:
                keep(
                    f"amounts_{name}_{'mixed' if share else 'normal'}_{measure}",
                    rows[measure].tolist(),
                    unit="1",
                    dataset="Made-up amounts: 1,000 from 100 to 1,000 and 100 frauds from 10,000 "
                    "to 100,000",
                    seeds=list(parts),
                    note=f"{recipe}; {100 * share:.1f} % of the training rows are frauds.",
                )


def of_rows(parts: Mapping[int, anomalies.Split]) -> str:
    """Say how many rows were trained and tested on."""
    split = next(iter(parts.values()))
    return (
        f"{len(split.train):,} normal rows for training, {len(split.test):,} for the test, "
        f"{split.test_labels.sum()} of them frauds"
    )


SIMPLE = tuple(method for method in detectors.METHODS if method not in AUTOENCODERS)
EXPERIMENTS: dict[str, Callable[[], None]] = {
    "cards_choice_simple": partial(choice, SIMPLE),
    **{f"cards_choice_{method}": partial(choice, [method]) for method in AUTOENCODERS},
    "cards_detectors": compared,
    "cards_intervals": intervals,
    "cards_contamination_simple": partial(contaminated, SIMPLE),
    **{f"cards_contamination_{method}": partial(contaminated, [method]) for method in AUTOENCODERS},
    **{f"cards_capacity_{name}": partial(capacity, name) for name in HIDDEN},
    "cards_thresholds": thresholds,
    "cards_explanation": explained,
    "cards_drift": drifting,
    "amounts": amounts,
}
