"""Rows shortened to codes, and codes turned back into rows."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags, check_array
from sklearn.utils.validation import check_is_fitted

from aecourse.checks import whole
from aecourse.errors import InputError
from aecourse.estimators.base import AutoencoderEstimator
from aecourse.metrics import explained_variance

if TYPE_CHECKING:
    from aecourse.models import Autoencoder


class AutoencoderTransformer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, AutoencoderEstimator
):
    """Shorten rows to codes of a few values, as PCA does, but along curved surfaces too.

    It has many more weights than PCA and needs more rows: with a few hundred, compare the
    :meth:`score` of both on rows held out.

    Parameters
    ----------
    n_components
        Number of values in a code.
    hidden
        Units of the encoder's hidden layers, from the input to the code; the decoder has the same
        in reverse. With ``()`` the autoencoder is linear, and its codes span the plane of PCA.
    build
        A function ``(features, n_components, seed) -> aecourse.models.Autoencoder`` that returns
        the model to train, in place of a dense network with ``hidden`` layers: any variant of the
        course that needs no labels. To be pickled it must be a function of a module, no lambda.
    scaler
        A scikit-learn transformer with ``inverse_transform``, fitted to the rows inside ``fit``;
        ``None`` standardises each feature to mean 0 and standard deviation 1; ``"passthrough"``
        leaves the rows as they are.
    epochs
        Most passes over the rows.
    batch_size
        Rows in one step of training.
    learning_rate
        Step size of Adam.
    early_stopping
        Number of epochs without a lower validation loss after which training stops; the weights
        of the best epoch are kept. ``None`` trains on all rows for all epochs.
    validation_fraction
        Share of the rows held out to measure the validation loss.
    random_state
        Start of the weights, the rows held out and the order of the rest; a number repeats them.
    verbose
        Whether to show the progress of training.

    Attributes
    ----------
    model_ : aecourse.models.Autoencoder
        The trained model, which takes scaled rows.
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
    Hinton and Salakhutdinov (2006).

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> from aecourse.estimators import AutoencoderTransformer
    >>> x = load_wine().data
    >>> model = AutoencoderTransformer(n_components=2, epochs=2, random_state=0).fit(x)
    >>> model.transform(x).shape
    (178, 2)
    """

    def __init__(
        self,
        n_components: int = 2,
        *,
        hidden: tuple[int, ...] = (64,),
        build: "Callable[[int, int, int], Autoencoder] | None" = None,
        scaler: Any = None,
        epochs: int = 200,
        batch_size: int = 32,
        learning_rate: float = 1e-3,
        early_stopping: int | None = 20,
        validation_fraction: float = 0.1,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.n_components = n_components
        self.hidden = hidden
        self.build = build
        self.scaler = scaler
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: None = None) -> Self:
        """Fit the scaling, then train the autoencoder from nothing.

        Parameters
        ----------
        X : array of shape (samples, features)
            At least two rows.
        y
            Not used.

        Raises
        ------
        ValueError
            If ``X`` is empty, has a single row, or holds NaN or infinity.
        InputError
            If a setting makes no sense, or training diverges.
        """
        rows = self._rows_to_fit(X)
        seed = self._seed()
        model = self._built(rows.shape[1], seed)
        self.history_ = self._train(model, rows, seed, batch_size=self.batch_size)
        self.model_ = model
        return self

    def transform(self, X: Any) -> NDArray[np.float32]:
        """Return the codes of the rows, shape ``(samples, components)``.

        Where the model's code has several axes they are laid out one after the other.

        Raises
        ------
        ValueError
            If ``X`` does not have the features that ``fit`` saw, or holds NaN or infinity.
        """
        rows = self._rows_to_apply(X)
        return self.model_.encode(rows).reshape(len(rows), -1)

    def inverse_transform(self, X: Any) -> NDArray[np.float64]:
        """Return the rows that the decoder makes of codes, in the units that ``fit`` was given.

        Parameters
        ----------
        X : array of shape (samples, components)
            Codes, as :meth:`transform` returns them.

        Raises
        ------
        InputError
            If a code has another number of values.
        """
        check_is_fitted(self)
        codes = check_array(X, dtype=np.float32)
        if codes.shape[1] != self._n_features_out:
            raise InputError(
                f"the codes have {codes.shape[1]} values; the model's have {self._n_features_out}. "
                "Give codes that transform returned."
            )
        rows = self.model_.decode(codes.reshape(-1, *self.model_.code_shape))
        # In single precision, adding a mean much larger than the spread would round the rows.
        return np.asarray(self.scaler_.inverse_transform(rows.astype(np.float64)))

    def score(self, X: Any, y: None = None) -> float:
        """Return the share of the rows' variance that the reconstruction keeps.

        1 is a perfect reconstruction, 0 is as good as answering with the mean row, and worse is
        negative. It is measured over all features together in the units of the scaler, so on the
        rows of ``fit`` it stands beside ``explained_variance_ratio_.sum()`` of a PCA of rows that
        were scaled in the same way.

        Raises
        ------
        InputError
            If all rows are equal, so that there is no variance to explain.
        """
        rows = self._rows_to_apply(X)
        return explained_variance(rows, self.model_.reconstruct(rows))

    @property
    def _n_features_out(self) -> int:
        """Number of values in a code, of which scikit-learn makes the names of the columns."""
        return int(np.prod(self.model_.code_shape))

    def _built(self, features: int, seed: int) -> "Autoencoder":
        """Return the model to train.

        Raises
        ------
        InputError
            If a setting makes no sense or ``build`` returns anything else.
        """
        from aecourse import models, networks

        n_components = whole(self.n_components, "n_components")
        if self.build is None:
            pair = networks.dense(
                features, n_components, hidden=self.hidden, output_activation=None, seed=seed
            )
            return models.Autoencoder(*pair)
        model = self.build(features, n_components, seed)
        if not isinstance(model, models.Autoencoder):
            raise InputError(
                f"build returned {type(model).__name__}; let it return an aecourse.models."
                "Autoencoder or one of its variants."
            )
        if model.sample_shape != (features,):
            raise InputError(
                f"build returned a model for samples of shape {model.sample_shape}, and the rows "
                f"have {features} features; build its networks with input_shape=features."
            )
        return model

    def __sklearn_tags__(self) -> Tags:
        """Say that codes come in single precision, in which networks compute."""
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
