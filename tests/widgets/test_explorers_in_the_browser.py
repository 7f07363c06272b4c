"""The explorers compute in the browser what Python computes, and obey the keyboard."""

import numpy as np
import pytest
from browser_page import mounted, picture, set_state, state
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

pytestmark = pytest.mark.browser

MOVED = [
    decoder_explorer,
    line_explorer,
    descent_explorer,
    setting_explorer,
    cloud_explorer,
    threshold_explorer,
    recommendation_explorer,
]
ALL = [*MOVED, words_explorer]
FIRST = ".ae-pad, input[type=range]"  # what takes the arrow keys first


# -- the same numbers as Python ------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["float16", "float32"])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_the_browser_decodes_random_codes_to_pythons_image(chromium, size, precision):
    explorer = decoder_explorer(size, precision)
    low, high = np.transpose(explorer.ranges)
    with mounted(chromium, explorer) as page:
        for code in np.random.default_rng(0).uniform(low, high, (20, size)):
            set_state(page, code=code.tolist())
            np.testing.assert_allclose(picture(page), explorer.decode(code).ravel(), atol=1e-4)


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_the_browser_decodes_by_convolutions_to_pythons_image(chromium, precision):
    explorer = convolutional_explorer(precision)
    low, high = np.transpose(explorer.ranges)
    with mounted(chromium, explorer) as page:
        for code in np.random.default_rng(0).uniform(low, high, (8, 2)):
            set_state(page, code=code.tolist())
            np.testing.assert_allclose(picture(page), explorer.decode(code).ravel(), atol=1e-4)


def test_a_convolutional_decoder_keeps_up_with_the_readers_hand(chromium):
    with mounted(chromium, convolutional_explorer()) as page:
        milliseconds = page.evaluate("""() => Array.from({ length: 15 }, (_, i) => {
          const start = performance.now();
          window.explorer.set({ code: [0.1 * i, 0] });
          return performance.now() - start;
        })""")
    assert np.median(milliseconds) < 1000 / 15  # 15 pictures a second


def test_the_browser_projects_and_measures_as_python_does_at_random_angles(chromium):
    explorer = line_explorer()
    with mounted(chromium, explorer) as page:
        for angle in np.random.default_rng(0).uniform(0, 180, 20):
            set_state(page, angle=angle)
            np.testing.assert_allclose(
                picture(page), explorer.projections(angle).ravel(), atol=1e-4
            )
            assert state(page)["error"] == pytest.approx(explorer.error(angle), abs=1e-4)
        assert state(page)["bestAngle"] == pytest.approx(explorer.best_angle, abs=1e-4)


def test_the_browser_walks_pythons_path_for_random_settings(chromium):
    explorer = descent_explorer()
    rng = np.random.default_rng(0)
    with mounted(chromium, explorer) as page:
        for trial in range(24):
            settings = {
                "optimiser": ["gradient descent", "momentum", "Adam"][trial % 3],
                "learning_rate": float(10 ** rng.uniform(-3, 0.4)),
                "condition": float(rng.uniform(1, 100)),
                "correlated": bool(rng.random() < 0.5),
                "scaled": bool(rng.random() < 0.5),
                "steps": int(rng.integers(10, 200)),
                "start": rng.uniform(-2, 2, 2).tolist(),
            }
            set_state(page, **settings)
            path = explorer.path(**settings)
            np.testing.assert_allclose(
                np.reshape(picture(page), (-1, 2)), path, rtol=1e-4, atol=1e-4
            )


def test_the_browser_shows_pythons_images_and_numbers_at_every_value(chromium):
    explorer = setting_explorer()
    with mounted(chromium, explorer) as page:
        for value in explorer.values:
            set_state(page, value=value)
            images = [rows.ravel() for rows in explorer.images_at(value).values()]
            expected = np.concatenate([*images, list(explorer.numbers_at(value).values())])
            np.testing.assert_allclose(picture(page), expected, atol=1e-4)


