"""The window: builds the panels and bars, places them, and binds the actions. Decides nothing itself."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QStatusTipEvent, QWhatsThisClickedEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QLineEdit,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.remote.address import is_address
from hsigui.document.events import (
    AccuracyChanged,
    BandsChanged,
    ClassesChanged,
    CurrentClassChanged,
    DerivedListChanged,
    DerivedViewChanged,
    EncoderChanged,
    FinishedChanged,
    FinishingChanged,
    HistoryChanged,
    KeepingChanged,
    LabelsChanged,
    MapChanged,
    MasksChanged,
    NotesChanged,
    ProjectChanged,
    QueueChanged,
    SavedChanged,
    SceneOpened,
    ScenesChanged,
    SceneShown,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.session import Session
from hsigui.report.table import problems
from hsigui.settings import Settings, SettingsStore
from hsigui.storage.journal import Journal
from hsigui.storage.project_file import SUFFIX
from hsigui.storage.projects import Projects
from hsigui.storage.runs import Runs
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.focus_ring import FocusRing
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.desk.message_bar import MessageBar
from hsigui.ui.desk.mnemonics import name_plainly
from hsigui.ui.desk.prompts import Prompts
from hsigui.ui.feature_space.controller import FeatureSpace
from hsigui.ui.feature_space.statistics_controller import StatisticsController
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.pictures.controller import Pictures
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.subjects import Subjects
from hsigui.ui.image.surroundings import Surroundings
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.labels.explorer_controller import ExplorerController
from hsigui.ui.labels.explorer_panel import ExplorerPanel
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.labels.history_panel import HistoryPanel
from hsigui.ui.labels.labelling import Labelling, tool_strip
from hsigui.ui.labels.left_labels import LeftLabels
from hsigui.ui.labels.quality_panel import QualityPanel
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.labels.sampler import Sampler
from hsigui.ui.labels.superpixel_controller import SuperpixelController
from hsigui.ui.labels.superpixel_strip import SuperpixelStrip
from hsigui.ui.map.asking import AskController
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.panel import MapPanel
from hsigui.ui.preparing.controller import PrepareController
from hsigui.ui.results.export import ExportController
from hsigui.ui.results.panel import ResultsPanel
from hsigui.ui.scene.band_list import BandList
from hsigui.ui.scene.band_steps import BandSteps
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.composites import Composites
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.scene.file_watch import FileWatch
from hsigui.ui.scene.notes_bar import NotesBar
from hsigui.ui.scene.open_scenes import OpenScenes, SceneTabs
from hsigui.ui.scene.stretch_controller import StretchController
from hsigui.ui.scene.stretch_panel import StretchPanel
from hsigui.ui.shell.actions import ACTIONS, fill_menus, fill_toolbar, in_order_of_menus
from hsigui.ui.shell.arrivals import Arrivals
from hsigui.ui.shell.command_palette import CommandPalette
from hsigui.ui.shell.context_menus import ContextMenus
from hsigui.ui.shell.coordinates import Coordinates
from hsigui.ui.shell.docks import build_docks, restore_layout
from hsigui.ui.shell.guiding import Guiding
from hsigui.ui.shell.help_pages import HelpPages
from hsigui.ui.shell.leaving import Leaving
from hsigui.ui.shell.messages import Messages
from hsigui.ui.shell.on_screen import keep_on_screen
from hsigui.ui.shell.panels import PANELS
from hsigui.ui.shell.panes import Panes
from hsigui.ui.shell.preferences import Preferences
from hsigui.ui.shell.problem_report import ProblemReports
from hsigui.ui.shell.project_files import ProjectFiles
from hsigui.ui.shell.samples import Samples
from hsigui.ui.shell.start_page import StartPage
from hsigui.ui.shell.starting import Starting
from hsigui.ui.shell.state_keeping import StateKeeping
from hsigui.ui.shell.status import StatusBar
from hsigui.ui.shell.whats_this import HelpHere
from hsigui.ui.shell.window_state import WindowState, decoded, encoded
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.spectra.libraries import Libraries
from hsigui.ui.spectra.view import SpectrumView
from hsigui.ui.study.controller import StudyController
from hsigui.ui.training.controller import TrainingController
from hsigui.ui.training.method_panel import MethodPanel
from hsigui.ui.training.queue_list import QueueList
from hsigui.ui.training.run_files import RunFiles
from hsigui.ui.training.view import TrainingView
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.views import Views

CLOSE_SECONDS = 5.0
TITLE = "hsigui"
ACTIONS_DEPEND_ON = (
    SceneShown, ScenesChanged, BandsChanged, NotesChanged, LabelsChanged, ValidationChanged, HistoryChanged,
    ClassesChanged, CurrentClassChanged, TruthChanged, EncoderChanged, MapChanged, AccuracyChanged, SavedChanged,
    QueueChanged, DerivedListChanged, DerivedViewChanged, FinishingChanged, FinishedChanged, MasksChanged,
)  # fmt: skip
TITLE_DEPENDS_ON = (
    SceneShown, ScenesChanged, SavedChanged, LabelsChanged, ValidationChanged, ClassesChanged, ProjectChanged,
    KeepingChanged,
)  # fmt: skip
T = TypeVar("T")


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
        projects: Projects | None = None,
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
        self.actions_ = ActionSet(self, ACTIONS)
        self.image = ImageView(self)
        self._build_panels(Journal(projects or Projects()), runs or kept_runs(settings))
        self._name_parts()
        self._build_middle()
        self._build_controllers()
        self._build_bars()
        self._wire()
        self._restore()
        if store.problem:
            self.messages.warning(store.problem)
        for problem in problems():
            self.messages.warning(problem)

    # Building

    def _build_panels(self, journal: Journal, runs: Runs) -> None:
        self.subjects = Subjects(self)
        self.pixel = Pixel(self.desk, self.image)
        self.bench = bench = Bench(self.desk, self.image, self.actions_, journal, runs, self.subjects, self.pixel)
        panels = {row.name: row.make(bench) for row in PANELS}
        self._parts = [part for panel in panels.values() for part in panel.parts]
        self._parts += [Pictures(bench), StudyController(self.desk), PrepareController(bench)]
        self.docks = build_docks(self, PANELS, panels)

    def _name_parts(self) -> None:
        """What this window places or calls itself, and what is asked for by name from outside."""
        self.display, self.superpixel_strip = self._part(DisplayPanel), self._part(SuperpixelStrip)
        self.notes_bar, self.tabs = self._part(NotesBar), self._part(SceneTabs)
        self.scene, self.scenes = self._part(SceneController), self._part(OpenScenes)
        self.bands, self.watch = self._part(BandsController), self._part(FileWatch)
        self.band_list, self.stretch = self._part(BandList), self._part(StretchPanel)
        self.composites, self.band_steps = self._part(Composites), self._part(BandSteps)
        self.classes, self.labels = self._part(ClassesPanel), self._part(Labelling)
        self.label_files, self.sampler = self._part(LabelFiles), self._part(Sampler)
        self.keeping, self.left = self._part(SafeKeeping), self._part(LeftLabels)
        self.superpixels, self.quality_panel = self._part(SuperpixelController), self._part(QualityPanel)
        self.explorer, self.regions = self._part(ExplorerPanel), self._part(ExplorerController)
        self.history, self.spectra = self._part(HistoryPanel), self._part(SpectrumView)
        self.method, self.training, self.trainer = (
            self._part(MethodPanel), self._part(TrainingView), self._part(TrainingController)
        )  # fmt: skip
        self.queue_list, self.run_files = self._part(QueueList), self._part(RunFiles)
        self.map_panel, self.maps, self.asking = (
            self._part(MapPanel), self._part(MapController), self._part(AskController)
        )  # fmt: skip
        self.views = self._part(Views)
        self.results, self.exporter = self._part(ResultsPanel), self._part(ExportController)

    def _part(self, kind: type[T]) -> T:
        """The one thing of a class that was made for the panels."""
        (found,) = (part for part in self._parts if isinstance(part, kind))
        return found

    def _build_middle(self) -> None:
        self.start_page = StartPage(self)
        self.pages = QStackedWidget(self)
        # The start page's wish for more would make the window too wide for a laptop.
        self.pages.setMinimumSize(240, 180)
        self.pages.addWidget(self.start_page)
        self.pages.addWidget(self.views.grid)
        central = QWidget(self)
        column = _column(central)
        column.addWidget(self.tabs)
        column.addWidget(self.notes_bar)
        column.addWidget(self.pages, 1)
        column.addWidget(self.messages)
        self.setCentralWidget(central)
        self.messages.wait_while(self._is_drawing)
        self.display.add(self.superpixel_strip)

    def _build_controllers(self) -> None:
        self.arrivals = Arrivals(self.desk, self.scene, self.label_files, self._part(Libraries))
        self.leaving = Leaving(self.desk, self.scenes)
        comparison = self._part(Comparison)
        stands = WindowState(
            self, self.session, self.actions_, self.method, self.maps, self.exporter, self.views, comparison,
            self._part(Pictures), self._part(FeatureSpace),
        )  # fmt: skip
        self.projects = ProjectFiles(self.desk, self.scene, self.scenes, self.keeping, self.left, stands)
        self.states = StateKeeping(
            self.desk, self.keeping, self.left, self.scene, self._part(SpectraController), self.run_files, stands
        )
        self.help = HelpPages(self, in_order_of_menus())
        showing_wavelengths = (
            self.display, self.spectra, self.band_list, self.scene, self.composites, self._part(StretchController),
            self._part(FeatureSpace), self._part(StatisticsController),
        )  # fmt: skip
        preferences = Preferences(self.desk, self.actions_, self.run_files, showing_wavelengths)
        self.surroundings = Surroundings(self.desk, self.image, self.actions_)
        self.coordinates = Coordinates(self.desk, self.image, self.actions_, self.surroundings)
        palette = CommandPalette(self.desk, self.menuBar(), self.help, self.open_path)
        self.starting = Starting(
            self.desk, self.start_page, self.pages, self.image, self.scene, self.keeping, self.exporter,
            self.docks["Results"], self.keeping.journal.projects.folder.parent / "pictures",
        )  # fmt: skip
        self.guiding = Guiding(self.desk, self, self.start_page, self.scene)
        self.samples = Samples(self.desk, self.start_page, self.scene, self.label_files)
        said = Messages(self, self.messages)
        self.help_here = HelpHere(self, self.docks, self.help)
        FocusRing(self)
        self.panes = Panes(self, self._middle_panes, self.docks)
        ContextMenus(self.bench, self.pixel, self.tabs, self.scenes, self.spectra, self.training)
        own = (
            self.pixel, self.panes, self.leaving, self.starting, self.projects, self.help, self.help_here, preferences,
            palette, said, ProblemReports(self.desk), self.surroundings, self.coordinates, self.guiding, self.samples,
        )  # fmt: skip
        self.actions_.bind((self.session, self.image, *self._parts, *own))

    def _build_bars(self) -> None:
        self.toolbar = QToolBar(say("Tools"), self)
        self.toolbar.setObjectName("toolbar")
        self.toolbar.setIconSize(QSize(20, 20))
        self.toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        fill_toolbar(self.toolbar, self.actions_, {"@options": self.labels.options})
        for name in ("pretrain", "live", "export"):
            button = self.toolbar.widgetForAction(self.actions_[name])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.addToolBar(self.toolbar)
        self.tool_strip = tool_strip(self.actions_, self)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.tool_strip)
        for bar in (self.toolbar, self.tool_strip):
            for button in bar.findChildren(QToolButton):
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt leaves bars to the mouse
                if not button.text():  # that of what has no room
                    button.setAccessibleName(say("More tools"))
        fill_menus(self, self.actions_, {
            "@recent": self._add_recent, "@docks": self._add_docks, "@composites": self.composites.fill,
            "@panels": self._add_panels,
        })  # fmt: skip
        self.status = StatusBar(self.session, self.bridge, self.messages.log, self.coordinates, self)
        self.status.missed.clicked.connect(self.actions_["messages"].trigger)
        self.setStatusBar(self.status)
        name_plainly(self)

    def _add_recent(self, menu: QMenu) -> None:
        self._recent_menu = menu.addMenu(say("Open &recent"))

    def _add_docks(self, menu: QMenu) -> None:
        panels = menu.addMenu(say("&Panels"))
        for dock in self.docks.values():
            panels.addAction(dock.toggleViewAction())

    def _add_panels(self, menu: QMenu) -> None:
        for name, dock in self.docks.items():
            menu.addAction(dock.windowTitle(), partial(self.panes.show_panel, self.docks[name]))

    def _middle_panes(self) -> list[QWidget]:
        """What stands between the panels and can have the focus."""
        page = self.start_page if self.pages.currentWidget() is self.start_page else self.image
        return [self.toolbar, self.tool_strip, self.tabs, self.notes_bar, page, self.messages]

    # Wiring

    def _wire(self) -> None:
        self.bridge.failed.connect(self.desk.fail)
        self.bridge.warned.connect(self._warned)
        for kind in ACTIONS_DEPEND_ON:
            self.session.events.subscribe(kind, self._update_actions)
        for told in TITLE_DEPENDS_ON:
            self.session.events.subscribe(told, self._show_title)
        self.session.events.subscribe(SceneShown, self._show_scene)
        self.session.events.subscribe(SceneOpened, self._show_recent)
        self.scene.values_read.connect(self.status.show_values)
        self.image.hovered.connect(self._hovered)
        self.image.measured.connect(self.labels.options.set_text)
        self.image.left_scene.connect(self.status.leave_scene)
        self.start_page.recent_asked.connect(self.open_path)
        self.start_page.help_asked.connect(self.help.show_help)
        self.method.help_asked.connect(self.help.show_help)
        self.actions_.update(self.session)
        self._show_title()

    def _is_drawing(self) -> bool:
        return self.image.drawing

    def _warned(self, _job: int, text: str) -> None:
        self.messages.warning(text)

    def _update_actions(self, _event: Changed) -> None:
        self.actions_.update(self.session)

    def _show_scene(self, _event: SceneShown) -> None:
        self.pages.setCurrentWidget(self.views.grid)
        self.image.setFocus()

    def _show_title(self, _event: Changed | None = None) -> None:
        cube, project = self.session.cube, self.keeping.project
        self.setWindowModified(self.session.unsaved and not self.keeping.in_project)
        parts = ["" if cube is None else f"{cube.name}[*]", "" if project is None else project.path.stem, TITLE]
        self.setWindowTitle(" – ".join(filter(None, parts)))

    def _hovered(self, row: int, col: int) -> None:
        self.status.show_pixel(row, col)
        if self.image.key_cursor == (row, col):
            self.status.announce()
        if not isinstance(self.focusWidget(), QLineEdit | QAbstractSpinBox | ImageView):
            self.image.setFocus()  # so that Space pans and does not press the button clicked last

    # Preferences

    def _restore(self) -> None:
        settings = self.desk.settings
        self.resize(1280, 800)
        self.actions_[f"theme_{settings.theme}"].setChecked(True)
        if settings.geometry:
            self.restoreGeometry(decoded(settings.geometry))
        keep_on_screen(self)
        if settings.layout:
            restore_layout(self, PANELS, decoded(settings.layout))
        self.surroundings.restore()
        self._show_recent()

    def _show_recent(self, _event: SceneOpened | None = None) -> None:
        recent = self.desk.settings.recent
        self.starting.renew()
        self._recent_menu.clear()
        self._recent_menu.setEnabled(bool(recent))
        for text in recent:
            self._recent_menu.addAction(text, partial(self.open_path, text))

    def open_path(self, path: str | Path) -> None:
        """Opens a project or a scene, whichever it is by its ending."""
        if not is_address(path) and Path(path).suffix.lower() == SUFFIX:
            self.projects.open(Path(path))
        else:
            self.scene.open_path(path)

    def event(self, event: QEvent) -> bool:
        """What menus and bars say of what the mouse is on has its place in the status bar; links lead to the help."""
        if isinstance(event, QStatusTipEvent):
            self.status.show_tip(event.tip())
            return True
        if isinstance(event, QWhatsThisClickedEvent):
            self.help_here.follow(event)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, where nothing else takes it, gives the focus back to the image, as Shift+F6 would by and by."""
        if event.key() == Qt.Key.Key_Escape and self.pages.currentWidget() is not self.start_page:
            self.image.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    # Dropping and closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        outside = event.source() is None  # a picture of this window is for others
        if outside and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            if paths[0].suffix.lower() == SUFFIX:
                self.projects.open(paths[0])
            else:
                self.arrivals.take(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.leaving.may_close():
            event.ignore()
            return
        self.starting.keep()
        self.states.stop()
        geometry, layout = encoded(self.saveGeometry()), encoded(self.saveState())
        self.desk.remember(dataclasses.replace(self.desk.settings, geometry=geometry, layout=layout))
        self.bridge.close(CLOSE_SECONDS)
        self.keeping.close(CLOSE_SECONDS)
        event.accept()


def kept_runs(settings: Settings) -> Runs:
    """The runs in the folder that the user chose, else in the usual one."""
    return Runs(Path(settings.runs_folder) if settings.runs_folder else None)


def _column(widget: QWidget) -> QVBoxLayout:
    """A layout from top to bottom without gaps."""
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    return column
