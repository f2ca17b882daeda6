"""Names of folders from names of scenes."""

from __future__ import annotations

import pytest

from hsigui.commands.folder_names import LONGEST, folder_names


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("Feld über München", "Feld über München"),
        ("a/b\\c:d", "a_b_c_d"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (" .hidden. ", "hidden"),
        ("scene \udcff\n", "scene __"),
        ("con", "con_"),
        ("Aux.v2", "Aux.v2_"),
        ("ü" * 200, "ü" * (LONGEST // 2)),
    ],
)
def test_a_name_is_one_that_every_file_system_takes(name, folder):
    assert folder_names([name]) == [folder]


def test_no_two_are_alike_where_letter_case_or_composition_tells_nothing():
    assert folder_names(["Field", "field", "field", "fie\u0301ld", "fi\u00e9ld"]) == [
        "Field", "field-2", "field-3", "fiéld", "fiéld-2",
    ]  # fmt: skip


def test_a_name_that_is_kept_for_something_else_is_not_given():
    assert folder_names(["Project.json"], kept=["project.json"]) == ["Project-2.json"]
