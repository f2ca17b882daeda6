"""A report with everything: several draws, a comparison, areas, spectra, a split, matches; page, JSON and schema."""

from __future__ import annotations

import csv
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hsigui.assets import resource
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.area import area_estimate
from hsigui.report.compare import mcnemar, paired
from hsigui.report.context import (
    ChoosingLabels,
    ClassMatch,
    ClassSpectrum,
    Comparison,
    ReportContext,
    Spectra,
    SplitFacts,
)
from hsigui.report.document import as_json
from hsigui.report.draws import added_up, summarised
from hsigui.report.maps import legend_rows
from hsigui.report.metrics import Accuracy, accuracy
from hsigui.report.reliability import reliability
from hsigui.report.split_map import split_png
from hsigui.report.write import write_report
from tests.report.test_write import Page, words

TABLE = ClassTable((ClassInfo(1, "Soil", (170, 119, 68)), ClassInfo(2, "Crop & co", (0, 158, 115))))
TRUTH = np.array([[1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2]])
MAPS = (np.array([[1, 1, 1, 2, 1, 2, 2, 2, 1, 2, 2, 2]]), np.array([[1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 1, 2]]))
TRAIN = (np.array([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]]), np.array([[0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]]))


def figures() -> list[Accuracy]:
    return [accuracy(drawn, TRUTH, TABLE, train) for drawn, train in zip(MAPS, TRAIN, strict=True)]


def everything() -> tuple[Accuracy, ReportContext]:
    found = figures()
    right = MAPS[0] == TRUTH, MAPS[1] == TRUTH
    spectrum = (0.1, math.nan, 0.3, 0.35, 0.2)
    context = ReportContext(
        title="All of it", cube_name="scene", rows=1, cols=12, bands=5, settings={"Map": {"smooth": 1}},
        seeds={"draws of labels": [0, 1]}, versions={"hsigui": "1"}, device="cpu", seconds={"pretraining": 1.5},
        commands=("hsigui x",), transductive=True, legend=legend_rows(MAPS[0], TABLE), pixel_area_m2=900.0,
        areas="Areas are on the ellipsoid.", class_areas_m2={1: 4_500.0},
        notes=("A note.",), created="2024-05-06T07:08:09+00:00", hashes={"cube": "abc", "weights": "def"},
        split=SplitFacts("10 pixels a class", 3, 8, 7, 20, 0, ("Sea",), influence={"": 9},
                         chosen_by=(ChoosingLabels("the epoch", "truth.tif", "12ab", 40, 7),)),
        matches=(ClassMatch(4, "bare soil", 1, "Soil", "asked"), ClassMatch(9, "Ice", 9, "Ice", "new")),
        spectra=Spectra((400, 500, 600, 700, 800),
                        (ClassSpectrum(1, "Soil", (170, 119, 68), 5, spectrum, (0.01, math.nan, 0.02, 0.0, 0.1)),)),
        area=area_estimate(accuracy(MAPS[0], TRUTH, TABLE), {1: 500, 2: 700}, "stratified",
                           {1: 450_000.0, 2: 630_000.0}),
        draws=summarised(found, ["map-0.tif", "map-1.tif"], [0, None]),
        comparison=Comparison("map-0.tif", "other.tif", (mcnemar(right[0][0], right[1][0]),) * 2,
                              ({"oa": (0.8, 0.7), "aa": (0.8, 0.7), "kappa": (0.6, math.nan)},) * 2,
                              {name: paired([0.8, 0.9], [0.7, 0.6]) for name in ("oa", "aa", "kappa")}),
        reliability=reliability(np.full(TRUTH.shape, 0.75), MAPS[0], TRUTH, TABLE),
    )  # fmt: skip
    return added_up(found), context


def keys_of(value: object) -> set[str]:
    """Every key of nested objects."""
    if isinstance(value, dict):
        return set(value) | {key for part in value.values() for key in keys_of(part)}
    if isinstance(value, list):
        return {key for part in value for key in keys_of(part)}
    return set()


def test_the_schema_names_every_key_and_no_other():
    document = as_json(*everything(), "2024")
    chosen = {"settings", "seeds", "versions", "hashes", "seconds"}  # whose keys are names of things
    written = keys_of({k: v for k, v in document.items() if k not in chosen}) | chosen
    text = Path(str(resource("help"))).joinpath("report-json.md").read_text(encoding="utf-8")
    named = {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"^[a-z_0-9]+$", code)}
    assert written - named == set()
    values = {"weights", "labels", "reference", "cube", "asked", "new", "stratified", "random", "evaluate", "null"}
    assert named - written - values == set()


def test_the_json_is_strict_and_undefined_figures_are_null(tmp_path):
    measured, context = everything()
    write_report(tmp_path, measured, context=context)
    values = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert values["accuracy"]["oa_interval"] is None, "draws added up have no interval"
    assert values["draws"]["oa"]["draws"] == 2
    assert values["draws"]["runs"][1]["seed"] is None
    assert values["draws"]["runs"][0]["accuracy"]["oa_interval"] is not None
    assert values["comparison"]["draws"][0]["chi_square"] is None, "exact"
    assert values["comparison"]["draws"][0]["kappa"] == [0.6, None]
    assert values["spectra"]["classes"][0]["mean"][1] is None
    assert values["area"]["classes"][0]["hectares"] == pytest.approx(values["area"]["classes"][0]["pixels"] * 0.09)
    assert (values["areas"], values["map"][0]["hectares"]) == ("Areas are on the ellipsoid.", 0.45)
    assert values["split"]["not_tested"] == ["Sea"]


