"""The explorers of the published pages, moved by keyboard, show what Python computes."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, JSHandle

from aecourse.widgets import (
    CloudExplorer,
    DecoderExplorer,
    DescentExplorer,
    LineExplorer,
    RecommendationExplorer,
    SettingExplorer,
    ThresholdExplorer,
    TransposedConvolution,
    WordsExplorer,
)
from tools import notebooks, pages

pytestmark = pytest.mark.browser

STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
TOLERANCE = 1e-4


def traits(model: dict[str, Any]) -> dict[str, Any]:
    """Return the traits of a stored widget, its bytes included."""
    buffers = {b["path"][0]: base64.b64decode(b["data"]) for b in model.get("buffers", [])}
    return model["state"] | buffers


def decoder(stored: dict[str, Any]) -> DecoderExplorer:
    """Build the stored decoder's twin from the bytes that the page got."""
    numbers = np.frombuffer(stored["weights"], np.dtype(stored["precision"]).newbyteorder("<"))
    layers: list[TransposedConvolution | tuple[np.ndarray, np.ndarray]] = []
    place = 0
    for layer in stored["layers"]:
        shape = tuple(layer.get("kernel_shape") or (layer["inputs"], layer["outputs"]))
        kernel = numbers[place : place + np.prod(shape)].reshape(shape)
        place += kernel.size
        bias = numbers[place : place + (shape[2] if len(shape) == 4 else shape[1])]
        place += bias.size
        if len(shape) == 4:
            sides = layer["input_shape"], layer["output_shape"], layer["stride"]
            layers.append(TransposedConvolution(kernel, bias, *sides))
        else:
            layers.append((kernel, bias))
    return DecoderExplorer(
        layers,
        [layer["activation"] for layer in stored["layers"]],
        image_shape=tuple(stored["image_shape"]),
        precision=stored["precision"],
    )


def setting(stored: dict[str, Any]) -> SettingExplorer:
    """Build the twin of a stored explorer of a setting."""
    images, weights, place = {}, {}, 0
    for row in stored["rows"]:
        kind = np.dtype(np.int8 if row["scales"] else np.uint8)
        count = int(np.prod(row["shape"]))
        levels = np.frombuffer(stored["pixels"], kind, count, place).reshape(row["shape"])
        place += count
        shown = levels if len(levels) > 1 else levels[0]
        if row["scales"]:
            scales = np.reshape(row["scales"], (-1, 1, 1, 1)) / 127
            weights[row["title"]] = (levels * scales).reshape(shown.shape)
        else:
            images[row["title"]] = shown
    numbers = {number["name"]: number["mean"] for number in stored["numbers"]}
    return SettingExplorer(stored["setting"], stored["values"], images, numbers, weights=weights)


def clouds(stored: dict[str, Any]) -> CloudExplorer:
    """Build the twin of stored clouds."""
    shape = (len(stored["models"]), len(stored["epochs"]), len(stored["labels"]), 2)
    codes = np.frombuffer(stored["clouds"], "<f2").reshape(shape)
    numbers = dict(zip(stored["models"], stored["numbers"], strict=bool(stored["numbers"])))
    return CloudExplorer(
        dict(zip(stored["models"], codes, strict=True)),
        stored["labels"],
        stored["epochs"],
        class_names=stored["class_names"],
        numbers=numbers or None,
    )


def thresholds(stored: dict[str, Any]) -> ThresholdExplorer:
    """Build the twin of a stored explorer of a threshold."""
    normal, anomalies, losses = (
        np.frombuffer(stored[name], "<f4") for name in ("normal_scores", "anomaly_scores", "losses")
    )
    return ThresholdExplorer(
        np.repeat([0, 1], [len(normal), len(anomalies)]),
        np.concatenate([normal, anomalies]),
        np.concatenate([np.zeros(len(normal)), losses]),
        prevalence=stored["prevalence"],
        log=stored["log"],
    )


def words(stored: dict[str, Any]) -> WordsExplorer:
    """Build the twin of a stored explorer of words."""
    count = len(stored["words"])
    numbers = np.frombuffer(stored["halves"], "<f2")
    size = (len(numbers) - count) // (2 * count + 1)
    into, shift, out, offset = np.split(numbers, np.cumsum([count * size, size, size * count]))
    return WordsExplorer(
        stored["words"],
        np.frombuffer(stored["rarity"], "<f2"),
        ((into.reshape(count, size), shift), (out.reshape(size, count), offset)),
        activation=stored["activation"],
        examples=stored["examples"],
    )


def recommendations(stored: dict[str, Any], state: dict[str, Any]) -> np.ndarray:
    """Return the lists of a stored explorer's twin: places, scores and first reasons."""
    items, code = len(stored["titles"]), stored["code_size"]
    network = np.frombuffer(stored["network_weights"], "<f2")
    sizes = np.cumsum([items * code, code, code * items])
    into, inner, out, outer = np.split(network, sizes)
    twin = RecommendationExplorer(
        stored["titles"],
        np.frombuffer(stored["popularity"], "<f4"),
        np.frombuffer(stored["linear_weights"], "<f2").reshape(items, items),
        (into.reshape(items, code), inner),
        (out.reshape(code, items), outer),
    )
    return np.concatenate(
        [
            [*found.places, *found.scores, *(first[0] if first else -1 for first in found.reasons)]
            for found in twin.lists(state["ticked"], state["tilt"]).values()
        ]
    )


