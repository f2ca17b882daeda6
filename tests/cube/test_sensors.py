from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.open import open_cube
from hsigui.cube.sensor_tables import sensors
from hsigui.cube.sensors import fitting, noisy_bands, parse_wavelengths, signal_to_noise, with_bands
from hsigui.errors import HsiError


def scene(bands: int = 60, noise: dict[int, float] | None = None, rows: int = 48, cols: int = 40) -> Cube:
    """Smooth spectra of a few materials in patches, with a little noise everywhere and more in some bands."""
    rng = np.random.default_rng(0)
    x = np.linspace(0, 3, bands)
    materials = np.stack([2000 + 800 * np.sin(x + phase) for phase in range(4)])
    which = rng.integers(0, 4, (rows // 8, cols // 8)).repeat(8, axis=0).repeat(8, axis=1)
    light = 1 + 0.1 * rng.standard_normal((rows, cols, 1))
    spread = np.full(bands, 8.0)
    for band, value in (noise or {}).items():
        spread[band] = value
    samples = materials[which] * light + rng.standard_normal((rows, cols, bands)) * spread
    return Cube(ArraySource(samples.astype(np.float32)), CubeInfo(notes=("as it was",)))


def test_the_presets_have_the_bands_that_they_name() -> None:
    for sensor in sensors():
        assert sensor.bands == int(sensor.name.split(", ")[1].split()[0]), sensor.name
        assert 300 < min(sensor.centers) < max(sensor.centers) < 2600
        assert sensor.source in sensor.note
    assert len({s.name for s in sensors()}) == len(sensors())


@pytest.mark.parametrize("bands", [103, 102, 144, 145, 162, 198, 200, 204, 210, 220, 224, 242])
def test_the_benchmark_scenes_find_a_preset(bands: int) -> None:
    assert fitting(bands)
    assert all(s.bands == bands for s in fitting(bands))


def test_the_corrected_indian_pines_lacks_the_bands_of_water_vapour() -> None:
    (sensor,) = fitting(200)
    assert sensor.removed[:2] == (103, 104)
    assert not any(1363 < c < 1402 for c in sensor.centers)
    assert sensor.centers[0] == 400.02
    assert sensor.centers[-1] == 2489.11
    assert fitting(7) == []


def test_real_scenes_get_their_wavelengths_from_a_preset(data_dir: Path) -> None:
    cube = open_cube(data_dir / "salinas_a" / "SalinasA_corrected.mat")
    sensor = fitting(cube.bands)[0]
    dressed = with_bands(cube, wavelengths=sensor.centers, note=sensor.note)
    assert dressed.info.wavelengths == sensor.centers
    assert dressed.notes[-1] == sensor.note
    assert dressed.stored(3, 4).tolist() == cube.stored(3, 4).tolist()
    assert not cube.info.wavelengths


def test_bands_can_be_set_and_taken_away_without_touching_the_cube() -> None:
    cube = scene(5)
    changed = with_bands(cube, wavelengths=[400, 500, 600, 700, 800], fwhm=[9] * 5, bad_bands=[1, 3])
    assert changed.info.fwhm == (9.0,) * 5
    assert changed.good_bands.tolist() == [0, 2, 4]
    assert changed.notes == ("as it was",)
    assert cube.good_bands.tolist() == [0, 1, 2, 3, 4]
    bare = with_bands(changed, wavelengths=(), bad_bands=())
    assert bare.wavelengths is None
    assert not bare.info.fwhm
    assert not bare.info.bad_bands
    assert with_bands(changed, note="kept").info.wavelengths == changed.info.wavelengths


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wavelengths": [1, 2]}, "2 wavelengths were given for 5 bands"),
        ({"wavelengths": [400, 500, -1, 700, 800]}, "not all positive"),
        ({"bad_bands": [5]}, "Band 5 does not exist"),
        ({"bad_bands": range(5)}, "Every band would be bad"),
        ({"fwhm": [1.0]}, "band widths"),
    ],
)
def test_lists_that_do_not_fit_are_refused(change: dict, words: str) -> None:
    with pytest.raises(HsiError, match=words) as caught:
        with_bands(scene(5), **change)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "nm"),
    [
        ("400, 410.5, 421", (400.0, 410.5, 421.0)),
        ("0.4 0.41 0.42 um", (400.0, 410.0, 420.0)),
        ("wavelength = {\n 450.0, 460.0,\n 470.0 }", (450.0, 460.0, 470.0)),
        ("443,5\n450,25\n460,0", (443.5, 450.25, 460.0)),
        ("443,5; 450,25; 460,0", (443.5, 450.25, 460.0)),
        ("1\t443.0\n2\t450.0\n3\t460.0\n4\t470", (443.0, 450.0, 460.0, 470.0)),
        ("Band 1: 443.0 nm\nBand 2: 450.0 nm\nBand 3: 460.0 nm", (443.0, 450.0, 460.0)),
        ("4.43e2 4.5e2", (443.0, 450.0)),
        ("25000\n20000\n12500 cm-1", (400.0, 500.0, 800.0)),
    ],
)
def test_pasted_wavelengths_are_understood(text: str, nm: tuple[float, ...]) -> None:
    assert parse_wavelengths(text).nm == pytest.approx(nm)


