"""What lies over the composite: list, stack of the image and what the scene keeps of them, in step.

The scene has the truth of order and looks. Whether labels and map are seen, and how opaque the map is, belongs to the
window, whose menu and panel of the map change them, too.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import OverlaysChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.intentions import OverlayAsked
from hsigui.document.overlays import SUBJECT, Overlay
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.stack import Entry, Layer
from hsigui.ui.image.subject_drawing import SubjectDrawing
from hsigui.ui.image.subject_layer import SubjectLayer
from hsigui.ui.image.subjects import OverLines
from hsigui.ui.views.line_files import LineFiles
from hsigui.ui.views.lines_layer import LinesLayer, MadeLines
from hsigui.ui.views.overlays_panel import OverlayRow, OverlaysPanel

FIRST_OPACITY = 0.6  # of a picture that is laid over the composite
# Layers that an action shows and hides; of the last two, there is nothing in the image while they are hidden.
OF_THE_WINDOW = {"map": "show_map", "labels": "show_labels", "truth": "show_truth", "errors": "show_errors"}
ON_REQUEST = ("truth", "errors")
BENEATH = "composite"  # what the layers lie over


class Overlays(QObject):
    """Takes what is asked for in the panel, and shows what there is."""

    def __init__(self, bench: Bench, panel: OverlaysPanel) -> None:
        super().__init__(bench.desk.window)
        self._bench, self._panel, self._session = bench, panel, bench.desk.session
        self._image, self._stack = bench.image, bench.image.stack
        self._drawings: dict[str, SubjectDrawing] = {}
        self._lines: dict[str, LinesLayer] = {}
        self._unread: dict[str, str] = {}  # why lines cannot be shown, by their ids
        self._files = LineFiles(bench.desk, self._take_lines)
        self._first = self._noted()  # as the program has them at first
        self._applying = False
        panel.visible_changed.connect(self._set_visible)
        panel.opacity_changed.connect(self._set_opacity)
        panel.moved.connect(self._arrange)
        panel.removed.connect(self.remove)
        panel.list_asked.connect(self._list)
        panel.added.connect(self.add_subject)
        panel.color_asked.connect(self._ask_color)
        panel.width_changed.connect(self._set_width)
        bench.image.hovered.connect(self._name_lines)
        bench.image.left_scene.connect(self._name_nothing)
        self._stack.changed.connect(self._stack_changed)
        bench.subjects.changed.connect(self._subject_changed)
        self._session.events.subscribe(OverlayAsked, self._asked_for)
        bench.subjects.offer_lines(self.lines)
        events = self._session.events
        events.subscribe(SceneShown, self._show_scene)
        events.subscribe(OverlaysChanged, self._apply)
        for name in ON_REQUEST:
            bench.actions[OF_THE_WINDOW[name]].toggled.connect(self._switched)
            bench.actions[OF_THE_WINDOW[name]].enabledChanged.connect(self._switched)
        self._show_rows()

    # What is asked for

    def add_subject(self, name: str) -> None:
        """Lays a subject of the scene over the composite and the other layers."""
        scene = self._session.shown
        subject = None if scene is None else self._bench.subjects.named(scene, name)
        if scene is None or subject is None or self._stack.find(SUBJECT + name) is not None:
            return
        self._keep((*self._noted(), Overlay(SUBJECT + name, subject.title, opacity=FIRST_OPACITY)))

    def _asked_for(self, event: OverlayAsked) -> None:
        self.add_subject(event.name)

    def ask_and_add_lines(self) -> None:
        """Asks for a file of lines, and lays them over the image."""
        self._files.ask()

    def add_lines(self, path: Path) -> None:
        """Lays the lines of a file over the image."""
        self._files.add(path)

    def remove(self, name: str) -> None:
        """Takes a layer off that was laid over."""
        self._keep(tuple(overlay for overlay in self._noted() if overlay.id != name))

    def _set_visible(self, name: str, visible: bool) -> None:
        if name in OF_THE_WINDOW:
            action = self._bench.actions[OF_THE_WINDOW[name]]
            if action.isEnabled() or name not in ON_REQUEST:
                action.setChecked(visible)
            self._show_rows()
        else:
            self._keep(tuple(replace(o, visible=visible) if o.id == name else o for o in self._noted()))

    def _set_opacity(self, name: str, opacity: float) -> None:
        self._stack.set_opacity(name, opacity)  # at once; of the map, its panel hears of it, too
        self._keep(self._noted())

    def _ask_color(self, name: str) -> None:
        overlay = self._kept(name)
        if overlay is None:
            return
        color = self._bench.desk.prompts.color(overlay.color, overlay.title)
        if color is not None:
            self._keep(tuple(replace(o, color=color) if o.id == name else o for o in self._noted()))

    def _set_width(self, name: str, width: float) -> None:
        self._keep(tuple(replace(o, width=width) if o.id == name else o for o in self._noted()))

    def _arrange(self, names: tuple[str, ...]) -> None:
        self._stack.arrange(names)
        self._keep(self._noted())
        self._show_rows()

    def _list(self) -> None:
        scene = self._session.shown
        subjects = () if scene is None else self._bench.subjects.of(scene)
        self._panel.set_choice([
            (subject.id, subject.title) for subject in subjects
            if subject.id != BENEATH and self._stack.find(subject.id) is None
            and self._stack.find(SUBJECT + subject.id) is None
        ])  # fmt: skip

    def lines(self, scene: Scene) -> tuple[OverLines, ...]:
        """The lines that are seen over a scene, for pictures of it; those of the scene that is shown."""
        if scene is not self._session.shown:
            return ()
        found = []
        for entry in self._stack.entries:
            layer = self._lines.get(entry.id)
            ready = None if layer is None else layer.on_paper()
            if layer is not None and ready is not None:
                found.append(OverLines(entry.title, layer.color, layer.width, ready))
        return tuple(found)

    # What the scene keeps

    def _noted(self) -> tuple[Overlay, ...]:
        """The stack as it is now; of what belongs to the window, nothing but the place."""
        return tuple(self._as_overlay(entry) for entry in self._stack.entries)

    def _as_overlay(self, entry: Entry[Layer]) -> Overlay:
        kept = self._kept(entry.id) or Overlay(entry.id, entry.title)
        return replace(kept, opacity=1.0 if entry.id == "map" else entry.layer.opacity)

    def _kept(self, name: str) -> Overlay | None:
        scene = self._session.shown
        return None if scene is None else next((o for o in scene.overlays if o.id == name), None)

    def _keep(self, overlays: tuple[Overlay, ...]) -> None:
        scene = self._session.shown
        if scene is not None:
            scene.set_overlays(() if overlays == self._first else overlays)

    # What is shown

    def _show_scene(self, _event: SceneShown) -> None:
        for name in (*self._drawings, *self._lines):
            self._drop(name)
        self._unread.clear()
        self._apply(_event)

    def _apply(self, _event: Changed) -> None:
        """Has the stack as the scene says."""
        scene = self._session.scene
        overlays = scene.overlays or self._first
        self._applying = True
        try:
            for name in {*self._drawings, *self._lines} - {overlay.id for overlay in overlays}:
                self._drop(name)
            for overlay in overlays:
                if overlay.subject and overlay.id not in self._drawings:
                    self._lay(overlay)
                elif overlay.path is not None and overlay.id not in self._lines:
                    self._lay_lines(overlay)
            for overlay in overlays:
                self._look(overlay)
            self._stack.arrange(tuple(overlay.id for overlay in overlays))
        finally:
            self._applying = False
        self._show_rows()

    def _look(self, overlay: Overlay) -> None:
        if self._stack.find(overlay.id) is None:
            return  # of another version of the program
        if overlay.id != "map":
            self._stack.set_opacity(overlay.id, overlay.opacity)
        if overlay.id == "validation":  # the action hides it with the labels
            self._stack.set_visible(overlay.id, overlay.visible and self._image.labels_visible)
        elif overlay.id not in OF_THE_WINDOW:
            before = self._stack.find(overlay.id)
            if overlay.visible and overlay.id in self._drawings and before is not None and not before.layer.visible:
                self._drawings[overlay.id].ask()  # it was not looked at before
            self._stack.set_visible(overlay.id, overlay.visible)
        lines = self._lines.get(overlay.id)
        if lines is not None and (lines.color, lines.width) != (overlay.color, overlay.width):
            lines.color, lines.width = overlay.color, overlay.width
            self._stack.changed.emit(overlay.id)

    def _lay(self, overlay: Overlay) -> None:
        scene = self._session.scene
        layer = SubjectLayer(overlay.opacity)
        self._stack.add(overlay.id, overlay.title, layer)
        drawing = SubjectDrawing(self._bench.desk.bridge, self._image, layer, self)
        self._drawings[overlay.id] = drawing
        subject = self._bench.subjects.named(scene, overlay.subject)
        drawing.show(subject, (scene.cube.rows, scene.cube.cols), seen=overlay.visible)

    def _drop(self, name: str) -> None:
        drawing = self._drawings.pop(name, None)
        if drawing is not None:
            drawing.let_go()
            drawing.deleteLater()
        self._lines.pop(name, None)
        self._stack.remove(name)

    # Lines

    def _lay_lines(self, overlay: Overlay) -> None:
        """A file that the scene had on an earlier day is read again."""
        self._lines[overlay.id] = LinesLayer(overlay.color, overlay.width, overlay.opacity)
        self._stack.add_lines(overlay.id, overlay.title, self._lines[overlay.id])
        self._files.read(overlay, failed=partial(self._not_read, overlay))

    def _take_lines(self, overlay: Overlay, made: MadeLines) -> None:
        """Lines were read: of a layer that waits for them, or of a new one."""
        kept = self._kept(overlay.id)
        if kept is not None and (kept.path, kept.layer) != (overlay.path, overlay.layer):
            overlay = replace(overlay, id=self._files.free_name())  # another file was quicker
        if overlay.id not in self._lines:
            layer = self._lines[overlay.id] = LinesLayer(overlay.color, overlay.width, overlay.opacity)
            self._stack.add_lines(overlay.id, overlay.title, layer)
            self._keep((*(o for o in self._noted() if o.id != overlay.id), overlay))
        self._unread.pop(overlay.id, None)
        self._lines[overlay.id].set(made)
        self._stack.changed.emit(overlay.id)

    def _not_read(self, overlay: Overlay, error: BaseException, trace: str) -> None:
        if self._stack.find(overlay.id) is None:
            return  # it is shown no more
        if not isinstance(error, HsiError):
            self._bench.desk.fail(error, trace)
            return
        self._unread[overlay.id] = error.message
        self._bench.desk.messages.warning(
            say("The overlay {title} is not shown: {message}", title=overlay.title, message=error.message), error.hint
        )
        self._show_rows()

    def _name_lines(self, row: int, col: int) -> None:
        if self._lines:
            scale = self._image.scale
            for layer in self._lines.values():
                name = layer.name_at(row + 0.5, col + 0.5, scale)
                self._name(layer, (name, row, col) if name else None)

    def _name_nothing(self) -> None:
        for layer in self._lines.values():
            self._name(layer, None)

    def _name(self, layer: LinesLayer, named: tuple[str, int, int] | None) -> None:
        if named != layer.named:
            layer.named = named
            self._image.viewport().update()

    def _stack_changed(self, name: str) -> None:
        if self._applying:
            return
        if name == "labels":
            kept = self._kept("validation")
            self._stack.set_visible("validation", self._image.labels_visible and (kept is None or kept.visible))
        self._show_rows()

    def _subject_changed(self, name: str) -> None:
        scene = self._session.shown
        if scene is None:
            return
        for layer, drawing in self._drawings.items():
            if name == layer.removeprefix(SUBJECT) or (name == "" and drawing.empty):
                found = self._bench.subjects.named(scene, layer.removeprefix(SUBJECT))
                kept = self._kept(layer)
                seen = kept is None or kept.visible
                drawing.show(found, (scene.cube.rows, scene.cube.cols), seen=seen)
        if name != "labels":  # told at each piece of a stroke
            self._show_rows()

    def _switched(self, _on: bool) -> None:
        self._show_rows()

    def _show_rows(self) -> None:
        self._panel.setEnabled(self._session.shown is not None)
        self._panel.set_rows([self._row(entry) for entry in reversed(self._stack.entries)])

    def _row(self, entry: Entry[Layer]) -> OverlayRow:
        layer, drawing, lines = entry.layer, self._drawings.get(entry.id), self._lines.get(entry.id)
        subject = None if drawing is None else drawing.subject
        visible = layer.visible
        empty = layer.empty if drawing is None else drawing.empty
        if entry.id in ON_REQUEST:
            action = self._bench.actions[OF_THE_WINDOW[entry.id]]
            visible, empty = action.isChecked(), not action.isEnabled()
        state = "" if subject is None else subject.state
        nothing = state or say("There is nothing of it in this scene now.")
        tip = self._unread.get(entry.id) or (nothing if empty else "")
        kept = self._kept(entry.id)
        if kept is not None and kept.path is not None and not tip:
            tip = str(kept.path)
        own = drawing is not None or lines is not None
        row = OverlayRow(entry.id, state or entry.title, visible, layer.opacity, empty, own, tip=tip)
        return row if lines is None else replace(row, color=lines.color, width=lines.width)
