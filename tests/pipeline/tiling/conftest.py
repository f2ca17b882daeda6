"""A small scene in a file, and a run without an encoder that keeps a classifier of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hsigui import api
from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.demo import demo_scene
from hsigui.pipeline.result import Result

ROWS, COLS, BANDS = 60, 90, 14
PLACE = Geo((2.0, 0.0, 400_000.0, 0.0, -2.0, 5_000_000.0))


@dataclass(frozen=True)
class Ground:
    """What the maps of the tests are made from.

    Attributes:
        scene: the file, with a hole of no data.
        run: folder of the run.
    """

    scene: Path
    run: Path

    def in_one_piece(self, **how: object) -> Result:
        """The map as it is made without tiles."""
        cube = api.open(self.scene)
        return api.classify(cube, api.load_classifier(self.run), probabilities=True, **how)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def ground(tmp_path_factory) -> Ground:
    folder = tmp_path_factory.mktemp("tiles")
    made = demo_scene(seed=1, rows=ROWS, cols=COLS, bands=BANDS)
    values: NDArray[np.float32] = made.cube.read()
    values[3:18, 40:75] = -9.0
    info = CubeInfo(wavelengths=tuple(made.cube.info.wavelengths), nodata=-9.0, geo=PLACE)
    cube = Cube(ArraySource(values), info, name="scene")
    scene = folder / "scene.hdr"
    api.save_cube(cube, scene)
    cube = api.open(scene)
    labels = api.sample(made.truth, 8, cube=cube).train
    encoder = api.pretrain(cube, "spatial-only", device="cpu")
    features = api.embed(cube, encoder)
    run = folder / "run"
    api.save(encoder, run)
    api.keep(api.classify(features, api.fit(features, labels)), run)
    return Ground(scene, run)
