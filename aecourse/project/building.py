"""From a configuration to a model: which network, and what training asks of it.

Examples
--------
``build``:

>>> from aecourse.project import building, configuration
>>> network = {"kind": "dense", "code_size": 2}
>>> config = configuration.validated({"data": {"path": "rows.csv"}, "network": network})
>>> building.build(config, shape=(5,)).code_shape
(2,)
"""

from collections.abc import Callable
from typing import Any

from aecourse import models, networks
from aecourse.project.networks_schema import FullyConnected, Network
from aecourse.project.objectives_schema import Contractive, Objective, Sparse
from aecourse.project.schema import Config

Pair = Callable[..., tuple[Any, Any]]

PAIRS: dict[str, Pair] = {
    "dense": networks.dense,
    "tied": networks.tied_dense,
    "convolutional": networks.convolutional,
    "convolutional_grid": networks.convolutional_grid,
    "pooling": networks.pooling,
    "residual": networks.residual,
    "patch_transformer": networks.patch_transformer,
}
MODELS: dict[str, type[models.Autoencoder]] = {
    "plain": models.Autoencoder,
    "denoising": models.DenoisingAutoencoder,
    "sparse": models.SparseAutoencoder,
    "k_sparse": models.KSparseAutoencoder,
    "contractive": models.ContractiveAutoencoder,
    "hashing": models.HashingAutoencoder,
    "variational": models.VariationalAutoencoder,
    "adversarial": models.AdversarialAutoencoder,
    "wasserstein": models.WassersteinAutoencoder,
    "regularized": models.RegularizedAutoencoder,
    "vector_quantized": models.VectorQuantizedAutoencoder,
    "masked": models.MaskedAutoencoder,
}
DRAWING = tuple(kind for kind, model in MODELS.items() if "seed" in model.setting_names)


def build(config: Config, shape: tuple[int, ...]) -> models.Autoencoder:
    """Return the untrained model.

    Parameters
    ----------
    config
        Its ``network``, ``objective`` and ``training.seed`` are used.
    shape
        Of one sample.

    Raises
    ------
    InputError
        If network or objective do not fit samples of this shape.
    """
    encoder, decoder = _pair(config, shape)
    kind = str(config.objective.kind)
    settings = config.objective.model_dump(exclude={"kind"})
    if isinstance(config.objective, Contractive):
        settings["jacobian"] = "exact" if _is_one_layer(config.network) else "estimated"
    if kind in DRAWING:
        settings["seed"] = config.training.seed
    return MODELS[kind](encoder, decoder, **settings)


def _pair(config: Config, shape: tuple[int, ...]) -> tuple[Any, Any]:
    network = config.network
    settings = network.model_dump(exclude={"kind", "code_size"})
    for name in ("hidden", "filters"):
        if name in settings:
            settings[name] = tuple(settings[name])
    ending = _code_activation(config.objective)
    if ending is not None:
        settings["code_activation"] = ending
    unit_range = config.data.kind == "images" or config.preprocessing.scaling == "minmax"
    return PAIRS[str(network.kind)](
        shape,
        network.code_size,
        output_activation="sigmoid" if unit_range else None,
        seed=config.training.seed,
        **settings,
    )


def _code_activation(objective: Objective) -> str | None:
    """Return what a sparse code ends in: its units are off at exactly 0, or are rates."""
    if isinstance(objective, Sparse):
        return "relu" if objective.penalty == "l1" else "sigmoid"
    return None


def _is_one_layer(network: Network) -> bool:
    return isinstance(network, FullyConnected) and not network.hidden
