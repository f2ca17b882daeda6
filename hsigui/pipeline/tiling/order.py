"""What a worker is told of a tile: all of it fits into a message, and the rest it takes from files. Loads no torch."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import outside
from hsigui.cube.cube import Cube
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.masked import MaskedCube
from hsigui.cube.open import open_cube
from hsigui.pipeline.edge_pooling import Guide
from hsigui.pipeline.tiling.grid import Tile
from hsigui.preparing.cut import Crop
from hsigui.specs import MapSpec

LAYERS = ("confidence", "entropy", "probabilities")  # that can be written beside the classes
CLASSES = "classes"


@dataclass(frozen=True)
class SceneFile:
    """A scene as it is opened: its file and how that is read, as of `hsigui.open`.

    Attributes:
        outside_files: whether files are read that it names outside of its folder.
    """

    path: Path
    variable: str | None = None
    choice: ImportChoice | None = None
    quality: tuple[str, ...] = ()
    scale: float | None = None
    leave_out: tuple[int, ...] = ()
    take_in: tuple[int, ...] = ()
    outside_files: bool = False

    def open(self) -> Cube:
        """The scene.

        Raises:
            HsiError: the file cannot be read, or holds no scene.
        """
        if self.outside_files:
            outside.allow(self.path)
        cube = open_cube(
            self.path, variable=self.variable, choice=self.choice, quality=self.quality, leave_out=self.leave_out,
            take_in=self.take_in,
        )  # fmt: skip
        if self.scale is None:
            return cube
        origins = {**cube.info.origins, "scale": repr(self.scale)}
        return cube.with_info(replace(cube.info, origins=origins, scale=self.scale))

    def told(self) -> str:
        """All that decides how it is read, for a key."""
        return repr((self.variable, self.choice, self.quality, self.scale, self.leave_out, self.take_in))


@dataclass(frozen=True)
class Drawing:
    """How all tiles of a map are made.

    Attributes:
        scene: whose map it is.
        run: folder that keeps the encoder and the classifier.
        folder: where finished tiles go.
        spec: how the map is drawn.
        device: "auto", "cpu", "cuda" or "mps".
        layers: of `LAYERS`, that are kept beside the classes.
        guide: to the edges of the scene; None where the map needs none.
        key: of all that the pixels depend on.
    """

    scene: SceneFile
    run: Path
    folder: Path
    spec: MapSpec
    device: str
    layers: tuple[str, ...]
    guide: Guide | None
    key: str


@dataclass(frozen=True)
class TileOrder:
    """A tile and how it is made.

    Attributes:
        masked_out: the pixels of its window that masks take out of the map, packed by `pack`; empty for none.
    """

    drawing: Drawing
    tile: Tile
    masked_out: bytes = b""

    def window_of(self, cube: Cube) -> Cube:
        """The window of the scene that is read for it, without the pixels that are masked out."""
        top, left, bottom, right = self.tile.window
        part = Crop((top, bottom), (left, right)).on(cube)
        return part if not self.masked_out else MaskedCube(part, unpack(self.masked_out, (part.rows, part.cols)))


@dataclass(frozen=True)
class TileOutcome:
    """What came of a tile.

    Attributes:
        number: of the tile.
        size: of its file, in bytes.
        seconds: that it took.
        resident: the most memory that its worker has had in use so far, in bytes; 0 where the system does not say.
    """

    number: int
    size: int
    seconds: float
    resident: int = 0


def pack(mask: NDArray[np.bool_]) -> bytes:
    """A mask, rows x cols, in few bytes; empty where it has no pixel."""
    return zlib.compress(np.packbits(mask).tobytes(), 1) if mask.any() else b""


def unpack(packed: bytes, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask, rows x cols."""
    bits = np.unpackbits(np.frombuffer(zlib.decompress(packed), dtype=np.uint8), count=shape[0] * shape[1])
    return bits.astype(bool).reshape(shape)


def probability_of(number: int) -> str:
    """The name of the array of a class's probabilities in a tile; classes count from 0 in the order of the probe."""
    return f"probability-{number}"


def arrays_of(
    layers: Mapping[str, NDArray[np.float32] | None], wanted: tuple[str, ...]
) -> dict[str, NDArray[np.float32]]:
    """The arrays of a tile's file for the layers that are wanted: rows x cols each, of probabilities one a class."""
    found: dict[str, NDArray[np.float32]] = {}
    for name in wanted:
        values = layers[name]
        assert values is not None
        if values.ndim == 2:
            found[name] = values
        else:
            found |= {probability_of(n): np.ascontiguousarray(values[..., n]) for n in range(values.shape[2])}
    return found
