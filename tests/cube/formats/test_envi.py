from __future__ import annotations

import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import rasterio
import spectral
from rasterio.crs import CRS

from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import find_pair, read_header, rewrite_header, write_cube, write_header
from hsigui.cube.formats.envi_geo import geographic_wkt, utm_wkt
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError

SHAPE = (5, 4, 3)
LAYOUT = """samples = 4
lines = 5
bands = 3
header offset = 0
file type = ENVI Standard
data type = 2
interleave = bsq
byte order = 0
"""


def ramp(dtype: str = "int16") -> np.ndarray:
    return np.arange(np.prod(SHAPE)).reshape(SHAPE).astype(dtype)


def make(folder: Path, header: str, data: bytes | None = None, name: str = "x", suffix: str = ".img") -> Path:
    """Writes a pair with this header text; the samples are those of `ramp` as bsq unless given."""
    path = folder / f"{name}.hdr"
    path.write_bytes(header.encode("utf-8"))
    raw = ramp().transpose(2, 0, 1).tobytes() if data is None else data
    (folder / f"{name}{suffix}").write_bytes(raw)
    return path


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("dtype", ["u1", "i2", "i4", "f4", "f8", "c8", "c16", "u2", "u4", "i8", "u8"])
def test_what_is_written_is_read_again_in_every_interleave_and_type(
    tmp_path: Path, interleave: str, dtype: str
) -> None:
    header, data = write_cube(tmp_path / "scene.hdr", ramp(dtype), CubeInfo(), interleave)
    cube = open_cube(header)
    assert (header.name, data.name) == ("scene.hdr", "scene.img")
    assert cube.dtype == np.dtype(dtype)
    assert cube.info.interleave == interleave
    assert cube.stored(2, 3).tolist() == ramp(dtype)[2, 3].tolist()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["scene.hdr", "scene.img"]


def test_everything_that_a_scene_carries_survives_a_round_trip(tmp_path: Path) -> None:
    info = CubeInfo(
        wavelengths=(450.5, 550.0, 2200.25),
        fwhm=(10.0, 11.0, 12.0),
        band_names=("blue", "green", "clay"),
        bad_bands=(False, True, False),
        default_bands=(2, 1, 0),
        nodata=-9999.0,
        scale=10000.0,
        geo=Geo((5.0, 0.0, 468200.0, 0.0, -5.0, 5541300.0), utm_wkt(33)),
    )
    write_cube(tmp_path / "scene.hdr", ramp(), info, "bil")
    found = open_cube(tmp_path / "scene.img").info
    for name in ("wavelengths", "fwhm", "band_names", "bad_bands", "default_bands", "nodata", "scale"):
        assert getattr(found, name) == getattr(info, name)
    assert found.geo.transform == info.geo.transform
    assert CRS.from_wkt(found.geo.crs_wkt) == CRS.from_epsg(32633)
    assert found.notes == ()


def test_a_written_scene_is_read_alike_by_spectral_and_gdal(tmp_path: Path) -> None:
    geo = Geo((5.0, 0.0, 468200.0, 0.0, -5.0, 5541300.0), utm_wkt(33))
    header, data = write_cube(tmp_path / "scene.hdr", ramp(), CubeInfo(geo=geo, wavelengths=(400, 500, 600)), "bip")
    assert np.array_equal(np.asarray(spectral.open_image(str(header)).load(dtype=np.int16, scale=False)), ramp())
    with rasterio.open(data) as dataset:
        assert np.array_equal(dataset.read().transpose(1, 2, 0), ramp())
        assert tuple(dataset.transform)[:6] == geo.transform
        assert dataset.crs.to_epsg() == 32633


@pytest.mark.parametrize("suffix", ["", ".img", ".dat", ".bsq", ".raw", ".bin", ".IMG", ".rfl"])
def test_either_the_header_or_the_data_file_may_be_picked(tmp_path: Path, suffix: str) -> None:
    header = make(tmp_path, "ENVI\n" + LAYOUT, suffix=suffix)
    data = tmp_path / f"x{suffix}"
    assert find_pair(header) == (header, data)
    assert find_pair(data) == (header, data)
    assert open_cube(data).stored(1, 1).tolist() == ramp()[1, 1].tolist()


