"""What a training may see: scenes that are large enough, pixels that are masked out, a run that it starts from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.masked import set_aside
from hsigui.errors import HsiError
from hsigui.labels.background import OF_MASKS
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.methods import checkpoint, registry
from hsigui.methods.checkpoint import Encoder
from hsigui.specs import PretrainSpec
from hsigui.texts import say

SMALLEST_SIDE = 16


def require_learnable(cube: Cube) -> None:
    """Refuses scenes that are smaller than what an encoder looks at.

    Raises:
        HsiError: a side is shorter than 16 pixels.
    """
    if min(cube.rows, cube.cols) < SMALLEST_SIDE:
        raise HsiError(
            say(
                "{name} is {rows} x {cols} pixels: too small to learn from.",
                name=cube.name,
                rows=cube.rows,
                cols=cube.cols,
            ),
            say("Encoders need at least {smallest_side} x {smallest_side} pixels.", smallest_side=SMALLEST_SIDE),
        )


def started_from(spec: PretrainSpec, cubes: Sequence[Cube]) -> Encoder | None:
    """The trained encoder that a method of two stages is to start from.

    Raises:
        HsiError: the method has no place for it, there are several scenes, or the run is missing, of another method's
            kind, or of other bands.
    """
    if not spec.start:
        return None
    if spec.epochs == 0:
        raise HsiError(
            say("A training of no step has nothing to add to the run {start}.", start=spec.start),
            say("Choose 1 epoch or more, or leave the run out."),
        )
    if len(cubes) > 1:
        raise HsiError(
            say("A training that starts from a run of its scene cannot have several scenes."),
            say("Give one scene, or leave out --start."),
        )
    info = registry.method(spec.method)
    if not info.starts_from_a_run:
        able = ", ".join(m.title for m in registry.methods() if m.starts_from_a_run)
        raise HsiError(
            say("{title} cannot start from a trained run.", title=info.title),
            say("Methods that can: {able}.", able=able),
        )
    found = checkpoint.load(Path(spec.start))
    if found.network.width == 0 or found.network.variants or found.network.branches:
        raise HsiError(
            say("The run {start} holds no plain encoder to start from.", start=spec.start),
            say("Choose a run of LSCoSa."),
        )
    if found.scene.get("fingerprint") != scene_fingerprint(cubes[0]):
        raise HsiError(
            say("The run {start} was trained on another scene.", start=spec.start), say("Choose a run of this scene.")
        )
    return found


def require_seen(spec: PretrainSpec, cubes: Sequence[Cube]) -> None:
    """Refuses masks of a training that leave too little of a scene, or that come too late.

    Raises:
        HsiError: fewer pixels than an encoder needs are left; the training starts from a run that saw them; or there is
            a file of pixels to mask out, too.
    """
    for cube in cubes:
        if set_aside(cube) is None:
            continue
        if spec.start or spec.begin_from:
            raise HsiError(
                say("A training that starts from a run cannot have pixels masked out: that run may have seen them."),
                say("Train both stages anew with the mask."),
            )
        if spec.mask_out:
            raise HsiError(
                say("Pixels are masked out by --mask-out and by a mask."),
                say("Join them to one mask: hsigui mask … --join FILE."),
            )
        _require_enough(int(np.count_nonzero(cube.valid_mask())))


def _require_enough(left: int) -> None:
    if left < SMALLEST_SIDE**2:
        raise HsiError(
            say("The mask leaves {left} pixels to learn from.", left=left),
            say("Encoders need at least {smallest_side}.", smallest_side=SMALLEST_SIDE**2),
        )


def masked_out(spec: PretrainSpec, cubes: Sequence[Cube]) -> NDArray[np.bool_] | None:
    """The pixels that the training is not to see by a file, rows x cols.

    Raises:
        HsiError: the file cannot be read, is of another size or place, masks nothing or leaves too little; there are
            several scenes; or the training starts from a run that saw them.
    """
    if not spec.mask_out:
        return None
    if len(cubes) > 1:
        raise HsiError(
            say("Pixels can be masked out of one scene only, and {count} are given.", count=len(cubes)),
            say("Leave out the scene that is tested on, or set its test pixels to no-data in a copy."),
        )
    cube = cubes[0]
    if spec.start or spec.begin_from:
        raise HsiError(
            say("A training that starts from a run cannot have pixels masked out: that run may have seen them."),
            say("Train both stages anew with the mask."),
        )
    found = read_classes(spec.mask_out, grid=Grid(cube.rows, cube.cols, cube.geo), background=OF_MASKS)
    require_same_size(found.array.shape, (cube.rows, cube.cols), say("mask"))
    require_same_place(found.geo, cube.geo, (cube.rows, cube.cols), say("mask"))
    mask = np.asarray(found.array != 0)
    if not mask.any():
        raise HsiError(say("The mask holds no pixel: all of it is 0."), say("Pixels other than 0 are masked out."))
    _require_enough(int(np.count_nonzero(cube.valid_mask() & ~mask)))
    return mask
