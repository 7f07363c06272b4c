import pytest

from aecourse import profiles
from aecourse.errors import InputError


def test_full_is_the_profile_when_nothing_is_set() -> None:
    assert profiles.current() == "full"
    assert profiles.choose(quick=1, full=2) == 2


def test_the_environment_names_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AECOURSE_PROFILE", "quick")
    assert profiles.choose(quick=1, full=2) == 1


def test_an_unknown_profile_is_refused_with_the_allowed_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AECOURSE_PROFILE", "fast")
    with pytest.raises(InputError, match=r"'fast'.*'quick' or 'full'"):
        profiles.current()