def test_the_browser_shows_pythons_codes_and_numbers_at_every_epoch(chromium):
    explorer = cloud_explorer()
    with mounted(chromium, explorer) as page:
        for epoch in explorer.epochs:
            set_state(page, epoch=epoch)
            codes = [points.ravel() for points in explorer.codes_at(epoch).values()]
            expected = np.concatenate([*codes, list(explorer.numbers_at(epoch).values())])
            np.testing.assert_allclose(picture(page), expected, atol=1e-4)


@pytest.mark.parametrize("options", [{}, {"log": True, "prevalence": None}])
def test_the_browser_counts_mistakes_and_costs_as_python_does(chromium, options):
    explorer = threshold_explorer(**options)
    rng = np.random.default_rng(0)
    on_a_score = np.float32(explorer._scores[[0, 100, 329]]).tolist()  # which is not above itself
    with mounted(chromium, explorer) as page:
        for threshold in [*rng.uniform(*explorer.span, 20), *on_a_score]:
            alarm = float(f"{rng.uniform(*explorer.alarm_span):.3g}")
            set_state(page, threshold=float(threshold), false_alarm=alarm)
            expected = list(explorer.outcome(threshold, alarm).values())
            np.testing.assert_allclose(picture(page), expected, rtol=1e-6, atol=1e-4)


def test_the_button_goes_to_pythons_cheapest_threshold(chromium):
    explorer = threshold_explorer()
    with mounted(chromium, explorer) as page:
        for alarm in (5.0, 40.0, 500.0):
            set_state(page, false_alarm=alarm)
            page.get_by_role("button", name="cheapest").press("Enter")
            assert state(page)["threshold"] == pytest.approx(explorer.cheapest(alarm), abs=1e-4)


@pytest.mark.parametrize("activation", ["linear", "tanh", "relu"])
def test_the_browser_rebuilds_words_as_python_does(chromium, activation):
    explorer = words_explorer(activation=activation)
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(explorer.words, size)) for size in (1, 2, 3, 5, 20)]
    with mounted(chromium, explorer) as page:
        for text in [*texts, "Don\u2019t w5, CAFE\u0301 & stranger", "", "\u5f88\u597d \U0001f601"]:
            set_state(page, given=text)
            expected = [explorer.agreement(text), *explorer.beside(text).values()]
            np.testing.assert_allclose(picture(page), expected, atol=1e-4)
            shown = state(page)
            assert (shown["known"], shown["unknown"]) == explorer.known(text)


def test_words_can_be_chosen_written_and_added_by_the_keyboard(chromium):
    explorer = words_explorer()
    with mounted(chromium, explorer) as page:
        page.get_by_label("begin with").press("ArrowDown")
        assert state(page)["given"] == "w3"
        page.get_by_label("your words").fill("w4 stranger")
        assert "stranger" in page.locator(".ae-verdict").inner_text()
        first = next(iter(explorer.beside("w4 stranger")))
        page.get_by_role("button", name=f"add {first},").press("Enter")
        assert state(page)["given"] == f"w4 stranger {first}"
        assert page.evaluate("document.activeElement.tagName") == "BUTTON"
        page.get_by_label("your words").fill("\U0001f601")
        assert "nothing to go by" in page.locator(".ae-verdict").inner_text()
        page.wait_for_function(
            "document.querySelector('[role=status]').textContent.startsWith('No word')"
        )


def test_the_threshold_obeys_slider_picture_and_mouse(chromium):
    with mounted(chromium, threshold_explorer(start=3.0)) as page:
        page.get_by_label("threshold", exact=True).press("ArrowRight")
        by_slider = state(page)["threshold"]
        assert by_slider > 3.0
        page.locator(".ae-pad").focus()
        page.keyboard.press("Shift+ArrowLeft")
        assert state(page)["threshold"] < 3.0
        box = page.locator(".ae-pad").bounding_box()
        page.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
        assert state(page)["threshold"] > by_slider
        cells = page.locator(".ae-table td").all_inner_texts()
        assert cells[1:] == [str(int(n)) for n in np.take(picture(page), [1, 3, 2, 4])]


