"""`hsigui prepare`: steps in the order given, and the same bits as the API."""

from __future__ import annotations

import dataclasses
import json
import shlex

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.commands import prepare_parser
from hsigui.cube.sensor_tables import sensors
from hsigui.preparing import asked, stored
from hsigui.preparing.cut import moved
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import GEO, counts, cube_of


def run(*words: object) -> int:
    return main(["prepare", *map(str, words)])


@pytest.fixture
def scene(tmp_path):
    return save_cube(cube_of(counts(), scale=1.0), tmp_path / "a b.hdr")[0]


def test_steps_are_done_in_their_order_and_are_the_apis(scene, tmp_path, capsys):
    out = tmp_path / "out.tif"
    assert run(scene, out, "--rows", "2:10", "--bands", "4,1-2", "--rows", ":4", "--block-mean", 2) == 0
    assert "2 x 3 pixels, 3 bands" in capsys.readouterr().out
    opened = hsigui.open(out)
    steps = [hsigui.Crop((2, 10)), hsigui.Bands(("4", "1-2")), hsigui.Crop((None, 4)), hsigui.BlockMean(2)]
    made = hsigui.prepare(hsigui.open(scene), *steps)
    np.testing.assert_array_equal(opened.read(), made.read())
    assert opened.info.history == made.info.history
    assert made.info.history == ("--rows 2:10", '--bands "4,1-2"', "--rows :4", "--block-mean 2")
    other = hsigui.save_cube(made, tmp_path / "api.tif")[0]
    assert other.read_bytes() == out.read_bytes()


def test_what_was_done_is_done_again_from_the_history(scene, tmp_path):
    assert run(scene, tmp_path / "x.hdr", "--box=400030,4999700,400150,4999900", "--bands", "500-800 nm",
               "--internal-average", "--flat-field", "0:2,0:2") == 0  # fmt: skip
    first = hsigui.open(tmp_path / "x.hdr")
    again = [word for step in first.info.history for word in shlex.split(step)]
    assert run(scene, tmp_path / "y.hdr", *again) == 0
    np.testing.assert_array_equal(first.read(), hsigui.open(tmp_path / "y.hdr").read())


def test_several_files_are_stacked_and_calibrated(scene, tmp_path, capsys):
    two = save_cube(cube_of(counts() + 5, scale=1.0), tmp_path / "two.tif")[0]
    assert run(two, scene, tmp_path / "s.img", "--sort", "--interleave", "bil", "--type", "int32") == 0
    both = hsigui.open(tmp_path / "s.img")
    assert both.bands == 12
    assert both.info.interleave == "bil"
    assert "overlap" in capsys.readouterr().err
    assert run(scene, tmp_path / "r.hdr", "--white", two, "--dark", "0:1", "--panel", 0.5) == 0
    made = hsigui.prepare(hsigui.open(scene), hsigui.WhiteDark(hsigui.open(two), (0, 1), 0.5))
    np.testing.assert_array_equal(hsigui.open(tmp_path / "r.hdr").read(), made.read())


def test_wrong_words_are_refused_before_anything_is_written(scene, tmp_path, capsys):
    before = sorted(tmp_path.iterdir())
    for words in ((scene, scene), (scene, tmp_path / "x.gif"), (scene, tmp_path / "x.hdr", "--rows", "5"),
                  (scene, tmp_path / "x.hdr", "--box", "1,2,3"), (scene, tmp_path / "x.hdr", "--dark", "0:1"),
                  (scene, tmp_path / "x.hdr", "--block-mean", "x"), (scene, tmp_path / "x.hdr", "--flat-field", "1:2"),
                  (scene, tmp_path / "x.hdr", "--bands", "tin"),
                  (scene, tmp_path / "x.tif", "--white", tmp_path / "x.tif"),
                  ):  # fmt: skip
        assert run(*words) == 1, words
        assert len(capsys.readouterr().err.splitlines()) >= 2
    assert sorted(tmp_path.iterdir()) == before


def test_the_parser_offers_what_there_is():
    assert tuple((row.option, row.form, row.title) for row in asked.STEPS) == prepare_parser.STEPS
    assert prepare_parser.TYPES == stored.TYPES


