"""A project's configuration: every key, its type, its limits and what it means.

These classes are the only place where keys are described. The checks, the messages, the file that
``aecourse init`` writes and the reference that ``aecourse keys`` prints are all made from them.
"""

from typing import Literal

from aecourse.project.networks_schema import AnyNetwork, Dense
from aecourse.project.objectives_schema import AnyObjective, Plain
from aecourse.project.sections import Kind, Positive, Section, Share, Whole, key
from aecourse.project.sweep_schema import Sweep

TABLES = (".csv", ".tsv", ".csv.gz", ".parquet", ".npz")  # endings of the files of tables


class Data(Section):
    """Where the samples come from, and how they are shared out."""

    path: str = key(
        says="The data, seen from this file: a .csv, .tsv, .parquet or .npz file, or a folder "
        "of images.",
        min_length=1,
    )
    kind: Kind = key("table", says="What the data is: a table, or images.")
    label: str | None = key(
        None,
        says="Column with labels, never given to the network. For an .npz file the name of the "
        "array; for a folder of images, `folder`: each image's label is its folder's name.",
    )
    normal: str | int | float | bool | None = key(
        None,
        says="The label of normal samples. If given, training sees these alone, and all others "
        "count as anomalies in the evaluation.",
    )
    test_share: float = key(
        0.2, ge=0, lt=1, says="Share of the samples kept for the evaluation; 0 keeps none."
    )
    validation_share: Share = key(
        0.1, says="Share of the rest on which training is watched and the threshold is set."
    )
    array: str = key("x", says="Name of the array with the samples in an .npz file.")
    separator: str = key(
        ",", only="table", min_length=1, max_length=1, says="What separates the columns of a .csv."
    )
    decimal: Literal[".", ","] = key(".", only="table", says="The decimal mark of a .csv.")
    encoding: str = key(
        "utf-8", only="table", says="How a .csv stores letters; older ones often are cp1252."
    )
    missing_values: list[str] = key(
        [],
        only="table",
        says='What stands for a missing value in a .csv besides nothing, NA and NaN, as "?".',
    )


class Preprocessing(Section):
    """From columns and pixels to the numbers that the network sees; fitted to training samples."""

    columns: list[str] | None = key(
        None, only="table", says="The columns to use; null takes all that are not left out below."
    )
    ignore: list[str] = key(
        [],
        only="table",
        says="Columns that the network does not see, such as names and numbers of customers. "
        "`aecourse apply` copies them to its output.",
    )
    categories: list[str] = key(
        [], only="table", says="Columns of numbers that name a category, such as postcodes."
    )
    scaling: Literal["standard", "robust", "minmax"] = key(
        "standard",
        only="table",
        says="How columns of numbers are scaled: to mean 0 and deviation 1; by median and "
        "quartiles, which a few huge values do not move; or to the range from 0 to 1.",
    )
    missing: Literal["median", "mean", "refuse"] = key(
        "median",
        only="table",
        says="What takes the place of a missing number: the training samples' median or mean; "
        "refuse stops with a message.",
    )
    max_categories: Whole = key(
        50, only="table", says="Most different texts in a column; more are an id or free text."
    )
    image_size: list[Whole] | None = key(
        None,
        only="images",
        min_length=2,
        max_length=2,
        says="[height, width] that images are resized to; null asks that all have one size.",
    )
    colour: Literal["grey", "rgb"] = key(
        "rgb", only="images", says="Whether images become grey or keep three colours."
    )


class Training(Section):
    """How the network learns."""

    epochs: Whole = key(50, says="Most passes over the training samples.")
    batch_size: Whole = key(128, says="Samples in one step.")
    learning_rate: Positive = key(0.001, le=1, says="Step size of Adam.")
    schedule: Literal["constant", "cosine"] = key(
        "constant", says="Whether the step size stays, or falls along a cosine to 0."
    )
    early_stopping: Whole | None = key(
        5,
        says="Epochs without a lower validation loss after which training stops and the best "
        "weights are kept; null trains to the end.",
    )
    seed: int = key(
        0, ge=0, le=2**31 - 1, says="Of the split, the first weights, the order and all draws."
    )


class Evaluation(Section):
    """How samples are scored, and what the report shows."""

    score: Literal["surprise", "squared_error"] = key(
        "surprise",
        says="How abnormal a sample is: surprise weighs each value's error by its usual size; "
        "squared_error takes the mean as it is.",
    )
    alarm_share: Share = key(
        0.01, says="Share of normal samples that may be called abnormal; sets the threshold."
    )
    neighbours: Whole = key(5, says="Neighbours that vote when codes are judged by their labels.")
    examples: Whole = key(8, le=50, says="Samples that the report shows one by one.")


class Config(Section):
    """A whole configuration."""

    name: str = key(
        "first",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        max_length=80,
        says="Of the run: its results lie in runs/<name>. Give each try its own.",
    )
    data: Data = key(says="Where the samples come from, and how they are shared out.")
    preprocessing: Preprocessing = key(
        Preprocessing(), says="From columns and pixels to what the network sees."
    )
    network: AnyNetwork = key(Dense(), says="What encoder and decoder look like.")
    objective: AnyObjective = key(Plain(), says="What training asks of them.")
    training: Training = key(Training(), says="How the network learns.")
    evaluation: Evaluation = key(
        Evaluation(), says="How samples are scored, and what the report shows."
    )
    sweep: Sweep | None = key(
        None,
        says="Settings for `aecourse sweep` to try, and what makes one better than another; null "
        "tries none. `aecourse keys sweep` shows the keys.",
    )
