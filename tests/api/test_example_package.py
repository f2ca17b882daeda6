"""The package of `resources/examples`: its format and its engine work like the program's own."""

from __future__ import annotations

import csv
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio

from hsigui import plugins
from hsigui.__main__ import main
from hsigui.assets import resource
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.seam import Workers, each_tried_again
from hsigui.report.maps import export_map
from tests.pipeline.executors import work

ARRAY = np.array([[1, 1, 2], [0, 2, 2]], dtype=np.uint16)
CLASSES = ClassTable.for_numbers([1, 2])
GEO = Geo((20.0, 0.0, 500_000.0, 0.0, -20.0, 4_480_000.0), utm_wkt(33))


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The package on the path, with the entry points that its `pyproject.toml` names, as pip leaves them."""
    folder = resource("examples", "package")
    told = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    points = told["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "".join(f"{name} = {row}\n" for name, row in rows.items()) for group, rows in points.items()
    ]
    about = tmp_path / "hsigui_additions-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: hsigui-additions\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.syspath_prepend(folder)
    modules = told["tool"]["setuptools"]["py-modules"]
    assert sorted(modules) == sorted(path.stem for path in folder.glob("*.py"))
    plugins.forget()
    yield tmp_path
    assert plugins.problems() == []
    plugins.forget()
    for name in modules:
        sys.modules.pop(name, None)


def test_a_map_is_exported_as_its_grid_and_gdal_reads_it_back(tmp_path, capsys):
    write_classes(tmp_path / "map.tif", ARRAY, CLASSES, GEO)
    out = tmp_path / "out.asc"
    assert main(["export", str(tmp_path / "map.tif"), "--out", str(out)]) == 0
    assert str(out) in capsys.readouterr().out
    with rasterio.open(out) as file:
        np.testing.assert_array_equal(file.read(1), ARRAY)
        assert tuple(file.transform)[:6] == GEO.transform
        assert file.nodata == 0
        assert "zone 33" in file.crs.to_wkt().replace("_", " ")
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["number", "name"], ["1", "Class 1"], ["2", "Class 2"]]


def test_a_map_without_a_place_is_counted_in_pixels(tmp_path):
    assert export_map(tmp_path / "a.asc", ARRAY, CLASSES) == [tmp_path / "a.asc", tmp_path / "a.csv"]
    assert (tmp_path / "a.asc").read_text(encoding="ascii").split()[:8] == [
        "ncols", "3", "nrows", "2", "xllcorner", "0.0", "yllcorner", "-2.0",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("transform", "hint"),
    [((20.0, 3.0, 0.0, 3.0, -20.0, 0.0), "--north-up"), ((20.0, 0.0, 0.0, 0.0, -10.0, 0.0), "GeoTIFF")],
)
def test_a_place_that_the_grid_cannot_say_is_refused_with_the_way_out(tmp_path, transform, hint):
    with pytest.raises(HsiError) as refused:
        export_map(tmp_path / "a.asc", ARRAY, CLASSES, Geo(transform, utm_wkt(33)))
    assert hint in refused.value.hint
    assert not (tmp_path / "a.asc").exists()


def test_the_grid_stands_among_the_formats_of_the_command(capsys):
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    assert ".asc" in capsys.readouterr().out


class Hearing(SilentContext):
    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, message: str) -> None:
        self.told.append(message)


def test_processes_of_the_pool_do_orders_and_tell():
    hearing = Hearing()
    with table.started("pool", Workers(2)) as executor:
        done = list(executor.map(work.doubled, range(4), lambda _: hearing))
        assert sorted((one.number, one.value[0]) for one in done) == [(n, 2 * n) for n in range(4)]
        assert sorted(hearing.told) == [f"warned {n}" for n in range(4)]
        with pytest.raises(HsiError, match="the third is wrong"):
            list(executor.map(work.refused, range(4), lambda _: SilentContext()))


def test_an_order_whose_process_is_killed_is_tried_again_and_the_others_are_done():
    hearing = Hearing()
    with table.started("pool", Workers(1)) as executor:
        done = {one.number: one for one in each_tried_again(executor, work.dies, range(3), lambda _: hearing)}
    assert {number: one.value for number, one in done.items()} == {0: 0, 1: None, 2: 2}
    assert done[1].lost
    assert any(words.endswith("It is tried once more.") for words in hearing.told)


def test_a_cancelled_pool_takes_back_what_has_not_begun():
    class Cancelling(SilentContext):
        def check(self) -> None:
            raise Cancelled

    address = "pool:concurrent.futures:ThreadPoolExecutor"
    with table.started(address, Workers(1)) as executor, pytest.raises(Cancelled):
        list(executor.map(work.waits, range(9), lambda _: Cancelling()))


@pytest.mark.parametrize("address", ["no_such_module:Pool", "concurrent.futures:Missing", ":"])
def test_a_pool_that_there_is_not_is_refused(address):
    with pytest.raises(HsiError, match="There is no pool"):
        table.started(f"pool:{address}", Workers())
