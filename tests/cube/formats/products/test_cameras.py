"""ENVI headers of cameras, with the keys that their software writes; values against the bytes themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.formats.products.cameras import CAMERAS
from hsigui.cube.open import open_cube, quality_layers
from hsigui.errors import HsiError

BYTES = (np.arange(6 * 4 * 3, dtype="<u2") * 7).reshape(6, 3, 4)  # lines x bands x samples: bil

KEYS = {
    "Specim": "sensor type = SPECIM FX10\nacquisition date = DATE(yyyy-mm-dd): 2024-05-02\nfps = 50.00\n"
    "tint = 9.000000\nbinning = {2, 1}\nhimg = {1, 4}\nvimg = {1, 3}\nautodarkstartline = 4\nerrors = {none}",
    "HySpex": "description = {\nhyspex_ground, [Thu May 2 10:00:00 2024]\nFrameperiod = 20000\n"
    "Integration time = 18000\nID = VNIR_1800_SN00840\n}\npixelsize x = 0.1\npixelsize y = 0.1",
    "Headwall": "description = {[HEADWALL Hyperspec III]}\nsensor type = Unknown",
    "Resonon": "imager type = Pika L\nimager serial number = 100\nframerate = 60.0\nshutter = 5.0\ngain = 0.0\n"
    "spectral binning = 2\nbit depth = 12",
}  # fmt: skip


def scene(folder: Path, keys: str, name: str = "scene") -> Path:
    (folder / f"{name}.raw").write_bytes(BYTES.tobytes())
    path = folder / f"{name}.hdr"
    path.write_text(
        "ENVI\nsamples = 4\nlines = 6\nbands = 3\nheader offset = 0\nfile type = ENVI Standard\ndata type = 12\n"
        f"interleave = bil\nbyte order = 0\n{keys}\nWavelength = {{\n 400.5\n,550.25\n,901.75\n}}\n",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("maker", KEYS)
def test_a_camera_is_told_by_the_keys_of_its_headers(tmp_path: Path, maker: str):
    cube = open_cube(scene(tmp_path, KEYS[maker]))
    assert cube.info.product == maker
    assert np.array_equal(cube.read(), BYTES.transpose(0, 2, 1).astype(np.float32))
    assert cube.info.wavelengths == (400.5, 550.25, 901.75)
    # Its maker counts in nm: nothing was guessed.
    assert not cube.info.units_guessed
    assert not any("assumed" in note for note in cube.notes)
    assert any(maker in note for note in cube.notes)


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("AV320231005t181518_L2A_OE_main_98b13fff_RFL_ORT", "AVIRIS-3 L2A"),
        ("AV320231005t181518_L1B_RDN_main_d71e8b07_RDN_ORT", "AVIRIS-3 L1B"),
        ("ang20220224t210144_rfl_v2aa1_img", "AVIRIS-NG L2A"),
        ("ang20220224t210144_rdn_v2aa1_clip", "AVIRIS-NG L1B"),
        ("AV320231005t181518_L2A_OE_main_98b13fff_UNC_ORT", ""),
        ("ang20220224t210144_obs", ""),
    ],
)
def test_aviris_in_envi_is_told_by_the_names_of_its_files(tmp_path: Path, name: str, product: str):
    assert open_cube(scene(tmp_path, "wavelength units = Nanometers", name)).info.product == product


def test_a_header_of_nobody_known_is_of_no_product(tmp_path: Path):
    cube = open_cube(scene(tmp_path, "description = {a field}"))
    assert cube.info.product == ""
    assert cube.info.units_guessed


def test_rows_behind_the_closed_shutter_are_told_and_left_out_on_request(tmp_path: Path):
    path = scene(tmp_path, KEYS["Specim"])
    cube = open_cube(path)
    assert "Rows 5 to 6 were taken behind the closed shutter and show no scene." in cube.notes
    assert cube.valid_mask().all()
    assert [layer.name for layer in quality_layers(path)] == ["dark"]
    rows = open_cube(path, quality=("dark",)).valid_mask().all(axis=1)
    assert rows.tolist() == [True] * 4 + [False] * 2


@pytest.mark.parametrize("start", ["0", "6", "7", "-1", "none", "9" * 20, ""])
def test_a_start_of_dark_rows_that_makes_no_sense_marks_none(tmp_path: Path, start: str):
    path = scene(tmp_path, f"autodarkstartline = {start}")
    assert open_cube(path).valid_mask().all()
    assert quality_layers(path) == ()
    with pytest.raises(HsiError, match="no quality mask “dark”"):
        open_cube(path, quality=("dark",))


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: camera.name)
def test_every_camera_says_what_it_rests_on(camera):
    assert camera.sources
    assert all(source.fields and source.document for source in camera.sources)
