"""The keys of a configuration in words: a reference, and a file with a comment above each key."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from aecourse.project import yaml_lines
from aecourse.project.configuration import alternatives, choices, entries, fields_of, kind_of
from aecourse.project.schema import Config
from aecourse.project.sections import Kind

WIDTH = 92


@dataclass(frozen=True)
class Key:
    """One key of a configuration.

    Attributes
    ----------
    path
        As ``training.epochs``; where the keys hang on a ``kind``, as ``network[dense].hidden``.
    values
        What it takes, in words or as the list of choices.
    default
        Its value where a file leaves it out, as YAML; ``None`` if the file must give it.
    meaning
        One or two sentences.
    only
        ``"table"`` or ``"images"`` if it applies to one kind of data alone.
    """

    path: str
    values: str
    default: str | None
    meaning: str
    only: Kind | None


def all_keys() -> list[Key]:
    """Return every key there is, in the order of the file."""
    return list(_keys_below(Config, ""))


def matching(word: str) -> list[Key]:
    """Return the keys whose path holds a word, or whose meaning does where no path fits.

    Examples
    --------
    >>> from aecourse.project import reference
    >>> [key.path for key in reference.matching("early")]
    ['training.early_stopping']
    """
    found = [key for key in all_keys() if word.lower() in key.path.lower()]
    return found or [key for key in all_keys() if word.lower() in key.meaning.lower()]


def commented(values: dict[str, Any]) -> str:
    """Return a configuration as YAML with the meaning of each key above it.

    Parameters
    ----------
    values
        A whole configuration. Keys that do not apply to its kind of data are left out.
    """
    lines: list[str] = []
    kind = values["data"]["kind"]
    for name, field in Config.model_fields.items():
        lines += ["", *_comment(field.description or "")]
        if not alternatives(field.annotation) or values[name] is None:
            lines.append(f"{name}: {_yaml(values[name])}")
            continue
        lines.append(f"{name}:")
        lines += _section_lines(name, values[name], kind)
    return "\n".join(lines).lstrip("\n") + "\n"


def _section_lines(name: str, values: dict[str, Any], kind: Kind) -> Iterator[str]:
    options = alternatives(Config.model_fields[name].annotation)
    model = options[0]
    if len(options) > 1:
        model = next(o for o in options if kind_of(o) == values["kind"])
        yield from (
            "  " + line
            for line in _comment(f"What there is; `aecourse keys {name}` shows the keys of each:")
        )
        for option in options:
            says = option.model_fields["kind"].description or ""
            yield from _comment(f"{kind_of(option)} – {says}", "  #   ", "  #     ")
        yield f"  kind: {values['kind']}"
    for key, field in fields_of(model).items():
        only = _only(field)
        if (key == "kind" and len(options) > 1) or (only and only != kind):
            continue
        allowed = choices(field.annotation)
        says = field.description + (f" [{' | '.join(map(str, allowed))}]" if allowed else "")
        yield from ("  " + line for line in _comment(says))
        yield f"  {key}: {_yaml(values[key])}"


def _comment(text: str, first: str = "# ", rest: str = "# ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest)


def _keys_below(model: type[BaseModel], prefix: str) -> Iterator[Key]:
    for name, field in fields_of(model).items():
        path = f"{prefix}{name}"
        options = alternatives(field.annotation)
        named = entries(field.annotation)
        if not options:
            yield Key(path, _values(field), _default(field), field.description, _only(field))
            if named:
                yield from _keys_below(named, f"{path}.NAME.")
        elif len(options) == 1:
            yield from _keys_below(options[0], f"{path}.")
        else:
            for option in options:
                yield from _keys_below(option, f"{path}[{kind_of(option)}].")


def _values(field: Any) -> str:
    """Return what a key takes: its choices, or its type and limits."""
    allowed = choices(field.annotation)
    if allowed:
        return " | ".join(map(str, allowed))
    text = str(field.annotation)
    or_null = ", or null" if type(None) in get_args(field.annotation) else ""
    if entries(field.annotation):
        return "keys of its own for each name"
    if "list[typing.Any]" in text:
        return "list of values" + or_null
    words = [word for word in ("list", "str", "int", "float", "bool") if word in text]
    names = {"list": "list", "str": "text", "int": "whole number", "float": "number"}
    if words[0] == "list":
        return "list of " + {"str": "texts", "int": "whole numbers"}[words[1]] + or_null
    return " or ".join(names.get(word, word) for word in words) + or_null


def _default(field: Any) -> str | None:
    return None if field.default is PydanticUndefined else _yaml(field.default)


def _only(field: Any) -> Kind | None:
    extra = field.json_schema_extra
    return extra.get("only") if isinstance(extra, dict) else None


def _yaml(value: Any) -> str:
    """Return a value as YAML on one line."""
    return yaml_lines.written([value], in_a_row=True).strip()[1:-1]
