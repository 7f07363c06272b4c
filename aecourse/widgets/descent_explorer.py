"""Walk down a long valley: what learning rate, optimiser and scaling do to training."""

import math
from typing import Any, Literal, get_args

import numpy as np
import traitlets

from aecourse.errors import InputError
from aecourse.plots import CourseFigure
from aecourse.plots.style import applied, colour, new_figure
from aecourse.widgets.explorer import Explorer, as_array, module

Optimiser = Literal["gradient descent", "momentum", "Adam"]

# As in static/descent.js.
TURN = math.pi / 6
BETA, BETA_SQUARES, EPSILON = 0.9, 0.999, 1e-8
HOPELESS = 1e8


class DescentExplorer(Explorer):
    """Gradient descent, momentum and Adam on the loss ½ wᵀHw of two weights.

    With two features of unequal variance, the mean squared error of a linear model is such a
    valley; H is the features' covariance and its condition number tells how long the valley is.
    Scaling the features (z-score) makes the curvature along each axis 1. What correlation between
    the features has bent it cannot mend.

    Parameters
    ----------
    optimiser : {"gradient descent", "momentum", "Adam"}
        Momentum is Polyak's (1964) with β = 0.9; Adam is Kingma and Ba's (2015).
    learning_rate : float
        From 0.001 to 3.
    condition : float
        Largest over smallest curvature before scaling, from 1 to 100.
    correlated : bool
        Whether the valley lies at 30 degrees to the axes.
    scaled : bool
        Whether the features are scaled to unit variance.
    steps : int
        From 10 to 200.
    start : (float, float)
        The first weights, each from −2 to 2, in the unscaled features' units.
    heading : str
        The line above the explorer.

    Attributes
    ----------
    settings : dict
        The parameters above, but for the heading, as the reader has set them.

    Raises
    ------
    InputError
        If a parameter is outside its range.

    Examples
    --------
    >>> from aecourse import widgets
    >>> explorer = widgets.DescentExplorer(optimiser="momentum", steps=30)
    >>> bool(explorer.losses()[-1] < explorer.losses()[0])
    True
    """

    _esm = module("descent.js")

    settings = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        *,
        optimiser: Optimiser = "gradient descent",
        learning_rate: float = 0.07,
        condition: float = 25.0,
        correlated: bool = False,
        scaled: bool = False,
        steps: int = 60,
        start: tuple[float, float] = (-1.6, 1.0),
        heading: str = "Walk down the valley of the loss",
    ) -> None:
        settings = {
            "optimiser": optimiser,
            "learning_rate": learning_rate,
            "condition": condition,
            "correlated": correlated,
            "scaled": scaled,
            "steps": steps,
            "start": list(start),
        }
        super().__init__(heading=heading, settings=_checked(settings))

    def path(self, **changes: Any) -> np.ndarray:
        """Return the weights after each step, shape (steps + 1, 2).

        The walk ends early once the loss has grown by a factor of 10⁸.

        Parameters
        ----------
        **changes
            Settings that differ from the present ones, such as ``learning_rate=0.1``.
        """
        settings = _checked({**self.settings, **changes})
        hessian, units = _valley(settings)
        weights = np.asarray(settings["start"], dtype=float) * units
        first, second = np.zeros(2), np.zeros(2)
        path = [weights]
        limit = HOPELESS * _loss(hessian, weights)
        for step in range(1, settings["steps"] + 1):
            if not _loss(hessian, weights) <= limit:
                break
            gradient = hessian @ weights
            if settings["optimiser"] == "momentum":
                first = BETA * first + gradient
                update = first
            elif settings["optimiser"] == "Adam":
                first = BETA * first + (1 - BETA) * gradient
                second = BETA_SQUARES * second + (1 - BETA_SQUARES) * gradient**2
                spread = np.sqrt(second / (1 - BETA_SQUARES**step)) + EPSILON
                update = first / (1 - BETA**step) / spread
            else:
                update = gradient
            weights = weights - settings["learning_rate"] * update
            path.append(weights)
        return np.stack(path)

    def losses(self, **changes: Any) -> np.ndarray:
        """Return the loss before each step and at the end; ``changes`` as in :meth:`path`."""
        hessian, _ = _valley(_checked({**self.settings, **changes}))
        return np.array([_loss(hessian, weights) for weights in self.path(**changes)])

    def condition_number(self, **changes: Any) -> float:
        """Return the condition number of the valley walked; ``changes`` as in :meth:`path`."""
        hessian, _ = _valley(_checked({**self.settings, **changes}))
        return float(np.linalg.cond(hessian))

    def figure(self) -> CourseFigure:
        """Return the valley with the path, and the loss curve, as a still figure."""
        hessian, _ = _valley(self.settings)
        path, losses = self.path(), self.losses()
        alt = (
            f"{self.heading}. Path of {self.settings['optimiser']} with learning rate "
            f"{self.settings['learning_rate']:g} in {len(path) - 1} steps; "
            f"the loss goes from {losses[0]:.3g} to {losses[-1]:.3g}."
        )
        reach = 1.3 * max(0.4, float(np.abs(path[0]).max()))
        grid = np.stack(np.meshgrid(*[np.linspace(-reach, reach, 120)] * 2))
        surface = 0.5 * np.einsum("iyx,ij,jyx->yx", grid, hessian, grid)
        with applied():
            figure = new_figure(self.heading, height=3.6, alt=alt)
            plane, curve = figure.subplots(1, 2, width_ratios=(1.35, 1))
            levels = surface.max() / 2.6 ** np.arange(8, -1, -1)
            plane.contour(*grid, surface, levels=levels, colors="#8C8C8C", linewidths=0.8)
            plane.plot(*path.T, "o-", color=colour(0), markersize=3)
            plane.plot(*path[0], "D", color=colour(1), markersize=8)
            plane.plot(0, 0, "xk", markersize=9)
            plane.set(xlim=(-reach, reach), ylim=(-reach, reach))
            plane.set(xlabel="weight of feature 1", ylabel="weight of feature 2")
            curve.semilogy(losses, color=colour(0))
            curve.set(xlabel="step", ylabel="loss")
        return figure