def test_a_header_named_after_the_whole_data_file_is_found(tmp_path: Path) -> None:
    header = make(tmp_path, "ENVI\n" + LAYOUT, name="x.img", suffix="")
    assert find_pair(tmp_path / "x.img") == (header, tmp_path / "x.img")
    assert open_cube(header).name == "x"


def test_of_several_data_files_the_one_of_the_right_size_is_taken(tmp_path: Path) -> None:
    header = make(tmp_path, "ENVI\n" + LAYOUT, suffix=".bsq")
    (tmp_path / "x.img").write_bytes(b"something else")
    (tmp_path / "x.png").write_bytes(bytes(120))
    assert find_pair(header)[1].name == "x.bsq"


def test_a_header_with_comments_odd_case_crlf_and_lists_over_lines_is_understood(tmp_path: Path) -> None:
    text = (
        "\ufeffENVI\n; made = by hand\nDescription = {two lines,\n samples = 99 in braces}\nSamples=4\nLINES = 5\n"
        "bands   = 3\nheader offset = 0\nfile type = ENVI Standard\nData  Type = 2\nInterleave = BSQ\nbyte order = 0\n"
        "Wavelength = {0.45\n; a comment }\n,0.55,\n2.2 }\nwavelength units = Micrometers\n"
    ).replace("\n", "\r\n")
    cube = open_cube(make(tmp_path, text))
    assert cube.shape == SHAPE
    assert cube.info.wavelengths == (450.0, 550.0, 2200.0)
    assert cube.info.metadata["description"].startswith("two lines,")
    assert cube.notes == ()


def test_a_latin_1_header_is_read(tmp_path: Path) -> None:
    header = make(tmp_path, "")
    header.write_bytes(("ENVI\ndescription = {Größe in µm}\n" + LAYOUT).encode("latin-1"))
    assert open_cube(header).info.metadata["description"] == "Größe in µm"


def test_missing_byte_order_offset_and_file_type_are_assumed_with_a_note_each(tmp_path: Path) -> None:
    text = "ENVI\nsamples = 4\nlines = 5\nbands = 3\ndata type = 2\ninterleave = bsq\n"
    cube = open_cube(make(tmp_path, text))
    assert cube.stored(4, 3).tolist() == ramp()[4, 3].tolist()
    assert [word for word in ("byte order", "header offset", "file type") if word in " ".join(cube.notes)] == [
        "byte order", "header offset", "file type",
    ]  # fmt: skip


def test_big_endian_samples_behind_a_header_offset_are_read(tmp_path: Path) -> None:
    text = "ENVI\n" + LAYOUT.replace("byte order = 0", "byte order = 1").replace("offset = 0", "offset = 7")
    cube = open_cube(make(tmp_path, text, b"sevenby" + ramp(">i2").transpose(2, 0, 1).tobytes()))
    assert cube.dtype == np.dtype("int16")
    assert np.array_equal(cube.read(), ramp())


def test_lists_of_the_wrong_length_are_ignored_with_a_note(tmp_path: Path) -> None:
    text = "ENVI\n" + LAYOUT + "wavelength = {400, 500}\nbbl = {1}\nband names = {a, b, c, d}\nfwhm = {x, y, z}\n"
    cube = open_cube(make(tmp_path, text))
    assert cube.wavelengths is None
    assert cube.info.bad_bands == ()
    assert cube.info.band_names == ()
    assert len(cube.notes) == 4


@pytest.mark.parametrize("value", ["{1, 2}", "{}", "{0, 1, 2}", "{1, 2, 4}", "{a, b, c}"])
def test_default_bands_that_do_not_fit_are_ignored_with_a_note(tmp_path: Path, value: str) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}default bands = {value}\n"))
    assert cube.info.default_bands == ()
    assert any("default bands" in note for note in cube.notes)


def test_default_bands_count_from_1_in_the_file_and_from_0_here(tmp_path: Path) -> None:
    assert open_cube(make(tmp_path, f"ENVI\n{LAYOUT}default bands = {{3, 2, 1}}\n")).info.default_bands == (2, 1, 0)


