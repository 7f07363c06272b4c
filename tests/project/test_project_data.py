"""Data of one's own: what cannot be used is refused with a way out, the rest is read as it is."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from malformed_inputs import MALFORMED, Malformed
from PIL import Image
from project_data import config, image_config, pictures, sales, written

from aecourse.errors import CourseError, DataError
from aecourse.project import samples
from aecourse.project.files import read_table
from aecourse.project.pictures import ImageEncoder
from aecourse.project.schema import Data
from aecourse.project.tables import TableEncoder


def encoded(path, settings):
    """Read, share out, fit and encode: all that happens to data before a network sees it."""
    source = samples.read(path, settings)
    parts = samples.split(source, settings)
    encoder = samples.fit_encoder(samples.take(source, parts.train), settings)
    return samples.encode(encoder, source)


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
def test_an_input_that_cannot_be_used_is_refused_with_a_way_out(tmp_path, case: Malformed):
    path, settings = case.make(tmp_path)
    with pytest.raises(CourseError) as caught:
        encoded(path, settings)
    for part in case.says:
        assert part in str(caught.value)


def test_there_are_at_least_twenty_such_inputs():
    assert len(MALFORMED) >= 20


# --- tables ---------------------------------------------------------------------------------------


def test_a_table_is_the_same_from_every_format(tmp_path):
    frame = sales().select_dtypes("number").drop(columns="weight")
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_csv(tmp_path / "a.tsv", index=False, sep="\t")
    frame.to_csv(tmp_path / "a.csv.gz", index=False)
    np.savez(tmp_path / "a.npz", x=frame.to_numpy())
    for name in ("a.csv", "a.tsv", "a.csv.gz", "a.npz"):
        read = read_table(tmp_path / name, Data(path=name))
        np.testing.assert_allclose(read.to_numpy(), frame.to_numpy())


def test_parquet_is_read_like_csv(tmp_path):
    pytest.importorskip("pyarrow")
    sales().to_parquet(tmp_path / "sales.parquet")
    x, _ = encoded(tmp_path / "sales.parquet", config())
    expected, _ = encoded(written(tmp_path), config())
    np.testing.assert_allclose(x, expected, atol=1e-6)


def test_names_of_columns_are_texts_where_parquet_has_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    frame = sales()
    frame.set_axis(range(frame.shape[1]), axis=1).to_parquet(tmp_path / "sales.parquet")
    label = frame.columns.get_loc("label")
    settings = config(data={"label": str(label)}, preprocessing={"ignore": ["0"]})
    x, _ = encoded(tmp_path / "sales.parquet", settings)
    expected, _ = encoded(written(tmp_path), config())
    np.testing.assert_allclose(x, expected, atol=1e-6)


def test_dates_and_decimal_numbers_of_a_database_are_dates_and_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    frame = sales()
    frame["date"] = pd.to_datetime(frame["date"]).dt.date
    frame["amount"] = [Decimal(f"{value:.2f}") for value in frame["amount"]]
    frame.loc[3, ["date", "amount"]] = None
    frame.to_parquet(tmp_path / "sales.parquet")
    encoder = samples.fit_encoder(samples.read(tmp_path / "sales.parquet", config()), config())
    again = samples.fit_encoder(samples.read(written(tmp_path, frame), config()), config())
    assert encoder.state() == again.state()


def test_without_pyarrow_parquet_is_refused_with_what_to_install(tmp_path, monkeypatch):
    from aecourse.project import extras

    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"pyarrow .* pip install -e '\.\[project\]'"):
        read_table(tmp_path / "a.parquet", Data(path="a.parquet"))


def test_european_numbers_and_letters_are_read_when_it_is_said(tmp_path):
    text = "menge;betrag;kanal\n1;2,50;Büro\n2;3,75;Laden\n"
    (tmp_path / "a.csv").write_bytes(text.encode("cp1252"))
    data = Data(path="a.csv", separator=";", decimal=",", encoding="cp1252")
    read = read_table(tmp_path / "a.csv", data)
    assert read["betrag"].tolist() == [2.5, 3.75]
    assert read["kanal"][0] == "Büro"


def test_row_numbers_that_a_program_added_are_no_column(tmp_path):
    sales().to_csv(tmp_path / "a.csv")
    assert list(read_table(tmp_path / "a.csv", Data(path="a.csv")).columns) == list(sales().columns)


def test_texts_for_missing_values_are_what_is_said(tmp_path):
    frame = sales().assign(
        amount=sales()["amount"].astype(object).where(lambda s: s.index != 5, "?")
    )
    path = written(tmp_path, frame)
    x, notes = encoded(path, config(data={"missing_values": ["?"]}))
    assert np.isfinite(x).all()
    assert any("'amount': 1 missing" in note for note in notes)


# --- the encoder of tables ------------------------------------------------------------------------


def fitted(frame=None, **preprocessing):
    settings = config(preprocessing=preprocessing)
    return TableEncoder.fit(sales() if frame is None else frame, settings)


def test_columns_find_their_kinds():
    encoder = fitted()
    kinds = {column.name: column.state()["kind"] for column in encoder.columns}
    assert kinds == {
        "date": "date",
        "channel": "category",
        "items": "number",
        "amount": "number",
        "weight": "number",
    }
    assert encoder.left_out == {"one": "the same in all training rows"}


@pytest.mark.parametrize("scaling", ["standard", "robust", "minmax"])
def test_what_is_encoded_is_decoded_again(scaling):
    frame = sales()
    encoder = fitted(scaling=scaling)
    x, _ = encoder.encode(frame)
    again = encoder.decode(x)
    known = frame["weight"].notna()
    np.testing.assert_allclose(again["amount"], frame["amount"], rtol=1e-4)
    np.testing.assert_allclose(again["weight"][known], frame["weight"][known], rtol=1e-4)
    assert (again["channel"] == frame["channel"]).all()
    gap = (pd.to_datetime(again["date"]) - pd.to_datetime(frame["date"])).abs()
    assert gap.max() < pd.Timedelta(minutes=5)  # of ten months, in single precision


def test_standard_scaling_uses_training_rows_alone():
    encoder = fitted(sales().head(60))
    x, _ = encoder.encode(sales().head(60))
    column = x[:, encoder._ends()[encoder.names.index("amount")] - 1]
    assert abs(column.mean()) < 1e-5
    assert column.std() == pytest.approx(1, abs=1e-4)
    later, _ = encoder.encode(sales().assign(amount=1e9))
    assert later.max() > 1e4


def test_minmax_keeps_all_values_between_0_and_1_and_says_what_it_cut():
    encoder = fitted(scaling="minmax")
    x, _ = encoder.encode(sales())
    assert x.min() >= 0
    assert x.max() <= 1
    x, notes = encoder.encode(sales().assign(amount=1e9))
    assert x.max() <= 1
    assert "column 'amount': 120 values outside the training range, cut" in notes


def test_the_order_of_the_columns_and_columns_too_many_do_not_matter():
    encoder = fitted()
    expected, _ = encoder.encode(sales())
    mixed = sales().assign(more=1)[["more", *sales().columns[::-1]]]
    np.testing.assert_array_equal(encoder.encode(mixed)[0], expected)


def test_a_missing_column_is_named_with_the_nearest_one():
    with pytest.raises(DataError, match=r"no column 'amount'\. Is it 'amount_eur'\?"):
        fitted().encode(sales().rename(columns={"amount": "amount_eur"}))


def test_a_column_that_became_text_is_refused_with_its_first_row():
    frame = sales().assign(items=sales()["items"].astype(object).where(lambda s: s.index != 2, "x"))
    with pytest.raises(DataError, match=r"'items' holds no number in row 3: 'x'\. If"):
        fitted().encode(frame)


def test_unknown_categories_are_counted_and_taken_as_none():
    frame = sales().assign(channel="fax")
    x, notes = fitted().encode(frame)
    assert any("'channel': 120 values that training did not have ('fax')" in n for n in notes)
    encoder = fitted()
    place = encoder._ends()[encoder.names.index("channel")]
    assert not x[:, place - 3 : place].any()


def test_missing_numbers_take_the_middle_of_the_training_rows():
    encoder = fitted()
    weight = next(column for column in encoder.columns if column.name == "weight")
    assert weight.fill == pytest.approx(sales()["weight"].median())
    _, notes = encoder.encode(sales())
    assert any("'weight': 11 missing values" in note for note in notes)


def test_a_gap_in_a_column_without_gaps_in_training_is_filled_all_the_same():
    encoder = fitted()
    x, notes = encoder.encode(sales().assign(items=np.nan, channel=None, date=None))
    assert np.isfinite(x).all()
    assert len([note for note in notes if "120" in note]) == 3


def test_numbers_that_name_categories_are_one_with_and_without_gaps():
    frame = sales().assign(code=[10, 20, 30] * 40)
    encoder = fitted(frame, categories=["code"])
    code = next(column for column in encoder.columns if column.name == "code")
    assert code.state()["values"] == ["10", "20", "30"]
    gaps = frame.assign(code=frame["code"].where(frame.index != 0))
    _, notes = encoder.encode(gaps)
    assert any("'code': 1 values" in note for note in notes)


CODES = [
    (["01", "02", "A3"], ["01", "02", "02"]),
    (["TRUE", "FALSE", "UNKNOWN"], ["TRUE", "TRUE", "FALSE"]),
    (["7", "8", "9"], ["7.0", "", "9.0"]),  # as a gap makes other programs write them
    (["007", "008", ""], ["007", "008", "008"]),
]


@pytest.mark.parametrize(("known", "new"), CODES)
def test_a_category_does_not_depend_on_the_other_rows_of_its_file(tmp_path, known, new):
    settings = config(preprocessing={"ignore": ["sale"], "categories": ["code"]})
    first = written(tmp_path, sales().assign(code=known * 40))
    encoder = samples.fit_encoder(samples.read(first, settings), settings)
    encoder = TableEncoder.from_state(encoder.state())
    second = written(tmp_path, sales(3).assign(code=new), "new.csv")
    _, notes = samples.encode(encoder, samples.read(second, settings, encoder))
    unknown = [note for note in notes if "'code'" in note]
    assert len(unknown) == ("" in new)
    assert all("'code': 1 values" in note for note in unknown)


def test_texts_that_training_found_are_texts_in_new_files(tmp_path):
    first = written(tmp_path, sales().assign(code=["01", "02", "A3"] * 40))
    encoder = samples.fit_encoder(samples.read(first, config()), config())
    second = written(tmp_path, sales(3).assign(code="01"), "new.csv")
    x, notes = samples.encode(encoder, samples.read(second, config(), encoder))
    assert not [note for note in notes if "'code'" in note]
    assert encoder.decode(x)["code"].tolist() == ["01"] * 3


def test_labels_do_not_depend_on_the_other_rows_of_their_file(tmp_path):
    settings = config(data={"label": "label", "normal": "01"})
    path = written(tmp_path, sales(3).assign(label=["01", "02", "01"]))
    assert samples.anomalies(samples.read(path, settings), settings).tolist() == [0, 1, 0]


def test_true_and_false_are_numbers_with_and_without_gaps(tmp_path):
    frame = sales().assign(paid=["TRUE", "FALSE", ""] * 40)
    encoder = samples.fit_encoder(samples.read(written(tmp_path, frame), config()), config())
    paid = next(column for column in encoder.columns if column.name == "paid")
    assert paid.state()["kind"] == "number"
    other = written(tmp_path, frame.assign(paid=["TRUE", "FALSE", "UNKNOWN"] * 40))
    says = r"'paid' holds no number in row 3: 'UNKNOWN' \(and so do 39 more\)"
    with pytest.raises(DataError, match=says):
        encoder.encode(samples.read(other, config(), encoder))


def test_dates_beyond_the_calendar_are_its_first_and_last_ones():
    column = fitted().columns[0]
    assert column.kind == "date"
    first, last = column.decode(np.array([[-1e9], [1e9]]).repeat(column.width, axis=1))
    assert first < np.datetime64("1700") < np.datetime64("2250") < last


def test_dates_know_the_day_of_the_week_and_the_hour():
    days = pd.date_range("2024-01-01 06:00", periods=28, freq="D")
    frame = pd.DataFrame({"when": days.strftime("%Y-%m-%dT%H:%M"), "n": np.arange(28.0)})
    settings = config(data={"label": None, "normal": None}, preprocessing={"ignore": []})
    encoder = TableEncoder.fit(frame, settings)
    x, _ = encoder.encode(frame)
    when = x[:, :5]
    np.testing.assert_allclose(when[0, 1:], when[7, 1:], atol=1e-5)
    assert np.abs(when[0, 1:3] - when[3, 1:3]).max() > 0.1
    np.testing.assert_allclose(when[:, 3], 1.0, atol=1e-5)  # six o'clock: a quarter of the day


def test_an_encoder_comes_back_from_json_as_it_was():
    import json

    encoder = fitted()
    again = TableEncoder.from_state(json.loads(json.dumps(encoder.state())))
    np.testing.assert_array_equal(again.encode(sales())[0], encoder.encode(sales())[0])
    assert again.left_out == encoder.left_out


def test_ignored_columns_are_carried_to_the_results():
    carried = fitted().carry(sales().head(3))
    assert carried.to_dict("list") == {"row": [1, 2, 3], "sale": ["S0", "S1", "S2"]}


def test_ignored_columns_stay_as_they_are_written(tmp_path):
    ids = ["007", "NA", "", "1.50", *(f"{number:05d}" for number in range(116))]
    path = written(tmp_path, sales().assign(sale=ids))
    encoder = samples.fit_encoder(samples.read(path, config()), config())
    carried = encoder.carry(samples.read(path, config(), encoder))
    assert carried["sale"].tolist() == ids


def test_rows_are_counted_in_the_file_where_parquet_keeps_other_numbers(tmp_path):
    pytest.importorskip("pyarrow")
    frame = sales().assign(amount=lambda t: t["amount"].where(t.index != 38, np.inf))
    frame.iloc[::-1].to_parquet(tmp_path / "sales.parquet")
    with pytest.raises(DataError, match="row 82: inf"):
        encoded(tmp_path / "sales.parquet", config(data={"test_share": 0.0, "normal": None}))


def test_what_results_have_anyway_has_another_name_when_it_comes_from_the_data():
    frame = sales(3).assign(row="a", row_in_data="b", code_7="c", codes="d")
    settings = config(preprocessing={"ignore": ["sale", "row", "row_in_data", "code_7", "codes"]})
    carried = TableEncoder.fit(frame, settings).carry(frame.head(1))
    assert carried.to_dict("list") == {
        "row": [1],
        "sale": ["S0"],
        "row_in_data_in_data": ["a"],
        "row_in_data": ["b"],
        "code_7_in_data": ["c"],
        "codes_in_data": ["d"],
    }


def test_the_share_of_a_column_is_the_mean_over_its_values():
    encoder = fitted()
    values = np.arange(encoder.shape[0], dtype=float)[None]
    widths = [column.width for column in encoder.columns]
    expected = [part.mean() for part in np.split(values[0], np.cumsum(widths)[:-1])]
    np.testing.assert_allclose(encoder.by_column(values)[0], expected)


# --- images ---------------------------------------------------------------------------------------


def test_images_are_read_with_the_names_of_their_folders(tmp_path):
    read = samples.read(pictures(tmp_path), image_config())
    assert read.pixels.shape == (40, 8, 8, 1)
    assert set(read.labels) == {"dark", "light"}
    assert read.names[0] == "dark/001.png"
    x, notes = samples.encode(ImageEncoder.fit(read), read)
    assert x.dtype == np.float32
    assert 0 <= x.min() < x.max() <= 1
    assert not notes


def test_images_of_many_sizes_modes_and_turns_are_brought_to_one(tmp_path):
    root = pictures(tmp_path)
    Image.fromarray(np.zeros((5, 30, 4), np.uint8), "RGBA").save(root / "dark" / "a.png")
    Image.fromarray(np.zeros((9, 4), np.uint8)).convert("P").save(root / "dark" / "b.gif")
    settings = image_config(preprocessing={"image_size": [6, 5], "colour": "rgb"})
    assert samples.read(root, settings).pixels.shape == (42, 6, 5, 3)


def test_an_image_of_16_bits_keeps_its_greys(tmp_path):
    (tmp_path / "deep").mkdir()
    pixels = np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000
    Image.fromarray(pixels).save(tmp_path / "deep" / "a.png")
    read = samples.read(tmp_path / "deep", image_config())
    np.testing.assert_array_equal(read.pixels[0, ..., 0], pixels >> 8)


def test_images_of_another_size_than_in_training_are_refused(tmp_path):
    encoder = ImageEncoder((9, 9, 1))
    read = samples.read(pictures(tmp_path), image_config())
    with pytest.raises(DataError, match=r"8 × 8 pixels, grey; those of training were 9 × 9"):
        encoder.encode(read)


def test_an_array_of_images_is_read_from_a_file(tmp_path):
    x = np.random.default_rng(0).integers(0, 256, (30, 8, 8, 3), np.uint8)
    np.savez(tmp_path / "p.npz", x=x, y=np.arange(30) % 2)
    settings = image_config(data={"path": "p.npz", "kind": "images", "label": "y"})
    read = samples.read(tmp_path / "p.npz", settings)
    assert read.pixels.shape == (30, 8, 8, 1)
    assert read.names[:2] == ["1", "2"]
    assert read.labels.tolist() == (np.arange(30) % 2).tolist()


# --- the split ------------------------------------------------------------------------------------


def test_parts_share_no_row_and_training_sees_normal_ones_alone(tmp_path):
    source, settings = sales(), config()
    parts = samples.split(source, settings)
    rows = np.concatenate([parts.train, parts.validation, parts.test])
    assert len(rows) == len(set(rows.tolist()))
    abnormal = samples.anomalies(source, settings)
    assert not abnormal[parts.train].any()
    assert not abnormal[parts.validation].any()
    assert abnormal[parts.test].any()


def test_equal_rows_stay_in_one_part():
    frame = pd.concat([sales(), sales()], ignore_index=True)
    frame["sale"] = np.arange(len(frame))  # an id makes no row another one
    parts = samples.split(frame, config())
    for left, right in ((parts.train, parts.test), (parts.train, parts.validation)):
        assert not set(left % 120) & set(right % 120)


def test_rows_that_are_equal_in_the_columns_in_use_stay_in_one_part():
    frame = pd.concat([sales(), sales()], ignore_index=True)
    frame["sale"] = np.arange(len(frame))
    settings = config(preprocessing={"ignore": [], "columns": ["items", "amount"]})
    parts = samples.split(frame, settings)
    for left, right in ((parts.train, parts.test), (parts.train, parts.validation)):
        assert not set(left % 120) & set(right % 120)


def test_a_split_depends_on_the_seed_alone():
    def test_part(seed):
        return samples.split(sales(), config(training={"seed": seed})).test.tolist()

    assert test_part(0) == test_part(0)
    assert test_part(0) != test_part(1)


@pytest.mark.parametrize(
    ("count", "of_each", "share"), [(40, 5, 0.1), (20, 9, 0.05), (120, 1, 0.2)]
)
def test_labels_of_few_samples_each_are_shared_out_together(count, of_each, share):
    frame = sales(count * of_each).assign(label=[f"L{n % count}" for n in range(count * of_each)])
    settings = config(data={"normal": None, "test_share": share, "validation_share": share})
    parts = samples.split(frame, settings)
    assert len(parts.test) == pytest.approx(share * len(frame), abs=1)
    assert len(parts.validation) == pytest.approx(share * (1 - share) * len(frame), abs=1)


def test_without_a_test_share_all_rows_are_for_training_and_validation():
    settings = config(data={"test_share": 0.0, "normal": None})
    parts = samples.split(sales(), settings)
    assert len(parts.test) == 0
    assert len(parts.train) + len(parts.validation) == 120


def test_a_fingerprint_changes_with_content_and_names(tmp_path):
    root = pictures(tmp_path)
    before = samples.fingerprint(root)
    assert before == samples.fingerprint(root)
    (root / "dark" / ".DS_Store").write_text("of a file manager")
    (root / "notes.txt").write_text("no image")
    assert before == samples.fingerprint(root)
    (root / "dark" / "001.png").rename(root / "dark" / "999.png")
    assert samples.fingerprint(root) != before
