"""Thirty and more configurations with one mistake each, and what the message must say.

Each begins with a sound file in which the test replaces or adds a few lines. ``line`` is the line
that the message must name, in the file as it is written here.
"""

from typing import NamedTuple

DATA = "data:\n  path: sales.csv\n"
SWEEP = "sweep:\n  parameters:\n"


class Malformed(NamedTuple):
    """A configuration, the line at fault (``None`` where there is no line) and what is said."""

    name: str
    text: str
    line: int | None
    says: tuple[str, ...]


MALFORMED = [
    # --- no YAML
    Malformed("an empty file", "", None, ("is empty", "aecourse init")),
    Malformed("only comments", "# data:\n", None, ("is empty", "aecourse init")),
    Malformed("a list at the top", "- data\n", 1, ("key: value",)),
    Malformed("a text at the top", "sales.csv\n", 1, ("key: value",)),
    Malformed("an open bracket", DATA + "network:\n  hidden: [8\n", 5, ("no", "bracket")),
    Malformed("a tab", "data:\n\tpath: sales.csv\n", 2, ("tab", "spaces")),
    Malformed("a quote not closed", 'data:\n  path: "sales.csv\n', 3, ("missing quote",)),
    Malformed("a key given twice", DATA + "  path: b.csv\n", 3, ("twice", "line 2")),
    Malformed("an alias", "data: &d\n  path: a\nname: *d\n", None, ("alias",)),
    Malformed("a key that is a list", DATA + "[a]: b\n", 3, ("a key is one word",)),
    Malformed("two documents", DATA + "---\n" + DATA, 3, ("not YAML",)),
    # --- unknown keys
    Malformed("a misspelt section", DATA + "trainng: {}\n", 3, ("trainng", "`training`")),
    Malformed("a misspelt key", DATA + "training:\n  epoch: 3\n", 4, ("epoch", "`epochs`")),
    Malformed("another tool's key", DATA + "training:\n  lr: 0.1\n", 4, ("`learning_rate`",)),
    Malformed("a key with a hyphen", DATA + "network:\n  kind: dense\n  code-size: 3\n", 5,
              ("`code_size`",)),
    Malformed("another network's key", DATA + "network:\n  kind: dense\n  filters: [8]\n", 5,
              ("network.filters is no key", "`hidden`")),
    Malformed("another objective's key", DATA + "objective:\n  kind: plain\n  beta: 2\n", 5,
              ("objective.beta is no key", "`reconstruction`")),
    # --- missing keys
    Malformed("no data", "name: first\n", 1, ("data is missing",)),
    Malformed("no path", "name: first\ndata:\n  kind: table\n", 2, ("data.path is missing",)),
    Malformed("a network without a kind", DATA + "network:\n  hidden: [8]\n", 3,
              ("network.kind is missing", "`dense`")),
    # --- wrong types
    Malformed("words for a number", DATA + "training:\n  epochs: ten\n", 4,
              ("'ten'", "whole number")),
    Malformed("half an epoch", DATA + "training:\n  epochs: 1.5\n", 4, ("1.5", "whole number")),
    Malformed("a number in quotes", DATA + 'training:\n  epochs: "5"\n', 4,
              ("'5'", "whole number")),
    Malformed("yes for a number", DATA + "training:\n  batch_size: true\n", 4, ("whole number",)),
    Malformed("a number for a list", DATA + "network:\n  kind: dense\n  hidden: 64\n", 5,
              ("64", "a list")),
    Malformed("a word in a list of numbers", DATA + "network:\n  kind: dense\n  hidden: [a]\n", 5,
              ("hidden[0]", "whole number")),
    Malformed("a number for a name", DATA + "name: 7\n", 3, ("7", "text", "quotes")),
    Malformed("a path for a section", "data: sales.csv\n", 1, ("keys of its own",)),
    Malformed("nothing for a section", DATA + "training:\n", 3, ("training is empty",)),
    Malformed("a list for a label", DATA + "  label: [a, b]\n", 3, ("data.label", "text")),
    # --- wrong values
    Malformed("a misspelt choice", DATA + "training:\n  schedule: cosin\n", 4,
              ("`constant`", "Did you mean `cosine`")),
    Malformed("a misspelt network", DATA + "network:\n  kind: convolution\n", 4,
              ("`residual`", "Did you mean `convolutional`")),
    Malformed("a misspelt objective", DATA + "objective:\n  kind: denoise\n", 4,
              ("Did you mean `denoising`",)),
    Malformed("no epochs", DATA + "training:\n  epochs: 0\n", 4, ("at least 1",)),
    Malformed("a negative rate", DATA + "training:\n  learning_rate: -1e-3\n", 4, ("above 0",)),
    Malformed("an infinite rate", DATA + "training:\n  learning_rate: .inf\n", 4, ("inf",)),
    Malformed("all samples to test on", DATA + "  test_share: 1\n", 3, ("below 1",)),
    Malformed("a name with a slash", DATA + "name: a/b\n", 3, ("letters",)),
    Malformed("a name that hides", DATA + "name: ..\n", 3, ("letters",)),
    Malformed("an empty path", "data:\n  path: ''\n", 2, ("too short",)),
    Malformed("one side of an image", "data:\n  path: a\n  kind: images\npreprocessing:\n"
              "  image_size: [32]\n", 5, ("1 entries", "2")),
    Malformed("two letters between columns", DATA + "  separator: ';;'\n", 3, ("too long",)),
    # --- impossible together
    Malformed("convolutions on a table", DATA + "network:\n  kind: convolutional\n", 4,
              ("for images", "`dense`")),
    Malformed("an image size for a table", DATA + "preprocessing:\n  image_size: [8, 8]\n", 4,
              ("images only",)),
    Malformed("a scaling for images","data:\n  path: a\n  kind: images\npreprocessing:\n"
              "  scaling: robust\n", 5, ("tables only",)),
    Malformed("probabilities of amounts", DATA + "objective:\n  kind: plain\n"
              "  reconstruction: bernoulli\n", 5, ("between 0 and 1", "`minmax`")),
    Malformed("normal without labels", DATA + "  normal: 0\n", 3, ("data.label",)),
    Malformed("more busy units than units", DATA + "network:\n  kind: dense\n  code_size: 3\n"
              "objective:\n  kind: k_sparse\n  active: 4\n", 8, ("3 values", "at most")),
    Malformed("hidden patches without patches", "data:\n  path: a\n  kind: images\nobjective:\n"
              "  kind: masked\n", 5, ("`patch_transformer`",)),
    Malformed("bits on a grid", "data:\n  path: a\n  kind: images\nnetwork:\n"
              "  kind: convolutional_grid\nobjective:\n  kind: hashing\n", 7, ("one vector",)),
    Malformed("an image too small to halve", "data:\n  path: a\n  kind: images\npreprocessing:\n"
              "  image_size: [4, 4]\nnetwork:\n  kind: pooling\n  filters: [4, 4, 4]\n", 8,
              ("4 × 4", "fewer")),
    Malformed("a share of all values", DATA + "objective:\n  kind: denoising\n  noise: masking\n"
              "  level: 1.5\n", 6, ("share", "below 1")),
    Malformed("salt on scaled values", DATA + "objective:\n  kind: denoising\n"
              "  noise: salt_and_pepper\n", 5, ("`minmax`",)),
    Malformed("a column used and not used", DATA + "preprocessing:\n  columns: [a, b]\n"
              "  ignore: [b]\n", 5, ("`b`",)),
    Malformed("the label as a column", DATA + "  label: y\npreprocessing:\n  columns: [a, y]\n", 5,
              ("`y`", "labels")),
    Malformed("commas for everything", DATA + "  decimal: ','\n", 3, ("comma", "`;`")),
    Malformed("a column of labels for a folder", "data:\n  path: a\n  kind: images\n  label: y\n",
              4, ("`folder`",)),
    Malformed("a token that heads cannot share", "data:\n  path: a\n  kind: images\nnetwork:\n"
              "  kind: patch_transformer\n  code_size: 30\n", 6, ("multiple of 4",)),
    Malformed("a sparse code without units", "data:\n  path: a\n  kind: images\nnetwork:\n"
              "  kind: patch_transformer\n  code_size: 32\nobjective:\n  kind: sparse\n",
              8, ("units that can be off",)),
    # --- settings to try
    Malformed("a sweep without settings", DATA + "sweep:\n  trials: 3\n", 3,
              ("sweep.parameters is missing",)),
    Malformed("a setting that is none", DATA + SWEEP
              + "    training.learning_rat: {low: 1, high: 2}\n", 5,
              ("no setting", "`learning_rate`")),
    Malformed("a setting of the data", DATA + SWEEP + "    data.normal: {choices: [a]}\n", 5,
              ("`training`", "the same for all")),
    Malformed("a setting of the split", DATA + SWEEP + "    training.seed: {low: 0, high: 9}\n", 5,
              ("different samples",)),
    Malformed("a setting with keys of its own", DATA + SWEEP
              + "    network.kind: {choices: [dense, tied]}\n", 5, ("a sweep for each kind",)),
    Malformed("units that change", DATA + SWEEP
              + "    preprocessing.scaling: {choices: [robust]}\n", 5,
              ("units", "`neighbour_accuracy`")),
    Malformed("what is read, as a setting", DATA + SWEEP
              + "    preprocessing.ignore: {choices: [[a], [b]]}\n", 5,
              ("which samples are equal",)),
    Malformed("which numbers are texts, as a setting", DATA + SWEEP
              + "    preprocessing.categories: {choices: [[], [a]]}\n", 5,
              ("which samples are equal",)),
    Malformed("a line break between columns", DATA + '  separator: "\\n"\n', 3,
              ("end of a line", "a tab")),
    Malformed("another tool's range", DATA + SWEEP + "    network.code_size: {low: 2, max: 4}\n", 5,
              ("Did you mean `high`",)),
    Malformed("half a range", DATA + SWEEP + "    network.code_size: {low: 2}\n", 5,
              ("low and high",)),
    Malformed("a range backwards", DATA + SWEEP + "    network.code_size: {low: 4, high: 2}\n", 5,
              ("low must be below high",)),
    Malformed("a range and choices", DATA + SWEEP
              + "    network.code_size: {low: 2, high: 4, choices: [3]}\n", 5, ("one of them",)),
    Malformed("factors from 0", DATA + SWEEP
              + "    training.learning_rate: {low: 0, high: 1, log: true}\n", 5, ("above 0",)),
    Malformed("half a unit", DATA + SWEEP + "    network.code_size: {low: 2.5, high: 4}\n", 5,
              ("whole numbers",)),
    Malformed("a range of lists", DATA + SWEEP + "    network.hidden: {low: 2, high: 4}\n", 5,
              ("no numbers", "choices")),
    Malformed("a value that is impossible", DATA + SWEEP
              + "    training.learning_rate: {low: 0.1, high: 3.0}\n", 5, ("3.0", "at most 1")),
    Malformed("values that are impossible together", DATA + "objective:\n  kind: k_sparse\n"
              "  active: 2\n" + SWEEP + "    network.code_size: {low: 2, high: 9}\n"
              "    objective.active: {low: 1, high: 4}\n", 7,
              ("network.code_size: 2, objective.active: 4", "at most")),
    Malformed("a loss whose meaning changes", DATA + "objective:\n  kind: variational\n"
              "sweep:\n  metric: val_loss\n  parameters:\n"
              "    objective.beta: {low: 0.1, high: 4.0}\n", 6,
              ("`objective.beta`", "another metric")),
    Malformed("giving up what has no value", DATA + "sweep:\n  pruner: median\n"
              "  metric: explained_variance\n  parameters:\n"
              "    network.code_size: {choices: [3]}\n", 4, ("after each epoch", "`mse`")),
    Malformed("neighbours without labels", DATA + "sweep:\n  metric: neighbour_accuracy\n"
              "  parameters:\n    network.code_size: {choices: [3]}\n", 4, ("data.label",)),
    Malformed("a list for a setting", DATA + SWEEP + "    network.code_size: [2, 3]\n", 5,
              ("keys of its own",)),
]  # fmt: skip
