"""Keys that are right one by one and impossible together."""

from collections.abc import Iterator

from aecourse.project.networks_schema import (
    FOR_TABLES,
    VECTOR_CODES,
    ImageNetwork,
    PatchTransformer,
)
from aecourse.project.objectives_schema import (
    NEEDS_VECTOR_CODE,
    Denoising,
    KSparse,
    Masked,
    Sparse,
)
from aecourse.project.problems import Problem, listed
from aecourse.project.schema import Config
from aecourse.project.sections import Section


def problems(config: Config) -> Iterator[Problem]:
    """Yield what is impossible in a configuration whose keys are right one by one."""
    yield from _keys_of_the_other_kind(config)
    yield from _data(config)
    yield from _network(config)
    yield from _objective(config)


def _keys_of_the_other_kind(config: Config) -> Iterator[Problem]:
    sections: dict[str, Section] = {"data": config.data, "preprocessing": config.preprocessing}
    for name, section in sections.items():
        for key in sorted(section.model_fields_set):
            field = type(section).model_fields[key]
            extra = field.json_schema_extra
            only = extra.get("only") if isinstance(extra, dict) else None
            # A resolved configuration has all keys; those that do not apply at their defaults.
            if only and only != config.data.kind and getattr(section, key) != field.default:
                yield Problem(
                    (name, key),
                    f"applies to {'tables' if only == 'table' else 'images'} only, and data.kind "
                    f"is `{config.data.kind}`; take the line out, or set data.kind to `{only}`.",
                )


def _data(config: Config) -> Iterator[Problem]:
    data, preprocessing = config.data, config.preprocessing
    if data.normal is not None and data.label is None:
        yield Problem(("data", "normal"), "needs data.label: the column that holds the labels.")
    folder = data.kind == "images" and not data.path.lower().endswith(".npz")
    if folder and data.label not in {None, "folder"}:
        yield Problem(
            ("data", "label"),
            f"is `{data.label}`; images in a folder have no columns. Write `folder`: then the name "
            "of the folder an image lies in is its label.",
        )
    if data.separator in {"\n", "\r", '"'}:
        yield Problem(
            ("data", "separator"),
            "is a quote or the end of a line, which cannot separate columns; usual ones are `,`, "
            "`;` and a tab.",
        )
    if data.decimal == data.separator:
        yield Problem(
            ("data", "decimal"),
            "and data.separator are both a comma; such a file cannot be read. A file with decimal "
            "commas usually has the separator `;`.",
        )
    for column in preprocessing.ignore:
        if column in (preprocessing.columns or ()):
            yield Problem(
                ("preprocessing", "ignore"),
                f"names `{column}`, and so does preprocessing.columns; take it out of one of them.",
            )
    if data.label is not None and data.label in (preprocessing.columns or ()):
        yield Problem(
            ("preprocessing", "columns"),
            f"names `{data.label}`, the column of the labels (data.label); the network must not "
            "see them. Take it out.",
        )


def _network(config: Config) -> Iterator[Problem]:
    network = config.network
    kind = str(network.kind)
    if config.data.kind == "table" and kind not in FOR_TABLES:
        yield Problem(
            ("network", "kind"),
            f"is `{kind}`, a network for images, and data.kind is `table`; "
            f"use {listed(FOR_TABLES)}.",
        )
    size = config.preprocessing.image_size
    if isinstance(network, ImageNetwork) and size and min(size) < 2 ** len(network.filters):
        yield Problem(
            ("network", "filters"),
            f"has {len(network.filters)} entries, which halve the image {len(network.filters)} "
            f"times; images of {size[0]} × {size[1]} pixels are too small for that. Give fewer.",
        )
    if isinstance(network, PatchTransformer):
        if network.code_size % 4 or network.code_size % network.heads:
            yield Problem(
                ("network", "code_size"),
                f"is {network.code_size}; give a multiple of 4 and of network.heads "
                f"({network.heads}).",
            )
        if size and (size[0] % network.patch_size or size[1] % network.patch_size):
            yield Problem(
                ("network", "patch_size"),
                f"is {network.patch_size}, which does not divide both sides of "
                f"preprocessing.image_size ({size[0]} × {size[1]}).",
            )


def _objective(config: Config) -> Iterator[Problem]:
    objective, network = config.objective, config.network
    kind, network_kind = str(objective.kind), str(network.kind)
    unit_range = config.data.kind == "images" or config.preprocessing.scaling == "minmax"
    if objective.reconstruction == "bernoulli" and not unit_range:
        yield Problem(
            ("objective", "reconstruction"),
            "is `bernoulli`, which needs values between 0 and 1; set preprocessing.scaling to "
            "`minmax`, or use `squared_error` or `gaussian`.",
        )
    if isinstance(objective, Denoising):
        if objective.noise != "gaussian" and objective.level >= 1:
            yield Problem(
                ("objective", "level"),
                f"is {objective.level:g}, the share of values that `{objective.noise}` replaces; "
                "give a number below 1.",
            )
        if objective.noise == "salt_and_pepper" and not unit_range:
            yield Problem(
                ("objective", "noise"),
                "is `salt_and_pepper`, which sets values to the ends of the range from 0 to 1; set "
                "preprocessing.scaling to `minmax`, or use `gaussian` or `masking`.",
            )
    if isinstance(objective, KSparse) and objective.active > network.code_size:
        yield Problem(
            ("objective", "active"),
            f"is {objective.active}, but a code has {network.code_size} values "
            "(network.code_size); give at most that many.",
        )
    if kind in NEEDS_VECTOR_CODE and network_kind not in VECTOR_CODES:
        yield Problem(
            ("objective", "kind"),
            f"is `{kind}`, which needs a code that is one vector; use one of the networks "
            f"{listed(VECTOR_CODES)}.",
        )
    if isinstance(objective, Sparse) and network_kind == "patch_transformer":
        yield Problem(
            ("objective", "kind"),
            "is `sparse`, which needs units that can be off, and the code of a `patch_transformer` "
            "has none; use another network.",
        )
    if isinstance(objective, Masked) and network_kind != "patch_transformer":
        yield Problem(
            ("objective", "kind"),
            f"is `masked`, which hides patches, and network.kind is `{network_kind}`; set "
            "network.kind to `patch_transformer`.",
        )
