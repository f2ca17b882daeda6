"""Options that would change nothing are refused before any work is done, by name."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes

SAMPLE = "sample truth.tif --out l.tif --rest r.tif"
MASKS = "--train-mask truth.tif --test-mask truth.tif"
CLASSIFY = "classify scene.hdr --run run"
TABLE = ClassTable((ClassInfo(1, "Oak", (10, 90, 20)), ClassInfo(2, "Sand", (220, 200, 90))))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a truth of six regions of two classes, and names of a scene and a run that are not read."""
    truth = np.zeros((30, 40), dtype=np.uint16)
    for number, (row, col, side) in enumerate(
        [(1, 1, 8), (1, 12, 6), (1, 24, 10), (14, 1, 9), (14, 15, 7), (14, 27, 5)]
    ):
        truth[row : row + side, col : col + side] = 1 + number % 2
    write_classes(tmp_path / "truth.tif", truth, TABLE)
    (tmp_path / "scene.hdr").write_text("no scene", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{SAMPLE} --guard 8", "by the splits block and region, not by random"),
        (f"{SAMPLE} --guard full", "by the splits block and region, not by random"),
        (f"{SAMPLE} --split strokes:2 --guard 4", "not by strokes"),
        (f"{SAMPLE} --run run", "not by random"),
        (f"{SAMPLE} --block 8", "by the split block, not by random"),
        (f"{SAMPLE} --split region --block 8", "not by region"),
        (f"{SAMPLE} --seed 1 --seeds 1,2", "named by --seeds"),
        (f"{SAMPLE} --strokes 2", "draws none: random"),
        (f"{SAMPLE} {MASKS} --per-class 3", "nothing is drawn"),
        (f"{SAMPLE} {MASKS} --guard 3", "nothing is drawn"),
        (f"{SAMPLE} {MASKS} --seed 3", "nothing is drawn"),
        (f"{CLASSIFY} --out m.tif --labels-variable a", "--labels-variable is of --labels"),
        (f"{CLASSIFY} --out m.tif --format .hdr", "--format is of the maps of --out-dir"),
        (f"{CLASSIFY} --out m.tif --table t.csv", "--table is of the maps of --out-dir"),
        (f"{CLASSIFY} --out m.tif --connectivity 8", "of the groups of --sieve"),
        (f"{CLASSIFY} --out m.hdr --cog", "--cog is for GeoTIFF"),
        ("export truth.tif --out m.tif --connectivity 8 --majority 3", "of the groups of --sieve"),
        ("export truth.tif --out m.hdr --cog", "--cog is for GeoTIFF"),
        ("export truth.tif --out m.tif --simplify 1", "--simplify is for polygons"),
        ("export truth.tif --out m.tif --mmu 5", "--mmu is for polygons"),
        ("export truth.tif --out m.tif --bare", "--bare is for pictures"),
        ("evaluate truth.tif --truth truth.tif --variable a", "--variable is of --cube"),
        ("evaluate truth.tif --truth truth.tif --labels-variable a", "--labels-variable is of --labels"),
        ("evaluate truth.tif --truth truth.tif --cube scene.hdr", "--cube is for the spectra in the report"),
        (f"{SAMPLE} --variable a", "truth.tif holds nothing that could be chosen"),
        (f"{CLASSIFY} --out m.tif --labels truth.tif --labels-variable a", "truth.tif holds nothing"),
        (f"{CLASSIFY} --out m.tif --labels truth.tif --variable a", "scene.hdr holds nothing"),
        ("evaluate truth.tif --truth truth.tif --truth-variable a", "truth.tif holds nothing"),
        ("evaluate truth.tif --truth truth.tif --map-variable a", "truth.tif holds nothing"),
        ("export truth.tif --out m.tif --variable a", "truth.tif holds nothing"),
        ("labels truth.tif m.tif --variable a", "truth.tif holds nothing"),
        ("labels truth.tif m.tif --resample", "to the pixels of --scene"),
        ("info scene.hdr --variable a", "scene.hdr holds nothing"),
        ("pretrain scene.hdr --out run --method svm-raw --epochs 5", "learns nothing"),
        ("pretrain scene.hdr --out run --method svm-raw --monitor-labels truth.tif", "learns nothing"),
        ("pretrain scene.hdr --out run --no-monitor --patience 5", "nobody watches"),
        ("pretrain scene.hdr --out run --no-monitor --monitor-labels truth.tif", "nobody watches"),
        ("pretrain scene.hdr --out run --monitor-labels-variable a", "is of --monitor-labels"),
        ("study scene.hdr --truth truth.tif --out s --guard 4", "of the split block"),
        ("study scene.hdr --truth truth.tif --out s --block 4 --split strokes:2", "of the split block"),
        ("study scene.hdr --truth truth.tif --out s --labels 5 --split strokes:2", "own number of pixels"),
    ],
)  # fmt: skip
def test_an_option_without_effect_is_refused_by_name(here, line, said, capsys):
    before = sorted(path.name for path in here.iterdir())
    assert main(line.split()) == 1
    assert said in capsys.readouterr().err
    assert sorted(path.name for path in here.iterdir()) == before


@pytest.mark.parametrize("line", [
    f"{SAMPLE} --split block --block 4 --guard 0 --per-class 2", f"{SAMPLE} --split region --guard 0 --per-class 2",
    f"{SAMPLE} --split strokes:2x5", f"{SAMPLE} --seeds 1,2",
    "export truth.tif --out m.tif m.gpkg --sieve 4 --connectivity 8 --cog --mmu 2",
])  # fmt: skip
def test_with_what_they_are_for_the_same_options_are_taken(here, line):
    assert main(line.split()) == 0


def test_whole_regions_say_the_share_of_each_class_that_they_reached(here, capsys):
    assert main(f"{SAMPLE} --split region --percent 30 --guard 0".split()) == 0
    told = capsys.readouterr().err
    record = json.loads((here / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    train, truth = (read_classes(here / name).array for name in ("l.tif", "truth.tif"))
    for number, name in ((1, "Oak"), (2, "Sand")):
        share = 100 * np.count_nonzero(train == number) / np.count_nonzero(truth == number)
        assert record["reached"][name] == pytest.approx(share, abs=0.01)
        assert f"{name} {share:.1f} %" in told
    assert main(f"{SAMPLE} --split region --per-class 4 --guard 0 --overwrite".split()) == 0
    assert "whole training regions" not in capsys.readouterr().err
