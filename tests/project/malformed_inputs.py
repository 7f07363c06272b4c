"""Twenty and more inputs that cannot be used as they are, and what the message must say."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from project_data import config, image_config, pictures, sales, written

from aecourse.project.schema import Config

Made = tuple[Path, Config]


class Malformed(NamedTuple):
    """An input as a function of a folder, and what is said of it."""

    name: str
    make: Callable[[Path], Made]
    says: tuple[str, ...]


MALFORMED: list[Malformed] = []


def malformed(*says: str) -> Callable[[Callable[[Path], Made]], Callable[[Path], Made]]:
    """Enter an input into the list under the name of its function."""

    def enter(make: Callable[[Path], Made]) -> Callable[[Path], Made]:
        MALFORMED.append(Malformed(make.__name__.replace("_", " "), make, says))
        return make

    return enter


def raw(folder: Path, content: bytes, name: str = "sales.csv", **sections: Any) -> Made:
    path = folder / name
    path.write_bytes(content)
    return path, config(**sections)


def table(folder: Path, change: Callable[[pd.DataFrame], pd.DataFrame], **sections: Any) -> Made:
    return written(folder, change(sales())), config(**sections)


def parquet(folder: Path, frame: pd.DataFrame) -> Made:
    pytest.importorskip("pyarrow")
    path = folder / "sales.parquet"
    frame.to_parquet(path)
    return path, config()


def labelled_images(folder: Path, labels: Any) -> Made:
    path = folder / "p.npz"
    np.savez(path, x=np.zeros((30, 8, 8), np.uint8), y=labels)
    return path, image_config(data={"path": "p.npz", "kind": "images", "label": "y"})


# --- files ----------------------------------------------------------------------------------------


@malformed("no file or folder", "Did you mean sales.csv?")
def misspelt_name(folder: Path) -> Made:
    written(folder)
    return folder / "sale.csv", config()


@malformed("no folder", "data")
def missing_folder(folder: Path) -> Made:
    return folder / "data" / "sales.csv", config()


@malformed("empty", "0 bytes")
def empty_file(folder: Path) -> Made:
    return raw(folder, b"")


@malformed("no columns", "blank")
def blank_file(folder: Path) -> Made:
    return raw(folder, b"\n\n")


@malformed("no rows")
def names_alone(folder: Path) -> Made:
    return raw(folder, b"items,amount\n")


@malformed("folder", "`images`")
def folder_for_a_table(folder: Path) -> Made:
    return folder, config()


@malformed("Excel", "CSV")
def excel_file_called_csv(folder: Path) -> Made:
    return raw(folder, b"PK\x03\x04rest")


@malformed("ending", ".parquet")
def excel_file(folder: Path) -> Made:
    return raw(folder, b"PK\x03\x04rest", name="sales.xlsx")


@malformed("not stored as utf-8", "line 3", "cp1252")
def western_letters(folder: Path) -> Made:
    return raw(folder, "items,channel\n1,a\n2,Café\n".encode("cp1252"))


@malformed("UTF-16", "`utf-16`")
def utf_16(folder: Path) -> Made:
    return raw(folder, "items,channel\n1,a\n".encode("utf-16"))


@malformed("utf-99", "does not know", "cp1252")
def unknown_encoding(folder: Path) -> Made:
    return written(folder), config(data={"encoding": "utf-99"})


@malformed("data.separator", '";"')
def semicolons(folder: Path) -> Made:
    path = folder / "sales.csv"
    sales().to_csv(path, index=False, sep=";")
    return path, config()


@malformed("data.separator", '"\\t"')
def tabs(folder: Path) -> Made:
    path = folder / "sales.csv"
    sales().to_csv(path, index=False, sep="\t")
    return path, config()


@malformed("data.separator", '"\\t"', "…")
def tabs_in_a_very_wide_table(folder: Path) -> Made:
    names = "\t".join(f"value_{number}" for number in range(20_000))
    return raw(folder, f"{names}\n".encode() * 2)


@malformed("line 4", "separator", "quote")
def a_row_too_long(folder: Path) -> Made:
    return raw(folder, b"items,amount\n1,2\n3,4\n5,6,7\n8,9\n")


@malformed("more entries")
def all_rows_too_long(folder: Path) -> Made:
    return raw(folder, b"items,amount\n1,2,3\n4,5,6\n7,8,9\n")


@malformed("quote")
def open_quote(folder: Path) -> Made:
    return raw(folder, b'items,channel\n1,"web\n2,shop\n')


@malformed("more than one column", "items")
def a_name_twice(folder: Path) -> Made:
    return raw(folder, b"items,items\n1,2\n3,4\n")


@malformed("numbers", "names")
def no_names(folder: Path) -> Made:
    return raw(folder, b"1,2\n3,4\n5,6\n")


@malformed("no CSV", "Parquet")
def parquet_called_csv(folder: Path) -> Made:
    return raw(folder, b"PAR1....")


@malformed("cannot be read", "cut short")
def broken_npz(folder: Path) -> Made:
    return raw(folder, b"PK\x03\x04", name="sales.npz")


@malformed("no NPZ file", "cut short")
def a_text_called_npz(folder: Path) -> Made:
    return raw(folder, b"items,amount\n1,2\n", name="sales.npz")


@malformed("cannot be read", "cut short")
def a_packed_array_with_a_wrong_byte(folder: Path) -> Made:
    np.savez_compressed(folder / "whole.npz", x=np.random.default_rng(0).normal(size=(30, 4)))
    content = bytearray((folder / "whole.npz").read_bytes())
    content[200] ^= 0xFF
    return raw(folder, bytes(content), name="sales.npz")


@malformed("no array 'x'", "rows", "data.array")
def another_array(folder: Path) -> Made:
    np.savez(folder / "sales.npz", rows=np.zeros((30, 2)))
    return folder / "sales.npz", config()


@malformed("Python objects", "safety")
def objects_in_npz(folder: Path) -> Made:
    np.savez(folder / "sales.npz", x=np.array([[{}]], dtype=object))
    return folder / "sales.npz", config()


@malformed("shape (30, 2, 2)", "`images`")
def images_for_a_table(folder: Path) -> Made:
    np.savez(folder / "sales.npz", x=np.zeros((30, 2, 2)))
    return folder / "sales.npz", config()


# --- columns --------------------------------------------------------------------------------------


@malformed("no column 'label'", "'lable'")
def misspelt_label(folder: Path) -> Made:
    return table(folder, lambda t: t.rename(columns={"label": "lable"}))


@malformed("no column 'amout'", "'amount'")
def misspelt_column(folder: Path) -> Made:
    return table(folder, lambda t: t, preprocessing={"columns": ["items", "amout"]})


@malformed("'fine'", "'usual'", "'odd'")
def no_normal_sample(folder: Path) -> Made:
    return table(folder, lambda t: t, data={"normal": "fine"})


@malformed("no label", "row 3")
def gaps_in_the_labels(folder: Path) -> Made:
    return table(folder, lambda t: t.assign(label=t["label"].where(t.index != 2)))


@malformed("'sale'", "different texts", "preprocessing.ignore")
def an_id(folder: Path) -> Made:
    return table(folder, lambda t: t, preprocessing={"ignore": ["date"], "max_categories": 20})


@malformed("'code'", "different numbers", "out of preprocessing.categories", "max_categories")
def too_many_numbers_for_categories(folder: Path) -> Made:
    return table(
        folder, lambda t: t.assign(code=range(len(t))), preprocessing={"categories": ["code"]}
    )


@malformed("'x_1'", "different numbers", "store it as numbers", "preprocessing.ignore")
def numbers_stored_as_texts(folder: Path) -> Made:
    np.savez(folder / "sales.npz", x=np.arange(240).reshape(120, 2).astype(str))
    return folder / "sales.npz", config(
        data={"path": "sales.npz", "label": None, "normal": None}, preprocessing={"ignore": []}
    )


@malformed("'items'", "ndarray", "neither numbers", "preprocessing.ignore")
def lists_in_a_column(folder: Path) -> Made:
    return parquet(folder, sales().assign(items=[[1, 2]] * 120))


@malformed("'items'", "dict", "neither numbers", "preprocessing.ignore")
def records_in_a_column(folder: Path) -> Made:
    return parquet(folder, sales().assign(items=[{"a": 1}] * 120))


@malformed("more than one column", "7")
def a_name_that_is_a_number_and_a_text(folder: Path) -> Made:
    frame = sales().assign(**{"7": 1.0})
    frame[7] = 2.0
    with pytest.warns(UserWarning, match="mixed type"):
        return parquet(folder, frame)


@malformed("'amount'", "'unknown'", "data.missing_values")
def words_among_numbers(folder: Path) -> Made:
    return table(
        folder, lambda t: t.assign(amount=t["amount"].astype(object).where(t.index != 5, "unknown"))
    )


@malformed("'amount'", "decimal comma", "data.decimal")
def decimal_commas(folder: Path) -> Made:
    return table(
        folder, lambda t: t.assign(amount=[f"{v:.2f}".replace(".", ",") for v in t["amount"]])
    )


@malformed("'amount'", "infinite", "row 39: inf")
def infinity(folder: Path) -> Made:
    return table(folder, lambda t: t.assign(amount=t["amount"].where(t.index != 38, np.inf)))


@malformed("'weight'", "11 missing", "`refuse`")
def gaps_that_are_refused(folder: Path) -> Made:
    return table(folder, lambda t: t, preprocessing={"missing": "refuse"})


@malformed("samples are equal", "preprocessing.columns")
def constant_columns_alone(folder: Path) -> Made:
    return table(folder, lambda t: t, preprocessing={"columns": ["one"]})


@malformed("are left to train on", "test_share")
def a_handful_of_rows(folder: Path) -> Made:
    return table(folder, lambda t: t.head(8))


@malformed("all 50 samples are equal", "preprocessing.columns")
def one_row_again_and_again(folder: Path) -> Made:
    return table(folder, lambda t: t.iloc[np.zeros(50, int)])


# --- images ---------------------------------------------------------------------------------------


@malformed("no images", ".png")
def folder_without_images(folder: Path) -> Made:
    (folder / "pictures").mkdir()
    return folder / "pictures", image_config()


@malformed("differ in size", "8 × 8", "8 × 9", "preprocessing.image_size")
def images_of_two_sizes(folder: Path) -> Made:
    root = pictures(folder)
    Image.fromarray(np.zeros((8, 9), np.uint8)).save(root / "dark" / "zz.png")
    return root, image_config()


@malformed("zz.png", "cannot be read as an image")
def a_broken_image(folder: Path) -> Made:
    root = pictures(folder)
    (root / "dark" / "zz.png").write_bytes(b"\x89PNG")
    return root, image_config()


@malformed("zz.jpg", "cannot be read as an image")
def an_image_cut_short(folder: Path) -> Made:
    root = pictures(folder)
    whole = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)).save(
        whole, "JPEG"
    )
    (root / "dark" / "zz.jpg").write_bytes(whole.getvalue()[:600])
    return root, image_config()


@malformed("is a file", "`table`")
def a_table_for_images(folder: Path) -> Made:
    return written(folder), image_config()


@malformed("[0, 255]", "0–255")
def bytes_kept_as_floats(folder: Path) -> Made:
    x = np.random.default_rng(0).integers(0, 256, (30, 8, 8)).astype(float)
    x[0, 0, :2] = 0, 255
    np.savez(folder / "pictures.npz", x=x)
    return folder / "pictures.npz", image_config(data={"path": "pictures.npz", "kind": "images"})


@malformed("(30, 8, 8, 5)", "channels")
def five_channels(folder: Path) -> Made:
    np.savez(folder / "pictures.npz", x=np.zeros((30, 8, 8, 5), np.uint8))
    return folder / "pictures.npz", image_config(data={"path": "pictures.npz", "kind": "images"})


@malformed("not stored as UTF-8", "rename", "\\udce9")
def a_name_from_another_system(folder: Path) -> Made:
    root = pictures(folder)
    try:
        (root / "dark" / "001.png").rename(root / "dark" / "caf\udce9.png")
    except OSError:
        pytest.skip("this file system takes no such name")
    return root, image_config()


@malformed("100 samples", "0 to test", "data.test_share")
def a_test_share_below_one_sample(folder: Path) -> Made:
    return written(folder, sales(100)), config(data={"test_share": 0.004, "normal": None})


@malformed("(29,)", "30 samples", "one label for each")
def a_label_too_few(folder: Path) -> Made:
    return labelled_images(folder, np.zeros(29))


@malformed("()", "30 samples", "one label for each")
def a_label_alone(folder: Path) -> Made:
    return labelled_images(folder, 1)


@malformed("(30, 1)", "y.ravel()")
def labels_in_a_column(folder: Path) -> Made:
    return labelled_images(folder, np.zeros((30, 1)))


@malformed("(30, 3)", "y.argmax(axis=1)")
def one_hot_labels(folder: Path) -> Made:
    return labelled_images(folder, np.eye(3)[np.arange(30) % 3])


@malformed("cut short")
def a_packed_file_cut_short(folder: Path) -> Made:
    packed = gzip.compress(sales().to_csv(index=False).encode())
    return raw(folder, packed[: len(packed) // 2], name="sales.csv.gz")
