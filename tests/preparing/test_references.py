"""White and dark references as cameras' programs name them, and what exposure times change."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.formats.products.references import exposures, references_beside
from hsigui.errors import HsiError
from tests.preparing.cubes import counts, cube_of


def _written(folder, name, array, **fields):
    folder.mkdir(parents=True, exist_ok=True)
    header = write_cube(folder / f"{name}.hdr", array, cube_of(array, nodata=None, scale=1.0).info)[0]
    text = header.read_text(encoding="utf-8")
    header.write_text(text + "".join(f"{key} = {value}\n" for key, value in fields.items()), encoding="utf-8")
    return header


def _scene(tmp_path, **times):
    """A scene of Specim's Lumo with its references, as the recorder writes them."""
    folder = tmp_path / "scän 1" / "capture"
    raw = counts("uint16") + 60
    path = _written(folder, "scän 1", raw, **({"tint": times["own"]} if times else {}))
    levels = (("WHITEREF", 3000, "white"), ("DARKREF", 40, "dark"), ("WHITEDARKREF", 20, "white_dark"))
    for begin, level, key in levels:
        if not times or key in times:
            array = np.random.default_rng(level).integers(level, level + 9, (3, 7, 6)).astype("uint16")
            _written(folder, f"{begin}_scän 1", array, **({"tint": times[key]} if times else {}))
    return path, raw


def _mean(path, begin):
    return hsigui.open(path.with_name(f"{begin}_{path.name}")).read().mean(axis=0, dtype=float)


def test_references_beside_a_raw_scene_are_told_and_used(tmp_path, capsys):
    path, raw = _scene(tmp_path)
    note = next(note for note in hsigui.open(path).notes if "WHITEREF" in note)
    assert "DARKREF_scän 1.hdr" in note
    assert "--white auto" in note
    assert main(["info", str(path)]) == 0
    assert "--white auto" in capsys.readouterr().out
    assert main(["prepare", str(path), str(tmp_path / "r.hdr"), "--white", "auto", "--panel", "0.9"]) == 0
    assert "WHITEREF_scän 1.hdr" in capsys.readouterr().err
    made = hsigui.open(tmp_path / "r.hdr")
    white, dark, white_dark = (_mean(path, begin) for begin in ("WHITEREF", "DARKREF", "WHITEDARKREF"))
    np.testing.assert_allclose(made.read(), 0.9 * (raw - dark) / (white - white_dark), rtol=1e-5)
    assert made.info.history == (
        '--white "WHITEREF_scän 1.hdr" --dark "DARKREF_scän 1.hdr" --white-dark "WHITEDARKREF_scän 1.hdr" --panel 0.9',
    )
    assert not any("--white auto" in note for note in made.notes)
    assert (
        hsigui.open(path.with_name("WHITEREF_scän 1.hdr")).notes
        == hsigui.open(path.with_name("DARKREF_scän 1.hdr")).notes
    )  # they have no references themselves


def test_light_of_another_exposure_is_scaled_and_dark_is_not(tmp_path):
    path, raw = _scene(tmp_path, own="20.0", white="5.0", dark="20", white_dark="5.0")
    made = hsigui.prepare(hsigui.open(path), hsigui.WhiteDark.beside(path))
    white, dark, white_dark = (_mean(path, begin) for begin in ("WHITEREF", "DARKREF", "WHITEDARKREF"))
    np.testing.assert_allclose(made.read(), (raw - dark) / (white - white_dark) / 4, rtol=1e-5)
    assert any("scaled by 4" in note for note in made.notes)
    assert not any("taken as it is" in note for note in made.notes)
    own, other = (hsigui.open(path.with_name(f"{begin}{path.name}")) for begin in ("", "WHITEREF_"))
    by_hand = hsigui.prepare(own, hsigui.WhiteDark(other, hsigui.open(path.with_name(f"WHITEDARKREF_{path.name}"))))
    np.testing.assert_allclose(by_hand.read(), (raw - white_dark) / (white - white_dark) / 4, rtol=1e-5)
    assert any("taken as it is" in note for note in by_hand.notes)


def test_names_of_makers(tmp_path):
    array = counts("uint16")
    for folder, scene, white, dark in (
        ("a", "raw", "whiteReference", "darkReference"),
        ("b", "leaf.2", "leaf.2_whiteReference", "leaf.2_darkReference"),
    ):  # fmt: skip
        path = _written(tmp_path / folder, scene, array)
        assert references_beside(path) is None
        _written(tmp_path / folder, dark, array)
        assert references_beside(path) is None  # without a white one nothing can be calibrated
        expected = _written(tmp_path / folder, white, array)
        found = references_beside(path)
        assert (found.maker, found.white, found.dark.name, found.white_dark) == (
            "Headwall",
            expected,
            f"{dark}.hdr",
            None,
        )
        assert references_beside(expected) is None
    parent = _written(tmp_path / "c", "x", array)
    inner = _written(tmp_path / "c" / "capture", "WHITEREF_x", array)
    assert references_beside(parent).white == inner


def test_values_that_are_no_counts_need_no_references(tmp_path):
    path = _written(tmp_path, "x", counts("float32"))
    _written(tmp_path, "WHITEREF_x", counts("uint16"))
    scaled = _written(tmp_path, "y", counts("uint16"), **{"reflectance scale factor": 10000})
    _written(tmp_path, "WHITEREF_y", counts("uint16"))
    for each in (path, scaled):
        assert not any("WHITEREF" in note for note in hsigui.open(each).notes)


def test_what_cannot_be_calibrated_is_refused(tmp_path, capsys):
    path, _ = _scene(tmp_path)
    other = _written(tmp_path, "alone", counts("uint16"))
    with pytest.raises(HsiError, match="No white reference lies beside alone"):
        hsigui.WhiteDark.beside(other)
    for words in ([other, tmp_path / "o.hdr", "--white", "auto"], [path, path, tmp_path / "o.hdr", "--white", "auto"],
                  [path, tmp_path / "o.hdr", "--white-dark", "0:1"]):  # fmt: skip
        assert main(["prepare", *map(str, words)]) == 1
        assert len(capsys.readouterr().err.splitlines()) >= 2
    assert not (tmp_path / "o.hdr").exists()


def test_times_are_compared_only_under_one_key():
    assert exposures({"tint": "10.0 ms"}, {"tint": "2"}) == (10.0, 2.0)
    assert exposures({"tint": "10", "shutter": "8"}, {"shutter": "4"}) == (8.0, 4.0)
    assert exposures({"tint": "10"}, {"integration time": "4"}) is None
    assert exposures({"tint": "0"}, {"tint": "auto"}) is None
