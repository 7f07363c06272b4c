"""Drawn faces: who someone is decides the lasting features, the moment decides the rest."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 64
_FINE = 2  # drawn larger, then shrunk: smooth edges
_PEOPLE, _PICTURES = 40, 10
_TRAIN, _TEST = 1_000, 200


@dataclass(frozen=True)
class _Person:
    """Lasting features; lengths in shares of the picture's side."""

    skin: tuple[int, int, int]
    hair: tuple[int, int, int]
    width: float
    height: float
    hair_line: float
    hair_length: float
    eye_distance: float
    eye_size: float
    brow_weight: float
    nose_length: float
    mouth_width: float


@dataclass(frozen=True)
class _Moment:
    """What changes from one picture of a person to the next."""

    smile: float
    eyes_open: float
    turn: float
    tilt: float
    light: float
    ground: tuple[int, int, int]


def people() -> tuple[np.ndarray, np.ndarray]:
    """Return grey ``(400, 64, 64)`` pictures of forty people, ten of each, and who it is.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> pictures, person = synthetic.people()
    >>> pictures.shape, len(set(person.tolist()))
    ((400, 64, 64), 40)
    """
    rng = np.random.default_rng(7)
    images = []
    for _ in range(_PEOPLE):
        person = _person(rng)
        images += [_draw(person, _moment(rng, ground=(60, 60, 60)), rng) for _ in range(_PICTURES)]
    grey = np.stack(images) @ np.array([0.299, 0.587, 0.114])
    return grey.round().astype(np.uint8), np.repeat(np.arange(_PEOPLE), _PICTURES)


def faces() -> tuple[np.ndarray, np.ndarray]:
    """Return colour pictures of different people, ``(1000, 64, 64, 3)`` and ``(200, …)``.

    Examples
    --------
    >>> from aecourse.datasets import synthetic
    >>> train, test = synthetic.faces()
    >>> train.shape, test.shape
    ((1000, 64, 64, 3), (200, 64, 64, 3))
    """
    rng = np.random.default_rng(8)
    images = np.stack([_draw(_person(rng), _moment(rng), rng) for _ in range(_TRAIN + _TEST)])
    return images[:_TRAIN], images[_TRAIN:]


def _person(rng: np.random.Generator) -> _Person:
    tone = rng.uniform(0.35, 1.0)
    dark = rng.uniform(0.1, 0.9)
    return _Person(
        skin=(int(245 * tone), int(205 * tone**1.2), int(175 * tone**1.4)),
        hair=(int(200 * dark), int(160 * dark**1.3), int(90 * dark**1.6)),
        width=rng.uniform(0.26, 0.34),
        height=rng.uniform(0.34, 0.42),
        hair_line=rng.uniform(0.1, 0.22),
        hair_length=rng.uniform(0.0, 0.45),
        eye_distance=rng.uniform(0.1, 0.15),
        eye_size=rng.uniform(0.03, 0.05),
        brow_weight=rng.uniform(0.008, 0.025),
        nose_length=rng.uniform(0.08, 0.16),
        mouth_width=rng.uniform(0.08, 0.15),
    )


def _moment(rng: np.random.Generator, ground: tuple[int, int, int] | None = None) -> _Moment:
    red, green, blue = (int(value) for value in rng.integers(20, 236, size=3))
    return _Moment(
        smile=rng.uniform(-0.03, 0.06),
        eyes_open=rng.uniform(0.3, 1.0),
        turn=rng.normal(0, 0.02),
        tilt=rng.normal(0, 0.05),
        light=rng.uniform(-0.35, 0.35),
        ground=ground or (red, green, blue),
    )


def _draw(person: _Person, moment: _Moment, rng: np.random.Generator) -> np.ndarray:
    size = SIDE * _FINE
    canvas = Image.new("RGB", (size, size), moment.ground)
    pen = ImageDraw.Draw(canvas)
    _draw_head(pen, person, size)
    _draw_features(pen, person, moment, size)
    canvas = canvas.rotate(
        math.degrees(moment.tilt), Image.Resampling.BILINEAR, fillcolor=moment.ground
    )
    image = np.asarray(canvas.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)
    lit = 1 + moment.light * np.linspace(-1, 1, SIDE)[np.newaxis, :, np.newaxis]
    return np.clip(image * lit + rng.normal(0, 3, image.shape), 0, 255).astype(np.uint8)


def _draw_head(pen: ImageDraw.ImageDraw, person: _Person, size: int) -> None:
    def ellipse(x: float, y: float, w: float, h: float, fill: tuple[int, int, int]) -> None:
        pen.ellipse([(x - w) * size, (y - h) * size, (x + w) * size, (y + h) * size], fill=fill)

    wide, tall = person.width, person.height
    ellipse(0.5, 0.42, wide + 0.06, tall * 0.9, person.hair)
    if person.hair_length > 0.15:
        sides = [(0.5 - wide - 0.05) * size, 0.42 * size]
        pen.rectangle(
            [*sides, (0.5 + wide + 0.05) * size, (0.42 + person.hair_length) * size],
            fill=person.hair,
        )
    ellipse(0.5, 0.95, wide * 0.55, 0.25, person.skin)
    ellipse(0.5, 0.52, wide, tall, person.skin)
    fringe = (0.52 - tall) + person.hair_line
    pen.chord(
        [(0.5 - wide) * size, (0.52 - tall) * size, (0.5 + wide) * size,
         (fringe + person.hair_line) * size],
        180, 360, fill=person.hair,
    )  # fmt: skip


def _draw_features(pen: ImageDraw.ImageDraw, person: _Person, moment: _Moment, size: int) -> None:
    middle, ink = 0.5 + moment.turn, (35, 25, 25)
    red, green, blue = person.skin
    shadow = (int(red * 0.75), int(green * 0.7), int(blue * 0.7))
    for side in (-1, 1):
        x, y, w = middle + side * person.eye_distance, 0.48, person.eye_size
        h = w * 0.7 * moment.eyes_open
        pen.ellipse(
            [(x - w) * size, (y - h) * size, (x + w) * size, (y + h) * size], fill=(240, 240, 240)
        )
        iris = min(h, w * 0.5)
        pen.ellipse(
            [(x - iris) * size, (y - iris) * size, (x + iris) * size, (y + iris) * size], fill=ink
        )
        pen.line(
            [(x - w * 1.3) * size, (y - 0.07) * size, (x + w * 1.3) * size, (y - 0.075) * size],
            fill=person.hair,
            width=max(1, int(person.brow_weight * size)),
        )
    pen.line(
        [middle * size, 0.5 * size, (middle + 0.01) * size, (0.5 + person.nose_length) * size],
        fill=shadow,
        width=2,
    )
    _draw_mouth(pen, middle, person.mouth_width, moment.smile, size)


def _draw_mouth(
    pen: ImageDraw.ImageDraw, middle: float, half_width: float, smile: float, size: int
) -> None:
    steps = np.linspace(-1, 1, 13)
    upper = [((middle + half_width * s) * size, (0.73 - smile * s * s) * size) for s in steps]
    lower = [
        ((middle + half_width * s) * size, (0.73 - smile * s * s + 0.03 * (1 - s * s)) * size)
        for s in steps[::-1]
    ]
    pen.polygon([(float(x), float(y)) for x, y in upper + lower], fill=(165, 60, 65))
