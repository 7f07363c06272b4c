"""The loop of :func:`aecourse.training.fit` over several processes, on JAX.

Each process feeds its part of every batch. All else is that of one process: the order of the
samples, the loss as a mean over the whole batch, the noise, the optimiser, early stopping, and the
checkpoint, which process 0 keeps and shares out when the training is taken up.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.errors import CourseError, InputError
from aecourse.models import Autoencoder
from aecourse.project.building import build
from aecourse.project.schema import Config
from aecourse.project.team import Team
from aecourse.project.training import Prepared
from aecourse.training.batches import order
from aecourse.training.checkpoint import Checkpoint, settings_of, state_of
from aecourse.training.early_stopping import EarlyStopping
from aecourse.training.history import History
from aecourse.training.loop import VALIDATION_BATCH, Recorder, prepare, run_epochs

Floats = NDArray[np.float32]


def learn(
    config: Config, team: Team, data: Prepared, checkpoint: Path | None, *, progress: bool
) -> tuple[Autoencoder, History]:
    """Train together, and return the model, as it would be after a training by one process.

    Parameters
    ----------
    config
        The configuration.
    team
        This process's place.
    data
        All samples, the same in every process.
    checkpoint
        Where process 0 keeps its state; ``None`` in the others.
    progress
        Whether to show a progress line.

    Returns
    -------
    Autoencoder
        A model of this process alone.
    History
        What happened.
    """
    settings = config.training
    keras.utils.set_random_seed(settings.seed)
    alone = _compiled(config, data, team)
    x, validation = alone.checked(data.train.x), alone.checked(data.validation.x, "validation_data")
    stopping = EarlyStopping(settings.early_stopping) if settings.early_stopping else None
    saved = _checkpoint(alone, x, validation, config, team, checkpoint)
    history = _shared_state(alone, stopping, saved, team)

    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    model = _compiled(config, data, team)
    _give(model, _state(alone))
    recorder = Recorder(history, stopping, saved)
    if not history.complete(settings.epochs):
        run_epochs(
            model,
            _parts(x, config, team, len(history.epochs)),
            recorder,
            epochs=settings.epochs,
            steps=_steps(len(x), settings.batch_size, team),
            progress=progress,
            # Whoever left would be waited for by the others.
            interruptible=False,
            validation_data=ValidationParts(validation, settings.batch_size, team),
        )
    final = _state(model)
    keras.distribution.set_distribution(None)
    team.leave()
    # A copy outside the distribution: there every call would wait for the other processes.
    _give(alone, final)
    if stopping is not None:
        stopping.restore(alone)
    return alone, history


def _compiled(config: Config, data: Prepared, team: Team) -> Autoencoder:
    """Return the untrained model with its optimiser, all variables in place."""
    model = build(config, data.encoder.shape)
    settings = config.training
    steps = _steps(len(data.train.x), settings.batch_size, team) * settings.epochs
    prepare(model, settings.learning_rate, settings.schedule, steps)
    return model


def _steps(count: int, batch_size: int, team: Team) -> int:
    return -(-team.even(count) // batch_size)


def _checkpoint(
    model: Autoencoder,
    x: Floats,
    validation: Floats,
    config: Config,
    team: Team,
    folder: Path | None,
) -> Checkpoint | None:
    """Return process 0's checkpoint.

    Where nothing is left out, any number of processes can take it up, one among them.
    """
    if folder is None:
        return None
    settings = config.training
    uneven = any(len(part) % team.processes for part in (x, validation))
    others = {"processes": team.processes} if uneven else {}
    return Checkpoint(
        folder,
        settings_of(
            model,
            x,
            validation,
            batch_size=settings.batch_size,
            seed=settings.seed,
            early_stopping=settings.early_stopping,
            **others,
        ),
    )


def _shared_state(
    model: Autoencoder, stopping: EarlyStopping | None, saved: Checkpoint | None, team: Team
) -> History:
    """Give all processes the state that process 0 finds in its checkpoint, if it finds one.

    Raises
    ------
    InputError
        In all processes, if the checkpoint is of another training or cannot be read.
    """
    history, problem = None, None
    try:
        history = saved.load(model, stopping) if saved else None
    except CourseError as error:  # the others wait for an answer
        problem = error
    weights = model.get_weights()
    best = stopping.best_weights if stopping else None
    record = {
        "history": vars(history) if history else None,
        "refused": problem is not None,
        "stopping": [stopping.best, stopping.waited, best is not None] if stopping else None,
    }
    state = _state(model)
    arrays, record = team.share([*state, *(best or weights)], record)
    if record["refused"]:
        raise problem or InputError("process 0 cannot take part; its own message says why.")
    _give(model, arrays[: len(state)])
    if stopping is not None:
        stopping.best, stopping.waited, known = record["stopping"]
        stopping.best_weights = arrays[len(state) :] if known else None
    return History(**record["history"]) if record["history"] else History()


def _parts(x: Floats, config: Config, team: Team, first: int) -> Iterator[tuple[Floats]]:
    """Yield this process's part of each batch, in the order of a training by one process."""
    settings = config.training
    for epoch in range(first, settings.epochs):
        positions = order(settings.seed, epoch, len(x))[: team.even(len(x))]
        for start in range(0, len(positions), settings.batch_size):
            yield (x[team.part_of(positions[start : start + settings.batch_size])],)


class ValidationParts(keras.utils.PyDataset):
    """The part of this process of each batch of validation samples.

    Parameters
    ----------
    x
        All validation samples.
    batch_size
        Of the training.
    team
        This process's place.
    """

    def __init__(self, x: Floats, batch_size: int, team: Team) -> None:
        super().__init__()
        self.x = x[: team.even(len(x))]
        self.size = team.even(max(batch_size, VALIDATION_BATCH))
        self.team = team

    def __len__(self) -> int:
        return -(-len(self.x) // self.size)

    def __getitem__(self, index: int) -> tuple[Floats]:
        """Return the part of one batch."""
        return (self.team.part_of(self.x[index * self.size : (index + 1) * self.size]),)


def _state(model: Autoencoder) -> list[NDArray[Any]]:
    return [keras.ops.convert_to_numpy(variable) for variable in state_of(model)]


def _give(model: Autoencoder, state: list[NDArray[Any]]) -> None:
    for variable, value in zip(state_of(model), state, strict=True):
        variable.assign(value)
