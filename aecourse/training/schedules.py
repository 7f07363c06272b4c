"""How the learning rate changes over the steps of a run."""

from aecourse.backend import keras

WARM_UP = 0.05  # share of the steps in which the rate rises
LEAST = 50  # steps in which it rises at least, where this is not more than a quarter of them


def cosine(
    peak: float, steps: int, *, warm_up: float = WARM_UP
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return a rate that rises to its peak in the first steps and falls to 0 at the last.

    The first gradients of an autoencoder all point the same way, to the mean of the data: at full
    rate they can push a sigmoid output so far that it no longer learns. How many steps the rise
    must last hardly depends on how long the run is, so in a short run it takes a larger share, of
    up to a quarter.

    Parameters
    ----------
    peak
        The highest learning rate.
    steps
        Number of steps of the whole run.
    warm_up
        Share of them in which the rate rises, where that is 50 steps or more.

    References
    ----------
    Loshchilov and Hutter (2017) for the cosine; Goyal et al. (2017) for the rise before it.
    """
    rise = max(1, int(warm_up * steps), min(LEAST, steps // 4))
    return keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=max(1, steps - rise), warmup_target=float(peak), warmup_steps=rise
    )