def test_the_browser_lists_what_python_lists(chromium):
    explorer = recommendation_explorer()
    rng = np.random.default_rng(0)
    with mounted(chromium, explorer) as page:
        for count in (0, 1, 2, 7, 29):
            ticked, tilt = sorted(rng.permutation(30)[:count].tolist()), float(rng.random())
            set_state(page, ticked=ticked, tilt=tilt)
            assert state(page) == {"ticked": ticked, "tilt": tilt}
            np.testing.assert_allclose(
                picture(page), listed_numbers(explorer, ticked, tilt), rtol=1e-5, atol=1e-4
            )


def test_films_are_searched_ticked_and_unticked_by_keyboard(chromium):
    with mounted(chromium, recommendation_explorer()) as page:
        page.get_by_label("search").fill("film 2")
        assert page.locator(".ae-films label:visible").count() == 11
        page.keyboard.press("Tab")  # into the list of films: one stop, whatever its length
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Space")
        assert state(page)["ticked"] == [3, 11, 20]
        assert page.locator(".ae-list").first.inner_text().count("because you liked") > 0
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # the first of the ticked films
        assert state(page)["ticked"] == [11, 20]
        page.get_by_role("button", name="Untick all").press("Enter")
        assert state(page)["ticked"] == []
        assert "Nothing is ticked" in page.locator(".ae-verdict").inner_text()
        page.get_by_label("search").fill("zzz")
        assert "0 of 30 films" in page.locator(".ae-caption").first.inner_text()


def test_a_row_of_small_images_is_drawn_line_by_line_and_weights_by_their_sign(chromium):
    grey = np.arange(7)[:, None, None] / 10 * np.ones((7, 2, 2))
    signed = np.broadcast_to([-1.0, 0.0, 0.5, 1.0, -0.5], (2, 2, 5)).T[None] * np.ones((2, 1, 1, 1))
    explorer = setting_explorer(
        values=[1, 2], images={"grey": grey}, weights={"signed": signed}, numbers={"error": [1, 2]}
    )
    assert explorer.columns == 7
    with mounted(chromium, explorer) as page:
        drawn, coloured = page.evaluate("""() => [...document.querySelectorAll(".ae-row")].map(
          (canvas) => {
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, 1);
            return Array.from({ length: 7 }, (_, n) => Array.from(data.slice(16 * n, 16 * n + 4)));
          })""")
        assert page.locator(".ae-scale:visible").inner_text().split() == ["−1", "+1"]
    np.testing.assert_allclose(np.array(drawn)[:, 0], np.arange(7) * 25.5, atol=1)
    red, _, blue, _ = np.array(coloured).T
    assert (red > blue).tolist()[:5] == [False, False, True, True, False]
    assert (coloured[1], coloured[3][:3]) == ([247, 247, 247, 255], [127, 59, 8])
    assert coloured[5][3] == 0  # nothing is drawn where there is no image


def test_the_image_on_the_screen_is_the_decoded_one(chromium):
    explorer = decoder_explorer()
    with mounted(chromium, explorer) as page:
        grey = page.evaluate("""() => {
          const canvas = document.querySelector(".ae-picture");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return Array.from(data).filter((_, i) => i % 4 === 0);
        }""")
    np.testing.assert_allclose(
        np.divide(grey, 255), explorer.decode(explorer.code).ravel(), atol=3e-3
    )


# -- the keyboard --------------------------------------------------------------------------------


def test_arrow_keys_move_the_code_and_shift_moves_it_further(chromium):
    explorer = decoder_explorer()
    with mounted(chromium, explorer) as page:
        start, before = state(page)["code"], picture(page)
        page.keyboard.press("Tab")  # the plane is the first thing that takes the focus
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowUp")
        once = state(page)["code"]
        assert once[0] > start[0]
        assert once[1] > start[1]
        page.keyboard.press("Shift+ArrowLeft")
        far = state(page)["code"]
        assert once[0] - far[0] == pytest.approx(5 * (once[0] - start[0]))
        np.testing.assert_allclose(picture(page), explorer.decode(far).ravel(), atol=1e-4)
        assert picture(page) != before
        assert page.evaluate("window.saved") == 3  # a kernel, if there is one, hears of it


