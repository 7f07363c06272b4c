import io
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import rcParams
from PIL import Image

from aecourse import plots
from aecourse.errors import InputError
from aecourse.plots import style

RNG = np.random.default_rng(0)
PICTURES = RNG.random((12, 8, 8, 1))
STAND_IN = SimpleNamespace(is_stand_in=True)
REAL = SimpleNamespace(is_stand_in=False)


CODES, LABELS = RNG.normal(size=(40, 2)), np.arange(40) % 10


def brightness_of_the_first_value(codes):
    """Decode a code into an even image, from black at −2 to white at 2."""
    return np.ones((len(codes), 8, 8)) * ((codes[:, :1, None] + 2) / 4)


DRAW = {
    "images": lambda **common: plots.images(PICTURES, [str(i) for i in range(12)], **common),
    "reconstructions": lambda **common: plots.reconstructions(
        PICTURES, {"PCA": PICTURES * 0.5}, **common
    ),
    "image_rows": lambda **common: plots.image_rows(
        {"VAE": PICTURES[:6], "WAE": PICTURES[6:]}, **common
    ),
    "learning_curves": lambda **common: plots.learning_curves(
        {"SGD": [3.0, 2.0, 1.0]}, log=True, **common
    ),
    "points": lambda **common: plots.points_with_lines(
        [0.01, 0.1], {"SGD": [2.0, 1.0]}, xlabel="learning rate", ylabel="loss", **common
    ),
    "code_size": lambda **common: plots.error_against_code_size(
        [2, 8], {"PCA": [0.2, 0.1]}, **common
    ),
    "latent": lambda **common: plots.latent_scatter(CODES, LABELS, **common),
    "clouds": lambda **common: plots.latent_clouds(
        {"plain": CODES * 9, "VAE": CODES}, LABELS, numbers={"plain": 2.0, "VAE": 0.1}, **common
    ),
    "latent_grid": lambda **common: plots.latent_grid(
        brightness_of_the_first_value, np.linspace(-2, 2, 12), **common
    ),
    "bars": lambda **common: plots.bars_with_spread(
        {"none": [1.0, 2.0], "z-score": 0.5}, xlabel="loss", **common
    ),
    "heatmap": lambda **common: plots.heatmap(
        [[1.0, 2.0]],
        row_labels=["Adam"],
        column_labels=[0.1, 0.2],
        xlabel="learning rate",
        ylabel="optimiser",
        value_label="loss",
        **common,
    ),
    "histogram": lambda **common: plots.histogram_by_group(
        {"normal": RNG.random(30), "odd": 1 + RNG.random(9)}, xlabel="error", **common
    ),
    "weights": lambda **common: plots.weights_as_images(RNG.normal(size=(5, 64)), (8, 8), **common),
}


def draw(name, provenance=None):
    return DRAW[name](title="A finding", provenance=provenance)


def texts(figure):
    return [text.get_text() for text in figure.findobj(match=lambda a: hasattr(a, "get_text"))]


@pytest.mark.parametrize("name", list(DRAW))
def test_every_figure_is_as_wide_as_the_page_at_most_and_draws_itself_as_png(name):
    figure = draw(name)
    picture = Image.open(io.BytesIO(figure.png(sharpness=1)))
    assert 300 <= picture.width <= 720
    assert len(figure.png()) < 200_000
    assert np.asarray(picture.convert("L")).std() > 3  # something is drawn


@pytest.mark.parametrize("name", list(DRAW))
def test_every_figure_carries_its_title_and_an_alt_text_that_starts_with_it(name):
    figure = draw(name)
    assert "A finding" in texts(figure)
    assert figure.alt.startswith("A finding. ")
    assert len(figure.alt) > 30


@pytest.mark.parametrize("name", list(DRAW))
def test_a_stand_in_is_stamped_on_the_figure_and_real_data_is_not(name):
    assert "Stand-in data" in texts(draw(name, STAND_IN))
    assert "stand-in data" in draw(name, STAND_IN).alt
    assert "Stand-in data" not in texts(draw(name, REAL))


def test_the_output_of_a_cell_stores_alt_text_and_size_beside_the_picture():
    figure = plots.images(PICTURES, title="A finding", alt="Twelve grey squares.")
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == "Figure: Twelve grey squares."
    assert metadata["image/png"]["alt"] == "Twelve grey squares."
    assert metadata["image/png"]["width"] == round(figure.get_size_inches()[0] * 100)


def test_drawing_a_figure_leaves_the_settings_of_matplotlib_and_pyplot_alone():
    import matplotlib.pyplot as plt

    before = dict(rcParams)
    for name in DRAW:
        draw(name)
    assert dict(rcParams) == before
    assert plt.get_fignums() == []


