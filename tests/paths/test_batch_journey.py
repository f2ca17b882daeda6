"""One trained run on many cubes, by commands: kept classifier, a broken cube, a second run, a copied run folder."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes

ROWS, COLS = 100, 80
CROP = 20  # rows and columns of a crop: 5 x 4 of them


@dataclass(frozen=True)
class Place:
    """A trained run with its scene and twenty crops of it, each as a cube of its own."""

    scene: Path
    labels: Path
    run: Path
    map: Path
    crops: Path
    values: np.ndarray
    info: CubeInfo


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Place:
    folder = tmp_path_factory.mktemp("batch")
    made = demo_scene(seed=1, rows=ROWS, cols=COLS, bands=30)
    values, info = made.cube.read().astype(np.float32), made.cube.info
    write_cube(folder / "scene.hdr", values, info)
    table = ClassTable(tuple(ClassInfo(*entry) for entry in made.classes))
    write_classes(folder / "truth.tif", made.truth, table, made.cube.geo)
    found = Place(
        folder / "scene.hdr", folder / "labels.tif", folder / "run", folder / "map.tif", folder / "crops", values, info
    )
    words = ["sample", folder / "truth.tif", "--per-class", "8", "--out", found.labels, "--rest", folder / "test.tif"]
    assert main([str(w) for w in words]) == 0
    words = ["pretrain", found.scene, "--epochs", "8", "--device", "cpu", "--out", found.run]
    assert main([str(w) for w in words]) == 0
    words = ["classify", found.scene, "--run", found.run, "--labels", found.labels, "--out", found.map]
    assert main([str(w) for w in words]) == 0
    for number, (top, left) in enumerate(corners()):
        write_crop(found, found.crops / f"crop-{number:02}.hdr", top, left)
    return found


def corners() -> list[tuple[int, int]]:
    return [(top, left) for top in range(0, ROWS, CROP) for left in range(0, COLS, CROP)]


def write_crop(place: Place, path: Path, top: int, left: int) -> None:
    a, b, c, d, e, f = place.info.geo.transform
    moved = Geo((a, b, c + a * left + b * top, d, e, f + d * left + e * top), place.info.geo.crs_wkt)
    write_cube(path, place.values[top : top + CROP, left : left + CROP], replace(place.info, geo=moved))


def classify(place: Place, *more: str | Path) -> int:
    return main([str(w) for w in ("classify", *more, "--run", place.run, "--device", "cpu")])


def test_nineteen_of_twenty_cubes_are_mapped_and_a_second_run_makes_only_the_broken_one(place, tmp_path, capsys):
    crops, out = tmp_path / "crops", tmp_path / "maps"
    shutil.copytree(place.crops, crops)
    broken = crops / "crop-07.img"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:1000])
    words = (crops / "*", "--probe", "kept", "--out-dir", out)
    capsys.readouterr()

    assert classify(place, *words) == 1
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if line.startswith("hsigui: ")]
    assert lines == ["hsigui: 1 of 20 cubes failed: crop-07.hdr."]
    assert len(list(out.glob("*-map.tif"))) == 19
    rows = table(out)
    assert [r["cube"].endswith("crop-07.hdr") for r in rows if r["outcome"] == "failed"] == [True]
    assert [r["outcome"] for r in rows].count("made") == 19
    assert "crop-07" in rows[7]["message"]
    assert rows[7]["message"] in said.out

    before = {p: p.stat().st_mtime_ns for p in out.glob("*.tif")}
    broken.write_bytes(whole)
    assert classify(place, *words) == 0
    assert {p: p.stat().st_mtime_ns for p in before} == before, "what was made is not made again"
    assert [r["outcome"] for r in table(out)] == ["unchanged"] * 7 + ["made"] + ["unchanged"] * 12
    assert (out / "crop-07-map.tif").is_file()

    (out / "crop-03-map.tif").unlink()
    write_crop(place, crops / "crop-05.hdr", 40, 40)
    assert classify(place, *words) == 0
    assert [n for n, r in enumerate(table(out)) if r["outcome"] == "made"] == [3, 5]
    assert classify(place, *words, "--sieve", "4") == 0
    assert {r["outcome"] for r in table(out)} == {"made"}, "another setting, other maps"


def test_the_shares_of_an_array_job_make_all_maps_once_and_one_table(place, tmp_path, capsys):
    for number in (1, 2, 3):
        assert classify(place, place.crops / "crop-0[0-6].hdr", "--out-dir", tmp_path, "--shard", f"{number}/3") == 0
        assert len(table(tmp_path)) == len(list(tmp_path.glob("*-map.tif"))) == (3, 5, 7)[number - 1]
    assert [Path(row["cube"]).stem for row in table(tmp_path)] == [f"crop-0{number}" for number in range(7)]
    capsys.readouterr()
    for wrong in ("0/3", "4/3", "2", "a/b"):
        with pytest.raises(SystemExit):
            classify(place, place.crops / "crop-00.hdr", "--out-dir", tmp_path, "--shard", wrong)
        assert "--shard" in capsys.readouterr().err


def test_maps_by_two_processes_are_those_of_one_and_a_broken_cube_is_told(place, tmp_path, capsys):
    crops, broken = tmp_path / "crops", tmp_path / "crops" / "crop-03.img"
    crops.mkdir()
    for path in sorted(place.crops.glob("crop-0[0-5].*")):
        shutil.copy2(path, crops)
    broken.write_bytes(broken.read_bytes()[:1000])
    assert classify(place, crops / "*.hdr", "--out-dir", tmp_path / "one") == 1
    assert classify(place, crops / "*.hdr", "--out-dir", tmp_path / "two", "--jobs", "2", "--progress", "json") == 1
    said = capsys.readouterr().err
    assert "hsigui: 1 of 6 cubes failed: crop-03.hdr." in said
    assert '"event": "message"' in said
    maps = sorted(path.name for path in (tmp_path / "one").glob("*-map.tif"))
    assert len(maps) == 5
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in maps)
    one, two = ([(row["cube"], row["outcome"], row["pixels"], row["message"]) for row in table(tmp_path / name)]
                for name in ("one", "two"))  # fmt: skip
    assert one == two
    commands = [json.loads((tmp_path / name / f"{maps[0]}.hsigui.json").read_text())["commands"]
                for name in ("one", "two")]  # fmt: skip
    assert commands[0] == commands[1], "how a map came to be does not say who worked"
    assert classify(place, crops / "*.hdr", "--out-dir", tmp_path / "two", "--jobs", "2") == 1
    assert [row["outcome"] for row in table(tmp_path / "two")] == ["unchanged"] * 3 + ["failed"] + ["unchanged"] * 2


def table(out: Path) -> list[dict[str, str]]:
    with (out / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_crops_get_the_classes_of_the_whole_scene(place, tmp_path):
    assert classify(place, place.crops / "*.hdr", "--out-dir", tmp_path) == 0
    whole = read_classes(place.map)
    agree = total = 0
    for number, (top, left) in enumerate(corners()):
        crop = read_classes(tmp_path / f"crop-{number:02}-map.tif")
        assert crop.classes == whole.classes
        part = whole.array[top : top + CROP, left : left + CROP]
        agree, total = agree + int((crop.array == part).sum()), total + part.size
        assert crop.geo.transform[2] == pytest.approx(whole.geo.transform[2] + whole.geo.transform[0] * left)
    # Edges and smoothing are those of the crop, so the maps are not the same at every pixel.
    assert agree / total > 0.85


def test_the_kept_classifier_gives_the_map_of_its_scene_again_from_a_copy_of_the_run_elsewhere(place, tmp_path):
    elsewhere = tmp_path / "another" / "place"
    archive = shutil.make_archive(str(tmp_path / "run"), "zip", place.run)
    shutil.unpack_archive(archive, elsewhere)
    for path in elsewhere.glob("features-*"):
        path.unlink()
    shutil.move(place.run, tmp_path / "hidden")
    try:
        words = ["classify", str(place.scene), "--run", str(elsewhere), "--out", str(tmp_path / "again.tif")]
        assert main([*words, "--probe", "kept", "--device", "cpu"]) == 0
    finally:
        shutil.move(tmp_path / "hidden", place.run)
    assert np.array_equal(read_classes(tmp_path / "again.tif").array, read_classes(place.map).array)
    card = (elsewhere / "README.md").read_text(encoding="utf-8")
    for word in ("LSCoSa", "scene", "nm", "mixture of levels", "--probe kept", "weights.safetensors", "Licence"):
        assert word in card
    assert not list(elsewhere.glob("*.pkl"))


@pytest.mark.parametrize("method", ["svm-pca-smooth", "rf-raw"])
def test_every_kind_of_classifier_is_kept_with_the_components_of_its_scene(place, tmp_path, method):
    """Principal components are fitted anew on every scene unless they are kept: a crop would be seen in others."""
    run, drawn, crop = tmp_path / "run", tmp_path / "map.tif", tmp_path / "crop.hdr"
    words = ["pretrain", place.scene, "--method", method, "--device", "cpu", "--out", run]
    assert main([str(w) for w in words]) == 0
    words = ["classify", place.scene, "--run", run, "--labels", place.labels, "--out", drawn, "--device", "cpu"]
    assert main([str(w) for w in words]) == 0
    words = ["classify", place.scene, "--run", run, "--out", tmp_path / "again.tif", "--device", "cpu"]
    assert main([str(w) for w in words]) == 0
    assert np.array_equal(read_classes(tmp_path / "again.tif").array, read_classes(drawn).array)
    top, left = 40, 20
    write_crop(place, crop, top, left)
    words = ["classify", crop, "--run", run, "--out", tmp_path / "crop.tif", "--device", "cpu"]
    assert main([str(w) for w in words]) == 0
    inner = slice(6, CROP - 6)  # away from the crop's border, where smoothing knows other neighbours
    part = read_classes(drawn).array[top : top + CROP, left : left + CROP]
    assert (read_classes(tmp_path / "crop.tif").array == part)[inner, inner].mean() > 0.95


def test_a_cube_with_other_bands_is_matched_by_wavelength_or_refused_in_words(place, tmp_path, capsys):
    nm = np.array(place.info.wavelengths)
    more = np.concatenate([[nm[0] - 40, nm[0] - 20], nm])  # two bands before those of the run
    values = np.concatenate([np.full((*place.values.shape[:2], 2), 9e5, np.float32), place.values], axis=2)
    info = CubeInfo(wavelengths=tuple(more.tolist()), geo=place.info.geo, scale=place.info.scale)
    write_cube(tmp_path / "more.hdr", values, info)
    assert classify(place, tmp_path / "more.hdr", "--probe", "kept", "--out", tmp_path / "map.tif") == 0
    assert np.array_equal(read_classes(tmp_path / "map.tif").array, read_classes(place.map).array)

    kept = [n for n in range(len(nm)) if n != 5]
    info = CubeInfo(wavelengths=tuple(nm[kept].tolist()), geo=place.info.geo, scale=place.info.scale)
    write_cube(tmp_path / "fewer.hdr", place.values[..., kept], info)
    capsys.readouterr()
    assert classify(place, tmp_path / "fewer.hdr", "--probe", "kept", "--out", tmp_path / "none.tif") == 1
    said = capsys.readouterr().err
    assert f"{nm[5]:.1f} nm" in said
    assert not (tmp_path / "none.tif").exists()


def test_units_of_bands_and_of_values_are_told(place, tmp_path, capsys):
    """Micrometres are read as what they are; values of another size cannot be, and are said."""
    crops = tmp_path / "crops"
    write_crop(place, crops / "nm.hdr", 40, 20)
    part = place.values[40 : 40 + CROP, 20 : 20 + CROP]
    micrometres = tuple(nm / 1000 for nm in place.info.wavelengths)
    write_cube(crops / "um.hdr", part, replace(place.info, wavelengths=micrometres, fwhm=()))
    write_cube(crops / "scaled.hdr", part * 10_000, place.info)
    write_cube(crops / "nameless.hdr", part, replace(place.info, wavelengths=(), fwhm=()))
    capsys.readouterr()
    assert classify(place, crops / "*.hdr", "--out-dir", tmp_path / "maps") == 0
    rows = {Path(row["cube"]).stem: row["message"] for row in table(tmp_path / "maps")}
    one, other = (read_classes(tmp_path / "maps" / f"{name}-map.tif").array for name in ("nm", "um"))
    assert np.array_equal(one, other)
    assert "can only be micrometres: read as such" in rows["um"]
    assert "micrometres" not in rows["nm"]
    assert "names no wavelengths: its bands are taken for those of the run" in rows["nameless"]
    assert "names no wavelengths" not in rows["nm"] + rows["um"]
    assert "times those that the run was trained on" in rows["scaled"]
    said = capsys.readouterr()
    assert "scaled.hdr: Its values are about" in said.err
    assert str(tmp_path / "maps" / "um-map.tif") in said.out, "the printed table names the maps"


def test_probabilities_entropy_and_filters_are_written_with_the_map(place, tmp_path):
    import rasterio

    out = {name: tmp_path / f"{name}.tif" for name in ("map", "probabilities", "entropy", "confidence")}
    words = [place.scene, "--labels", place.labels, "--out", out["map"], "--majority", "3", "--sieve", "6", "--cog"]
    measured = [w for name in ("probabilities", "entropy", "confidence") for w in (f"--{name}", out[name])]
    assert classify(place, *words, *measured) == 0
    plain, drawn = read_classes(place.map), read_classes(out["map"])
    assert not np.array_equal(plain.array, drawn.array)
    with rasterio.open(out["probabilities"]) as file:
        found = file.read()
        assert list(file.descriptions) == [drawn.classes.get(n).name for n in np.unique(plain.array[plain.array > 0])]
    np.testing.assert_allclose(found.sum(axis=0)[plain.array > 0], 1.0, atol=1e-4)
    numbers = np.unique(plain.array[plain.array > 0])
    assert np.array_equal(numbers[found.argmax(axis=0)][plain.array > 0], plain.array[plain.array > 0])
    with rasterio.open(out["entropy"]) as file:
        told = -(found * np.log(np.maximum(found, 1e-12))).sum(axis=0) / np.log(len(found))
        np.testing.assert_allclose(file.read(1), told, atol=1e-4)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--labels", "LABELS", "--probe", "kept", "--out", "m.tif"], "Either labels or the kept"),
        (["CROP", "--labels", "LABELS", "--out", "m.tif"], "one map or from the labels of one"),
        (["--out-dir", "maps", "--confidence", "c.tif"], "for one cube"),
        (["--out-dir", "maps", "--format", ".webp"], "cannot be written"),
        (["nothing-*.hdr", "--out-dir", "maps"], "No file is named like"),
    ],
)
def test_options_that_do_not_go_together_are_refused_before_any_work(place, tmp_path, monkeypatch, capsys, more, said):
    monkeypatch.chdir(tmp_path)
    words = [{"LABELS": place.labels, "CROP": place.crops / "crop-01.hdr"}.get(word, word) for word in more]
    assert classify(place, place.scene, *words) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_that_keeps_no_classifier_says_how_to_get_one(place, tmp_path, capsys):
    run = tmp_path / "run"
    shutil.copytree(place.run, run, ignore=shutil.ignore_patterns("probe.*", "features-*"))
    for words in (["--out", "m.tif"], ["--out-dir", "maps"]):
        assert main(["classify", str(place.scene), "--run", str(run), *words]) == 1
        assert "--labels" in capsys.readouterr().err