def test_the_code_stays_inside_the_plane(chromium):
    explorer = decoder_explorer()
    with mounted(chromium, explorer) as page:
        page.locator(".ae-pad").focus()
        for _ in range(30):
            page.keyboard.press("Shift+ArrowRight")
        assert state(page)["code"][0] == pytest.approx(explorer.ranges[0][1])


def test_arrow_keys_turn_the_line_and_it_comes_round_again(chromium):
    with mounted(chromium, line_explorer(angle=178.0)) as page:
        page.locator(".ae-pad").focus()
        page.keyboard.press("ArrowRight")
        assert state(page)["angle"] == pytest.approx(179)
        page.keyboard.press("Shift+ArrowUp")
        assert state(page)["angle"] == pytest.approx(9)


def test_the_button_turns_the_line_to_the_first_principal_axis(chromium):
    explorer = line_explorer()
    with mounted(chromium, explorer) as page:
        page.get_by_role("button", name="principal axis").press("Enter")
        assert state(page)["angle"] == pytest.approx(explorer.best_angle, abs=1e-4)
        assert state(page)["reveal"] is True


def test_arrow_keys_move_the_start_of_the_walk(chromium):
    with mounted(chromium, descent_explorer(start=(0.5, 0.5))) as page:
        page.locator(".ae-pad").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowDown")
        assert state(page)["start"] == pytest.approx([0.45, 0.25])


def test_sliders_lists_and_ticks_obey_the_keyboard(chromium):
    with mounted(chromium, descent_explorer(learning_rate=0.05)) as page:
        page.get_by_label("learning rate").press("ArrowRight")
        page.get_by_role("combobox", name="optimiser").press("ArrowDown")
        page.get_by_label("Scaled features").press("Space")
        settings = state(page)
        assert 0.05 < settings["learning_rate"] < 0.056
        assert settings["optimiser"] == "momentum"
        assert settings["scaled"] is True


def test_a_class_button_jumps_to_the_middle_of_the_class(chromium):
    explorer = decoder_explorer()
    codes = np.frombuffer(explorer.codes, "<f4").reshape(-1, 2)[np.array(explorer.labels) == 1]
    with mounted(chromium, explorer) as page:
        page.get_by_role("button", name="class bag").press("Space")
        np.testing.assert_allclose(state(page)["code"], np.sort(codes, axis=0)[10], atol=1e-6)


def test_arrow_keys_step_through_the_values_of_a_setting_and_stop_at_its_ends(chromium):
    explorer = setting_explorer()
    with mounted(chromium, explorer) as page:
        steps = []
        for key in ("ArrowRight", "ArrowUp", "ArrowRight", "ArrowRight", "ArrowLeft", "Home"):
            page.get_by_role("slider", name="β").press(key)
            steps.append(state(page)["value"])
        assert steps == [1.0, 2.0, 4.0, 4.0, 2.0, 0.5]
        assert page.get_by_role("slider", name="β").get_attribute("aria-valuetext") == "0.5"
        facts = page.locator(".ae-facts dd").all_text_contents()
        assert facts[1:] == ["9", "4"]
        assert " to " in facts[0]  # the band of three seeds


def test_each_curve_tells_its_numbers_to_screen_readers(chromium):
    with mounted(chromium, setting_explorer()) as page:
        labels = [c.get_attribute("aria-label") for c in page.locator(".ae-strip").all()]
    assert len(labels) == 2
    assert labels[1] == "KL (nats) against β: 9 at 0.5, 5 at 1, 2 at 2, 1 at 4"


def test_the_scale_of_weights_follows_the_setting(chromium):
    explorer = setting_explorer()
    with mounted(chromium, explorer) as page:
        scale = page.locator(".ae-scale:visible")
        for value in (0.5, 4.0):
            set_state(page, value=value)
            largest = np.abs(explorer.images_at(value)["weights"]).max()
            assert float(scale.inner_text().split("+")[1]) == pytest.approx(largest, rel=5e-3)


