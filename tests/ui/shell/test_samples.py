"""File > Get sample scenes: what is shown, fetched, stopped, gone on with and opened, from a server on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.sample_scenes import fetching
from hsigui.sample_scenes.table import DATA, SCENE, TRUTH, SampleFile, SampleScene, sample_scenes
from hsigui.ui.desk import theme
from hsigui.ui.shell.main_window import MainWindow
from hsigui.ui.shell.samples_dialog import SampleRow, SamplesDialog
from tests.sample_scenes.server import Host, digest, served
from tests.ui.windows import idle

pytest.importorskip("pooch")
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fetching, "PAUSES", ())
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def host(demo_files: tuple[Path, Path]) -> Iterator[Host]:
    """A server of the demo scene and its truth."""
    with served() as host:
        for header in demo_files:
            for path in header.parent.glob(f"{header.stem}.*"):
                host.files[f"/{path.name}"] = path.read_bytes()
        yield host


@pytest.fixture
def scene(host: Host, demo_files: tuple[Path, Path]) -> SampleScene:
    """The demo scene as a row of the list."""
    kinds = {demo_files[0].name: SCENE, demo_files[1].name: TRUTH}
    files = tuple(
        SampleFile(name[1:], kinds.get(name[1:], DATA), (host.url + name,), digest(content))
        for name, content in sorted(host.files.items())
    )
    return SampleScene("samson", "Tiny", "HySim", 128, 128, 120, 2, "none", "Nobody", "http://127.0.0.1:9/", 2, files)


@pytest.fixture
def row(qtbot, window: MainWindow, scene: SampleScene) -> SampleRow:
    """Its row in the window's list."""
    window.samples.scenes = lambda: (scene,)
    QTest.mouseClick(window.start_page.samples, LEFT)
    idle(qtbot, window)
    return _dialog(window).rows["samson"]


def _dialog(window: MainWindow) -> SamplesDialog:
    dialog = window.findChild(SamplesDialog)
    assert dialog is not None
    return dialog


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_all_scenes_are_listed_with_terms_before_anything_is_asked(
    qtbot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pooch", "requests"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it fails
    window.actions_["samples"].trigger()
    idle(qtbot, window)
    dialog = _dialog(window)
    assert not dialog.isModal()
    for scene in sample_scenes():
        row = dialog.rows[scene.id]
        assert scene.cite.partition("&")[0] in row.terms.text()
        assert scene.page in row.terms.text()
        assert row.button.text() == "Get"
        assert row.button.accessibleName() == f"Get {scene.title}"
        assert ("not known beforehand" in row.where.text()) == (not scene.checked)
    assert not dialog.open_folder.isEnabled()
    dialog.reject()


def test_a_scene_is_fetched_opened_with_its_ground_truth_and_later_without_a_server(
    qtbot, window: MainWindow, row: SampleRow, host: Host, tmp_path: Path
) -> None:
    assert "No licence is stated" in row.terms.text()
    QTest.mouseClick(row.button, LEFT)
    assert row.cancel.isVisible()
    qtbot.waitUntil(lambda: window.session.shown is not None and window.session.truth is not None, timeout=10_000)
    idle(qtbot, window)
    assert row.button.text() == "Open"
    assert row.where.text() == "Here."
    assert window.session.cube.path.parent == tmp_path / "state" / "scenes" / "samson"
    before, asked = window.session.scene, len(host.asked)
    window.actions_["samples"].trigger()
    idle(qtbot, window)
    assert row.button.accessibleName() == "Open Tiny"
    QTest.mouseClick(row.button, LEFT)
    qtbot.waitUntil(lambda: window.session.scene is not before, timeout=10_000)
    idle(qtbot, window)
    assert window.session.truth is not None
    assert len(host.asked) == asked
    _dialog(window).reject()


def test_it_is_stopped_and_gone_on_with(qtbot, window: MainWindow, row: SampleRow, host: Host, tmp_path: Path) -> None:
    host.hold = 500_000
    QTest.mouseClick(row.button, LEFT)
    qtbot.waitUntil(lambda: any(name.endswith(".part") for name in _files(tmp_path / "state")), timeout=10_000)
    qtbot.waitUntil(lambda: row.bar.maximum() > 0, timeout=10_000)
    assert " of " in row.where.text()
    QTest.mouseClick(row.cancel, LEFT)
    idle(qtbot, window)
    assert row.button.text() == "Go on"
    assert "of it is here" in row.where.text()
    assert not row.bar.isVisible()
    host.hold = 0
    host.go_on.set()
    QTest.mouseClick(row.button, LEFT)
    qtbot.waitUntil(lambda: window.session.shown is not None, timeout=10_000)
    idle(qtbot, window)
    assert any(wanted.startswith("bytes=") for wanted in host.ranges_asked)
    _dialog(window).reject()


def test_what_goes_wrong_is_said_in_its_row_and_offered_again(
    qtbot, window: MainWindow, row: SampleRow, host: Host
) -> None:
    host.answer = 403
    QTest.mouseClick(row.button, LEFT)
    idle(qtbot, window)
    assert row.problem.isVisible()
    assert "does not hand it out to programs" in row.problem.text()
    assert row.button.text() == "Get"
    assert window.session.shown is None
    host.answer, host.files = 0, {}
    QTest.mouseClick(row.button, LEFT)
    assert not row.problem.isVisible()
    idle(qtbot, window)
    assert "nothing at this address" in row.problem.text()
    _dialog(window).reject()


def test_a_window_that_is_closed_keeps_what_has_come(
    qtbot, make_window, scene: SampleScene, host: Host, tmp_path: Path
) -> None:
    window = make_window()
    window.samples.scenes = lambda: (scene,)
    window.actions_["samples"].trigger()
    idle(qtbot, window)
    host.hold = 500_000
    QTest.mouseClick(_dialog(window).rows["samson"].button, LEFT)
    qtbot.waitUntil(lambda: any(name.endswith(".part") for name in _files(tmp_path / "state")), timeout=10_000)
    assert window.close()
    host.go_on.set()
    assert any(name.endswith(".part") for name in _files(tmp_path / "state"))


def test_links_have_the_colours_of_the_window(qtbot, window: MainWindow, row: SampleRow) -> None:
    for scheme in ("dark", "light"):
        theme.apply(QApplication.instance(), scheme)
        qtbot.waitUntil(lambda: row.palette().color(QPalette.ColorRole.Link).name() in row.terms.text())
