"""Keep the browser libraries that the built book serves from its own folder.

``python -m tools.vendor`` checks every file below ``book/assets/vendor`` against
``VENDORED.json``; ``python -m tools.vendor --update`` fetches the packages named there with
``npm pack`` (npm must be installed) and rewrites files and hashes. To move to a newer release,
change its version in ``VENDORED.json`` and update.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VENDOR = Path(__file__).parents[1] / "book" / "assets" / "vendor"
RECORD = "VENDORED.json"


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_record(folder: Path) -> list[dict[str, Any]]:
    """Return the packages listed in the folder's record."""
    packages: list[dict[str, Any]] = json.loads((folder / RECORD).read_text())["packages"]
    return packages


def problems(folder: Path = VENDOR) -> list[str]:
    """Say what is missing, altered or unlisted in the folder; an empty list when all is well."""
    found = []
    listed = {RECORD}
    for package in read_record(folder):
        for file in package["files"]:
            listed.add(file["file"])
            path = folder / file["file"]
            if not path.is_file():
                found.append(f"{file['file']} is missing")
            elif sha256(path) != file["sha256"]:
                found.append(f"{file['file']} is not the file of {package['name']} as recorded")
        if not any(Path(file["file"]).name.startswith("LICENSE") for file in package["files"]):
            found.append(f"{package['name']} has no licence file")
    present = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    return found + [f"{name} is not listed in {RECORD}" for name in sorted(present - listed)]


def update(folder: Path = VENDOR) -> None:
    """Fetch every listed package, copy its files and record their hashes."""
    packages = read_record(folder)
    with tempfile.TemporaryDirectory() as scratch:
        for package in packages:
            archive = fetch(package["name"], package["version"], Path(scratch))
            with tarfile.open(archive) as tar:
                for file in package["files"]:
                    # A licence text that the package leaves out is kept by hand: no source.
                    if "source" in file:
                        copy_member(tar, "package/" + file["source"], folder / file["file"])
                    file["sha256"] = sha256(folder / file["file"])
    (folder / RECORD).write_text(json.dumps({"packages": packages}, indent=2) + "\n")


def fetch(name: str, version: str, into: Path) -> Path:
    """Download one package's archive with npm and return its path."""
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{version}"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    return into / packed.stdout.strip().splitlines()[-1]


def copy_member(tar: tarfile.TarFile, member: str, target: Path) -> None:
    stream = tar.extractfile(member)
    if stream is None:
        raise SystemExit(f"{member} is not a file in the package")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(stream.read())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--update", action="store_true", help="fetch the listed packages anew")
    if parser.parse_args().update:
        update()
    found = problems()
    for line in found:
        print(line, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
