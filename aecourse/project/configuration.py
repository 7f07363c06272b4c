"""Reading a configuration file, and saying what is wrong with it: line, key, and what would do."""

import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from aecourse.project import combinations, space, yaml_lines
from aecourse.project.problems import ConfigError, Problem, dotted, listed, nearest
from aecourse.project.schema import Config
from aecourse.project.yaml_lines import Document, Keys

# How each type is called in a message.
TYPES = {
    "int": "a whole number, such as 5",
    "float": "a number, such as 0.001",
    "string": "a text; a number or yes/no as text needs quotes",
    "bool": "true or false",
    "list": "a list, such as [64, 32]",
    "model": "keys of its own, one a line and indented",
    "dict": "keys of its own, one a line and indented",
}
LIMITS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}


def load(path: Path) -> Config:
    """Return the configuration of a file.

    Raises
    ------
    ConfigError
        If there is no such file, it is no YAML, or a key is unknown, missing, of the wrong type or
        impossible together with another one. All that is wrong is named at once.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from aecourse.project import configuration, starter
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = starter.init(Path(folder, "sales"))
    ...     config = configuration.load(Path(folder, "sales", "config.yml"))
    >>> config.data.kind, config.network.kind
    ('table', 'dense')
    """
    document = yaml_lines.read(_text(path), path.name)
    return _validated(document, path.name)


def validated(content: dict[str, Any]) -> Config:
    """Return the configuration that a dictionary describes, as a program makes it.

    Raises
    ------
    ConfigError
        As :func:`load`, without lines.

    Examples
    --------
    >>> from aecourse.project import configuration
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> config.data.path, config.training.batch_size
    ('rows.csv', 128)
    """
    return _validated(Document(content, {}), "the configuration")


def resolved(config: Config) -> dict[str, Any]:
    """Return every key with its value, those that the file left out too.

    Examples
    --------
    >>> from aecourse.project import configuration
    >>> config = configuration.validated({"name": "first", "data": {"path": "rows.csv"}})
    >>> list(configuration.resolved(config))
    ['name', 'data', 'preprocessing', 'network', 'objective', 'training', 'evaluation', 'sweep']
    """
    return config.model_dump(mode="json")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(
            f"there is no file {path}; `aecourse init DIR` writes a project with a config.yml."
        ) from error
    except IsADirectoryError as error:
        raise ConfigError(
            f"{path} is a folder; name the file in it: {path / 'config.yml'}."
        ) from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path.name} is not stored as UTF-8 (byte {error.start}); save it as UTF-8 text."
        ) from error


def _validated(document: Document, name: str) -> Config:
    config, found = _examined(document.content)
    if config is not None and not found:
        found = list(space.problems(config, lambda content: _examined(content)[1]))
    if config is None or found:
        raise ConfigError(_report(found, document, name))
    return config


def _examined(content: dict[str, Any]) -> tuple[Config | None, list[Problem]]:
    """Return the configuration, if each key is right, and what is wrong."""
    try:
        config = Config.model_validate(content)
    except ValidationError as error:
        return None, list(_translated(error, content))
    return config, list(combinations.problems(config))


def _report(problems: Iterable[Problem], document: Document, name: str) -> str:
    """Return all problems in the order of the lines, each with its own."""
    placed = sorted((document.line_of(p.keys), dotted(p.keys), p.message) for p in problems)
    if not document.lines:
        return "\n".join(f"{name}: {key} {message}" for _, key, message in placed)
    return "\n".join(f"{name}, line {line}: {key} {message}" for line, key, message in placed)


# --- from pydantic's errors to sentences ----------------------------------------------------------


def _translated(error: ValidationError, content: dict[str, Any]) -> Iterator[Problem]:
    """Yield one problem for each key; of a value of several types the first is enough."""
    seen: set[Keys] = set()
    for details in error.errors():
        keys = _keys(details, content)
        if keys not in seen:
            seen.add(keys)
            yield Problem(keys, _sentence(details, keys, content))


def _keys(details: ErrorDetails, content: Any) -> Keys:
    """Return the way to the key, without the names of alternatives that pydantic puts in."""
    keys: list[str | int] = []
    for part in details["loc"]:
        inside = isinstance(content, dict) and part in content
        inside = inside or (isinstance(content, list) and isinstance(part, int))
        if inside:
            keys.append(part)
            content = content[part]
    if details["type"] == "missing":
        keys.append(details["loc"][-1])
    if details["type"].startswith("union_tag"):
        keys.append("kind")
    return tuple(keys)


