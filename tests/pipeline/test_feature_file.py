"""Features in a file: indexed as arrays are, undisturbed by a new file of the name, refused when cut or written to."""

from __future__ import annotations

import os

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.pipeline import feature_file
from hsigui.pipeline.feature_file import FeatureFile, pixels_of

ROWS, COLS, WIDTH = 23, 31, 7


@pytest.fixture
def array() -> np.ndarray:
    return np.random.default_rng(0).random((ROWS, COLS, WIDTH)).astype(np.float16)


@pytest.fixture
def path(array, tmp_path):
    np.save(tmp_path / "features.npy", array)
    return tmp_path / "features.npy"


MASK = np.random.default_rng(1).random((ROWS, COLS)) < 0.2
INDEXES = {
    "everything": slice(None),
    "some rows": slice(3, 9),
    "no rows": slice(9, 3),
    "one row": 5,
    "the last row": -1,
    "a pixel": (4, 6),
    "a pixel's columns": (4, 6, slice(None, 3)),
    "a number": (4, 6, 2),
    "rows and columns": (slice(2, 20), slice(3, 30)),
    "a narrow box": (slice(2, 20), slice(3, 8)),
    "a narrow box of some features": (slice(2, 20), slice(3, 8), slice(2, 5)),
    "an empty box": (slice(2, 20), slice(8, 3)),
    "every third": (slice(None, None, 3), slice(None, None, 3)),
    "backwards": (slice(None, None, -2), slice(1, 9)),
    "some features": (..., slice(2, 5)),
    "one feature": (..., 4),
    "a column of pixels": (slice(None), 3),
    "a mask": MASK,
    "no pixel": np.zeros_like(MASK),
    "every pixel": np.ones_like(MASK),
    "lists": (np.array([3, 1, 3]), np.array([0, 30, 2])),
}


@pytest.mark.parametrize("block", [1, 600, 8 * 2**20])
@pytest.mark.parametrize("index", INDEXES.values(), ids=INDEXES)
def test_it_gives_what_numpy_gives(array, path, index, block, monkeypatch):
    monkeypatch.setattr(feature_file, "BLOCK_BYTES", block)
    found, wanted = FeatureFile(path)[index], array[index]
    assert np.array_equal(found, wanted)
    assert np.shape(found) == wanted.shape


@pytest.mark.parametrize("near", [0, 3, 10_000])
def test_pixels_come_in_the_order_asked_for(array, path, near, monkeypatch):
    monkeypatch.setattr(feature_file, "NEAR_PIXELS", near)
    places = np.random.default_rng(2).integers(0, ROWS * COLS, 200)
    assert np.array_equal(pixels_of(FeatureFile(path), places), pixels_of(array, places))
    assert pixels_of(FeatureFile(path), places[:0]).shape == (0, WIDTH)


def test_as_an_array_it_is_the_whole(array, path):
    found = FeatureFile(path)
    assert np.array_equal(np.asarray(found), array)
    assert np.asarray(found, dtype=np.float32).dtype == np.float32
    assert (len(found), found.shape, found.nbytes) == (ROWS, array.shape, array.nbytes)


def test_a_file_that_is_cut_while_it_is_open_is_refused(path):
    found = FeatureFile(path)
    os.truncate(path, 2000)
    for index in (slice(None), slice(20, 22), MASK, (4, 6)):
        with pytest.raises(HsiError, match="shortened or written to"):
            found[index]


def test_a_file_that_is_cut_between_the_look_and_the_reading_is_refused(path, monkeypatch):
    found = FeatureFile(path)
    monkeypatch.setattr(FeatureFile, "_require_unchanged", lambda self: os.truncate(path, 2000))
    with pytest.raises(HsiError, match="shortened or written to"):
        found[slice(None)]


def test_a_file_that_is_written_to_while_it_is_open_is_refused(path):
    found = FeatureFile(path)
    with path.open("r+b") as file:
        file.seek(500)
        file.write(b"damage")
    about = path.stat()
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    with pytest.raises(HsiError, match="shortened or written to"):
        found[slice(None)]


def test_a_new_file_of_its_name_does_not_disturb_it(array, path):
    found = FeatureFile(path)
    np.save(path.with_name("other.npy"), array[:5])
    path.with_name("other.npy").replace(path)
    assert np.array_equal(found[slice(None)], array)


@pytest.mark.parametrize("content", ["short", "long", "another type", "by columns", "text"])
def test_what_holds_no_features_is_refused(array, path, content):
    whole = path.read_bytes()
    match content:
        case "short":
            path.write_bytes(whole[:-1])
        case "long":
            path.write_bytes(whole + b"0")
        case "another type":
            np.save(path, array.astype(np.float32))
        case "by columns":
            np.save(path, np.asfortranarray(array))
        case "text":
            path.write_text("features")
    with pytest.raises(ValueError):
        FeatureFile(path)
