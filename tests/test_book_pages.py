"""The pages made from recorded results, and those that must keep up with the chapters."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from aecourse.exercises import registry

ROOT = Path(__file__).parents[1]
BOOK = ROOT / "book"

sys.path.insert(0, str(BOOK / "extensions"))
import chapter_map  # noqa: E402
import recorded_results as recorded  # noqa: E402

RESULTS = recorded.read_results(BOOK)
FIGURES = yaml.safe_load((BOOK / "main_figures.yml").read_text(encoding="utf-8"))
AIMED = [(f, k) for f, entries in RESULTS.items() for k, e in entries.items() if "target" in e]


def entry(**more: Any) -> dict[str, Any]:
    return {"value": 0.5, "unit": "1", "dataset": "MNIST from the data folder, complete."} | more


def test_every_recorded_number_is_on_the_page() -> None:
    for file, entries in RESULTS.items():
        stored = json.loads((BOOK / "results" / f"{file}.json").read_text())["results"]
        families = recorded.families(entries)
        assert sorted(k for family in families.values() for k in family) == sorted(stored)
        for name, family in families.items():
            shown = recorded.folded(name, family)
            for key, one in family.items():
                assert f"<td>{key.replace('_', ' ')}</td><td>{recorded.with_spread(one)}" in shown


def test_each_part_says_how_it_was_recorded() -> None:
    known = recorded.recorders(BOOK)
    for file in RESULTS:
        sentence = recorded.recorded(file, known)
        assert ("long_runs" in sentence) == ("long_runs" in file or "adbench" in file)
        assert ("benchmarks/" in sentence) == (file in {"09_figures", "09_workers"})


@pytest.mark.parametrize(("file", "key"), AIMED)
def test_it_is_known_which_way_every_aim_points(file: str, key: str) -> None:
    assert recorded.better_is_lower(key) in (True, False)


@pytest.mark.parametrize(
    ("key", "lower"),
    [
        ("mnist_variational_32_mse", True),
        ("few_10_advantage_k_nn", False),
        ("cards_threshold_quantile_false_positive_rate", True),
        ("mnist_quantized_perplexity_share", False),
        ("cards_autoencoder_average_precision", False),
        ("top_best_autoencoder_lead_over_pure_svd", False),
        ("imdb_denoising_codes_over_lsa", False),
        ("ratings_item_autorec_rmse", True),
        ("init_to_scores_seconds", True),
        ("killed_equal_share", False),
        ("two_processes_largest_difference", True),
    ],
)
def test_an_error_is_to_be_low_and_an_accuracy_high(key: str, lower: bool) -> None:
    assert recorded.better_is_lower(key) is lower
    better, worse = (0.4, 0.6) if lower else (0.6, 0.4)
    assert recorded.met(key, entry(value=better, target=0.5))
    assert not recorded.met(key, entry(value=worse, target=0.5))
    assert "not met" in recorded.aim(key, entry(value=worse, target=0.5))


def test_an_aim_that_points_nowhere_is_noticed() -> None:
    with pytest.raises(ValueError, match="which way is better"):
        recorded.better_is_lower("mnist_size")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (4e-5, "0.00004"), (3.4e-7, "3.4 · 10⁻⁷"), (1234.0, "1,234"), (98.5, "98.5")],
)
def test_numbers_are_written_as_one_writes_them(value: float, text: str) -> None:
    assert recorded.number(value) == text


def test_a_spread_that_rounding_makes_is_none() -> None:
    assert recorded.with_spread(entry(value=0.8728000000000001, spread=1.4e-16)) == "0.8728 ± 0"
    assert recorded.with_spread(entry(value=0.8728, spread=0.0012)) == "0.8728 ± 0.0012"


def test_a_row_names_data_seeds_aim_and_what_stands_beside_it() -> None:
    results = {
        "04_long_runs": {
            "vae_mse": entry(value=0.004, spread=4e-5, seeds=[0, 1], target=0.0046),
            "pca_mse": entry(value=0.017, reference=0.02),
        }
    }
    figure = {
        "what": "Error",
        "result": "04_long_runs/vae_mse",
        "beside": "PCA, <04_long_runs/pca_mse> and <04_long_runs/pca_mse:reference>",
    }
    row = recorded.row(figure, results)
    for part in ("Chapter 4", "MNIST, complete", "0.004 ± 0.00004 (2 seeds)", "PCA, 0.017 and 0.02",
                 "at most 0.0046: met"):  # fmt: skip
        assert part in row


def test_a_number_is_placed_in_its_chapter_or_appendix() -> None:
    assert recorded.title("04_long_runs") == "Chapter 4, long runs"
    assert recorded.title("a_frameworks") == "Appendix A, frameworks"


def test_every_main_figure_is_recorded_with_an_aim_and_every_chapter_that_aims_has_one() -> None:
    shown = {tuple(figure["result"].split("/")) for figure in FIGURES}
    assert shown <= set(AIMED)
    assert {file[:2] for file, _ in shown} == {file[:2] for file, _ in AIMED}
    for figure in FIGURES:
        recorded.row(figure, RESULTS)


def test_no_aim_that_was_missed_is_left_out_of_the_main_figures() -> None:
    missed = {f"{file}/{key}" for file, key in AIMED if not recorded.met(key, RESULTS[file][key])}
    assert missed <= {figure["result"] for figure in FIGURES}


@pytest.mark.parametrize("page", sorted(BOOK.glob("*.md")), ids=lambda path: path.stem)
def test_every_number_that_a_page_takes_from_the_results_is_there(page: Path) -> None:
    roles = re.findall(r"\{(result|reference)\}`(\w+)/(\S+?)(?: (\S+))?`", page.read_text())
    for role, file, key, form in roles:
        value = RESULTS[file][key]["value" if role == "result" else "reference"]
        assert (form or "{}").format(value)


def test_the_errata_leave_no_chapter_out_and_each_row_says_where_to_read_on() -> None:
    text = (BOOK / "errata.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \*\*(.+?)\*\* .+ \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) == text.count("\n| **") > 40
    for place in ("1.", "2.", "3.", "4.", "5.", "6.", "7.", "8.1", "8.2", "8.3", "9.", "A", "B"):
        assert any(name.startswith(place) for name, _ in rows), place
    exercise = re.compile(r"\{ref\}`(?:[^`<]+<)?(?:ex|question)-[\w-]+>?`")
    section = re.compile(r"\{(?:doc|ref)\}`[^`]+`|\]\([a-z][a-z-]+\)")
    to_an_exercise = [bool(exercise.search(said)) for _, said in rows]
    assert all(section.search(said) for _, said in rows), (
        "an exercise is linked by such a role, too"
    )
    assert sum(to_an_exercise) >= 0.8 * len(rows), "a section alone is for what no exercise asks"


def test_the_exercises_and_questions_that_pages_name_are_there() -> None:
    notebooks = "".join(path.read_text(encoding="utf-8") for path in BOOK.glob("*/*.ipynb"))
    for page in BOOK.glob("*.md"):
        for label in re.findall(r"\b(?:ex-\d+-\d+|question-\w+-\d+)\b", page.read_text("utf-8")):
            assert f":label: {label}\\n" in notebooks or f"({label})=\\n" in notebooks, label


def test_the_plan_for_teachers_has_an_hour_for_every_exercise_of_its_chapters() -> None:
    text = (BOOK / "teaching.md").read_text(encoding="utf-8")
    planned = re.findall(r"ex-(\d+-\d+)", text.partition("## The plan")[2].partition("## Hints")[0])
    wanted = [number.replace(".", "-") for number in registry.exercises()]
    assert sorted(planned) == sorted(wanted)


def test_the_map_has_every_chapter_and_its_boxes_do_not_touch() -> None:
    pages = {box[0] for row in chapter_map.ROWS for box in row}
    chapters = {
        str(path.relative_to(BOOK).with_suffix(""))
        for path in BOOK.glob("*/*.ipynb")
        if path.parent.name in {"part1", "part2", "appendices"}
    }
    assert chapters - {"part1/03_beta"} <= pages
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    assert pages <= set(re.findall(r"file: book/(\S+)", contents))
    for row in chapter_map.ROWS:
        edges = []
        for column in range(len(row)):
            left, _, width = chapter_map.place(0, column, len(row))
            edges += [left, left + width]
        assert edges == sorted(edges)
        assert edges[0] >= 0
        assert edges[-1] <= chapter_map.WIDTH