def test_clouds_share_axes_until_the_reader_wants_each_its_own(chromium):
    narrow = "document.querySelectorAll('.ae-cloud')[1].toDataURL()"
    with mounted(chromium, cloud_explorer()) as page:
        shared = page.evaluate(narrow)
        page.get_by_label("Same axes").press("Space")
        assert state(page)["same_axes"] is False
        assert page.evaluate(narrow) != shared
        page.get_by_label("Same axes").press("Space")
        assert page.evaluate(narrow) == shared


def test_playing_goes_from_the_first_epoch_to_the_last_and_stops(chromium):
    with mounted(chromium, cloud_explorer()) as page:
        play = page.locator("button")
        play.press("Enter")
        assert play.text_content() == "Pause"
        assert state(page)["epoch"] == 0
        page.wait_for_function("window.explorer.state().epoch === 20")
        assert state(page)["playing"] is False
        assert play.text_content() == "Play the training"


def test_playing_pauses_on_a_second_press_and_under_the_readers_hand(chromium):
    with mounted(chromium, cloud_explorer()) as page:
        play = page.locator("button")
        play.press("Enter")
        play.press("Enter")
        assert state(page) == {"epoch": 0, "same_axes": True, "playing": False}
        play.press("Enter")
        page.get_by_role("slider", name="epoch").press("ArrowRight")
        assert state(page)["playing"] is False


def test_a_reader_who_wants_less_motion_steps_through_the_epochs(chromium):
    with mounted(chromium, cloud_explorer(), reduced_motion="reduce") as page:
        step = page.get_by_role("button", name="Next epoch")
        seen = []
        for _ in range(5):
            step.press("Enter")
            seen.append(state(page)["epoch"])
        assert seen == [0, 1, 5, 20, 0]
        assert state(page)["playing"] is False


def test_each_cloud_says_how_much_of_it_lies_near_the_prior(chromium):
    inside = np.zeros((2, 40, 2))
    inside[1, :10] = [3.0, 0.0]
    explorer = cloud_explorer(codes={"VAE": inside}, epochs=[0, 1], numbers=None)
    with mounted(chromium, explorer) as page:
        label = page.locator(".ae-cloud").get_attribute("aria-label")
    assert label == "VAE: 40 codes at epoch 1, 75 % within two standard deviations of the prior"


@pytest.mark.parametrize("make", ALL)
def test_jupyterlab_is_asked_to_leave_the_keys_to_the_explorer(chromium, make):
    with mounted(chromium, make()) as page:
        guarded = page.locator("[data-lm-suppress-shortcuts]")
        assert guarded.locator("input, select, button, [tabindex]").count() >= 1
        assert guarded.count() == page.locator(".aecourse-explorer").count() == 1


# -- mouse and touch -----------------------------------------------------------------------------


def test_the_mouse_drags_the_code(chromium):
    with mounted(chromium, decoder_explorer()) as page:
        box = page.locator(".ae-pad").bounding_box()
        page.mouse.move(box["x"] + 80, box["y"] + 80)
        page.mouse.down()
        first = state(page)["code"]
        page.mouse.move(box["x"] + 180, box["y"] + 140)
        page.mouse.up()
        second = state(page)["code"]
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        assert second[0] > first[0]
        assert second[1] < first[1]
        assert state(page)["code"] == second  # nothing is dragged once the button is up


def test_a_finger_turns_the_line(chromium):
    with mounted(chromium, line_explorer(), has_touch=True) as page:
        box = page.locator(".ae-pad").bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] - 20, box["y"] + box["height"] / 2)
        angle = state(page)["angle"]
        assert angle < 15 or angle > 165


# -- readers of all kinds ------------------------------------------------------------------------


@pytest.mark.parametrize("make", ALL)
def test_everything_that_takes_the_focus_has_a_name(chromium, make):
    with mounted(chromium, make()) as page:
        for control in page.locator("input, select, button, [tabindex]").all():
            name = control.evaluate(
                "(e) => e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent"
            )
            assert name.strip()
        unnamed = page.locator("canvas:not([aria-label]):not([aria-hidden])")
        assert unnamed.count() == 0


