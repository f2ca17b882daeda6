"""The command lines in a record make the same map bit for bit, in an empty folder, however the map came about."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pytest
import rasterio
import scipy.io
from numpy.typing import NDArray

from hsigui import api
from hsigui.__main__ import main
from hsigui.cube.cube import ArraySource, Cube, Geo
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.jobs import CallbackContext, Cancelled
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.methods import loop, run_record
from hsigui.pipeline import provenance
from hsigui.pipeline.chain import Chain, chained
from hsigui.pipeline.python_lines import python_of
from hsigui.specs import PretrainSpec

METHOD = ["--method", "spatial-only", "--device", "cpu"]


@dataclass(frozen=True)
class Place:
    """A folder with two cubes of 28 x 28 pixels and their truth, and one to work in."""

    data: Path
    work: Path

    def __call__(self, *words: object) -> None:
        """Runs a command in the folder to work in, by names as seen from there where they are."""
        assert main([str(word) for word in words]) == 0


@pytest.fixture
def at(tmp_path, monkeypatch) -> Place:
    data, work = tmp_path / "data sets", tmp_path / "Übung 1"
    for folder in (data, work):
        folder.mkdir()
    one = demo_scene(seed=1, rows=28, cols=28, bands=10)
    table = ClassTable(tuple(ClassInfo(*c) for c in one.classes))
    write_cube(data / "scene.hdr", one.cube.read(), one.cube.info)
    write_cube(data / "other.hdr", one.cube.read()[::-1] * np.float32(2), one.cube.info)
    write_classes(data / "truth.tif", one.truth, table, one.cube.geo)
    monkeypatch.chdir(work)
    monkeypatch.setattr(loop, "KEEP_SECONDS", 0.0)  # a training that is stopped is kept from its first step on
    monkeypatch.setattr(loop, "KEEP_SHARE", 0.0)
    return Place(data, work)


def sampled(at: Place) -> None:
    at("sample", "../data sets/truth.tif", "--per-class", 6, "--out", "labels.tif", "--rest", "rest.tif")


def trained(at: Place, *more: object) -> None:
    at("pretrain", "../data sets/scene.hdr", *METHOD, "--out", "run", *more)


def drawn(at: Place, out: str = "map.tif", *more: object) -> Path:
    at("classify", "../data sets/scene.hdr", "--run", "run", "--labels", "labels.tif", "--out", out, *more)
    return at.work / out


def plain(at: Place) -> Path:
    sampled(at)
    trained(at)
    return drawn(at)


def abbreviated(at: Place) -> Path:
    sampled(at)
    trained(at)
    at("classify", "../data sets/scene.hdr", "--run=run", "--labels", "labels.tif", "--out=map.hdr", "--smooth=0.5",
       "--conf", "confidence.tif", "--context", "mid")  # fmt: skip
    return at.work / "map.hdr"


def resumed(at: Place) -> Path:
    """A training that was stopped at its second step, gone on with by a command."""
    sampled(at)
    spec = PretrainSpec("lscosa", "quick", 0, "cpu", 3)

    def stop(done: float, total: float, text: str) -> None:
        if "step 2" in text:
            raise Cancelled

    with pytest.raises(Cancelled):
        api.pretrain(api.open(at.data / "scene.hdr"), spec=spec, folder="run", ctx=CallbackContext(progress=stop))
    at("pretrain", at.data / "scene.hdr", "--epochs", 3, "--device", "cpu", "--out", "run", "--resume")
    return drawn(at)


def replaced(at: Place) -> Path:
    sampled(at)
    trained(at)
    trained(at, "--replace")
    drawn(at)
    return drawn(at, "map.tif", "--overwrite")


def kept_probe(at: Place) -> Path:
    plain(at)
    at("classify", at.data / "other.hdr", "--run", "run", "--probe", "kept", "--scale", 2, "--out", "other/map.tif")
    return at.work / "other" / "map.tif"


def kept_probe_of_a_copied_run(at: Place) -> Path:
    plain(at)
    shutil.copytree(at.work / "run", at.work / "a copy")
    at("classify", at.data / "other.hdr", "--run", "a copy", "--probe", "kept", "--out", "other.tif")
    return at.work / "other.tif"


def one_of_many(at: Place) -> Path:
    plain(at)
    at("classify", "../data sets/*.hdr", "--run", "run", "--probe", "kept", "--out-dir", "maps", "--majority", 3)
    return at.work / "maps" / "other-map.tif"


def filtered(at: Place) -> Path:
    plain(at)
    at("export", "map.tif", "--majority", 3, "--out", "filtered.tif", "picture.png", "--legend", "legend.csv")
    return at.work / "filtered.tif"


def filtered_twice(at: Place) -> Path:
    filtered(at)
    at("export", "filtered.tif", "--sieve", 9, "--connectivity", 8, "--out", "b/filtered.tif")
    return at.work / "b" / "filtered.tif"


def edited_labels(at: Place) -> Path:
    sampled(at)
    raster = read_classes(at.work / "labels.tif")
    array = raster.array.copy()
    array[3:6, 3:9] = 2
    write_classes(at.work / "labels.tif", array, raster.classes, raster.geo)
    trained(at)
    return drawn(at)


def array_by_name(at: Place) -> Path:
    sampled(at)
    labels = read_classes(at.work / "labels.tif").array
    rest = read_classes(at.work / "rest.tif").array
    scipy.io.savemat(at.work / "both.mat", {"train": labels, "test": rest})
    trained(at)
    at("classify", at.data / "scene.hdr", "--run", "run", "--labels", "both.mat", "--labels-variable", "train",
       "--out", "map.tif")  # fmt: skip
    return at.work / "map.tif"


def background_by_number(at: Place) -> Path:
    """Labels from 0 on, in which 250 that the file does not name as such is none."""
    sampled(at)
    labels = read_classes(at.work / "labels.tif").array
    np.save(at.work / "from0.npy", np.where(labels > 0, labels.astype(np.int16) - 1, 250))
    trained(at)
    at("classify", at.data / "scene.hdr", "--run", "run", "--labels", "from0.npy", "--labels-background", "250",
       "--out", "map.tif")  # fmt: skip
    record = provenance.load(at.work / "map.tif", read_classes(at.work / "map.tif").array)
    assert record is not None
    assert record.labels_background == "250"
    return at.work / "map.tif"


def points_with_a_distance(at: Place) -> Path:
    """Points that label all pixels within a pixel and a half, for the map and for watching a training."""
    truth = read_classes(at.data / "truth.tif").array
    places = [np.argwhere(truth == number)[5] for number in np.unique(truth[truth > 0])]
    shapes = [
        {"type": "Feature", "properties": {"class": int(truth[row, col])},
         "geometry": {"type": "Point", "coordinates": [col + 0.5, row + 0.5]}} for row, col in places.copy()
    ]  # fmt: skip
    told = {"type": "FeatureCollection", "hsigui": {"coordinates": "pixels"}, "features": shapes}
    (at.work / "points.geojson").write_text(json.dumps(told), encoding="utf-8")
    at("pretrain", "../data sets/scene.hdr", "--method", "lscosa", "--epochs", 2, "--device", "cpu", "--out", "run",
       "--monitor-labels", "points.geojson", "--monitor-labels-buffer", 1)  # fmt: skip
    at("classify", at.data / "scene.hdr", "--run", "run", "--labels", "points.geojson", "--labels-buffer", "1.5px",
       "--out", "map.tif")  # fmt: skip
    record = provenance.load(at.work / "map.tif", read_classes(at.work / "map.tif").array)
    assert record is not None
    assert (record.labels_buffer, Path(record.labels).name) == ("1.5px", "points.geojson")
    return at.work / "map.tif"


def several_layers(at: Place) -> Path:
    sampled(at)
    raster = read_classes(at.work / "labels.tif")
    other = np.where(raster.array > 0, 1, 0).astype(np.uint16)
    scene = api.open(at.data / "scene.hdr")
    geo = scene.geo if scene.geo.transform else Geo((1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
    for name, array in (("mine", raster.array), ("theirs", other)):
        write_classes(at.work / f"{name}.gpkg", array, raster.classes, geo)
    import pyogrio

    for name in ("mine", "theirs"):
        about, _, shapes, fields = pyogrio.raw.read(at.work / f"{name}.gpkg", layer="labels")
        pyogrio.raw.write(at.work / "both.gpkg", shapes, fields, about["fields"], layer=name, driver="GPKG",
                          geometry_type=about["geometry_type"], crs=about["crs"], append=name == "theirs")  # fmt: skip
    trained(at)
    at("classify", at.data / "scene.hdr", "--run", "run", "--labels", "both.gpkg", "--labels-variable", "mine",
       "--out", "map.tif")  # fmt: skip
    return at.work / "map.tif"


def in_several_folders(at: Place) -> Path:
    sampled(at)
    (at.work / "deep" / "er").mkdir(parents=True)
    os.chdir(at.work / "deep")
    at("pretrain", "../../data sets/scene.hdr", *METHOD, "--out", "../runs/run")
    os.chdir(at.data)
    at("classify", "scene.hdr", "--run", "../Übung 1/runs/run", "--labels", "../Übung 1/labels.tif", "--out",
       "../Übung 1/deep/er/map.tif")  # fmt: skip
    os.chdir(at.work)
    return at.work / "deep" / "er" / "map.tif"


def one_of_several_draws(at: Place) -> Path:
    at("sample", "../data sets/truth.tif", "--seeds", "3,4", "--out", "labels.tif", "--rest", "rest.tif")
    trained(at)
    for seed in (3, 4):
        at("classify", at.data / "scene.hdr", "--run", "run", "--labels", f"labels-{seed}.tif", "--out", f"{seed}.tif")
    return at.work / "4.tif"


def of_two_scenes(at: Place) -> Path:
    sampled(at)
    at("pretrain", "../data sets/scene.hdr", at.data / "other.hdr", *METHOD, "--out", "run")
    return drawn(at)


def masked_out(at: Place) -> Path:
    at("sample", at.data / "truth.tif", "--split", "block", "--block", 6, "--guard", 1, "--per-class", 4,
       "--out", "labels.tif", "--rest", "rest.tif")  # fmt: skip
    trained(at, "--mask-out", "rest.tif")
    return drawn(at)


def array_by_axes(at: Place) -> Path:
    sampled(at)
    cube = api.open(at.data / "scene.hdr")
    lists = {"wl": np.array(cube.info.wavelengths), "good": np.array([1] * (cube.bands - 1) + [0])}
    path = at.data / "ein Würfel.mat"
    scipy.io.savemat(path, {"a": cube.read().transpose(2, 0, 1), "b": np.zeros((28, 28, 12)), **lists})
    said = [
        "--variable",
        "a",
        "--axes",
        "bands,rows,cols",
        "--wavelengths",
        "wl",
        "--bad-bands",
        "good",
        "--units",
        "nm",
    ]
    at("pretrain", path, *METHOD, *said, "--out", "run")
    at("classify", path, "--run", "run", "--labels", "labels.tif", "--out", "map.tif", *said)
    return at.work / "map.tif"


def quality_masks(at: Place) -> Path:
    sampled(at)
    path, layer = at.data / "q q.nc", np.zeros((28, 28), np.uint8)
    layer[3:6], layer[8] = 1, 2
    with h5py.File(path, "w") as file:
        file["refl"], file["mask"] = api.open(at.data / "scene.hdr").read(), layer
        file["mask"].attrs["flag_masks"] = np.array([1, 2], np.uint8)
        file["mask"].attrs["flag_meanings"] = "cloud shadow"
    said = ["--quality", "cloud,shadow"]
    at("pretrain", path, *METHOD, *said, "--out", "run")
    at("classify", path, "--run", "run", "--labels", "labels.tif", "--out", "map.tif", *said)
    return at.work / "map.tif"


def bands_left_out(at: Place) -> Path:
    sampled(at)
    trained(at, "--leave-out-bands", "2,4-5", "--scale", 3)
    return drawn(at, "map.gpkg", "--leave-out-bands", "2,4-5", "--scale", 3, "--majority", 3, "--sieve", 5)


def rewritten(run: Path, command: str | None = None, probe: bytes | None = None) -> None:
    """Changes what a run says of itself, as if it had always said so."""
    sums = dict(run_record.sums_of(run) or {})
    about = run_record.without_sums(run_record.read(run))
    if command is not None:
        about["command"] = command
    if probe is not None:
        (run / "probe.json").write_bytes(probe)
        sums["probe.json"] = run_record.sum_of(probe)
    (run / "run.json").write_text(run_record.text_of(about, sums), encoding="utf-8")


def of_a_run_of_an_earlier_version(at: Place) -> Path:
    """Its command names the scene as seen from a folder that is not known any more, so the run is read where it is."""
    plain(at)
    rewritten(at.work / "run", command="hsigui pretrain scene.hdr --out run")
    return drawn(at, "again.tif")


def of_a_classifier_of_an_earlier_version(at: Place) -> Path:
    """It does not tell how it was fitted, so it is read where it is."""
    plain(at)
    about = json.loads((at.work / "run" / "probe.json").read_text(encoding="utf-8"))
    del about["fitted"]["commands"]
    rewritten(at.work / "run", probe=json.dumps(about).encode())
    at("classify", at.data / "other.hdr", "--run", "run", "--probe", "kept", "--out", "other.tif")
    return at.work / "other.tif"


def by_python(at: Place) -> Path:
    sampled(at)
    cube = api.open("../data sets/scene.hdr", scale=2.0)
    encoder = api.pretrain(cube, "spatial-only", device="cpu")
    features = api.embed(cube, encoder)
    result = api.classify(features, api.fit(features, api.read_labels("labels.tif", cube)), smooth=1.5)
    return api.save(result, "map.tif")[0].resolve()


WAYS: tuple[Callable[[Place], Path], ...] = (
    plain, abbreviated, resumed, replaced, kept_probe, kept_probe_of_a_copied_run, one_of_many, filtered,
    filtered_twice, edited_labels, array_by_name, several_layers, in_several_folders, one_of_several_draws, by_python,
    of_two_scenes, masked_out, array_by_axes, quality_masks, bands_left_out, background_by_number,
    points_with_a_distance,
    of_a_run_of_an_earlier_version, of_a_classifier_of_an_earlier_version,
)  # fmt: skip


def repeated(lines: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Runs the lines in an empty folder; the outputs of the last."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, line
    words = shlex.split(lines[-1])
    return [folder / words[words.index(option) + 1] for option in ("--out", "--report") if option in words]


def of(path: Path) -> NDArray[np.uint16]:
    return read_classes(path).array


def recorded(path: Path) -> tuple[str, ...]:
    record = provenance.load(path, of(path))
    assert record is not None
    assert record.commands
    return record.commands


@pytest.mark.parametrize("way", WAYS, ids=[way.__name__ for way in WAYS])
def test_the_commands_and_the_python_of_a_record_make_the_same_map_in_an_empty_folder(at, way, tmp_path, monkeypatch):
    made = way(at)
    lines, wanted = recorded(made), of(made)
    result = run_as_python(lines, tmp_path / "from Python", monkeypatch)
    assert np.array_equal(result.array, wanted), python_of(lines)
    monkeypatch.chdir(at.work)
    (again,) = repeated(lines, tmp_path / "eine andere Übung", monkeypatch)
    assert np.array_equal(of(again), wanted)
    assert recorded(again) == lines, "and their record is the same"
    assert told_of_confidence(again) == told_of_confidence(made), "and how sure it is"


def told_of_confidence(made: Path) -> object:
    """What a record says of the map's confidence: by what it is calibrated, and the sum of its values."""
    record = provenance.load(made, of(made))
    assert record is not None
    assert "temperature" in record.settings["Confidence"]
    return record.settings["Confidence"], record.confidence_sha256


