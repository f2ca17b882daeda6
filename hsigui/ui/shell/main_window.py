"""The window: builds the widgets, places them, and wires them to the controllers. Decides nothing itself."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QLineEdit,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.document import permissions
from hsigui.document.events import (
    AccuracyChanged,
    BandsChanged,
    Changed,
    ClassesChanged,
    CurrentClassChanged,
    EncoderChanged,
    HistoryChanged,
    LabelsChanged,
    MapChanged,
    QueueChanged,
    SavedChanged,
    ScenesChanged,
    SceneShown,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.session import Session
from hsigui.methods.registry import MethodInfo
from hsigui.report.table import problems
from hsigui.settings import SettingsStore
from hsigui.storage.recovery import Recovery
from hsigui.storage.runs import Runs
from hsigui.ui.desk import theme
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.desk.message_bar import MessageBar
from hsigui.ui.desk.prompts import Prompts
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.labels.labelling import Labelling
from hsigui.ui.labels.quality_controller import QualityController
from hsigui.ui.labels.quality_panel import QualityPanel
from hsigui.ui.labels.superpixel_controller import SuperpixelController
from hsigui.ui.labels.superpixel_strip import SuperpixelStrip
from hsigui.ui.map.asking import AskController
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.legend import LegendView
from hsigui.ui.map.panel import MapPanel
from hsigui.ui.results.export import ExportController
from hsigui.ui.results.panel import ResultsPanel
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.file_watch import FileWatch
from hsigui.ui.scene.notes_bar import NotesBar
from hsigui.ui.scene.open_scenes import OpenScenes, SceneTabs
from hsigui.ui.shell.about import AboutDialog
from hsigui.ui.shell.actions import Actions
from hsigui.ui.shell.arrivals import Arrivals
from hsigui.ui.shell.docks import build_docks
from hsigui.ui.shell.help_dialog import HelpDialog
from hsigui.ui.shell.shortcuts import ShortcutSheet
from hsigui.ui.shell.start_page import StartPage
from hsigui.ui.shell.status import StatusBar
from hsigui.ui.spectra.view import SpectrumView
from hsigui.ui.training.controller import TrainingController
from hsigui.ui.training.method_panel import MethodPanel, learns
from hsigui.ui.training.queue_list import QueueList
from hsigui.ui.training.run_files import RunFiles
from hsigui.ui.training.view import TrainingView

CLOSE_SECONDS = 5.0
TITLE = "hsigui"
ACTIONS_DEPEND_ON = (
    SceneShown, ScenesChanged, BandsChanged, LabelsChanged, ValidationChanged, HistoryChanged, ClassesChanged,
    CurrentClassChanged, TruthChanged, EncoderChanged, MapChanged, AccuracyChanged, SavedChanged, QueueChanged,
)  # fmt: skip


class MainWindow(QMainWindow):
    """The one window of the program.

    Args:
        store: where the settings lie; the platform's folder when not given.
        prompts: asks the user; tests answer by themselves.
    """

    def __init__(
        self,
        store: SettingsStore | None = None,
        prompts: Prompts | None = None,
        recovery: Recovery | None = None,
        runs: Runs | None = None,
    ) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.session = Session()
        self.bridge = JobBridge(self)
        self.messages = MessageBar(self)
        store = store or SettingsStore()
        settings = store.load()
        self.desk = Desk(self, self.session, self.bridge, self.messages, prompts or Prompts(self), store, settings)
        self._may_close = False
        self._asking = False
        self._waits_to_close = False  # for the queue to be empty
        self._build_views()
        self._build_controllers(recovery, runs)
        self.actions_ = Actions(self, self._handlers())
        self._build_panels()
        self._build_docks()
        self._build_bars()
        self._wire()
        self._restore()
        if store.problem:
            self.messages.warning(store.problem)
        for problem in problems():
            self.messages.warning(problem)

    # Building

    def _build_views(self) -> None:
        self.image, self.spectra = ImageView(self), SpectrumView(self)
        self.training, self.legend = TrainingView(self), LegendView(self)
        self.display, self.classes, self.results = DisplayPanel(self), ClassesPanel(self), ResultsPanel(self)
        self.start_page = StartPage(self)
        self.pages = QStackedWidget(self)
        self.pages.setMinimumSize(
            240, 180
        )  # the start page's wish for more would make the window too wide for a laptop
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.image)
        self.notes_bar, self.tabs = NotesBar(self), SceneTabs(self)
        ground = QWidget(self)  # the messages float over it, below the notes
        _column(ground).addWidget(self.pages)
        central = QWidget(self)
        column = _column(central)
        column.addWidget(self.tabs)
        column.addWidget(self.notes_bar)
        column.addWidget(ground, 1)
        self.setCentralWidget(central)
        self.messages.float_over(ground)

    def _build_controllers(self, recovery: Recovery | None, runs: Runs | None) -> None:
        self.scene = SceneController(self.desk, self.image, self.spectra, self.display)  # hears of a scene first
        self.run_files = RunFiles(self.desk, runs)
        self.label_files = LabelFiles(self.desk, recovery)
        self.labels = Labelling(self.desk, self.image, self.classes)
        self.scenes = OpenScenes(self.desk, self.scene, self.label_files, self.tabs)
        self.scene.make_room = self.scenes.make_room
        self.exporter = ExportController(self.desk)
        self.bands = BandsController(self.desk)
        self.arrivals = Arrivals(self.desk, self.scene, self.label_files, self.spectra)
        self.watch = FileWatch(self.desk)
        self.about = AboutScene(self.desk, self.notes_bar)

    def _build_panels(self) -> None:
        a = self.actions_
        self.method = MethodPanel((a["pretrain"], a["pause"], a["cancel"]), self)
        self.map_panel = MapPanel(a["show_map"], a["live"], a["renew_map"], a["ask_me"], self.legend)
        self.queue_list = QueueList(self)
        self.trainer = TrainingController(self.desk, self.method, self.training, self.queue_list, self.run_files)
        self.maps = MapController(self.desk, self.image, self.map_panel, self.legend, self.results)
        self.asking = AskController(self.desk, self.image, self.map_panel, self.maps)
        self.quality_panel = QualityPanel(self)
        self.quality = QualityController(self.desk, self.image, self.quality_panel)
        self.superpixel_strip = SuperpixelStrip(a["superpixels"], self)
        self.display.add(self.superpixel_strip)
        self.superpixels = SuperpixelController(self.desk, self.image, self.superpixel_strip)
        self.labels.use(a, self.superpixels)

    def _build_docks(self) -> None:
        train = QWidget(self)
        column = _column(train)
        column.addWidget(self.method)
        column.addWidget(self.queue_list)
        column.addWidget(self.training, 1)
        panels = {
            "Display": self.display, "Classes": self.classes, "Training": train, "Map": self.map_panel,
            "Results": self.results, "Quality": self.quality_panel, "Spectra": self.spectra,
            "Regions": self.labels.explorer, "History": self.labels.history,
        }  # fmt: skip
        self.docks = build_docks(self, panels)
        self.docks["Quality"].visibilityChanged.connect(self.quality.set_seen)
        self.docks["Regions"].visibilityChanged.connect(self.labels.regions.set_seen)

    def _build_bars(self) -> None:
        self.brush = self.labels.options.brush
        bar = QToolBar("Tools", self)
        bar.setObjectName("toolbar")
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        self.actions_.fill_toolbar(bar, {"@options": self.labels.options})
        for name in ("pretrain", "live", "export"):
            button = bar.widgetForAction(self.actions_[name])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(bar)
        self.toolbar = bar
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.labels.strip(self))
        self.actions_.fill_menus({"@recent": self._add_recent, "@docks": self._add_docks})
        self.status = StatusBar(self.session, self.bridge, self)
        self.setStatusBar(self.status)

    def _add_recent(self, menu: QMenu) -> None:
        self._recent_menu = menu.addMenu("Open &recent")

    def _add_docks(self, menu: QMenu) -> None:
        panels = menu.addMenu("&Panels")
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())

    # Wiring

    def _handlers(self) -> dict[str, Callable[..., object]]:
        """What each action does; the ids are those of the table."""
        themes = {f"theme_{n}": partial(self.set_theme, n) for n in theme.SCHEMES}
        return self.labels.handlers() | themes | self._scene_handlers() | self._work_handlers()

    def _scene_handlers(self) -> dict[str, Callable[..., object]]:
        files, scene, image = self.label_files, self.scene, self.image
        return {
            "open": scene.ask_and_open,
            "open_as": scene.ask_and_open_as,
            "reload": scene.reload,
            "next_scene": self.scenes.show_next,
            "close_scene": self.scenes.close,
            "open_demo": scene.open_demo,
            "open_labels": files.ask_and_open_labels,
            "add_labels": files.ask_and_add_labels,
            "open_truth": files.ask_and_open_truth,
            "import_classes": files.ask_and_import_classes,
            "export_classes": files.ask_and_export_classes,
            "save_labels": files.save,
            "save_labels_as": files.save_as,
            "draw_sample": files.ask_and_sample,
            "export": self.exporter.ask,
            "quit": self.close,
            "fit": image.fit,
            "zoom_in": image.zoom_in,
            "zoom_out": image.zoom_out,
            "true_colour": partial(scene.show_preset, "true colour"),
            "infrared": partial(scene.show_preset, "colour infrared"),
            "default_bands": partial(scene.show_preset, "default bands"),
            "show_labels": image.set_labels_visible,
            "show_map": image.set_map_visible,
            "superpixels": lambda on: self.superpixels.show(on),
            "clear_spectra": self.spectra.clear,
            "properties": self.about.show_properties,
            "import_notes": self.about.show_notes,
        }

    def _work_handlers(self) -> dict[str, Callable[..., object]]:
        # The trainer and the map controller are made after the actions, because their panels hold some of these.
        return {
            "bands": self.bands.ask,
            "undo": self.session.undo,
            "redo": self.session.redo,
            "pretrain": lambda: self.trainer.pretrain(),
            "pause": lambda paused: self.trainer.pause(paused),
            "cancel": lambda: self.trainer.cancel(),
            "open_run": self.run_files.ask_and_open,
            "export_run": self.exporter.ask_run,
            "live": self.session.set_live,
            "renew_map": lambda: self.maps.renew(),
            "ask_me": lambda: self.asking.ask(),
            "next_layer": lambda: self.maps.show_next_layer(),
            "overlay_less": lambda: self.maps.change_opacity(-1),
            "overlay_more": lambda: self.maps.change_opacity(1),
            "help_pages": self.show_help,
            "shortcuts": partial(self._show_dialog, ShortcutSheet),
            "about": partial(self._show_dialog, AboutDialog),
        }

    def _wire(self) -> None:
        self.bridge.failed.connect(self.desk.fail)
        self.bridge.warned.connect(lambda _job, text: self.messages.warning(text))
        for kind in ACTIONS_DEPEND_ON:
            self.session.events.subscribe(kind, self._update_actions)
        for kind in (SceneShown, ScenesChanged, SavedChanged, LabelsChanged, ValidationChanged, ClassesChanged):
            self.session.events.subscribe(kind, self._show_title)
        self.session.events.subscribe(SceneShown, self._show_scene)
        self.session.events.subscribe(QueueChanged, self._close_when_idle)
        self.scene.opened.connect(self.label_files.offer_truth)
        self.scene.opened.connect(lambda _opened: self.label_files.offer_recovery())
        self.scene.opened.connect(lambda _opened: self.run_files.offer())
        self.scene.opened.connect(lambda _opened: self._show_recent())
        self.scene.values_read.connect(self.status.show_values)
        self.watch.reload_asked.connect(self.scene.reload)
        self.asking.asked.connect(self.scene.show_spectrum)
        self.asking.answered.connect(partial(self.labels.controller.draw_area, text="Answer"))
        self.trainer.pause_changed.connect(self.actions_["pause"].setChecked)
        self.image.hovered.connect(self._hovered)
        self.image.left_scene.connect(self._left)
        self.start_page.open_asked.connect(self.scene.ask_and_open)
        self.start_page.demo_asked.connect(self.scene.open_demo)
        self.start_page.recent_asked.connect(self.scene.open_path)
        self.method.device_changed.connect(
            lambda name: self.desk.remember(dataclasses.replace(self.desk.settings, device=name))
        )
        self.method.help_asked.connect(self.show_help)
        self.method.method_changed.connect(self._method_changed)
        self._method_changed(self.method.info)
        self.about.use(self.actions_["import_notes"])
        self.actions_.update(self.session)
        self._show_title()

    def _update_actions(self, _event: Changed) -> None:
        self.actions_.update(self.session)

    def _show_scene(self, _event: SceneShown) -> None:
        self.pages.setCurrentWidget(self.image)
        self.image.setFocus()

    def _method_changed(self, info: MethodInfo) -> None:
        """The action is called by what it does: a baseline learns nothing."""
        action = self.actions_["pretrain"]
        action.setText("&Pretrain" if learns(info) else "&Prepare features")
        action.setToolTip(
            f"Learn features of this scene with {info.title}, without labels (Ctrl+P)"
            if learns(info)
            else f"Compute the features of {info.title}: nothing is learned (Ctrl+P)"
        )
        action.setStatusTip(action.toolTip())
        self.training.set_empty_text(
            "No pretraining yet.\nPress Pretrain to learn features from the scene."
            if learns(info)
            else "No features yet.\nPress Prepare features to compute those of the baseline."
        )

    def _show_title(self, _event: Changed | None = None) -> None:
        cube = self.session.cube
        self.setWindowModified(self.session.unsaved)
        self.setWindowTitle(f"{cube.name}[*] – {TITLE}" if cube is not None else TITLE)

    def _hovered(self, row: int, col: int) -> None:
        self.status.show_pixel(row, col)
        self.maps.show_pixel(row, col)
        if not isinstance(self.focusWidget(), QLineEdit | QAbstractSpinBox | ImageView):
            self.image.setFocus()  # so that Space pans and does not press the button clicked last

    def _left(self) -> None:
        self.status.leave_scene()
        self.maps.leave_scene()

    def _show_dialog(self, kind: Callable[[QWidget], AboutDialog | ShortcutSheet]) -> None:
        dialog = kind(self)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def show_help(self, page: str = "") -> None:
        """Shows a page of the help, or its first, beside the window."""
        dialog = self.findChild(HelpDialog) or HelpDialog(self)
        dialog.show_page(page)
        dialog.show()
        dialog.activateWindow()

    # Preferences

    def set_theme(self, name: str) -> None:
        """Gives the window "system", "light" or "dark" colours, and remembers it."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
        self.desk.remember(dataclasses.replace(self.desk.settings, theme=name))

    def _restore(self) -> None:
        settings = self.desk.settings
        self.resize(1280, 800)
        self.actions_[f"theme_{settings.theme}"].setChecked(True)
        self.method.set_device(settings.device)
        if settings.geometry:
            self.restoreGeometry(_decoded(settings.geometry))
        if settings.layout:
            self.restoreState(_decoded(settings.layout))
        self._show_recent()

    def _show_recent(self) -> None:
        recent = self.desk.settings.recent
        self.start_page.set_recent(recent)
        self._recent_menu.clear()
        self._recent_menu.setEnabled(bool(recent))
        for text in recent:
            self._recent_menu.addAction(text, partial(self.scene.open_path, text))

    # Dropping and closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.arrivals.take(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._may_close and not self._may_leave_work():
            event.ignore()
            return
        if not self._may_close:
            self._asking = True
            self.scenes.leave_all(self._allow_close)
            self._asking = False
        if not self._may_close:
            event.ignore()
            return
        self.desk.remember(
            dataclasses.replace(
                self.desk.settings,
                geometry=_encoded(self.saveGeometry()),
                layout=_encoded(self.saveState()),
            )
        )
        self.bridge.close(CLOSE_SECONDS)
        event.accept()

    def _may_leave_work(self) -> bool:
        """Names what runs and what waits, and asks whether it is stopped."""
        work = permissions.at_work(self.session.queue)
        if not work:
            return True
        answer = self.desk.prompts.work_at_exit(work, permissions.AT_EXIT)
        self._waits_to_close = answer == "wait"
        if self._waits_to_close:
            self.messages.info("The window closes when the work is done.", "Close it again to stop the work.")
        return answer == "stop"

    def _close_when_idle(self, _event: QueueChanged) -> None:
        if self._waits_to_close and not self.session.queue.entries:
            self._waits_to_close = False
            QTimer.singleShot(0, self, self.close)

    def _allow_close(self) -> None:
        self._may_close = True
        if not self._asking:  # the labels had to be written first
            self.close()


def _column(widget: QWidget) -> QVBoxLayout:
    """A layout from top to bottom without gaps."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column


def _encoded(data: QByteArray) -> str:
    return base64.b64encode(bytes(data.data())).decode("ascii")


def _decoded(text: str) -> QByteArray:
    """What `_encoded` wrote; Qt itself refuses what is no geometry."""
    return QByteArray.fromBase64(text.encode("ascii", "ignore"))
