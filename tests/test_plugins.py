from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hsigui import plugins

GROUP = "hsigui.tests"


@dataclass(frozen=True)
class Row:
    name: str


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    plugins.forget()
    yield
    plugins.forget()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str, points: str) -> None:
    """A package “made-up” on the path, as an installer leaves it."""
    (folder / "made_up_rows.py").write_text(f"from {__name__} import Row\n{code}\n")
    about = folder / "made_up-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n{points}\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "made_up_rows", raising=False)


def test_rows_and_tuples_of_rows_are_found_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "one = Row('one')\nmore = (Row('two'), Row('three'))"
    install(tmp_path, monkeypatch, code, "b = made_up_rows:more\na = made_up_rows:one")
    assert [row.name for row in plugins.load(GROUP, Row)] == ["one", "two", "three"]
    assert plugins.problems() == []


def test_what_cannot_be_imported_is_told_once_and_the_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = "a = made_up_rows:one\nb = made_up_rows:missing\nc = no_such_module:row"
    install(tmp_path, monkeypatch, "one = Row('one')", points)
    assert [row.name for row in plugins.load(GROUP, Row)] == ["one"]
    assert [row.name for row in plugins.load(GROUP, Row)] == ["one"]
    told = plugins.problems()
    assert len(told) == 2
    assert all("made-up" in text and GROUP in text for text in told)
    assert "missing" in told[0]
    assert "no_such_module" in told[1]


def test_a_module_that_fails_at_import_by_any_exception_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, "1 / 0", "a = made_up_rows:one")
    assert plugins.load(GROUP, Row) == []
    assert "ZeroDivisionError: division by zero" in plugins.problems()[0]


def test_a_row_of_another_type_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, "mixed = [Row('one'), 'two']", "a = made_up_rows:mixed")
    assert [row.name for row in plugins.load(GROUP, Row)] == ["one"]
    assert "it gives str instead of Row" in plugins.problems()[0]


def test_forgotten_rows_are_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert plugins.load(GROUP, Row) == []
    install(tmp_path, monkeypatch, "one = Row('one')", "a = made_up_rows:one")
    assert plugins.load(GROUP, Row) == []
    plugins.forget()
    assert [row.name for row in plugins.load(GROUP, Row)] == ["one"]
