"""Exercises 9.2, 9.5 and 9.6: how many workers, never half a file, an order without memory."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from aecourse.exercises import expect
from aecourse.exercises.registry import Exercise
from aecourse.exercises.running import call
from aecourse.exercises.verdicts import Wrong

# --- 9.2: how many workers? ----------------------------------------------------------------------

START, TRAINING, LOCKED, TRIALS = 12.0, 60.0, 0.5, 40
MACHINES, HOURS_OF_A_YEAR = 200, 8_760


def seconds(workers: int) -> float:
    """Return how long a sweep takes while the workers do not wait for each other."""
    return START + -(-TRIALS // workers) * (TRAINING + LOCKED)


def check_workers(answer: Any) -> str:
    """Exercise 9.2."""
    given = expect.mapping(answer, ["one", "four", "most", "hours"])
    expect.number(
        given["one"],
        seconds(1),
        within=1.0,
        name="`one`",
        mistakes={
            "`one`: the worker starts once, not before each trial.": TRIALS
            * (START + TRAINING + LOCKED),
            "`one`: the start is missing.": TRIALS * (TRAINING + LOCKED),
            "`one`: each trial is handed out as well, which takes its half second.": START
            + TRIALS * TRAINING,
        },
    )
    expect.number(
        given["four"],
        seconds(4),
        within=1.0,
        name="`four`",
        mistakes={
            "`four`: the start cannot be shared out. All four start at the same time, and each of "
            "them needs all of it.": seconds(1) / 4,
            "`four`: the start is missing.": TRIALS / 4 * (TRAINING + LOCKED),
        },
    )
    expect.number(
        given["most"],
        TRAINING / LOCKED,
        within=1.5,
        name="`most`",
        mistakes={
            "`most`: there may be many more trials than 40. How many can be handed out while one "
            "worker trains?": TRIALS,
            "`most`: that is how many seconds a worker is busy. How many half seconds are these?": (
                TRAINING
            ),
        },
    )
    expect.number(
        given["hours"],
        HOURS_OF_A_YEAR / MACHINES,
        within=0.5,
        name="`hours`",
        mistakes={
            "`hours`: that is the time of one machine. There are 200 that may fail.": (
                HOURS_OF_A_YEAR
            ),
            "`hours`: that is how many failures there are in a day. How long is it from one to the "
            "next?": MACHINES / 365,
        },
    )
    return (
        "What every worker does by itself is shared out. The start and the moment at the lock are "
        "not, and they decide how many workers are worth their while. And what fails once a year "
        "fails every other day when there are two hundred of it."
    )


# --- 9.5: never half a file ----------------------------------------------------------------------

OLD, NEW = ["old 1\n", "old 2\n"], ["new 1\n", "new 2\n", "new 3\n"]


class Lines:
    """Lines that look, while they are read, whether the file of before is still whole."""

    def __init__(self, path: Path, lines: list[str], *, breaks: bool = False) -> None:
        self.path, self.lines, self.breaks = path, lines, breaks
        self.seen: list[str | None] = []

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.lines):
            if self.breaks and number == len(self.lines) - 1:
                raise RuntimeError("the power is gone")
            yield line
            # On another disk, or as its reader sees it: what does the file hold at this moment?
            self.seen.append(self.path.read_text() if self.path.exists() else None)

    def __deepcopy__(self, memo: Any) -> "Lines":
        return self  # what it saw must be known outside


def check_write(answer: Any) -> str:
    """Exercise 9.5."""
    expect.answered(answer, "your answer")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        _written(answer, path, OLD)
        before = path.stat().st_ino
        kept = Path(folder) / "kept"
        kept.hardlink_to(path)
        lines = Lines(path, NEW)
        _written(answer, path, lines)
        expect.require(
            None not in lines.seen,
            "While the new lines are written the old file is gone. Whoever looks then finds "
            "nothing: write the new one under another name first.",
        )
        expect.require(
            all(seen == "".join(OLD) for seen in lines.seen),
            "While the new lines are on their way the file is already empty, or half full. Opening "
            "it for writing empties it: write to another name, then `replace`.",
        )
        expect.require(
            kept.read_text() == "".join(OLD) and path.stat().st_ino != before,
            "The old file itself is written over. If the power goes in the middle, half of the "
            "new one is left and nothing of the old: write to another name, then `replace`.",
        )
        broken = Lines(path, ["lost 1\n", "lost 2\n", "lost 3\n"], breaks=True)
        try:
            call(answer, path, broken)
        except Wrong as error:
            if "power is gone" not in str(error):
                raise
        else:
            raise Wrong(
                "`write` went on as if nothing had happened when the lines ended in an error. Let "
                "the error through."
            )
        found = path.read_text() if path.exists() else None
        expect.require(
            found == "".join(NEW),
            "After an error in the middle of the lines the file does not hold what it held before.",
        )
        _written(answer, path, OLD)  # what the broken one may have left must not stand in the way
    return (
        "The new content grows under another name in the *same* folder, and takes the name in one "
        "step that the system cannot do by halves. On a real disk one more thing is needed before: "
        "`os.fsync`, or the name may be there before the content is."
    )


def _written(answer: Any, path: Path, lines: Any) -> None:
    """Let the answer write, and see that all of it is there."""
    call(answer, path, lines)
    wanted = "".join(lines.lines if isinstance(lines, Lines) else lines)
    expect.require(path.exists(), "After `write(path, lines)` there is no file of that name.")
    found = path.read_text()
    expect.require(
        found == wanted,
        f"The file holds {found!r}; it should hold {wanted!r}: the lines as they are, and nothing "
        "that was there before.",
    )


# --- 9.6: an order without memory ----------------------------------------------------------------

Order = Callable[[int, int, int], Any]


def order(n: int, seed: int, epoch: int) -> np.ndarray:
    """Return the order of the samples in an epoch, from nothing but its arguments."""
    return np.random.default_rng((seed, epoch)).permutation(n)


def check_order(answer: Any) -> str:
    """Exercise 9.6."""
    n = 60
    before = _global_state()
    pairs = [(7, 0), (7, 1), (7, 2), (8, 0), (8, 1), (0, 7), (1, 7), (0, 8)]
    found = {pair: _permutation(answer, n, pair) for pair in pairs}
    again = {pair: _permutation(answer, n, pair) for pair in reversed(pairs)}
    expect.require(
        _global_state() == before,
        "Your function changes NumPy's global random state, on which other parts of a program may "
        "rely. Make a generator of your own: `np.random.default_rng`.",
    )
    for pair in pairs:
        expect.require(
            (found[pair] == again[pair]).all(),
            f"Asked twice for seed {pair[0]} and epoch {pair[1]}, it gives two orders. A resumed "
            "training would see other batches than the unbroken one.",
        )
    expect.require(
        (found[7, 0] != found[7, 1]).any() and (found[7, 1] != found[7, 2]).any(),
        "All epochs have the same order. Then the same samples always share a batch: let the epoch "
        "go into the seed.",
    )
    expect.require(
        (found[7, 0] != found[8, 0]).any(),
        "Seeds 7 and 8 give the same order: `seed` is not used.",
    )
    expect.require(
        (found[7, 1] != found[8, 0]).any(),
        "Seed 7 in epoch 1 and seed 8 in epoch 0 give the same order. Did you add the two? Then "
        "runs with neighbouring seeds are one run, an epoch apart.",
    )
    expect.require(
        (found[7, 0] != found[0, 7]).any() and (found[7, 1] != found[1, 7]).any(),
        "Seed 7 in epoch 0 and seed 0 in epoch 7 give the same order: the two must not be "
        "exchangeable.",
    )
    expect.require(
        not any(_rolled(found[7, 0], found[7, epoch]) for epoch in (1, 2)),
        "Each epoch only moves the order of the one before along: neighbours stay neighbours, and "
        "batches nearly the same. Draw it anew.",
    )
    return (
        "Nothing has to be saved to go on: whoever knows the seed and the number of the epoch "
        "knows the order. `aecourse` does the same, and it is half of why a resumed run ends with "
        "the same bits. (The other half: the optimizer's moments and the seeds of all noise.)"
    )


def _global_state() -> str:
    """Return the state of the generator that all of NumPy's old functions share."""
    return repr(np.random.get_state(legacy=False))  # noqa: NPY002


