"""Networks that read a text word by word into a code, and write one from a code."""

from collections.abc import Iterator

from aecourse.backend import keras
from aecourse.checks import one_of, whole
from aecourse.networks.recurrent_pair import CELLS, _layer
from aecourse.networks.settings import dense_layer, layer_seeds

STATES = {"lstm": ("h", "c"), "gru": ("h",)}
"""The parts of a cell's memory: an LSTM hands on its output and a cell state, a GRU its output."""

# How far apart the vectors of words are at the start. The reader must be able to tell words apart
# from the first step on: with small vectors its code is that of all texts alike, and the decoder
# learns to do without it. The writer's are so small that all words are equally likely.
READ, WRITTEN = 1.0, 0.05


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
    score is the product of its vector with one that a dense layer makes of the state, so the same
    table of vectors serves to read words and to write them.

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
    Sutskever, Vinyals and Le (2014) for the pair; Dai and Le (2015) for the autoencoder; Bowman et
    al. (2016) for a code that is told at each step; Press and Wolf (2017) for the shared table of
    vectors.
    """
    vocabulary_size = whole(vocabulary_size, "vocabulary_size", least=2)
    length, code_size = whole(length, "length"), whole(code_size, "code_size")
    embedding_size, units = whole(embedding_size, "embedding_size"), whole(units, "units")
    one_of(cell, "cell", CELLS)
    seeds = layer_seeds(seed)

    words = keras.Input((length,), dtype="int32", name="sample")
    x = keras.layers.Embedding(
        vocabulary_size, embedding_size, _start(READ, seeds), mask_zero=True, name="embed"
    )(words)
    x = _layer(cell, units, seeds, "read", every_step=False)(x)
    encoder = keras.Model(words, dense_layer(code_size, "linear", seeds, "code")(x), name="encoder")

    code = keras.Input((code_size,), name="code")
    before = keras.Input((None,), dtype="int32", name="before")
    table = keras.layers.ReversibleEmbedding(
        vocabulary_size, embedding_size, embeddings_initializer=_start(WRITTEN, seeds), name="embed"
    )
    states = [dense_layer(units, "linear", seeds, f"start_{part}")(code) for part in STATES[cell]]
    shift = dense_layer(embedding_size, "linear", seeds, "shift")(code)
    told = keras.layers.Add()([table(before), keras.layers.Reshape((1, embedding_size))(shift)])
    x = _layer(cell, units, seeds, "write", every_step=True)(told, initial_state=states)
    x = dense_layer(embedding_size, "linear", seeds, "word")(x)
    return encoder, keras.Model([code, before], table(x, reverse=True), name="decoder")


def _start(deviation: float, seeds: Iterator[int]) -> keras.initializers.Initializer:
    """Return the start of a table of vectors."""
    return keras.initializers.RandomNormal(stddev=deviation, seed=next(seeds))
