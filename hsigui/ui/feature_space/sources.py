"""What statistics can be of: which pixels, by classes, and which measurements of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.class_statistics import Statistics, class_statistics
from hsigui.analysis.feature_selection import Selection
from hsigui.analysis.feature_space import Axis, Box
from hsigui.analysis.layer import LayerRecipe
from hsigui.analysis.measured import BandValues, LayerValues, Measured
from hsigui.analysis.separability import Separability, separability
from hsigui.analysis.tiles import TILE_VALUES, Tile, flat
from hsigui.cube.cube import Cube
from hsigui.document.derived import EMBEDDING
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.strokes import Area
from hsigui.pipeline.own import own_features
from hsigui.texts import say
from hsigui.ui.feature_space.choices import Choice, Classes, class_choices, classes_of
from hsigui.ui.feature_space.learned import PCA
from hsigui.ui.feature_space.plot import POINTED, SELECTED

if TYPE_CHECKING:
    from hsigui.pipeline.features import Features

GOOD, SHOWN, AXES = "good bands", "shown bands", "axes"
SELECTED_PIXELS, MARKED_PIXELS, SEEN_PIXELS, ALL_PIXELS = "selected", "marked", "seen", "all"


class Numbered(Protocol):
    """Makes class numbers of a scene, in a worker."""

    def __call__(self, ctx: Context) -> tuple[NDArray[np.integer], ClassTable]:
        """Rows x cols, 0 for none, and what they mean."""


class Measuring(Protocol):
    """Makes what is measured, in a worker."""

    def __call__(self, ctx: Context) -> tuple[Measured, tuple[str, ...]]:
        """The measurements, and the ids of the axes that they are in the plot; empty for none."""


@dataclass(frozen=True, eq=False)
class Result:
    """Statistics, and what follows of them.

    Attributes:
        axes: ids of the measurements as axes of the plot, one a measurement.
        source: the id of what gave the classes.
        separability: None for fewer than two classes.
    """

    statistics: Statistics
    axes: tuple[str, ...]
    source: str
    separability: Separability | None = None


def pixel_choices(scene: Scene, selection: Selection | None, marked: Area | None) -> list[Choice]:
    """Which pixels there are statistics of now."""
    found = class_choices(scene)
    if selection is not None:
        found.append(Choice(SELECTED_PIXELS, say("Selected in the plot")))
    if marked is not None:
        found.append(Choice(MARKED_PIXELS, say("Marked in the image")))
    return [*found, Choice(SEEN_PIXELS, say("What the image shows")), Choice(ALL_PIXELS, say("The whole scene"))]


def numbered(
    scene: Scene, name: str, selection: Selection | None, marked: Area | None, seen: Box | None
) -> Numbered | None:
    """What makes the class numbers of a choice; None where the scene has it no more."""
    shape = scene.cube.rows, scene.cube.cols
    if name == SELECTED_PIXELS:
        return None if selection is None else partial(_of_selection, selection=selection, shape=shape)
    if name == MARKED_PIXELS:
        return None if marked is None else partial(_of_area, area=marked, shape=shape)
    if name in (SEEN_PIXELS, ALL_PIXELS):
        box = seen if name == SEEN_PIXELS else (0, 0, *shape)
        title = say("What the image shows") if name == SEEN_PIXELS else say("The whole scene")
        return None if box is None else partial(_of_box, box=box, shape=shape, title=title)
    classes = classes_of(scene, name)
    return None if classes is None else partial(_of_classes, classes=classes)


def measure_choices(scene: Scene, axes: tuple[str, str]) -> list[Choice]:
    """In which measurements there are statistics now."""
    found = [Choice(GOOD, say("All good bands")), Choice(SHOWN, say("The bands that are shown"))]
    if all(axes):
        found.append(Choice(AXES, say("The axes of the plot")))
    if scene.features is not None:
        found.append(Choice(PCA, say("What was learned")))
    found += [
        Choice(f"layer {each.number}", each.name)
        for each in scene.derived if each.layer is not None and each.layer.classes is None
    ]  # fmt: skip
    return found


def measuring(scene: Scene, name: str, axes: Sequence[Axis]) -> Measuring | None:
    """What makes the measurements of a choice; None where the scene has them no more.

    Args:
        axes: those of the plot.
    """
    if name == GOOD:
        return partial(_bands, cube=scene.counted_cube, bands=None)
    if name == SHOWN:
        return partial(_bands, cube=scene.counted_cube, bands=tuple(dict.fromkeys(scene.view.shown)))
    if name == AXES:
        shape = scene.cube.rows, scene.cube.cols
        return partial(_axes, axes=tuple(axes), shape=shape) if axes else None
    if name == PCA:
        if scene.features is None:
            return None
        return partial(_learned, cube=scene.cube, features=own_features(scene.features))
    found = scene.derived.get(int(name.removeprefix("layer "))) if name.startswith("layer ") else None
    if found is None or found.layer is None or found.layer.classes is not None:
        return None
    values = LayerValues(found.layer)
    names = tuple(f"layer {found.number} {place}" for place in range(len(values.names)))
    return partial(_ready, values=values, names=names)


def compute(ctx: Context, source: str, pixels: Numbered, measures: Measuring) -> Result:
    """Statistics of some pixels in some measurements, and how well their classes part where there are several.

    Raises:
        HsiError: no pixel has a class, or nothing is measured.
        Cancelled: through the context.
    """
    numbers, table = pixels(ctx)
    measured, axes = measures(ctx)
    found = class_statistics(measured, numbers, table, ctx)
    apart = separability(found, ctx) if len(found.classes) > 1 else None
    return Result(found, axes, source, apart)


class AxisValues:
    """The axes of a plot as measurements; of two equal ones, one."""

    wavelengths: tuple[float, ...] | None = None

    def __init__(self, axes: Sequence[Axis], shape: tuple[int, int]) -> None:
        self._axes = tuple({axis.id: axis for axis in axes}.values())
        self.names, self.shape = tuple(axis.title for axis in self._axes), shape

    @property
    def ids(self) -> tuple[str, ...]:
        """Of the axes."""
        return tuple(axis.id for axis in self._axes)

    def tiles(self, ctx: Context, text: str, wanted: NDArray[np.bool_] | None = None) -> Iterator[Tile]:
        """As of `Measured`; `wanted` is one a row."""
        rows, cols = self.shape
        step = max(1, TILE_VALUES // max(1, cols * len(self._axes)))
        for start in range(0, rows, step):
            ctx.progress(start, rows, text)
            piece = slice(start, min(start + step, rows))
            if wanted is None or wanted[piece].any():
                planes = [np.asarray(axis.read(piece, slice(0, cols)), dtype=np.float32) for axis in self._axes]
                values = flat(np.stack(planes, axis=-1))
                yield Tile(piece, values, np.asarray(np.isfinite(values).all(axis=1)))


def _bands(_ctx: Context, cube: Cube, bands: tuple[int, ...] | None) -> tuple[Measured, tuple[str, ...]]:
    values = BandValues(cube, bands)
    return values, tuple(f"band {band}" for band in values.bands)


def _axes(_ctx: Context, axes: tuple[Axis, ...], shape: tuple[int, int]) -> tuple[Measured, tuple[str, ...]]:
    values = AxisValues(axes, shape)
    return values, values.ids


def _learned(ctx: Context, cube: Cube, features: Features) -> tuple[Measured, tuple[str, ...]]:
    from hsigui.pipeline.embedding_layer import embedding_layer

    values = LayerValues(embedding_layer(cube, features, LayerRecipe(EMBEDDING), ctx))
    return values, tuple(f"{PCA} {place}" for place in range(len(values.names)))


def _ready(_ctx: Context, values: Measured, names: tuple[str, ...]) -> tuple[Measured, tuple[str, ...]]:
    return values, names


def _one(title: str, color: tuple[int, int, int]) -> ClassTable:
    return ClassTable((ClassInfo(1, title, color),))


def _of_classes(_ctx: Context, classes: Classes) -> tuple[NDArray[np.integer], ClassTable]:
    return classes.numbers.copy(), classes.table  # labels may be drawn meanwhile


def _of_selection(
    ctx: Context, selection: Selection, shape: tuple[int, int]
) -> tuple[NDArray[np.integer], ClassTable]:  # fmt: skip
    area = selection.area(ctx)
    if area is None:
        raise HsiError(say("No pixel is selected."))
    return _marked(area, shape), _one(say("Selected in the plot"), SELECTED)


def _of_area(_ctx: Context, area: Area, shape: tuple[int, int]) -> tuple[NDArray[np.integer], ClassTable]:
    return _marked(area, shape), _one(say("Marked in the image"), POINTED)


def _marked(area: Area, shape: tuple[int, int]) -> NDArray[np.integer]:
    top, left, mask = area
    numbers = np.zeros(shape, dtype=np.uint16)
    numbers[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
    return numbers


def _of_box(_ctx: Context, box: Box, shape: tuple[int, int], title: str) -> tuple[NDArray[np.integer], ClassTable]:
    top, left, bottom, right = box
    numbers = np.zeros(shape, dtype=np.uint8)
    numbers[top:bottom, left:right] = 1
    return numbers, _one(title, (128, 128, 128))