def test_show_refuses_a_figure_without_alt_text():
    with pytest.raises(InputError, match="alt text"):
        plots.show(plots.new_figure(height=2))


def test_show_displays_the_figure_with_the_alt_text_given(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    plots.show(plots.new_figure(height=2), alt="An empty figure.")
    assert shown[0].alt == "An empty figure."


def test_ten_groups_differ_in_colour_and_in_marker():
    assert len({style.colour(i) for i in range(10)}) == 10
    assert len({style.marker(i) for i in range(10)}) == 10
    assert len({str(style.line_style(i)) for i in range(6)}) == 6


@pytest.mark.parametrize(
    "x", [PICTURES, PICTURES[..., 0], PICTURES.reshape(12, 64), RNG.random((12, 8, 8, 3))]
)
def test_images_are_drawn_from_every_usual_shape(x):
    drawn = [axes for axes in plots.images(x).axes if axes.images]
    assert len(drawn) == 12
    assert drawn[0].images[0].get_array().shape[:2] == (8, 8)


def test_whole_numbers_to_255_and_fractions_draw_the_same_picture():
    whole = (PICTURES * 255).astype(np.uint8)
    a = plots.images(whole).axes[0].images[0].get_array()
    b = plots.images(whole / 255.0).axes[0].images[0].get_array()
    np.testing.assert_allclose(a, b)


def test_reconstruction_errors_are_measured_before_clipping():
    figure = plots.reconstructions(np.zeros((2, 8, 8)), {"linear": np.full((2, 64), -2.0)})
    assert "linear\nMSE 4" in texts(figure)


def test_rows_of_images_are_drawn_in_order_with_their_names_and_the_columns_titles():
    rows = {"first": np.zeros((3, 8, 8)), "second": np.ones((3, 8, 8))}
    figure = plots.image_rows(rows, ["a", "b", "c"])
    assert {"first", "second", "a", "b", "c"} <= set(texts(figure))
    drawn = [axes.images[0].get_array().mean() for axes in figure.axes]
    assert drawn == [0, 0, 0, 1, 1, 1]
    assert figure.alt == "Rows of 3 images: first, second. Columns: a, b, c."


def test_clouds_share_axes_that_hold_the_widest_cloud_and_the_prior_or_have_their_own():
    clouds = {"wide": np.array([[40.0, 0.0]]), "narrow": np.array([[0.1, 0.1]])}
    shared = plots.latent_clouds(clouds, [0]).axes
    assert shared[0].get_xlim() == shared[1].get_xlim() == shared[1].get_ylim()
    assert shared[1].get_xlim()[1] > 40
    wide, narrow = plots.latent_clouds(clouds, [0], same_axes=False).axes
    assert wide.get_xlim()[1] > 40
    assert 3 < narrow.get_xlim()[1] < 4


def test_each_cloud_has_circles_at_one_two_and_three_standard_deviations():
    axes = plots.latent_clouds({"VAE": CODES}, LABELS).axes[0]
    radii = [np.linalg.norm(line.get_xydata(), axis=1) for line in axes.lines]
    np.testing.assert_allclose(radii, np.repeat([[1], [2], [3]], 181, axis=1))


def test_each_cloud_tells_its_number():
    figure = plots.latent_clouds(
        {"VAE": CODES, "WAE": CODES}, LABELS, numbers={"VAE": 0.5, "WAE": 2}, number_label="MMD"
    )
    assert {"VAE\nMMD 0.5", "WAE\nMMD 2"} <= set(texts(figure))
    assert "VAE (MMD 0.5), WAE (MMD 2)" in figure.alt


def test_a_decoded_grid_has_each_image_where_its_code_lies():
    def from_left_and_up(codes):
        return np.ones((len(codes), 2, 3)) * ((codes[:, 0] + 10 * codes[:, 1]) / 100)[:, None, None]

    figure = plots.latent_grid(from_left_and_up, [1, 2, 3], [4, 5])
    drawn = figure.axes[0].images[0].get_array()[::2, ::3] * 100  # one pixel of each image
    np.testing.assert_allclose(drawn, [[51, 52, 53], [41, 42, 43]])
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["5", "4"]
    assert list(figure.axes[0].get_xticks()) == [1, 4, 7]


def test_a_curve_shows_the_mean_and_the_band_from_lowest_to_highest_seed():
    axes = plots.learning_curves({"SGD": [[2.0, 1.0], [4.0, 3.0]]}, first=0).axes[0]
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[0, 3], [1, 2]])
    corners = axes.collections[0].get_paths()[0].vertices
    assert corners[:, 1].min() == 1
    assert corners[:, 1].max() == 4


