"""Kill a training at random moments, take it up each time, and compare with an unbroken one.

A project is written to a temporary folder and trained once without a break. Then the same training
is started again and again as a command of its own, and each time killed (SIGKILL) at a random
moment, from its first second on. After each kill the run's folder must not be there. At the end
one more start must finish, with the very metrics and history of the unbroken run. As a training
ends after some kills, it is begun anew until there were as many as asked for.

    python benchmarks/kill_and_resume.py [--results FOLDER] [--kills N] [--seed N]

It prints one JSON object: kills, trainings, and for each training whether all was equal. With
``--results book/results`` it keeps the share of trainings that ended equal for the book, in
``09_figures.json``.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aecourse import results
from aecourse.project import starter

CHAPTER = "09_figures"
NUMBERS = ("metrics.json", "history.json")
EPOCHS = 60


def main(given: argparse.Namespace) -> int:
    kills = given.kills
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "project"
        starter.init(home)
        config = home / "config.yml"
        text = config.read_text(encoding="utf-8").replace("epochs: 50", f"epochs: {EPOCHS}")
        config.write_text(text.replace("name: first", "name: unbroken"), encoding="utf-8")
        began = time.monotonic()
        assert command(config).wait() == 0
        seconds = time.monotonic() - began
        expected = numbers(home / "runs" / "unbroken")

        rng, done, equal, last = random.Random(given.seed), 0, [], []
        while done < kills:
            name = f"broken-{len(equal)}"
            config.write_text(text.replace("name: first", f"name: {name}"), encoding="utf-8")
            run = home / "runs" / name
            while done < kills and not run.exists():
                if killed(config, rng.uniform(0, 1.2 * seconds)):
                    assert not run.exists() or numbers(run) == expected, "a run that is half there"
                    done += 1
                    last.append(epochs_done(run))
                    print(f"{done} kills, {last[-1]} epochs done", file=sys.stderr)
            assert command(config).wait() == 0
            equal.append(numbers(run) == expected)
    result = {"kills": done, "trainings": len(equal), "equal": equal, "epochs_at_kill": last}
    print(json.dumps({**result, "seconds_unbroken": round(seconds, 1)}))
    if given.results is not None:
        os.environ[results.VARIABLE] = str(given.results)
        results.record(
            CHAPTER,
            "killed_equal_share",
            sum(equal) / len(equal),
            unit="1",
            dataset="The made table that aecourse init writes.",
            target=1,
            note=f"Share of {len(equal)} trainings of {EPOCHS} epochs, killed {done} times at "
            "random moments in all, that ended with the metrics and the history of the unbroken "
            "one.",
        )
    return not all(equal)


def command(config: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "aecourse.cli", "train", str(config), "--json"],
        stdout=subprocess.DEVNULL,
    )


def killed(config: Path, after: float) -> bool:
    """Return whether the command was killed, and had not ended before.

    Raises
    ------
    subprocess.CalledProcessError
        If it has failed by itself.
    """
    process = command(config)
    try:
        status = process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        status = process.wait()
    if status not in (0, -signal.SIGKILL):
        raise subprocess.CalledProcessError(status, process.args)
    return status == -signal.SIGKILL


def numbers(run: Path) -> list[object]:
    """Return all measured numbers of a finished run but its wall time."""
    metrics, history = (json.loads((run / name).read_text(encoding="utf-8")) for name in NUMBERS)
    return [metrics, history["metrics"]]


def epochs_done(run: Path) -> int:
    pointer = run.parent / f".{run.name}.unfinished" / "checkpoint" / "LATEST"
    if not pointer.exists():
        return 0
    return int(pointer.read_text(encoding="utf-8").rpartition("-")[2])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    sys.exit(main(parser.parse_args()))