def figures(report: Path) -> object:
    told = json.loads((report / "report.json").read_text(encoding="utf-8"))
    return told["accuracy"], told["reliability"]


def run_as_python(lines: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs the Python of the lines in an empty folder; its last result."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    held: dict[str, object] = {}
    exec(compile(python_of(lines), "script.py", "exec"), held)
    return held[max(name for name in held if name.startswith("result"))]


@pytest.mark.parametrize("way", [plain, abbreviated, array_by_name, filtered, kept_probe], ids=lambda way: way.__name__)
def test_the_commands_of_a_report_make_the_same_report_in_an_empty_folder(at, way, tmp_path, monkeypatch):
    made = way(at)
    truth = ["both.mat", "--truth-variable", "test"] if way is array_by_name else [at.data / "truth.tif"]
    at("evaluate", made, "--truth", *truth, "--report", "Bericht")
    lines = json.loads((at.work / "Bericht" / "report.json").read_text(encoding="utf-8"))["commands"]
    (again,) = repeated(tuple(lines), tmp_path / "noch eine", monkeypatch)
    assert figures(again) == figures(at.work / "Bericht")
    assert (figures(again)[1] is not None) == (way is abbreviated), "where the confidence was written"


@pytest.mark.parametrize("name", ["clusters.tif", "above.tif"])
def test_the_commands_of_a_report_make_a_derived_map_too(at, name, tmp_path, monkeypatch):
    at("derive", "../data sets/scene.hdr", "kmeans", "--set", "clusters=4", "--out", "clusters.tif")
    at("derive", "../data sets/scene.hdr", "pca", "--out", "pca.tif", "--mask", "above.tif", "--above", 0)
    made = at.work / name
    at("evaluate", made, "--truth", at.data / "truth.tif", "--match", "1=1", "--report", "Bericht")
    lines = json.loads((at.work / "Bericht" / "report.json").read_text(encoding="utf-8"))["commands"]
    assert [line.split()[1] for line in lines] == ["derive", "evaluate"]
    (again,) = repeated(tuple(lines), tmp_path / "noch eine", monkeypatch)
    assert np.array_equal(of(again.parent / name), of(made))
    assert figures(again) == figures(at.work / "Bericht")
    changed = of(made)
    changed[0, 0] = 1 if changed[0, 0] == 2 else 2
    write_classes(made, changed, read_classes(made).classes, read_classes(made).geo)
    at("evaluate", made, "--truth", at.data / "truth.tif", "--match", "1=1", "--report", at.work / "Bericht 2")
    lines = json.loads((at.work / "Bericht 2" / "report.json").read_text(encoding="utf-8"))["commands"]
    assert [line.split()[1] for line in lines] == ["evaluate"], "that map was made by other hands"


def test_a_confidence_that_moved_or_changed_is_not_taken_for_that_of_the_map(at, capsys):
    made = abbreviated(at)
    at("evaluate", made, "--truth", at.data / "truth.tif", "--report", "told")
    assert "expected calibration error" in capsys.readouterr().out
    assert json.loads((at.work / "told" / "report.json").read_text(encoding="utf-8"))["reliability"]["pixels"] > 0
    layer = at.work / "confidence.tif"
    with rasterio.open(layer, "r+") as opened:
        values = opened.read(1)
        values[3, 3] = 0.123
        opened.write(values, 1)
    for number, change in enumerate((lambda: None, layer.unlink)):
        change()
        at("evaluate", made, "--truth", at.data / "truth.tif", "--report", f"lost-{number}")
        told = json.loads((at.work / f"lost-{number}" / "report.json").read_text(encoding="utf-8"))
        assert told["reliability"] is None
        assert any("has moved or changed" in note and layer.name in note for note in told["notes"])


def test_the_commands_of_a_report_on_several_draws_make_it_again(at, tmp_path, monkeypatch):
    one_of_several_draws(at)
    at("evaluate", "3.tif", "4.tif", "--truth", "rest-3.tif", "rest-4.tif", "--report", "draws")
    lines = json.loads((at.work / "draws" / "report.json").read_text(encoding="utf-8"))["commands"]
    assert len(lines) == 2 + 1 + 2 + 1, "the encoder is trained once"
    (again,) = repeated(tuple(lines), tmp_path / "noch eine", monkeypatch)
    assert figures(again) == figures(at.work / "draws")


def test_two_maps_of_one_name_do_not_write_over_each_other():
    chain = Chain()
    names = [chain.add([f"hsigui classify /a.hdr --labels /{n}.tif --out /{n}/map.tif"]) for n in (1, 2)]
    assert names == ["map.tif", "map-2.tif"]
    assert chain.add(["hsigui classify /a.hdr --labels /1.tif --out /elsewhere/map.tif"]) == "map.tif"
    assert len(chain.lines) == 2


def test_the_map_of_a_line_is_what_it_writes_after_out():
    line = "hsigui classify /a.hdr --labels /1.tif --confidence /c.tif --out /map.tif --entropy /e.tif"
    assert Chain().add([line]) == "map.tif"


def test_labels_in_one_of_several_arrays_are_left_out_of_the_test(at, capsys):
    array_by_name(at)
    raster = read_classes("map.tif")
    write_classes(at.work / "foreign.tif", raster.array, raster.classes, raster.geo)
    given = ["--labels", "both.mat", "--labels-variable", "train"]
    at("evaluate", "foreign.tif", "--truth", at.data / "truth.tif", *given)
    assert f"{np.count_nonzero(of(at.work / 'labels.tif'))} training pixels left out" in capsys.readouterr().out


def test_words_that_are_no_paths_of_outputs_stay_as_they_are():
    line = "hsigui export /a/map.tif --title 'map.tif' --out /b/x.tif /b/x.png --sieve 3"
    assert chained([line]) == ("hsigui export /a/map.tif --title map.tif --out x.tif x.png --sieve 3",)


def test_a_map_of_a_scene_in_no_file_has_no_commands_rather_than_wrong_ones(at):
    sampled(at)
    held = api.open(at.data / "scene.hdr")
    cube = Cube(ArraySource(held.read()), held.info, name="in memory")
    encoder = api.pretrain(cube, "spatial-only", device="cpu")
    features = api.embed(cube, encoder)
    api.save(api.classify(features, api.fit(features, api.read_labels("labels.tif", cube))), "map.tif")
    assert provenance.load(at.work / "map.tif", of(at.work / "map.tif")).commands == ()