def test_no_data_becomes_nan_before_values_are_scaled(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}data ignore value = 4\nreflectance scale factor = 10\n"))
    values = cube.read()
    assert np.isnan(values[ramp() == 4]).all()
    assert values[0, 0].tolist() == pytest.approx([0, 0.1, 0.2])
    assert cube.valid_mask().sum() == 19


@pytest.mark.parametrize("line", ["reflectance scale factor = 0", "data ignore value = none", "bbl = {0, 0, 0}"])
def test_a_field_that_makes_no_sense_is_ignored_with_a_note(tmp_path: Path, line: str) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}{line}\n"))
    assert (cube.info.scale, cube.info.nodata, cube.info.bad_bands) == (1.0, None, ())
    assert len(cube.notes) == 1


def test_a_band_that_is_no_data_everywhere_is_marked_bad(tmp_path: Path) -> None:
    samples = ramp("float32")
    samples[:, :, 1] = np.nan
    header, _ = write_cube(tmp_path / "x.hdr", samples, CubeInfo())
    cube = open_cube(header)
    assert cube.info.bad_bands == (False, True, False)
    assert cube.valid_mask().all()
    assert "1 band holds no value" in cube.notes[0]


def test_a_truncated_data_file_is_refused_with_both_sizes(tmp_path: Path) -> None:
    header = make(tmp_path, "ENVI\n" + LAYOUT, bytes(100))
    with pytest.raises(HsiError, match="100 bytes found, 120 needed") as caught:
        open_cube(header)
    assert caught.value.hint


def test_a_data_file_that_is_too_long_opens_with_a_note(tmp_path: Path) -> None:
    header = make(tmp_path, "ENVI\n" + LAYOUT, bytes(130))
    assert open_cube(header).notes == ("x.img is 10 bytes longer than its header says.",)


def test_a_missing_data_file_is_named(tmp_path: Path) -> None:
    write_header(tmp_path / "alone.hdr", {"samples": 1, "lines": 1, "bands": 1, "data type": 1})
    with pytest.raises(HsiError, match=r"data file of alone\.hdr is missing"):
        open_cube(tmp_path / "alone.hdr")


def test_a_data_file_without_a_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.img").write_bytes(b"abc")
    with pytest.raises(HsiError, match="no ENVI header beside it"):
        open_cube(tmp_path / "x.img")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not an ENVI header"),
        ("hello world\nsamples = 4\n", "not an ENVI header"),
        ("NROWS 4\nNCOLS 5\nBYTEORDER I\n", "ESRI header"),
        ("ENVI\nlines = 5\nbands = 3\ndata type = 2\n", "lacks “samples”"),
        ("ENVI\n" + LAYOUT.replace("samples = 4", "samples = four"), "“samples = four” is not a whole number"),
        ("ENVI\n" + LAYOUT.replace("lines = 5", "lines = 0"), "“lines = 0” is not a whole number of 1 or more"),
        ("ENVI\n" + LAYOUT.replace("data type = 2", "data type = 7"), "data type 7 is unknown"),
        ("ENVI\n" + LAYOUT.replace("bsq", "bup"), "interleave “bup” is unknown"),
        ("ENVI\n" + LAYOUT.replace("byte order = 0", "byte order = 2"), "byte order 2 is unknown"),
        ("ENVI\n" + LAYOUT + "wavelength = {1, 2\n", "brace of “wavelength” is never closed"),
        ("ENVI\n" + LAYOUT + "major frame offsets = {4, 0}\n", "major frame offsets"),
    ],
)
def test_a_faulty_header_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(HsiError, match=words) as caught:
        open_cube(make(tmp_path, text))
    assert "x.hdr" in caught.value.message
    assert caught.value.hint


def test_a_class_map_is_refused_as_a_scene_and_the_hint_says_where_it_belongs(tmp_path: Path) -> None:
    text = "ENVI\n" + LAYOUT.replace("bands = 3", "bands = 1").replace("Standard", "Classification")
    with pytest.raises(HsiError, match="class map") as caught:
        open_cube(make(tmp_path, text))
    assert "labels" in caught.value.hint


