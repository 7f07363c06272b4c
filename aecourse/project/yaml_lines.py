"""YAML read with the line of every key, so that a message can point to what it speaks of.

Two habits of the older YAML rules would surprise in a configuration, and are not followed here:
``no`` and ``on`` are words, and ``1e-3`` is a number.
"""

import re
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from aecourse.project.problems import ConfigError

Keys = tuple[str | int, ...]

_PLAIN = (
    ("null", re.compile(r"~|null|Null|NULL|")),
    ("bool", re.compile(r"true|True|TRUE|false|False|FALSE")),
    ("int", re.compile(r"[-+]?[0-9]+(_[0-9]+)*")),
    ("float", re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")),
    ("float", re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")),
)


@dataclass(frozen=True)
class Document:
    """What a YAML text says, and where.

    Attributes
    ----------
    content
        The mapping at the top.
    lines
        The line, counted from 1, of each key and of each entry of a list, by its way from the top:
        ``("training", "epochs")``.
    """

    content: dict[str, Any]
    lines: dict[Keys, int]

    def line_of(self, keys: Keys) -> int:
        """Return the line of a key, or of the nearest key around it; 1 if there is none."""
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)


def read(text: str, name: str) -> Document:
    r"""Return what a YAML text says.

    Parameters
    ----------
    text
        A mapping, as in a configuration file.
    name
        Of the file, for messages.

    Raises
    ------
    ConfigError
        If it is no YAML, no mapping, or gives a key twice.

    Examples
    --------
    >>> from aecourse.project import yaml_lines
    >>> document = yaml_lines.read("name: first\ntraining:\n  epochs: 5\n", "config.yml")
    >>> document.content, document.line_of(("training", "epochs"))
    ({'name': 'first', 'training': {'epochs': 5}}, 3)
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            raise ConfigError(f"{name} uses a YAML alias (*name); write the value out.")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(f"{name}{_where(error)}: {_what(error, text)}") from error
    except yaml.reader.ReaderError as error:
        raise ConfigError(
            f"{name} holds a character that YAML does not allow, at position {error.position}; "
            "save the file as plain UTF-8 text."
        ) from error
    if node is None:
        raise ConfigError(f"{name} is empty; `aecourse init` writes one with every key explained.")
    if not isinstance(node, yaml.MappingNode):
        raise ConfigError(
            f"{name}, line {_line(node)}: expected `key: value` lines at the top, "
            "such as `data:` and `training:`."
        )
    reader = _Reader(name)
    return Document(reader.value(node, ()), reader.lines)


def scalar(text: str) -> Any:
    """Return what a word without quotes stands for: nothing, true or false, a number, or itself."""
    kind = next((kind for kind, form in _PLAIN if form.fullmatch(text)), "str")
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text.replace("_", ""))
    if kind == "float":
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def written(content: Any, *, in_a_row: bool = False) -> str:
    """Return what :func:`read` turns into ``content`` again, its keys in their order.

    Parameters
    ----------
    content
        Mappings, lists, texts, numbers, truth values and nothing.
    in_a_row
        Whether lists and mappings stand on one line.

    Examples
    --------
    >>> from aecourse.project import yaml_lines
    >>> print(yaml_lines.written({"name": "first", "hidden": [64, 32]}), end="")
    name: first
    hidden:
    - 64
    - 32
    """
    width = 10_000 if in_a_row else 100
    return yaml.dump(
        content,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=in_a_row,
        width=width,
    )


class _Dumper(yaml.SafeDumper):
    """Quotes every text that :func:`scalar` would take for something else."""


def _represented(dumper: _Dumper, text: str) -> yaml.Node:
    if scalar(text) == text:
        return dumper.represent_str(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')


_Dumper.add_representer(str, _represented)


class _Reader:
    """Turn the nodes of a YAML text into values, and note where each stands."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Keys, int] = {}

    def value(self, node: yaml.Node, keys: Keys) -> Any:
        """Return the value of a node that lies at ``keys``."""
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        if isinstance(node, yaml.SequenceNode):
            for index, entry in enumerate(node.value):
                self.lines[(*keys, index)] = _line(entry)
            return [self.value(entry, (*keys, i)) for i, entry in enumerate(node.value)]
        quoted = node.style is not None  # or a block of text
        return str(node.value) if quoted else scalar(node.value)

    def _mapping(self, node: yaml.MappingNode, keys: Keys) -> dict[str, Any]:
        content: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key, str):
                self._refuse(key_node, "a key is a list or a mapping; a key is one word")
            if key in content:
                first = self.lines[(*keys, key)]
                self._refuse(key_node, f"`{key}` is given twice, first in line {first}")
            self.lines[(*keys, key)] = _line(key_node)
            content[key] = self.value(value_node, (*keys, key))
        return content

    def _refuse(self, node: yaml.Node, reason: str) -> NoReturn:
        raise ConfigError(f"{self.name}, line {_line(node)}: {reason}.")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _where(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f", line {mark.line + 1}" if mark else ""


def _what(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return what is wrong with the YAML, with the usual causes in plain words."""
    mark = error.problem_mark
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "the line begins with a tab; indent with spaces."
    return (
        f"this is not YAML ({error.problem}). Look for a missing space after a colon, a missing "
        "quote or bracket, or lines of one section that are not indented alike."
    )
