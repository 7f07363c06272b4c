"""Tables: card transactions with frauds, mixtures with anomalies, and ratings of films."""

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_CARDS, _FRAUDS = 5_000, 100
_NORMAL_AMOUNTS, _FRAUD_AMOUNTS = 1_000, 100
_ROWS, _ANOMALIES = 1_000, 0.08
_USERS, _FILMS, _TASTES = 200, 300, 4
_GENRES = ("Action", "Comedy", "Drama", "Romance", "Sci-Fi", "Thriller", "Animation", "Horror")
_ADJECTIVES = ("Silent", "Broken", "Golden", "Distant", "Hidden", "Last", "Burning", "Paper")
_NOUNS = ("River", "Garden", "Winter", "Letter", "Harbour", "Machine", "Mirror", "Road")


def card_transactions() -> tuple[np.ndarray, np.ndarray]:
    """Return ``(5000, 29)`` transactions and their labels; 100 are frauds.

    Normal rows vary along six hidden directions, so their columns are correlated. Frauds break the
    correlation and are shifted in a few columns, some of them only a little.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> rows, labels = synthetic.card_transactions()
    >>> rows.shape, int(labels.sum())
    ((5000, 29), 100)
    """
    rng = np.random.default_rng(5)
    directions = rng.normal(0, 1, (6, 28)) * np.linspace(1.4, 0.3, 28)
    normal = rng.normal(0, 1, (_CARDS - _FRAUDS, 6)) @ directions
    normal += rng.normal(0, 0.3, normal.shape)
    strength = rng.uniform(0.3, 2.0, (_FRAUDS, 1))
    shift = rng.normal(0, 1, 28) * (rng.random(28) < 0.4)
    frauds = rng.permuted(normal[:_FRAUDS], axis=0) + 2 * strength * shift
    amount = np.concatenate(
        [rng.lognormal(3.2, 1.5, len(normal)), rng.lognormal(3.6, 2.0, _FRAUDS)]
    )
    x = np.column_stack([np.concatenate([normal, frauds]), np.round(amount, 2)])
    y = np.repeat([0, 1], [len(normal), _FRAUDS])
    order = rng.permutation(_CARDS)
    return x[order], y[order]


def transaction_amounts() -> tuple[np.ndarray, np.ndarray]:
    """Return ``(1100, 1)`` amounts and their labels, in a mixed order; 100 are frauds.

    Amounts of 1,000 normal transactions lie evenly between 100 and 1,000, those of frauds between
    10,000 and 100,000. This is no stand-in: real frauds do not give themselves away like this.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> amounts, labels = synthetic.transaction_amounts()
    >>> bool(amounts[labels == 1].min() > amounts[labels == 0].max())
    True
    """
    rng = np.random.default_rng(7)
    normal = rng.uniform(100, 1_000, _NORMAL_AMOUNTS)
    frauds = rng.uniform(10_000, 100_000, _FRAUD_AMOUNTS)
    x = np.round(np.concatenate([normal, frauds]), 2)[:, np.newaxis]
    y = np.repeat([0, 1], [_NORMAL_AMOUNTS, _FRAUD_AMOUNTS])
    order = rng.permutation(len(x))
    return x[order], y[order]


def mixture(name: str, features: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ``(1000, features)`` rows from three correlated clusters, 8 % of them anomalies.

    Half the anomalies are scattered over the whole range; the other half lie in a cluster of their
    own. The name seeds the draw: each set has a stand-in of its own.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> rows, labels = synthetic.mixture("my sensors", features=5)
    >>> rows.shape, int(labels.sum())
    ((1000, 5), 80)
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    rare = round(_ANOMALIES * _ROWS)
    hidden = max(2, features // 4)
    centres = rng.normal(0, 3, (3, features))
    directions = rng.normal(0, 1, (3, hidden, features))
    cluster = rng.integers(3, size=_ROWS - rare)
    position = rng.normal(0, 1, (_ROWS - rare, hidden))
    normal = centres[cluster] + np.einsum("nh,nhf->nf", position, directions[cluster])
    normal += rng.normal(0, 0.2, normal.shape)
    low, high = normal.min(axis=0), normal.max(axis=0)
    scattered = rng.uniform(low, high, (rare // 2, features))
    apart = rng.normal(0, 3, features) + rng.normal(0, 1, (rare - rare // 2, features))
    x = np.concatenate([normal, scattered, apart])
    y = np.repeat([0, 1], [len(normal), rare])
    order = rng.permutation(_ROWS)
    return x[order], y[order]


def ratings() -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return ratings and films as MovieLens has them: 200 users, 300 films, 0.5 to 5 stars.

    Users and films share four hidden tastes; a film's genres follow its tastes. Popular films are
    rated more often and a little better.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> ratings, films = synthetic.ratings()
    >>> len(films), ratings["rating"].max()
    (300, np.float64(5.0))
    """
    import pandas as pd

    rng = np.random.default_rng(6)
    user_taste = rng.normal(0, 1, (_USERS, _TASTES))
    film_taste = rng.normal(0, 1, (_FILMS, _TASTES))
    popularity = rng.permutation(1 / np.arange(1, _FILMS + 1) ** 0.7)
    rows = []
    for user in range(_USERS):
        rated = rng.choice(
            _FILMS,
            size=int(rng.integers(20, 90)),
            replace=False,
            p=popularity / popularity.sum(),
        )
        liking = 3.3 + 0.6 * film_taste[rated] @ user_taste[user] + 0.6 * popularity[rated]
        stars = np.clip(np.round(2 * (liking + rng.normal(0, 0.4, len(rated)))) / 2, 0.5, 5.0)
        moment = np.sort(rng.integers(1_000_000_000, 1_500_000_000, len(rated)))
        rows.append(pd.DataFrame({
            "userId": user + 1, "movieId": rated + 1, "rating": stars, "timestamp": moment,
        }))  # fmt: skip
    return pd.concat(rows, ignore_index=True), _films(film_taste, rng)


def _films(taste: np.ndarray, rng: np.random.Generator) -> "pd.DataFrame":
    import pandas as pd

    # Two genres a taste: which one depends on the sign.
    genre = 2 * np.abs(taste).argsort(axis=1)[:, ::-1][:, :2]
    sign = np.take_along_axis(taste, genre // 2, axis=1) > 0
    titles = [
        f"{_ADJECTIVES[k % 8]} {_NOUNS[k // 8 % 8]} {k // 64 + 1} ({int(rng.integers(1970, 2018))})"
        for k in range(len(taste))
    ]
    return pd.DataFrame(
        {
            "movieId": np.arange(1, len(taste) + 1),
            "title": titles,
            "genres": ["|".join(sorted(_GENRES[g] for g in pair)) for pair in genre + sign],
        }
    )