def test_pasted_tables_bring_their_widths() -> None:
    assert parse_wavelengths("0 443 10\n1 450 11\n2 460 12").fwhm == (10.0, 11.0, 12.0)
    assert parse_wavelengths("443 10\n450 11\n460 12").fwhm == (10.0, 11.0, 12.0)
    assert parse_wavelengths("443 450\n460 470\n480 490").nm == (443.0, 450.0, 460.0, 470.0, 480.0, 490.0)


def test_a_chosen_unit_counts_and_a_guess_is_told() -> None:
    assert parse_wavelengths("0.4 0.5", units="Micrometers").notes == ()
    assert "micrometres assumed" in parse_wavelengths("0.4 0.5").notes[0]


@pytest.mark.parametrize("text", ["", "nothing here", "-4 -5", "400 0 500"])
def test_text_without_wavelengths_is_refused(text: str) -> None:
    with pytest.raises(HsiError) as caught:
        parse_wavelengths(text)
    assert caught.value.hint


def test_noisy_bands_are_named_and_quiet_ones_are_not() -> None:
    assert noisy_bands(scene()) == []
    assert noisy_bands(scene(noise={7: 900.0, 30: 1500.0, 59: 2000.0})) == [7, 30, 59]


def test_the_noise_of_a_band_is_measured_about_right() -> None:
    cube = scene(noise={20: 80.0})
    ratio = signal_to_noise(cube)
    assert ratio[20] == pytest.approx(np.nanmean(cube.band(20)) / 80, rel=0.25)


def test_bands_without_a_value_are_left_out_of_the_noise() -> None:
    samples = scene().read()
    samples[:, :, [0, 12]] = np.nan
    ratio = signal_to_noise(Cube(ArraySource(samples), CubeInfo()))
    assert np.isnan(ratio[[0, 12]]).all()
    assert np.isfinite(np.delete(ratio, [0, 12])).all()
    assert noisy_bands(Cube(ArraySource(np.full((9, 9, 5), np.nan, np.float32)), CubeInfo())) == []


def test_scenes_of_one_band_or_few_pixels_do_no_harm() -> None:
    for shape in ((1, 1, 5), (3, 2, 5), (20, 20, 1), (20, 20, 2)):
        cube = Cube(ArraySource(np.random.default_rng(0).random(shape)), CubeInfo())
        assert len(signal_to_noise(cube)) == shape[2]


def test_the_edges_of_water_vapour_are_found_in_a_real_scene(data_dir: Path) -> None:
    cube = open_cube(data_dir / "salton_sea" / "salton_sea_roi.mat")
    found = set(noisy_bands(cube))
    assert {106, 167} <= found  # next to the bands that were removed around 1.4 and 1.9 micrometres
    assert len(found) < 20
