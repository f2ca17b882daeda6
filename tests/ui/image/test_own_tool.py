"""The tool that the help shows how to make draws like the others, in the real window."""

from __future__ import annotations

import runpy

import numpy as np
from PySide6.QtCore import Qt

from hsigui.assets import resource
from hsigui.ui.image import tools_table
from hsigui.ui.shell.actions import ACTIONS
from tests.ui.windows import click, labels, press

EXAMPLE = runpy.run_path(str(resource("examples") / "own_tool.py"))


def test_the_tool_of_the_help_labels_a_cross_as_one_step(demo, monkeypatch) -> None:
    row, image = EXAMPLE["ROW"], demo.image
    cross = row.kind(image._camera, image._tool_signals(), image._options)
    monkeypatch.setitem(image._tools, "pixel", cross)  # in the place of one that has an action
    press(demo, "X")
    press(demo, "2")
    click(demo, 60, 70)
    drawn = np.argwhere(labels(demo) == 2).tolist()
    assert sorted(drawn) == sorted([[60, col] for col in range(68, 73)] + [[r, 70] for r in (58, 59, 61, 62)])
    press(demo, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(demo).any()


def test_its_row_can_stand_in_the_table() -> None:
    row = EXAMPLE["ROW"]
    assert row.name not in tools_table.BY_NAME
    assert all(row.key not in action.keys for action in ACTIONS)
    assert (resource("icons") / f"{row.picture}.svg").is_file()
    assert not row.has_brush
