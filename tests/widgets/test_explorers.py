import base64
import json
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib.axes import Axes
from samples import (
    cloud_explorer,
    convolutional_explorer,
    decoder_explorer,
    descent_explorer,
    line_explorer,
    listed_numbers,
    recommendation_explorer,
    setting_explorer,
    threshold_explorer,
    words_explorer,
)

from aecourse import metrics
from aecourse.errors import InputError
from aecourse.widgets import (
    DecoderExplorer,
    DescentExplorer,
    LineExplorer,
    RecommendationExplorer,
    TransposedConvolution,
    decoder_layers,
)

ALL = [
    decoder_explorer,
    convolutional_explorer,
    line_explorer,
    descent_explorer,
    setting_explorer,
    cloud_explorer,
    threshold_explorer,
    words_explorer,
    recommendation_explorer,
]


def stored_bytes(explorer):
    """Return how much an explorer adds to a notebook: its state and its still picture."""
    state = {
        name: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for name, value in explorer.get_state().items()
        if isinstance(value, (bytes, str, list, dict, int, float))
    }
    output, _ = explorer._repr_mimebundle_()
    return len(json.dumps(state)) + len(json.dumps(output))


def test_decode_is_the_network_computed_by_hand():
    layers = [(np.array([[1.0, -2.0]]), np.array([0.5, 0.0])), (np.ones((2, 4)), np.zeros(4))]
    explorer = DecoderExplorer(layers, ["relu", "sigmoid"], image_shape=(2, 2))
    expected = 1 / (1 + np.exp(-(3.0 + 0.5 + 0.0)))
    np.testing.assert_allclose(explorer.decode([3.0]), np.full((2, 2), expected), atol=1e-6)


def test_a_transposed_convolution_adds_its_kernel_at_every_input_pixel():
    kernel = np.arange(1.0, 10.0).reshape(3, 3, 1, 1)
    layer = TransposedConvolution(kernel, np.array([0.5]), (1, 2), (2, 4))
    explorer = DecoderExplorer([layer], ["linear"], image_shape=(2, 4))
    # Two kernels two pixels apart share a column; what falls off at the bottom and right is cut.
    expected = [[1, 2, 3 + 10, 20], [4, 5, 6 + 40, 50]]
    np.testing.assert_allclose(explorer.decode([1.0, 10.0]), np.add(expected, 0.5))


def test_the_linear_decoder_of_pca_gives_back_the_training_data_of_full_rank():
    x = np.random.default_rng(0).random((30, 4))
    mean = x.mean(axis=0)
    components = np.linalg.svd(x - mean)[2]
    codes = (x - mean) @ components.T
    explorer = DecoderExplorer(
        [(components, mean)], ["linear"], codes, image_shape=(2, 2), precision="float32"
    )
    np.testing.assert_allclose(explorer.decode(codes[7]).ravel(), x[7], atol=1e-5)


def test_half_precision_halves_the_bytes_and_hardly_changes_the_image():
    half, whole = decoder_explorer(precision="float16"), decoder_explorer(precision="float32")
    assert 2 * len(half.weights) == len(whole.weights)
    difference = half.decode([0.3, -0.2]) - whole.decode([0.3, -0.2])
    assert 0 < np.abs(difference).max() < 0.01


def test_a_large_cloud_of_codes_is_thinned_to_a_thousand_with_labels_in_step():
    codes = np.random.default_rng(0).normal(size=(5000, 2))
    labels = (codes[:, 0] > 0).astype(int)
    explorer = decoder_explorer(codes=codes, labels=labels, class_names=None)
    kept = np.frombuffer(explorer.codes, "<f4").reshape(-1, 2)
    assert kept.shape == (1000, 2)
    np.testing.assert_array_equal(kept[:, 0] > 0, np.array(explorer.labels) == 1)


def test_the_first_code_is_a_typical_member_of_the_first_class():
    codes = np.array([[0.0, 0.0], [0.2, 0.1], [0.4, 0.0], [5.0, 5.0], [6.0, 6.0]])
    explorer = decoder_explorer(codes=codes, labels=[2, 2, 2, 1, 1], class_names=None)
    assert explorer.code in ([5.0, 5.0], [6.0, 6.0])
    np.testing.assert_allclose(decoder_explorer(codes=codes, labels=None).code, [0.4, 0.0])


