"""What changed: one frozen dataclass a change, with what changed in it. `hub.Events` tells those who asked for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsigui.cube.render import ViewState
from hsigui.document.hub import Changed
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable


@dataclass(frozen=True)
class SceneLeft(Changed):
    """A scene is about to be hidden behind another, or closed; it is still the one that is shown."""

    scene: int


@dataclass(frozen=True)
class SceneShown(Changed):
    """Another scene is shown; everything that is shown of one is to be looked at again."""

    scene: int


@dataclass(frozen=True)
class SceneOpened(Changed):
    """A scene was opened, and is shown with what came with it.

    Attributes:
        beside: names of arrays in the same file that fit the scene as ground truth.
    """

    scene: int
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class SceneClosed(Changed):
    """What is kept of a scene elsewhere can go."""

    scene: int


@dataclass(frozen=True)
class ScenesChanged(Changed):
    """There are more or fewer scenes, or the name or the saved state of one is another."""


@dataclass(frozen=True)
class BandsChanged(Changed):
    """The same scene with other bands, or read again.

    Attributes:
        new_input: whether what was learned from it before is of no use any more.
        read_again: whether its values may be others than before.
    """

    new_input: bool
    read_again: bool = False


@dataclass(frozen=True)
class NotesChanged(Changed):
    """More is known of the scene's file than when it was opened."""


@dataclass(frozen=True)
class ImportKept(Changed):
    """What was said of the bands or the quality masks of a scene is on the disk, for its project to take it over."""

    scene: int


@dataclass(frozen=True)
class ViewChanged(Changed):
    before: ViewState
    after: ViewState


@dataclass(frozen=True)
class StrokeStarted(Changed):
    """Labels are being drawn; `LabelsChanged` or `ValidationChanged` is told at the end, and `HistoryChanged`."""


@dataclass(frozen=True)
class LabelsPainted(Changed):
    """Labels of a layer look otherwise in a box: for those who draw them, and for nobody else. Told at each piece of
    a stroke."""

    layer: int
    box: Box


@dataclass(frozen=True)
class LabelsChanged(Changed):
    """Training labels changed in a box. Told once for a stroke, at its end."""

    box: Box


@dataclass(frozen=True)
class ValidationChanged(Changed):
    """Validation labels changed in a box. Told once for a stroke, at its end."""

    box: Box


@dataclass(frozen=True)
class HistoryChanged(Changed):
    """There is another step to take back, or to do again."""


@dataclass(frozen=True)
class ClassesChanged(Changed):
    before: ClassTable
    after: ClassTable


@dataclass(frozen=True)
class CurrentClassChanged(Changed):
    """Attributes:
    number: the class that the brush paints; 0 for none.
    """

    number: int


@dataclass(frozen=True)
class LayerChanged(Changed):
    """Attributes:
    layer: TRAINING or VALIDATION, which is painted from now on.
    """

    layer: int


@dataclass(frozen=True)
class SavedChanged(Changed):
    """Labels were written to a file of the user, or are unsaved again."""


@dataclass(frozen=True)
class TruthChanged(Changed):
    """Other ground truth, or another sample of it is in force."""


@dataclass(frozen=True)
class CourseChanged(Changed):
    """Another training is told of; not at each of its steps."""


@dataclass(frozen=True)
class EncoderChanged(Changed):
    """Another run is in use, or none."""


@dataclass(frozen=True)
class MapChanged(Changed):
    """Another map, or none."""


@dataclass(frozen=True)
class MapWanted(Changed):
    """A map of an earlier day that needs no run is to be made again: `Scene.map_to_make`."""


@dataclass(frozen=True)
class MapSpecChanged(Changed):
    """Maps of the scene are to be drawn otherwise."""


@dataclass(frozen=True)
class OverlaysChanged(Changed):
    """What lies over the composite is another, or in another order, or looks otherwise."""


@dataclass(frozen=True)
class FinishingChanged(Changed):
    """Other steps are to be done over the map."""


@dataclass(frozen=True)
class FinishedChanged(Changed):
    """The finished map is another, or there is none. Told once for a stroke on it, at its end.

    Attributes:
        painted: whether only what a hand painted is another, which `FinishedPainted` has told of.
    """

    painted: bool = False


@dataclass(frozen=True)
class FinishedPainted(Changed):
    """The finished map looks otherwise in a box: for those who draw it, and for nobody else. Told at each piece of a
    stroke."""

    box: Box


@dataclass(frozen=True)
class FinishedShown(Changed):
    """The finished map is to be shown in place of the model's answer, or that again."""


@dataclass(frozen=True)
class PaintTargetChanged(Changed):
    """Attributes:
    kind: of what the tools paint on from now on, see `paint_target`.
    """

    kind: str


@dataclass(frozen=True)
class AccuracyChanged(Changed):
    """The map is measured otherwise, or not at all."""


@dataclass(frozen=True)
class ErrorsChosen(Changed):
    """Other errors of the map are meant."""


@dataclass(frozen=True)
class MasksChanged(Changed):
    """There are more or fewer masks, or one is another, called or used otherwise."""


@dataclass(frozen=True)
class MaskPainted(Changed):
    """A mask that is drawn on looks otherwise: for those who draw it, and for nobody else. Told at each piece of a
    stroke.

    Attributes:
        number: of the mask.
    """

    number: int


@dataclass(frozen=True)
class DerivedListChanged(Changed):
    """There are more or fewer derived layers."""


@dataclass(frozen=True)
class DerivedChanged(Changed):
    """A derived layer was made, or is called or looked at otherwise.

    Attributes:
        number: of the layer.
    """

    number: int


@dataclass(frozen=True)
class DerivedViewChanged(Changed):
    """Other derived layers are shown in place of bands, or none."""


@dataclass(frozen=True)
class LibrariesChanged(Changed):
    """Other spectral libraries are open, or other spectra of them are chosen."""


@dataclass(frozen=True)
class ResultsChanged(Changed):
    """The table of results has more or fewer rows, or one is called otherwise."""


@dataclass(frozen=True)
class LiveChanged(Changed):
    live: bool


@dataclass(frozen=True)
class DeviceChanged(Changed):
    text: str


@dataclass(frozen=True)
class ProjectChanged(Changed):
    """Attributes:
    name: of the project that scenes are written into from now on; empty for none.
    """

    name: str


@dataclass(frozen=True)
class KeepingChanged(Changed):
    """Labels can be kept safe as they are drawn, or cannot.

    Attributes:
        problem: why not, in words; empty where they can.
    """

    problem: str


@dataclass(frozen=True)
class QueueChanged(Changed):
    """A heavy job was begun, held, ended, added or taken out."""


@dataclass(frozen=True, eq=False)
class StepDone(Changed):
    """Something was done that command lines do, too. Told to the session.

    Attributes:
        what: that was done, in words that end a sentence: "labels were read from a file".
        lines: makes the command lines for it alone; called on a worker, and may read files. Raises HsiError where
            there are none. None for a map: whoever knows all of it makes them.
        leads_to_map: whether the map follows from it without being asked for.
    """

    what: str
    lines: Callable[[Context], tuple[str, ...]] | None
    leads_to_map: bool = False
