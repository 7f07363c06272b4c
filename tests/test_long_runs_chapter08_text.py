"""The long runs of section 8.1 record each comparison with its seeds and its circumstances."""

import dataclasses

import pytest
from long_run_data import first, records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.usefixtures("single_operations"),
]

from aecourse.applications import fine_tuning as ft  # noqa: E402
from aecourse.applications import text_classification as tc  # noqa: E402
from aecourse.applications import text_features  # noqa: E402
from tools.long_runs import chapter08_text as chapter  # noqa: E402

CACHES = (
    chapter.data_of,
    chapter.prepared,
    chapter.weighted,
    chapter.weighted_as_read,
    chapter.directions_of,
    chapter.denoiser,
    chapter.semantic_table,
    chapter.read,
)


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    read = records(monkeypatch, tmp_path, "08_text_long_runs")
    monkeypatch.setattr(chapter, "loaded", lambda name: first(name, train=300, test=60))
    monkeypatch.setattr(chapter, "SEEDS", range(2))
    monkeypatch.setattr(chapter, "LABELS", 40)
    monkeypatch.setattr(chapter, "VALUES", 8)
    monkeypatch.setattr(chapter, "GROUPS", (2,))
    monkeypatch.setattr(chapter, "ODD", text_features.Denoising(code_size=4, epochs=1))
    monkeypatch.setattr(tc, "TREES", 5)
    monkeypatch.setattr(tc, "STRENGTHS", (0.3, 1.0))
    small = {
        name: task._replace(
            denoising=dataclasses.replace(task.denoising, code_size=8, epochs=1),
            reading=text_features.Reading(
                words=100,
                length=10,
                embedding_size=8,
                units=8,
                code_size=8,
                epochs=1,
                keep=task.reading.keep,
            ),
        )
        for name, task in chapter.TASKS.items()
    }
    monkeypatch.setattr(chapter, "TASKS", small)
    forget()
    yield read
    forget()


def forget():
    for kept in CACHES:
        kept.cache_clear()


def test_weights_of_words_have_a_figure_to_reach_and_a_guess_beside_them(recorded):
    chapter.weights("imdb")
    found = recorded()
    headline = found["imdb_tf_idf_linear_svm"]
    assert (headline["target"], headline["reference"]) == (0.88, 0.8823)
    assert headline["note"].endswith("Reference: bag of words, Maas et al. (2011).")
    assert "strength=" in headline["note"]
    assert "reference" not in found["imdb_tf_idf_random_forest"]
    assert set(found) == {
        "imdb_tf_idf_linear_svm",
        "imdb_tf_idf_logistic_regression",
        "imdb_tf_idf_random_forest",
        "imdb_none_majority",
    }
    assert found["imdb_none_majority"]["note"].startswith("Test texts; 1")


def test_pairs_stand_alone_and_posts_have_no_figure_to_reach(recorded):
    chapter.pairs("imdb")
    assert set(recorded()) == {"imdb_tf_idf_with_pairs_linear_svm"}
    chapter.weights("newsgroups20")
    assert not {"target", "reference"} & set(recorded()["newsgroups20_tf_idf_linear_svm"])


def test_codes_are_compared_with_as_many_directions_seed_by_seed(recorded):
    chapter.denoising("imdb")
    chapter.semantics("imdb")
    found = recorded()
    ours, other = (found[f"imdb_{key}_linear_svm"]["value"] for key in ("denoising_codes", "lsa"))
    lead = found["imdb_denoising_codes_over_lsa"]
    assert lead["value"] == pytest.approx(ours - other, abs=0.02)
    assert lead["target"] == 0
    assert lead["seeds"] == [0, 1]
    assert found["imdb_lsa_linear_svm"]["seeds"] == [0, 1]
    assert found["imdb_lsa_linear_svm"]["reference"] == 0.8396
    for judge in ("linear_svm", "logistic_regression", "random_forest"):
        codes, simple = (found[f"imdb_{kind}_{judge}"] for kind in ("denoising_codes", "lsa"))
        assert codes["reference"] == pytest.approx(simple["value"], abs=0.01)
        assert ("seeds" in simple) == ("seeds" in codes) == (judge == "linear_svm")
    assert chapter.semantic_table.cache_info().hits == 1


def test_a_squared_error_stands_beside_the_cosine(recorded):
    chapter.squared_error("imdb")
    (found,) = recorded().values()
    assert "distance='squared_error'" in found["note"]
    assert found["note"].endswith("Reference: by the cosine.")