def test_the_page_tells_everything(tmp_path):
    measured, context = everything()
    written = write_report(tmp_path, measured, context=context, split_png=split_png(TRAIN[0], TRUTH - TRAIN[0]))
    assert {"draws.csv", "area.csv", "reliability.csv", "reliability-classes.csv"} < {path.name for path in written}
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    text = words(page.text)
    oa = [f.oa for f in figures()]
    for part in (
        f"Overall accuracy{100 * np.mean(oa):.2f}± {100 * np.std(oa, ddof=1):.2f} %2 draws",
        "Training pixels10 pixels a class", "Pixels in both parts0", "Guard band8 pixels",
        "How far the map looks9 pixels in an even field; all pixels beyond weigh less than 1 % together. Around some",
        "Half the encoder’s receptive field7 pixels: what it sees of some test pixels holds training pixels",
        "Nothing left to testSea", "Compared with other.tif", "Areas estimated from the test pixels",
        "draws of labels0, 1", "cubeabc", "weightsdef", "4bare soil1Soilrequest",
        "9Icenonethe reference has no such class", "map-1.tifn/a", "saw all pixels of this scene without labels",
    ):  # fmt: skip
        assert part in text, part
    assert "is sure of these test pixels by 75.0 %" in text
    assert [tag for tag, _ in page.tags].count("svg") == 2, "a spectrum and the reliability diagram"
    assert [tag for tag, _ in page.tags].count("img") == 1


def test_a_masked_out_test_is_told_and_a_half_masked_one_too(tmp_path):
    measured, context = everything()
    alone = replace(context, draws=None, transductive=False, split=SplitFacts(seen=0, masked=400))
    write_report(tmp_path, measured, context=alone)
    text = words(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text)
    assert "No test pixel was in pretraining: 400 pixels of the scene were masked out of it." in text
    half = replace(context, draws=None, split=SplitFacts(seen=5, masked=400))
    write_report(tmp_path, measured, context=half)
    text = words(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text)
    assert f"The encoder saw 5 of the {measured.n_test} test pixels without labels (transductive)." in text


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (None, "together"),
        (0, "Around some test pixels that holds training pixels"),
        (3, "Of that, pixel, narrow hold no training pixel around a test pixel"),
        (40, "None of that holds a training pixel around a test pixel"),
    ],
)
def test_how_far_each_level_of_context_looks_is_told_beside_the_gap(tmp_path, gap, said):
    measured, context = everything()
    split = SplitFacts("drawn", gap, influence={"pixel": 0, "narrow": 3, "mid": 36}, seen=0)
    write_report(tmp_path, measured, context=replace(context, split=split))
    text = words(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text)
    told = text.split("How far the map looks")[1].split("Test pixels in pretraining")[0]
    assert told.startswith("pixel 0, narrow 3, mid 36 pixels in an even field")
    assert said in told
    assert ("training pixel" in told) == (gap is not None)


def test_that_the_choice_of_context_saw_all_pixels_and_no_test_label_is_told_where_it_is_so(tmp_path):
    measured, context = everything()
    for chooser, told in (("labels", True), ("user", False)):
        weighed = replace(context, settings={"Context": {"chosen by": chooser}})
        write_report(tmp_path, measured, context=weighed)
        text = words(Page((tmp_path / "report.html").read_text(encoding="utf-8")).text)
        assert ("see all pixels of the scene, test pixels included, but never a test label" in text) == told


def test_draws_are_summarised_by_class_and_added_up():
    found = figures()
    other = accuracy(
        np.array([[3, 3, 2]]), np.array([[3, 3, 2]]), ClassTable.for_numbers([2, 3]), np.array([[0, 0, 2]])
    )
    total = added_up([*found, other])
    assert total.classes == (1, 2, 3)
    assert total.matrix.sum() == sum(f.n_test for f in (*found, other))
    assert total.matrix[2, 2] == 2
    assert total.overlap == 2 + 2 + 1
    draws = summarised([*found, other], ["a", "b", "c"], [0, 1, 2])
    soil, third = draws.classes[0], draws.classes[2]
    assert soil.producers.draws == 2, "the third draw has none of it"
    assert soil.producers.mean == pytest.approx((found[0].producers[0] + found[1].producers[0]) / 2)
    assert third.producers.draws == 0, "not trained on"
    for mean in (draws.oa, draws.aa, soil.producers, soil.iou):
        assert 0 <= mean.interval.low <= mean.interval.high <= 1
    with pytest.raises(ValueError, match="1 names"):
        summarised(found, ["a"], [0, 1])


def test_the_draws_as_csv_end_with_mean_deviation_and_bounds(tmp_path):
    measured, context = everything()
    write_report(tmp_path, measured, context=context)
    rows = list(csv.reader((tmp_path / "draws.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0][:5] == ["draw", "seed", "oa", "aa", "kappa"]
    assert [row[0] for row in rows[1:]] == ["map-0.tif", "map-1.tif", "mean", "sd", "low", "high"]
    assert float(rows[3][2]) == pytest.approx(np.mean([float(rows[1][2]), float(rows[2][2])]), abs=1e-6)
