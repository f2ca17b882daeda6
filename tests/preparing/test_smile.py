"""A smile that is known is told as large as it is; scenes without one are left in peace."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.preparing.smile import smile_of

WAVES = np.arange(650.0, 850.0, 5.0)


def _scene(smile, depth=0.6, noise=0.003, cols=60, waves=WAVES, seed=1):
    """Radiance over soil and plants, more of them to the right, through air with oxygen, by bands 6 nm wide.

    Args:
        smile: nm, by which the band of oxygen is moved at the edges against the middle.
    """
    rng = np.random.default_rng(seed)
    fine = np.arange(600.0, 900.0, 0.5)
    moved = smile * np.linspace(-1, 1, cols) ** 2
    weights = np.exp(-0.5 * ((waves[:, None] - fine) / 2.55) ** 2)
    weights /= weights.sum(axis=1, keepdims=True)
    air = np.exp(-depth * np.exp(-(((fine - 760.5 - moved[:, None]) / 3) ** 2)))
    soil, plants = 0.2 + 0.0003 * (fine - 600), 0.05 + 0.45 / (1 + np.exp(-(fine - 718) / 12))
    share = np.clip(rng.random((80, cols, 1)) * 0.6 + np.linspace(0, 0.4, cols)[:, None], 0, 1)
    clean = share * plants + (1 - share) * soil
    seen = np.einsum("rcf,cf,bf->rcb", clean, air, weights, optimize=True)
    seen *= 1 + rng.normal(scale=noise, size=seen.shape)
    return Cube(ArraySource(seen.astype(np.float32)), CubeInfo(wavelengths=tuple(waves.tolist())))


@pytest.mark.parametrize("smile", [0.5, 1.5, -1.5])
def test_a_smile_is_as_large_as_it_is(smile):
    found = smile_of(_scene(smile))
    assert found is not None
    assert found.shift == pytest.approx(abs(smile), rel=0.2)
    assert found.step == 5
    assert "It is left as it is" in found.told


def test_the_command_tells_it(tmp_path, capsys):
    path = hsigui.save_cube(_scene(1.5), tmp_path / "x.hdr")[0]
    assert main(["info", str(path), "--propose-bad-bands"]) == 0
    assert "Smile: the band of oxygen at 760 nm wanders by 1." in capsys.readouterr().out


def test_scenes_without_a_smile_or_without_the_band_are_left_in_peace():
    for seed in range(4):
        assert smile_of(_scene(0.0, seed=seed)) is None
    assert smile_of(_scene(1.5, depth=0.0)) is None
    assert smile_of(_scene(1.5, waves=WAVES[::2])) is None
    assert smile_of(_scene(1.5, cols=20)) is None
    plain = _scene(1.5)
    assert smile_of(plain.with_info(CubeInfo())) is None
    assert smile_of(Cube(ArraySource(np.full((9, 60, 40), np.nan)), plain.info)) is None
