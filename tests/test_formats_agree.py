"""What the program says of formats and what its tables of formats hold are the same, wherever it is said."""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from hsigui import plugins
from hsigui.commands.parser import build_parser
from hsigui.cube.formats import table as scenes
from hsigui.cube.formats.rows import raster_drivers, suffixes_of
from hsigui.cube.libraries import table as libraries
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats import table as labels
from hsigui.labels.formats.class_tables import read_table, write_table
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.report import table as maps
from hsigui.report.maps import export_map
from hsigui.report.rasters import write_layers
from hsigui.report.sheet_table import FORMATS
from tests.formats_in_texts import HELP, LISTS, ROOT, marked, with_lists
from tests.sources import PACKAGE, nodes

TABLES = (scenes.OWN, libraries.FORMATS, labels.FORMATS, labels.CLASS_TABLES, maps.OWN, maps.LAYERS, FORMATS)
KNOWN = {*scenes.LIBRARIES[1], *(suffix for table in TABLES for suffix in suffixes_of(table))}
# Endings of files that are written beside others, or that are no scenes, labels or maps.
BESIDE = {".aux", ".vat", ".legend", ".pgw", ".jgw", ".prj", ".html", ".md", ".safetensors", ".hsigui", ".sh", ".toml"}
# Modules that must know endings themselves: of ENVI's data files, of world files.
# The last two: what is written in strips, a part of what is written; and lists of scenes, which hold none.
KEEP_LISTS = {"cube/formats/envi.py", "report/pictures.py", "report/strips.py", "pipeline/manifest.py"}
ARRAY = np.ones((2, 3), dtype=np.uint16)
CLASSES = ClassTable.for_numbers([1])


@pytest.mark.parametrize("page", LISTS, ids=lambda page: page.name)
def test_the_lists_of_a_page_are_those_of_the_tables(page: Path) -> None:
    assert marked(page) == list(LISTS[page])
    told = "Other than the tables: python -m tests.formats_in_texts writes the lists anew."
    assert page.read_text(encoding="utf-8") == with_lists(page), told


