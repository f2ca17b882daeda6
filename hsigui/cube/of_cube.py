"""Sources whose samples are values made of those of a cube."""

from __future__ import annotations

from typing import Any

import numpy as np

from hsigui.cube.cube import Cube


class OfCube:
    """What sources have in common whose samples are values made of those of a cube: its pixels and bands, float32."""

    cube: Cube

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cube.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)
