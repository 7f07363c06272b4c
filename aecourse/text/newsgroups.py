"""What is taken from a post before its topic is guessed: what tells who wrote it, or to whom.

The header names the sender, the organisation and sometimes the group; a quote repeats another post
of the same thread; a signature is the same under every post of one person. A classifier that is
shown these learns the people of the year 1993. On the test posts, written by the same people, it
looks better than it would be on posts by others.

Some copies of 20 Newsgroups hold a tab where a line ends, and nothing else that ends one; a tab
counts as the end of a line then.

Each function works on one text alone, so nothing can be learnt from a test post. What is left of a
post may be empty, where it was a header and a quote and nothing else.
"""

import re

from aecourse.text.checks import checked_text

# A line that is quoted (> or |), or that says whose words follow.
QUOTED = re.compile(r"^\s*[>|]|(?:writes|wrote|says|said):\s*$|^\s*In article\b|^\s*Quoted from\b")
HEADER = re.compile(r"[A-Za-z-]+:")  # how a post with a header begins
RULE = re.compile(r"^[\s\-_=*~.#]*$")  # an empty line, or one that is drawn across the page
SIGNATURE = "--"
LONGEST_FOOTER = 4  # lines, the custom for a signature; what is longer belongs to the post


def without_headers(post: str) -> str:
    r"""Return a post from behind its first empty line on; all of it if it begins with no header.

    Raises
    ------
    InputError
        If it is no string.

    Examples
    --------
    >>> from aecourse import text
    >>> text.without_headers("From: a@b.c\nSubject: engines\n\nAny oil will do.")
    'Any oil will do.'
    """
    whole = "\n".join(_lines(post))
    _, blank, rest = whole.partition("\n\n")
    return rest if blank and HEADER.match(whole) else whole


def without_quotes(post: str) -> str:
    r"""Return a post without the lines that repeat or announce another one.

    Raises
    ------
    InputError
        If it is no string.

    Examples
    --------
    >>> from aecourse import text
    >>> text.without_quotes("Anna writes:\n> Which oil?\nAny will do.")
    'Any will do.'
    """
    return "\n".join(line for line in _lines(post) if not QUOTED.search(line))


def without_footer(post: str) -> str:
    r"""Return a post without the signature below it.

    A signature begins at a line ``--``, as was the custom. Where there is none, up to four lines at
    the end, below an empty line or a rule, count as one. So a short last paragraph goes too.

    Raises
    ------
    InputError
        If it is no string.

    Examples
    --------
    >>> from aecourse import text
    >>> text.without_footer("Any oil will do.\n--\nBob, Motors Inc.")
    'Any oil will do.'
    """
    lines = [line.rstrip() for line in _lines(post)]
    if SIGNATURE in lines:
        return "\n".join(lines[: lines.index(SIGNATURE)])
    while lines and not lines[-1]:
        lines.pop()
    rules = [place for place, line in enumerate(lines) if RULE.match(line)]
    if rules and rules[-1] > 0 and len(lines) - rules[-1] - 1 <= LONGEST_FOOTER:
        return "\n".join(lines[: rules[-1]])
    return "\n".join(lines)


def body(post: str) -> str:
    r"""Return a post without header, quotes and footer.

    Raises
    ------
    InputError
        If it is no string.

    Examples
    --------
    >>> from aecourse import text
    >>> post = "From: Bob\nSubject: oil\n\nAnna writes:\n> Which oil?\nAny will do.\n--\nBob"
    >>> text.body(post)
    'Any will do.'
    """
    return without_footer(without_quotes(without_headers(post))).strip()


def _lines(post: str) -> list[str]:
    """Return the lines of a post, also of one whose lines end with tabs."""
    text = checked_text(post, "post")
    if "\n" not in text.strip("\n"):
        text = text.replace("\t", "\n")
    return text.split("\n")
