"""How the learning rate changes over the steps of a run."""

from aecourse.backend import keras

WARM_UP = 0.05  # share of the steps in which the rate rises


def cosine(
    peak: float, steps: int, *, warm_up: float = WARM_UP
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a rate that rises to its peak in the first steps and falls to 0 at the last.

    The first gradients of an autoencoder all point the same way, to the mean of the data: at full
    rate they can push a sigmoid output so far that it no longer learns.

    Parameters
    ----------
    peak
        The highest learning rate.
    steps
        Number of steps of the whole run.
    warm_up
        Share of them in which the rate rises.

    References
    ----------
    Loshchilov and Hutter (2017) for the cosine; Goyal et al. (2017) for the rise before it.
    """
    rise = max(1, int(warm_up * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=max(1, steps - rise), warmup_target=float(peak), warmup_steps=rise
    )