@pytest.mark.parametrize("make", MOVED)
def test_a_move_is_spoken_after_a_pause(chromium, make):
    with mounted(chromium, make()) as page:
        spoken = page.locator("[role=status]")
        page.wait_for_function("document.querySelector('[role=status]').textContent")
        before = spoken.text_content()
        page.locator(FIRST).first.focus()
        for key in ("Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowUp"):  # away from either end
            page.keyboard.press(key)
        page.wait_for_function(
            "(before) => document.querySelector('[role=status]').textContent !== before",
            arg=before,
        )
        assert any(letter.isdigit() for letter in spoken.text_content())


@pytest.mark.parametrize("make", ALL)
@pytest.mark.parametrize("width", [320, 360, 800])
def test_it_fits_the_width_of_the_page(chromium, make, width):
    with mounted(chromium, make(), viewport={"width": width, "height": 700}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for canvas in page.locator("canvas.ae-canvas").all():
            assert canvas.bounding_box()["width"] >= 120


def brightness(page) -> tuple[float, float]:
    """Return the brightness of the panel's background and of its text, 0 to 1."""
    return page.evaluate("""() => ["backgroundColor", "color"].map((name) => {
      const colour = getComputedStyle(document.querySelector(".aecourse-explorer"))[name];
      const [r, g, b] = colour.match(/[0-9.]+/g).map(Number);
      return (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;
    })""")


@pytest.mark.parametrize(
    ("theme", "system", "dark"),
    [
        ("light", "light", False),
        ("dark", "light", True),
        ("light", "dark", False),
        ("", "dark", True),
        ("", "light", False),
    ],
)
def test_it_follows_the_theme_of_the_page_and_else_of_the_system(chromium, theme, system, dark):
    with mounted(chromium, line_explorer(), theme=theme, color_scheme=system) as page:
        paper, ink = brightness(page)
        assert (paper < 0.2, ink > 0.8) == (dark, dark)


def test_it_is_redrawn_when_the_reader_changes_the_theme(chromium):
    pixels = "document.querySelector('.ae-pad').toDataURL()"
    with mounted(chromium, line_explorer()) as page:
        before = page.evaluate(pixels)
        page.evaluate("document.documentElement.dataset.theme = 'dark'")
        page.wait_for_function(f"(before) => {pixels} !== before", arg=before)


def test_the_canvas_is_sharp_on_a_dense_screen(chromium):
    with mounted(chromium, line_explorer(), device_scale_factor=2) as page:
        shown, stored = page.evaluate(
            "(({ clientWidth, width }) => [clientWidth, width])(document.querySelector('.ae-pad'))"
        )
        assert stored == 2 * shown


@pytest.mark.parametrize("make", ALL)
def test_it_lets_go_of_the_model_when_it_is_removed(chromium, make):
    with mounted(chromium, make()) as page:
        page.evaluate("window.unmount()")
        assert page.evaluate("window.listeners.length") == 0


def test_a_diverging_walk_is_drawn_and_said(chromium):
    with mounted(chromium, descent_explorer(learning_rate=1.0, condition=50.0)) as page:
        assert page.locator(".ae-verdict").text_content().startswith("Diverges")
        assert page.locator(".ae-verdict").evaluate("(e) => e.classList.contains('ae-bad')")


def test_two_axes_of_a_larger_code_can_be_chosen_for_the_plane(chromium):
    with mounted(chromium, decoder_explorer(5)) as page:
        start = state(page)["code"]
        page.get_by_label("across the plane").select_option("3")
        page.locator(".ae-pad").focus()
        page.keyboard.press("ArrowRight")
        moved = np.subtract(state(page)["code"], start) != 0
        assert moved.tolist() == [False, False, False, True, False]


def test_a_decoder_without_codes_shows_no_nearest_code(chromium):
    with mounted(chromium, decoder_explorer(codes=None, labels=None, class_names=None)) as page:
        assert not page.locator(".ae-facts").is_visible()
