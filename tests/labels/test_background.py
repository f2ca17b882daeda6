"""Which stored numbers mean no label: what is proposed of a raster, what the user chooses, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import scipy.io

from hsigui import api
from hsigui.errors import HsiError
from hsigui.labels.background import choice_of, readings
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.raster import ClassRaster, StoredRaster, numbered

PARTS = {0: 25, 1: 25, 2: 25, 255: 325}


def raster_of(parts: dict[float, int], kind: str = "uint8") -> np.ndarray:
    values = np.repeat(np.array(list(parts), dtype=kind), list(parts.values()))
    return values.reshape(20, -1)


def read(parts: dict[float, int], kind: str = "uint8", *, choice: str | None = None, **more: object) -> ClassRaster:
    return numbered(StoredRaster(raster_of(parts, kind), "x", **more), choice_of(choice))  # type: ignore[arg-type]


def pixels(raster: ClassRaster) -> dict[int, int]:
    numbers, counts = np.unique(raster.array, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def said(raster: ClassRaster) -> str:
    return " ".join(raster.notes)


def test_0_is_plainly_unlabelled_where_nothing_else_is_odd():
    raster = read({0: 300, 1: 60, 2: 40})
    assert pixels(raster) == {0: 300, 1: 60, 2: 40}
    assert raster.notes == ()
    assert not raster.background.doubtful
    assert raster.background.words == "Read as unlabelled: 0 (300)."


def test_a_lone_255_that_is_commoner_than_0_is_unlabelled_and_0_a_class():
    raster = read(PARTS)
    assert pixels(raster) == {0: 325, 1: 25, 2: 25, 3: 25}
    assert [(c.number, c.name) for c in raster.classes] == [(1, "Class 0"), (2, "Class 1"), (3, "Class 2")]
    assert "255 is read as unlabelled (325 pixels)" in said(raster)
    assert "0 is a class (25 pixels)" in said(raster)
    assert raster.background.doubtful


def test_a_lone_255_that_is_rarer_than_0_stays_a_class_and_is_told():
    raster = read({0: 300, 1: 60, 2: 30, 255: 10})
    assert pixels(raster) == {0: 300, 1: 60, 2: 30, 255: 10}
    assert "255 is read as a class (10 pixels)" in said(raster)
    assert raster.background.doubtful


@pytest.mark.parametrize("parts", [{0: 200, 255: 200}, {0: 100, 64: 100, 128: 100, 255: 100}, {254: 200, 255: 200}])
def test_a_mask_or_a_picture_has_no_lone_255(parts):
    raster = read(parts)
    assert pixels(raster) == parts
    assert not raster.background.doubtful


def test_a_lone_255_with_a_name_is_a_class():
    assert pixels(read(PARTS, names={255: "Snow"})) == PARTS
    assert pixels(read(PARTS, names={255: "Class 255"}))[0] == 325


def test_65535_is_as_255():
    raster = read({0: 25, 1: 50, 65535: 325}, "uint16")
    assert pixels(raster) == {0: 325, 1: 25, 2: 50}


@pytest.mark.parametrize("value", [-1, -9999, -128])
@pytest.mark.parametrize("kind", ["int16", "float32"])
def test_the_only_negative_number_is_unlabelled_and_0_a_class(value, kind):
    raster = read({value: 300, 0: 50, 1: 50}, kind)
    assert pixels(raster) == {0: 300, 1: 50, 2: 50}
    assert f"{value} is read as unlabelled (300 pixels)" in said(raster)
    assert pixels(read({value: 300, 1: 50, 2: 50}, kind)) == {0: 300, 1: 50, 2: 50}, "without 0 all numbers are kept"


def test_a_mark_that_is_rarer_than_0_leaves_0_unlabelled_and_that_is_asked():
    raster = read({-1: 40, 0: 300, 1: 60}, "int16")
    assert pixels(raster) == {0: 340, 1: 60}
    assert "If 0 is a class, choose -1 as background." in said(raster)
    assert raster.background.doubtful
    assert pixels(read({-1: 40, 0: 300, 1: 60}, "int16", nodata=-1.0)) == {0: 40, 1: 300, 2: 60}, "the file names it"


def test_several_negative_numbers_are_refused_with_the_place_of_the_first():
    with pytest.raises(HsiError, match=r"-3(\.0)? at row 0, column 0 is no class number"):
        read({-3: 200, -1: 100, 1: 100}, "int16")


def test_a_broken_number_beside_a_mark_is_refused_by_its_own_name():
    array = np.zeros((4, 4), np.float32)
    array[0], array[2, 1] = -1, 1.5
    with pytest.raises(HsiError, match=r"1\.5 at row 2, column 1 is no class number"):
        numbered(StoredRaster(array, "x"))


def test_what_is_no_number_is_unlabelled():
    raster = read({np.nan: 300, 1: 100}, "float64")
    assert pixels(raster) == {0: 300, 1: 100}
    assert "nan is read as unlabelled (300 pixels)" in said(raster)


@pytest.mark.parametrize(
    ("nodata", "kind"), [(255.0, "uint8"), (-1.0, "int16"), (np.nan, "float32"), (-3.4e38, "float32")]
)
def test_a_no_data_value_is_unlabelled_and_0_a_class_then(nodata, kind):
    raster = read({nodata: 300, 0: 50, 3: 50}, kind, nodata=nodata)
    assert pixels(raster) == {0: 300, 1: 50, 4: 50}
    assert raster.nodata_pixels == 300
    assert "the file names it as its no-data value" in said(raster)


def test_a_no_data_value_that_no_pixel_holds_changes_nothing():
    assert pixels(read({0: 300, 1: 100}, nodata=255.0)) == {0: 300, 1: 100}


def test_0_is_what_the_file_calls_it():
    unnamed = read({255: 300, 0: 50, 1: 50}, nodata=255.0, names={0: "Unclassified", 1: "Corn"})
    assert pixels(unnamed) == {0: 350, 1: 50}
    named = read({0: 300, 1: 100}, names={0: "Water", 1: "Corn"}, colors={0: (0, 0, 255), 1: (9, 9, 0)})
    assert [(c.number, c.name, c.color) for c in named.classes] == [(1, "Water", (0, 0, 255)), (2, "Corn", (9, 9, 0))]
    assert "The file calls 0 “Water”." in said(named)


def test_a_class_that_covers_most_of_a_raster_without_0_is_asked_about():
    raster = read({1: 50, 2: 50, 9: 300})
    assert pixels(raster) == {1: 50, 2: 50, 9: 300}, "nothing is dropped unasked"
    assert raster.background.doubtful
    assert "75 % are 9" in said(raster)
    assert not read({1: 50, 2: 50, 9: 300}, names={9: "Forest"}).background.doubtful


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("0", {0: 25, 1: 25, 2: 25, 255: 325}),
        ("255", {0: 325, 1: 25, 2: 25, 3: 25}),
        ("0,255", {0: 350, 1: 25, 2: 25}),
        ("2", {0: 25, 1: 25, 2: 25, 256: 325}),
        ("none", {1: 25, 2: 25, 3: 25, 256: 325}),
    ],
)
def test_what_the_user_chooses_counts(choice, expected):
    raster = read(PARTS, choice=choice)
    assert pixels(raster) == expected
    assert raster.background.chosen
    assert raster.background.zero_is_class == ("0" not in choice.split(","))


def test_a_mark_stays_unlabelled_whatever_is_chosen():
    assert pixels(read({-1: 200, 0: 100, 1: 100}, "int8", choice="0")) == {0: 300, 1: 100}
    assert pixels(read({-1: 200, 0: 100, 1: 100}, "int8", choice="none")) == {0: 200, 1: 100, 2: 100}
    assert pixels(read({0: 200, 1: 200}, nodata=0.0, choice="none")) == {1: 200, 2: 200}


@pytest.mark.parametrize("text", ["x", "1,,2", "255;0", "1e999x", ",".join(["1"] * 100)])
def test_what_is_no_list_of_numbers_is_refused(text):
    with pytest.raises(HsiError, match="is no background"):
        choice_of(text)


def test_the_highest_number_leaves_no_room_for_a_class_0():
    with pytest.raises(HsiError, match="one too many"):
        read({0: 200, 1: 100, 65535: 100}, "uint16", choice="none")


def test_every_reading_that_is_offered_can_be_chosen_and_the_first_is_the_one_taken():
    for parts in (PARTS, {0: 300, 1: 60, 2: 30, 255: 10}, {1: 50, 2: 50, 9: 300}):
        raster = read(parts)
        ways = list(readings(raster.background))
        assert np.array_equal(read(parts, choice=ways[0][0]).array, raster.array)
        assert len(ways) > 2
        for choice, words in ways:
            unlabelled = int(np.count_nonzero(read(parts, choice=choice).array == 0))
            assert f"{unlabelled:,} pixels without a label" in words


def test_shapes_have_no_background(tmp_path: Path):
    (tmp_path / "x.csv").write_text("row,col,class_id\n0,0,1\n")
    grid = Grid(2, 2)
    with pytest.raises(HsiError, match="no raster of numbers"):
        read_classes(tmp_path / "x.csv", grid=grid, background=255)
    assert read_classes(tmp_path / "x.csv", grid=grid, background="0").array[0, 0] == 1


@pytest.mark.parametrize("name", ["gt255.tif", "gt255_nonodata.tif", "gt255.mat", "gtm1.mat", "gtm1.npy"])
def test_labels_whose_background_is_not_0_keep_their_class_0(cases: Path, name: str):
    raster = read_classes(cases / "files" / "22_background" / name)
    assert pixels(raster) == {0: 105, 1: 1, 2: 1, 3: 1}
    assert "0 is a class (1 pixel)" in said(raster)


@pytest.mark.parametrize("truth", ["h_gt.tif", "h_gt_nd.tif"])
def test_a_perfect_map_of_classes_from_0_is_perfect(cases: Path, truth: str):
    folder = cases / "files" / "22_background"
    found = api.evaluate(folder / "h_map.tif", folder / truth)
    assert (found.oa, found.accuracy.n_test) == (1.0, 75)
    assert any("0 is a class of the reference" in note for note in found.context.notes)
    as_before = api.evaluate(folder / "h_map.tif", folder / truth, truth_background="0")
    assert as_before.accuracy.n_test == (375 if truth == "h_gt.tif" else 50)


def test_a_map_that_says_what_its_0_is_keeps_it(tmp_path: Path):
    truth = np.repeat(np.array([255, 0, 1, 2], np.uint8), 100).reshape(20, 20)
    scipy.io.savemat(tmp_path / "truth.mat", {"gt": truth})
    profile = {"driver": "GTiff", "height": 20, "width": 20, "count": 1, "dtype": "uint8", "nodata": 0}
    with rasterio.open(tmp_path / "map.tif", "w", **profile, transform=rasterio.Affine(1, 0, 9, 0, -1, 9)) as dataset:
        dataset.write(np.where(truth == 255, 0, truth), 1)
    found = api.evaluate(tmp_path / "map.tif", tmp_path / "truth.mat")
    assert found.oa == pytest.approx(2 / 3)
