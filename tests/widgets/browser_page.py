"""An empty page with one explorer in it, in the way a notebook page puts it there."""

import base64
import json
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

# The part of a widget's model that an explorer uses (https://anywidget.dev/en/afm).
MOUNT = """async ({ source, style, state, buffers }) => {
  for (const [name, text] of Object.entries(buffers)) {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    state[name] = new DataView(bytes.buffer);
  }
  const listeners = [];
  window.model = {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      listeners.filter(([event]) => event === `change:${name}`).forEach(([, call]) => call());
    },
    save_changes() { window.saved = (window.saved ?? 0) + 1; },
    on: (event, call) => listeners.push([event, call]),
    off: (event, call) => listeners.splice(
      listeners.findIndex(([e, c]) => e === event && c === call), 1),
  };
  window.listeners = listeners;
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const blob = new Blob([source], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(blob));
  window.unmount = widget.render({ model: window.model, el: document.getElementById("here") });
  window.explorer = document.querySelector(".aecourse-explorer").explorer;
}"""

PAGE = """<!doctype html><html lang="en"{attributes}><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>An explorer</title>
<style>body {{ margin: 8px; background: {background}; }}</style></head>
<body><div id="here"></div></body></html>"""


@contextmanager
def mounted(browser: Browser, widget: Any, *, theme: str = "light", **context: Any):
    """Open a page with ``widget`` in it; fail on a script error, a warning or a request."""
    context.setdefault("viewport", {"width": 800, "height": 900})
    opened = browser.new_context(**context)
    page = opened.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("request", lambda r: None if r.url.startswith("blob:") else faults.append(r.url))
    background = "#121212" if theme == "dark" else "#ffffff"
    attributes = f' data-theme="{theme}"' if theme else ""
    page.set_content(PAGE.format(attributes=attributes, background=background))
    state = widget.get_state()
    buffers = {
        name: base64.b64encode(value).decode("ascii")
        for name, value in state.items()
        if isinstance(value, bytes)
    }
    plain = {name: state[name] for name in widget.keys if name in state and name not in buffers}
    source, style = plain.pop("_esm"), plain.pop("_css")
    plain = {name: value for name, value in plain.items() if not name.startswith("_")}
    plain.pop("layout", None)
    page.evaluate(
        MOUNT,
        json.loads(
            json.dumps({"source": source, "style": style, "state": plain, "buffers": buffers})
        ),
    )
    yield page
    opened.close()
    assert faults == []


def picture(page: Page) -> list[float]:
    """Return the numbers that the explorer draws."""
    return page.evaluate("Array.from(window.explorer.picture())")


def state(page: Page) -> dict[str, Any]:
    """Return the state that the explorer is in."""
    return page.evaluate("window.explorer.state()")


def set_state(page: Page, **changes: Any) -> None:
    """Move the explorer."""
    page.evaluate("(changes) => window.explorer.set(changes)", changes)
