"""The commands for data of one's own: what they print, and their exit status."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from aecourse import cli


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; return its status, output and error output."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aecourse", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return int(stopped.value.code or 0), out, err

    return call


@pytest.fixture
def project(run, tmp_path):
    """Return the folder of a new project."""
    folder = tmp_path / "mine"
    assert run("init", folder)[0] == 0
    return folder


def shortened(project):
    """Let the training of a project take a moment."""
    path = project / "config.yml"
    text = path.read_text(encoding="utf-8").replace("epochs: 50", "epochs: 1")
    path.write_text(text.replace("batch_size: 32", "batch_size: 512"), encoding="utf-8")
    return path


COMMANDS = (
    "init",
    "keys",
    "check",
    "train",
    "sweep",
    "evaluate",
    "apply",
    "compare",
    "export",
    "doctor",
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(run, command):
    status, out, _ = run(command, "--help")
    assert status == 0
    assert "--json" in out


def test_init_says_what_it_wrote_and_what_comes_next(run, tmp_path):
    status, out, _ = run("init", tmp_path / "mine")
    assert status == 0
    assert "config.yml" in out
    assert f"Next: aecourse train {tmp_path / 'mine' / 'config.yml'}" in out.replace("\n", "")


def test_check_says_that_all_is_well_and_json_gives_every_key(run, project):
    assert run("check", project / "config.yml")[0] == 0
    status, out, _ = run("check", project / "config.yml", "--json")
    assert status == 0
    assert json.loads(out)["training"]["epochs"] == 50


def test_a_mistake_in_a_configuration_is_misuse_and_names_the_line(run, tmp_path):
    (tmp_path / "config.yml").write_text("data:\n  path: a\n  pth: b\n")
    for command in ("check", "train"):
        status, out, err = run(command, tmp_path / "config.yml")
        assert status == 2
        assert "config.yml, line 3: data.pth is no key. Did you mean `path`?" in err
        assert not out


def test_a_sweep_needs_settings_to_try(run, project):
    status, _, err = run("sweep", project / "config.yml")
    assert status == 1
    assert "has no `sweep`" in err


def test_processes_that_cannot_train_together_are_refused(run, project, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    status, _, err = run("train", project / "config.yml", "--processes", 2)
    assert status == 1
    assert "KERAS_BACKEND=jax" in err
    status, _, err = run("train", project / "config.yml", "--processes", 2, "--process", 0)
    assert status == 2
    assert "--coordinator and --process go together" in err


def test_data_that_is_not_there_is_a_failure(run, tmp_path):
    (tmp_path / "config.yml").write_text("data:\n  path: a.csv\n")
    status, _, err = run("train", tmp_path / "config.yml")
    assert status == 1
    assert "a.csv" in err


def test_what_a_complaint_about_data_asks_for_can_be_done_under_the_same_name(run, tmp_path):
    lines = [f"T{number},{number % 7},{number % 5}" for number in range(200)]
    (tmp_path / "a.csv").write_text("\n".join(["ticket,a,b", *lines]) + "\n")
    config = tmp_path / "config.yml"
    config.write_text("data:\n  path: a.csv\n")
    status, _, err = run("train", config)
    assert status == 1
    assert "Add it to preprocessing.ignore" in err
    config.write_text("data:\n  path: b.csv\npreprocessing:\n  ignore: [ticket]\n")
    status, _, err = run("train", config)
    assert status == 1
    assert "b.csv" in err  # and not that the run was begun with another configuration
    assert "another configuration" not in err


def test_keys_are_looked_up_by_a_word(run):
    status, out, _ = run("keys", "learning_rate")
    assert status == 0
    assert "training.learning_rate  (number; default 0.001)" in out
    assert "Step size of Adam." in out
    assert run("keys", "frobnicate")[0] == 1
    assert len(json.loads(run("keys", "--json")[1])) > 80


def test_what_is_no_run_is_a_failure_that_names_it(run, tmp_path):
    for arguments in (
        ("evaluate", tmp_path / "no"),
        ("apply", tmp_path / "no", "a.csv", "--task", "score", "-o", tmp_path / "a.csv"),
        ("compare", tmp_path / "no", tmp_path / "no"),
        ("export", tmp_path / "no", "-o", tmp_path / "out"),
    ):
        status, _, err = run(*arguments)
        assert status == 1
        assert "is not the folder of a run" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["apply", "runs/first", "a.csv", "--task", "dance", "-o", "a.csv"],
        ["apply", "runs/first", "a.csv", "--task", "score"],
        ["apply", "runs/first", "--task", "sample", "-o", "a.csv", "--count", "0"],
        ["init"],
        ["init", "a", "--kind", "sounds"],
        ["export", "runs/first", "-o", "a", "--format", "pmml"],
    ],
)
def test_misuse_has_status_2(run, arguments):
    assert run(*arguments)[0] == 2


def test_the_doctor_says_whether_the_machine_is_ready(run, monkeypatch):
    status, out, _ = run("doctor")
    assert status == 0
    assert "This machine is ready." in out
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    status, out, _ = run("doctor", "--json")
    assert status == 1
    assert json.loads(out)["ready"] is False


def test_a_user_who_breaks_off_gets_one_line(run, monkeypatch, tmp_path):
    from aecourse.project import configuration

    def broken_off(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(configuration, "load", broken_off)
    status, _, err = run("check", tmp_path / "config.yml")
    assert status == 130
    assert err.count("\n") <= 2


@pytest.mark.parametrize("arguments", [["--help"], ["init", "a"], ["doctor"], ["keys", "seed"]])
def test_commands_that_do_not_train_do_not_import_a_framework(arguments, tmp_path):
    script = (
        "import sys\nfrom aecourse.cli import main\n"
        f"sys.argv = ['aecourse', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit as stopped:\n    assert not stopped.code\n"
        "assert not {'tensorflow', 'keras', 'torch', 'jax'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path, capture_output=True)


def test_many_notes_are_cut_short():
    from aecourse.project.results import brief

    assert brief(["a", "b"]) == ["Note: a.", "Note: b."]
    assert brief(list("abcdefgh"))[5:] == ["Note: f.", "Note: and 2 more of the kind."]


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    ("objective", "says"),
    [("plain", "output `code` and `reconstruction`;"), ("masked", "output `code`;")],
)
def test_an_export_says_what_its_model_gives(run, monkeypatch, tmp_path, objective, says):
    from aecourse.project import building, configuration, exporting
    from aecourse.project.run import Run

    content = {
        "data": {"path": "images", "kind": "images"},
        "network": {"kind": "patch_transformer", "code_size": 4},
        "objective": {"kind": objective},
    }
    model = building.build(configuration.validated(content), (8, 8, 3))
    monkeypatch.setattr(Run, "at", lambda folder: SimpleNamespace(model=model))
    monkeypatch.setattr(exporting, "export", lambda run, form, target: target / "model.onnx")
    status, out, _ = run("export", tmp_path, "-o", "exported")
    assert status == 0
    assert f"model.onnx: input `sample`, {says}" in out


@pytest.mark.tensorflow
def test_from_an_empty_folder_to_scores_in_four_commands(run, project, tmp_path):
    config = shortened(project)
    status, out, _ = run("train", config)
    assert status == 0
    assert "Note: column 'discount'" in out
    assert "AUROC" in out
    assert "report.html" in out
    folder = project / "runs" / "first"
    status, out, _ = run("evaluate", folder)
    assert status == 0
    assert "on the test part" in out
    scores = tmp_path / "scores.csv"
    status, out, _ = run("apply", folder, project / "example.csv", "--task", "score", "-o", scores)
    assert status == 0
    assert "2,000 samples" in out
    assert scores.read_text().startswith("row,sale,score,abnormal,most_surprising")

    status, out, err = run("train", config, "--json")  # finished already: at once, and JSON alone
    assert status == 0
    assert json.loads(out)["metrics"]["part"] == "the test part"
    assert "finished already" in err
    for arguments in (
        ("evaluate", folder),
        ("apply", folder, project / "example.csv", "--task", "embed", "-o", tmp_path / "c.npz"),
        ("compare", folder, folder),
    ):
        status, out, _ = run(*arguments, "--json")
        assert status == 0
        assert json.loads(out)
    status, _, err = run("apply", folder, "--task", "sample", "-o", tmp_path / "new.csv")
    assert status == 1
    assert "`plain` leaves open" in err
