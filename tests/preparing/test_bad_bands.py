"""Bands that look bad, with their reasons, and the steps that mark them and leave them out."""

from __future__ import annotations

import json

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError
from hsigui.preparing.bad_bands import figures_of_bands, proposed_bad_bands
from hsigui.preparing.marks import DropBad, MarkBad
from hsigui.preparing.step import prepared

WAVES = tuple((1000.0 + 20 * np.arange(50)).tolist())  # to 1980 nm


def _scene(dtype=np.uint16, noise=4, air=True):
    """Counts of a field spectrometer: bands 3 to 6 with a fault each, and water vapour where there is air."""
    rng = np.random.default_rng(2)
    ground = 3000 + 400 * rng.random((60, 40, 1)) * np.linspace(1, 2, 50)
    values = ground + rng.normal(scale=noise, size=(60, 40, 50))
    if air:
        for low, high in ((17, 22), (40, 48)):  # 1340-1440 and 1800-1960 nm
            values[..., low : high + 1] = 40 + rng.normal(scale=20, size=(60, 40, high - low + 1))
    values[..., 3] = 3000 + rng.normal(scale=900, size=(60, 40))
    values[..., 4] = 1234
    values[:20, :, 5] = 65535
    values[:, ::5, 6] = 3100
    values[:30, :, 7] = 60000
    values = np.clip(values, 0, 65535).astype(dtype)
    info = CubeInfo(wavelengths=WAVES, nodata=60000.0, bad_bands=tuple(n == 4 for n in range(50)))
    return Cube(ArraySource(values), info, name="scene")


def test_each_fault_is_proposed_with_its_reason_and_figure():
    found = {bad.band: bad for bad in proposed_bad_bands(_scene())}
    assert sorted(found) == [3, 4, 5, 6, 7, *range(17, 23), *range(40, 49)]
    reasons = {band: found[band].reason for band in range(3, 8)}
    assert reasons == {3: "noise", 4: "constant", 5: "saturated", 6: "dead", 7: "gaps"}
    assert {found[band].reason for band in (17, 22, 40, 48)} == {"water"}
    assert found[4].figure == 1234
    assert found[5].figure == pytest.approx(1 / 3, abs=0.02)
    assert found[6].figure == pytest.approx(0.2)
    assert found[7].figure == pytest.approx(0.5, abs=0.02)
    assert found[3].figure == pytest.approx(3000 / 900, rel=0.1)
    assert "20% of the columns" in found[6].told
    assert found[17].told.startswith("water vapour, signal")


def test_water_vapour_is_proposed_only_where_it_shows():
    assert [bad.band for bad in proposed_bad_bands(_scene(air=False))] == [3, 4, 5, 6, 7]


def test_noise_is_that_which_is_there():
    figures = figures_of_bands(_scene(noise=12, air=False))
    # Half as much again in squares: what bands are explained by is noisy, too.
    assert np.median(figures.noise[8:]) == pytest.approx(12 * np.sqrt(1.5), rel=0.05)


@pytest.mark.parametrize("array", [np.full((9, 9, 4), np.nan), np.ones((1, 1, 3)), np.ones((2, 3, 1))])
def test_nothing_is_proposed_of_scenes_that_show_nothing(array):
    assert proposed_bad_bands(Cube(ArraySource(array.astype(np.float32)))) == ()


def test_a_look_can_be_stopped():
    class _Stop(Exception):  # noqa: N818 - no error
        pass

    def stop():
        raise _Stop

    with pytest.raises(_Stop):
        proposed_bad_bands(_scene(), stop)


def test_proposed_bands_are_marked_told_by_number_and_left_out():
    cube = _scene()
    made = prepared(cube, [MarkBad(("proposed", "1-2"))])
    assert made.info.history == ('--mark-bad "1-2,4-8,18-23,41-49"',)
    assert np.flatnonzero(made.is_bad).tolist() == [0, 1, 3, 4, 5, 6, 7, *range(17, 23), *range(40, 49)]
    assert "look bad" in made.notes[-1]
    np.testing.assert_array_equal(made.source.read(*[slice(None)] * 3), cube.source.read(*[slice(None)] * 3))
    left = prepared(made, [DropBad()])
    assert left.bands == made.bands - 22
    assert left.info.wavelengths == tuple(np.array(WAVES)[made.good_bands])
    assert not left.is_bad.any()
    np.testing.assert_array_equal(left.read(), cube.read()[..., made.good_bands])
    clean = prepared(Cube(ArraySource(np.random.default_rng(0).random((20, 20, 5)) + 9)), [MarkBad()])
    assert clean.info.history == ('--mark-bad "none"',)
    assert not clean.info.bad_bands


def test_a_scene_keeps_a_band():
    cube = _scene()
    for step in (MarkBad(("1-50",)), MarkBad(("tin",))):
        with pytest.raises(HsiError):
            step.on(cube)
    with pytest.raises(HsiError, match="good bands"):
        DropBad().on(cube.with_info(CubeInfo(bad_bands=(True,) * 50)))


def test_the_command_proposes_and_prepares_the_same(tmp_path, capsys):
    path = hsigui.save_cube(_scene(), tmp_path / "a b.hdr")[0]
    assert main(["info", str(path), "--propose-bad-bands"]) == 0
    told = capsys.readouterr().out
    assert "looks bad  band 4 (1060 nm): signal to noise 3" in told
    assert main(["info", str(path), "--propose-bad-bands", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["proposed_bad_bands"]
    assert [row["band"] for row in rows] == [bad.band for bad in hsigui.proposed_bad_bands(hsigui.open(path))]
    assert [row["band"] for row in rows if row["marked"]] == [4]
    out = tmp_path / "out.hdr"
    assert main(["prepare", str(path), str(out), "--mark-bad", "proposed", "--drop-bad"]) == 0
    assert hsigui.open(out).bands == 50 - len(rows)
    assert main(["prepare", str(path), str(out), "--mark-bad", "none", "--overwrite"]) == 0
