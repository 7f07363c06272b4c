"""The errors the package raises on purpose; each message says what was given and what to do."""


class CourseError(Exception):
    """Base class of every error that ``aecourse`` raises on purpose.

    Examples
    --------
    >>> from aecourse import datasets, errors
    >>> try:
    ...     datasets.load("minst")
    ... except errors.CourseError as error:
    ...     print(str(error).partition(".")[0])
    There is no data set 'minst'
    """


class InputError(CourseError, ValueError):
    """An array or a parameter is not what the function needs (shape, type, range, NaN).

    Examples
    --------
    >>> from aecourse import errors, preprocessing
    >>> try:
    ...     preprocessing.unit_range([[0.0, 300.0]])
    ... except errors.InputError as error:
    ...     print(type(error).__name__)
    InputError
    """


class DataError(CourseError):
    """A data set cannot be found, fetched, verified or read.

    Examples
    --------
    >>> from aecourse import errors
    >>> issubclass(errors.DataError, errors.CourseError)
    True
    """
