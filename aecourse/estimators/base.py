"""What both estimators share: scaling, training, and being pickled."""

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from aecourse.errors import InputError
from aecourse.estimators.scores import Floats
from aecourse.preprocessing import train_validation_split

if TYPE_CHECKING:
    from aecourse.models import Autoencoder
    from aecourse.training import History
    from aecourse.training.loop import Schedule

DTYPES = (np.float64, np.float32)


class AutoencoderEstimator(BaseEstimator):
    """An autoencoder fitted to scaled rows; the two estimators add what is done with it.

    Attributes
    ----------
    model_ : aecourse.models.Autoencoder
        The trained model, which takes scaled rows.
    scaler_ : scikit-learn transformer
        The fitted scaling.
    history_ : aecourse.training.History
        What happened in training.
    """

    # Set by the constructors of the subclasses, as scikit-learn reads their signatures.
    scaler: Any
    epochs: int
    learning_rate: float
    validation_fraction: float
    early_stopping: int | None
    random_state: Any
    verbose: bool

    def _rows_to_fit(self, X: Any) -> Floats:
        """Check the rows that ``fit`` was given, fit the scaling to them and return them scaled."""
        self.__dict__.pop("model_", None)  # should this fit fail, no earlier model stands for it
        # Two rows are the fewest that have a spread, and of which one can be held out.
        rows = validate_data(self, X, dtype=DTYPES, ensure_min_samples=2)
        self.scaler_ = unfitted_scaler(self.scaler).fit(rows)
        return scaled(self.scaler_, rows)

    def _rows_to_apply(self, X: Any) -> Floats:
        """Check the rows that a fitted estimator was given and return them scaled."""
        check_is_fitted(self)
        return scaled(self.scaler_, validate_data(self, X, dtype=DTYPES, reset=False))

    def _seed(self) -> int:
        """Return the number that everything random in one ``fit`` starts from."""
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _train(
        self,
        model: "Autoencoder",
        rows: Floats,
        seed: int,
        *,
        batch_size: int,
        schedule: "Schedule" = "constant",
    ) -> "History":
        """Train a model on scaled rows.

        Raises
        ------
        InputError
            If a setting makes no sense, or the loss is no longer a number.
        """
        from aecourse import training

        held_out = None
        if self.early_stopping is not None:
            rows, held_out = train_validation_split(
                rows, fraction=self.validation_fraction, seed=seed
            )
        history = training.fit(
            model,
            rows,
            epochs=self.epochs,
            validation_data=held_out,
            batch_size=batch_size,
            learning_rate=self.learning_rate,
            schedule=schedule,
            early_stopping=self.early_stopping,
            seed=seed,
            progress=bool(self.verbose),
        )
        if history.outcome == "diverged":
            raise InputError(
                f"training diverged in epoch {len(history.epochs)}: the loss is no longer a "
                f"number. Give a smaller learning_rate than {self.learning_rate:g}."
            )
        return history

    def __getstate__(self) -> dict[str, Any]:
        """Return the state to pickle, with the model as the bytes of a ``.keras`` file."""
        state = dict(super().__getstate__())
        if "model_" in state:
            from aecourse.estimators.storage import to_bytes

            state["model_"] = to_bytes(state["model_"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore what :meth:`__getstate__` gave."""
        if "model_" in state:
            from aecourse.estimators.storage import from_bytes

            state = {**state, "model_": from_bytes(state["model_"])}
        super().__setstate__(state)

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there is a trained model."""
        return hasattr(self, "model_")


def unfitted_scaler(scaler: Any) -> Any:
    """Return the transformer that a ``scaler`` setting stands for, ready to be fitted.

    Raises
    ------
    InputError
        If it stands for none.
    """
    if scaler is None:
        return StandardScaler()
    if isinstance(scaler, str) and scaler == "passthrough":
        return FunctionTransformer()
    if hasattr(scaler, "transform") and hasattr(scaler, "inverse_transform"):
        return clone(scaler)
    raise InputError(
        f"scaler is {scaler!r}; give a scikit-learn transformer with inverse_transform, such as "
        "RobustScaler(), None for StandardScaler(), or 'passthrough' for rows scaled already."
    )


def scaled(scaler: Any, rows: Floats) -> Floats:
    """Return rows in the scaler's units, as an array even where it answers with a table."""
    return np.asarray(scaler.transform(rows))
