"""What a network ends in: some objectives need codes in [0, 1], others codes without limits."""

from aecourse.backend import keras
from aecourse.errors import InputError

# Layers that move values about without changing them.
RESHAPING = (keras.layers.Reshape, keras.layers.Cropping2D, keras.layers.Flatten)


def last_activation(network: keras.Model) -> str | None:
    """Return the name of a network's last activation, or ``None`` if it cannot be told."""
    for layer in reversed(getattr(network, "layers", [])):
        if not isinstance(layer, RESHAPING):
            return getattr(getattr(layer, "activation", None), "__name__", None)
    return None


def check_code_activation(encoder: keras.Model, expected: str, reason: str) -> None:
    """Refuse an encoder whose code comes from another activation than the expected one.

    Raises
    ------
    InputError
        If it does, or if its activation cannot be told. The message ends in the ``reason``.
    """
    found = last_activation(encoder)
    if found == expected:
        return
    named = "of unknown activation" if found is None else f"of activation {found!r}"
    setting = None if expected == "linear" else expected
    raise InputError(
        f"the encoder gives codes {named}, but {reason}; "
        f"build the networks with code_activation={setting!r}."
    )


def check_plain_vector(encoder: keras.Model, kind: str) -> int:
    """Return the number of values in a code.

    Raises
    ------
    InputError
        If a code is not a plain vector. The message names the ``kind`` of model that needs one.
    """
    code = tuple(encoder.output_shape[1:])
    if len(code) == 1 and code[0] is not None:
        return int(code[0])
    raise InputError(
        f"the encoder gives codes of shape {code}; {kind} needs a plain vector of fixed length. "
        "Let the encoder end in Flatten and Dense, as those of networks.dense do."
    )