def test_a_spectral_library_is_refused_as_a_scene(tmp_path: Path) -> None:
    text = "ENVI\n" + LAYOUT.replace("ENVI Standard", "ENVI Spectral Library")
    make(tmp_path, text, suffix=".sli")
    with pytest.raises(HsiError, match="spectral library"):
        open_cube(tmp_path / "x.sli")


def test_a_rotated_map_info_gives_the_transform_that_gdal_reads(data_dir: Path) -> None:
    path = data_dir / "envi/pycoal/ang20140912t192359_corr_v1c_img_2580-2590_540-550.img"
    with rasterio.open(path) as dataset:
        expected = tuple(dataset.transform)[:6]
    assert open_cube(path).geo.transform == pytest.approx(expected)


def test_a_reference_pixel_elsewhere_is_carried_back_to_the_corner(tmp_path: Path) -> None:
    info = "map info = {UTM, 3, 2, 1000, 2000, 10, 5, 33, North, WGS-84, rotation=90}\n"
    geo = open_cube(make(tmp_path, "ENVI\n" + LAYOUT + info)).geo
    assert geo.to_map(1, 2) == pytest.approx((1000, 2000))
    assert geo.to_map(1, 3) == pytest.approx((1000, 2005))


@pytest.mark.parametrize(
    ("map_info", "code"),
    [
        ("UTM, 1, 1, 0, 0, 1, 1, 13, North, WGS-84", 32613),
        ("UTM, 1, 1, 0, 0, 1, 1, 23, South, WGS-84, units=Meters", 32723),
        ("UTM, 1, 1, 0, 0, 1, 1, 11, North, North America 1983", 26911),
        ("UTM, 1, 1, 0, 0, 1, 1, 11, North, North America 1927", 26711),
        ("UTM, 1, 1, 0, 0, 1, 1, 32, North, ETRS89", 25832),
        ("Geographic Lat/Lon, 1, 1, 0, 0, 0.1, 0.1, WGS-84, units=Degrees", 4326),
    ],
)
def test_the_coordinate_system_follows_from_the_map_info_alone(tmp_path: Path, map_info: str, code: int) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}map info = {{{map_info}}}\n"))
    assert cube.geo.crs_wkt is not None
    assert CRS.from_wkt(cube.geo.crs_wkt) == CRS.from_epsg(code)
    assert cube.notes == ()


@pytest.mark.parametrize("map_info", ["UTM, 1, 1", "UTM, a, b, c, d, e, f", "Swiss Oblique, 1, 1, 0, 0, 1, 1, CH1903"])
def test_a_map_info_that_is_not_understood_is_noted(tmp_path: Path, map_info: str) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}map info = {{{map_info}}}\n"))
    assert cube.geo.crs_wkt is None
    assert len(cube.notes) == 1


@pytest.mark.parametrize(
    ("wkt", "name"), [(utm_wkt(23, south=True), "UTM"), (geographic_wkt(), "Geographic Lat/Lon"), (None, "Arbitrary")]
)
def test_a_transform_without_map_info_is_written_as_one(tmp_path: Path, wkt: str | None, name: str) -> None:
    turned = (3.0, 4.0, 100.0, 4.0, -3.0, 200.0)
    header, _ = write_cube(tmp_path / "x.hdr", ramp(), CubeInfo(geo=Geo(turned, wkt)))
    assert read_header(header).items("map info")[0] == name
    found = open_cube(header).geo
    assert found.transform == pytest.approx(turned)
    assert (found.crs_wkt is None) == (wkt is None)


def test_a_type_that_envi_does_not_know_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="int8"):
        write_cube(tmp_path / "x.hdr", ramp("int8"), CubeInfo())
    assert list(tmp_path.iterdir()) == []


