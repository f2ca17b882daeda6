"""Opens the window in a made-up language, triggers its actions, and prints as JSON what was seen on the way: how many
texts were said and which were not, and what is wrong with names, room, colours and focus (`access_checks`).

A program of its own: the language must be in before tables of texts are imported. The language is longer than English.
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
import tempfile
import time
from pathlib import Path

from hsigui.texts import use
from tests.made_up_language import CLOSED, OPENED, Longer

use(Longer())

from PySide6.QtCore import QObject, QSize, Qt  # noqa: E402
from PySide6.QtGui import QAction  # noqa: E402
from PySide6.QtWidgets import (  # noqa: E402
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QTabBar,
    QWidget,
)
from shiboken6 import isValid  # noqa: E402

from hsigui.settings import SettingsStore  # noqa: E402
from hsigui.specs import SplitSpec  # noqa: E402
from hsigui.storage.projects import Projects  # noqa: E402
from hsigui.storage.runs import Runs  # noqa: E402
from hsigui.ui.desk import theme  # noqa: E402
from hsigui.ui.shell.main_window import MainWindow  # noqa: E402
from tests import access_checks  # noqa: E402
from tests.ui.windows import Answers, FakeEncoder, features_of  # noqa: E402

# What is no sentence: papers, names of classes, methods, palettes, files and keys, units, and words that settings take.
NAMES = re.compile(
    r"[A-Z][\w-]+(?: et al\.| & [A-Z][\w-]+)?, [^\n]*, doi \S+|"
    r"Deutsch \(de\)|简体中文 \(zh\)|https?://\S+|\(-\w+\)|[\w-]*\.(?:tif|hdr|img|json|html|md|csv|png|mat|kmz|gpkg|geojson|fgb|parquet|safetensors|npz|npy|toml|zarr)\b|"
    r"\b(?:hsigui|demo-mixed|Qt|GeoTIFF|ENVI|MATLAB|LSCoSa|ContrastDM|CPU|GPU|IEEE|TGRS|doi|EPSG|WGS|UTM|"
    r"Tol \w+|Standard|Okabe-Ito|Class \d+|Meadow|Maize|Woodland|Water|Loam|Humus soil|Roof tile|Asphalt|Kaolinite|"
    r"Ctrl|Shift|Alt|Esc|Enter|Return|Backspace|Del|Home|End|Tab|Up|Down|PgUp|PgDown|GHz|rad|English|"
    r"float32|float16|bfloat16|float64|complex\d+|u?int\d+|bil|bip|bsq|Viridis|Magma|Cividis|auto|none|reference|probability|entropy|normalised|field|pixel|stem|pair)\b"
)
OF_QT = {
    "Close",
    "Scroll Left",
    "Scroll Right",
    "Float",
    "Closes the dock widget",
    "Undocks and re-attaches the dock widget",
}
OF_PYQTGRAPH = {"Plot Options"}
SKIPPED_ACTIONS = {"quit", "close_scene", "pretrain", "repeat_training", "open_demo", "tour"}
SCREEN = QSize(1366, 768)  # the smallest in use
FRAME = 40  # logical pixels that the frame of a window and the bar of a desktop take
CHECKS = {
    "nameless": access_checks.nameless,
    "clipped": access_checks.clipped,
    "faint": access_checks.faint,
    "unseen_focus": access_checks.unseen_focus,
    "traps": access_checks.traps,
}


class Seen:
    """What was heard and what was found wrong, of everything that was looked at."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self.found: dict[str, dict[str, str]] = {name: {} for name in (*CHECKS, "too_large")}  # and where it was first
        self.looked_at = 0

    def hear(self, part: QWidget) -> None:
        self.heard.update(texts_of(part))

    def look(self, part: QWidget, where: str, *checks: str) -> None:
        """Hears a part that is shown, and checks it."""
        self.hear(part)
        self.looked_at += 1
        for name in checks or CHECKS:
            for line in CHECKS[name](part):
                self.found[name].setdefault(line, where)
        if part.isWindow():
            room = SCREEN - QSize(0, FRAME)
            self.found["too_large"] |= dict.fromkeys(access_checks.too_large(part, room), where)

    def look_at_dialog(self, dialog: QDialog) -> None:
        """In light colours, and in dark ones."""
        where = dialog.windowTitle()
        if not isinstance(dialog, QMessageBox):
            room = SCREEN - QSize(0, FRAME)
            dialog.resize(dialog.size().boundedTo(room))
        self.look(dialog, where)
        dialog.setPalette(theme.palette(theme.DARK))
        QApplication.processEvents()
        self.look(dialog, f"{where}, dark", "faint", "unseen_focus")


