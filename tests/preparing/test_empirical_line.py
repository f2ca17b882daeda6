"""Reflectance by targets in the scene, beside `numpy.polyfit` band by band."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.preparing.area import Window
from hsigui.preparing.asked import step_of
from hsigui.preparing.empirical_line import EmpiricalLine
from hsigui.preparing.field_targets import FieldTarget, targets_of
from hsigui.preparing.step import prepared
from tests.preparing.cubes import BANDS, cube_of

AREAS = [Window((0, 3), (0, 3)), Window((4, 7), (0, 4)), Window((8, 11), (3, 7))]
REFLECTANCES = [0.05, 0.3, 0.62]


def _scene(dtype: str = "uint16", **more: object):
    """Counts that follow a line of each band in three targets, but for noise; of no reflectance elsewhere."""
    rng = np.random.default_rng(4)
    array = rng.uniform(200, 900, (11, 7, BANDS))
    for area, known in zip(AREAS, REFLECTANCES, strict=True):
        part = array[slice(*area.rows), slice(*area.cols)]
        part[:] = known * np.linspace(2000, 900, BANDS) + np.linspace(90, 20, BANDS) + rng.normal(0, 6, part.shape)
    return cube_of(array.round().astype(dtype), **({"nodata": None, "scale": 1.0} | more))


def _fitted(cube, areas, known):
    """Reflectance by polyfit over the means of targets, targets x bands."""
    values = cube.read().astype(float)
    means = np.array([np.nanmean(values[slice(*a.rows), slice(*a.cols)], axis=(0, 1)) for a in areas])
    lines = np.array([np.polyfit(means[:, b], known[:, b], 1) for b in range(cube.bands)])
    return values * lines[:, 0] + lines[:, 1]


@pytest.mark.parametrize("count", [2, 3])
def test_gains_and_offsets_are_those_of_polyfit(count):
    cube = _scene()
    targets = tuple(FieldTarget(*pair) for pair in zip(AREAS, REFLECTANCES[:count], strict=False))
    made = prepared(cube, [EmpiricalLine(targets)])
    known = np.repeat(np.array(REFLECTANCES[:count])[:, None], BANDS, axis=1)
    np.testing.assert_allclose(made.read(), _fitted(cube, AREAS[:count], known), rtol=1e-5, atol=1e-6)
    assert (made.info.scale, made.info.notes) == (1.0, cube.info.notes)
    assert targets_of("0:3,0:3=62%;4:7,0:4=5.0 %")[0].reflectance == 0.62
    again = step_of("empirical-line", made.info.history[0].removeprefix('--empirical-line "').rstrip('"'))
    np.testing.assert_array_equal(again.on(cube).read(), made.read())


def test_spectra_of_the_field_are_resampled_and_brought_to_fractions(tmp_path):
    cube = _scene()
    waves = np.arange(400, 1100, 5.0)
    table = "\n".join(f"{w},{2 + w / 500},{40 + w / 100}" for w in waves)
    (tmp_path / "field é.csv").write_text("wavelength,tar,sand\n" + table, encoding="utf-8")
    (tmp_path / "targets.csv").write_text(
        "rows;cols;polygons;reflectance;spectrum\n0:3;0:3;;field é.csv;tar\n4:7;0:4;;0.3;\n\n"
        "8:11;3:7;;field é.csv;Sand",
        encoding="utf-8",
    )
    made = step_of("empirical-line", str(tmp_path / "targets.csv")).on(cube)
    centres = np.array(cube.info.wavelengths)
    known = np.array([0.02 + centres / 5e4, np.full(BANDS, 0.3), 0.4 + centres / 1e4])
    np.testing.assert_allclose(made.read(), _fitted(cube, AREAS, known), rtol=2e-4, atol=1e-5)
    assert any("per cent" in note or "100" in note for note in made.notes)
    with pytest.raises(HsiError, match="2 spectra"):
        EmpiricalLine(targets_of(f"0:3,0:3={tmp_path}/field é.csv;4:7,0:4=0.3")).on(cube)
    with pytest.raises(HsiError, match="no one spectrum"):
        EmpiricalLine(targets_of(f"0:3,0:3={tmp_path}/field é.csv#snow")).on(cube)


def test_samples_without_data_and_saturated_ones_are_not_fitted():
    plain = _scene()
    array = plain.source.array.copy()
    array[4, 0], array[5, 1, 2], array[9, 4, 1:3] = 0, 65535, 65535
    cube = cube_of(array, nodata=0.0, scale=1.0)
    targets = tuple(FieldTarget(*pair) for pair in zip(AREAS, REFLECTANCES, strict=True))
    made = EmpiricalLine(targets).on(cube)
    values = cube.read().astype(float)
    values[array == 65535] = np.nan
    reference = cube_of(values.astype("float32"), nodata=None, scale=1.0)
    known = np.repeat(np.array(REFLECTANCES)[:, None], BANDS, axis=1)
    usable = array[..., 0] > 0
    usable &= ~(array == 65535).any(axis=2)
    np.testing.assert_allclose(made.read()[usable], _fitted(reference, AREAS, known)[usable], rtol=1e-5, atol=1e-6)
    assert [note for note in made.notes if "saturated" in note] == [
        "4:7,0:4: 1 saturated sample is left out.", "8:11,3:7: 2 saturated samples are left out.",
    ]  # fmt: skip
    low = cube_of(np.minimum(plain.source.array, 1000), nodata=None, scale=1.0, metadata={"ceiling": "1000"})
    assert any("saturated" in note for note in EmpiricalLine(targets).on(low).notes)


def test_one_target_gives_a_gain_and_says_so():
    cube = _scene()
    made = EmpiricalLine((FieldTarget(AREAS[2], 0.62),)).on(cube)
    mean = cube.read()[8:11, 3:7].mean(axis=(0, 1), dtype=float)
    np.testing.assert_allclose(made.read(), cube.read() * (0.62 / mean), rtol=1e-5)
    assert any("no offsets" in note for note in made.notes)


def test_bands_with_nothing_to_fit_have_no_value_and_are_marked_bad():
    array = _scene().source.array.astype("float32")
    array[..., 1] = 500
    array[0:3, 0:3, 4] = np.nan
    cube = cube_of(array, nodata=None, scale=1.0)
    made = EmpiricalLine((FieldTarget(AREAS[0], 0.05), FieldTarget(AREAS[1], 0.3))).on(cube)
    assert made.info.bad_bands == (False, True, True, False, True, False)  # the third was bad before
    assert made.info.empty_bands == (1, 4)
    assert np.isnan(made.read()[..., [1, 4]]).all()
    assert np.isfinite(made.read()[..., [0, 2, 3, 5]]).sum() == 11 * 7 * 4
    assert any("no line for band 2 (550 nm), band 5 (850 nm)" in note for note in made.notes)
    turned = EmpiricalLine((FieldTarget(AREAS[0], 0.3), FieldTarget(AREAS[1], 0.05))).on(_scene())
    assert any("below 0" in note for note in turned.notes)


def test_targets_that_cannot_be_used_are_refused(tmp_path):
    cube = _scene()
    (tmp_path / "empty.csv").write_text("rows,cols,reflectance\n", encoding="utf-8")
    (tmp_path / "half.csv").write_text("rows,cols,reflectance\n1:2,,0.4\n", encoding="utf-8")
    for text, told in (
        ("", "No target"), ("0:3,0:3", "no target"), ("0:3,0:99=0.1", "leaves the scene"),
        ("0:3,0:3=30", "no reflect"), ("0:3,0:3=none.csv", "none.csv"), (str(tmp_path / "no.csv"), "does not exist"),
        ("a.gpkg=0.1", "does not exist"), (str(tmp_path / "empty.csv"), "holds no target"),
        (str(tmp_path / "half.csv"), "line 2"), ("0:,0:3=1", "no area"), ("0:3,0:3=0.2;4:7,0:4=0.2", "all alike"),
    ):  # fmt: skip
        with pytest.raises(HsiError, match=told):
            step_of("empirical-line", text).on(cube)
    with pytest.raises(HsiError, match="no sample"):
        EmpiricalLine((FieldTarget(AREAS[0], 0.1),)).on(cube_of(np.full((11, 7, 6), -9999, "int16")))
