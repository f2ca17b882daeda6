"""The patch engine: one padded cube resident on the device, patches gathered there in one indexing, no loader."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PATCH = 15


def reflected(
    values: NDArray[np.float32], half: int, sides: tuple[bool, bool, bool, bool] = (True,) * 4
) -> NDArray[np.float32]:
    """Values with `half` pixels reflected at the given sides (top, bottom, left, right), so that pixels at the scene's
    border have whole patches too. numpy reflects as often as it takes, which serves narrow scenes."""
    top, bottom, left, right = (half * side for side in sides)
    return np.pad(values, ((top, bottom), (left, right), (0, 0)), mode="reflect")


class PatchBank:
    """Patches of a transformed scene.

    Args:
        padded: (rows + side - 1) x (cols + side - 1) x channels, the values with their surroundings.
        side: of a patch in pixels (odd).
        device: where the padded values are kept.
    """

    def __init__(self, padded: NDArray[np.float32], side: int = PATCH, device: torch.device | None = None) -> None:
        self.side = side
        self.rows, self.cols = padded.shape[0] - side + 1, padded.shape[1] - side + 1
        self._padded = torch.from_numpy(np.ascontiguousarray(padded)).to(device or torch.device("cpu"))
        self._offsets = torch.arange(side, device=self._padded.device)

    @property
    def device(self) -> torch.device:
        return self._padded.device

    def gather(self, rows: Tensor, cols: Tensor) -> Tensor:
        """Patches centred on the given pixels: batch x channels x side x side, channels last in memory."""
        r = rows[:, None, None] + self._offsets[None, :, None]
        c = cols[:, None, None] + self._offsets[None, None, :]
        return self._padded[r, c].permute(0, 3, 1, 2)