def test_a_start_outside_the_codes_is_moved_to_the_edge():
    explorer = decoder_explorer(start=[99.0, 0.0])
    assert explorer.code == [explorer.ranges[0][1], 0.0]


def test_a_notebook_with_a_usual_decoder_stays_below_the_budget():
    rng = np.random.default_rng(0)
    widths = [2, 64, 256, 784]
    layers = [(rng.normal(size=(a, b)), rng.normal(size=b)) for a, b in pairwise(widths)]
    codes, labels = rng.normal(size=(60_000, 2)), rng.integers(0, 10, 60_000)
    explorer = DecoderExplorer(layers, ["relu", "relu", "sigmoid"], codes, labels)
    assert stored_bytes(explorer) < 1_000_000


def test_a_convolutional_decoder_takes_a_tenth_of_the_room_of_a_dense_one():
    assert len(convolutional_explorer().weights) < 40_000


def test_layers_are_read_from_a_model_and_passing_layers_left_out():
    def layer(kind, **attributes):
        return type(kind, (), {"name": kind.lower(), **attributes})()

    def dense(a, b, activation):
        weights = [np.ones((a, b)), np.zeros(b)]
        return layer(
            "Dense",
            use_bias=True,
            get_weights=lambda self: weights,
            activation=SimpleNamespace(__name__=activation),
        )

    model = SimpleNamespace(
        layers=[
            layer("InputLayer"),
            dense(2, 3, "relu"),
            dense(3, 4, "linear"),
            layer("Activation", activation=SimpleNamespace(__name__="sigmoid")),
            layer("Reshape", target_shape=(2, 2, 1)),
        ]
    )
    weights, activations = decoder_layers(model)
    assert [kernel.shape for kernel, _ in weights] == [(2, 3), (3, 4)]
    assert activations == ["relu", "sigmoid"]
    with pytest.raises(InputError, match="Conv2D"):
        decoder_layers(SimpleNamespace(layers=[layer("Conv2D")]))


def test_no_angle_has_a_smaller_error_than_the_best_one():
    explorer = line_explorer()
    errors = [explorer.error(angle) for angle in np.linspace(0, 180, 721)]
    assert explorer.error(explorer.best_angle) <= min(errors) + 1e-12
    assert explorer.best_angle == pytest.approx(30, abs=5)


def test_projecting_twice_changes_nothing_and_errors_across_and_along_add_up():
    explorer = line_explorer()
    projected = explorer.projections(70)
    again = LineExplorer(projected).projections(70)
    np.testing.assert_allclose(again, projected, atol=1e-5)
    total = explorer.error(70) + explorer.error(160)
    assert total == pytest.approx(explorer.error(5) + explorer.error(95))


def test_gradient_descent_is_stable_up_to_two_over_the_largest_curvature():
    explorer = descent_explorer(condition=20.0)
    assert explorer.losses(learning_rate=0.099)[-1] < explorer.losses()[0]
    assert explorer.losses(learning_rate=0.101, steps=200)[-1] > explorer.losses()[0]


def test_scaling_makes_a_straight_valley_round_and_one_step_enough():
    explorer = descent_explorer(condition=100.0, scaled=True, learning_rate=1.0)
    assert explorer.condition_number() == pytest.approx(1)
    np.testing.assert_allclose(explorer.path()[1], 0, atol=1e-12)


def test_scaling_does_not_mend_correlation():
    explorer = descent_explorer(condition=25.0, correlated=True)
    assert explorer.condition_number() == pytest.approx(25)
    assert 5 < explorer.condition_number(scaled=True) < 25


def test_scaling_does_not_change_the_loss_at_the_start():
    explorer = descent_explorer(correlated=True)
    assert explorer.losses(scaled=True)[0] == pytest.approx(explorer.losses()[0])


def test_adams_first_step_is_as_long_as_the_learning_rate_in_each_weight():
    path = descent_explorer(optimiser="Adam", learning_rate=0.1).path()
    np.testing.assert_allclose(np.abs(path[1] - path[0]), 0.1, rtol=1e-6)


def test_momentum_is_faster_than_gradient_descent_in_a_long_valley():
    explorer = descent_explorer(condition=100.0, learning_rate=0.015, steps=100)
    assert explorer.losses(optimiser="momentum")[-1] < 0.1 * explorer.losses()[-1]


