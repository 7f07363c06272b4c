"""MNIST, Fashion-MNIST and CIFAR-10: labelled pictures as raw bytes."""

from pathlib import Path

import numpy as np

from aecourse.datasets import archives, idx, synthetic
from aecourse.datasets.class_names import DIGITS, GARMENTS, OBJECTS
from aecourse.datasets.dataset import Contents
from aecourse.datasets.entry import Entry, Files, RemoteFile
from aecourse.errors import DataError

_CIFAR10_RECORD = 1 + 3 * 32 * 32  # a label, then the red, green and blue planes


def read_mnist(files: Files) -> Contents:
    """Read the four IDX files of MNIST."""
    return _read_idx(files, DIGITS)


def read_fashion_mnist(files: Files) -> Contents:
    """Read the four IDX files of Fashion-MNIST."""
    return _read_idx(files, GARMENTS)


def read_cifar10(files: Files) -> Contents:
    """Read CIFAR-10 from its binary archive, or from an ``.npz`` with the same arrays."""
    (path,) = files.values()
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            parts = [arrays[key] for key in ("x_train", "y_train", "x_test", "y_test")]
    else:
        parts = _read_cifar10_archive(path)
    x_train, y_train, x_test, y_test = parts
    return _checked(path, x_train, y_train, x_test, y_test, OBJECTS, (32, 32, 3))


def _read_idx(files: Files, class_names: tuple[str, ...]) -> Contents:
    by_name = {path.name: path for path in files.values()}
    x_train = idx.read(by_name["train-images-idx3-ubyte.gz"], axes=3)
    y_train = idx.read(by_name["train-labels-idx1-ubyte.gz"], axes=1)
    x_test = idx.read(by_name["t10k-images-idx3-ubyte.gz"], axes=3)
    y_test = idx.read(by_name["t10k-labels-idx1-ubyte.gz"], axes=1)
    folder = by_name["train-images-idx3-ubyte.gz"].parent
    return _checked(folder, x_train, y_train, x_test, y_test, class_names, (28, 28))


def _read_cifar10_archive(path: Path) -> list[np.ndarray]:
    batches = {
        name.rpartition("/")[2]: data
        for name, data in archives.members(path, lambda name: name.endswith(".bin"))
    }
    names = [f"data_batch_{number}.bin" for number in range(1, 6)]
    x_train, y_train = _cifar10_records(path, b"".join(batches[name] for name in names))
    x_test, y_test = _cifar10_records(path, batches["test_batch.bin"])
    return [x_train, y_train, x_test, y_test]


def _cifar10_records(path: Path, data: bytes) -> tuple[np.ndarray, np.ndarray]:
    if len(data) % _CIFAR10_RECORD:
        raise DataError(f"{path}: a batch is not made of {_CIFAR10_RECORD}-byte records.")
    records = np.frombuffer(data, dtype=np.uint8).reshape(-1, _CIFAR10_RECORD)
    planes = records[:, 1:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, 0]


def _checked(
    origin: Path,
    x_train: np.ndarray,
    y_train: np.ndarray,
    x_test: np.ndarray,
    y_test: np.ndarray,
    class_names: tuple[str, ...],
    shape: tuple[int, ...],
) -> Contents:
    """Return the contents if pictures and labels belong together."""
    for x, y in ((x_train, y_train), (x_test, y_test)):
        if x.shape[1:] != shape or x.dtype != np.uint8:
            raise DataError(
                f"{origin}: images are {x.dtype} {x.shape}, expected uint8 (n, *{shape})."
            )
        if len(x) != y.size or not len(x):
            raise DataError(f"{origin}: {len(x)} images and {y.size} labels do not match.")
        if y.min() < 0 or y.max() >= len(class_names):
            raise DataError(
                f"{origin}: labels go up to {y.max()}, expected 0–{len(class_names) - 1}."
            )
    return Contents(
        x_train,
        y_train.reshape(-1).astype(np.int64),
        x_test,
        y_test.reshape(-1).astype(np.int64),
        class_names,
    )


def _idx_files(
    folder: str, homes: tuple[str, ...], published: dict[str, tuple[str, int]]
) -> tuple[RemoteFile, ...]:
    return tuple(
        RemoteFile(f"{folder}/{name}", sha256, size, tuple(f"{home}/{name}" for home in homes))
        for name, (sha256, size) in published.items()
    )


MNIST = Entry(
    name="mnist",
    title="MNIST handwritten digits",
    family="images",
    licence="CC BY-SA 3.0 (Y. LeCun, C. Cortes)",
    citation="LeCun, Bottou, Bengio and Haffner (1998), Gradient-based learning applied to "
    "document recognition",
    home="https://yann.lecun.com/exdb/mnist/",
    # Hashes: TensorFlow Datasets, url_checksums/mnist.txt.
    files=_idx_files(
        "mnist",
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist",
            "https://ossci-datasets.s3.amazonaws.com/mnist",
        ),
        {
            "train-images-idx3-ubyte.gz": (
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
                9_912_422,
            ),
            "train-labels-idx1-ubyte.gz": (
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
                28_881,
            ),
            "t10k-images-idx3-ubyte.gz": (
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
                1_648_877,
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
                4_542,
            ),
        },
    ),
    read=read_mnist,
    stand_in=synthetic.digits,
    stand_in_note="scikit-learn's 8×8 digits, enlarged to 28×28.",
)

FASHION_MNIST = Entry(
    name="fashion_mnist",
    title="Fashion-MNIST",
    family="images",
    licence="MIT (Zalando SE)",
    citation="Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a novel image dataset for "
    "benchmarking machine learning algorithms",
    home="https://github.com/zalandoresearch/fashion-mnist",
    # Hashes: TensorFlow Datasets, url_checksums/fashion_mnist.txt.
    files=_idx_files(
        "fashion_mnist",
        (
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion",
            "https://storage.googleapis.com/tensorflow/tf-keras-datasets",
        ),
        {
            "train-images-idx3-ubyte.gz": (
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
                26_421_880,
            ),
            "train-labels-idx1-ubyte.gz": (
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
                29_515,
            ),
            "t10k-images-idx3-ubyte.gz": (
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
                4_422_102,
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
                5_148,
            ),
        },
    ),
    read=read_fashion_mnist,
    stand_in=synthetic.garments,
    stand_in_note="drawn silhouettes of the same ten kinds of garment.",
)

CIFAR10 = Entry(
    name="cifar10",
    title="CIFAR-10",
    family="images",
    licence="none stated; cite Krizhevsky 2009",
    citation="Krizhevsky (2009), Learning multiple layers of features from tiny images",
    home="https://www.cs.toronto.edu/~kriz/cifar.html",
    files=(
        RemoteFile(
            "cifar10/cifar-10-binary.tar.gz",
            # Hash: TensorFlow Datasets, url_checksums/cifar10.txt.
            "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
            170_052_171,
            ("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",),
        ),
    ),
    read=read_cifar10,
    stand_in=synthetic.coloured_shapes,
    stand_in_note="drawn coloured shapes, ten kinds.",
)

ENTRIES = (MNIST, FASHION_MNIST, CIFAR10)
