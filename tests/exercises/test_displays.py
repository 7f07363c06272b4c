"""Results, hints and progress read well as text and as HTML, with and without colour."""

import pytest

from aecourse.errors import InputError
from aecourse.exercises import CheckResult, check, hint, progress
from aecourse.exercises.registry import Exercise

pytestmark = pytest.mark.usefixtures("doubling")


def double(x):
    return 2 * x


@pytest.mark.parametrize(
    ("state", "word"),
    [("right", "✓ Right"), ("wrong", "✗ Not right yet"), ("not yet", "○ Not yet")],
)
def test_a_result_has_a_sign_and_a_word(state, word: str) -> None:
    result = CheckResult("2.1", "Title", state, "Look at `x < 1`.")
    assert repr(result).startswith(f"{word}: exercise 2.1 — Title")
    page = result._repr_html_()
    sign, words = word.split(" ", 1)
    assert sign in page
    assert words in page
    assert 'role="status"' in page


def test_text_is_safe_in_html_and_code_is_marked() -> None:
    page = CheckResult("2.1", "<b>", "wrong", "`a<b>c` & <script>")._repr_html_()
    assert "<script>" not in page
    assert ">a&lt;b&gt;c</code>" in page
    assert "&lt;b&gt;" in page


def test_emphasis_is_set_and_a_product_in_code_is_left_alone() -> None:
    page = CheckResult("2.1", "", "wrong", "The *test* rows: `a * b * c`.")._repr_html_()
    assert "<em>test</em>" in page
    assert "a * b * c</code>" in page


def test_the_words_have_the_pages_own_colour_so_that_dark_pages_can_be_read() -> None:
    page = check("9.1", double)._repr_html_()
    assert "background: rgba(127, 127, 127, 0.12)" in page
    assert "color: #" not in page.replace("color: #2a9d5c; font-weight", "")


def test_each_call_shows_one_more_hint_below_those_already_seen() -> None:
    assert hint("9.1").shown == ("look",)
    assert hint("9.1").shown == ("look", "look closer")
    assert "1 of 3" not in repr(hint("9.1"))
    assert hint("9.1").shown == ("look", "look closer", "do it")
    assert "These were all" in repr(hint("9.1"))


def test_all_hints_can_be_had_at_once() -> None:
    hints = hint("9.1", all=True)
    assert len(hints.shown) == 3
    assert "3. do it" in hints._repr_html_()


def test_hints_for_an_unknown_exercise_name_the_nearest() -> None:
    assert "`9.1`" in repr(hint("9.2"))


def test_progress_goes_from_untouched_to_tried_to_done() -> None:
    assert "untouched" in repr(progress())
    check("9.1", 3)
    hint("9.1")
    assert "○ tried" in repr(progress())
    assert "code, 1 try, 1 of 3 hints" in repr(progress())
    check("9.1", double)
    page = progress()._repr_html_()
    assert "✓ done" in page
    assert "Chapter 9: Trying (1 of 1 done)" in page
    assert 'scope="col"' in page


def test_progress_of_one_chapter_leaves_the_others_out() -> None:
    assert "Chapter 9" in repr(progress(9))
    with pytest.raises(InputError, match=r"no chapter 8 .* choose from 9"):
        progress(8)


def right(answer) -> str:
    return "right"


@pytest.mark.parametrize(
    ("number", "kind", "hints"),
    [("2", "code", ("a", "b")), ("2.1", "quiz", ("a", "b")), ("2.1", "code", ("a",))],
)
def test_an_exercise_is_declared_whole_or_not_at_all(number, kind, hints) -> None:
    with pytest.raises(InputError):
        Exercise(number, "Title", kind, right, hints)
