"""Autoencoders as recommenders, with the same interface as the simple ones."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from aecourse import metrics, models, networks, training
from aecourse.applications.interactions import Holdout
from aecourse.applications.simple_recommenders import Scorer, Scores
from aecourse.checks import real, whole
from aecourse.models.multinomial import SMALLEST, MultinomialLikelihood

DEPTH = 100  # places of the list by which training stops


class AutoencoderScorer(Scorer):
    """What the autoencoders share: a score is the logarithm of an item's probability.

    Parameters
    ----------
    code_size
        Number of values in a user's code.
    dropout
        Share of a user's likes that is left out in training.
    weight_penalty
        Of half the squared weights, beside an error in nats a user.
    epochs
        Passes over the users, at most.
    patience
        With questions for validation: epochs without a higher nDCG@100 on them after which to
        stop. The weights of the best epoch are kept.
    batch_size, learning_rate
        Of training.
    seed
        Of the weights, the order of the users and what is left out.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications.autoencoder_recommenders import AutoencoderScorer, MultDAE
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer: AutoencoderScorer = MultDAE(code_size=2, epochs=1).fit(likes)
    >>> scorer.codes(likes).shape, scorer.item_codes().shape
    ((3, 2), (3, 2))
    """

    def __init__(
        self,
        code_size: int = 200,
        dropout: float = 0.5,
        weight_penalty: float = 0.0,
        epochs: int = 120,
        patience: int = 20,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        seed: int = 0,
    ) -> None:
        self.code_size = whole(code_size, "code_size")
        self.dropout = real(dropout, "dropout", least=0, below=1)
        self.weight_penalty = real(weight_penalty, "weight_penalty", least=0)
        self.epochs = whole(epochs, "epochs")
        self.patience = whole(patience, "patience")
        self.batch_size = whole(batch_size, "batch_size")
        self.learning_rate = real(learning_rate, "learning_rate", above=0)
        self.seed = whole(seed, "seed", least=0)

    def network(self, items: int) -> MultinomialLikelihood:
        """Return the untrained model; each recommender has its own."""
        raise NotImplementedError

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Train the model."""
        self.model = self.network(matrix.shape[1])
        self.history = training.fit_sparse(
            self.model,
            matrix,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            seed=self.seed,
            measure=None if validation is None else lambda model: self._quality(validation),
            patience=self.patience,
            progress=False,
        )

    def rated(self, rows: sparse.csr_array) -> Scores:
        """Return the logarithms of the probabilities."""
        return np.log(np.maximum(self.model.reconstruct(rows), SMALLEST))

    def codes(self, rows: Any) -> NDArray[np.float32]:
        """Return the codes of users, shape ``(rows, code_size)``."""
        return self.model.encode(sparse.csr_array(rows, dtype=np.float32))

    def item_codes(self) -> NDArray[np.float32]:
        """Return a code for each item, in the space of the users' codes: ``(items, code_size)``.

        It is the code of a user who liked this item and nothing else.
        """
        return self.codes(sparse.eye_array(self.model.sample_shape[0], format="csr"))

    def _quality(self, asked: Holdout) -> float:
        depth = min(DEPTH, asked.seen.shape[1])
        lists = metrics.rank(self.rated, asked.seen, depth)
        return float(metrics.ndcg_at(lists, asked.wanted, depth).mean())


class MultDAE(AutoencoderScorer):
    """The denoising autoencoder of likes, one hidden layer with tanh.

    References
    ----------
    Liang et al. (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import autoencoder_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer = autoencoder_recommenders.MultDAE(code_size=2, epochs=1).fit(likes)
    >>> bool(np.isclose(np.exp(scorer.scores(likes)).sum(), 3))
    True
    """

    def network(self, items: int) -> MultinomialLikelihood:
        """Return the model, with weights between the items and the code and back."""
        pair = networks.dense(
            items,
            self.code_size,
            hidden=(),
            code_activation="tanh",
            output_activation="softmax",
            seed=self.seed,
        )
        return models.MultinomialAutoencoder(
            *pair, dropout=self.dropout, weight_penalty=self.weight_penalty, seed=self.seed
        )


class SharedCode(AutoencoderScorer):
    """Users and items as vectors of one space: the decoder has the encoder's weights, transposed.

    Each item has one vector, its row of weights. A user's code is the sum of the vectors of what
    they liked, scaled, and an item's score is the product of its vector with the code. So the
    encoder is a layer of embeddings, and the decoder a dense layer that shares them.

    References
    ----------
    Vincent et al. (2010) for tied weights; Liang et al. (2018) for the rest.

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import autoencoder_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer = autoencoder_recommenders.SharedCode(code_size=2, epochs=1).fit(likes)
    >>> scorer.scores(likes).shape, scorer.item_codes().shape
    ((3, 3), (3, 2))
    """

    def network(self, items: int) -> MultinomialLikelihood:
        """Return the model, with one vector an item."""
        pair = networks.tied_dense(
            items, self.code_size, hidden=(), output_activation="softmax", seed=self.seed
        )
        return models.MultinomialAutoencoder(
            *pair, dropout=self.dropout, weight_penalty=self.weight_penalty, seed=self.seed
        )


class MultVAE(AutoencoderScorer):
    """The variational autoencoder of likes, with a hidden layer on both sides or without.

    Parameters
    ----------
    hidden
        Units of the hidden layer; 0 for none.
    beta
        Where the weight of the KL divergence stops rising.
    annealing
        Share of the steps of all epochs in which it rises.
    others
        As for :class:`AutoencoderScorer`.

    References
    ----------
    Liang et al. (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from scipy import sparse
    >>> from aecourse.applications import autoencoder_recommenders
    >>> likes = sparse.csr_array(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]))
    >>> scorer = autoencoder_recommenders.MultVAE(hidden=4, code_size=2, epochs=2).fit(likes)
    >>> scorer.scores(likes).shape, scorer.model.beta
    ((3, 3), 0.2)
    """

    def __init__(
        self, hidden: int = 300, beta: float = 0.2, annealing: float = 0.5, **others: Any
    ) -> None:
        super().__init__(**others)
        self.hidden = whole(hidden, "hidden", least=0)
        self.beta = real(beta, "beta", least=0)
        self.annealing = real(annealing, "annealing", least=0, most=1)
        self.users = 0

    def learn(self, matrix: sparse.csr_array, validation: Holdout | None) -> None:
        """Train the model, which needs to know how many steps that takes."""
        self.users = matrix.shape[0]
        super().learn(matrix, validation)

    def network(self, items: int) -> MultinomialLikelihood:
        """Return the model."""
        pair = networks.dense(
            items,
            self.code_size,
            hidden=(self.hidden,) if self.hidden else (),
            activation="tanh",
            output_activation="softmax",
            seed=self.seed,
        )
        steps = -(-self.users // self.batch_size) * self.epochs
        return models.MultinomialVariationalAutoencoder(
            *pair,
            dropout=self.dropout,
            weight_penalty=self.weight_penalty,
            beta=self.beta,
            warm_up=round(self.annealing * steps),
            seed=self.seed,
        )
