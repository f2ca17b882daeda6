"""The golden files: outputs of the methods' published code on fixed inputs."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import require_not

_NO_GOLDEN = "the golden files are not here: set HSIGUI_GOLDEN to their folder"

_GOLDEN = {
    "golden_step": "lscosa_step_*.npz",
    "golden_encoder": "lscosa_encoder_*.npz",
    "golden_pcl_loss": "pcl_loss_*.npz",
    "golden_ssvit": "pcl_ssvit_*.npz",
}


def _golden_folder(root: Path) -> Path:
    return Path(os.environ.get("HSIGUI_GOLDEN") or root.parent / "shared" / "golden")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Gives a test with one of the arguments of `_GOLDEN` every such file of the folder."""
    for argument, pattern in _GOLDEN.items():
        if argument not in metafunc.fixturenames:
            continue
        files = sorted(_golden_folder(metafunc.config.rootpath).glob(pattern))
        if files:
            metafunc.parametrize(argument, [pytest.param(f, id=f.stem) for f in files])
        else:
            require_not(_NO_GOLDEN)
            metafunc.parametrize(argument, [pytest.param(None, marks=pytest.mark.skip(reason=_NO_GOLDEN))])


@pytest.fixture
def scene() -> tuple[np.ndarray, np.ndarray]:
    """A prepared scene (24 x 28 pixels, 6 channels) of four fields, and its valid mask with a hole."""
    rng = np.random.default_rng(3)
    values = 0.2 * rng.standard_normal((24, 28, 6)).astype(np.float32)
    values[:12, :14] += rng.standard_normal(6)
    values[12:, 14:] += rng.standard_normal(6)
    valid = np.ones((24, 28), dtype=bool)
    valid[3:6, 4:8] = False
    return values, valid
