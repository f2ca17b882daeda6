"""Keeps the plot of the feature space in step with the scene, while it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from hsigui.analysis.feature_points import Points
from hsigui.analysis.feature_space import Axis, Box, Cloud
from hsigui.cube.cube import Cube
from hsigui.document.events import (
    BandsChanged,
    ClassesChanged,
    CurrentClassChanged,
    DerivedChanged,
    DerivedListChanged,
    EncoderChanged,
    LabelsChanged,
    MapChanged,
    SceneShown,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.feature_space import reading
from hsigui.ui.feature_space.choices import axis_of, choices, class_choices, classes_of, first_axes, of_one_kind
from hsigui.ui.feature_space.learned import Learned
from hsigui.ui.feature_space.panel import SCENE, VIEW, FeatureSpacePanel
from hsigui.ui.feature_space.plot import Seen
from hsigui.ui.feature_space.pointing import Pointing
from hsigui.ui.feature_space.reading import Opened, Wish
from hsigui.ui.feature_space.selecting import Selecting
from hsigui.ui.image.bench import Bench

LOOKED_MS, LONGEST_LOOKED_MS = 120, 400  # after the user moved the plot, or the image whose part it shows
OTHER_LIST: tuple[type[Changed], ...] = (
    SceneShown, BandsChanged, DerivedListChanged, DerivedChanged, EncoderChanged, MapChanged, TruthChanged,
    ValidationChanged,
)  # fmt: skip
OTHER_PICTURE: tuple[type[Changed], ...] = (LabelsChanged, ClassesChanged, CurrentClassChanged)


class FeatureSpace(QObject):
    """Reads what the axes measure and shows it; of a scene that is hidden it remembers nothing but the axes.

    Signals:
        opened(): other values are shown.
    """

    opened = Signal()

    def __init__(self, bench: Bench, panel: FeatureSpacePanel, learned: Learned, selecting: Selecting) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._image = bench.desk, bench.desk.session, bench.image
        self._panel, self._learned, self._selecting = panel, learned, selecting
        self._axes: dict[int, tuple[str, str]] = {}  # by the scenes' ids
        self._wanted = ("", "")  # as a project had them
        self._classes, self._extent = "labels", SCENE
        self._only: tuple[int, ...] = ()  # the classes that are drawn; empty for all
        self._seen = self._listed = False
        self._cloud: Cloud | None = None
        self._source: tuple[Cube, tuple[str, str]] | None = None  # what the values were read from
        self._fit = True  # whether all of the values that are read next are to be seen
        bridge = bench.desk.bridge
        self._reading = Latest(bridge, say("Read two measurements"), self._take, failed=self._failed)
        self._seeing = Latest(bridge, say("Draw the feature space"), self._show, between=True)
        self._moves = Debounce(LOOKED_MS, LONGEST_LOOKED_MS, self._see, self)
        self._looks = Debounce(LOOKED_MS, LONGEST_LOOKED_MS, partial(self._read, fit=False), self)
        self.pointing = Pointing(bench, panel)
        panel.axes_chosen.connect(self.choose_axes)
        panel.classes_chosen.connect(self.choose_classes)
        panel.extent_chosen.connect(self.choose_extent)
        panel.busy.stop_asked.connect(self._give_up)
        panel.moved.connect(self._moves.start)
        panel.whole_asked.connect(self.show_all)
        learned.changed.connect(self._learned_changed)
        selecting.changed.connect(self._selected)
        self._image.moved.connect(self._image_moved)
        for kind in OTHER_LIST:
            self._session.events.subscribe(kind, self._changed)
        for other in OTHER_PICTURE:
            self._session.events.subscribe(other, self._redraw)

    # What is chosen

    @property
    def axes(self) -> tuple[str, str]:
        """The ids of what is measured across and up."""
        return self._axes.get(self._session.scene.id, ("", ""))

    @property
    def cloud(self) -> Cloud | None:
        """The values that are shown."""
        return self._cloud

    def choose_axes(self, x: str, y: str) -> None:
        """Shows other measurements; of what an encoder learned both axes are of one kind."""
        before, scene = self.axes, self._session.scene
        x, y = of_one_kind((x, y), before, first_axes(scene))
        self._axes[scene.id] = x, y
        self._offer()
        self._read()

    def show_pair(self, x: str, y: str, classes: str, numbers: tuple[int, int]) -> None:
        """Shows two classes and no other, by two measurements; by one where both are the same."""
        self._axes[self._session.scene.id] = x, y
        self._classes, self._only = classes, numbers
        if self._seen:
            self._offer()
            self._read()
        else:
            self._put(None)  # read once the panel is seen

    def read_axes(self) -> list[Axis]:
        """What the axes measure; those that are not made yet are left out."""
        scene = self._session.shown
        return [] if scene is None else [axis for axis in self._found_axes(scene) if axis is not None]

    def choose_classes(self, name: str) -> None:
        """Colours points by other classes; "" for none."""
        self._classes, self._only = name, ()
        self._offer()
        self._see()

    def choose_extent(self, extent: str) -> None:
        """Shows the pixels of the whole scene, or of what the image shows."""
        self._extent = extent
        self._panel.show_extent(extent)
        self._read()

    def show_all(self) -> None:
        """Shows all of the values, but for single odd ones."""
        self._read()

    def set_unit(self, _unit: WavelengthUnit) -> None:
        """Writes wavelengths in another unit from now on."""
        if self._seen and self._session.shown is not None:
            self._offer()
            x, y = self._found_axes(self._session.scene)
            if x is not None and y is not None:
                self._panel.plot.name_axes(x.title, y.title)

    def set_seen(self, seen: bool) -> None:
        """The panel came to the front, or went."""
        self._seen = seen
        self._put(self._cloud)
        if seen:
            self._changed()
        else:
            self._learned.cancel()

    # What stands where, to be kept

    def state(self) -> dict[str, Any]:
        """Axes, classes and extent, as values of JSON."""
        x, y = self.axes
        return {"x": x or self._wanted[0], "y": y or self._wanted[1], "classes": self._classes, "of": self._extent}

    def restore(self, state: Any) -> None:
        """What `state` said; what cannot be understood stays as it is now."""
        if not isinstance(state, Mapping):
            return
        self._wanted = str(state.get("x", "")), str(state.get("y", ""))
        self._classes = str(state.get("classes", self._classes))
        if state.get("of") in (SCENE, VIEW):
            self._extent = state["of"]
            self._panel.show_extent(self._extent)
        self._axes.pop(self._session.scene.id, None)
        if self._seen and self._session.shown is not None:
            self._offer()
            self._read()

    # Reading

    def _changed(self, event: Changed | None = None) -> None:
        if isinstance(event, SceneShown):
            self._only = ()
            self._forget()
        if self._session.shown is None:
            return
        of_classes = isinstance(event, TruthChanged | ValidationChanged)
        if not self._seen:
            if not of_classes and event is not None:
                self._put(None)
            return
        self._offer()
        if of_classes or (self._cloud is not None and self._same()):
            self._see()
        else:
            self._read(fit=self._cloud is None)

    def _forget(self) -> None:
        for latest in (self._reading, self._seeing):
            latest.forget()
        for waiting in (self._moves, self._looks):
            waiting.stop()
        self._put(None)
        self._panel.show_nothing()
        self._panel.setEnabled(self._session.shown is not None)

    def _offer(self) -> None:
        """Lists what there is to choose; what is gone is chosen no more."""
        scene, unit = self._session.scene, self._desk.wavelength_unit
        found = choices(scene, unit)
        known = {choice.id for choice in found}
        axes = self._axes.get(scene.id) or self._wanted
        if not set(axes) <= known:
            axes = first_axes(scene)
        self._axes[scene.id] = axes
        self._panel.setEnabled(True)
        self._panel.offer_axes(found, *axes)
        self._panel.offer_classes(class_choices(scene), self._classes)

    def _found_axes(self, scene: Scene) -> tuple[Axis | None, Axis | None]:
        unit = self._desk.wavelength_unit
        x, y = (axis_of(scene, name, unit, self._learned) for name in self.axes)
        return x, y

    def _same(self) -> bool:
        """Whether the values are those that would be read now; layers and maps may have been made anew."""
        same = self._source == (self._session.scene.cube, self.axes)
        return same and all(name.startswith("band ") for name in self.axes)

    @property
    def _box(self) -> Box | None:
        rows, cols = self._session.scene.cube.rows, self._session.scene.cube.cols
        if self._extent == VIEW and self._image.scene_size == (rows, cols):
            return self._image.visible_box()
        return (0, 0, rows, cols) if rows and cols else None

    def _read(self, fit: bool = True) -> None:
        scene = self._session.shown
        if scene is None or not self._seen:
            return
        self._fit |= fit
        missing = next((name for name in self.axes if self._learned.needs(scene, name)), "")
        if missing:
            self._learned.make(scene, missing)
            return
        (x, y), box = self._found_axes(scene), self._box
        if x is None or y is None or box is None:
            return
        self._source = scene.cube, self.axes
        self._panel.plot.name_axes(x.title, y.title)
        shape = scene.cube.rows, scene.cube.cols
        self._panel.told.setText(say("Reading two measurements…"))
        self._reading.request(partial(reading.read_cloud, x=x, y=y, box=box, shape=shape))
        self._tell_busy()

    def _take(self, opened: Opened) -> None:
        self._put(opened.cloud)
        if self._fit:
            self._panel.plot.look_at(opened.x, opened.y)
        self._fit = False
        self._tell_busy()
        self._show_outlines()
        self._see()
        self.opened.emit()

    def _put(self, cloud: Cloud | None) -> None:
        self._cloud = cloud
        self.pointing.put(cloud if self._seen else None)

    def _failed(self, error: BaseException, trace: str) -> None:
        self._tell_busy()
        self._panel.told.setText("")
        self._desk.fail(error, trace)

    def _see(self) -> None:
        cloud, scene = self._cloud, self._session.scene
        if cloud is None or not self._seen:
            return
        x, y = self._panel.plot.ends
        wish = Wish(
            cloud, x, y, self._panel.plot.bins, classes_of(scene, self._classes), self._selecting.selection,
            scene.current_class, self._only,
        )  # fmt: skip
        self._seeing.request(partial(reading.see, wish=wish))

    def _show(self, seen: Seen) -> None:
        self._panel.plot.show_seen(seen)
        self._panel.key.show_most(0 if seen.points is not None and len(seen.points.x) else int(seen.density.max()))
        self._tell(seen.points)

    def _redraw(self, _event: Changed) -> None:
        if self._seen:
            self._see()

    def _tell(self, points: Points | None) -> None:
        """What the plot is of, and what is selected, in words."""
        cloud = self._cloud
        if cloud is None:
            return
        notes = [self._selecting.words]
        if cloud.step > 1:
            notes.append(say("every {step}th row and column of the scene", step=cloud.step))
        if points is not None and len(points.x) < points.of:
            notes.append(say("{drawn:,} of {of:,} pixels of classes drawn", drawn=len(points.x), of=points.of))
        classes = classes_of(self._session.scene, self._classes)
        if self._only and classes is not None:
            names = say(" and ").join(classes.table.get(number).name for number in self._only)
            notes.append(say("{names} alone", names=names))
        notes.append(cloud.x.note or cloud.y.note)
        if not cloud.known:
            notes.append(say("no pixel has both values"))
        self._panel.told.setText(" · ".join(filter(None, notes)))

    # Selecting

    def _selected(self) -> None:
        self._show_outlines()
        self._see()
        seen = self._panel.seen
        self._tell(None if seen is None else seen.points)

    def _show_outlines(self) -> None:
        """Outlines are of the measurements that they were drawn in."""
        cloud, selection = self._cloud, self._selecting.selection
        if cloud is None or selection is None:
            self._panel.show_outlines(())
            return
        names = cloud.x.id, cloud.y.id
        mine = [part for part in selection.parts if (part.cloud.x.id, part.cloud.y.id) == names]
        self._panel.show_outlines([outline for part in mine for outline in part.outlines])

    def _image_moved(self) -> None:
        if self._seen and self._extent == VIEW and self._session.shown is not None:
            self._looks.start()

    # What is made for an axis

    def _learned_changed(self) -> None:
        self._tell_busy()
        scene = self._session.shown
        if scene is not None and self._seen and not self._learned.busy:
            cloud = self._cloud
            shown = None if cloud is None else (cloud.x.id, cloud.y.id)
            if shown != self.axes and not any(self._learned.needs(scene, name) for name in self.axes):
                self._read()

    def _give_up(self) -> None:
        """Back to the measurements that are shown."""
        self._learned.cancel()
        cloud, scene = self._cloud, self._session.scene
        self._axes[scene.id] = first_axes(scene) if cloud is None else (cloud.x.id, cloud.y.id)
        self._offer()
        if cloud is None:
            self._read()

    def _tell_busy(self) -> None:
        if self._learned.busy:
            self._panel.busy.tell(self._learned.text, self._learned.done)
        else:
            self._panel.busy.tell("")
