"""The building blocks say what differs, and accept what is right in any ordinary form."""

from typing import Any

import numpy as np
import pytest

from aecourse.exercises import expect
from aecourse.exercises.verdicts import NotYet, Wrong


@pytest.mark.parametrize("value", [[1.0, 2.0], (1, 2), np.array([1, 2]), np.float32([1, 2])])
def test_close_accepts_lists_tuples_and_arrays(value: Any) -> None:
    assert expect.close(value, [1.0, 2.0]).shape == (2,)


def test_close_is_relative_for_large_numbers_and_absolute_for_small_ones() -> None:
    expect.close([1e9 + 1], [1e9], tolerance=1e-6)
    expect.close([1e-9], [0.0], tolerance=1e-6)
    with pytest.raises(Wrong, match="differs"):
        expect.close([0.001], [0.0], tolerance=1e-6)


def test_a_known_mistake_of_another_shape_is_told_before_the_shape() -> None:
    with pytest.raises(Wrong, match="over the batch"):
        expect.close(6.0, [1.0, 5.0], mistakes={"You summed over the batch too.": 6.0})


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_values_that_are_not_finite_are_named(value: float) -> None:
    with pytest.raises(Wrong, match=r"in 1 of 2 entries, the first at `\[1\]`"):
        expect.array([0.0, value])


def test_a_list_with_dots_in_it_is_not_yet_an_answer() -> None:
    with pytest.raises(NotYet):
        expect.array([1.0, ...])


def test_a_shape_with_any_length_names_the_rest() -> None:
    expect.array(np.ones((7, 2)), shape=(None, 2))
    with pytest.raises(Wrong, match=r"`\(any, 2\)`"):
        expect.array(np.ones((7, 3)), shape=(None, 2))


def test_a_ragged_list_is_explained() -> None:
    with pytest.raises(Wrong, match="cannot be read"):
        expect.array([[1.0], [1.0, 2.0]])


def test_number_keeps_the_right_value_to_itself() -> None:
    assert expect.number(np.array([3.1]), 3.0, within=0.2) == pytest.approx(3.1)
    with pytest.raises(Wrong) as raised:
        expect.number(5.0, 3.25, within=0.2)
    assert "too large" in str(raised.value)
    assert "3.25" not in str(raised.value)
    with pytest.raises(Wrong, match="percent"):
        expect.number(325, 3.25, mistakes={"That is in percent.": 325})


def test_number_refuses_several_numbers() -> None:
    with pytest.raises(Wrong, match="one single number"):
        expect.number([1.0, 2.0], 1.0)


@pytest.mark.parametrize("value", ["b", "B", " b) ", "(b)"])
def test_choice_accepts_ordinary_ways_to_write_a_letter(value: str) -> None:
    assert expect.choice(value, "b", {"a": "No: …"}) == "b"


def test_choice_gives_the_reason_of_the_wrong_choice_and_lists_unknown_ones() -> None:
    with pytest.raises(Wrong, match="because"):
        expect.choice("a", "b", {"a": "because"})
    with pytest.raises(Wrong, match="choose from `a`, `b`"):
        expect.choice("z", "b", {"a": "because"})


@pytest.mark.parametrize("value", [{"a", "c"}, ["c", "a"], "ac", "a, c", ("A", "C")])
def test_choices_take_a_set_in_any_form(value: Any) -> None:
    reasons = {"a": "ra", "b": "rb", "c": "rc"}
    assert expect.choices(value, {"a", "c"}, reasons) == {"a", "c"}


def test_choices_say_what_is_missing_and_what_is_too_much() -> None:
    reasons = {"a": "ra", "b": "rb"}
    with pytest.raises(Wrong, match="`a` is missing from the set: ra"):
        expect.choices(set(), {"a"}, reasons)
    with pytest.raises(Wrong, match="`b` does not belong in the set: rb"):
        expect.choices("ab", {"a"}, reasons)


def test_mapping_names_missing_and_empty_keys() -> None:
    assert expect.mapping({"x": 1, "y": 2}, ["x", "y"]) == {"x": 1, "y": 2}
    with pytest.raises(Wrong, match="no entry for `y`"):
        expect.mapping({"x": 1}, ["x", "y"])
    with pytest.raises(NotYet, match="`y`"):
        expect.mapping({"x": 1, "y": ...}, ["x", "y"])
    with pytest.raises(Wrong, match="dictionary"):
        expect.mapping([1, 2], ["x"])


def test_require_raises_its_message_only_when_the_condition_fails() -> None:
    expect.require(np.bool_(True), "never")
    with pytest.raises(Wrong, match="too few"):
        expect.require(0, "too few")
