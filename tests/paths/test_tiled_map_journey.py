"""A scene is mapped by tiles in the window; the commands in the record of the map make the same map, bit for bit."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import provenance
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.tiling import pending, tile, whole_scene
from hsigui.ui.map.tiled_dialog import TilesDialog
from hsigui.ui.map.tiled_maps import TiledMaps
from tests.pipeline.tiling.conftest import ground  # noqa: F401 - a fixture
from tests.ui.windows import idle, open_scene, texts


def test_the_map_of_the_window_is_that_of_the_command_bit_for_bit(
    qtbot, window, ground, tmp_path, monkeypatch  # noqa: F811
):  # fmt: skip
    monkeypatch.setattr(whole_scene, "workers", lambda *_: Serial())
    open_scene(qtbot, window, ground.scene)
    window.run_files.open(ground.run)
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=20_000)
    labels = np.zeros((60, 90), dtype=np.uint16)
    labels[30:33, 5:9], labels[50:52, 60:70], labels[20:22, 20:24] = 1, 2, 3
    write_classes(tmp_path / "labels.tif", labels, window.session.classes, window.session.cube.geo)
    window.label_files.open_labels(tmp_path / "labels.tif")
    qtbot.waitUntil(lambda: window.session.labelled_classes == 3, timeout=10_000)
    idle(qtbot, window)
    window._part(TiledMaps).side = 32
    window.actions_["map_by_tiles"].trigger()
    dialog, out = window.findChild(TilesDialog), tmp_path / "by window.tif"
    dialog.file.setText(str(out))
    dialog.formats.setCurrentIndex(1)
    dialog.layers["confidence"].setChecked(True)
    dialog.accept()
    qtbot.waitUntil(lambda: "is written" in texts(window), timeout=60_000)
    idle(qtbot, window)
    tile.let_go()
    made = read_classes(out)
    assert set(np.unique(made.array)) <= {0, 1, 2, 3}
    assert (tmp_path / "by window-confidence.tif").exists()

    record = json.loads(provenance.record_path(out).read_text())
    assert record["map_sha256"] == provenance.raster_hash(made.array)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for line in record["commands"]:  # trains, fits to the labels of the file, maps by tiles
        assert main(shlex.split(line)[1:]) == 0, line
    assert line.endswith("--tile 32")
    words = shlex.split(line)
    np.testing.assert_array_equal(read_classes(Path(words[words.index("--out") + 1])).array, made.array)

    again = ["classify", str(ground.scene), "--run", str(pending.run_of(out)), "--out", "again.tif", "--tile", "32"]
    assert main(again) == 0
    tile.let_go()
    np.testing.assert_array_equal(read_classes(Path("again.tif")).array, made.array)
