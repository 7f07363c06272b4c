"""How fast a large shop's users get their lists, and in how much memory.

Made-up likes with a few popular items and many rare ones, by default those of 140,000 users among
20,000 items, ten million drawn and some nine million different: the size of MovieLens 20M. Each
recommender is measured in a process of its own, so that its peak memory is its own too. An
autoencoder is trained for one pass over some thousand users: that takes the memory of training, and
further passes change the numbers in its weights, not how many there are.

The chapter shows what is kept in ``benchmarks/recommender_throughput.json``:

    python benchmarks/recommender_throughput.py --output benchmarks/recommender_throughput.json
        [--users N] [--items N] [--likes N] [--methods mult_dae ease …]

With ``--output`` the other methods in the file stay, so one can be measured again by itself.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy import sparse

from aecourse import metrics
from aecourse.applications import simple_recommenders

K = 100
CODE_SIZE = 200
TRAINED_USERS = 10_000  # of an autoencoder: some 150 steps
SIMPLE: dict[str, Callable[[], simple_recommenders.Scorer]] = {
    "popularity": simple_recommenders.Popularity,
    "item_neighbours": simple_recommenders.ItemNeighbours,
    "pure_svd": simple_recommenders.PureSVD,
    "ease": simple_recommenders.EASE,
}
AUTOENCODERS = {"shared_code": "SharedCode", "mult_dae": "MultDAE", "mult_vae": "MultVAE"}
METHODS = (*SIMPLE, *AUTOENCODERS)


def likes(users: int, items: int, count: int, seed: int = 0) -> sparse.csr_array:
    """Return about ``count`` likes: few popular items and many rare ones, few busy users."""
    rng = np.random.default_rng(seed)
    chances = np.cumsum(1 / np.arange(1, items + 1) ** 0.8)
    drawn = np.searchsorted(chances, rng.random(count, dtype=np.float32) * chances[-1])
    activity = rng.lognormal(0, 1, users)
    user = np.repeat(np.arange(users), rng.multinomial(count, activity / activity.sum()))
    places = (user.astype(np.int32), np.minimum(drawn, items - 1).astype(np.int32))
    matrix = sparse.csr_array((np.ones(count, np.float32), places), shape=(users, items))
    matrix.data[:] = 1  # somebody who drew an item twice likes it once
    return matrix


def autoencoder(method: str) -> simple_recommenders.Scorer:
    """Return an unfitted autoencoder that takes one pass over some of the users."""
    from aecourse.applications import autoencoder_recommenders  # only these import Keras

    kind = getattr(autoencoder_recommenders, AUTOENCODERS[method])

    class Briefly(kind):  # type: ignore[misc, valid-type]
        def learn(self, matrix: sparse.csr_array, validation: None) -> None:
            super().learn(matrix[:TRAINED_USERS], validation)

    return Briefly(code_size=CODE_SIZE, epochs=1)


def measured(method: str, users: int, items: int, count: int) -> dict[str, float | int | str]:
    """Fit a recommender, rank for all users, and return times and peak memory."""
    given = likes(users, items, count)
    scorer = SIMPLE[method]() if method in SIMPLE else autoencoder(method)
    start = time.perf_counter()
    scorer.fit(given)
    fitted = time.perf_counter()
    lists = metrics.rank(scorer.scores, given, min(K, items))
    ranked = time.perf_counter()
    assert lists.shape == (users, min(K, items))
    # Linux counts in kibibytes, macOS in bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )
    return {
        "method": method,
        "users": users,
        "items": items,
        "likes": int(given.nnz),
        "list_length": min(K, items),
        "fitted_users": users if method in SIMPLE else min(TRAINED_USERS, users),
        "fit_seconds": round(fitted - start, 2),
        "rank_seconds": round(ranked - fitted, 2),
        "users_per_second": round(users / (ranked - fitted), 1),
        "peak_gigabytes": round(peak / 1e9, 2),
    }


def kept(path: Path) -> dict[str, dict[str, float | int | str]]:
    """Return what a file holds already, by method."""
    return (
        {row["method"]: row for row in json.loads(path.read_text("utf-8"))}
        if path.is_file()
        else {}
    )


def main() -> None:
    """Measure each method in a process of its own, print and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=140_000)
    parser.add_argument("--items", type=int, default=20_000)
    parser.add_argument("--likes", type=int, default=10_000_000)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--output", type=Path, help="a JSON file to keep the numbers in")
    parser.add_argument("--alone", choices=METHODS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.alone:
        print(json.dumps(measured(given.alone, given.users, given.items, given.likes)))
        return
    size = ["--users", str(given.users), "--items", str(given.items), "--likes", str(given.likes)]
    for method in given.methods:
        command = [sys.executable, __file__, *size, "--alone", method]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        row = json.loads(done.stdout.splitlines()[-1])
        print(
            "{method:16} fit {fit_seconds:8.1f} s   lists of {list_length} for {users:,} users in "
            "{rank_seconds:8.1f} s ({users_per_second:,.0f} a second)   peak {peak_gigabytes:.2f} "
            "GB".format(**row),
            flush=True,
        )
        if given.output:
            rows = kept(given.output) | {method: row}
            listed = [rows[name] for name in METHODS if name in rows]
            given.output.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
