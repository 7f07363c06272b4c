"""Configurations: what is right is read, and what is wrong is said with its line."""

import subprocess
import sys

import pytest
from malformed_configs import DATA, MALFORMED, Malformed

from aecourse.errors import InputError
from aecourse.project import configuration, reference, yaml_lines
from aecourse.project.networks_schema import NETWORKS
from aecourse.project.objectives_schema import OBJECTIVES
from aecourse.project.problems import ConfigError


def load(tmp_path, text: str):
    path = tmp_path / "config.yml"
    path.write_text(text, encoding="utf-8")
    return configuration.load(path)


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_a_mistake_is_said_with_its_line_and_what_would_do(tmp_path, case: Malformed):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, case.text)
    message = str(caught.value)
    assert "\n" not in message, "one mistake, one message"
    assert message.startswith("config.yml")
    if case.line is not None:
        assert f"line {case.line}:" in message
    for part in case.says:
        assert part in message
    assert "pydantic" not in message
    assert "Error" not in message


def test_there_are_at_least_thirty_mistakes():
    assert len({case.text for case in MALFORMED}) >= 30


def test_all_mistakes_of_a_file_are_said_at_once_in_the_order_of_the_lines(tmp_path):
    text = DATA + "  knd: table\ntraining:\n  epochs: 0\n  batch: 3\n"
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    lines = str(caught.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"config.yml, line {number}" for number in (3, 5, 6)
    ]


def test_the_smallest_configuration_is_a_path(tmp_path):
    config = load(tmp_path, DATA)
    assert config.data.path == "sales.csv"
    assert config.network.kind == "dense"
    assert config.objective.kind == "plain"


def test_numbers_and_words_are_what_they_look_like(tmp_path):
    config = load(tmp_path, DATA + "training:\n  learning_rate: 1e-4\n  early_stopping: null\n")
    assert config.training.learning_rate == 1e-4
    assert config.training.early_stopping is None


def test_the_label_of_normal_samples_keeps_its_type(tmp_path):
    for written, expected in (("0", 0), ("no", "no"), ("'0'", "0"), ("false", False), ("1.5", 1.5)):
        config = load(tmp_path, DATA + f"  label: y\n  normal: {written}\n")
        assert config.data.normal == expected
        assert type(config.data.normal) is type(expected)


def test_a_file_that_is_not_there_or_is_a_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no file .*nowhere\.yml; `aecourse init"):
        configuration.load(tmp_path / "nowhere.yml")
    with pytest.raises(ConfigError, match=r"is a folder; name the file in it"):
        configuration.load(tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    path = tmp_path / "config.yml"
    path.write_bytes("data:\n  path: größe.csv\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        configuration.load(path)


def test_a_mark_at_the_beginning_of_the_file_is_no_matter(tmp_path):
    path = tmp_path / "config.yml"
    path.write_text(DATA, encoding="utf-8-sig")
    assert configuration.load(path).data.path == "sales.csv"


def test_a_program_gets_the_same_messages_without_lines():
    with pytest.raises(InputError, match=r"the configuration: training\.epoch is no key"):
        configuration.validated({"data": {"path": "a"}, "training": {"epoch": 1}})


def test_a_resolved_configuration_is_itself_a_configuration(tmp_path):
    config = load(tmp_path, DATA + "objective:\n  kind: variational\n  beta: 4\n")
    again = load(tmp_path, yaml_lines.written(configuration.resolved(config)))
    assert configuration.resolved(again) == configuration.resolved(config)


@pytest.mark.parametrize("text", ["no", "1e-4", "0", "null", "true", ".5", "a: b", "", " a", "ß"])
def test_a_text_is_written_so_that_it_is_read_as_a_text(tmp_path, text):
    content = {"data": {"path": "a", "label": "y", "normal": text, "missing_values": [text]}}
    written = yaml_lines.written(content)
    assert yaml_lines.read(written, "config.yml").content == content


# --- the reference --------------------------------------------------------------------------------


def test_every_key_is_documented_from_the_schema():
    keys = reference.all_keys()
    assert len(keys) > 80
    for key in keys:
        assert key.meaning.endswith("."), key
        assert len(key.meaning) > 15, key
        assert key.values, key
    paths = [key.path for key in keys]
    assert len(paths) == len(set(paths))


def test_the_reference_knows_every_network_and_objective():
    paths = " ".join(key.path for key in reference.all_keys())
    for model in (*NETWORKS, *OBJECTIVES):
        kind = model.model_fields["kind"].default
        assert f"[{kind}].kind" in paths
        assert model.__doc__


def test_a_word_finds_keys_by_their_name_and_else_by_their_meaning():
    assert [key.path for key in reference.matching("early")] == ["training.early_stopping"]
    assert "objective[variational].kind" in [key.path for key in reference.matching("VAE")]


@pytest.mark.parametrize("kind", ["table", "images"])
def test_the_commented_file_says_what_it_was_made_from(tmp_path, kind):
    network = {"table": "dense", "images": "residual"}[kind]
    config = configuration.validated(
        {"data": {"path": "a", "kind": kind}, "network": {"kind": network}}
    )
    text = reference.commented(configuration.resolved(config))
    assert configuration.resolved(load(tmp_path, text)) == configuration.resolved(config)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    for number, line in enumerate(lines):
        if ":" in line and not line.lstrip().startswith("#"):
            assert lines[number - 1].lstrip().startswith("#"), f"no comment above {line!r}"


def test_the_commented_file_leaves_out_keys_of_the_other_kind_of_data():
    config = configuration.validated({"data": {"path": "a"}})
    assert "image_size" not in reference.commented(configuration.resolved(config))


def test_reading_a_configuration_imports_neither_keras_nor_pandas():
    script = (
        "import sys; from aecourse.project import configuration, doctor, reference, starter;"
        "configuration.validated({'data': {'path': 'a'}});"
        "sys.exit(', '.join({'numpy', 'tensorflow', 'keras', 'pandas'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
