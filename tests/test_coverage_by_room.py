"""Lines that tests ran are summed by room, and those of the window apart from all others."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.scripts_of_packaging import script


@pytest.fixture(scope="module")
def counting() -> ModuleType:
    return script("coverage_by_room")


def told(**lines: tuple[int, int]) -> dict[str, object]:
    return {
        "files": {
            f"/somewhere/hsigui/hsigui/{name.replace('__', '/')}.py": {
                "summary": {"num_statements": all_of_it, "covered_lines": run}
            }
            for name, (all_of_it, run) in lines.items()
        }
    }


def test_rooms_are_summed_and_the_window_stands_apart(counting):
    files = counting.by_file(
        told(cube__open=(100, 90), cube__formats__envi=(300, 300), ui__shell__app=(100, 50), jobs=(50, 50))
    )
    rooms = counting.by_room(files)
    assert {name: (lines.run, lines.all) for name, lines in rooms.items()} == {
        "ui": (50, 100), "cube": (390, 400), "modules by themselves": (50, 50),
    }  # fmt: skip
    words = list(counting.in_words(files, 1))
    assert words[-3].split() == ["outside", "ui", "97.8%", "of", "450;", "aimed", "at:", "92%"]
    assert words[-2].split() == ["ui", "50.0%", "of", "100;", "aimed", "at:", "80%"]
    assert words[-1] == "  ui/shell/app.py: 50 of 100 not run"


def test_a_file_that_is_none_of_the_program_is_left_out(counting):
    assert counting.by_file({"files": {"/x/tests/a.py": {"summary": {"num_statements": 1, "covered_lines": 1}}}}) == {}
