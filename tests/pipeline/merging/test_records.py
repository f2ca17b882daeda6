"""Lines of many cubes: the latest of each, and what is missing."""

from __future__ import annotations

import shutil

import pytest

from hsigui.errors import HsiError
from hsigui.pipeline.merging.records import joined, table_in, written_lines
from hsigui.pipeline.outcomes import MADE, CubeOutcome, write_table
from tests.pipeline.merging.maps import note


def test_of_a_cube_in_two_folders_the_latest_line_counts_and_it_is_said(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a-map.tif").write_bytes(b"map")
    note(one, tmp_path / "a.hdr", one / "a-map.tif", when=2000)
    note(two, tmp_path / "a.hdr", two / "a-map.tif", when=1000)
    note(two, tmp_path / "b.hdr", None, "it is broken")
    found = joined([one / "outcomes.csv", two / "outcomes.csv"])
    assert [line.cube.name for line in found.lines] == ["a.hdr", "b.hdr"]
    assert found.maps == (one / "a-map.tif",)
    assert found.missing == ("b.hdr: failed. it is broken",)
    assert found.notes == (f"a.hdr was classified 2 times: the latest counts, of {one / 'outcomes.csv'}.",)
    note(two, tmp_path / "a.hdr", two / "a-map.tif", when=3000)
    assert joined([one / "outcomes.csv", two / "outcomes.csv"]).maps == (two / "a-map.tif",)


def test_what_is_missing_is_told_cube_by_cube(tmp_path):
    folder = tmp_path / "maps"
    folder.mkdir()
    note(folder, tmp_path / "gone.hdr", folder / "gone-map.tif")
    (folder / "outcomes-cubes" / "work-map.tif.claim").write_text("")
    found = joined([folder / "outcomes.csv"], [tmp_path / "gone.hdr", tmp_path / "never.hdr"])
    assert found.missing == (
        f"gone.hdr: its map {folder / 'gone-map.tif'} is not there.",
        "never.hdr: nothing is known of it, no job has had it in work.",
    )
    assert "1 cube is still in work, or was when its process was killed (work-map.tif)" in found.notes[0]


def test_maps_are_found_in_a_folder_that_was_moved_from_another_machine(tmp_path):
    there, here = tmp_path / "cluster" / "maps", tmp_path / "here"
    there.mkdir(parents=True)
    (there / "a-map.tif").write_bytes(b"map")
    note(there, tmp_path / "a.hdr", there / "a-map.tif")
    shutil.move(there, here)
    found = joined([here / "outcomes.csv"])
    assert found.maps == (here / "a-map.tif",)
    assert written_lines(found)[0].map == str(here / "a-map.tif")


def test_a_table_of_a_version_without_files_of_outcomes_is_read(tmp_path):
    (tmp_path / "a-map.tif").write_bytes(b"map")
    write_table(tmp_path / "outcomes.csv", [CubeOutcome("a.hdr", MADE, str(tmp_path / "a-map.tif"))])
    assert table_in(tmp_path) == tmp_path / "outcomes.csv"
    assert joined([tmp_path / "outcomes.csv"]).maps == (tmp_path / "a-map.tif",)
    assert not (tmp_path / "outcomes-cubes").exists(), "nothing is written into the folders that are read"
    assert table_in(tmp_path / "none") is None


def test_a_folder_of_outcomes_that_is_damaged_costs_the_lines_that_are(tmp_path):
    (tmp_path / "outcomes-cubes").mkdir()
    (tmp_path / "outcomes-cubes" / "a-map.tif.json").write_text("{nonsense")
    assert joined([tmp_path / "outcomes.csv"]).lines == ()
    (tmp_path / "outcomes-cubes").rename(tmp_path / "aside")
    with pytest.raises(HsiError, match=r"outcomes\.csv cannot be read"):
        joined([tmp_path / "outcomes.csv"])
