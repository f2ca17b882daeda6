"""The patch engine: one padded cube resident on the device, patches gathered there in one indexing, no loader."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

PATCH = 15


class PatchBank:
    """Patches of a transformed scene.

    Args:
        values: rows x cols x channels.
        side: of a patch in pixels (odd).
        device: where the padded cube is kept.
    """

    def __init__(self, values: NDArray[np.float32], side: int = PATCH, device: torch.device | None = None) -> None:
        half = side // 2
        # Reflected at the scene's border, so that border pixels have patches too (numpy also serves narrow scenes).
        padded = np.pad(values, ((half, half), (half, half), (0, 0)), mode="reflect")
        self.side = side
        self.rows, self.cols, self.channels = values.shape
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
