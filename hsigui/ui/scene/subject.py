"""The composite, or the band alone, as other views show it."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.picture import Picture
from hsigui.cube.render import render_window
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.texts import say
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.image.subjects import Subject
from hsigui.ui.scene.color_keys import key_of

COMPOSITE = "composite"


def composite(scene: Scene, picture: Picture | None, unit: WavelengthUnit) -> tuple[Subject, ...]:
    """What is shown of a scene at first: by the picture that was drawn of it as a whole; none before there is one."""
    if picture is None or picture.tones is None or picture.view is None:
        return ()
    title = say("Composite") if picture.view.single is None else say("Band {number}", number=picture.view.single + 1)
    draw = partial(_draw, scene=scene, picture=picture)
    return (Subject(COMPOSITE, title, draw, key_of(picture, scene.cube, unit)),)


def _draw(box: Box, step: int, scene: Scene, picture: Picture) -> NDArray[np.uint8]:
    if picture.tones is None or picture.view is None:
        raise AssertionError("offered without a picture")
    top, left, bottom, right = box
    rows, cols = slice(top, bottom, step), slice(left, right, step)
    rgb = render_window(scene.cube, picture.view, picture.tones, rows, cols)
    alpha = 255 * rgb.any(axis=2, keepdims=True)  # only what has no data is black in all channels
    return np.concatenate([rgb, alpha.astype(np.uint8)], axis=2)
