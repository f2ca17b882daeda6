"""Draws as asked for, and the record beside the labels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hsigui.labels.blocks import BlockSplit, draw_blocks
from hsigui.labels.classes import ClassTable
from hsigui.labels.region_split import RegionSplit
from hsigui.labels.sampling import draw, draw_percent
from hsigui.labels.stroke_split import draw_strokes
from hsigui.pipeline import split as splits
from hsigui.specs import SPLITS, SplitSpec

TRUTH = np.kron(np.array([[1, 2, 0, 1], [2, 1, 0, 3], [1, 2, 2, 1]]), np.ones((12, 12), dtype=int)).astype(np.uint16)


def test_each_kind_is_drawn_by_its_own_function():
    same = np.testing.assert_array_equal
    same(splits.draw_split(TRUTH, SplitSpec(6, 2)).train, draw(TRUTH, 6, 2).train)
    same(splits.draw_split(TRUTH, SplitSpec(6, 2, percent=5.0)).train, draw_percent(TRUTH, 5, 2).train)
    block = splits.draw_split(TRUTH, SplitSpec(6, 2, "block", block=8, guard=3))
    assert isinstance(block, BlockSplit)
    assert block.guard == 3
    same(block.train, draw_blocks(TRUTH, 6, 2, block=8, guard=3).train)
    region = splits.draw_split(TRUTH, SplitSpec(6, 2, "region", guard=0))
    assert isinstance(region, RegionSplit)
    assert (region.train == 1).sum() == 6
    whole = splits.draw_split(TRUTH, SplitSpec(6, 2, "region", percent=50, guard=0))
    assert (whole.train == 1).sum() % 144 == 0, "whole regions"
    strokes = splits.draw_split(TRUTH, SplitSpec(seed=2, kind="strokes", strokes=3, pixels=12))
    same(strokes.train, draw_strokes(TRUTH, 3, 2, pixels=12).train)
    same(strokes.train + strokes.test, TRUTH)


@pytest.mark.parametrize("kind", SPLITS)
def test_pixels_without_data_are_in_neither_part(kind):
    valid = np.ones(TRUTH.shape, dtype=bool)
    valid[:, ::3] = False
    split = splits.draw_split(TRUTH, SplitSpec(4, 0, kind, block=8, guard=1), valid)
    assert not split.train[~valid].any()
    assert not split.test[~valid].any()


def test_the_record_is_read_as_it_was_written_and_never_taken_for_other_labels(tmp_path):
    split = splits.draw_split(TRUTH, SplitSpec(6, 2, "block", block=8, guard=3))
    record = splits.describe(split, TRUTH, ClassTable(), "in words", seed=2, guard=3, command="hsigui sample")
    path = splits.save(record, tmp_path / "labels.tif")
    assert path.name == "labels.tif.hsigui.json"
    assert splits.load(tmp_path / "labels.tif", split.train) == record
    assert splits.load(tmp_path / "labels.tif", split.test) is None
    assert splits.load(tmp_path / "other.tif", split.train) is None


def test_the_record_is_written_beside_labels_that_still_are_the_sample_only(tmp_path):
    drawn = splits.draw_split(TRUTH, SplitSpec(6, 2))
    record = splits.describe(drawn, TRUTH, ClassTable(), "in words")
    painted = np.where(drawn.train == 0, np.uint16(1), drawn.train)
    assert splits.save_beside(record, tmp_path / "labels.tif", painted) == []
    assert [*tmp_path.iterdir()] == []
    assert splits.save_beside(record, tmp_path / "labels.tif", drawn.train) == [tmp_path / "labels.tif.hsigui.json"]
    assert splits.load(tmp_path / "labels.tif", drawn.train) == record


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": "hsigui-map"})])
def test_another_file_of_its_name_is_no_record(tmp_path, text):
    (tmp_path / "labels.tif.hsigui.json").write_text(text, encoding="utf-8")
    assert splits.load(tmp_path / "labels.tif", TRUTH) is None


def test_classes_that_cannot_be_tested_are_named():
    split = splits.draw_split(TRUTH, SplitSpec(6, 0, "region", guard=0))
    assert splits.describe(split, TRUTH, ClassTable(), "").not_tested == ("Class 2", "Class 3")
    words = [splits.in_words(spec) for spec in (SplitSpec(), SplitSpec(percent=2.5), SplitSpec(kind="block"))]
    words += [splits.in_words(SplitSpec(kind="strokes", strokes=strokes)) for strokes in (1, 3)]
    assert words == [
        "10 pixels a class at random over the scene", "2.5 % of each class at random over the scene",
        "10 pixels a class at random in training blocks of 16 x 16 pixels",
        "1 stroke a class, of at most 25 pixels in one region",
        "3 strokes a class, each of at most 25 pixels in one region",
    ]  # fmt: skip
