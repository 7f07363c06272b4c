"""Three ways to go downhill. Each changes the parameters in place, given their gradients."""

from collections.abc import Sequence

import numpy as np

from aecourse.scratch import checks

Arrays = Sequence[np.ndarray]


class SGD:
    """Stochastic gradient descent: one step against the gradient (Robbins and Monro, 1951).

    Parameters
    ----------
    learning_rate : float
        Length of a step, as a multiple of the gradient.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> weights = [np.array([1.0, 2.0])]
    >>> scratch.SGD(learning_rate=0.1).step(weights, [np.array([1.0, -1.0])])
    >>> weights[0].tolist()
    [0.9, 2.1]
    """

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = checks.positive(learning_rate, "learning_rate")

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Change every parameter w by -η g."""
        for w, g in zip(parameters, gradients, strict=True):
            w -= self.learning_rate * g


class Momentum:
    """Descent with a velocity, like a ball with some weight (Polyak, 1964).

    Steps that agree add up, steps that swing to and fro cancel.

    Parameters
    ----------
    learning_rate : float
        Length of the push that a gradient gives.
    momentum : float
        How much of the velocity remains after each step, 0 ≤ momentum < 1.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> weights = [np.array([1.0])]
    >>> optimiser = scratch.Momentum(learning_rate=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimiser.step(weights, [np.array([1.0])])
    >>> weights[0].round(3).tolist()
    [0.75]
    """

    def __init__(self, learning_rate: float = 0.01, momentum: float = 0.9) -> None:
        self.learning_rate = checks.positive(learning_rate, "learning_rate")
        self.momentum = checks.fraction(momentum, "momentum")
        self.velocities: list[np.ndarray] = []

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Update each velocity, v ← μ v - η g, then each parameter, w ← w + v."""
        if not self.velocities:
            self.velocities = [np.zeros_like(w) for w in parameters]
        for w, g, v in zip(parameters, gradients, self.velocities, strict=True):
            v *= self.momentum
            v -= self.learning_rate * g
            w += v


class Adam:
    """Steps of nearly equal length for all parameters, whatever the size of their gradients.

    Parameters
    ----------
    learning_rate : float
        Largest usual step of a single parameter.
    beta_1, beta_2 : float
        How slowly the running means of g and g² forget.
    epsilon : float
        Keeps a parameter with tiny gradients from leaping. It is added as in the efficient form
        that the paper gives in its second section, which Keras uses too.

    References
    ----------
    Kingma and Ba (2015).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse import scratch
    >>> weights = [np.array([1.0, 2.0])]
    >>> scratch.Adam(learning_rate=0.1).step(weights, [np.array([1.0, -500.0])])
    >>> weights[0].round(3).tolist()
    [0.9, 2.1]
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
    ) -> None:
        self.learning_rate = checks.positive(learning_rate, "learning_rate")
        self.beta_1 = checks.fraction(beta_1, "beta_1")
        self.beta_2 = checks.fraction(beta_2, "beta_2")
        self.epsilon = checks.positive(epsilon, "epsilon")
        self.steps = 0
        self.means: list[np.ndarray] = []  # running mean of g
        self.squares: list[np.ndarray] = []  # running mean of g²

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Update both running means and step by their quotient, m / √s."""
        if not self.means:
            self.means = [np.zeros_like(w) for w in parameters]
            self.squares = [np.zeros_like(w) for w in parameters]
        self.steps += 1
        # Both means start at 0, so early on they are too small; this factor makes up for it.
        correction = np.sqrt(1.0 - self.beta_2**self.steps) / (1.0 - self.beta_1**self.steps)
        rate = float(self.learning_rate * correction)
        for w, g, m, s in zip(parameters, gradients, self.means, self.squares, strict=True):
            m += (1.0 - self.beta_1) * (g - m)
            s += (1.0 - self.beta_2) * (g**2 - s)
            w -= rate * m / (np.sqrt(s) + self.epsilon)


Optimiser = SGD | Momentum | Adam