def test_a_diverging_walk_ends_before_it_overflows():
    path = descent_explorer(learning_rate=3.0, condition=100.0, steps=200).path()
    assert len(path) < 20
    assert np.isfinite(path).all()


def test_images_and_weights_are_kept_to_the_accuracy_of_a_byte():
    rng = np.random.default_rng(0)
    images, weights = rng.random((4, 3, 5, 4)), rng.normal(size=(4, 2, 3, 3))
    explorer = setting_explorer(images={"image": images}, weights={"weight": weights})
    shown = explorer.images_at(2.0)
    np.testing.assert_allclose(shown["image"], images[2], atol=0.5 / 255)
    largest = np.abs(weights[2]).max()
    np.testing.assert_allclose(shown["weight"], weights[2], atol=0.5 * largest / 127 + 1e-12)
    assert np.abs(shown["weight"]).max() == pytest.approx(largest)


def test_a_row_of_zero_weights_stays_zero():
    explorer = setting_explorer(weights={"dead units": np.zeros((4, 2, 3, 3))})
    assert not explorer.images_at(1.0)["dead units"].any()


def test_a_row_that_stays_is_stored_once_and_shown_at_every_value():
    image = np.random.default_rng(0).random((6, 5, 4))
    explorer = setting_explorer(images={"original": image}, weights=None)
    assert len(explorer.pixels) == image.size
    for value in explorer.values:
        np.testing.assert_allclose(explorer.images_at(value)["original"], image, atol=0.5 / 255)


def test_the_numbers_of_several_seeds_are_averaged_and_their_band_kept():
    explorer = setting_explorer(numbers={"error": [[1.0, 2, 3, 4], [3.0, 2, 5, 0]]})
    assert explorer.numbers_at(2.0) == {"error": 4.0}
    assert explorer.numbers[0]["low"] == [1.0, 2.0, 3.0, 0.0]
    assert explorer.numbers[0]["high"] == [3.0, 2.0, 5.0, 4.0]


def test_a_setting_starts_at_the_value_nearest_to_the_one_asked_for():
    assert setting_explorer().value == 0.5
    assert setting_explorer(start=1.9).value == 2.0


def test_rows_of_images_share_the_longest_line_that_fits():
    rows = {"six": np.zeros((6, 5, 4)), "twenty": np.zeros((20, 5, 4))}
    assert setting_explorer(images=rows, weights=None).columns == 6
    assert (
        setting_explorer(images={"ten": np.zeros((10, 5, 4)), **rows}, weights=None).columns == 10
    )


def test_usual_explorers_of_a_setting_and_of_clouds_take_a_fifth_of_a_notebook():
    rng = np.random.default_rng(0)
    rows = {"original": (8, 28, 28), **{f"row {i}": (7, 8, 28, 28) for i in range(3)}}
    setting = setting_explorer(
        values=np.arange(1, 8),
        images={name: rng.random(shape) for name, shape in rows.items()},
        numbers={"error": rng.random(7)},
        weights=None,
    )
    assert stored_bytes(setting) < 350_000
    cloud = cloud_explorer(
        codes={str(i): rng.normal(size=(10, 2000, 2)) for i in range(4)},
        labels=rng.integers(0, 10, 2000),
        epochs=range(10),
        class_names=None,
        numbers=None,
    )
    assert stored_bytes(cloud) < 350_000


def test_a_large_cloud_is_thinned_to_the_same_samples_of_every_model_and_epoch():
    codes = np.random.default_rng(0).normal(size=(4, 2000, 2))
    labels = (codes[0, :, 0] > 0).astype(int)
    explorer = cloud_explorer(
        codes={"a": codes, "b": codes + 1}, labels=labels, class_names=None, numbers=None
    )
    first, second = explorer.codes_at(0).values()
    assert first.shape == (500, 2)
    np.testing.assert_allclose(second, first + 1, atol=3e-3)
    np.testing.assert_array_equal(first[:, 0] > 0, np.array(explorer.labels) == 1)


