"""Labels and libraries that are picked as a scene or dropped are offered where they belong."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.io
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube, write_header
from hsigui.cube.formats.library import open_library
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.ui.desk.wavelength_units import MICROMETRES
from hsigui.ui.shell.arrivals import require_overlap
from hsigui.ui.spectra.library_dialog import LibraryDialog
from tests.ui.windows import button, idle, labels, open_scene, texts

ROWS, COLS, BANDS = 30, 32, 12
WAVES = tuple(np.linspace(400.0, 950.0, BANDS).tolist())


@pytest.fixture
def scene(tmp_path):
    values = np.random.default_rng(0).integers(1, 4000, (ROWS, COLS, BANDS)).astype(np.uint16)
    return write_cube(tmp_path / "scene.img", values, CubeInfo(wavelengths=WAVES), "bil")[0]


@pytest.fixture
def classes():
    array = np.zeros((ROWS, COLS), np.uint16)
    array[3:9, 4:20], array[12:20, 4:20] = 1, 2
    return array


@pytest.fixture
def library(tmp_path):
    """Two spectra that rise along 410 to 900 nm: 0 to 1 and 1 to 2."""
    waves = np.linspace(410, 900, 50)
    values = np.stack([np.linspace(0, 1, 50), np.linspace(1, 2, 50)]).astype("<f4")
    (tmp_path / "lib.sli").write_bytes(values.tobytes())
    fields = {
        "samples": 50, "lines": 2, "bands": 1, "data type": 4, "interleave": "bsq", "byte order": 0, "header offset": 0,
        "file type": "ENVI Spectral Library", "wavelength units": "Nanometers", "wavelength": waves.tolist(),
        "spectra names": ["soil", "grass"],
    }  # fmt: skip
    write_header(tmp_path / "lib.hdr", fields)
    return tmp_path / "lib.hdr"


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(50, 50), copy, data, left, Qt.KeyboardModifier.NoModifier))


@pytest.mark.parametrize("suffix", [".hdr", ".mat", ".tif", ".gpkg", ".xml"])
@pytest.mark.parametrize("use", ["Load as labels", "Load as ground truth"])
def test_labels_picked_as_a_scene_are_offered(qtbot, window, scene, classes, tmp_path, suffix, use):
    path = write_classes(tmp_path / f"drawn{suffix}", classes, ClassTable.for_numbers([1, 2]))[0]
    open_scene(qtbot, window, scene)
    cube = window.session.cube
    window.scene.open_path(path)
    idle(qtbot, window)
    button(window, use).click()
    idle(qtbot, window)
    assert window.session.cube is cube
    taken = labels(window) if use == "Load as labels" else window.session.truth.array
    assert np.array_equal(taken, classes)


def test_labels_of_another_size_say_both_sizes(qtbot, window, scene, classes, tmp_path):
    path = write_classes(tmp_path / "drawn.hdr", classes[:20], ClassTable.for_numbers([1, 2]))[0]
    open_scene(qtbot, window, scene)
    window.scene.open_path(path)
    idle(qtbot, window)
    assert "20 x 32 pixels; the open scene has 30 x 32 pixels" in texts(window)


def test_labels_before_their_scene_wait_for_it(qtbot, window, scene, classes, tmp_path):
    path = write_classes(tmp_path / "drawn.hdr", classes, ClassTable.for_numbers([1, 2]))[0]
    window.scene.open_path(path)
    idle(qtbot, window)
    assert window.session.cube is None
    assert "Open the scene that it belongs to" in texts(window)
    open_scene(qtbot, window, scene)
    button(window, "Load as ground truth").click()
    idle(qtbot, window)
    assert np.array_equal(window.session.truth.array, classes)


def test_scene_and_labels_can_be_dropped_together(qtbot, window, scene, classes, tmp_path):
    scipy.io.savemat(tmp_path / "truth.mat", {"gt": classes})
    (tmp_path / "notes.txt").write_text("no scene")
    drop(window, tmp_path / "truth.mat", scene, scene.with_suffix(".img"), tmp_path / "notes.txt")
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert window.session.cube.path == scene
    assert "notes.txt" in texts(window)
    assert "scenes too" not in texts(window)  # header and data are one scene
    button(window, "Load as ground truth").click()
    idle(qtbot, window)
    assert np.array_equal(window.session.truth.array, classes)


def test_dropped_labels_without_a_scene_are_offered_at_once(qtbot, window, scene, classes, library, tmp_path):
    path = write_classes(tmp_path / "drawn.tif", classes, ClassTable.for_numbers([1, 2]))[0]
    open_scene(qtbot, window, scene)
    drop(window, path, library)
    idle(qtbot, window)
    assert button(window, "Load as labels")
    assert button(window, "Show spectra…")


def test_a_library_gives_spectra_to_the_plot(qtbot, window, scene, library):
    open_scene(qtbot, window, scene)
    window.scene.open_path(library.with_suffix(".sli"))
    idle(qtbot, window)
    button(window, "Show spectra…").click()
    idle(qtbot, window)
    (dialog,) = window.findChildren(LibraryDialog)
    dialog.search.setText("GRA")
    assert [dialog.list.item(n).isHidden() for n in range(2)] == [True, False]
    dialog.list.setCurrentRow(1)
    assert dialog.chosen == [1]
    dialog.accept()
    idle(qtbot, window)
    (kept,) = window.spectra.kept()
    assert kept.label == "grass"
    assert np.isnan(kept.values[[0, -1]]).all()  # 400 and 950 nm lie outside of the library
    inside = np.array(WAVES[1:-1])
    assert kept.factor == 10_000  # the scene counts reflectance so
    assert np.allclose(kept.values[1:-1] / kept.factor, 1 + (inside - 410) / 490, atol=1e-5)


def test_a_library_that_does_not_fit_says_why(qtbot, window, library, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((10, 11, 7)))
    open_scene(qtbot, window, tmp_path / "plain.npy")
    with pytest.raises(HsiError, match="plain has no wavelengths, and 50 bands"):
        require_overlap(open_library(library), window.session.cube)
    far = window.session.cube.with_info(CubeInfo(wavelengths=tuple(np.linspace(2000, 2400, 7))))
    with pytest.raises(HsiError, match="410 to 900 nm, the scene 2000 to 2400 nm"):
        require_overlap(open_library(library), far)
    with pytest.raises(HsiError, match=r"0\.41 to 0\.9 µm, the scene 2 to 2\.4 µm"):
        require_overlap(open_library(library), far, MICROMETRES)


def test_a_broken_file_is_still_an_error(qtbot, window, tmp_path):
    (tmp_path / "broken.hdr").write_text("no header")
    window.scene.open_path(tmp_path / "broken.hdr")
    idle(qtbot, window)
    assert texts(window).startswith("error: ")
