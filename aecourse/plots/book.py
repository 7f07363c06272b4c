"""How a figure's alt text reaches the page: a renderer that MyST-NB finds by its entry point.

MyST-NB copies the width and the height that an output's metadata names to the page's image, but not
its alt text. This renderer does. It is registered in ``pyproject.toml`` under
``myst_nb.mime_renderers`` and imports neither MyST-NB nor matplotlib.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class AltText:
    """Renders a PNG output whose metadata holds ``alt`` to an image with that alt text."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = ()

    @staticmethod
    def handle_mime(renderer: Any, data: Any, inline: bool) -> list[Any] | None:
        """Return the image node with its alt text, or None to leave the output to MyST-NB."""
        alt = data.output_metadata.get(data.mime_type, {}).get("alt")
        if data.mime_type != "image/png" or not alt:
            return None
        rendered = renderer.render_image_inline(data) if inline else renderer.render_image(data)
        for node in rendered:
            node["alt"] = alt
        return list(rendered)
