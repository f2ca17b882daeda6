"""A small picture of what an import choice makes of a file, for the dialog in which it is made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.cube.render import first_view, render


def preview(path: str | Path, choice: ImportChoice | None, size: int = 200) -> NDArray[np.uint8]:
    """The scene as it would be opened, uint8 rows x cols x 3, neither side longer than `size` pixels.

    Raises:
        HsiError: the choice does not fit the file, or the file cannot be read.
    """
    cube = open_cube(path, choice=choice)
    step = max(1, -(-max(cube.rows, cube.cols) // size))
    return render(cube, first_view(cube), step=step)
