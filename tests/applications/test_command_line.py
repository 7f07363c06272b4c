"""Commands run from a notebook: shown as typed, without what only this machine has."""

import json

import pytest

from aecourse.applications.command_line import CommandLine, epochs_kept
from aecourse.errors import InputError
from aecourse.project import starter


@pytest.fixture
def terminal(tmp_path):
    starter.init(tmp_path / "mine")
    return CommandLine(tmp_path)


def test_a_command_is_shown_with_what_it_prints_and_paths_as_seen_from_the_folder(terminal, capsys):
    terminal("aecourse init second", AECOURSE_PROFILE="quick")
    shown = capsys.readouterr().out
    assert shown.startswith("$ AECOURSE_PROFILE=quick aecourse init second\n")
    assert "second/config.yml" in shown.replace("\\", "/")
    assert str(terminal.folder) not in shown


def test_some_lines_can_be_left_out_and_a_notebook_s_colours_are(terminal, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    terminal("aecourse doctor", lines=2)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 4
    assert shown[-1] == "…"
    assert "\x1b" not in "".join(shown)


def test_a_complaint_is_shown_where_it_is_expected(terminal, capsys):
    terminal("aecourse check none.yml", status=2)
    assert "aecourse: " in capsys.readouterr().out
    with pytest.raises(InputError, match="ended with status 2, and 0 was expected"):
        terminal("aecourse check none.yml")


def test_long_lines_are_folded_between_words(terminal, capsys):
    config = terminal.folder / "mine" / "config.yml"
    text = config.read_text(encoding="utf-8").replace("epochs:", "epohcs:")
    config.write_text(text, encoding="utf-8")
    terminal("aecourse check mine/config.yml", status=2)
    shown = capsys.readouterr().out
    assert "Did you mean `epochs`?" in shown.replace("\n", " ")
    assert max(map(len, shown.splitlines())) <= 88


def test_other_programs_are_refused(terminal):
    with pytest.raises(InputError, match="only `aecourse`"):
        terminal("rm -r mine")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("data sets  /home/ada/.cache/aecourse (cache)  ", "data sets  …/aecourse (cache)"),
        ("50 epochs in 11 s · loss 2", "50 epochs · loss 2"),
        ("50 epochs in 2 min 3 s · loss 2", "50 epochs · loss 2"),
        ("in 3 s it was done, a / b, and/or runs/first", None),
        ("see https://example.org/some/page", None),
    ],
)
def test_times_and_paths_of_the_machine_are_left_out_and_nothing_else(terminal, line, shown):
    assert terminal.shown(line) == (line if shown is None else shown)


def test_the_folder_itself_is_a_dot(terminal):
    assert terminal.shown(f"folder  {terminal.folder}") == "folder  ."
    assert terminal.shown(f"open {terminal.folder / 'mine' / 'a.html'}").endswith("a.html")


@pytest.mark.tensorflow
def test_a_killed_training_keeps_its_epochs_and_is_taken_up(terminal, capsys):
    config = terminal.folder / "mine" / "config.yml"
    text = config.read_text(encoding="utf-8").replace("early_stopping: 5", "early_stopping: null")
    config.write_text(text, encoding="utf-8")
    kept = terminal.kill("aecourse train mine/config.yml", epochs=2)
    assert kept >= 2
    assert epochs_kept(config) == kept
    assert f"epoch {kept}" in capsys.readouterr().out
    terminal("aecourse train mine/config.yml")
    assert "it is taken up" in capsys.readouterr().out
    history = json.loads((terminal.folder / "mine" / "runs" / "first" / "history.json").read_text())
    assert len(history["metrics"]["val_loss"]) == 50
    assert epochs_kept(config) == 0


@pytest.mark.tensorflow
def test_a_training_that_ends_before_it_can_be_killed_is_told(terminal):
    config = terminal.folder / "mine" / "config.yml"
    text = config.read_text(encoding="utf-8").replace("epochs: 50", "epochs: 1")
    config.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="Ask for fewer"):
        terminal.kill("aecourse train mine/config.yml", epochs=2)