def test_a_diverging_run_is_drawn_as_far_as_it_goes_and_the_alt_text_says_so():
    figure = plots.learning_curves({"SGD": [1.0, 10.0, np.inf]}, log=True)
    assert "SGD diverges" in figure.alt
    figure.png()


def test_the_network_diagram_names_the_narrowest_layer_the_code():
    figure = plots.network_diagram([784, 256, 32, 256, 784])
    assert "code 32" in figure.alt
    assert {"input", "code", "output", "784", "encoder", "decoder"} <= set(texts(figure))


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: plots.images(np.zeros((3, 7))), r"\(3, 7\)"),
        (lambda: plots.images(np.zeros((0, 8, 8))), "non-empty"),
        (lambda: plots.images(np.full((1, 8, 8), np.nan)), "NaN"),
        (lambda: plots.images(np.array(["a"])), "numeric"),
        (lambda: plots.images(PICTURES, ["one"]), "1 entries"),
        (lambda: plots.images(PICTURES, columns=0), "columns"),
        (lambda: plots.reconstructions(PICTURES, {}), "empty"),
        (lambda: plots.reconstructions(PICTURES, {"a": PICTURES[:3]}), "shape"),
        (lambda: plots.image_rows({}), "empty"),
        (lambda: plots.image_rows({"a": PICTURES, "b": PICTURES[:3]}), r"rows\['b'\]"),
        (lambda: plots.image_rows({"a": PICTURES}, ["one"]), "1 entries"),
        (lambda: plots.learning_curves({}), "non-empty"),
        (lambda: plots.learning_curves({"a": [[1.0], [1.0, 2.0]]}), "numbers"),
        (lambda: plots.learning_curves({"a": np.zeros((1, 1, 1))}), "seeds"),
        (
            lambda: plots.points_with_lines([1, 2], {"a": [1.0]}, xlabel="x", ylabel="y"),
            "give one for each",
        ),
        (lambda: plots.error_against_code_size([0, 2], {"a": [1.0, 2.0]}), "positive"),
        (lambda: plots.latent_scatter(np.zeros((4, 3)), np.zeros(4, int)), r"\(n, 2\)"),
        (lambda: plots.latent_scatter(np.zeros((4, 2)), np.zeros(4)), "whole numbers"),
        (lambda: plots.latent_scatter(np.zeros((2, 2)), [0, 7], ["only"]), "class_names"),
        (lambda: plots.latent_clouds({}, []), "empty"),
        (lambda: plots.latent_clouds({"a": np.zeros((4, 3))}, [0] * 4), r"\(n, 2\)"),
        (lambda: plots.latent_clouds({"a": CODES, "b": CODES[:3]}, LABELS), "40 entries"),
        (lambda: plots.latent_clouds({"a": CODES}, LABELS, numbers={"b": 1.0}), "'a'"),
        (lambda: plots.latent_grid(brightness_of_the_first_value, [[1.0]]), "across"),
        (lambda: plots.latent_grid(lambda codes: PICTURES, [1.0, 2.0]), "12 entries"),
        (lambda: plots.bars_with_spread({}, xlabel="x"), "empty"),
        (lambda: plots.histogram_by_group({"a": []}, xlabel="x"), "empty"),
        (lambda: plots.histogram_by_group({}, xlabel="x"), "empty"),
        (lambda: plots.histogram_by_group({"a": [0.0, 1.0]}, xlabel="x", log_x=True), "positive"),
        (lambda: plots.weights_as_images(np.zeros((2, 63)), (8, 8)), r"\(n, 64\)"),
        (lambda: plots.network_diagram([4, 2]), "three layers"),
        (lambda: plots.network_diagram([4, 2, 4], ["a"]), "1 entries"),
        (
            lambda: plots.heatmap(
                [[np.nan]],
                row_labels=["a"],
                column_labels=["b"],
                xlabel="x",
                ylabel="y",
                value_label="v",
            ),
            "finite",
        ),
    ],
)
def test_input_that_cannot_be_drawn_is_refused_with_the_reason(attempt, message):
    with pytest.raises(InputError, match=message):
        attempt()


def test_a_stored_picture_has_a_palette_and_keeps_its_colours() -> None:
    figure = plots.learning_curves({"a": [3.0, 2.0, 1.5], "b": [3.0, 1.0, 0.2]}, title="Two curves")
    stored = Image.open(io.BytesIO(figure.png()))
    full = io.BytesIO()
    figure.savefig(full, format="png", dpi=150)
    gap = np.asarray(stored.convert("RGB"), float) - np.asarray(Image.open(full).convert("RGB"))
    assert stored.mode == "P"
    assert np.abs(gap).max() < 20
    assert np.abs(gap).mean() < 1