def test_the_history_is_told_and_stands_in_the_records_of_layers_and_maps(scene, tmp_path, capsys):
    assert run(scene, tmp_path / "x.tif", "--rows", "2:10", "--bands", "4,1-2") == 0
    capsys.readouterr()
    assert main(["info", str(tmp_path / "x.tif"), "--json"]) == 0
    steps = ["--rows 2:10", '--bands "4,1-2"']
    assert json.loads(capsys.readouterr().out)["history"] == steps
    opened = hsigui.open(tmp_path / "x.tif")
    hsigui.save(hsigui.derive(opened, "pca", components=1), tmp_path / "pca.tif")
    record = json.loads((tmp_path / "pca.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["scene"]["prepared by"] == steps
    spectra = {"one": opened.spectrum(0, 0), "two": opened.spectrum(7, 6)}
    files = hsigui.save(hsigui.classify_by(opened, spectra, by="sam"), tmp_path / "map.tif")
    record = next(json.loads(path.read_text(encoding="utf-8")) for path in files if path.suffix == ".json")
    assert record["settings"]["Scene"]["prepared by"] == "; ".join(steps)


def test_a_cube_is_made_like_a_sensor_a_table_or_another_scene(scene, tmp_path, capsys):
    table = tmp_path / "bands of it.csv"
    table.write_text("wavelength,fwhm\n500,60\n560,60\n860,60\n", encoding="utf-8")
    assert run(scene, tmp_path / "t.tif", "--like", table) == 0
    assert hsigui.open(tmp_path / "t.tif").info.wavelengths == (500.0, 560.0, 860.0)
    part = hsigui.save_cube(hsigui.prepare(hsigui.open(scene), hsigui.Bands(("5", "2"))), tmp_path / "part.hdr")[0]
    assert run(scene, tmp_path / "p.tif", "--like", part) == 0
    made, own = hsigui.open(tmp_path / "p.tif"), hsigui.open(scene)
    np.testing.assert_allclose(made.read(), own.read()[:, :, [1, 4]], rtol=1e-6)
    name = sensors()[0].name
    assert run(scene, tmp_path / "s.tif", "--like", name.upper()) == 0
    assert run(scene, tmp_path / "n.tif", "--like", "no such") == 1
    assert name in capsys.readouterr().err


def test_a_file_that_is_there_is_written_over_only_when_that_is_asked_for(scene, tmp_path, capsys):
    other = hsigui.save_cube(cube_of(counts() + 1), tmp_path / "b.hdr")[0]
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for out in (other, tmp_path / "b.img", tmp_path / "b.bsq"):
        assert run(scene, out) == 1
        assert "there already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert run(scene, other, "--overwrite") == 0
    np.testing.assert_array_equal(hsigui.open(other).read(), hsigui.open(scene).read())


def test_grids_take_the_resampling_behind_them_and_others_are_brought_to_the_first(scene, tmp_path, capsys):
    words = ("--grid", "EPSG:32633,20", "--resampling", "cubic", "--grid", "EPSG:32632", "--rows", "1:3")
    assert run(scene, tmp_path / "g.tif", *words) == 0
    first, second = hsigui.System("EPSG:32633", 20.0), hsigui.System("EPSG:32632")
    steps = (hsigui.Onto(first, "cubic"), hsigui.Onto(second), hsigui.Crop((1, 3)))
    made, opened = hsigui.prepare(hsigui.open(scene), *steps), hsigui.open(tmp_path / "g.tif")
    np.testing.assert_array_equal(opened.read(), made.read())
    told = ('--grid "EPSG:32633,20" --resampling cubic', '--grid "EPSG:32632" --resampling nearest', "--rows 1:3")
    assert opened.info.history == told
    other = save_cube(cube_of(counts(), geo=moved(GEO, 3, 2)), tmp_path / "other.tif")[0]
    assert run(scene, other, tmp_path / "s.tif") == 1
    assert "--onto first" in capsys.readouterr().err
    assert run(scene, other, tmp_path / "s.tif", "--onto", "first", "--resampling", "bilinear") == 0
    made = hsigui.prepare([hsigui.open(scene), hsigui.open(other)], onto="first", resampling="bilinear")
    np.testing.assert_array_equal(hsigui.open(tmp_path / "s.tif").read(), made.read())
    assert run(scene, tmp_path / "x.tif", "--resampling", "cubic") == 1
    assert "--resampling goes with" in capsys.readouterr().err


def test_what_a_quality_mask_withholds_has_no_data_in_what_is_made(tmp_path):
    path = hsigui.save_cube(cube_of(counts("uint16"), nodata=None, scale=1.0), tmp_path / "raw.hdr")[0]
    with path.open("a", encoding="utf-8") as file:
        file.write("autodarkstartline = 8\n")
    dark = hsigui.open(path, quality=["dark"])
    expected = np.where(np.arange(11)[:, None, None] < 8, counts("float32"), np.nan)
    assert run(path, tmp_path / "o.tif", "--quality", "dark", "--cols", "2:6") == 0
    np.testing.assert_array_equal(hsigui.open(tmp_path / "o.tif").read(), expected[:, 2:6])
    np.testing.assert_array_equal(hsigui.prepare([dark, dark]).read(), np.concatenate([expected, expected], axis=2))
    hsigui.save_cube(dark, tmp_path / "s.hdr")
    np.testing.assert_array_equal(hsigui.open(tmp_path / "s.hdr").read(), expected)
    marked = dark.with_info(dataclasses.replace(dark.info, nodata=65535.0))
    made = hsigui.prepare(marked, hsigui.Crop((4, None)))
    assert made.dtype == np.uint16
    np.testing.assert_array_equal(made.read(), expected[4:])
