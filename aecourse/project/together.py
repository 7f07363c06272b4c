"""The training of one run by several processes, with the result of one process."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from aecourse.errors import CourseError, InputError
from aecourse.project import training
from aecourse.project.processes import Processes
from aecourse.project.run import Run
from aecourse.project.run_directory import RunDirectory
from aecourse.project.schema import Config
from aecourse.project.team import DONE, FAILED, LOOPBACK, READY, Team, check, free_port
from aecourse.project.training import Prepared, Say

if TYPE_CHECKING:
    from aecourse.models import Autoencoder
    from aecourse.training import History


# In the messages of JAX where a process has ended or cannot be reached any more.
SIGNS_OF_LOSS = ("Gloo", "UNAVAILABLE", "DEADLINE_EXCEEDED", "Connection")


class LostError(InputError):
    """The other processes are gone. JAX would wait for them at the end, and then abort."""


def start(path: Path, config: Config, processes: int, options: list[str]) -> None:
    """Start processes on this machine that train together, and wait until the run is there.

    Parameters
    ----------
    path
        The configuration's file.
    config
        What stands in it.
    processes
        How many.
    options
        Of the command, for each of them. What process 0 prints is not held back.

    Raises
    ------
    InputError
        If several processes cannot train this, or one of them has failed.
    """
    check(config, processes)
    coordinator = f"{LOOPBACK}:{free_port()}"
    shared = ["train", str(path), *options, "--coordinator", coordinator]
    commands = [
        [*shared, "--processes", str(processes), "--process", str(number)]
        for number in range(processes)
    ]
    with Processes(commands, heard=0) as started:
        statuses = started.wait(all_or_none=True)
    if any(statuses):
        ended = [
            f"{number} with status {status}" for number, status in enumerate(statuses) if status
        ]
        killed = any(status is not None and status < 0 for status in statuses)
        advice = "The same command goes on where it was" if killed else "Each has said why, above"
        raise InputError(
            f"the training ended, as of its {processes} processes these did: {', '.join(ended)}. "
            f"{advice}."
        )


def train(
    config: Config,
    home: Path,
    team: Team,
    *,
    restart: bool = False,
    progress: bool = True,
    say: Say = print,
) -> Run | None:
    """Train as a configuration says, as one of several processes.

    Parameters
    ----------
    config
        The configuration, the same for all.
    home
        The folder of its file.
    team
        This process's place.
    restart, progress, say
        As for :func:`aecourse.project.training.train`; process 0 alone shows and says anything.

    Returns
    -------
    Run or None
        The finished run, in process 0.

    Raises
    ------
    CourseError
        As :func:`aecourse.project.training.train`; in all processes if it is so in one.
    """
    config = training.of_one_run(config, home)
    team.check(config)
    team.join()
    with _company(team), ExitStack() as held:
        directory = RunDirectory(home / "runs", config.name)
        run, data, problem = None, None, None
        try:
            if team.leads:
                held.enter_context(directory.locked())
                if not restart:
                    run = training.taken_up(directory, config, say=say)
            if run is None:
                data = training.data_of(config)
                _check_parts(data, team)
            if team.leads and data is not None:
                if not restart:  # before the processes agree, so that all hear of it
                    training.check_data(directory, config, data)
                training.announce(config, data, say)
                _say_what_is_left_out(data, team, say)
        except CourseError as error:
            problem = error
        state = FAILED if problem else DONE if run else READY
        if team.agree(state, config, _fingerprint(run, data), problem) == DONE:
            return run
        assert data is not None
        if team.leads and restart:  # not before: data that one cannot use must not cost the old run
            training.taken_up(directory, config, restart=True, say=say)
        learn = partial(_learn, config, team, progress=progress and team.leads)
        if team.leads:
            return training.trained(config, directory, data, learn)
        learn(data, None)
        return None


def _fingerprint(run: Run | None, data: Prepared | None) -> str:
    """Return that of the data in use: of the finished run, or of what was read."""
    if run is not None:
        return str(run.environment["data"]["sha256"])
    return data.sha256 if data else ""


def _check_parts(data: Prepared, team: Team) -> None:
    for part, name in ((data.train, "train on"), (data.validation, "validate")):
        if len(part.x) < team.processes:
            raise InputError(
                f"there are {len(part.x)} samples to {name}, fewer than the {team.processes} "
                "processes; start fewer."
            )


def _say_what_is_left_out(data: Prepared, team: Team, say: Say) -> None:
    """Say what does not divide evenly: a process with less to do would go its own way."""
    train = len(data.train.x) % team.processes
    validation = len(data.validation.x) % team.processes
    if train:
        say(f"Note: so that all have the same share, each epoch leaves out {train} of the samples.")
    if validation:
        say(f"Note: for the same reason the validation loss leaves out {validation}.")


def _learn(
    config: Config, team: Team, data: Prepared, checkpoint: Path | None, *, progress: bool
) -> "tuple[Autoencoder, History]":
    from aecourse.project.team_training import learn

    return learn(config, team, data, checkpoint, progress=progress)


@contextmanager
def _company(team: Team) -> Iterator[None]:
    """Say in plain words that the others are gone, where JAX does not.

    Raises
    ------
    LostError
        If they are.
    """
    import jax

    try:
        yield
    except CourseError:
        raise
    except (jax.errors.JaxRuntimeError, ValueError) as error:  # JAX raises the one or the other
        reason = str(error).partition("\n")[0]
        if not any(word in reason for word in SIGNS_OF_LOSS):
            raise
        raise LostError(
            f"process {team.process} has lost the others ({reason}). Start all of them again: the "
            "training goes on where it was."
        ) from error
