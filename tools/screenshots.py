"""Take a picture of every page: light, dark, and on a narrow screen.

``python -m tools.screenshots FOLDER [PAGE …]`` writes ``<page>-<look>.png`` into the folder; pages
are named as in the table of contents, such as ``book/intro``.
"""

import argparse
import sys
from pathlib import Path
from typing import Literal

from tools import pages

WIDE, NARROW = (1280, 900), (360, 740)
LOOKS: dict[str, tuple[Literal["light", "dark"], tuple[int, int]]] = {
    "light": ("light", WIDE),
    "dark": ("dark", WIDE),
    "narrow": ("light", NARROW),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("pages", nargs="*", help="pages; all of them when none is named")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    names = [f"{name.removesuffix('.html')}.html" for name in options.pages] or pages.names()
    with pages.served(pages.build()) as address, pages.chromium() as browser:
        for name in names:
            for look, (scheme, (width, height)) in LOOKS.items():
                context = browser.new_context(
                    color_scheme=scheme, viewport={"width": width, "height": height}
                )
                visit = pages.open_page(context, f"{address}/{name}")
                target = (
                    options.folder / f"{name.removesuffix('.html').replace('/', '_')}-{look}.png"
                )
                visit.page.screenshot(path=target, full_page=True)
                context.close()
                print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
