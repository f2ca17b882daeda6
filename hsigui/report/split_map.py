"""A picture of where training and test pixels lie."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from hsigui.labels.classes import Color
from hsigui.report.maps import REPORT_SIDE, enlarged

NEITHER: Color = (226, 229, 233)
TEST: Color = (86, 150, 200)
TRAINING: Color = (200, 62, 20)
MASKED: Color = (176, 182, 190)
VISIBLE = 250  # a training pixel is drawn at least one 250th of the longer side wide


def drawn_side(shape: tuple[int, ...]) -> int:
    """How many pixels wide a training pixel is drawn on a scene of rows x cols, so that it is seen."""
    return max(1, round(max(shape) / VISIBLE)) | 1


def split_png(
    train: NDArray[np.integer] | None, test: NDArray[np.integer], masked: NDArray[np.bool_] | None = None
) -> bytes:
    """A PNG of the scene: training, test and masked-out pixels, all others pale; training pixels large enough to see.

    Args:
        train, test: rows x cols, 0 for pixels that are not in the part; no training pixels where they are not known.
        masked: pixels that pretraining did not see; test pixels on them have the colour of test pixels.
    """
    step = -(-max(test.shape) // REPORT_SIDE)
    rgb = np.full((*test.shape, 3), NEITHER, dtype=np.uint8)
    if masked is not None:
        rgb[masked] = MASKED
    rgb[test != 0] = TEST
    if train is not None:
        rgb[maximum_filter(train != 0, size=drawn_side(test.shape))] = TRAINING
    out = BytesIO()
    enlarged(rgb[::step, ::step], most=REPORT_SIDE).save(out, format="PNG", optimize=True)
    return out.getvalue()
