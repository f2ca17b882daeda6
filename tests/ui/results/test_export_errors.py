"""Errors of the map as files: in the formats that are chosen, as the matrix counts, and by their commands again."""

from __future__ import annotations

import json
import runpy
import shlex
from pathlib import Path

import numpy as np

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline.python_lines import python_of
from hsigui.specs import SplitSpec
from hsigui.ui.desk.dialogs import ScrolledPart
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog, existing
from tests.ui.results.test_export import draw, export, files, mapped  # noqa: F401 - fixtures


def commands_beside(path: Path) -> list[str]:
    return json.loads(Path(f"{path}.hsigui.json").read_text(encoding="utf-8"))["commands"]


def test_each_chosen_format_holds_what_the_matrix_counts_and_its_commands_make_it_again(
    qtbot, mapped, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    draw(qtbot, mapped, SplitSpec(4, 1))
    out = tmp_path / "window"
    export(qtbot, mapped, out, "geotiff", "envi", "png", "labels", "errors", "confused", majority=3)
    accuracy = mapped.session.accuracy
    right, wrong = sum(accuracy.right), accuracy.n_test - sum(accuracy.right)
    for name in ("out-errors.tif", "out-errors.hdr"):
        found = read_classes(out / name)
        assert np.bincount(found.array.ravel())[1:].tolist() == [right, wrong]
        assert [info.name for info in found.classes] == ["right", "wrong"]
    pairs = read_classes(out / "out-confused.tif")
    counts = np.bincount(pairs.array.ravel())
    assert counts[1] == right
    assert counts[2:].sum() == wrong
    largest = int((accuracy.matrix - np.diag(np.diag(accuracy.matrix))).max())
    assert counts[2] == largest
    assert " taken for " in pairs.classes.get(2).name
    for name in ("out-errors.png", "out-confused.png"):
        assert (out / name).read_bytes().startswith(b"\x89PNG")
    monkeypatch.chdir(tmp_path)
    first, second = commands_beside(out / "out-errors.tif"), commands_beside(out / "out-confused.hdr")
    assert first[:-1] == second[:-1]
    for line in (*first, second[-1]):
        assert main(shlex.split(line)[1:]) == 0
    again = [read_classes(tmp_path / f"repeated-{name}").array for name in ("errors.tif", "confused.hdr")]
    assert np.array_equal(again[0], read_classes(out / "out-errors.tif").array)
    assert np.array_equal(again[1], pairs.array)


def test_the_python_of_its_commands_makes_it_too(qtbot, mapped, tmp_path, monkeypatch):  # noqa: F811
    draw(qtbot, mapped, SplitSpec(4, 1))
    export(qtbot, mapped, tmp_path, "geotiff", "labels", "confused")
    script = python_of(commands_beside(tmp_path / "out-confused.tif"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "empty")
    runpy.run_path(str(tmp_path / "script.py"))
    again = read_classes(tmp_path / "empty" / "repeated-confused.tif")
    assert np.array_equal(again.array, read_classes(tmp_path / "out-confused.tif").array)


def test_without_the_labels_no_commands_are_claimed(qtbot, mapped, tmp_path):  # noqa: F811
    draw(qtbot, mapped, SplitSpec(4, 1))
    export(qtbot, mapped, tmp_path, "errors")
    assert commands_beside(tmp_path / "out-errors.tif") == []  # a GeoTIFF where no format is chosen
    assert not (tmp_path / "out-errors.hdr").exists()


def test_the_dialog_offers_them_where_the_map_is_measured_and_tells_what_is_written_over(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=False)
    qtbot.addWidget(dialog)
    assert not dialog.boxes["errors"].isEnabled()
    other = ExportDialog(tmp_path, "map", has_accuracy=True)
    qtbot.addWidget(other)
    assert other.boxes["errors"].isEnabled()
    assert not other.boxes["confused"].isChecked()
    for ending in ("-errors.tif", "-errors.hdr", "-errors.png"):
        (tmp_path / f"map{ending}").touch()
    there = existing(ExportChoice(("envi", "png", "errors"), tmp_path, "map"))
    assert [path.name for path in there] == ["map-errors.hdr", "map-errors.png"]


def test_the_dialog_fits_a_small_screen_with_folder_name_and_buttons_in_sight(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True, has_finished=True)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    dialog.resize(dialog.width(), 480)  # as a laptop at double size has room for
    assert dialog.height() == 480
    for widget in (dialog.folder, dialog.name, dialog.buttons):
        assert dialog.rect().contains(widget.geometry())
    (part,) = dialog.findChildren(ScrolledPart)
    part.ensureWidgetVisible(dialog.smallest)
    place = dialog.smallest.mapTo(part.viewport(), dialog.smallest.rect().bottomRight())
    assert part.viewport().rect().contains(place)
