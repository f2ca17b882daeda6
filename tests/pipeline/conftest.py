"""A small scene of four noisy fields, and an encoder trained on it for a few steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.jobs import SilentContext
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.pretrain import pretrain
from hsigui.specs import FIRST_RECIPE, PretrainSpec

ROWS, COLS, BANDS = 40, 44, 12


def fields() -> np.ndarray:
    """Class of every pixel, 1 to 4."""
    return (1 + 2 * (np.arange(ROWS)[:, None] >= 20) + (np.arange(COLS)[None, :] >= 22)).astype(np.uint16)


def make_cube(hole: bool = True) -> Cube:
    rng = np.random.default_rng(0)
    spectra = rng.random((5, BANDS)) * 100
    array = (spectra[fields()] + 15 * rng.standard_normal((ROWS, COLS, BANDS))).astype(np.float32)
    if hole:
        array[2:5, 3:7] = np.nan
    return Cube(ArraySource(array), name="fields")


@pytest.fixture(scope="session")
def cube() -> Cube:
    return make_cube()


@pytest.fixture(scope="session")
def truth() -> np.ndarray:
    return fields()


@pytest.fixture(scope="session")
def encoder(cube: Cube) -> Encoder:
    """With the recipe that tests of features are written for, whatever the default becomes."""
    return replace(pretrain(cube, PretrainSpec(epochs=15, device="cpu"), SilentContext()), recipe=FIRST_RECIPE)
