"""Numbers are kept only while the book is executed, rounded to what is certain."""

import json
from pathlib import Path

import pytest

from aecourse import results
from aecourse.errors import InputError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(results.VARIABLE, str(tmp_path))
    return tmp_path


def test_a_number_is_written_with_its_unit_data_and_reference(folder: Path) -> None:
    returned = results.record(
        "02_core", "test_mse", 0.004712345, unit="1", dataset="MNIST (complete)", reference=0.0168
    )
    assert returned == 0.004712345
    assert json.loads((folder / "02_core.json").read_text()) == {
        "chapter": "02_core",
        "results": {
            "test_mse": {
                "value": 0.004712,
                "unit": "1",
                "dataset": "MNIST (complete)",
                "reference": 0.0168,
            }
        },
    }


def test_several_seeds_give_a_mean_rounded_at_the_second_digit_of_its_spread(folder: Path) -> None:
    results.record("01_a", "loss", [0.123, 0.127, 0.131], unit="nat", dataset="x", seeds=[0, 1, 2])
    entry = results.read(folder / "01_a.json")["loss"]
    assert entry["value"] == 0.127
    assert entry["spread"] == 0.004
    assert entry["seeds"] == [0, 1, 2]


def test_equal_values_over_seeds_have_no_spread(folder: Path) -> None:
    # The mean of five times 0.9531 is not 0.9531 to the last bit.
    results.record("01_a", "share", [0.9531] * 5, unit="1", dataset="x", seeds=range(5))
    entry = results.read(folder / "01_a.json")["share"]
    assert (entry["value"], entry["spread"]) == (0.9531, 0)


def test_entries_add_up_in_order_and_a_second_record_replaces_the_first(folder: Path) -> None:
    for key, value in (("b", 1), ("a", 2), ("b", 3)):
        results.record("01_a", key, value, unit="s", dataset="x")
    entries = results.read(folder / "01_a.json")
    assert list(entries) == ["a", "b"]
    assert entries["b"]["value"] == 3
    assert [path.name for path in folder.iterdir()] == ["01_a.json"]


def test_nothing_is_written_outside_the_execution_of_the_book(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(results.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert results.record("01_a", "loss", 2.0, unit="1", dataset="x") == 2.0
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"chapter": "../escape"}, "chapter"),
        ({"key": "Test MSE"}, "key"),
        ({"value": float("nan")}, "finite"),
        ({"value": []}, "finite"),
        ({"value": [1.0, 2.0]}, "seeds"),
        ({"value": [1.0, 2.0], "seeds": [1]}, "seeds"),
    ],
)
def test_a_bad_argument_is_refused_even_when_nothing_is_written(change: dict, word: str) -> None:
    good: dict = {"chapter": "01_a", "key": "loss", "value": 1.0, "unit": "1", "dataset": "x"}
    good |= change
    with pytest.raises(InputError, match=word):
        results.record(good.pop("chapter"), good.pop("key"), good.pop("value"), **good)


@pytest.fixture
def noted(folder: Path) -> Path:
    for key, value, seeds in (("lead", [0.02, 0.04], [0, 1]), ("loss", 0.5, None)):
        results.record("01_a", key, value, unit="1", dataset="x", seeds=seeds)
    return folder / "01_a.json"


def test_a_number_of_a_long_run_is_marked_in_the_text_and_has_its_spread_in_a_table(
    noted: Path,
) -> None:
    runs = results.LongRuns(noted, "{:.1%}")
    assert list(runs) == ["lead", "loss"]
    assert (runs.said("lead"), runs.said("lead", "{:+.2f}")) == ("3.0%†", "+0.03†")
    assert runs.with_spread("lead") == "3.0% ± 1.4%"
    assert runs.with_spread("lead", "{:.1f}", scale=100) == "3.0 ± 1.4"
    assert runs.with_spread("loss") == "50.0%"


def test_a_number_that_is_not_there_is_a_dash_with_or_without_the_file(noted: Path) -> None:
    for path in (noted, noted.with_name("nowhere.json")):
        runs = results.LongRuns(path, "{:.1%}")
        assert (runs.said("other"), runs.with_spread("other")) == ("–", "–")
    assert not runs
