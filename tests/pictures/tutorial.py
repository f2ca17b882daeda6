"""Does what the page “Your first map in ten minutes” says, in the real window, and takes its pictures.

    python -m tests.pictures.tutorial [--folder FOLDER] [--shown]

writes the pictures into FOLDER (resources/help), in light and in dark colours, and says how right the map is. It trains
for real: half a minute. `--shown` uses the display that there is (Xvfb, say) in place of none.

The steps are those of the page: a test compares their titles, and whatever the page writes in bold (a key, a button, a
tab) must have been pressed when its step ends.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

if "--shown" not in sys.argv:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeySequence, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTabBar, QWidget
from scipy import ndimage

from hsigui.assets import resource
from hsigui.settings import SettingsStore
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.ui.map.ask_field import AskField
from hsigui.ui.results.export_dialog import ExportDialog
from hsigui.ui.shell.help_page import DARK
from hsigui.ui.shell.main_window import MainWindow
from tests.docs.pages import sections_of
from tests.pictures.gallery import written
from tests.pictures.studio import Studio, picture_of, themed
from tests.ui.windows import Answers

SIZE = (1240, 780)
PREFIX = "tutorial-"
PATIENCE = 1800.0  # seconds
ANSWERS = 3  # places that are answered in step 6
LEFT, SHIFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
BOLD = re.compile(r"\*\*([^*]+)\*\*")
Take = Callable[[str, QWidget | None], object]


class Guide:
    """Mouse and keys of somebody who reads the page.

    Args:
        window: without a scene, its start page in view.
        folder: where the map is exported to.
        take: is handed the name of a picture and the part of the window that it shows; None for all of it.
    """

    def __init__(self, window: MainWindow, folder: Path, take: Take | None = None) -> None:
        self.window, self.folder, self._take = window, folder, take
        self.studio = Studio(window)
        self.pressed: set[str] = set()

    def wait_for(self, done: Callable[[], object]) -> None:
        """Waits until something is so, and nothing is at work: on a busy machine a training takes its time.

        Raises:
            TimeoutError: it took too long.
        """
        end = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("waited in vain")
            QApplication.processEvents()
            time.sleep(0.02)
        self.studio.settle(PATIENCE)

    def press(self, keys: str, to: QWidget | None = None) -> None:
        """Presses a key, with others held, such as Ctrl+P; in the image, or in a widget that has the focus."""
        if to is None:
            if not self.window.isActiveWindow():
                self.window.activateWindow()
                QTest.qWaitForWindowActive(self.window)
            self.window.image.setFocus()
        combination = QKeySequence(keys)[0]
        QTest.keyClick(to or self.window.image, combination.key(), combination.keyboardModifiers())
        self.pressed.add(keys)
        self.studio.settle(PATIENCE)

    def press_button(self, button: QAbstractButton) -> None:
        """Clicks a button."""
        QTest.mouseClick(button, LEFT)
        self.pressed.add(button.text().replace("&", ""))
        self.studio.settle(PATIENCE)

    def turn_to(self, panel: str) -> None:
        """Clicks the tab of a panel, or raises it where it stands alone."""
        title = self.window.docks[panel].windowTitle()
        for bar in self.window.findChildren(QTabBar):
            for number in range(bar.count()):
                if bar.isVisible() and bar.tabText(number).replace("&", "") == title:
                    QTest.mouseClick(bar, LEFT, pos=bar.tabRect(number).center())
        self.pressed.add(title)
        self.studio.settle(PATIENCE)
        if self.window.docks[panel].visibleRegion().isEmpty():
            raise LookupError(f"the tab of {panel} shows no panel")

    def click(self, pixel: tuple[int, int], modifier: Qt.KeyboardModifier = NO_KEY) -> None:
        """Clicks a pixel of the scene."""
        QTest.mouseClick(self.window.image.viewport(), LEFT, modifier, QPoint(self.window.image.position_of(*pixel)))
        self.studio.settle(PATIENCE)

    def drag(self, pixels: Sequence[tuple[int, int]]) -> None:
        """Drags from pixel to pixel."""
        port = self.window.image.viewport()
        places = [self.window.image.position_of(*pixel) for pixel in pixels]
        QTest.mousePress(port, LEFT, NO_KEY, places[0])
        for place in places[1:]:
            QTest.mouseMove(port, place)
        QTest.mouseRelease(port, LEFT, NO_KEY, places[-1])
        self.studio.settle(PATIENCE)

    def turn_wheel(self, pixel: tuple[int, int], steps: int) -> None:
        """Turns the wheel over a pixel, away from the hand."""
        at = QPointF(self.window.image.position_of(*pixel))
        port = self.window.image.viewport()
        event = QWheelEvent(
            at, QPointF(port.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
            NO_KEY, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(port, event)
        self.studio.settle(PATIENCE)

    def take(self, name: str, part: QWidget | None = None) -> None:
        """A picture of the window, or of a part of it."""
        if self._take is not None:
            self._take(name, part)

    def strokes(self) -> dict[int, list[tuple[int, int]]]:
        """For each class a short line in the middle of its widest field, as a hand draws it that sees the truth."""
        truth = self.window.session.truth.array
        found = {}
        for info in self.window.session.classes:
            inside = ndimage.distance_transform_edt(np.pad(truth == info.number, 1))[1:-1, 1:-1]
            row, col = map(int, np.unravel_index(int(inside.argmax()), inside.shape))
            reach = max(int(inside[row, col]) - 2, 0)
            found[info.number] = [(row, col - min(reach, 5)), (row, col), (row, col + min(reach, 5))]
        return found


def open_the_demo_scene(guide: Guide) -> None:
    guide.press_button(guide.window.start_page.demo)
    guide.wait_for(lambda: guide.window.session.cube is not None)
    guide.take("open")


def look_at_spectra(guide: Guide) -> None:
    first, second = list(guide.strokes().values())[:2]
    guide.click(first[1])
    guide.click(second[1], SHIFT)
    guide.take("spectra", guide.window.docks["Spectra"])
    guide.turn_wheel(first[1], 2)
    guide.press("Ctrl+0")


def see_which_class_is_where(guide: Guide) -> None:
    guide.press("Y")
    guide.press("Y")


def paint_a_stroke_of_each_class(guide: Guide) -> None:
    guide.press("B")
    while guide.window.image.brush_size > 2:
        guide.press("[")
    for number, pixels in guide.strokes().items():
        guide.press(str(number))
        guide.drag(pixels)
    guide.press("Ctrl+Z")
    guide.press("Ctrl+Y")
    guide.take("strokes", guide.window.image)


def pretrain(guide: Guide) -> None:
    guide.press("Ctrl+P")
    guide.wait_for(lambda: guide.window.session.class_map is not None)
    guide.take("map")


def ask_where_to_paint_next(guide: Guide) -> None:
    guide.press("M")
    guide.press("M")
    guide.press("J")
    guide.take("ask", guide.window.image)
    (field,) = guide.window.findChildren(AskField)
    for _ in range(ANSWERS):
        place = guide.window.asking.target
        if place is None:
            raise LookupError("no place is asked about")
        QTest.keyClicks(field.edit, str(int(guide.window.session.truth.array[place])))  # 0 on a border: no class
        guide.press("Enter", field.edit)
    guide.press("Esc", field.edit)
    guide.press("M")
    guide.press("M")


def read_the_accuracy(guide: Guide) -> None:
    guide.turn_to("Results")
    guide.press("Shift+Y")
    guide.take("accuracy")
    guide.press("Shift+Y")


def export_the_map(guide: Guide) -> None:
    guide.press("Ctrl+E")
    (dialog,) = guide.window.findChildren(ExportDialog)
    for line, text in ((dialog.folder, str(guide.folder)), (dialog.name, "map")):
        _type(line, text)
    guide.press_button(dialog.buttons.button(dialog.buttons.StandardButton.Save))
    guide.window.messages.clear()
    guide.take("end", guide.window.image)


def _type(line: QLineEdit, text: str) -> None:
    line.selectAll()
    QTest.keyClicks(line, text)


@dataclass(frozen=True)
class Step:
    """One step of the page.

    Attributes:
        title: the heading of the page, without its number.
        pictures: that are taken in it, in their order.
    """

    title: str
    do: Callable[[Guide], None]
    pictures: tuple[str, ...] = ()


STEPS = (
    Step("Open the demo scene", open_the_demo_scene, ("open",)),
    Step("Look at spectra", look_at_spectra, ("spectra",)),
    Step("See which class is where", see_which_class_is_where),
    Step("Paint a stroke of each class", paint_a_stroke_of_each_class, ("strokes",)),
    Step("Pretrain", pretrain, ("map",)),
    Step("Ask where to paint next", ask_where_to_paint_next, ("ask",)),
    Step("Read the accuracy", read_the_accuracy, ("accuracy",)),
    Step("Export the map", export_the_map, ("end",)),
)
NAMES = tuple(f"{PREFIX}{name}" for step in STEPS for name in step.pictures)


def page_steps() -> dict[str, str]:
    """The steps of the page: titles without their numbers, and what is said below them.

    Raises:
        ValueError: the numbers do not count from 1.
    """
    numbered = {}
    for heading, text in sections_of(resource("help") / "tutorial.md").items():
        found = re.fullmatch(r"(\d+)\. (.+)", heading)
        if found:
            if int(found[1]) != len(numbered) + 1:
                raise ValueError(f"step {found[1]} stands in the place of step {len(numbered) + 1}")
            numbered[found[2]] = text
    return numbered


def follow(guide: Guide) -> None:
    """Does all steps.

    Raises:
        LookupError: the page names a key or a button that its step does not press.
    """
    told = page_steps()
    for step in STEPS:
        guide.pressed.clear()
        step.do(guide)
        missing = sorted(set(BOLD.findall(told[step.title])) - guide.pressed)
        if missing:
            raise LookupError(f"{step.title}: the page says {', '.join(missing)}, which was not pressed")


def both_colors(app: QApplication, window: MainWindow, studio: Studio, folder: Path) -> Take:
    """Takes each picture in light and in dark colours, and gives the light ones back."""

    def take(name: str, part: QWidget | None) -> None:
        for scheme, suffix in (("light", ""), ("dark", DARK)):
            themed(app, scheme)
            studio.settle()
            size = written(_seen(window, part), folder / f"{PREFIX}{name}{suffix}.png")
            print(f"{PREFIX}{name}{suffix}.png: {size:,} bytes", flush=True)
        themed(app, "light")

    return take


def _seen(window: MainWindow, part: QWidget | None) -> QImage:
    image = picture_of(window)
    if part is None:
        return image
    ratio = image.devicePixelRatio()
    at = part.mapTo(window, QPoint(0, 0))
    return image.copy(QRect(at * ratio, part.size() * ratio))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=resource("help"))
    parser.add_argument("--shown", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    app.setCursorFlashTime(0)
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        os.environ["HSIGUI_CONFIG_DIR"] = os.environ["HSIGUI_STATE_DIR"] = scratch
        store, projects = SettingsStore(here / "config"), Projects(here / "projects", here / "recovery")
        themed(app, "light")
        window = MainWindow(store, Answers(unsaved="discard", at_exit="stop"), projects, Runs(here / "runs"))
        window.resize(*SIZE)
        window.show()
        QTest.qWaitForWindowActive(window)
        guide = Guide(window, here / "maps", both_colors(app, window, Studio(window), given.folder))
        try:
            follow(guide)
            made = sorted(path.name for path in (here / "maps").iterdir())
            print(f"made: {', '.join(made)}; overall accuracy {100 * window.session.accuracy.oa:.1f} %")
        finally:
            window.close()
            window.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main())