def test_codes_and_numbers_follow_the_epoch():
    codes = np.arange(4.0).reshape(4, 1, 1) * np.ones((4, 40, 2))
    explorer = cloud_explorer(codes={"plain": -codes, "VAE": codes})
    assert explorer.epoch == 20
    assert (explorer.codes_at(5)["VAE"] == 2).all()
    assert (explorer.codes_at(5)["plain"] == -2).all()
    assert explorer.numbers_at(5) == {"plain": 5.0, "VAE": 0.2}
    assert cloud_explorer(numbers=None).numbers_at(5) == {}


def test_a_threshold_has_the_outcome_that_the_measures_give():
    labels, scores, losses = [0, 1, 0, 1, 0], [1.0, 2.0, 3.0, 4.0, 5.0], [9, 70, 9, 30, 9]
    explorer = threshold_explorer(labels=labels, scores=scores, losses=losses, prevalence=0.01)
    told = explorer.outcome(2.0, 7.0)
    counts = [told[name] for name in metrics.Confusion._fields]
    assert counts == [1, 2, 1, 1]
    assert (told["precision"], told["recall"]) == (pytest.approx(1 / 3), 0.5)
    assert told["precision_at_prevalence"] == pytest.approx(
        metrics.confusion_at(labels, scores, 2.0).precision_at_prevalence(0.01)
    )
    assert told["cost"] == 70 + 2 * 7
    assert "precision_at_prevalence" not in threshold_explorer(prevalence=None).outcome(2.0, 7.0)


def test_no_threshold_is_cheaper_than_the_cheapest():
    explorer = threshold_explorer()
    for alarm in (5.0, 50.0, 500.0):
        least = explorer.outcome(explorer.cheapest(alarm), alarm)["cost"]
        others = [explorer.outcome(t, alarm)["cost"] for t in np.linspace(*explorer.span, 300)]
        assert least <= min(others)


def test_the_bars_hold_every_score_on_both_kinds_of_axis():
    for log in (False, True):
        bars = threshold_explorer(log=log).bars
        assert (sum(bars["normal"]), sum(bars["anomalies"])) == (300, 30)
        assert len(bars["edges"]) == len(bars["normal"]) + 1


def test_a_threshold_starts_where_a_hundredth_of_the_normal_scores_lie_above():
    explorer = threshold_explorer()
    assert explorer.outcome(explorer.threshold, 5.0)["false_positives"] <= 3
    assert threshold_explorer(start=2.5).threshold == 2.5


def test_twenty_thousand_scores_take_a_sixth_of_a_notebook():
    rng = np.random.default_rng(0)
    labels = np.arange(20_000) % 50 == 0
    explorer = threshold_explorer(
        labels=labels.astype(int), scores=rng.normal(size=20_000), losses=rng.random(20_000)
    )
    assert stored_bytes(explorer) < 250_000


def test_the_words_of_a_text_are_told_apart_as_the_tokeniser_does():
    known, unknown = words_explorer().known(
        "Don\u2019t! CAFE\u0301, w1 w1 stranger \U0001f600\U0001f601"
    )
    assert known == ["don't", "caf\u00e9", "w1", "\U0001f600"]
    assert unknown == ["stranger", "\U0001f601"]


def test_what_stands_beside_a_word_is_the_network_computed_by_hand():
    # One number in the code: w0 and w1 go together, w2 against them.
    explorer = words_explorer(
        words=["w0", "w1", "w2"],
        rarity=[2.0, 1.0, 1.0],
        halves=(([[1.0], [1.0], [-1.0]], [0.0]), ([[3.0, 4.0, -1.0]], [0.0, 0.0, 1.0])),
        activation="linear",
        examples=["w0"],
    )
    assert explorer.beside("w0") == pytest.approx({"w1": 0.8, "w2": 0.0})
    assert explorer.agreement("w0") == pytest.approx(0.6)


@pytest.mark.parametrize("text", ["", "   ", "?!", "stranger", "\u5f88\u597d", "\U0001f601"])
def test_where_no_word_is_known_nothing_is_expected(text):
    explorer = words_explorer()
    assert explorer.beside(text) == {}
    assert explorer.agreement(text) == 0


