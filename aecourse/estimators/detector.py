"""How abnormal rows are, by the error with which autoencoders reconstruct them."""

from collections.abc import Sequence
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from aecourse.checks import one_of, real, whole
from aecourse.errors import InputError
from aecourse.estimators import scores
from aecourse.estimators.base import AutoencoderEstimator
from aecourse.estimators.scores import Floats

if TYPE_CHECKING:
    from aecourse.estimators.members import Member

Setting = float | Sequence[float]

MOST_SPREAD_ROWS = 4096
LARGEST_BATCH = 128
LEAST_STEPS = 10  # in an epoch


class AutoencoderDetector(AutoencoderEstimator):
    """Score rows by how badly autoencoders reconstruct them.

    It follows the conventions of PyOD: a **higher** score is more abnormal, and labels are 0 for
    normal and 1 for abnormal rows. (scikit-learn's own detectors have −1 for abnormal rows and low
    scores for them; only :meth:`score_samples` follows them.) The rows of ``fit`` may be normal
    ones alone, or hold a few abnormal ones without labels: what is rare has little part in what
    the autoencoder learns.

    No single code size and no single amount of noise suits all tables. With a wide code an
    autoencoder notices what breaks the fine pattern of a table and copies what lies far from
    everything; with a code of one number, or much noise on its input, it can give little more than
    the mean and notices just that. So the default is an ensemble of all: each member has one of the
    code sizes and one of the levels of noise, and the score is the mean over the members, after the
    scores of each have been standardised. ``n_components=0.5, noise=0.0`` is one plain autoencoder.

    Parameters
    ----------
    n_estimators
        Number of autoencoders for each code size and noise; all are trained together as one model.
    connectivity
        Probability of a connection between two units to be there, above 0 and at most 1. Below 1
        each member lacks other connections, for good, and so errs in another way.
    n_components
        Number of values in a code, or several such numbers. A whole number counts values; one
        between 0 and 1 is a share of the number of features, rounded, at least 1.
    noise
        Standard deviation of the Gaussian noise that is added to the scaled input in training while
        the clean row is the target, or several; 0 adds none.
    hidden
        Units of the encoder's hidden layers, from the input to the code; the decoder has the same
        in reverse.
    contamination
        Share of abnormal rows that is expected in the rows of ``fit``, above 0 and at most 0.5.
        It sets the threshold alone: scores do not depend on it.
    scaler
        A scikit-learn transformer with ``inverse_transform``, fitted to the rows inside ``fit``;
        ``None`` standardises each feature to mean 0 and standard deviation 1; ``"passthrough"``
        leaves the rows as they are.
    epochs
        Most passes over the rows.
    batch_size
        Rows in one step of training; ``None`` takes 128, or a tenth of the rows if that is less.
    learning_rate
        Largest step size of Adam; the step size rises to it and falls along a cosine.
    early_stopping
        Number of epochs without a lower validation loss after which training stops; the weights
        of the best epoch are kept. ``None`` trains on all rows for all epochs.
    validation_fraction
        Share of the rows held out to measure the validation loss.
    random_state
        Connections and start of the weights, the rows held out and the order of the rest; a number
        repeats them.
    verbose
        Whether to show the progress of training.

    Attributes
    ----------
    decision_scores_ : numpy.ndarray of shape (samples,)
        The scores of the rows of ``fit``.
    threshold_ : float
        The score above which a row is abnormal: the quantile of ``decision_scores_`` that leaves
        the share ``contamination`` above it.
    labels_ : numpy.ndarray of shape (samples,)
        The labels of the rows of ``fit``: 1 where the score is above the threshold, else 0.
    members_ : list of aecourse.estimators.members.Member
        Code size and noise of each autoencoder.
    residual_spreads_ : numpy.ndarray of shape (members, n_features_in_)
        Usual size of each member's residuals on the rows of ``fit``, in units of the scaler.
    usual_ : aecourse.estimators.scores.Usual
        Mean and standard deviation of each member's surprise over the rows of ``fit``.
    model_ : aecourse.models.Autoencoder
        The trained members as one model, which takes scaled rows and computes in double precision.
    scaler_ : scikit-learn transformer
        The fitted scaling.
    history_ : aecourse.training.History
        What happened in training.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : numpy.ndarray of shape (n_features_in_,)
        Their names, if the rows came with names.

    References
    ----------
    Hawkins, He, Williams and Baxter (2002); Vincent et al. (2010) for noise; Chen, Sathe, Aggarwal
    and Turaga (2017) for ensembles with missing connections (RandNet), who take the median over the
    members.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from aecourse.estimators import AutoencoderDetector
    >>> x = load_wine().data
    >>> detector = AutoencoderDetector(epochs=2, random_state=0).fit(x)
    >>> detector.decision_function(x[:3]).shape
    (3,)
    """

    def __init__(
        self,
        n_estimators: int = 1,
        *,
        connectivity: float = 1.0,
        n_components: Setting = (1, 0.5),
        noise: Setting = (0.0, 3.0, 8.0),
        hidden: tuple[int, ...] = (32,),
        contamination: float = 0.1,
        scaler: Any = None,
        epochs: int = 40,
        batch_size: int | None = None,
        learning_rate: float = 5e-3,
        early_stopping: int | None = None,
        validation_fraction: float = 0.1,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_estimators = n_estimators
        self.connectivity = connectivity
        self.n_components = n_components
        self.noise = noise
        self.hidden = hidden
        self.contamination = contamination
        self.scaler = scaler
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit the scaling, train the autoencoders from nothing, and set the threshold.

        Parameters
        ----------
        X : array of shape (samples, features)
            At least two rows, without labels.
        y
            Not used.

        Raises
        ------
        ValueError
            If ``X`` is empty, has a single row, or holds NaN or infinity.
        InputError
            If a setting makes no sense, or training diverges.
        """
        contamination = real(self.contamination, "contamination", above=0, most=0.5)
        rows = self._rows_to_fit(X)
        self._fit_members(rows)
        some = rows[:: -(-len(rows) // MOST_SPREAD_ROWS)]
        self.residual_spreads_ = scores.residual_spreads(self._residuals(some))
        surprises = self._row_surprises(rows)
        self.usual_ = scores.Usual.of(surprises)
        self.decision_scores_ = self.usual_.combined(surprises)
        self.threshold_ = float(np.quantile(self.decision_scores_, 1 - contamination))
        self.labels_ = self._labels(self.decision_scores_)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Return how abnormal each row is, shape ``(samples,)``; higher is more abnormal.

        A member's surprise at a row is the mean over the features of ``log(1 + (r / s)²)``, with
        the residual ``r`` and its usual size ``s`` from ``residual_spreads_``. The score is the
        mean over the members of the standardised surprise: 0 for a row as usual as the rows of
        ``fit`` are on average, 1 for one that is a standard deviation more surprising.

        Raises
        ------
        ValueError
            If ``X`` does not have the features that ``fit`` saw, or holds NaN or infinity. So do
            all methods that take rows.
        """
        rows = self._rows_to_apply(X)
        return self.usual_.combined(self._row_surprises(rows))

    def score_samples(self, X: Any) -> Floats:
        """Return how normal each row is, as scikit-learn has it: ``-decision_function(X)``."""
        return -self.decision_function(X)

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return 1 for each row whose score is above ``threshold_``, and 0 for all others."""
        return self._labels(self.decision_function(X))

    def predict_proba(self, X: Any, method: str = "linear") -> Floats:
        """Return the score of each row as a number from 0 to 1, shape ``(samples, 2)``.

        The columns are for normal and abnormal, and add up to 1. They are scores on another scale,
        in the same order, and no frequencies: of the rows with 0.8, any share may be abnormal.

        Parameters
        ----------
        X : array of shape (samples, features)
            Rows.
        method
            ``"linear"``: 0 at the lowest score of ``fit`` and 1 at the highest; or ``"unify"``: the
            error function of the standardised score, with 0 up to the mean score of ``fit``.

        Raises
        ------
        InputError
            If ``method`` is unknown.

        References
        ----------
        Kriegel, Kröger, Schubert and Zimek (2011) for ``"unify"``.
        """
        probability = scores.PROBABILITIES[one_of(method, "method", scores.PROBABILITIES)]
        abnormal = probability(self.decision_function(X), self.decision_scores_)
        return np.column_stack([1 - abnormal, abnormal])

    def feature_errors(self, X: Any) -> Floats:
        """Return the part of each feature in the surprise, shape ``(samples, features)``.

        It is ``log(1 + (r / s)²)`` as in :meth:`decision_function`, averaged over the members. The
        features with the largest values are those that do not go with the others of the row; a
        residual of the usual size gives 0.7.
        """

        def errors(rows: Floats) -> Floats:
            return self._surprises(rows).mean(axis=1)

        return scores.in_parts(errors, self._rows_to_apply(X))

    def _fit_members(self, rows: Floats) -> None:
        """Train all members, and keep them in double precision."""
        from aecourse.estimators.members import EnsembleAutoencoder, ensemble_networks

        seed = self._seed()
        self.members_ = self._members(rows.shape[1])
        networks = partial(
            ensemble_networks,
            rows.shape[1],
            self.members_,
            hidden=self.hidden,
            connectivity=real(self.connectivity, "connectivity", above=0, most=1),
            seed=seed,
        )
        model = EnsembleAutoencoder(*networks())
        self.history_ = self._train(
            model, rows, seed, batch_size=self._rows_a_step(len(rows)), schedule="cosine"
        )
        # Single precision would make the last digits of a row's score, and so a label at the
        # threshold, depend on the rows beside it.
        self.model_ = EnsembleAutoencoder(*networks(dtype="float64"))
        self.model_.set_weights(model.get_weights())

    def _members(self, features: int) -> list["Member"]:
        """Return code size and noise of each member."""
        from aecourse.estimators.members import Member

        sizes = [code_size(value, features) for value in several(self.n_components, "n_components")]
        levels = [real(value, "noise", least=0) for value in several(self.noise, "noise")]
        count = whole(self.n_estimators, "n_estimators")
        return [Member(size, level) for size in sizes for level in levels for _ in range(count)]

    def _rows_a_step(self, rows: int) -> int:
        """Return the batch size, so small that an epoch has a few steps even with few rows."""
        if self.batch_size is not None:
            return self.batch_size
        return min(LARGEST_BATCH, max(1, rows // LEAST_STEPS))

    def _residuals(self, rows: Floats) -> Floats:
        """Return by how much each value is missed, shape ``(rows, members, features)``."""
        return scores.residuals(rows, self.model_.reconstruct(rows))

    def _surprises(self, rows: Floats) -> Floats:
        """Return the surprise at each value, shape ``(rows, members, features)``."""
        return scores.surprise(self._residuals(rows), self.residual_spreads_)

    def _row_surprises(self, rows: Floats) -> Floats:
        """Return each member's surprise at each row, shape ``(rows, members)``."""
        return scores.in_parts(lambda part: self._surprises(part).mean(axis=-1), rows)

    def _labels(self, decision_scores: Floats) -> NDArray[np.int64]:
        """Return 1 where a score is above the threshold, else 0."""
        return (decision_scores > self.threshold_).astype(np.int64)


def several(setting: Setting, name: str) -> tuple[float, ...]:
    """Return a setting that may be one number or several as a tuple.

    Raises
    ------
    InputError
        If it is neither, or empty.
    """
    if isinstance(setting, Real):
        return (cast(float, setting),)
    if isinstance(setting, list | tuple) and setting:
        return tuple(setting)
    raise InputError(f"{name} is {setting!r}; give a number, or a tuple of numbers.")


def code_size(value: Any, features: int) -> int:
    """Return the number of values in a code: a whole number itself, or a share of the features.

    Raises
    ------
    InputError
        If it is neither.
    """
    if isinstance(value, Integral):
        return whole(value, "n_components")
    return max(1, round(real(value, "n_components", above=0, below=1) * features))