def main() -> int:
    app = QApplication.instance() or QApplication(sys.argv)
    theme.apply(app, "light")
    seen = Seen()
    dialogs: list[QDialog] = []

    def instead_of_exec(dialog: QDialog) -> int:
        dialog.show()
        _work(app)
        seen.look_at_dialog(dialog)
        dialogs.append(dialog)
        return int(QDialog.DialogCode.Rejected.value)

    QDialog.exec = QMessageBox.exec = instead_of_exec
    QMenu.exec = lambda menu, *_: seen.hear(menu)
    folder = Path(tempfile.mkdtemp())
    window = MainWindow(
        SettingsStore(folder / "config"),
        Answers(),
        Projects(folder / "projects", folder / "recovery"),
        Runs(folder / "runs"),
    )
    window.resize(SCREEN - QSize(0, FRAME))
    window.show()
    window.activateWindow()
    _work(app)
    seen.look(window.start_page, "start page")
    seen.hear(window)
    window.actions_["open_demo"].trigger()
    _until(app, lambda: window.session.cube is not None and not window.bridge.running)
    seen.hear(window)
    window.sampler.sample(SplitSpec(3, 0))
    _until(app, lambda: not window.bridge.running)
    window.session.set_trained(FakeEncoder(), features_of(window.session.cube))
    _until(app, lambda: window.session.class_map is not None and not window.bridge.running)
    window.method.advanced.header.click()  # its rows are made when they are unfolded
    look_at_panels(app, window, seen, "light")
    for part in (window.toolbar, window.tool_strip, window.tabs, window.notes_bar, window.image, window.statusBar()):
        seen.look(part, "window")
    skipped = {window.actions_[name] for name in SKIPPED_ACTIONS}
    for action in window.findChildren(QAction):
        # Menus of files and layers are made anew on the way: their former actions are gone.
        if not isValid(action) or action in skipped or not action.isEnabled() or _of_others(action):
            continue
        action.trigger()
        _until(app, lambda: not window.bridge.running)
        for dialog in [
            widget for widget in app.topLevelWidgets() if isinstance(widget, QDialog) and widget.isVisible()
        ]:
            seen.look_at_dialog(dialog)
            dialog.close()
        window.actions_["play_bands"].setChecked(False)  # with several views something would be drawn all the time
        _work(app)
    seen.hear(window)  # with what was not there before it was wanted
    theme.apply(app, "dark")
    look_at_panels(app, window, seen, "dark")
    window.actions_["tour"].trigger()  # last: what lies over the window takes the colours of what is below
    _work(app)
    seen.hear(window)
    titles = setting_titles()
    told = {
        "heard": sum(OPENED in text for text in seen.heard),
        "missed": sorted(text for text in seen.heard - OF_QT if left_of(text) and text.casefold() not in titles),
        "looked_at": seen.looked_at,
        **{name: [f"{line} ({where})" for line, where in lines.items()] for name, lines in seen.found.items()},
    }
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    return 0


def look_at_panels(app: QApplication, window: MainWindow, seen: Seen, scheme: str) -> None:
    """Brings each panel to the front and looks at it; in dark colours only at these."""
    for name, dock in window.docks.items():
        dock.show()
        dock.raise_()
        _work(app)
        seen.look(dock, f"{name}, {scheme}", *(() if scheme == "light" else ("faint", "unseen_focus")))


def left_of(text: str) -> str:
    """The words of a shown text that stand outside of the brackets and are no names."""
    out, depth = [], 0
    for sign in re.sub(r"<style.*?</style>|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL):
        depth += (sign == OPENED) - (sign == CLOSED and depth > 0)
        if depth == 0:
            out.append(" " if sign == CLOSED else sign)
    return " ".join(re.findall(r"[^\W\d_]{3,}", NAMES.sub(" ", "".join(out).replace("&", ""))))


def setting_titles() -> set[str]:
    """Names of the settings of methods and layers as people write them: `--set` takes the same in every language."""
    named = re.compile(r"hsigui\.(methods\.\w+\.row|analysis\.settings)")
    rows = [module for name, module in sys.modules.items() if named.fullmatch(name)]
    own = [kind for row in rows for kind in vars(row).values() if getattr(kind, "__module__", "") == row.__name__]
    fields = [field.name for kind in own if dataclasses.is_dataclass(kind) for field in dataclasses.fields(kind)]
    return {name.replace("_", " ") for name in [*fields, "monitor", "patience", "precision", "steps", "epochs"]}


def texts_of(root: QWidget) -> set[str]:
    """All that a widget and what it holds show."""
    found: set[str] = set()
    for part in [root, *root.findChildren(QObject)]:
        if _of_others(part):
            continue
        if isinstance(part, QAction):
            found |= {part.text(), part.toolTip(), part.statusTip()}
        elif isinstance(part, QWidget):
            found |= _of_widget(part)
    return {text for text in found if text}


def _of_others(part: QObject) -> bool:
    """Whether it is a standard button, in Qt's own language, or of a menu of pyqtgraph, which is never shown."""
    if isinstance(part.parent(), QDialogButtonBox):
        return True
    above: QObject | None = part
    while above is not None:
        if "pyqtgraph" in type(above).__module__ or (isinstance(above, QMenu) and above.title() in OF_PYQTGRAPH):
            return True
        above = above.parent()
    return False


def _of_widget(part: QWidget) -> set[str]:
    found = {part.windowTitle(), part.toolTip(), part.statusTip(), part.accessibleName(), part.accessibleDescription()}
    match part:
        case QLabel() | QAbstractButton():
            found.add(part.text())
        case QGroupBox() | QMenu():
            found.add(part.title())
        case QTabBar():
            found |= {part.tabText(i) for i in range(part.count())} | {part.tabToolTip(i) for i in range(part.count())}
        case QComboBox():
            found |= {part.itemText(i) for i in range(part.count())}
        case QLineEdit() | QPlainTextEdit():
            found.add(part.placeholderText())
        case QAbstractSpinBox():
            found |= {getattr(part, name)() for name in ("suffix", "prefix", "specialValueText") if hasattr(part, name)}
        case QHeaderView() if part.model() is not None and part.orientation() == Qt.Orientation.Horizontal:
            for column in range(part.count()):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    found.add(str(part.model().headerData(column, Qt.Orientation.Horizontal, role) or ""))
    return found


def _work(app: QApplication) -> None:
    for _ in range(3):
        app.processEvents()
        time.sleep(0.002)


def _until(app: QApplication, done) -> None:
    end = time.monotonic() + 60
    while not done():
        app.processEvents()
        time.sleep(0.005)
        if time.monotonic() > end:
            raise TimeoutError
    _work(app)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    import os

    os._exit(status)  # the window is not closed in order: nothing of it is kept
