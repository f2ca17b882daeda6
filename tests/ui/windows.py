"""A real main window for tests: settings and state in a scratch folder, questions answered by the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from hsigui.cube.demo import write_demo
from hsigui.cube.transform import BandTransform
from hsigui.jobs import Context
from hsigui.pipeline import live
from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.values import DeviceKnown
from hsigui.settings import SettingsStore
from hsigui.specs import FIRST_RECIPE, PretrainSpec, Recipe, SplitSpec
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.desk import theme
from hsigui.ui.desk.changed_dialog import Changed
from hsigui.ui.shell.main_window import MainWindow


@dataclass
class Answers:
    """Stands in for the system's dialogs; `asked` tells what was asked."""

    path: Path | None = None
    save: Path | None = None
    unsaved: str = "cancel"
    several: str = "each"
    unfinished: str = "cancel"
    other_input: str = "cancel"
    at_exit: str = "cancel"
    over: str = "cancel"
    sure: bool = False
    colour: tuple[int, int, int] | None = None
    asked: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)  # what was said would be lost
    changed: list[Changed] = field(default_factory=list)
    proposed: list[str] = field(default_factory=list)  # the paths that dialogs began with

    def open_path(self, title: str, folder: str, *, scene: bool, kinds: str = "") -> Path | None:
        self.asked.append(title)
        self.proposed.append(folder)
        return self.path

    def open_folder(self, title: str, folder: str) -> Path | None:
        self.asked.append(title)
        self.proposed.append(folder)
        return self.path

    def save_path(self, title: str, proposal: str, *, kinds: str = "") -> Path | None:
        self.asked.append(title)
        self.proposed.append(proposal)
        return self.save

    def unsaved_labels(self, text: str, detail: str) -> str:
        self.asked.append("unsaved")
        self.told.append(f"{text} {detail}")
        return self.unsaved

    def unsaved_scenes(self, text: str, detail: str) -> str:
        self.asked.append("unsaved scenes")
        self.told.append(f"{text} {detail}")
        return self.several

    def confirm(self, title: str, text: str, detail: str, action: str) -> bool:
        self.asked.append(title)
        self.told.append(f"{text} {detail}")
        return self.sure

    def changed_meanwhile(self, changed: Changed) -> str:
        self.asked.append("changed")
        self.changed.append(changed)
        return self.over

    def unfinished_training(self, text: str, detail: str) -> str:
        self.asked.append(text)
        return self.unfinished

    def training_of_other_input(self, text: str, detail: str) -> str:
        self.asked.append(text)
        return self.other_input

    def work_at_exit(self, text: str, detail: str) -> str:
        self.asked.append(text)
        self.told.append(detail)
        return self.at_exit

    def color(self, present: tuple[int, int, int], name: str) -> tuple[int, int, int] | None:
        self.asked.append(f"Colour of {name}")
        return self.colour


@dataclass
class FakeEncoder:
    """What the window reads of an encoder."""

    spec: PretrainSpec = field(default_factory=PretrainSpec)
    device_name: str = "a test"
    seconds: float = 0.1
    epochs: int = 3
    losses: tuple[float, ...] = (3.0, 2.0, 1.0)
    scene: dict = field(default_factory=dict)
    settings: dict = field(default_factory=dict)
    command: str = ""
    recipe: Recipe = FIRST_RECIPE
    width: int = 16
    balance: None = None
    untrained: bool = False
    scenes: tuple = ()
    bands: dict = field(default_factory=dict)
    begun_from: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    watched_by: dict = field(default_factory=dict)
    stopped: str = ""
    threads: None = None
    fingerprints: tuple[str, ...] = ()
    scene_names: str = "a scene"
    transform: BandTransform = field(
        default_factory=lambda: BandTransform(np.arange(2), np.zeros(2, np.float32), np.ones(2, np.float32))
    )

    @property
    def network(self):
        """One without weights; made late, because windows are to open without torch."""
        from hsigui.methods.encoders import NoEncoder

        return NoEncoder(2)


