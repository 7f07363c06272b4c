"""The two ways a checker ends early; a checker that returns a sentence has passed the answer."""


class Wrong(Exception):  # noqa: N818 - a verdict, not a fault of the program
    """The answer is not right; the message tells the reader what differs and where to look."""


class NotYet(Exception):  # noqa: N818
    """There is no answer yet: the stub is as it was, or a ``...`` is left in it."""
