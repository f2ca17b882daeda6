"""The patch engine: one padded cube resident on the device, patches gathered there in one indexing, no loader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hsigui.methods.scene import SceneValues

PATCH = 15


def reflected(
    values: NDArray[np.float32], half: int, sides: tuple[bool, bool, bool, bool] = (True,) * 4
) -> NDArray[np.float32]:
    """Values with `half` pixels reflected at the given sides (top, bottom, left, right), so that pixels at the scene's
    border have whole patches too. numpy reflects as often as it takes, which serves narrow scenes. Rows x cols x
    channels, in and out."""
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


@dataclass(frozen=True)
class ScenePatches:
    """The patches of a scene.

    Attributes:
        bank: where they are gathered.
        pixels: flat numbers, in the bank, of those around valid pixels.
        windows: values and validity of the whole scene, or of the windows that stand for it.
        margin: pixels at each side of a window that are no patch's centre.
    """

    bank: PatchBank
    pixels: Tensor
    windows: Sequence[tuple[NDArray[np.float32], NDArray[np.bool_]]]
    margin: int


def patches_of(scene: SceneValues, device: torch.device, generator: Generator) -> ScenePatches:
    """The patches of a scene around its valid pixels.

    A scene too large to hold is stood for by random windows, stacked one below the other; patches stay inside a window.
    """
    half = PATCH // 2
    if (every := scene.drawn_from) is not None:
        windows, margin = [every], 0
        padded = reflected(every[0], half)
    else:
        windows = scene.excerpt(lambda limit: int(torch.randint(0, limit, (1,), generator=generator)), lambda: None)
        margin = half
        padded = np.concatenate([values for values, _ in windows])
    valid = stacked([mask for _, mask in windows], margin, False)
    return ScenePatches(PatchBank(padded, device=device), torch.from_numpy(np.flatnonzero(valid)), windows, margin)


def stacked(maps: Sequence[NDArray[Any]], margin: int, empty: Any) -> NDArray[Any]:
    """Maps of several windows (each rows x cols) as one map of the pixels of their common bank.

    Between two windows lie rows whose patches would reach into both: they are `empty`.
    """
    inner = [each[margin : each.shape[0] - margin, margin : each.shape[1] - margin] for each in maps]
    gaps = [np.pad(each, ((0, 2 * margin), (0, 0)), constant_values=empty) for each in inner]
    whole = np.concatenate(gaps)
    return whole[: len(whole) - 2 * margin]