def _permutation(answer: Any, n: int, pair: tuple[int, int]) -> np.ndarray:
    given = expect.array(call(answer, n, *pair), shape=(n,), name="the result of `order`")
    expect.require(
        (np.sort(given) == np.arange(n)).all(),
        f"That is no order of {n} samples: each of the numbers 0 to {n - 1} must come once.",
    )
    return given


def _rolled(first: np.ndarray, second: np.ndarray) -> bool:
    """Tell whether one order is the other one moved along."""
    moved = int(np.flatnonzero(second == first[0])[0])
    return bool((np.roll(first, moved) == second).all())


EXERCISES = (
    Exercise(
        "9.2",
        "How many workers?",
        "prediction",
        check_workers,
        (
            "One worker: the start once, then forty times training and handing out.",
            "Four workers start at the same time, and each has ten trials.",
            "While one worker trains, others come to the lock, each for half a second: how many "
            "fit into a minute? And 200 machines together have 200 times as many failures a year.",
        ),
    ),
    Exercise(
        "9.5",
        "Never half a file",
        "code",
        check_write,
        (
            "Write to another name in the same folder first: `path.with_name(path.name + '.new')`.",
            "Write all lines, close the file, and then `new.replace(path)`.",
        ),
    ),
    Exercise(
        "9.6",
        "An order without memory",
        "code",
        check_order,
        (
            "A generator that is made anew in each call needs no memory. From what is it seeded?",
            "`np.random.default_rng((seed, epoch))` takes a pair of numbers.",
        ),
    ),
)
