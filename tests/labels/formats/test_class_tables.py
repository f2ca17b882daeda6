"""Tables of classes to and from the files of other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.labels.formats.class_tables import merged_table, read_table, write_table
from hsigui.labels.formats.table import class_table_suffixes

TABLE = ClassTable(
    (ClassInfo(1, "Corn, no till", (255, 0, 10)), ClassInfo(2, "Größe “7”", (1, 2, 3)), ClassInfo(9, "水", (0, 0, 255)))
)


@pytest.mark.parametrize("suffix", class_table_suffixes())
def test_a_table_is_read_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    (path,) = write_table(tmp_path / f"classes{suffix}", TABLE)
    assert read_table(path) == TABLE


VECTOR_STYLE = """<qgis><renderer-v2 type="categorizedSymbol" attr="class">
<categories><category value="4" label="Corn" symbol="0"/><category value="7" label="" symbol="1"/>
<category value="" label="others" symbol="2"/></categories>
<symbols><symbol name="0"><layer><prop k="color" v="255,0,10,255"/></layer></symbol>
<symbol name="1"><layer><Option type="Map">
<Option name="color" value="1,2,3,255,rgb:0,0,0,1"/></Option></layer></symbol>
<symbol name="2"><layer><prop k="color" v="9,9,9,255"/></layer></symbol></symbols></renderer-v2></qgis>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "id;name;r;g;b\n4;Corn;255;0;10\n7;;1;2;3\n"),
        ("b.csv", "4,Corn,#ff000a\n7,,#010203\n0,Nothing,#000000\n"),
        ("c.csv", "4,Corn,255,0,10\n7,,1,2,3\n"),
        ("d.csv", "Value,Label,Color\n4,Corn,255 0 10\n7,,#010203\n"),
        ("e.txt", "# QGIS Generated Color Map Export File\nINTERPOLATION:EXACT\n4,255,0,10,255,Corn\n7,1,2,3,255,\n"),
        ("f.clr", "# a colour file\n0 0 0 0\n4 255 0 10 255 Corn\n7 1 2 3\n"),
        ("g.json", '[{"id": 4, "name": "Corn", "color": [255, 0, 10]}, {"value": 7, "color": "#010203"}]'),
        ("h.qml", VECTOR_STYLE),
    ],
)
def test_tables_of_other_programs(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    seven = "7" if name == "h.qml" else "Class 7"  # QGIS shows the value where a category has no label
    assert read_table(path) == ClassTable((ClassInfo(4, "Corn", (255, 0, 10)), ClassInfo(7, seven, (1, 2, 3))))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "", "holds no classes"),
        ("a.csv", "id,name\nx,Corn\n", "where a class number should stand"),
        ("a.csv", "id,name\n1,Corn\n1,Water\n", "number 1 twice"),
        ("a.csv", "id,name\n1,Corn\n2,corn\n", "name “Corn” twice"),
        ("a.csv", "id,name\n70000,Corn\n", "70000"),
        ("a.clr", "1.5 2 3 4\n", "no class number"),
        ("a.json", "{", "no table of classes"),
        ("a.json", "3", "no list of classes"),
        ("a.qml", "<qgis", "no table of classes"),
        ("a.qml", "<qgis/>", "holds no classes"),
        ("a.docx", "1", "Readable are"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(HsiError) as caught:
        read_table(path)
    assert words in str(caught.value)
    assert caught.value.hint


def test_a_missing_file_and_an_unknown_ending_are_refused(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="cannot be read"):
        read_table(tmp_path / "none.csv")
    with pytest.raises(HsiError, match="in which format"):
        write_table(tmp_path / "classes", TABLE)


def test_a_class_without_a_colour_gets_that_of_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n3,Corn\n", encoding="utf-8")
    assert read_table(path).get(3) == ClassInfo(3, "Corn", color_for(3))


def test_an_imported_table_joins_by_name() -> None:
    present = ClassTable((ClassInfo(1, "Water", (1, 1, 1)), ClassInfo(2, "Class 2", (2, 2, 2))))
    other = ClassTable(
        (ClassInfo(1, "Corn", (3, 3, 3)), ClassInfo(2, "Soil", (4, 4, 4)), ClassInfo(8, "WATER", (5, 5, 5)))
    )
    merged = merged_table(present, other)
    assert merged.get(1) == ClassInfo(1, "Water", (5, 5, 5))
    assert merged.get(2) == ClassInfo(2, "Soil", (4, 4, 4))
    assert {c.name for c in merged} == {"Water", "Soil", "Corn"}
    assert len(merged) == 3