def test_fifteen_hundred_words_take_a_fifth_of_a_notebook():
    rng = np.random.default_rng(0)
    explorer = words_explorer(
        words=[f"word{place}" for place in range(1_500)],
        rarity=np.ones(1_500),
        halves=(
            (rng.normal(size=(1_500, 32)), np.zeros(32)),
            (rng.normal(size=(32, 1_500)), np.zeros(1_500)),
        ),
        examples=["word1"],
    )
    assert stored_bytes(explorer) < 350_000


def test_a_linear_list_adds_up_weights_and_names_the_largest():
    linear = np.array([[0, 0, 0.5, 0.25], [0, 0, 0.25, 0.5], [0, 0, 0, 0], [0, 0, 0, 0]])
    explorer = recommendation_explorer(
        titles="abcd",
        popularity=[0.5, 0.5, 0.5, 0.25],
        linear=linear,
        encoder=(np.zeros((4, 1)), np.zeros(1)),
        decoder=(np.zeros((1, 4)), np.log([1.0, 1, 4, 2])),
        start=["a"],
    )
    plain = explorer.lists([0, 1])["EASE"]
    assert plain.places.tolist() == [2, 3]
    np.testing.assert_allclose(np.exp(plain.scores), [0.75, 0.75])
    assert plain.reasons == [[0, 1], [1, 0]]
    tilted = explorer.lists([0, 1], tilt=1.0)["EASE"]
    assert tilted.places.tolist() == [3, 2]
    np.testing.assert_allclose(np.exp(tilted.scores), [0.75 / 0.25, 0.75 / 0.5])
    # Its weights are all 0, so the autoencoder knows popularity alone, and has no reasons.
    network = explorer.lists([0, 1])["Mult-DAE"]
    np.testing.assert_allclose(np.exp(network.scores), [0.5, 0.25], atol=1e-3)
    assert network.reasons == [[], []]


def test_the_network_of_the_explorer_is_the_models():
    explorer = recommendation_explorer()
    into, inner, out, outer = explorer._network
    row = np.zeros(30)
    row[[3, 11]] = 1 / np.sqrt(2)
    logits = np.tanh(row @ into + inner) @ out + outer
    probability = np.exp(logits) / np.exp(logits).sum()
    found = explorer.lists([3, 11])["Mult-DAE"]
    np.testing.assert_allclose(np.exp(found.scores), probability[found.places])


def test_what_is_ticked_is_never_listed_and_without_ticks_there_is_no_list():
    explorer = recommendation_explorer()
    rng = np.random.default_rng(0)
    for count in (1, 5, 29):
        ticked = rng.permutation(30)[:count].tolist()
        for found in explorer.lists(ticked, 0.5).values():
            assert not set(ticked) & set(found.places.tolist())
            assert {reason for named in found.reasons for reason in named} <= set(ticked)
    assert all(not len(found.places) for found in explorer.lists([]).values())
    assert listed_numbers(explorer, [], 0.0).size == 0


def test_three_hundred_films_take_half_a_megabyte():
    rng = np.random.default_rng(0)
    explorer = RecommendationExplorer(
        [f"A film with a title of the usual length, number {n} (1999)" for n in range(300)],
        np.full(300, 0.1),
        rng.normal(size=(300, 300)),
        (rng.normal(size=(300, 50)), np.zeros(50)),
        (rng.normal(size=(50, 300)), np.zeros(300)),
    )
    assert stored_bytes(explorer) < 500_000


@pytest.mark.parametrize("make", ALL)
def test_viewers_without_javascript_see_a_still_picture_with_alt_text(make):
    data, metadata = make()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert make().heading in metadata["image/png"]["alt"]
    assert "moves in JupyterLab" in data["text/plain"]


def test_numbers_below_a_logarithmic_axis_stand_apart():
    figure = setting_explorer(
        values=[2, 8, 16, 32], images={"decoded": np.ones((4, 6, 5, 4))}, weights={}
    ).figure()
    figure.canvas.draw()
    for axes in (axes for axes in figure.findobj(Axes) if axes.get_xlabel() == "β"):
        boxes = [
            label.get_window_extent()
            for minor in (False, True)
            for label in axes.get_xticklabels(minor=minor)
            if label.get_text() and axes.bbox.x0 <= label.get_window_extent().x1 <= axes.bbox.x1 + 9
        ]
        assert len(boxes) >= 3
        boxes.sort(key=lambda box: box.x0)
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


