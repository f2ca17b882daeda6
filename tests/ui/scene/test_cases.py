"""Files on which the program was wrong once, opened in the window: right there, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.io
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.describe import crs_name
from hsigui.ui.scene.import_dialog import ImportDialog
from tests.ui.windows import idle, open_scene, texts


@pytest.fixture
def files(cases: Path) -> Path:
    return cases / "files"


def values_at(window, row: int, col: int) -> list[float]:
    return window.session.cube.read(slice(row, row + 1), slice(col, col + 1))[0, 0].tolist()


def span(window) -> tuple[int, int]:
    waves = window.session.cube.info.wavelengths
    return round(waves[0]), round(waves[-1])


def placed(window) -> tuple[str, float, float]:
    geo = window.session.cube.geo
    return crs_name(geo.crs_wkt), geo.transform[2], geo.transform[5]


def test_a_band_that_costs_half_of_the_pixels_is_offered_to_be_left_out(qtbot, window, files):
    open_scene(qtbot, window, files / "81_enmap_partial" / "ENMAP01-SPECTRAL_IMAGE.TIF")
    assert int(window.session.cube.valid_mask().sum()) == 800
    assert any("800 of 1,600 pixels" in note and "band 13" in note for note in window.notes_bar.notes)
    assert window.notes_bar.leave_out.text() == "Leave out band 13"
    QTest.mouseClick(window.notes_bar.leave_out, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert window.session.cube.valid_mask().all()


@pytest.mark.parametrize("name", ["stack.tif", "stack_ij.tif", "bip.tif"])
def test_pages_of_a_tiff_are_its_bands(qtbot, window, files, name):
    open_scene(qtbot, window, files / "62_multipage" / name)
    assert window.session.cube.shape == (12, 9, 20)
    assert values_at(window, 5, 7) == [5350.0 + band for band in range(20)]


@pytest.mark.parametrize("suffix", ["-SPECTRAL_IMAGE.hdr", "-SPECTRAL_IMAGE.tif", "-METADATA.xml"])
def test_desis_opens_by_any_of_its_files(qtbot, window, files, suffix):
    (path,) = (files / "46_desis_hdr").glob(f"*{suffix}")
    window.scene.open_path(path)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert (window.session.cube.bands, span(window)) == (20, (402, 999))
    assert "error" not in texts(window)


@pytest.mark.parametrize("suffix", [".hdr", ".tif"])
def test_the_header_of_a_tiff_leads_to_it_and_says_its_bands(qtbot, window, files, suffix):
    window.scene.open_path(files / "17_tif_hdr_sidecar" / f"ortho{suffix}")
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    assert span(window) == (400, 2450)
    assert sorted({*range(20)} - {*window.session.cube.good_bands.tolist()}) == [3, 4]


def test_each_header_is_laid_over_its_own_data(qtbot, window, files):
    for name in ("s.hdr", "s.img.hdr"):
        open_scene(qtbot, window, files / "16_two_headers" / name)
        assert values_at(window, 5, 7)[:2] == [5350.0, 5351.0], name


def test_prisma_is_one_scene_of_both_detectors(qtbot, window, files):
    open_scene(qtbot, window, files / "06_prisma_l2d" / "PRS_L2D_STD_2020.he5")
    cube = window.session.cube
    assert (cube.bands, span(window), cube.good_bands.size) == (15, (420, 2490), 15)
    assert list(cube.info.wavelengths) == sorted(cube.info.wavelengths)
    assert placed(window)[0] == "EPSG:32633"
    assert np.nanmax(cube.read()) <= 1.0, "in units of reflectance"
    assert cube.wavelengths[window.session.view.red] < 1000, "it does not start on SWIR"
    assert window.actions_["quality_masks"].isEnabled(), "the error matrices are masks"


def test_neon_has_its_no_data_scale_and_place(qtbot, window, files):
    open_scene(qtbot, window, files / "05_neon" / "NEON_D11_BLUE_DP3_reflectance.h5")
    cube = window.session.cube
    assert (cube.info.nodata, cube.info.scale) == (-9999, 10000)
    assert placed(window) == ("EPSG:32618", 368000.0, 4306000.0)
    open_scene(qtbot, window, files / "05_neon" / "neon40.h5")
    assert int((~window.session.cube.valid_mask()).sum()) == 320
    assert any("320 of 1,600 pixels have no data" in note for note in window.notes_bar.notes)


def test_aviris_3_lies_where_it_lies(qtbot, window, files):
    open_scene(qtbot, window, files / "03_aviris3" / "AV320231008t160521_L2A_OE_RFL_ORT.nc")
    assert placed(window) == ("EPSG:32611", 400000.0, 4100000.0)
    assert values_at(window, 5, 7)[:2] == pytest.approx([5350 / 20000, 5351 / 20000])


def test_labels_beside_a_scene_in_a_struct_are_proposed_and_a_mask_of_ones_is_not(qtbot, window, files):
    open_scene(qtbot, window, files / "25_muufl_struct" / "muufl_label.mat")
    assert window.session.cube.info.variable == "hsi.Data"
    assert "hsi.sceneLabels.labels" in texts(window)
    assert "valid_mask" not in texts(window)


@pytest.mark.parametrize("named", [True, False])
def test_abundances_never_take_the_place_of_the_flattened_cube(qtbot, window, tmp_path, named):
    rng = np.random.default_rng(0)
    content = {"abundances": rng.random((95, 95, 3)), "Y": rng.random((156, 9025))}
    content |= {"lines": 95, "cols": 95} if named else {}
    scipy.io.savemat(tmp_path / "unmixing.mat", content)
    window.scene.open_path(tmp_path / "unmixing.mat")
    idle(qtbot, window)
    if named:
        assert window.session.cube.shape == (95, 95, 156)
        return
    (dialog,) = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    assert window.session.cube is None
    idle(qtbot, window)
    dialog.reject()
