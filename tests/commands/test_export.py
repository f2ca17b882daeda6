"""`hsigui export` and `hsigui card`."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import read_table
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.methods import model_card
from hsigui.pipeline import provenance
from hsigui.report.filters import sieved
from hsigui.report.mapping_unit import smallest_unit

CLASSES = ClassTable((ClassInfo(1, "Oak", (10, 90, 20)), ClassInfo(3, "Sand", (220, 200, 90))))


@pytest.fixture
def source(tmp_path):
    from rasterio.crs import CRS

    geo = Geo((30.0, 0.0, 500_000.0, 0.0, -30.0, 5_000_000.0), CRS.from_epsg(32633).to_wkt())
    array = np.ones((40, 50), dtype=np.uint16)
    array[:, 25:] = 3
    array[3, 3] = array[20, 40] = 0
    array[10, 10] = 3
    write_classes(tmp_path / "in" / "map.tif", array, CLASSES, geo)
    record = provenance.Provenance(settings={"Map": {"smoothing": 0}}, commands=("hsigui classify ...",))
    provenance.save(record, tmp_path / "in" / "map.tif", array)
    return tmp_path / "in" / "map.tif"


def test_one_map_in_many_formats_with_its_legend(source, tmp_path, capsys):
    out = tmp_path / "out"
    names = ["m.tif", "m.hdr", "m.mat", "m.png", "m.jpg", "m.kmz", "m.gpkg"]
    words = ["export", str(source), "--out", *(str(out / n) for n in names)]
    assert (
        main([*words, "--legend", *(str(out / f"legend.{s}") for s in ("csv", "qml", "clr")), "--title", "Wood"]) == 0
    )
    assert {p.name for p in out.iterdir()} >= {*names, "legend.csv", "legend.qml", "legend.clr"}
    assert read_table(out / "legend.clr") == CLASSES
    for name in ("m.tif", "m.hdr", "m.mat"):
        assert np.array_equal(read_classes(out / name).array, read_classes(source).array)
        record = provenance.load(out / name, read_classes(out / name).array)
        assert record is not None
        assert record.commands[0] == "hsigui classify ...", "it is still known how the map came to be"
        assert record.commands[1:] == (f"hsigui export {source.resolve()} --out {name} --title Wood",)
    assert "changed by the filters" not in capsys.readouterr().out


def test_filters_work_on_a_copy_and_are_in_its_record(source, tmp_path, capsys):
    before = source.read_bytes()
    assert main(["export", str(source), "--out", str(tmp_path / "m.tif"), "--sieve", "5", "--cog"]) == 0
    assert source.read_bytes() == before
    array = read_classes(tmp_path / "m.tif").array
    assert np.array_equal(array, sieved(read_classes(source).array, 5))
    assert array[10, 10] == 1
    assert "1 pixels were changed" in capsys.readouterr().out
    record = provenance.load(tmp_path / "m.tif", array)
    assert record is not None
    assert record.settings["Map"] == {"smoothing": 0, "sieve (pixels, connectivity)": "5, 4"}


def test_a_mapping_unit_can_be_an_area(source, tmp_path, capsys):
    raster = read_classes(source)
    lies = raster.geo, raster.array.shape
    assert smallest_unit("20", *lies) == 20
    assert smallest_unit("1800m2", *lies) == 2
    assert smallest_unit("0.5 ha", *lies) == 6  # 900 square metres a pixel
    with pytest.raises(HsiError, match="no mapping unit"):
        smallest_unit("much", *lies)
    with pytest.raises(HsiError, match="not known"):
        smallest_unit("1ha", Geo(), raster.array.shape)
    words = ["export", str(source), "--out", str(tmp_path / "m.gpkg"), "--mmu", "0.2ha", "--simplify", "1"]
    assert main(words) == 0
    assert main([*words[:3], str(tmp_path / "x.gpkg"), "--mmu", "-1"]) != 0


def test_a_format_that_does_not_suit_keeps_none_of_the_others_back(source, tmp_path, capsys):
    raster = read_classes(source)
    write_classes(tmp_path / "flat.tif", raster.array, CLASSES, Geo())  # without a place on the earth
    words = ["export", str(tmp_path / "flat.tif"), "--out", *(str(tmp_path / n) for n in ("x.kmz", "x.gpkg"))]
    assert main([*words, "--legend", str(tmp_path / "x.csv")]) == 1
    assert "x.kmz was not written" in capsys.readouterr().err
    assert (tmp_path / "x.gpkg").exists()
    assert (tmp_path / "x.csv").exists()
    assert not (tmp_path / "x.kmz").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--out", "m.webp"], "which format"),
        (["--out", "m.tif", "--legend", "m.txt"], "which format"),
        (["--out", "m.tif", "m.tif"], "overwrite"),
        (["--out", "m.tif", "--majority", "4"], "window"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is(source, tmp_path, monkeypatch, capsys, words, said):
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    assert main(["export", str(source), *words]) == 1
    assert said in capsys.readouterr().err
    assert list(work.iterdir()) == []


def test_a_card_needs_a_run_and_a_report(tmp_path, capsys):
    (tmp_path / "report.json").write_text(json.dumps({"accuracy": {"oa": 1, "kappa": 1, "n_test": 3}}))
    assert main(["card", str(tmp_path), "--report", str(tmp_path / "report.json")]) == 1
    assert "not a run folder" in capsys.readouterr().err
    (tmp_path / "report.json").write_text("{")
    assert main(["card", str(tmp_path), "--report", str(tmp_path / "report.json")]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_a_card_does_not_take_the_accuracy_of_another_run(tmp_path, capsys, monkeypatch):
    """What a run is, is told by its weights; a classifier by the labels that it was fitted to."""
    run, report, kept = tmp_path / "run", tmp_path / "report.json", []
    run.mkdir()
    (run / "weights.safetensors").write_bytes(b"weights")
    (run / "probe.json").write_text(json.dumps({"fitted": {"labels_sha256": "one"}}), encoding="utf-8")
    monkeypatch.setattr(model_card, "keep_accuracy", lambda *given: kept.append(given) or (run / "README.md",))

    def card(**hashes: str) -> tuple[int, str]:
        report.write_text(json.dumps({"accuracy": {"oa": 0.9}, "hashes": hashes}), encoding="utf-8")
        code = main(["card", str(run), "--report", str(report)])
        return code, capsys.readouterr().err

    own = hashlib.sha256(b"weights").hexdigest()
    code, said = card(weights="0" * 64, labels="one")
    assert (code, kept) == (1, [])
    assert "measured a map of another run" in said
    assert card(weights=own, labels="one") == (0, "")
    assert kept == [(run, {"oa": 0.9}, "report.json")]
    code, said = card(weights=own, labels="two")
    assert code == 0
    assert "fitted to other labels" in said
