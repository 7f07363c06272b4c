"""``aecourse data``: the data sets of the course."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aecourse.cli.output import FAILED, AsJson, complain, misuse, size, table
from aecourse.errors import CourseError

if TYPE_CHECKING:
    from aecourse.datasets.entry import Entry

data = typer.Typer(help="List, fetch, verify and hand out the data sets.", no_args_is_help=True)

Names = Annotated[
    list[str] | None, typer.Argument(help="Data sets; `adbench` means all of its sets.")
]


@data.command("list")
def list_data(as_json: AsJson = False) -> None:
    """Show the data sets, their size and licence, and whether they are on this machine."""
    from aecourse.datasets import locations, mirror, registry

    rows = [
        {
            "name": entry.name,
            "title": entry.title,
            "family": entry.family,
            "where": mirror.where(entry),
            "download_bytes": entry.bytes,
            "licence": entry.licence,
            "home": entry.home,
        }
        for entry in registry.entries().values()
    ]
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    table(
        ("name", "where", "download", "licence"),
        [
            (row["name"], row["where"], size(int(str(row["download_bytes"]))), row["licence"])
            for row in rows
        ],
    )
    print(f"Data folder: {locations.data_dir() or f'none ({locations.DATA_DIR} is not set)'}")
    print(f"Cache:       {locations.cache_dir()}")
    print("A set that is not here is downloaded when it is first loaded. Files fetched by hand go")
    print("into the cache, in a folder of the set's name; their homes: aecourse data list --json")


@data.command()
def get(names: Names = None, as_json: AsJson = False) -> None:
    """Fetch data sets into the cache, so that they can be loaded without a network later."""
    from aecourse.datasets import loading

    failed, ready = False, []
    for entry in _chosen(names):
        try:
            found = loading.find(entry)
        except CourseError as error:
            failed = True
            complain(error)
        else:
            ready.append({"name": entry.name, "source": found.source})
            if not as_json:
                print(f"{entry.name}: ready, from the {found.source}")
    if as_json:
        print(json.dumps(ready, indent=1))
    if failed:
        raise typer.Exit(FAILED)


@data.command()
def verify(as_json: AsJson = False) -> None:
    """Hash every file of the data folder and of the cache again."""
    from aecourse.datasets import mirror, registry

    checked = list(mirror.verify(registry.entries().values()))
    if as_json:
        print(json.dumps([vars(one) for one in checked], indent=1, ensure_ascii=False))
    elif checked:
        table(("verdict", "place", "file"), [(c.verdict, c.place, c.file) for c in checked])
        for one in checked:
            if one.verdict == "altered":
                print(f"{one.file}\n  expected {one.expected}\n  found    {one.found}")
            elif one.verdict == "unlisted":
                print(f"{one.file} is not in the manifest. Its SHA-256 is {one.found}")
    else:
        print("There is nothing to verify: no data folder, and an empty cache.")
    unsound = [one for one in checked if not one.is_sound]
    if unsound:
        complain(
            f"{len(unsound)} of {len(checked)} files are altered or missing: fetch them again."
        )
        raise typer.Exit(FAILED)


@data.command("mirror")
def mirror_data(
    folder: Annotated[Path, typer.Argument(help="The folder to write or to add to.")],
    names: Names = None,
    as_json: AsJson = False,
) -> None:
    """Write a folder with a manifest to hand out; AECOURSE_DATA_DIR then names it.

    Without names, every data set that is on this machine is taken.
    """
    from aecourse.datasets import mirror

    entries = _chosen(names) if names else [e for e in _all() if mirror.where(e) != "not here"]
    if not entries:
        raise misuse("No data set is on this machine yet. Name those to fetch, such as mnist.")
    failed, mirrored = False, []
    for entry in entries:
        try:
            copied = mirror.mirror(entry, folder)
        except CourseError as error:
            failed = True
            complain(error)
        else:
            mirrored.append({"name": entry.name, "copied": copied})
            if not as_json:
                done = f"{len(copied)} files copied" if copied else "already there"
                print(f"{entry.name}: {done}")
    if as_json:
        print(json.dumps({"folder": str(folder.resolve()), "data": mirrored}, indent=1))
    else:
        print(f"To use it: export AECOURSE_DATA_DIR={shlex.quote(str(folder.resolve()))}")
    if failed:
        raise typer.Exit(FAILED)


def _all() -> "list[Entry]":
    from aecourse.datasets import registry

    return list(registry.entries().values())


def _chosen(names: Sequence[str] | None) -> "list[Entry]":
    """Return the named data sets, each once; misuse if there are none or one is unknown."""
    from aecourse.datasets import registry
    from aecourse.errors import DataError

    if not names:
        raise misuse("Name one or more data sets; `aecourse data list` shows them.")
    expanded: list[str] = []
    for name in names:
        expanded += registry.adbench_names() if name == "adbench" else [name]
    try:
        return [registry.find(name) for name in dict.fromkeys(expanded)]
    except DataError as error:
        raise misuse(str(error)) from error
