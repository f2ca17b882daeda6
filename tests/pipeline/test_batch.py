"""The list of cubes, the names of their maps, and the table of outcomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.pipeline import batch
from hsigui.pipeline.batch import Order
from hsigui.pipeline.outcomes import FAILED, MADE, UNCHANGED, CubeOutcome, read_table


@pytest.fixture
def cubes(tmp_path) -> list[Path]:
    for name in ("a.mat", "b.mat", "c.mat"):
        (tmp_path / name).write_bytes(b"cube")
    return [tmp_path / name for name in ("a.mat", "b.mat", "c.mat")]


def test_patterns_are_looked_up_once_each_and_an_envi_pair_is_one(tmp_path, cubes):
    for name in ("x.hdr", "x.img", "x.img.aux.xml", "y.img"):
        (tmp_path / name).write_text("ENVI\n")
    found = batch.found([tmp_path / "*.mat", cubes[0], tmp_path / "x*", tmp_path / "missing.hdr"])
    assert [p.name for p in found] == ["a.mat", "b.mat", "c.mat", "x.hdr", "missing.hdr"]
    (tmp_path / "[1].mat").write_bytes(b"")
    assert batch.found([tmp_path / "[1].mat"]) == (tmp_path / "[1].mat",), "a name that looks like a pattern"
    with pytest.raises(HsiError, match="No file"):
        batch.found([tmp_path / "*.h5"])


def test_maps_of_cubes_of_one_name_are_told_apart_by_their_folder(tmp_path):
    paths = [tmp_path / "one" / "cube.hdr", tmp_path / "two" / "cube.hdr", tmp_path / "other.mat"]
    assert [o.map.name for o in batch.orders(paths, tmp_path, ".tif")] == [
        "one-cube-map.tif", "two-cube-map.tif", "other-map.tif",
    ]  # fmt: skip
    with pytest.raises(HsiError, match="Two cubes"):
        batch.orders([tmp_path / "a" / "x" / "c.hdr", tmp_path / "b" / "x" / "c.hdr"], tmp_path, ".tif")


def make(order: Order, ctx) -> CubeOutcome:
    if order.cube.read_bytes() == b"broken":
        raise HsiError("it is broken", "mend it")
    order.map.write_bytes(b"map")
    return CubeOutcome(str(order.cube), MADE, str(order.map), 3, 4, 5, 12, 2)


def test_a_bug_in_one_cube_is_told_and_the_others_are_made(cubes, tmp_path):
    orders = batch.orders(cubes, tmp_path, ".tif")

    def buggy(order, ctx):
        if order.cube.name == "b.mat":
            raise ZeroDivisionError("oops")
        return make(order, ctx)

    found = batch.run(orders, buggy, "s", tmp_path / "t.csv", SilentContext())
    assert [line.outcome for line in found] == [MADE, FAILED, MADE]
    assert found[1].message == "ZeroDivisionError: oops"
    assert read_table(tmp_path / "t.csv") == found


def test_what_was_made_is_known_even_after_a_batch_that_was_cancelled(cubes, tmp_path):
    orders = batch.orders(cubes, tmp_path, ".tif")
    table = tmp_path / "t.csv"
    batch.run(orders, make, "s", table, SilentContext())
    cubes[0].write_bytes(b"another")

    def cancelled(order, ctx):
        raise Cancelled

    with pytest.raises(Cancelled):
        batch.run(orders, cancelled, "s", table, SilentContext())
    again = batch.run(orders, make, "s", table, SilentContext())
    assert [line.outcome for line in again] == [MADE, UNCHANGED, UNCHANGED]
    assert [line.outcome for line in batch.run(orders, make, "other", table, SilentContext())] == [MADE] * 3


def test_a_table_that_is_none_of_ours_is_no_reason_to_fail(cubes, tmp_path):
    table = tmp_path / "t.csv"
    table.write_bytes(b"\xff\xfe,nonsense\n1,2\n")
    found = batch.run(batch.orders(cubes, tmp_path, ".tif"), make, "s", table, SilentContext())
    assert [line.outcome for line in found] == [MADE] * 3


def test_warnings_carry_the_name_of_their_cube(cubes, tmp_path):
    told = []

    class Listening(SilentContext):
        def warn(self, message):
            told.append(message)

    def warning(order, ctx):
        ctx.warn("odd")
        return make(order, ctx)

    batch.run(batch.orders(cubes, tmp_path, ".tif"), warning, "s", tmp_path / "t.csv", Listening())
    assert told == ["a.mat: odd", "b.mat: odd", "c.mat: odd"]
