"""The steps of the tour: what each says, and which parts of the window it lights, by the names that these have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QToolBar, QWidget

from hsigui.texts import say


@dataclass(frozen=True)
class TourStep:
    """One step.

    Attributes:
        title: what is done there.
        text: two sentences.
        lit: object names of the widgets that are lit together, or of actions with a button in a bar.
        demo: whether the demo scene is offered while no scene is open.
    """

    id: str
    title: str
    text: str
    lit: tuple[str, ...]
    demo: bool = False


STEPS = (
    TourStep(
        "open", say("Open a scene"),
        say("Open a scene of your own here, or drop it on the window. To learn, begin with the demo scene: it is "
            "simulated, and its ground truth is known."),
        ("open",), demo=True,
    ),
    TourStep(
        "look", say("Look at spectra"),
        say("A click on the image draws the spectrum of the pixel here. The panels on the left choose bands and "
            "stretch."),
        ("dock Spectra",),
    ),
    TourStep(
        "label", say("Label a few pixels"),
        say("Choose a class, take the brush (B) and paint a few pixels of it. Two classes of three pixels each are "
            "enough to begin with."),
        ("label tools", "dock Classes"),
    ),
    TourStep(
        "pretrain", say("Pretrain"),
        say("This learns from all pixels of the scene, without labels. It takes a minute or more, and you can go on "
            "labelling."),
        ("pretrain",),
    ),
    TourStep(
        "map", say("Map and doubt"),
        say("From then on the map follows every stroke. Here you see its confidence, and are asked where a label "
            "helps most."),
        ("dock Map",),
    ),
    TourStep(
        "export", say("Results and export"),
        say("Results tells how good the map is, measured on pixels that it did not learn from. Export writes map and "
            "report for a GIS."),
        ("dock Results", "export"),
    ),
)  # fmt: skip


def parts_of(window: QMainWindow, step: TourStep) -> list[QWidget]:
    """The widgets that a step lights, in sight or not.

    Raises:
        LookupError: the window has no widget or action of a name.
    """
    return [_part(window, name) for name in step.lit]


def panels_of(window: QMainWindow, step: TourStep) -> list[QDockWidget]:
    """The panels that a step lights, closed ones too.

    Raises:
        LookupError: the window has no widget or action of a name.
    """
    return [part for part in parts_of(window, step) if isinstance(part, QDockWidget)]


def bring_forth(panels: Iterable[QDockWidget]) -> None:
    """Brings panels before those that they stand behind. Closed ones stay closed: that was chosen."""
    for panel in panels:
        if not panel.isHidden():
            panel.raise_()


def lit_areas(window: QMainWindow, step: TourStep) -> tuple[QRect, ...]:
    """What is lit of the window, in its logical pixels; none where nothing of the step is in sight."""
    areas = []
    for part in parts_of(window, step):
        if part.isVisible() and part.window() is window and not part.visibleRegion().isEmpty():
            area = QRect(part.mapTo(window, QPoint()), part.size()) & window.rect()
            areas.append(area | _tabs_over(window, part) if isinstance(part, QDockWidget) else area)
    return tuple(areas)


def _part(window: QMainWindow, name: str) -> QWidget:
    for kind in (QDockWidget, QToolBar):
        found: QWidget | None = window.findChild(kind, name)
        if found is not None:
            return found
    action = window.findChild(QAction, name)
    if action is not None:
        for bar in window.findChildren(QToolBar):
            button = bar.widgetForAction(action)
            if button is not None:
                return button
    raise LookupError(name)


def _tabs_over(window: QMainWindow, dock: QDockWidget) -> QRect:
    """The tabs of panels behind one another, so that one sees where a panel is found again."""
    for bar in window.findChildren(QTabBar):
        titles = [bar.tabText(index) for index in range(bar.count())]
        if bar.isVisible() and bar.parent() is window and dock.windowTitle() in titles:
            return QRect(bar.mapTo(window, QPoint()), bar.size())
    return QRect()
