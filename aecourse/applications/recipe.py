"""Methods under the names of a comparison, and recipes: a method with its settings."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from aecourse.checks import one_of
from aecourse.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

Built = TypeVar("Built")
Candidate = TypeVar("Candidate")


class Method(NamedTuple):
    """A kind of predictor or recommender.

    Attributes
    ----------
    title
        Its name in tables and figures.
    build
        Gives an unfitted one for a seed and settings.
    learns
        Whether it is an autoencoder that is trained.

    Examples
    --------
    >>> from aecourse.applications import recipe
    >>> method = recipe.Method("mean", lambda seed: "a predictor")
    >>> method.title, method.learns
    ('mean', False)
    """

    title: str
    build: Callable[..., Any]
    learns: bool = False


@dataclass(frozen=True)
class MethodRecipe(Generic[Built]):
    """A method with its settings, to be built anew for each seed.

    A comparison makes its own kind of recipe by naming its ``methods``.

    Attributes
    ----------
    method
        A key of ``methods``.
    settings
        Arguments of what is built.

    Raises
    ------
    InputError
        If there is no such method.

    Examples
    --------
    >>> from aecourse.applications import recipe
    >>> class Recipe(recipe.MethodRecipe):
    ...     methods = {"constant": recipe.Method("constant", lambda seed, value: value)}
    >>> str(Recipe("constant", {"value": 3})), Recipe("constant", {"value": 3}).build()
    ('constant, value 3', 3)
    """

    methods: ClassVar[Mapping[str, Method]]

    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        one_of(self.method, "method", self.methods)

    @property
    def title(self) -> str:
        """The method's name."""
        return self.methods[self.method].title

    def __str__(self) -> str:
        """Return the method with its settings."""
        return ", ".join([self.title, *(f"{name} {v}" for name, v in self.settings.items())])

    def build(self, seed: int = 0) -> Built:
        """Return the unfitted predictor or recommender."""
        built: Built = self.methods[self.method].build(seed, **self.settings)
        return built


def chosen(
    candidates: Iterable[Candidate],
    compare: "Callable[[list[Candidate]], pd.DataFrame]",
    by: str,
    best: Callable[..., Candidate],
) -> "tuple[Candidate, pd.DataFrame]":
    """Return the candidate whose mean measure over the seeds is the best, and all measures.

    Parameters
    ----------
    candidates
        Recipes to choose from; as text they tell one from another.
    compare
        From recipes to a table with the columns ``recipe`` and ``by``, a row for each seed.
    by
        Name of the measure.
    best
        ``min`` or ``max``.

    Raises
    ------
    InputError
        If there are no candidates.

    Examples
    --------
    >>> import pandas as pd
    >>> from aecourse.applications import recipe
    >>> class Recipe(recipe.MethodRecipe):
    ...     methods = {"constant": recipe.Method("constant", lambda seed, value: value)}
    >>> candidates = [Recipe("constant", {"value": value}) for value in (3, 1, 2)]
    >>> def measured(recipes):
    ...     return pd.DataFrame([{"recipe": str(one), "error": one.build()} for one in recipes])
    >>> str(recipe.chosen(candidates, measured, "error", min)[0])
    'constant, value 1'
    """
    listed = list(candidates)
    if not listed:
        raise InputError("there are no candidates; give at least one recipe.")
    table = compare(listed)
    means = table.groupby("recipe")[by].mean()
    return best(listed, key=lambda recipe: means[str(recipe)]), table
