"""Scenes at addresses in the window: asked for, shown, called off, kept with their labels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialogButtonBox

pytest.importorskip("aiohttp")

from hsigui.cube.remote import http, stand_ins
from hsigui.cube.remote.address import address_of
from hsigui.cube.remote.traffic import Seen
from hsigui.settings import Settings
from hsigui.storage.kept_scene import SceneFacts
from hsigui.storage.named import find_scene
from hsigui.ui.scene.address_dialog import AddressDialog
from hsigui.ui.shell.traffic import in_words
from tests.cube.remote.conftest import write_cog
from tests.cube.remote.servers import FileServer, file_server
from tests.ui.windows import button, idle, paint, press, texts

SHAPE = (120, 130, 12)


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("HSIGUI_CACHE_DIR", str(tmp_path / "cache"))
    stand_ins.forget_secrets()
    (tmp_path / "web").mkdir()
    write_cog(tmp_path / "web" / "scene.tif", np.random.default_rng(1).integers(1, 5000, SHAPE, dtype=np.int16))
    with file_server(tmp_path / "web") as server:
        yield server
        http.close_sessions()


def open_at(qtbot, window, address: str) -> None:
    window.scene.open_address(address)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=15_000)
    idle(qtbot, window)


def test_an_address_is_opened_shown_and_remembered_without_its_secrets(qtbot, web, window, tmp_path):
    window.desk.remember(Settings(last_folder=str(tmp_path)))
    open_at(qtbot, window, web.url.replace("//", "//annaXq:hushXq@") + "/scene.tif?sig=quietXq")
    plain = f"{web.url}/scene.tif"
    assert window.windowTitle().startswith("scene")
    assert window.image.scene_size == SHAPE[:2]
    assert window.desk.settings.recent == (plain,)
    assert [a.text() for a in window._recent_menu.actions()] == [plain]
    assert "is being opened" not in texts(window)
    assert window.desk.folder() == tmp_path
    kept = "".join(
        path.read_bytes().decode("latin-1") for folder in ("config", "projects", "recovery", "cache")
        for path in (tmp_path / folder).rglob("*") if path.is_file()
    )  # fmt: skip
    assert plain in kept
    assert "Xq" not in kept


def test_the_window_answers_while_a_server_does_not(qtbot, web, window):
    web.slow = 2.0
    window.scene.open_address(f"{web.url}/scene.tif")
    worst, end, last = 0.0, time.monotonic() + 1.0, time.monotonic()
    while time.monotonic() < end:
        qtbot.wait(10)
        worst, last = max(worst, time.monotonic() - last), time.monotonic()
    assert worst < 0.5
    assert "is being opened" in texts(window)
    begin = time.monotonic()
    button(window, "Cancel").click()
    idle(qtbot, window)
    assert time.monotonic() - begin < 1.5
    assert window.session.cube is None
    web.slow = 0.0


def test_what_a_server_says_is_shown(qtbot, web, window):
    window.scene.open_address(f"{web.url}/other.tif")
    qtbot.waitUntil(lambda: "nothing at" in texts(window), timeout=10_000)
    idle(qtbot, window)
    assert "is being opened" not in texts(window)


def test_a_recent_address_opens_again(qtbot, web, window):
    open_at(qtbot, window, f"{web.url}/scene.tif")
    before = len(web.asked)
    window.open_path(f"{web.url}/scene.tif")
    idle(qtbot, window)
    assert len(web.asked) > before
    assert window.session.open_scenes == 1


def test_labels_of_a_remote_scene_come_back_with_it(qtbot, web, make_window):
    window = make_window()
    open_at(qtbot, window, f"{web.url}/scene.tif")
    press(window, "B")
    paint(window, (20, 20), (30, 30))
    drawn = window.session.labels.array.copy()
    assert drawn.any()
    identity = SceneFacts.of(window.session.scene.plain)
    assert identity.path == f"{web.url}/scene.tif"
    assert find_scene(identity, Path("/nowhere/x.hsigui")).same
    stand_ins.path_of(address_of(identity.path)).unlink()
    asked = len(web.asked)
    assert find_scene(identity, Path("/nowhere/x.hsigui")).path is None  # another machine: nothing is asked
    assert len(web.asked) == asked


def test_the_dialog_takes_addresses_only(qtbot, qapp):
    QGuiApplication.clipboard().setText("https://server.org/a.tif")
    dialog = AddressDialog(("s3://bucket/b.tif",), False)
    qtbot.addWidget(dialog)
    opens = dialog.buttons.button(QDialogButtonBox.StandardButton.Open)
    assert dialog.address == "https://server.org/a.tif"
    assert opens.isEnabled()
    for wrong in ("ftp://server.org/a.tif", "scene.tif", "https://"):
        dialog.line.setEditText(wrong)
        assert not opens.isEnabled()
        assert not dialog.note.isHidden()
    dialog.line.setEditText("")
    assert not opens.isEnabled()
    assert dialog.note.isHidden()
    dialog.line.setCurrentIndex(0)
    assert dialog.address == "s3://bucket/b.tif"
    QGuiApplication.clipboard().clear()
    assert AddressDialog((), False, dialog).address == ""


def test_the_dialog_says_that_the_network_is_forbidden(qtbot, window):
    window.desk.remember(Settings(network="never"))
    window.scene.ask_and_open_address()
    (dialog,) = window.findChildren(AddressDialog)
    assert "forbid" in dialog.note.text()
    dialog.reject()


def test_traffic_is_told_in_words():
    assert in_words(Seen(5_000_000, 3, 1_200_000, 3_400_000, "server.org")) == "server.org: 1.2 MB of 3.4 MB"
    assert in_words(Seen(5_000_000, 3, 0, 0, "server.org")) == "server.org: 5 MB so far"


def test_a_zarr_folder_is_dropped_or_picked_by_a_file_in_it(qtbot, window, tmp_path):
    zarr = pytest.importorskip("zarr")
    values = np.random.default_rng(1).random((30, 40, 20))
    zarr.create_array(tmp_path / "s.zarr", data=values, chunks=(10, 10, 20), zarr_format=3)
    window.arrivals.take([tmp_path / "s.zarr"])
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert window.session.cube.path == tmp_path / "s.zarr"
    window.scene.open_path(tmp_path / "s.zarr" / "zarr.json")
    idle(qtbot, window)
    assert window.session.open_scenes == 1
    assert window.desk.settings.recent == (str(tmp_path / "s.zarr"),)
