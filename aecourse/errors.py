"""The errors the package raises on purpose; each message says what was given and what to do."""


class CourseError(Exception):
    """Base class of every error that ``aecourse`` raises on purpose."""


class InputError(CourseError, ValueError):
    """An array or a parameter is not what the function needs (shape, type, range, NaN)."""


class DataError(CourseError):
    """A data set cannot be found, fetched, verified or read."""