@pytest.mark.parametrize("page", [ROOT / "README.md", *sorted(HELP.glob("*.md"))], ids=lambda page: page.name)
def test_a_page_names_no_ending_that_no_table_knows(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = set(re.findall(r"(?<![\w./*])\.[a-z][a-z0-9]+(?![\w/])", text))
    assert found - KNOWN - BESIDE - {".venv"} == set()


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in build_parser()._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def helps() -> Iterator[tuple[str, str]]:
    for name, parser in parsers():
        written = parser._get_formatter()._expand_help
        yield from ((f"{name} {action.dest}", written(action) if action.help else "") for action in parser._actions)


def test_the_options_name_no_ending_that_no_table_knows() -> None:
    for option, text in helps():
        found = set(re.findall(r"(?<![\w./])\.[a-z][a-z0-9]+", text))
        assert found <= KNOWN | BESIDE, option


def test_the_options_that_take_a_format_name_all() -> None:
    told = dict(helps())
    for option, suffixes in {
        "labels source": suffixes_of(labels.FORMATS),
        "labels out": labels.written_suffixes(),
        "labels classes": labels.class_table_suffixes(),
        "export out": maps.map_suffixes(),
        "export legend": labels.class_table_suffixes(),
        "classify out": maps.map_suffixes(),
        "classify format": maps.map_suffixes(),
    }.items():
        assert all(suffix in told[option] for suffix in suffixes), option


def test_a_refusal_names_all_formats_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "what.docx"
    path.write_bytes(bytes(100))
    for read, rows in ((open_cube, scenes.available()), (read_classes, labels.available())):
        with pytest.raises(HsiError, match="docx") as caught:
            read(path)
        assert all(row.title in caught.value.hint for row in rows)
    with pytest.raises(HsiError) as caught:
        read_table(path)
    assert all(suffix in caught.value.hint for suffix in suffixes_of(labels.CLASS_TABLES))


def test_a_refusal_names_all_endings_that_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "what.docx"
    for write, suffixes in (
        (lambda: write_classes(path, ARRAY, CLASSES), labels.written_suffixes()),
        (lambda: write_table(path, CLASSES), labels.class_table_suffixes()),
        (lambda: export_map(path, ARRAY, CLASSES), maps.map_suffixes()),
        (lambda: write_layers(path, np.ones((2, 3, 1)), ("one",)), maps.layer_suffixes()),
    ):
        with pytest.raises(HsiError) as caught:
            write()
        assert all(suffix in caught.value.hint for suffix in suffixes)
    assert list(tmp_path.iterdir()) == []


def test_no_other_module_keeps_a_list_of_endings() -> None:
    lists = [
        f"{path.relative_to(PACKAGE).as_posix()}:{node.lineno}"
        for path, inside in nodes().items()
        if path.name != "table.py" and path.relative_to(PACKAGE).as_posix() not in KEEP_LISTS
        for node in inside
        if _is_list_of_endings(node)
    ]
    assert lists == []


def _is_list_of_endings(node: ast.AST) -> bool:
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", [])
    words = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return len(words) > 1 and sum(word in KNOWN for word in words) > 1


def test_every_function_that_a_row_names_is_there() -> None:
    named = [
        (row, value)
        for table in TABLES
        for row in table
        for value in vars(row).values()
        if isinstance(value, str) and re.fullmatch(r"hsigui[\w.]*:\w+", value)
    ]
    assert len(named) > 40
    for row, value in named:
        assert callable(plugins.resolved(value)), row


def test_the_tables_load_nothing_heavy() -> None:
    code = (
        "import sys, hsigui.cube.formats.table, hsigui.labels.formats.table, hsigui.report.table as t; t.problems(); "
        "print([m for m in ('numpy', 'h5py', 'rasterio', 'scipy', 'torch', 'PySide6') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "[]"


def test_a_format_whose_driver_gdal_lacks_is_neither_offered_nor_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "raster_drivers", lambda: frozenset({"GTiff", "VRT"}))
    offered = suffixes_of(scenes.available())
    assert ".vrt" in offered
    assert ".jp2" not in offered
    assert ".img" in offered, "ENVI's data files need no driver"
    assert "JPEG 2000" not in scenes.in_words()
    path = tmp_path / "scene.jp2"
    path.write_bytes(bytes(100))
    with pytest.raises(HsiError, match="no driver for JPEG 2000") as caught:
        open_cube(path)
    assert "GeoTIFF" in caught.value.hint


@pytest.mark.parametrize("row", [row for row in scenes.OWN if row.drivers], ids=lambda row: row.name)
def test_what_a_driver_writes_is_opened_with_its_place(tmp_path: Path, row: scenes.Reader) -> None:
    driver = next((name for name in row.drivers if name in raster_drivers()), None)
    if driver is None or driver == "BSB":  # charts are only read
        assert row.available == (driver is not None)
        return
    values = np.arange(5 * 4 * 3, dtype=np.uint8).reshape(3, 5, 4)
    where = {"transform": rasterio.Affine(20, 0, 500_000, 0, -20, 4_480_000), "crs": rasterio.CRS.from_epsg(32616)}
    with rasterio.open(tmp_path / "a.tif", "w", "GTiff", 4, 5, 3, dtype="uint8", **where) as file:
        file.write(values)
    path = tmp_path / f"scene{row.suffixes[0]}"
    lossless = {"QUALITY": "100", "REVERSIBLE": "YES"} if driver == "JP2OpenJPEG" else {}
    rasterio.shutil.copy(tmp_path / "a.tif", path, driver=driver, **lossless)
    cube = open_cube(path)
    np.testing.assert_array_equal(cube.read(), values.transpose(1, 2, 0))
    assert (cube.geo.transform is not None) == (scenes.PLACE in row.carries)


@pytest.mark.parametrize(
    ("kind", "fields", "fault"),
    [
        (scenes.Reader, {"name": "", "suffixes": (".x",), "opens": "m:f"}, "needs a name"),
        (scenes.Reader, {"name": "x", "suffixes": ".x", "opens": "m:f"}, "must be a tuple"),
        (scenes.Reader, {"name": "x", "suffixes": ("X",), "opens": "m:f"}, "no suffix"),
        (scenes.Reader, {"name": "x", "suffixes": (".x",)}, "needs a function"),
        (scenes.Reader, {"name": "x", "suffixes": (".x",), "opens": "m:f", "arrays": "m:f"}, "needs a function"),
        (labels.LabelFormat, {"name": "x", "suffixes": (".x",), "read": "m:f", "written": (".x",)}, "or neither"),
        (maps.Exporter, {"name": "x", "suffixes": (".x",)}, "no function that writes"),
        (maps.Exporter, {"name": "x", "needs": "luck"}, "luck"),
    ],
)
def test_a_row_that_cannot_work_is_refused_when_it_is_made(kind: type, fields: dict, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        kind(title="X", **fields)
