"""An autoencoder of texts: it reads words into a code, and writes them from it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from aecourse.backend import keras
from aecourse.checks import real, whole
from aecourse.errors import InputError
from aecourse.models.base import Autoencoder, in_batches
from aecourse.models.inputs import checked_batch
from aecourse.models.reconstruction import Tensor
from aecourse.models.terms import Terms
from aecourse.networks import link_tied
from aecourse.text.vocabulary import END, PADDING, START, UNKNOWN

NEVER_WRITTEN = [PADDING, START]


class Perplexity(keras.metrics.Metric):
    """How many equally likely words would be as hard to guess: ``exp(nats / words)``.

    Both are summed over the epoch first, so long texts count with all their words.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="perplexity", **kwargs)
        self.nats = self.add_variable((), initializer="zeros", name="nats")
        self.words = self.add_variable((), initializer="zeros", name="words")

    def update_state(self, nats: Tensor, words: Tensor) -> None:
        """Take in the sums of one batch."""
        self.nats.assign_add(nats)
        self.words.assign_add(keras.ops.cast(words, "float32"))

    def result(self) -> Tensor:
        """Return the perplexity so far."""
        return keras.ops.exp(keras.ops.divide_no_nan(self.nats, self.words))


@keras.saving.register_keras_serializable("aecourse")
class SequenceAutoencoder(Autoencoder):
    """An encoder that reads a text and a decoder that predicts it again, word by word.

    The decoder is told the code and, at each step, the *true* word before (teacher forcing; before
    the first word it is told the start). The loss is the negative log likelihood of a text's words,
    the end included: a cross-entropy in nats, summed over the text and averaged over the batch.
    Padding does not count. The logs hold ``loss``, ``reconstruction``, which is the same number,
    and ``perplexity``.

    A decoder that is told the words before can do well without a look at the code: it becomes a
    language model. ``word_dropout`` hides some of them in training, so that the code is needed.

    :meth:`decode` has no true words. It is told what it has written itself.

    Parameters
    ----------
    encoder, decoder
        From :func:`aecourse.networks.text_recurrent`.
    word_dropout
        Probability that a word before is replaced by the unknown word, in training.
    seed
        Of the words that are hidden.

    Raises
    ------
    InputError
        If the pair is of another kind, its shapes do not fit, or a setting makes no sense.

    Examples
    --------
    >>> from aecourse import models, networks, text
    >>> texts = ["a good film", "a good end", "a film without end"]
    >>> words = text.Vocabulary.fit(texts)
    >>> pair = networks.text_recurrent(len(words), 6, code_size=4, embedding_size=8, units=8)
    >>> model = models.SequenceAutoencoder(*pair, word_dropout=0.3)
    >>> codes = model.encode(words.encode(texts, length=6))
    >>> codes.shape, model.decode(codes).shape
    ((3, 4), (3, 6))

    References
    ----------
    Dai and Le (2015); Williams and Zipser (1989) for teacher forcing; Bowman et al. (2016) for
    hidden words.
    """

    setting_names = ("word_dropout", "seed")

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        *,
        word_dropout: float = 0.0,
        seed: int = 0,
        **kwargs: Any,
    ) -> None:
        # Autoencoder's own constructor sets up errors of values, and words have no values.
        keras.Model.__init__(self, **kwargs)
        self.word_dropout = real(word_dropout, "word_dropout", least=0, most=1)
        self.seed = whole(seed, "seed", least=0)
        self.check_pair(encoder, decoder)
        link_tied(encoder, decoder)
        self.encoder = encoder
        self.decoder = decoder
        self.draws = keras.random.SeedGenerator(seed)
        self.terms = Terms(["reconstruction"])
        self.perplexity = Perplexity()

    def check_pair(self, encoder: keras.Model, decoder: keras.Model) -> None:
        """Raise ``InputError`` unless the decoder takes the encoder's codes and words."""
        layers = {layer.name for layer in getattr(decoder, "layers", [])}
        if not {"table", "shift", "write", "word"} <= layers or len(decoder.inputs) != 2:
            raise InputError(
                "the decoder has no layers 'table', 'shift', 'write' and 'word'; "
                "build the networks with networks.text_recurrent."
            )
        code, expected = encoder.output_shape[-1], decoder.inputs[0].shape[-1]
        if code != expected:
            raise InputError(
                f"the encoder gives codes of {code} values and the decoder takes {expected}; "
                "build both with one code_size."
            )
        known = encoder.get_layer("embed").input_dim
        if known != decoder.output_shape[-1]:
            raise InputError(
                f"the encoder knows {known} words and the decoder {decoder.output_shape[-1]}; "
                "build both with one vocabulary_size."
            )

    @property
    def vocabulary_size(self) -> int:
        """How many numbers there are, the special ones included."""
        return int(self.decoder.output_shape[-1])

    # --- what Keras calls in training -------------------------------------------------------------

    def propagate(self, x: Tensor, training: bool = False) -> dict[str, Tensor]:
        """Return each text's ``code`` and, as ``reconstruction``, the scores of all words."""
        code = self.code(x, training=training)
        before = self._before(x, training)
        return {"code": code, "reconstruction": self.decoder([code, before], training=training)}

    def _before(self, x: Tensor, training: bool) -> Tensor:
        """Return the word before each word, some of them hidden in training."""
        ops = keras.ops
        words = x[:, :-1]
        if training and self.word_dropout:
            drawn = keras.random.uniform(ops.shape(words), seed=self.draws)
            hidden = ops.logical_and(drawn < self.word_dropout, words != PADDING)
            words = ops.where(hidden, ops.full_like(words, UNKNOWN), words)
        return ops.concatenate([ops.full_like(x[:, :1], START), words], axis=1)

    def errors(self, target: Tensor, outputs: dict[str, Tensor]) -> Tensor:
        """Return the negative log likelihood of each text, in nats, summed over its words."""
        each = keras.losses.sparse_categorical_crossentropy(
            target, outputs["reconstruction"], from_logits=True
        )
        return keras.ops.sum(each * keras.ops.cast(target != PADDING, each.dtype), axis=-1)

    def compute_loss(
        self,
        x: Tensor = None,
        y: Tensor = None,
        y_pred: dict[str, Tensor] | None = None,
        sample_weight: Tensor = None,
        training: bool = True,
    ) -> Tensor:
        """Return the loss of a batch and log its terms."""
        if sample_weight is not None:
            raise InputError("sample_weight and class_weight are not supported; leave them out.")
        assert y_pred is not None
        nats = self.errors(x, y_pred)
        loss = keras.ops.mean(nats)
        self.terms.update_state({"reconstruction": loss}, keras.ops.shape(x)[0])
        self.perplexity.update_state(keras.ops.sum(nats), keras.ops.sum(x != PADDING))
        return loss

    def symbolic_input(self) -> Any:
        """Return a placeholder for a batch of texts."""
        return keras.Input(self.sample_shape, dtype="int32")

    # --- what a reader calls ----------------------------------------------------------------------

    def negative_log_likelihood(
        self, x: Any, *, codes: Any = None, batch_size: int = 128
    ) -> NDArray[np.float32]:
        """Return how surprised the decoder is by each text, told a code: in nats, ``(texts,)``.

        Parameters
        ----------
        x
            Texts, ``(n, length)``.
        codes
            What it is told of each text, ``(n, code_size)``: its own code unless said otherwise.

        Raises
        ------
        InputError
            If ``x`` or ``codes`` is not what the model takes.
        """
        x = self.checked(x)
        codes = self.encode(x) if codes is None else codes
        codes = checked_batch(codes, self.code_shape, name="codes")

        def surprises(batch: tuple[Tensor, Tensor], training: bool = False) -> Tensor:
            words, told = batch
            scores = self.decoder([told, self._before(words, training)], training=training)
            return self.errors(words, {"reconstruction": scores})

        return in_batches(surprises, batch_size, (x, codes))

    def decode(self, codes: Any, *, batch_size: int = 128, beam: int = 1) -> Any:
        """Return the texts that the decoder writes from codes, filled up with 0 behind their ends.

        With ``beam=1`` it takes the most probable word at each step. A word that looks best can
        lead to a text that is not; so a beam follows the given number of beginnings side by side,
        always the most probable ones, and returns the most probable text it meets. Probabilities
        of texts are products, so short texts are at an advantage.

        Parameters
        ----------
        codes
            ``(n, code_size)``.
        beam
            How many beginnings to follow.

        Returns
        -------
        numpy.ndarray
            ``(n, length)``, ``int32``.

        Raises
        ------
        InputError
            If ``codes`` is not what the decoder takes, or ``beam`` makes no sense.

        References
        ----------
        Sutskever, Vinyals and Le (2014), section 3.2, for the beam.
        """
        codes = checked_batch(codes, self.code_shape, name="codes")
        most = self.vocabulary_size - len(NEVER_WRITTEN)
        if whole(beam, "beam") > most:
            raise InputError(f"beam is {beam}; at most {most} different words can be written.")
        parts = [
            self._written(codes[start : start + batch_size], beam)
            for start in range(0, len(codes), batch_size)
        ]
        return np.concatenate(parts)

    def _written(self, codes: NDArray[np.float32], beam: int) -> NDArray[np.int32]:
        """Return the most probable text of each code that a beam meets."""
        count, length = len(codes), self.sample_shape[0] or 0
        texts = np.full((count, beam, length), PADDING, np.int32)
        # At the start all beginnings are the same, so that only the first is followed.
        scores = np.full((count, beam), -np.inf)
        scores[:, 0] = 0
        repeated = keras.ops.convert_to_tensor(np.repeat(codes, beam, axis=0))
        states = self._states(repeated)
        # The same for all beginnings of one code, so that it need not follow them.
        shift = self.decoder.get_layer("shift")(repeated)
        last = np.full(count * beam, START, np.int32)
        rows = np.arange(count)[:, None]
        for place in range(length):
            chances, states = self._next(last, shift, states)
            ended = ((last == END) | (last == PADDING)) if place else np.zeros_like(last, bool)
            chances[ended] = np.where(np.arange(self.vocabulary_size) == PADDING, 0, -np.inf)
            total = (scores.reshape(-1, 1) + chances).reshape(count, -1)
            best = np.argpartition(-total, beam - 1, axis=1)[:, :beam]
            scores = np.take_along_axis(total, best, axis=1)
            parents, words = np.divmod(best, self.vocabulary_size)
            texts = texts[rows, parents]
            texts[:, :, place] = words
            last = words.reshape(-1).astype(np.int32)
            if np.isin(last, (END, PADDING)).all():
                break
            chosen = (rows * beam + parents).reshape(-1)
            states = [keras.ops.take(state, chosen, axis=0) for state in states]
        return texts[np.arange(count), scores.argmax(axis=1)]

    def _states(self, codes: Tensor) -> list[Tensor]:
        """Return the decoder's state before the first word."""
        starts = [layer for layer in self.decoder.layers if layer.name.startswith("start_")]
        return [layer(codes) for layer in starts]

    def _next(
        self, last: NDArray[np.int32], shift: Tensor, states: list[Tensor]
    ) -> tuple[NDArray[np.float64], list[Tensor]]:
        """Return the log probability of each word that may follow, and the state after this one."""
        table, write, word = (self.decoder.get_layer(name) for name in ("table", "write", "word"))
        output, states = write.cell(table(keras.ops.convert_to_tensor(last)) + shift, states)
        scores = keras.ops.log_softmax(table(word(output), reverse=True))
        chances = keras.ops.convert_to_numpy(scores).astype(np.float64)
        chances[:, NEVER_WRITTEN] = -np.inf
        return chances, list(states)

    def checked(self, x: Any, name: str = "x", *, target: bool = True) -> NDArray[np.int32]:
        """Return ``x`` as ``int32`` if it holds texts as ``Vocabulary.encode`` gives them.

        Raises
        ------
        InputError
            If it is of another shape or type, holds numbers that are no word, or a text has none.
        """
        array = np.asarray(x)
        length = self.sample_shape[0]
        if array.ndim != 2 or array.shape[1] != length or len(array) == 0:
            raise InputError(
                f"{name} has shape {array.shape}; expected (texts, {length}), as "
                f"Vocabulary.encode(texts, {length}) gives them."
            )
        if not np.issubdtype(array.dtype, np.integer):
            raise InputError(
                f"{name} has dtype {array.dtype}; give the whole numbers of Vocabulary.encode."
            )
        if array.min() < 0 or array.max() >= self.vocabulary_size:
            raise InputError(
                f"{name} runs from {array.min()} to {array.max()}; the networks were built for "
                f"numbers from 0 to {self.vocabulary_size - 1}."
            )
        if (array[:, 0] == PADDING).any():
            place = int(np.argmax(array[:, 0] == PADDING))
            raise InputError(
                f"{name}[{place}] begins with padding; a text begins with a word or with the end."
            )
        return array.astype(np.int32, copy=False)
