"""The comparisons of section 8.1: what classifiers make of texts as weights, means and codes.

Features are computed once for all texts, see :mod:`aecourse.applications.text_features`, and then
compared by :func:`aecourse.applications.feature_extraction.compare`, as in chapter 5. The settings
of the classifiers are chosen on validation texts; no test text is looked at before the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from aecourse.applications import feature_extraction as fe
from aecourse.applications import text_features
from aecourse.applications.extractors import Candidates, Extractor
from aecourse.applications.image_recognition import in_both_scalings
from aecourse.applications.variants import Split
from aecourse.errors import InputError
from aecourse.text import Tokeniser, checked_texts

if TYPE_CHECKING:
    import pandas as pd

STRENGTHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
STRENGTH = 0.3  # of the SVM on word weights where nothing is chosen
TREES = 200


# --- the classifiers ------------------------------------------------------------------------------


def classifiers() -> Mapping[str, fe.Classifier]:
    """Return the three classifiers of the section.

    The strengths of the linear ones are divided by the number of features where these have unit
    variance, so that one range serves all; rows of word weights have length 1 whatever their
    number, and count as one feature.

    Examples
    --------
    >>> from aecourse.applications import text_classification
    >>> list(text_classification.classifiers())
    ['linear SVM', 'logistic regression', 'random forest']
    """
    strengths = tuple({"strength": strength} for strength in STRENGTHS)
    return {
        "linear SVM": fe.Classifier(_linear_svm, strengths),
        "logistic regression": fe.Classifier(_logistic, strengths),
        "random forest": fe.Classifier(_forest, ({"leaf": 1}, {"leaf": 5})),
    }


def _linear_svm(size: int, seed: int, strength: float) -> BaseEstimator:
    return LinearSVC(C=strength / size, random_state=seed)


def _logistic(size: int, seed: int, strength: float) -> BaseEstimator:
    return LogisticRegression(C=strength / size, max_iter=500)


def _forest(size: int, seed: int, leaf: int) -> BaseEstimator:
    """Return a forest whose leaves hold at least a number of texts."""
    return RandomForestClassifier(TREES, min_samples_leaf=leaf, random_state=seed)


# --- the comparison -------------------------------------------------------------------------------


def sparse_candidates(title: str) -> Candidates:
    """Return the one candidate that leaves rows of length 1 as they are.

    Examples
    --------
    >>> from aecourse.applications import text_classification
    >>> (candidate,) = text_classification.sparse_candidates("word weights")
    >>> candidate.title, candidate.size
    ('word weights', 1)
    """
    return (Extractor(title, 1, lambda rows: rows),)


def compare(
    features: Mapping[str, tuple[Split, Candidates]],
    kinds: Mapping[str, fe.Classifier],
    labelled: Sequence[fe.Rows] | None = None,
) -> "pd.DataFrame":
    """Train classifiers on several kinds of features of the same texts, and test them.

    Parameters
    ----------
    features
        By its name, the features of all texts and the candidates for their scaling, from
        :func:`sparse_candidates` or ``image_recognition.in_both_scalings``.
    kinds
        Classifiers by their names.
    labelled
        Positions of the training texts with a label, one array for each repetition; all of them,
        once, unless said otherwise.

    Returns
    -------
    pandas.DataFrame
        The table of :func:`aecourse.applications.feature_extraction.compare`; its last row is the
        most frequent class of the training texts, as the answer to every question.

    Raises
    ------
    InputError
        If there are no features.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> words = text_classification.word_weights(data)
    >>> features = {"words": (words, text_classification.sparse_candidates("words"))}
    >>> kinds = {"linear SVM": text_classification.classifiers()["linear SVM"]}
    >>> table = text_classification.compare(features, kinds)
    >>> table[["features", "classifier", "accuracy"]].values.tolist()
    [['words', 'linear SVM', 1.0], ['none', 'majority', 0.5]]
    """
    import pandas as pd

    if not features:
        raise InputError("there are no features to compare; give at least one kind.")
    tables = []
    for name, (data, candidates) in features.items():
        rows = [np.arange(len(data.train_labels))] if labelled is None else labelled
        tables.append(fe.compare(data, {name: candidates}, kinds, rows))
    tables.append(majority(next(iter(features.values()))[0]))
    return pd.concat(tables, ignore_index=True)


def majority(data: Split) -> "pd.DataFrame":
    """Return the row of the classifier that always gives the most frequent training class.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> text_classification.majority(data)["accuracy"].tolist()
    [0.5]
    """
    import pandas as pd

    def column(labels: Any) -> Any:
        return np.zeros((len(labels), 1))

    guess = DummyClassifier(strategy="most_frequent")
    guess.fit(column(data.train_labels), data.train_labels)
    scores = {
        column_name: guess.score(column(labels), labels)
        for column_name, labels in (
            ("accuracy", data.test_labels),
            ("validation", data.validation_labels),
        )
    }
    about = {"features": "none", "classifier": "majority", "repetition": 0, "damage": "none"}
    return pd.DataFrame([about | {"labels": len(data.train_labels)} | scores])


def word_weights(data: Split, **settings: Any) -> Split:
    """Return the word weights of all texts; the words and their weights are the training texts'.

    Parameters
    ----------
    data
        The texts.
    settings
        Passed on to :func:`aecourse.applications.text_features.tfidf`.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> text_classification.word_weights(data, pairs=True).train.shape
    (20, 8)
    """
    vectoriser = text_features.tfidf(data.train, **settings)
    return text_features.featured(data, lambda texts: text_features.weights_of(vectoriser, texts))


def semantics(weights: Split, *, size: int = text_features.CODE, seed: int = 0) -> Split:
    """Return the main directions of the word weights of all texts.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> words = text_classification.word_weights(data)
    >>> text_classification.semantics(words, size=2).train.shape
    (20, 2)
    """
    fitted = text_features.latent_semantics(weights.train, size=size, seed=seed)
    return text_features.featured(weights, lambda rows: fitted.transform(rows).astype(np.float32))


def denoising_codes(weights: Split, settings: text_features.Denoising, *, seed: int = 0) -> Split:
    """Return the codes of the word weights of all texts.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification, text_features
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> words = text_classification.word_weights(data)
    >>> settings = text_features.Denoising(code_size=2, epochs=1)
    >>> text_classification.denoising_codes(words, settings).train.shape
    (20, 2)
    """
    model, _ = settings.train(weights.train, weights.validation, seed=seed)
    return text_features.featured(weights, model.encode)


def dense_candidates(title: str, data: Split) -> tuple[Split, Candidates]:
    """Return features that are no longer sparse, with both scalings as candidates.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> codes = text_classification.semantics(text_classification.word_weights(data), size=2)
    >>> _, candidates = text_classification.dense_candidates("main directions", codes)
    >>> [candidate.title for candidate in candidates]
    ['main directions, scaled each', 'main directions, scaled together']
    """
    return data, in_both_scalings(title, data.train)


# --- what each step of the preprocessing does ----------------------------------------------------


def tokenisers() -> Mapping[str, Tokeniser]:
    """Return the usual preprocessing, and the same with one step switched each time.

    Examples
    --------
    >>> from aecourse.applications import text_classification
    >>> text_classification.tokenisers()["stems"].tokens("Boring films bored me.")
    ['bore', 'film', 'bore', 'me']
    """
    return {
        "as usual": Tokeniser(),
        "markup kept": Tokeniser(markup=False),
        "Unicode as written": Tokeniser(unicode=False),
        "capitals kept": Tokeniser(lowercase=False),
        "without stop words": Tokeniser(stop_words=True),
        "stems": Tokeniser(stem=True),
    }


def effect_of_steps(data: Split, given: Mapping[str, Tokeniser]) -> "pd.DataFrame":
    """Measure each way of cutting texts into words by a linear SVM on word weights.

    The accuracy is that on the validation part: this is a table to choose by. The test part is not
    looked at.

    Returns
    -------
    pandas.DataFrame
        For each tokeniser ``words`` (different ones that two training texts have), ``length`` (mean
        number of different known words in a training text) and ``validation`` (accuracy).

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> tokenisers = text_classification.tokenisers()
    >>> table = text_classification.effect_of_steps(data, tokenisers)
    >>> table.index.tolist() == list(tokenisers), table.columns.tolist()
    (True, ['words', 'length', 'validation'])
    """
    import pandas as pd

    found = {}
    for name, tokeniser in given.items():
        vectoriser = text_features.tfidf(data.train, tokeniser, words=10**9)
        rows = text_features.weights_of(vectoriser, data.train)
        classifier = LinearSVC(C=STRENGTH).fit(rows, data.train_labels)
        held_out = text_features.weights_of(vectoriser, data.validation)
        found[name] = {
            "words": rows.shape[1],
            "length": rows.nnz / rows.shape[0],
            "validation": classifier.score(held_out, data.validation_labels),
        }
    return pd.DataFrame.from_dict(found, orient="index")


# --- one's own texts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class TextClassifier:
    """A linear SVM on word weights that says when it has nothing to go by.

    Attributes
    ----------
    vectoriser, classifier
        Fitted on training texts.
    class_names
        In the order of the labels.

    Examples
    --------
    >>> import numpy as np
    >>> from aecourse.applications import text_classification
    >>> from aecourse.applications.variants import Split
    >>> texts, labels = np.array(["a good film", "a bad film"] * 10), np.array([1, 0] * 10)
    >>> data = Split(texts, texts, texts, labels, labels, labels)
    >>> classifier = text_classification.TextClassifier.fit(data, ["bad", "good"])
    >>> classifier.answers(["A good one!", "今晩は"])["answer"].tolist()
    ['good', None]
    """

    vectoriser: TfidfVectorizer
    classifier: LinearSVC
    class_names: tuple[str, ...]

    @classmethod
    def fit(cls, data: Split, class_names: Sequence[str], **settings: Any) -> "TextClassifier":
        """Return a classifier trained on the training part.

        Parameters
        ----------
        data
            The texts.
        class_names
            In the order of the labels.
        settings
            Passed on to :func:`aecourse.applications.text_features.tfidf`.

        Raises
        ------
        InputError
            If a text is no string, or the settings make no sense.
        """
        vectoriser = text_features.tfidf(data.train, **settings)
        rows = text_features.weights_of(vectoriser, data.train)
        classifier = LinearSVC(C=STRENGTH).fit(rows, data.train_labels)
        return cls(vectoriser, classifier, tuple(class_names))

    def answers(self, texts: Any) -> "pd.DataFrame":
        """Return what is to be said of each text.

        A text in which no word is known, as it is empty, in another language or all emoji, would
        get the same answer whatever it says. It gets none.

        Returns
        -------
        pandas.DataFrame
            A row for each text: ``answer`` (a class, or ``None``), ``known`` (how many different
            words of it, or pairs, are known) and ``words`` (how many it has).

        Raises
        ------
        InputError
            If a text is no string.
        """
        import pandas as pd

        texts = checked_texts(texts)
        rows = text_features.weights_of(self.vectoriser, texts)
        known = np.diff(rows.indptr)
        cut = self.vectoriser.build_tokenizer()
        clean = self.vectoriser.build_preprocessor()
        guesses = self.classifier.predict(rows)
        answers = [
            self.class_names[guess] if count else None
            for guess, count in zip(guesses, known, strict=True)
        ]
        return pd.DataFrame(
            {
                # As objects: pandas would make NaN of an answer that is missing among strings.
                "answer": pd.Series(answers, dtype=object),
                "known": known,
                "words": [len(cut(clean(text))) for text in texts],
            }
        )
