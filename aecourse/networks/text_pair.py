"""Networks that read a text word by word into a code, and write one from a code."""

from typing import Any

from aecourse.backend import keras
from aecourse.checks import one_of, whole
from aecourse.networks.recurrent_pair import CELLS, recurrent_layer
from aecourse.networks.settings import dense_layer, layer_seeds
from aecourse.networks.tied_pair import TransposedDense, link_tied

STATES = {"lstm": ("h", "c"), "gru": ("h",)}
"""The parts of a cell's memory: an LSTM hands on its output and a cell state, a GRU its output."""


@keras.saving.register_keras_serializable("aecourse")
class WordVectors(keras.layers.Embedding):
    """A table with a vector for each word; what is looked up is scaled.

    The numbers of the table begin with variance ``1 / output_dim``, so that the product of a word's
    vector with another one, which is its score, begins near 1 at the most. What is read out for a
    network is multiplied by ``sqrt(output_dim)``: then its values have a variance near 1, and
    words differ from the first step on. Read out as they are, they would be drowned by whatever is
    added to them, and the network would learn how frequent words are and no more.

    The parameters are those of ``keras.layers.Embedding``.

    References
    ----------
    Vaswani et al. (2017), section 3.4, for the scale.
    """

    @property
    def kernel(self) -> Any:
        """The table, shape ``(input_dim, output_dim)``, by the name that tied layers look for."""
        return self.embeddings

    def call(self, words: Any) -> Any:
        """Return the vectors of whole numbers, scaled."""
        return super().call(words) * self.output_dim**0.5


@keras.saving.register_keras_serializable("aecourse")
class TiedWords(TransposedDense):
    """The encoder's table of words in the decoder, where it serves twice.

    It looks up the vectors of words, scaled as :class:`WordVectors` scales them. With
    ``reverse=True`` it goes the other way, and gives each word the product of its vector with one
    that is given, and a bias.

    Parameters
    ----------
    units
        How many words there are.
    partner
        Name of the encoder's layer of :class:`WordVectors`.
    vector_size
        Number of values in a word's vector.
    others
        As for :class:`aecourse.networks.TransposedDense`.
    """

    def __init__(self, units: int, partner: str, vector_size: int, **others: Any) -> None:
        super().__init__(units, partner, **others)
        self.vector_size = vector_size

    def build(self, input_shape: tuple[Any, ...]) -> None:
        """Create the bias of each word."""
        super().build((self.vector_size,))

    def call(self, x: Any, reverse: bool = False) -> Any:
        """Return vectors ``(…, vector_size)`` of words, or scores ``(…, units)`` of vectors."""
        if reverse:
            return super().call(x)
        return keras.ops.take(self.kernel, x, axis=0) * self.vector_size**0.5

    def compute_output_spec(self, x: Any, reverse: bool = False) -> keras.KerasTensor:
        """Return shape and type of the output, which are known before the table is."""
        if reverse:
            return super().compute_output_spec(x)
        return keras.KerasTensor((*x.shape, self.vector_size), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {**super().get_config(), "vector_size": self.vector_size}


def text_recurrent(
    vocabulary_size: int,
    length: int,
    code_size: int,
    *,
    embedding_size: int = 64,
    units: int = 128,
    cell: str = "lstm",
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a recurrent encoder and decoder for texts whose words are whole numbers.

    The encoder looks up a vector for each word and reads them in turn; a dense layer makes the code
    of the state after the last word. Padding, number 0, is not read. The decoder's state begins as
    dense layers make it of the code; then it is told one word after the other, each vector shifted
    by what another layer makes of the code, and gives scores for the word that follows. A word's
    score is the product of its vector with one that a dense layer makes of the state. One table of
    vectors serves to read words and to write them; it is the encoder's.

    Parameters
    ----------
    vocabulary_size
        How many numbers there are.
    length
        Words in a sequence.
    code_size
        Number of values in the code.
    embedding_size
        Number of values in a word's vector.
    units
        Size of the state of encoder and decoder.
    cell
        ``"lstm"``, or ``"gru"`` with a quarter fewer weights.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models: from ``(batch, length)`` whole numbers to ``(batch, code_size)``; from codes
        and ``(batch, steps)`` whole numbers to scores ``(batch, steps, vocabulary_size)``, which a
        softmax turns into probabilities.

    Raises
    ------
    InputError
        If a size is not a whole number of at least 1 or the cell is unknown.

    References
    ----------
    Sutskever, Vinyals and Le (2014) for the pair; Dai and Le (2015) for the autoencoder, whose
    halves share their word vectors; Bowman et al. (2016) for a code that is told at each step;
    Press and Wolf (2017) for scores by the same vectors.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.text_recurrent(1000, length=20, code_size=16, units=32)
    >>> encoder.output_shape, decoder.output_shape
    ((None, 16), (None, None, 1000))
    """
    vocabulary_size = whole(vocabulary_size, "vocabulary_size", least=2)
    length, code_size = whole(length, "length"), whole(code_size, "code_size")
    embedding_size, units = whole(embedding_size, "embedding_size"), whole(units, "units")
    one_of(cell, "cell", CELLS)
    seeds = layer_seeds(seed)

    words = keras.Input((length,), dtype="int32", name="sample")
    start = keras.initializers.RandomNormal(stddev=embedding_size**-0.5, seed=next(seeds))
    x = WordVectors(vocabulary_size, embedding_size, start, mask_zero=True, name="embed")(words)
    x = recurrent_layer(cell, units, seeds, "read", every_step=False)(x)
    encoder = keras.Model(words, dense_layer(code_size, "linear", seeds, "code")(x), name="encoder")

    code = keras.Input((code_size,), name="code")
    before = keras.Input((None,), dtype="int32", name="before")
    table = TiedWords(vocabulary_size, "embed", embedding_size, name="table")
    states = [dense_layer(units, "linear", seeds, f"start_{part}")(code) for part in STATES[cell]]
    shift = dense_layer(embedding_size, "linear", seeds, "shift")(code)
    told = keras.layers.Add()([table(before), keras.layers.Reshape((1, embedding_size))(shift)])
    x = recurrent_layer(cell, units, seeds, "write", every_step=True)(told, initial_state=states)
    x = dense_layer(embedding_size, "linear", seeds, "word")(x)
    decoder = keras.Model([code, before], table(x, reverse=True), name="decoder")
    link_tied(encoder, decoder)
    return encoder, decoder