def _valley(settings: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the curvature H of the walked valley and the units the weights are scaled by."""
    turn = TURN if settings["correlated"] else 0.0
    c, s = math.cos(turn), math.sin(turn)
    rotation = np.array([[c, -s], [s, c]])
    hessian = rotation @ np.diag([1.0, settings["condition"]]) @ rotation.T
    units = np.sqrt(np.diag(hessian)) if settings["scaled"] else np.ones(2)
    return hessian / np.outer(units, units), units


def _loss(hessian: np.ndarray, weights: np.ndarray) -> float:
    return float(0.5 * weights @ hessian @ weights)


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    known = {"optimiser", "learning_rate", "condition", "correlated", "scaled", "steps", "start"}
    if set(settings) != known:
        odd = sorted(set(settings) ^ known)[0]
        raise InputError(f"Unknown setting {odd!r}; the settings are {', '.join(sorted(known))}.")
    if settings["optimiser"] not in get_args(Optimiser):
        raise InputError(
            f"optimiser is {settings['optimiser']!r}; use one of {', '.join(get_args(Optimiser))}."
        )
    for name, low, high in [("learning_rate", 0.001, 3), ("condition", 1, 100), ("steps", 10, 200)]:
        if not low <= settings[name] <= high:
            raise InputError(f"{name} is {settings[name]}; expected {low} to {high}.")
    start = as_array(settings["start"], "start", (2,))
    if np.abs(start).max() > 2:
        raise InputError(f"start is {start.tolist()}; expected two numbers from −2 to 2.")
    return {
        "optimiser": settings["optimiser"],
        "learning_rate": float(settings["learning_rate"]),
        "condition": float(settings["condition"]),
        "correlated": bool(settings["correlated"]),
        "scaled": bool(settings["scaled"]),
        "steps": int(settings["steps"]),
        "start": start.tolist(),
    }
