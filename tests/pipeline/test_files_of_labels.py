"""Which file holds the labels of a map, and how it is to be read for that."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import scipy.io

from hsigui.cube.cube import Geo
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.pipeline.result import LabelOrigin, Result


def test_the_field_of_shapes_is_found_that_makes_the_labels(tmp_path):
    squares = [
        {"type": "Feature", "properties": {"Jahr": 2020 + n, "Nutzung": 3 - n, "Bemerkung": "x"},
         "geometry": {"type": "Polygon",
                      "coordinates": [[[n * 4, 1], [n * 4 + 3, 1], [n * 4 + 3, 4], [n * 4, 4], [n * 4, 1]]]}}
        for n in range(3)
    ]  # fmt: skip
    path = tmp_path / "Felder.geojson"
    told = {"type": "FeatureCollection", "hsigui": {"coordinates": "pixels"}, "features": squares}
    path.write_text(json.dumps(told), encoding="utf-8")
    wanted = read_classes(path, grid=Grid(8, 12, Geo()), variable="Nutzung").array
    assert wanted.max() == 3
    made = SimpleNamespace(
        labels=None, origin=LabelOrigin((tmp_path / "moved.tif", path)), trained_on=wanted,
        cube=SimpleNamespace(rows=8, cols=12, geo=Geo()),
    )  # fmt: skip
    found = Result.label_files(made)
    assert (found.labels, found.variable) == (path, "Nutzung")
    made.trained_on = np.where(wanted == 2, 1, wanted).astype(np.uint16)
    assert Result.label_files(made).labels is None, "they were changed since"


def test_the_array_of_several_is_found_likewise(tmp_path):
    path = tmp_path / "both.mat"
    one, other = np.zeros((6, 5), np.uint8), np.zeros((6, 5), np.uint8)
    one[1], other[2] = 1, 2
    scipy.io.savemat(path, {"one": one, "other": other})
    made = SimpleNamespace(
        labels=None, origin=LabelOrigin((path,)), trained_on=other.astype(np.uint16),
        cube=SimpleNamespace(rows=6, cols=5, geo=Geo()),
    )  # fmt: skip
    assert Result.label_files(made).variable == "other"