class FakeTraining:
    """Stands in for pretraining: waits for the test between its steps; features are the cube's own bands."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.steps = 0
        self.error: BaseException | None = None
        self.calls: list[tuple[PretrainSpec, Path | None, bool]] = []  # settings, folder, whether it goes on

    def __call__(
        self, ctx: Context, cube, spec: PretrainSpec, folder: Path | None = None, resume: bool = False, mapped=None
    ) -> live.Trained:
        self.calls.append((spec, folder, resume))
        ctx.progress(0, 0, "Loading PyTorch…")
        ctx.partial(DeviceKnown("a test"))
        while not self.go.wait(0.005):
            self.steps += 1
            ctx.progress(self.steps, 1_000_000, f"Pretraining, step {self.steps}")
            ctx.metric("loss", 1.0 / self.steps, self.steps)
        if self.error is not None:
            raise self.error
        return live.Trained(FakeEncoder(spec), features_of(cube if mapped is None else mapped))


def features_of(cube) -> Features:
    """Features that need no training: the values of the good bands."""
    return finished(cube.read()[:, :, cube.good_bands].astype(np.float16), cube.valid_mask(), "test")


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def training(monkeypatch: pytest.MonkeyPatch) -> FakeTraining:
    fake = FakeTraining()
    monkeypatch.setattr(live, "pretrain_and_embed", fake)
    return fake


@pytest.fixture
def make_window(
    qtbot, qapp: QApplication, tmp_path: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], MainWindow]]:
    """Makes shown windows that share settings and state; labels are given up at the end."""
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))
    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = MainWindow(
            SettingsStore(tmp_path / "config"),
            answers,
            Projects(tmp_path / "projects", tmp_path / "recovery"),
            Runs(tmp_path / "runs"),
        )
        qtbot.addWidget(window)
        made.append(window)
        if not window.desk.settings.geometry:  # the screen of the offscreen platform is smaller than any that is in use
            window.resize(1280, 760)
        window.show()
        qtbot.waitExposed(window)
        window.activateWindow()
        return window

    yield make
    answers.unsaved, answers.at_exit = "discard", "stop"
    for window in made:
        window.close()
        window.deleteLater()
    theme.apply(qapp, "light")  # the colours are the program's, not the window's: give them back as they were


@pytest.fixture
def window(make_window) -> MainWindow:
    return make_window()


@pytest.fixture
def demo(qtbot, window: MainWindow) -> MainWindow:
    """A window with the demo scene."""
    window.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    window.messages.clear()
    return window


@pytest.fixture
def mapped(qtbot, demo: MainWindow) -> MainWindow:
    """A window with features and a map."""
    demo.sampler.sample(SplitSpec(3, 0))
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    assert demo.session.class_map is not None
    return demo


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The headers of the demo scene and of its truth, for tests that only read them."""
    return write_demo(tmp_path_factory.mktemp("demo"))


def idle(qtbot, window: MainWindow, timeout: int = 20_000) -> None:
    """Waits until no job is running."""
    qtbot.waitUntil(lambda: not window.bridge.running, timeout=timeout)


def opened(qtbot, window: MainWindow, path: Path) -> None:
    """Opens a scene and waits for it."""
    window.scene.open_path(path)
    qtbot.waitUntil(lambda: window.session.cube is not None and window.session.cube.path is not None, timeout=10_000)
    idle(qtbot, window)


def trained(qtbot, window: MainWindow, training: FakeTraining) -> None:
    """Runs the stand-in for pretraining to its end."""
    window.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: window.session.features is not None, timeout=10_000)
    idle(qtbot, window)


def open_scene(qtbot, window: MainWindow, path: Path) -> None:
    """Opens a scene and waits until all that follows is done."""
    window.scene.open_path(path)
    qtbot.waitUntil(
        lambda: window.session.cube is not None and window.session.cube.path == path.absolute(), timeout=10_000
    )
    idle(qtbot, window)


def press(
    window: MainWindow, key: Qt.Key | str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key, as the focused image view gets it."""
    if not window.isActiveWindow():  # without a window manager nobody gives it back after a dialog
        window.activateWindow()
        QTest.qWaitForWindowActive(window)
    window.image.setFocus()
    QTest.keyClick(window.image, key, modifier)


def drag(
    window: MainWindow,
    *pixels: tuple[int, int],
    modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """A drag of the left button through the centres of pixels."""
    port = window.image.viewport()
    places = [window.image.position_of(*pixel) for pixel in pixels]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, modifier, places[0])
    for place in places[1:]:
        QTest.mouseMove(port, place)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, places[-1])


def paint(window: MainWindow, *pixels: tuple[int, int]) -> None:
    """A stroke of the present tool."""
    drag(window, *pixels)


def click(
    window: MainWindow, row: int, col: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.mouseClick(
        window.image.viewport(), Qt.MouseButton.LeftButton, modifier, QPoint(window.image.position_of(row, col))
    )


def button(window: MainWindow, text: str) -> QPushButton:
    """The button of a message."""
    return next(b for m in window.messages.messages for b in m.findChildren(QPushButton) if b.text() == text)


def texts(window: MainWindow) -> str:
    """All messages that are shown."""
    return "\n".join(f"{m.kind}: {m.text} {m.hint}" for m in window.messages.messages)


def labels(window: MainWindow) -> NDArray[np.uint16]:
    return window.session.labels.array


def validation(window: MainWindow) -> NDArray[np.uint16]:
    return window.session.labels.validation
