"""Networks that read a sequence step by step, and write one step by step."""

from collections.abc import Iterator

from aecourse.backend import keras
from aecourse.checks import one_of, whole
from aecourse.errors import InputError
from aecourse.networks.settings import (
    activation_named,
    code_input,
    dense_layer,
    initialiser,
    layer_seeds,
    positives,
    sample_shape,
)

CELLS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


def recurrent(
    input_shape: tuple[int, int],
    code_size: int,
    *,
    units: tuple[int, ...] = (128,),
    cell: str = "lstm",
    code_activation: str | None = None,
    output_activation: str | None = "sigmoid",
    condition_size: int = 0,
    seed: int = 0,
) -> tuple[keras.Model, keras.Model]:
    """Return a recurrent encoder and decoder for sequences.

    The encoder reads the sequence to its end; a dense layer makes the code of the state it is then
    in. The decoder is given the code at every step, and a dense layer makes each step's values of
    its state. A grey image without its channel axis is a sequence of rows.

    Parameters
    ----------
    input_shape
        ``(steps, features)`` of one sequence.
    code_size
        Number of values in the code.
    units
        Size of the state of each recurrent layer of the encoder, from the input to the code; the
        decoder has the same in reverse.
    cell
        ``"lstm"``, or ``"gru"`` with a quarter fewer weights.
    code_activation, output_activation
        Names of Keras activations for the code and the output; ``None`` is the identity. A sigmoid
        output reaches values between 0 and 1 only.
    condition_size
        Number of values that the decoder is told besides the code, such as a label.
    seed
        Start of the weights. The same seed gives the same weights.

    Returns
    -------
    encoder, decoder
        Keras models from ``(batch, steps, features)`` to ``(batch, code_size)``, and from
        ``(batch, code_size + condition_size)`` back.

    Raises
    ------
    InputError
        If ``input_shape`` is not that of a sequence, a size is not a whole number of at least 1,
        the cell or an activation is unknown.

    References
    ----------
    Hochreiter and Schmidhuber (1997) for the LSTM; Cho et al. (2014) for the GRU; Srivastava,
    Mansimov and Salakhutdinov (2015) for the autoencoder.

    Examples
    --------
    >>> from aecourse import networks
    >>> encoder, decoder = networks.recurrent((28, 28), code_size=32, units=(16,), cell="gru")
    >>> encoder.output_shape, decoder.output_shape
    ((None, 32), (None, 28, 28))
    """
    steps, features = _sequence_shape(input_shape)
    widths = positives(units, "units")
    if not widths:
        raise InputError("units is empty; give at least one entry, such as (128,).")
    code_size = whole(code_size, "code_size")
    one_of(cell, "cell", CELLS)
    code_ending = activation_named(code_activation, "code_activation")
    ending = activation_named(output_activation, "output_activation")
    seeds = layer_seeds(seed)

    x = inputs = keras.Input((steps, features), name="sample")
    for number, width in enumerate(widths, start=1):
        every = number < len(widths)
        x = recurrent_layer(cell, width, seeds, f"read_{number}", every_step=every)(x)
    x = dense_layer(code_size, code_ending, seeds, "code")(x)
    encoder = keras.Model(inputs, x, name="encoder")

    code = code_input(code_size, condition_size)
    x = keras.layers.RepeatVector(steps, name="repeat")(code)
    for number, width in enumerate(widths[::-1], start=1):
        x = recurrent_layer(cell, width, seeds, f"write_{number}", every_step=True)(x)
    x = dense_layer(features, ending, seeds, "output")(x)
    return encoder, keras.Model(code, x, name="decoder")


def _sequence_shape(shape: object) -> tuple[int, int]:
    """Return ``shape`` if it is steps and features."""
    checked = sample_shape(shape)
    if len(checked) != 2:
        raise InputError(
            f"input_shape is {checked}; a recurrent network needs (steps, features), such as "
            "(28, 28) for an image that is read row by row; leave its channel axis out with "
            "x[..., 0]."
        )
    return checked[0], checked[1]


def recurrent_layer(
    cell: str, width: int, seeds: Iterator[int], name: str, *, every_step: bool
) -> keras.layers.Layer:
    """Return a recurrent layer; ``every_step`` gives all its states, not only the last one."""
    return CELLS[cell](
        width,
        return_sequences=every_step,
        kernel_initializer=initialiser("linear", next(seeds)),
        recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        name=name,
    )
