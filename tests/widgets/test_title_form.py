"""The form for titles: what is typed is answered, and what is wrong is said."""

import pytest

from aecourse.errors import InputError
from aecourse.widgets import TitleForm


def answer(titles):
    if "Heta" in titles:
        raise InputError("there is no film 'Heta'. Did you mean <b>'Heat'</b>?")
    return f"<p>{' and '.join(titles)}</p>"


def test_it_answers_the_first_titles_and_those_that_are_typed():
    form = TitleForm(answer, ["Heat", "Alien"], known=["Heat", "Alien", "Emma"])
    assert form.shown.value == "<p>Heat and Alien</p>"
    form.fields[1].value = " Emma "
    form.button.click()
    assert form.shown.value == "<p>Heat and Emma</p>"
    form.fields[0].value = ""
    form.button.click()
    assert form.shown.value == "<p>Emma</p>"


def test_a_wrong_title_is_explained_and_the_form_goes_on():
    form = TitleForm(answer, ["Heat"])
    form.fields[0].value = "Heta"
    form.button.click()
    assert "Did you mean &lt;b&gt;" in form.shown.value
    assert 'role="alert"' in form.shown.value
    form.fields[0].value = "Heat"
    form.button.click()
    assert form.shown.value == "<p>Heat</p>"


def test_it_needs_a_title_to_start_with_and_a_right_one():
    with pytest.raises(InputError, match="at least one title"):
        TitleForm(answer, [])
    with pytest.raises(InputError, match="no film 'Heta'"):
        TitleForm(answer, ["Heta"])