def test_one_denoiser_serves_codes_few_labels_and_starts(recorded):
    chapter.denoising("imdb")
    chapter.few_labels("imdb")
    chapter.weights_starts("imdb", tuning=ft.Tuning(epochs=1, patience=1))
    found = recorded()
    assert chapter.denoiser.cache_info().misses == 2  # one a seed
    gain = found["imdb_weights_start_gain"]
    from_codes, chance = (
        found[f"imdb_weights_start_{start}"] for start in ("autoencoder", "random")
    )
    assert gain["value"] == pytest.approx(from_codes["value"] - chance["value"], abs=0.05)
    assert from_codes["reference"] == pytest.approx(chance["value"], abs=0.01)
    assert "target" not in gain
    features = ("tf_idf", "tf_idf_of_what_is_read", "lsa", "denoising_codes")
    assert {f"imdb_few_{key}_linear_svm" for key in features} <= set(found)
    assert "target" not in found["imdb_few_tf_idf_linear_svm"]


def test_one_reader_serves_means_codes_and_starts(recorded):
    chapter.reader_codes("imdb")
    chapter.reader_means("imdb")
    chapter.starts("imdb", tuning=ft.Tuning(epochs=1, patience=1))
    found = recorded()
    assert chapter.read.cache_info().misses == 1
    gain = found["imdb_start_gain"]
    values = [found[f"imdb_start_{start}"]["value"] for start in ("autoencoder", "random")]
    assert gain["value"] == pytest.approx(values[0] - values[1], abs=0.05)
    assert gain["target"] == 0.01
    assert gain["seeds"] == [0, 1]
    assert "40 labels" in found["imdb_start_random"]["note"]
    assert "from random weights" in found["imdb_start_random"]["note"]
    assert found["imdb_start_autoencoder"]["reference"] == pytest.approx(values[1], abs=0.01)
    assert "1 epochs of 240 texts without labels" in found["imdb_start_autoencoder"]["note"]
    assert 1 < found["imdb_reader_perplexity"]["value"] < 100
    assert {f"imdb_{key}_linear_svm" for key in ("sequence_codes", "reader_vectors")} <= set(found)


def test_of_a_text_as_it_is_read_the_first_or_last_known_words_are_left(recorded):
    whole, read = chapter.prepared("imdb"), chapter.as_read("imdb")
    words = [text.split() for text in read.train]
    assert max(map(len, words)) <= chapter.TASKS["imdb"].reading.length
    vocabulary = chapter.TASKS["imdb"].reading.vocabulary(whole.train)
    assert set().union(*words) <= set(vocabulary.words)
    assert len(read.test) == len(whole.test)


def test_the_words_that_are_read_have_a_row_of_their_own(recorded):
    chapter.weights_as_read("imdb")
    found = recorded()
    assert set(found) == {"imdb_tf_idf_of_what_is_read_linear_svm"}


def test_word_means_and_steps_have_a_value_each(recorded):
    chapter.word_means("imdb")
    chapter.steps("imdb")
    found = recorded()
    assert "seeds" not in found["imdb_word_vectors_linear_svm"]
    assert found["imdb_step_stems_words"]["value"] < found["imdb_step_as_usual_words"]["value"]
    assert found["imdb_step_stems_validation"]["note"].startswith("Validation part")


def test_sentences_come_back_by_greed_and_by_a_beam(recorded, monkeypatch):
    monkeypatch.setattr(chapter, "SENTENCES", 200)
    quick = dataclasses.replace(chapter.text_codes.SENTENCE, units=8, epochs=1)
    monkeypatch.setattr(chapter.text_codes, "SENTENCE", quick)
    chapter.sentences("imdb")
    found = recorded()
    assert set(found) == {"imdb_sentences_kept_beam_1", "imdb_sentences_kept_beam_5"}
    assert "1 epochs of 200 sentences" in found["imdb_sentences_kept_beam_1"]["note"]


def test_word_dropout_is_measured_by_what_a_wrong_code_does(recorded, monkeypatch):
    quick = dataclasses.replace(chapter.text_codes.PLAIN, words=60, units=8, code_size=4, epochs=1)
    monkeypatch.setattr(chapter.text_codes, "PLAIN", quick)
    vocabulary, parts = chapter.plain_sentences("imdb")
    texts = [set(vocabulary.decode(part)) for part in parts]
    assert all(texts)
    assert not texts[0] & (texts[1] | texts[2])
    chapter.word_dropout("imdb")
    found = recorded()
    assert set(found) == {
        f"imdb_word_dropout_{share}_{measure}"
        for share in (0, 30)
        for measure in ("perplexity", "nats_more")
    }
    assert found["imdb_word_dropout_0_nats_more"]["seeds"] == [0, 1]


def test_odd_posts_have_a_value_for_each_group_and_method(recorded):
    chapter.odd_posts("newsgroups20")
    found = recorded()
    assert len(found) == 4
    key = "newsgroups20_odd_comp_os_ms_windows_misc_denoising_autoencoder"
    assert found[key]["seeds"] == [0, 1]
    simple = found[key.replace("denoising_autoencoder", "distance_from_the_mean")]
    assert found[key]["reference"] == pytest.approx(simple["value"], abs=0.01)
    assert "comp.os.ms-windows.misc alone" in found[key]["note"]
