"""What every room of the window is built on, and what it gives back for a panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from hsigui.storage.journal import Journal
from hsigui.storage.runs import Runs
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.pixel import Pixel
from hsigui.ui.image.subjects import Subjects
from hsigui.ui.image.view import ImageView


@dataclass(frozen=True)
class Bench:
    """Desk, image and actions of one window, what keeps labels and runs, what there is to be shown of a scene, and the
    pixel in question."""

    desk: Desk
    image: ImageView
    actions: ActionSet
    journal: Journal
    runs: Runs
    subjects: Subjects
    pixel: Pixel


@dataclass(frozen=True)
class PanelParts:
    """A panel with all that was made for it.

    Attributes:
        widget: what stands in the dock.
        parts: the controllers and widgets that the window may ask for by their class; rows of actions name methods
            of these.
        set_seen: is told whether the panel is in front.
    """

    widget: QWidget
    parts: tuple[object, ...] = ()
    set_seen: Callable[[bool], None] | None = None