@pytest.mark.parametrize("make", ALL)
def test_the_module_imports_nothing_and_asks_nobody(make):
    source = make()._esm
    assert "export default" in source
    for word in ("import ", "fetch(", "http:", "https:", "XMLHttpRequest", "eval("):
        assert word not in source


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda: DecoderExplorer([], []), "0 layers"),
        (lambda: decoder_explorer(image_shape=(5, 5)), "25 pixels"),
        (lambda: decoder_explorer(codes=np.zeros((5, 3)), labels=None), r"\(n, 2\)"),
        (lambda: decoder_explorer(codes=np.full((60, 2), np.nan)), "NaN"),
        (lambda: decoder_explorer(labels=np.zeros(3, int)), "3 entries"),
        (lambda: decoder_explorer(labels=-np.ones(60, int), class_names=None), "from 0"),
        (lambda: decoder_explorer(codes=None), "without codes"),
        (lambda: decoder_explorer(start=[0.0]), r"\(2\)"),
        (lambda: decoder_explorer(dimension_names=["one"]), "expected 2"),
        (lambda: decoder_explorer(precision="int8"), "float16"),
        (lambda: decoder_explorer().decode([1.0, 2.0, 3.0]), r"\(2\)"),
        (
            lambda: DecoderExplorer([(np.ones((2, 4)), np.ones(4))], ["gelu"], image_shape=(2, 2)),
            "gelu",
        ),
        (
            lambda: DecoderExplorer(
                [(np.ones((2, 3)), np.ones(3)), (np.ones((4, 4)), np.ones(4))],
                ["relu", "linear"],
                image_shape=(2, 2),
            ),
            "layer 2",
        ),
        (
            lambda: DecoderExplorer(
                [(np.full((2, 4), 1e6), np.ones(4))], ["linear"], image_shape=(2, 2)
            ),
            "too large for float16",
        ),
        (
            lambda: DecoderExplorer([(np.ones((600, 784)), np.ones(784))], ["linear"]),
            "narrower",
        ),
        (
            lambda: DecoderExplorer(
                [TransposedConvolution(np.ones((3, 3, 1, 1)), np.ones(1), (2, 2), (5, 4))],
                ["linear"],
                image_shape=(5, 4),
            ),
            "4 × 4 pixels",
        ),
        (lambda: words_explorer(words=["w"] * 20), "comes twice"),
        (lambda: words_explorer(rarity=np.ones(3)), r"rarity has shape \(3,\)"),
        (lambda: words_explorer(rarity=np.full(20, 1e6)), "too large for float16"),
        (
            lambda: words_explorer(
                halves=(
                    (np.ones((20, 3)), np.full(3, 1e6)),
                    (np.ones((3, 20)), np.ones(20)),
                )
            ),
            "the encoder's bias holds 1e\\+06",
        ),
        (lambda: words_explorer(examples=[]), "at least one text"),
        (lambda: words_explorer(examples="w1"), "at least one text"),
        (lambda: words_explorer(activation="gelu"), "activation is 'gelu'"),
        (
            lambda: words_explorer(
                halves=((np.ones((20, 3)), np.ones(3)), (np.ones((2, 20)), np.ones(20)))
            ),
            r"decoder's kernel has shape \(2, 20\)",
        ),
        (
            lambda: words_explorer(
                halves=(
                    (np.ones((20, 9_000)), np.ones(9_000)),
                    (np.ones((9_000, 20)), np.ones(20)),
                )
            ),
            "fewer words",
        ),
        (lambda: setting_explorer(values=[1.0]), "two"),
        (lambda: setting_explorer(values=[1.0, 3.0, 2.0, 4.0]), "low to high"),
        (lambda: setting_explorer(values=[0.0, 1.0, 2.0, 4.0]), "logarithmic"),
        (lambda: setting_explorer(images={"a": np.zeros((3, 6, 5, 4))}), r"\(4, n"),
        (lambda: setting_explorer(images={"a": np.zeros((5, 4))}), r"\(4, n"),
        (lambda: setting_explorer(images={"a": np.full((6, 5, 4), np.nan)}), "NaN"),
        (lambda: setting_explorer(weights={"a": np.full((4, 2, 3, 3), np.inf)}), "infinite"),
        (lambda: setting_explorer(images={}, weights=None), "at least one row"),
        (lambda: setting_explorer(weights={"decoded": np.zeros((4, 2, 3, 3))}), "twice"),
        (lambda: setting_explorer(numbers={}), "one number"),
        (lambda: setting_explorer(numbers={"error": [1.0, 2.0]}), r"\(n, 4\)"),
        (lambda: setting_explorer(numbers={"error": [1.0, 2.0, np.nan, 4.0]}), "NaN"),
        (lambda: setting_explorer(images={"a": np.zeros((4, 99, 28, 28))}), "fewer images"),
        (lambda: cloud_explorer(codes={}), "0 models"),
        (
            lambda: cloud_explorer(codes={str(i): np.zeros((4, 40, 2)) for i in range(7)}),
            "7 models",
        ),
        (lambda: cloud_explorer(codes={"a": np.zeros((3, 40, 2))}), r"\(4, n, 2\)"),
        (
            lambda: cloud_explorer(codes={"a": np.zeros((4, 40, 2)), "b": np.zeros((4, 30, 2))}),
            "same n",
        ),
        (lambda: cloud_explorer(codes={"a": np.full((4, 40, 2), 1e5)}), "65,504"),
        (lambda: cloud_explorer(labels=np.zeros(3, int)), "3 entries"),
        (lambda: cloud_explorer(labels=-np.ones(40, int), class_names=None), "from 0"),
        (lambda: cloud_explorer(epochs=[0, 5, 1, 20]), "rising"),
        (lambda: cloud_explorer(numbers={"VAE": [1.0, 2.0, 3.0, 4.0]}), "'plain'"),
        (lambda: cloud_explorer(numbers={"plain": [1.0], "VAE": [1.0]}), r"\(4\)"),
        (
            lambda: cloud_explorer(
                codes={"a": np.zeros((200, 500, 2))},
                labels=np.zeros(500, int),
                epochs=range(200),
                numbers=None,
            ),
            "fewer epochs",
        ),
        (lambda: threshold_explorer(labels=np.zeros(330, int)), "all 330 labels are 0"),
        (lambda: threshold_explorer(scores=np.zeros(3)), "one score for each|one label and one"),
        (lambda: threshold_explorer(scores=np.zeros(330)), "scores that differ"),
        (lambda: threshold_explorer(scores=np.arange(330) - 5.0, log=True), "logarithmic"),
        (lambda: threshold_explorer(losses=np.zeros(3)), r"\(330\)"),
        (lambda: threshold_explorer(losses=np.full(330, -1.0)), "cannot be negative"),
        (lambda: threshold_explorer(false_alarm=0.0), "false_alarm"),
        (lambda: threshold_explorer(prevalence=1.0), "prevalence"),
        (
            lambda: threshold_explorer(
                labels=np.arange(20_001) % 2, scores=np.arange(20_001), losses=np.ones(20_001)
            ),
            "at most 20,000",
        ),
        (lambda: recommendation_explorer(titles=["Heat"]), "pass 2 to 500"),
        (lambda: recommendation_explorer(titles=["Heat"] * 30), "'Heat' occurs twice"),
        (lambda: recommendation_explorer(start=["Alien"]), "'Alien', which is not among"),
        (lambda: recommendation_explorer(popularity=np.zeros(30)), "above 0"),
        (lambda: recommendation_explorer(linear=np.zeros((30, 3))), r"\(30, 30\)"),
        (lambda: recommendation_explorer(linear=np.full((30, 30), np.nan)), "NaN"),
        (lambda: LineExplorer(np.zeros((4, 3))), r"\(n, 2\)"),
        (lambda: LineExplorer(np.ones((4, 2))), "all|same"),
        (lambda: LineExplorer(np.random.default_rng(0).random((501, 2))), "at most 500"),
        (lambda: LineExplorer("points"), "numbers"),
        (lambda: DescentExplorer(optimiser="adam"), "Adam"),
        (lambda: DescentExplorer(learning_rate=10.0), "learning_rate"),
        (lambda: DescentExplorer(start=(3.0, 0.0)), "start"),
        (lambda: DescentExplorer().path(rate=0.1), "rate"),
    ],
)
def test_input_that_cannot_be_explored_is_refused_with_the_reason(attempt, message):
    with pytest.raises(InputError, match=message):
        attempt()