def _sentence(details: ErrorDetails, keys: Keys, content: dict[str, Any]) -> str:
    kind, given = details["type"], details["input"]
    context: dict[str, Any] = details.get("ctx", {})
    if kind == "extra_forbidden":
        known = keys_of(section_at(keys[:-1], content))
        return (
            f"is no key.{nearest(keys[-1], known)} The keys here are {listed(sorted(known), 20)}."
        )
    if kind == "missing":
        return f"is missing; add it. {_meaning(keys, content)}"
    if kind == "literal_error":
        return _choice(given, _allowed(keys, content))
    if kind == "union_tag_invalid":
        return _choice(given.get("kind"), _kinds(keys[0]))
    if kind == "union_tag_not_found":
        return f"is missing; give one of {listed(_kinds(keys[0]))}."
    if kind in LIMITS:
        limit, word = LIMITS[kind]
        return f"is {given!r}; give a number {word} {context[limit]:g}. {_meaning(keys, content)}"
    if kind == "finite_number":
        return f"is {given!r}; give a finite number. {_meaning(keys, content)}"
    if kind == "string_pattern_mismatch":
        return f"is {given!r}; use letters, digits, `-`, `_` and `.` only, a letter or digit first."
    if kind in {"too_short", "too_long"}:
        count = context.get("min_length", context.get("max_length"))
        return f"has {context['actual_length']} entries; give {count}. {_meaning(keys, content)}"
    if kind in {"string_too_short", "string_too_long"}:
        return f"is {given!r}, which is too {kind.rpartition('_')[2]}. {_meaning(keys, content)}"
    wanted = TYPES.get(kind.partition("_")[0], "another value")
    return f"is {_shown(given)}; give {wanted}. {_meaning(keys, content)}"


def _choice(given: Any, allowed: Iterable[Any]) -> str:
    known = [str(value) for value in allowed]
    return f"is {_shown(given)}; give one of {listed(known, 20)}.{nearest(given, known)}"


def _shown(given: Any) -> str:
    if given is None:
        return "empty"
    if isinstance(given, dict):
        return "a group of keys"
    return repr(given) if not isinstance(given, list) else f"the list {given}"


def _meaning(keys: Keys, content: dict[str, Any]) -> str:
    """Return what the key is for."""
    names = [key for key in keys if isinstance(key, str)]
    fields = fields_of(section_at(tuple(names[:-1]), content))
    return f"({names[-1]}: {fields[names[-1]].description})" if names[-1] in fields else ""


def _allowed(keys: Keys, content: dict[str, Any]) -> list[Any]:
    """Return the values that a key with a choice takes."""
    names = [key for key in keys if isinstance(key, str)]
    annotation = fields_of(section_at(tuple(names[:-1]), content))[names[-1]].annotation
    return choices(annotation)


def _kinds(section: str | int) -> list[Any]:
    return [
        value
        for model in alternatives(fields_of(Config)[str(section)].annotation)
        for value in choices(model.model_fields["kind"].annotation)
    ]


# --- looking into the schema ----------------------------------------------------------------------


def section_at(keys: Keys, content: Any) -> type[BaseModel]:
    """Return the class of a section; of several it is the one that ``kind`` names."""
    model: type[BaseModel] = Config
    named: type[BaseModel] | None = None  # what stands below each name that the user chooses
    for key in keys:
        content = content.get(key) if isinstance(content, dict) else None
        if named is not None:
            model, named = named, None
            continue
        if key not in model.model_fields:
            break
        annotation = model.model_fields[str(key)].annotation
        named = entries(annotation)
        options = alternatives(annotation)
        if options:
            kind = content.get("kind") if isinstance(content, dict) else None
            model = next((o for o in options if kind == kind_of(o)), options[0])
    return model


def fields_of(model: type[BaseModel]) -> dict[str, Any]:
    """Return the keys of a section with their descriptions and defaults."""
    return dict(model.model_fields)


def keys_of(model: type[BaseModel]) -> set[str]:
    """Return the names of the keys of a section."""
    return set(model.model_fields)


def alternatives(annotation: Any) -> list[type[BaseModel]]:
    """Return the classes that a section may be an instance of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in _parts(annotation) for model in alternatives(part)]


def entries(annotation: Any) -> type[BaseModel] | None:
    """Return the class of what a key holds under names that the user chooses, if it does."""
    if get_origin(annotation) is not dict:
        return None
    model = get_args(annotation)[1]
    return model if issubclass(model, BaseModel) else None


def choices(annotation: Any) -> list[Any]:
    """Return the values of a key with a choice, or nothing for any other key."""
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    return [value for part in _parts(annotation) for value in choices(part)]


def _parts(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) in {Union, types.UnionType}:
        return get_args(annotation)
    return get_args(annotation)[:1] if get_origin(annotation) is Annotated else ()


def kind_of(model: type[BaseModel]) -> str | None:
    """Return the ``kind`` by which a section is told from its alternatives, if it has one."""
    field = model.model_fields.get("kind")
    return str(choices(field.annotation)[0]) if field else None
