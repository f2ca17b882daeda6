"""Opens the window in a made-up language, triggers its actions, and prints how many texts were said and which were not.

A program of its own: the language must be in before tables of texts are imported.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from pathlib import Path

from hsigui.texts import use
from tests.made_up_language import CLOSED, OPENED, MadeUp

use(MadeUp())

from PySide6.QtCore import QObject, Qt  # noqa: E402
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

from hsigui.settings import SettingsStore  # noqa: E402
from hsigui.specs import SplitSpec  # noqa: E402
from hsigui.storage.recovery import Recovery  # noqa: E402
from hsigui.storage.runs import Runs  # noqa: E402
from hsigui.ui.shell.main_window import MainWindow  # noqa: E402
from tests.ui.windows import Answers, FakeEncoder, features_of  # noqa: E402

# What is no sentence: names of classes, methods, palettes and sensors, of files and keys.
NAMES = re.compile(
    r"https?://\S+|\b[\w-]+\.(?:tif|hdr|img|json|html|md|csv|png|mat|kmz|gpkg|safetensors|npz|npy|toml)\b|"
    r"\b(?:hsigui|demo|Qt|Tol \w+|GeoTIFF|ENVI|MATLAB|LSCoSa|LS-CoSA|ContrastDM|CPU|GPU|Ctrl|Shift|Alt|Esc|Enter|"
    r"Return|Backspace|Del|Home|End|Tab|Up|Down|PgUp|PgDown|nm|px|MB|GB|KB|GiB|MiB|KiB|float32|float16|uint16|int16|EPSG|"
    r"WGS|UTM|Class \d+|Meadow|Maize|Woodland|Water|Loam|Humus soil|Roof tile|Asphalt|Kaolinite|Standard|Okabe-Ito|"
    r"IEEE|TGRS|doi|scene)\b"
)
OF_QT = {
    "Close",
    "Scroll Left",
    "Scroll Right",
    "Float",
    "Closes the dock widget",
    "Undocks and re-attaches the dock widget",
}
SKIPPED_ACTIONS = {"quit", "close_scene", "pretrain", "open_demo"}


def main() -> int:
    app = QApplication.instance() or QApplication(sys.argv)
    heard: set[str] = set()
    dialogs: list[QDialog] = []

    def instead_of_exec(dialog: QDialog) -> int:
        dialog.show()
        _work(app)
        heard.update(texts_of(dialog))
        dialogs.append(dialog)
        return int(QDialog.DialogCode.Rejected.value)

    QDialog.exec = QMessageBox.exec = instead_of_exec
    QMenu.exec = lambda menu, *_: heard.update(texts_of(menu))
    folder = Path(tempfile.mkdtemp())
    window = MainWindow(
        SettingsStore(folder / "config"), Answers(), Recovery(folder / "recovery"), Runs(folder / "runs")
    )
    window.show()
    _work(app)
    heard.update(texts_of(window))
    window.actions_["open_demo"].trigger()
    _until(app, lambda: window.session.cube is not None and not window.bridge.running)
    heard.update(texts_of(window))
    window.label_files.sample(SplitSpec(3, 0))
    _until(app, lambda: not window.bridge.running)
    window.session.set_trained(FakeEncoder(), features_of(window.session.cube))
    _until(app, lambda: window.session.class_map is not None and not window.bridge.running)
    for dock in window.docks.values():
        dock.show()
        dock.raise_()
        _work(app)
    heard.update(texts_of(window))
    skipped = {window.actions_[name] for name in SKIPPED_ACTIONS}
    for action in window.findChildren(QAction):
        if action in skipped or not action.isEnabled():
            continue
        action.trigger()
        _until(app, lambda: not window.bridge.running)
        for dialog in [
            widget for widget in app.topLevelWidgets() if isinstance(widget, QDialog) and widget.isVisible()
        ]:
            heard.update(texts_of(dialog))
            dialog.close()
        _work(app)
    missed = sorted({text for text in heard if left_of(text)} - OF_QT)
    sys.stdout.write(f"{sum(OPENED in text for text in heard)}\n" + "\n".join(missed) + "\n")
    sys.stdout.flush()
    return 0


def left_of(text: str) -> str:
    """The words of a shown text that stand outside of the brackets and are no names."""
    out, depth = [], 0
    for sign in re.sub(r"<style.*?</style>|<[^>]*>|&\w+;", " ", text, flags=re.DOTALL):
        depth += (sign == OPENED) - (sign == CLOSED and depth > 0)
        if depth == 0:
            out.append(" " if sign == CLOSED else sign)
    return " ".join(re.findall(r"[^\W\d_]{3,}", NAMES.sub(" ", "".join(out).replace("&", ""))))


def texts_of(root: QWidget) -> set[str]:
    """All that a widget and what it holds show."""
    found: set[str] = set()
    for part in [root, *root.findChildren(QObject)]:
        if isinstance(part, QAction):
            found |= {part.text(), part.toolTip(), part.statusTip()}
        elif isinstance(part, QWidget) and not _of_others(part):
            found |= _of_widget(part)
    return {text for text in found if text}


def _of_others(part: QWidget) -> bool:
    """Whether it is a standard button, in Qt's own language, or a menu of pyqtgraph, which is never shown."""
    return isinstance(part.parent(), QDialogButtonBox) or "pyqtgraph" in type(part).__module__


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
    for _ in range(5):
        app.processEvents()
        time.sleep(0.01)


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
