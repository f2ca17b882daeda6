"""Quality masks of products on a scene: which there are, how many pixels each marks, and the scene without those."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui import plugins, untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.formats.rows import faults_told
from hsigui.cube.formats.table import Reader, reader_of
from hsigui.cube.masked import MaskedCube
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.products.quality_layers import QualityLayer


def quality_layers(path: str | Path) -> tuple[QualityLayer, ...]:
    """The quality masks that a product brings along, in its file or beside it; none for files of no known product.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = Path(path).expanduser()
    row = reader_of(path)
    if row is None or not row.folders:
        untrusted.require_file(path)
    if row is None or row.masks is None:
        return ()
    with faults_told(row, path, "read"):
        return plugins.resolved(row.masks)().layers(path)


def with_masks_told(row: Reader, path: Path, cube: Cube) -> Cube:
    """A scene that was just opened, with the names of the quality masks that there are for it, and a note on them.

    Raises:
        HsiError: the masks of a known product cannot be listed.
    """
    if row.masks is None or not (cube.info.product or row.arrays is not None):
        return cube
    names = tuple(layer.name for layer in plugins.resolved(row.masks)().layers(path))
    if not names:
        return cube
    told = say(
        "Quality masks of the product: {names} (Edit > Quality masks… and --quality NAME leave their pixels out).",
        names=", ".join(names),
    )
    notes = (*cube.info.notes, told) if cube.info.product else cube.info.notes
    return cube.with_info(replace(cube.info, quality_offered=names, notes=notes))


def with_quality(cube: Cube, names: Sequence[str], path: Path | None = None) -> Cube:
    """A scene without the pixels that some quality masks of its product mark; the scene itself for no names.

    Args:
        cube: a scene of a file, from which none are withheld yet.
        names: of the masks, as `quality_layers` has them.
        path: of the file, where the scene does not name it.

    Raises:
        HsiError: its file has no such mask, or it has another size than the scene.
    """
    return _without(cube, names, marked(cube, names, path)) if names else cube


def with_quality_of(cube: Cube, other: Cube) -> Cube:
    """A scene without the pixels that quality masks withhold from another cube over the same pixels."""
    return _without(cube, other.info.quality, other.withheld) if isinstance(other, MaskedCube) else cube


def whole(cube: Cube) -> Cube:
    """A scene with the pixels that quality masks withhold from it."""
    if not isinstance(cube, MaskedCube):
        return cube
    note = _note(cube.info.quality, cube.withheld)
    notes = tuple(known for known in cube.info.notes if known != note)
    return cube.whole.with_info(replace(cube.info, quality=(), notes=notes))


def _without(cube: Cube, names: Sequence[str], mask: NDArray[np.bool_]) -> Cube:
    notes = (*cube.info.notes, _note(names, mask))
    return MaskedCube(cube.with_info(replace(cube.info, quality=tuple(names), notes=notes)), mask)


def _note(names: Sequence[str], mask: NDArray[np.bool_]) -> str:
    count = int(np.count_nonzero(mask))
    return say("Without data by quality masks ({names}): {count:,} pixels.", names=", ".join(names), count=count)


def marked(cube: Cube, names: Sequence[str], path: Path | None = None) -> NDArray[np.bool_]:
    """The pixels of a scene that one of some quality masks marks, rows x cols.

    Raises:
        HsiError: as for `with_quality`.
    """
    path = cube.path or path
    row = None if path is None else reader_of(path)
    if path is None or row is None or row.masks is None:
        raise HsiError(
            say("{name} is of no product that has quality masks.", name=cube.name if path is None else path.name),
            say("Open it without them; --mask-out takes a file of labels."),
        )
    with faults_told(row, path, "read"):
        return np.asarray(plugins.resolved(row.masks)().marked(path, cube, tuple(names)), dtype=bool)


@dataclass(frozen=True)
class MarkedPixels:
    """What a quality mask would take out of a scene.

    Attributes:
        layer: its name, its meaning and the file that has it.
        pixels: how many it marks; None where that cannot be told.
        why: why not, as a sentence.
    """

    layer: QualityLayer
    pixels: int | None
    why: str = ""


def counted(cube: Cube, check: Callable[[], None] = lambda: None) -> tuple[MarkedPixels, ...]:
    """The quality masks that there are for a scene, each with the pixels that it marks. Reads them one by one.

    Args:
        check: called before each; may raise to stop.

    Raises:
        HsiError: they cannot be listed.
    """
    found = []
    for layer in () if cube.path is None else quality_layers(cube.path):
        check()
        try:
            found.append(MarkedPixels(layer, int(np.count_nonzero(marked(cube, (layer.name,))))))
        except HsiError as error:
            found.append(MarkedPixels(layer, None, error.message))
    return tuple(found)