def together(*parts: dict[str, Any]) -> np.ndarray:
    """Return all numbers of the parts, one after the other."""
    return np.concatenate([np.ravel(value) for part in parts for value in part.values()])


def expected(stored: dict[str, Any], state: dict[str, Any]) -> np.ndarray:
    """Return what Python computes for what the reader has set."""
    if "weights" in stored:
        return decoder(stored).decode(state["code"])
    if "points" in stored:
        points = np.frombuffer(stored["points"], dtype="<f4").reshape(-1, 2)
        return LineExplorer(points).projections(state["angle"])
    if "pixels" in stored:
        twin, value = setting(stored), state["value"]
        return together(twin.images_at(value), twin.numbers_at(value))
    if "clouds" in stored:
        cloud, epoch = clouds(stored), state["epoch"]
        return together(cloud.codes_at(epoch), cloud.numbers_at(epoch))
    if "losses" in stored:
        return together(thresholds(stored).outcome(state["threshold"], state["false_alarm"]))
    if "rarity" in stored:
        twin, given = words(stored), state["given"]
        return np.array([twin.agreement(given), *twin.beside(given).values()])
    if "titles" in stored:
        return recommendations(stored, state)
    settings = {name: state[name] for name in stored["settings"]}
    return DescentExplorer(**settings).path()


def explorers() -> list[tuple[str, str]]:
    """Return the page and the model of every explorer in the book."""
    found = []
    for path in notebooks.all_notebooks():
        page = str(path.relative_to(notebooks.ROOT).with_suffix(".html"))
        notebook = notebooks.read(path)
        models = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
        shown = [
            output["data"][VIEW]["model_id"]
            for cell in notebooks.code_cells(notebook)
            for output in cell["outputs"]
            if VIEW in output.get("data", {})
        ]
        found += [
            (page, name)
            for name in shown
            if name in models
            and models[name]["state"].get("_anywidget_id", "").startswith("aecourse.")
        ]
    return found


@pytest.fixture(scope="module", params=explorers(), ids=lambda e: f"{Path(e[0]).stem}-{e[1][-2:]}")
def explorer(
    request: pytest.FixtureRequest, chromium: Browser, address: str
) -> Iterator[tuple[pages.Visit, JSHandle, dict[str, Any]]]:
    """Open an explorer's page; give the page, the explorer's element and its stored traits."""
    page, name = request.param
    content = notebooks.read((notebooks.ROOT / page).with_suffix(".ipynb"))
    stored = traits(content["metadata"]["widgets"][STATE]["state"][name])
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    visit = pages.open_page(context, f"{address}/{page}")
    root = visit.page.evaluate_handle(
        """(name) => [...document.querySelectorAll(`script[type="application/"""
        """vnd.jupyter.widget-view+json"]`)].find((e) => e.textContent.includes(name))
        .parentElement.querySelector(".aecourse-explorer")""",
        name,
    )
    yield visit, root, stored
    context.close()


def shown(root: JSHandle) -> tuple[np.ndarray, dict[str, Any]]:
    """Return the numbers on the screen and what the reader has set."""
    picture, state = root.evaluate("e => [Array.from(e.explorer.picture()), e.explorer.state()]")
    return np.array(picture, dtype=float), state


def test_its_first_picture_is_pythons(explorer: tuple) -> None:
    _, root, stored = explorer
    picture, state = shown(root)
    np.testing.assert_allclose(picture, expected(stored, state).ravel(), atol=TOLERANCE)


def test_moved_by_keyboard_its_picture_is_still_pythons(explorer: tuple) -> None:
    visit, root, stored = explorer
    before, _ = shown(root)
    root.evaluate("""e => e.querySelector('[tabindex="0"], input, select').focus()""")
    moved = []
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowRight", "ArrowDown"):
        visit.page.keyboard.press(key)
        picture, state = shown(root)
        np.testing.assert_allclose(
            picture, expected(stored, state).ravel(), rtol=TOLERANCE, atol=TOLERANCE
        )
        # A short slider may be back where it was after the last key.
        moved.append(picture.shape != before.shape or np.abs(picture - before).max() > TOLERANCE)
    assert any(moved)
    assert visit.errors == []


def test_it_is_named_for_screen_readers(explorer: tuple) -> None:
    _, root, _ = explorer
    assert root.evaluate("e => e.getAttribute('aria-label') || ''")
    unnamed = root.evaluate("""e => [...e.querySelectorAll("input, select, button, [tabindex]")]
      .filter((c) => !(c.getAttribute("aria-label") || c.getAttribute("aria-labelledby")
        || c.labels?.length || c.closest("label") || c.textContent.trim()))
      .map((c) => c.outerHTML.slice(0, 80))""")
    assert unnamed == []
