"""Kill a training at random moments, take it up each time, and compare with an unbroken one.

A project is written to a temporary folder and trained once without a break. Then the same training
is started again and again as a command of its own, and each time killed (SIGKILL) at a random
moment, from its first second on. After each kill the run's folder must not be there. At the end
one more start must finish, with the very metrics and history of the unbroken run. As a training
ends after some kills, it is begun anew until there were as many as asked for.

    python benchmarks/kill_and_resume.py [kills [seed]]

It prints one JSON object: kills, trainings, and for each training whether all was equal.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from aecourse.project import starter

NUMBERS = ("metrics.json", "history.json")
EPOCHS = 60


def main(kills: int, seed: int) -> None:
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

        rng, done, equal, last = random.Random(seed), 0, [], []
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
        sys.exit(not all(equal))


def command(config: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "aecourse.cli", "train", str(config), "--json"],
        stdout=subprocess.DEVNULL,
    )


def killed(config: Path, after: float) -> bool:
    """Return whether the command was killed, and had not ended before."""
    process = command(config)
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


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
    given = [int(argument) for argument in sys.argv[1:]]
    main(*(given + [50, 0][len(given) :]))
