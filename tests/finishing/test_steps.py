"""Each step against an independent way: GDAL's programs, scipy, or numpy by hand."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.crs import CRS
from scipy.ndimage import generic_filter
from scipy.spatial import cKDTree

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.finishing.asked import step_of
from hsigui.finishing.classes import Level, Merge, Recode
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.painting import Paint
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import finished
from hsigui.finishing.tables import levels_of, read_recoding, read_tree
from hsigui.finishing.unclassified import Below, Fill, Masked
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

UTM = Geo((30.0, 0.0, 500_000.0, 0.0, -30.0, 5_000_000.0), CRS.from_epsg(32633).to_wkt())
NAMES = ClassTable(
    (
        ClassInfo(1, "Maize", (200, 150, 0)), ClassInfo(2, "Wheat", (220, 200, 90)), ClassInfo(3, "Oak", (0, 90, 0)),
        ClassInfo(300, "Wasser, tief", (0, 0, 200)),
    )
)  # fmt: skip


@pytest.fixture
def speckled() -> FinishedMap:
    """Fields with speckle, an edge without data, numbers above 255 and with gaps."""
    rng = np.random.default_rng(4)
    fields = np.repeat(np.repeat(np.array([[1, 2, 3], [300, 1, 2]], np.uint16), 20, 0), 22, 1)
    speckle = rng.random(fields.shape) < 0.15
    classes = np.where(speckle, rng.choice(np.array([1, 2, 3, 300], np.uint16), fields.shape), fields)
    valid = np.ones(fields.shape, bool)
    valid[:, :3] = False
    confidence = np.where(valid, rng.random(fields.shape), np.nan).astype(np.float32)
    return FinishedMap(np.where(valid, classes, 0).astype(np.uint16), NAMES, confidence, UTM, valid)


def after(found: FinishedMap, step) -> FinishedMap:
    before = found.classes.copy()
    made = finished(found, [step])
    assert (found.classes == before).all(), "the map before is not touched"
    assert made.classes.dtype == np.uint16
    assert made.steps[-1].changed == int((made.classes != before).sum())
    if found.valid is not None:
        assert not made.classes[~found.valid].any(), "where there is no data no step puts a class"
    return made


def test_the_majority_is_that_of_a_filter_by_hand(speckled):
    def most(window: np.ndarray) -> float:
        own, known = window[len(window) // 2], window[window > 0]
        if not own:
            return 0
        numbers, counts = np.unique(known, return_counts=True)
        best = numbers[counts == counts.max()]
        return own if own in best else best[0]

    wanted = generic_filter(speckled.classes.astype(float), most, size=5, mode="constant")
    assert (after(speckled, Majority(5)).classes == wanted).all()


@pytest.mark.skipif(shutil.which("gdal_sieve.py") is None, reason="gdal_sieve.py is not installed")
@pytest.mark.parametrize("connectivity", [4, 8])
def test_the_sieve_is_that_of_gdal(speckled, tmp_path, connectivity):
    whole = replace(
        speckled, classes=np.where(speckled.classes == 0, 1, speckled.classes).astype(np.uint16), valid=None
    )
    source, made = tmp_path / "map.tif", tmp_path / "sieved.tif"
    profile = {"driver": "GTiff", "height": 40, "width": 66, "count": 1, "dtype": "uint16"}
    with rasterio.open(source, "w", **profile, transform=Affine(*UTM.transform)) as file:
        file.write(whole.classes, 1)
    words = ["gdal_sieve.py", "-q", "-st", "9", f"-{connectivity}", source, made]
    subprocess.run(list(map(str, words)), check=True, capture_output=True)
    with rasterio.open(made) as file:
        wanted = file.read(1)
    assert (after(whole, Sieve("9", connectivity)).classes == wanted).all()


def test_a_sieve_as_large_as_the_map_changes_nothing_as_gdal_has_it(speckled):
    for pixels in (speckled.classes.size, 10**9):
        assert (after(speckled, Sieve(str(pixels))).classes == speckled.classes).all()


def test_a_sieve_in_hectares_counts_the_pixels_of_the_place(speckled):
    assert (after(speckled, Sieve("0.8ha")).classes == after(speckled, Sieve("9")).classes).all()
    assert Sieve("0.8ha", 8).told == "--sieve 0.8ha,8"


def test_merged_classes_lose_their_pixels_and_their_place_in_the_table(speckled):
    made = after(speckled, step_of("merge", "wheat=Maize,300=3"))
    wanted = speckled.classes.copy()
    wanted[wanted == 2], wanted[wanted == 300] = 1, 3
    assert (made.classes == wanted).all()
    assert [info.name for info in made.table] == ["Maize", "Oak"]
    assert made.became == {2: 1, 300: 3}
    assert (made.in_these_classes(speckled.classes) == wanted).all()


def test_merges_that_follow_each_other_end_where_the_last_one_does(speckled):
    made = after(speckled, Merge((("1", "2"), ("2", "3"))))
    assert set(np.unique(made.classes)) == {0, 3, 300}
    with pytest.raises(HsiError, match="circle"):
        after(speckled, Merge((("1", "2"), ("2", "1"))))


def test_two_classes_of_one_name_are_merged_by_number_only(speckled):
    table = ClassTable((*NAMES, ClassInfo(7, "maize", (1, 2, 3))))
    with pytest.raises(HsiError, match="2 classes are called"):
        after(replace(speckled, table=table), Merge((("Maize", "2"),)))


def test_a_table_recodes_and_names(speckled, tmp_path):
    path = tmp_path / "neue Klassen.csv"
    path.write_text("﻿old;new;name;color\nMaize;10;Crop;#ff0000\n2;10;;\n300;0;;\n", encoding="utf-8")
    step = Recode(*read_recoding(path), str(path))
    made = after(speckled, step)
    wanted = speckled.classes.copy()
    wanted[np.isin(wanted, [1, 2])], wanted[wanted == 300] = 10, 0
    assert (made.classes == wanted).all()
    assert [(info.number, info.name) for info in made.table] == [(3, "Oak"), (10, "Crop")]
    assert made.table.get(10).color == (255, 0, 0)
    assert step.told == f"--recode '{path}'"
    assert made.became == {1: 10, 2: 10, 300: 0}


@pytest.mark.parametrize(
    ("encoding", "sign"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";"), ("utf-16", "\t"), ("utf-8", "\t")]
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path, encoding, sign):
    path = tmp_path / "t.csv"
    lines = [["old", "new", "name"], ["1", "5", '"Grünland,\r\nnass"'], ["x", "y"]]
    path.write_bytes("\r\n".join(sign.join(line) for line in lines[:2]).encode(encoding))
    targets, (named,) = read_recoding(path)
    assert targets == (("1", 5),)
    assert named.name.split() == ["Grünland,", "nass"], "a name may go on in the next line"
    path.write_bytes("\r\n".join(sign.join(line) for line in lines).encode(encoding))
    with pytest.raises(HsiError, match="Line 4"):
        read_recoding(path)


def test_a_table_of_a_whole_legend_recodes_the_part_that_the_map_has(speckled, tmp_path):
    path = tmp_path / "legend.csv"
    path.write_text("old,new\n1,11\n77,12\n")
    made = after(speckled, step_of("recode", str(path)))
    assert (made.classes == np.where(speckled.classes == 1, 11, speckled.classes)).all()
    path.write_text("old,new\nMaise,11\n")
    with pytest.raises(HsiError, match="no class “Maise”"):
        after(speckled, step_of("recode", str(path)))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("old,neu\n1,2\n", "no column new"), ("old,new\n1,x\n", "Line 2"), ("old,new\n1,2\n1,3\n", "twice"),
        ("old,new\n", "no lines"), ("", "no column"), ("old,new,name,color\n1,2,A,red\n", "no colour"),
        ("old,new\n,2\n", "names no class"), ("old,new\n1,70000\n", "no class number"),
        ("old,new,name\n1,5,A\n2,5,B\n", "another name"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_meant_says_its_line(tmp_path, text, said):
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(HsiError, match=said):
        read_recoding(path)


def test_a_level_of_a_class_tree_takes_the_place_of_its_classes(speckled, tmp_path):
    path = tmp_path / "tree.csv"
    lines = ["class,Use,use color,cover", "Maize,Field,,Green", "Wheat,Field,#010203,Green", "Oak,Forest,,Green",
             '"Wasser, tief",,,Blue', "Elm,Forest,,Green"]  # fmt: skip
    path.write_text("\n".join(lines), encoding="utf-8")
    assert levels_of(path) == ("use", "cover")
    made = after(speckled, Level(*read_tree(path), str(path)))
    assert [(info.number, info.name) for info in made.table] == [(1, "Field"), (2, "Forest"), (3, "Wasser, tief")]
    assert made.table.get(1).color == (1, 2, 3)
    assert made.table.get(2).color == NAMES.get(3).color
    lookup = {0: 0, 1: 1, 2: 1, 3: 2, 300: 3}
    assert (made.classes == np.vectorize(lookup.get)(speckled.classes)).all()
    other = after(speckled, step_of("tree", f"{path}:cover"))
    assert [info.name for info in other.table] == ["Green", "Blue"]
    with pytest.raises(HsiError, match="no level"):
        step_of("tree", f"{path}:other")


def test_a_tree_that_lacks_a_class_of_the_map_is_refused_by_name(speckled, tmp_path):
    path = tmp_path / "tree.csv"
    path.write_text("class,use\n1,Field\n2,Field\n3,Forest\n")
    with pytest.raises(HsiError, match="Wasser, tief"):
        after(speckled, step_of("tree", str(path)))


def test_below_a_confidence_there_is_no_class_but_for_painted_pixels(speckled):
    painted = np.zeros(speckled.classes.shape, bool)
    painted[5, 10:20] = True
    made = after(replace(speckled, painted=painted), Below(0.5))
    wanted = np.where((speckled.confidence < 0.5) & ~painted, 0, speckled.classes)
    assert (made.classes == wanted).all()
    assert made.valid is speckled.valid, "unclassified within the scene is not the same as no data"
    with pytest.raises(HsiError, match="confidence of this map is not known"):
        after(replace(speckled, confidence=None), Below(0.5))


def test_filled_pixels_take_a_nearest_class_as_a_tree_of_points_finds_it(speckled):
    holes = finished(speckled, [Below(0.7)])
    made = after(holes, Fill())
    assert (made.classes > 0).all() == speckled.valid.all()
    known, gaps = np.argwhere(holes.classes > 0), np.argwhere((holes.classes == 0) & holes.valid)
    tree = cKDTree(known)
    away, _ = tree.query(gaps)
    for (row, col), distance in zip(gaps, away, strict=True):
        near = known[tree.query_ball_point((row, col), distance + 1e-9)]
        assert made.classes[row, col] in holes.classes[near[:, 0], near[:, 1]]
    close = after(holes, Fill(1))
    wanted = away <= 1
    assert ((close.classes[gaps[:, 0], gaps[:, 1]] > 0) == wanted).all()
    assert finished(holes, [Fill(1.0)]).steps[-1].told == "--fill 1"


def test_a_map_without_a_class_is_left_as_it_is():
    empty = FinishedMap(np.zeros((4, 5), np.uint16), NAMES)
    for step in (Fill(), Majority(3), Sieve("5"), Merge((("1", "2"),))):
        assert not after(empty, step).classes.any()
    one = FinishedMap(np.ones((1, 1), np.uint16), NAMES)
    for step in (Fill(), Majority(99), Sieve("5000"), Sieve("5", 8)):
        assert after(one, step).classes.tolist() == [[1]]


def test_masked_pixels_lose_their_class(speckled, tmp_path):
    mask = np.zeros(speckled.classes.shape, np.uint8)
    mask[10:20, 10:30] = 7
    np.save(tmp_path / "Maske.npy", mask)
    step = step_of("mask", str(tmp_path / "Maske.npy"))
    assert (after(speckled, step).classes == np.where(mask, 0, speckled.classes)).all()
    with pytest.raises(HsiError, match="pixels, the map"):
        after(speckled, Masked(np.zeros((3, 3), bool), "other.tif", ""))


def test_painted_classes_are_matched_by_name_marked_and_not_put_where_there_is_no_data(speckled, tmp_path):
    hand = np.zeros(speckled.classes.shape, np.uint16)
    hand[5:8, 0:9], hand[20:22, 30:40] = 1, 2
    table = ClassTable((ClassInfo(1, "Oak", (0, 1, 0)), ClassInfo(2, "Road", (9, 9, 9))))
    write_classes(tmp_path / "von Hand.tif", hand, table, UTM)
    made = after(speckled, step_of("paint", str(tmp_path / "von Hand.tif")))
    road = next(info for info in made.table if info.name == "Road")
    assert road.number not in NAMES
    wanted = speckled.classes.copy()
    wanted[5:8, 3:9], wanted[20:22, 30:40] = 3, road.number
    assert (made.classes == wanted).all()
    assert (made.painted == ((hand > 0) & speckled.valid)).all()
    assert made.painted_pixels == 3 * 6 + 20
    again = after(made, Paint(np.where(hand == 1, 2, 0).astype(np.uint16), NAMES, "x", "1"))
    assert again.painted_pixels == made.painted_pixels, "painted twice is painted once"


def test_what_became_of_a_class_is_followed_through_all_steps(speckled, tmp_path):
    path = tmp_path / "tree.csv"
    path.write_text("class,use\nMaize,Field\nOak,Forest\nWasser tief,Water\n")
    (tmp_path / "recode.csv").write_text("old,new,name\n300,4,Wasser tief\n")
    steps = [step_of("merge", "Wheat=Maize"), step_of("recode", str(tmp_path / "recode.csv")),
             step_of("tree", str(path))]  # fmt: skip
    made = finished(speckled, steps)
    assert [info.name for info in made.table] == ["Field", "Forest", "Water"]
    assert made.became == {2: 1, 3: 2, 300: 3}
    assert made.first == NAMES
    assert (made.in_these_classes(speckled.classes) == made.classes).all()
