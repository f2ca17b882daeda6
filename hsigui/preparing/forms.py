"""The fields of the steps, by their words; a step without a row here is edited as a text."""

from __future__ import annotations

from collections.abc import Mapping

from hsigui.preparing.fields import Bands, Choice, Ends, Field, File, Form, MapBox, Number, Way, Window
from hsigui.preparing.words import RESAMPLINGS
from hsigui.texts import say

MOST_PIXELS, MOST_BANDS = 10_000, 10_000
DARK, WHITE_DARK, PANEL, RESAMPLING = " --dark ", " --white-dark ", " --panel ", " --resampling "
AUTO = "auto"


def _one(*fields: Field) -> Form:
    return Form((Way("", "", fields),))


def _resampling() -> Choice:
    titles = {
        "nearest": say("nearest sample"), "bilinear": say("bilinear"), "cubic": say("cubic"), "average": say("mean"),
    }  # fmt: skip
    choices = tuple((word, titles.get(word, word)) for word in RESAMPLINGS)
    return Choice(say("Samples between pixels"), "nearest", mark=RESAMPLING, choices=choices)


def _kept(name: str) -> Number:
    return Number(name, AUTO, low=1, high=MOST_BANDS, instead=(AUTO, say("as many as hold signal")))


def _panel() -> Number:
    return Number(say("Reflectance of the panel"), mark=PANEL, hint="1", low=1e-6, high=10.0, whole=False)


def _reference(name: str, mark: str) -> File:
    return File(name, hint=say("a file, or rows of the scene such as 0:20"), mark=mark)


def _lines() -> Number:
    return Number(say("Lines around each"), "31", low=3, high=MOST_PIXELS, every=2)


FORMS: Mapping[str, Form] = {
    "rows": _one(Ends(say("Rows"), hint="FIRST:LAST", of="rows")),
    "cols": _one(Ends(say("Columns"), hint="FIRST:LAST", of="cols")),
    "box": _one(MapBox(say("Box of the map"), hint="X,Y,X,Y")),
    "inside": _one(File(say("Polygons"), hint=say("a file; ,FIELD=VALUE may follow"))),
    "grid": _one(File(say("Grid"), hint=say("another scene, or EPSG:32633,20")), _resampling()),
    "bands": _one(Bands(say("Bands"), hint="500-900,1500-1700")),
    "block-mean": _one(Number(say("Side of the squares"), "2", low=2, high=MOST_PIXELS, unit=say("pixels"))),
    "like": _one(File(say("Bands of"), hint=say("a sensor, a table of its bands, or a scene"), sensors=True)),
    "white": Form((
        Way(AUTO, say("beside the scene, as the camera's program names them"), (_panel(),)),
        Way("", say("named here"), (
            _reference(say("White reference"), ","), _reference(say("Dark reference"), DARK),
            _reference(say("Dark of the white one"), WHITE_DARK), _panel(),
        )),
    )),
    "flat-field": _one(Window(say("Area"), hint="10:20,30:50")),
    "empirical-line": _one(File(say("Targets"), hint=say("AREA=REFLECTANCE;AREA=REFLECTANCE, or a table (.csv)"))),
    "mark-bad": Form((
        Way("proposed", say("those that look bad")),
        Way("", say("named here"), (Bands(say("Bands"), hint="1-3,1350-1420", good=False),)),
    )),
    "despike": _one(
        Number(say("Standing out by"), "8", low=0.001, high=1e6, whole=False, unit=say("standard deviations"))
    ),
    "destripe": Form((
        Way("columns", say("columns: mean and spread"), (_lines(),)),
        Way("rows", say("rows: mean and spread"), (_lines(),)),
        Way("mnf", say("means of noise components"), (_kept(say("Components left as they are")),)),
    )),
    "denoise": Form((
        Way("mnf", say("minimum noise fraction"), (_kept(say("Components kept")),)),
        Way("pca", say("principal components"), (_kept(say("Components kept")),)),
    )),
    "smooth": Form((
        Way("savgol", say("polynomials (Savitzky-Golay)"), (
            Number(say("Window"), "7", low=3, high=999, every=2, unit=say("bands")),
            Number(say("Order"), "2", low=0, high=9),
        )),
        Way("gaussian", say("bell curve"), (
            Number(say("Width at half height"), "20", low=0.001, high=10_000, whole=False, unit="nm"),
        )),
    )),
    "normalise": Form((Way("l2", say("by their length")), Way("mean", say("by their mean")))),
}  # fmt: skip