def test_a_header_is_written_again_with_every_field_that_was_not_changed(tmp_path: Path) -> None:
    text = (
        "ENVI\n; a comment\n" + LAYOUT + "wavelenght = {400,\n 500, 600}\nMy own Key = {a, {b}, c\n d = e}\n"
        "solar irradiance = {1, 2, 3}\nsensor type = Größe\ndata ignore value = -1\n"
    )
    header = read_header(make(tmp_path, text))
    rewrite_header(tmp_path / "new.hdr", header, {"wavelength": (1, 2, 3), "data ignore value": None, "bbl": (1, 0, 1)})
    again = read_header(tmp_path / "new.hdr")
    expected = dict(header.fields) | {"wavelength": "1, 2, 3", "bbl": "1, 0, 1"}
    del expected["data ignore value"]
    assert dict(again.fields) == expected
    assert again.braced == header.braced | {"bbl"}
    assert again.notes == ()


def test_the_header_of_the_scene_itself_is_never_written_to(tmp_path: Path) -> None:
    path = make(tmp_path, "ENVI\n" + LAYOUT)
    before = path.read_bytes()
    with pytest.raises(HsiError, match="header of an open scene"):
        rewrite_header(tmp_path / "." / "x.hdr", read_header(path), {"bbl": (1, 1, 1)})
    assert path.read_bytes() == before


def test_a_brace_may_open_on_the_next_line(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, "ENVI\n" + LAYOUT + "wavelength =\n{400,\n500, 600}\nwavelength units = nm\n"))
    assert cube.info.wavelengths == (400.0, 500.0, 600.0)


def test_numbers_set_apart_by_blanks_or_leading_commas_are_told_apart(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, "ENVI\n" + LAYOUT + "wavelength = {400 500\n, 600}\nwavelength units = nm\n"))
    assert cube.info.wavelengths == (400.0, 500.0, 600.0)


def test_control_characters_in_a_latin_1_text_break_no_line(tmp_path: Path) -> None:
    header = make(tmp_path, "")
    header.write_bytes(("ENVI\ndescription = {wait\x85 \xe9 samples = 9}\n" + LAYOUT).encode("latin-1"))
    assert open_cube(header).shape == SHAPE


def test_a_utf_16_header_is_read(tmp_path: Path) -> None:
    header = make(tmp_path, "")
    header.write_bytes(("ENVI\ndescription = {Größe}\n" + LAYOUT).encode("utf-16"))
    assert open_cube(header).info.metadata["description"] == "Größe"


def test_a_file_type_of_others_is_read_as_plain_samples_with_a_note(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, "ENVI\n" + LAYOUT.replace("ENVI Standard", "PCI")))
    assert "“PCI” is not one of ENVI" in cube.notes[0]


def test_gains_and_offsets_are_told_but_not_applied(tmp_path: Path) -> None:
    lists = "data gain values = {2, 2, 2}\ndata offset values = {1, 1, 1}\ndata reflectance gain values = {3, 3, 3}\n"
    cube = open_cube(make(tmp_path, "ENVI\n" + LAYOUT + lists))
    assert (cube.info.gains, cube.info.offsets) == ((2.0, 2.0, 2.0), (1.0, 1.0, 1.0))
    assert np.array_equal(cube.read(), ramp())
    assert "not applied" in cube.notes[0]
    assert cube.info.metadata["data reflectance gain values"] == "3, 3, 3"


def test_bad_bands_may_be_floats_and_negative(tmp_path: Path) -> None:
    assert open_cube(make(tmp_path, "ENVI\n" + LAYOUT + "bbl = {1.0, 0.0, -1}\n")).info.bad_bands == (False, True, True)


@pytest.mark.parametrize(
    ("line", "value"),
    [("samples", "-4"), ("lines", "1e300"), ("bands", "99999999999999999999"), ("header offset", "1e999"),
     ("samples", "nan"), ("lines", "2000000000000")],
)  # fmt: skip
def test_an_absurd_size_is_refused_before_anything_is_allocated(tmp_path: Path, line: str, value: str) -> None:
    text = re.sub(rf"(?m)^{line} = .*$", f"{line} = {value}", "ENVI\n" + LAYOUT)
    tracemalloc.start()
    try:
        with pytest.raises(HsiError, match=f"“{line} = {value}” is"):
            open_cube(make(tmp_path, text))
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_sizes_that_are_large_together_are_compared_with_the_file_first(tmp_path: Path) -> None:
    text = LAYOUT.replace("samples = 4", "samples = 1000000").replace("lines = 5", "lines = 1000000")
    with pytest.raises(HsiError, match="120 bytes found, 6000000000000 needed"):
        open_cube(make(tmp_path, "ENVI\n" + text))


