"""What tells who wrote a post is taken from it, also from copies whose lines end with tabs."""

import pytest

from aecourse.errors import InputError
from aecourse.text import body, without_footer, without_headers, without_quotes

POST = """From: ann@example.org (Ann)
Subject: Re: orbits
Organization: Some University

In article <123@example.org>, bob@example.org writes:
>The orbit is low.
> | Very low.

It is a low orbit,
and so it decays.
-- A dash within the text.

A second thought.
Another line.
A third.
A fourth.
A fifth.
--
Ann, Some University
"""


def test_only_what_the_writer_says_on_the_topic_is_left():
    left = body(POST)
    assert left.startswith("It is a low orbit,\nand so it decays.")
    assert left.endswith("A fifth.")
    for gone in ("example.org", "University", "Very low"):
        assert gone not in left


def test_each_part_can_be_taken_alone():
    assert without_headers(POST).startswith("In article")
    assert "Subject" in without_quotes(POST)
    assert "Very low" not in without_quotes(POST)
    assert without_footer(POST).endswith("A fifth.")
    assert "Subject" in without_footer(POST)


def test_tabs_end_the_lines_of_a_copy_that_has_no_other_ends():
    flat = POST.strip("\n").replace("\n", "\t") + "\n"
    assert body(flat) == body(POST)


def test_a_tab_within_a_line_is_left_alone():
    assert without_quotes("a\tb\nc") == "a\tb\nc"


def test_a_post_without_a_header_keeps_its_first_paragraph():
    assert without_headers("Hello all.\n\nA question.") == "Hello all.\n\nA question."


def test_a_short_last_paragraph_counts_as_a_signature_and_a_long_one_does_not():
    assert without_footer("A question.\n\nBob\nHouston") == "A question."
    long = "A question.\n\n" + "\n".join("12345")
    assert without_footer(long) == long
    assert without_footer("Only this.") == "Only this."


def test_of_a_quote_alone_nothing_is_left():
    assert body("From: a@b\n\nBob wrote:\n> all of it\n") == ""
    assert body("") == ""


@pytest.mark.parametrize("part", [body, without_headers, without_quotes, without_footer])
def test_what_is_no_string_is_refused(part):
    with pytest.raises(InputError, match="post is None, a missing value"):
        part(None)