@pytest.mark.parametrize("line", ["default bands = {inf}", "class lookup = {inf, nan, 1}", "data ignore value = 1e999"])
def test_numbers_beyond_all_bounds_do_no_harm(tmp_path: Path, line: str) -> None:
    assert open_cube(make(tmp_path, f"ENVI\n{LAYOUT}{line}\n")).read().shape == SHAPE


def test_values_that_float32_cannot_hold_are_no_values(tmp_path: Path) -> None:
    header, _ = write_cube(tmp_path / "x.hdr", np.full(SHAPE, 1e300), CubeInfo())
    assert np.isnan(open_cube(header).spectrum(0, 0)).all()


@pytest.mark.parametrize("scale", ["1e-300", "1e300", "inf", "nan", "-1"])
def test_a_scale_factor_beyond_reason_is_ignored_with_a_note(tmp_path: Path, scale: str) -> None:
    cube = open_cube(make(tmp_path, f"ENVI\n{LAYOUT}reflectance scale factor = {scale}\n"))
    assert cube.info.scale == 1.0
    assert "makes no sense" in cube.notes[0]


def test_a_coordinate_system_that_is_none_is_left_out_with_a_note_and_the_place_stays(tmp_path: Path) -> None:
    place = "map info = {UTM, 1, 1, 468200, 5541300, 5, 5, 33, North, WGS-84}\n"
    bogus = 'coordinate system string = {PROJCS["bogus"]}\n'
    cube = open_cube(make(tmp_path, "ENVI\n" + LAYOUT + place + bogus))
    assert cube.geo.transform is not None
    assert any("coordinate system string" in note for note in cube.notes)
    assert cube.geo.crs_wkt is None or CRS.from_wkt(cube.geo.crs_wkt).to_epsg() == 32633


@pytest.mark.parametrize(
    "text",
    [
        "[400 500 600]",
        "[ 400.0, 500.0, 600.0 ]",
        "(400, 500, 600)",
        "[400\n 500\n 600]",
        "{400, 500, 600}",
        "{[400 500 600]}",
    ],
)
def test_wavelengths_in_other_brackets_are_read(tmp_path, text):
    (tmp_path / "x.hdr").write_text(
        "ENVI\nsamples = 2\nlines = 1\nbands = 3\ndata type = 1\ninterleave = bsq\nbyte order = 0\n"
        f"wavelength = {text}\nfwhm = [5 6 7]\ndescription = [a (b)\n"
    )
    (tmp_path / "x.img").write_bytes(bytes(range(6)))
    info = open_cube(tmp_path / "x.hdr").info
    assert info.wavelengths == (400.0, 500.0, 600.0)
    assert info.fwhm == (5.0, 6.0, 7.0)
    assert not any("no number" in note for note in info.notes)


def test_the_case_of_wavelengths_in_brackets_has_them(cases):
    for name in ("norm.hdr", "norm.img"):
        info = open_cube(cases / "files" / "10_bracket_wl" / name).info
        assert len(info.wavelengths) == 20
        assert (info.wavelengths[0], info.wavelengths[-1]) == (400.0, 2450.0)


def test_a_value_of_any_length_is_told_in_a_short_sentence(tmp_path: Path) -> None:
    path = make(tmp_path, "ENVI\n" + LAYOUT.replace("bsq", "9" * 5000))
    with pytest.raises(HsiError) as refused:
        read_header(path)
    assert len(str(refused.value)) < 200
    long = "ENVI\n" + LAYOUT + f"default bands = {'x' * 5000}\nmap info = {{{'P' * 5000}, 1, 1, 0, 0, 1, 1}}\n"
    notes = open_cube(make(tmp_path, long, name="y")).notes
    assert notes
    assert max(map(len, notes)) < 300
