"""A run on another cube: the same map, a refusal, or a word, for whatever a second cube may differ in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hsigui import api
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.pipeline import live
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import KeptClassifier, Labels

UNUSED = 3  # a band that is bad in the scene of the run
BANDS = 14


@dataclass(frozen=True)
class Trained:
    """A run with its scene, labels and map."""

    cube: Cube
    labels: Labels
    kept: KeptClassifier
    map: NDArray[np.uint16]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Trained:
    scene = demo_scene(seed=1, rows=32, cols=32, bands=BANDS)
    bad = tuple(n == UNUSED for n in range(BANDS))
    centres = tuple(scene.cube.info.wavelengths)
    info = CubeInfo(wavelengths=centres, fwhm=(8.0,) * BANDS, bad_bands=bad, nodata=-9.0)
    cube = Cube(ArraySource(scene.cube.read()), info, name="ref")
    labels = api.sample(scene.truth, 8, cube=cube).train
    encoder = api.pretrain(cube, "spatial-only", device="cpu")
    result = api.classify(features := api.embed(cube, encoder), api.fit(features, labels))
    folder = tmp_path_factory.mktemp("run")
    api.save(encoder, folder)
    api.keep(result, folder)
    return Trained(cube, labels, api.load_classifier(folder), result.array)


def other(cube: Cube, values: NDArray[Any] | None = None, **info: Any) -> Cube:
    """The cube with other values or another description."""
    stored = cube.read() if values is None else values
    return Cube(ArraySource(stored), replace(cube.info, **info), name="other")


def whole(cube: Cube, times: float) -> NDArray[np.int32]:
    return np.rint(cube.read() * times).astype(np.int32)


def in_order(cube: Cube, order: list[int], **info: Any) -> Cube:
    """The bands of the cube in another order, some perhaps missing."""
    own = cube.info
    picked = {name: tuple(getattr(own, name)[n] for n in order) for name in ("wavelengths", "fwhm", "bad_bands")}
    return Cube(ArraySource(cube.read()[..., order]), replace(own, **picked | info), name="other")


def marked(*bad: int) -> tuple[bool, ...]:
    return tuple(n in (UNUSED, *bad) for n in range(BANDS))


def with_band(cube: Cube, number: int, value: float, **info: Any) -> Cube:
    """The cube with one value in a whole band."""
    values = cube.read()
    values[..., number] = value
    return other(cube, values, **info)


def shifted(cube: Cube, share: float) -> Cube:
    """The cube with centres that lie a share of the spacing further."""
    step = float(np.median(np.diff(cube.info.wavelengths)))
    return other(cube, wavelengths=tuple(w + share * step for w in cube.info.wavelengths))


def with_pixel(cube: Cube, band: int | slice, value: float, **info: Any) -> Cube:
    values = cube.read()
    values[5, 6, band] = value
    return other(cube, values, **info)


EVERY = list(range(BANDS))
SAME: dict[str, Callable[[Cube], Cube]] = {
    "the same": other,
    "whole numbers with their scale": lambda c: other(c, whole(c, 1e6), scale=1e6, nodata=None),
    "float64": lambda c: other(c, c.read().astype(np.float64)),
    "the unused band good": lambda c: other(c, bad_bands=()),
    "the unused band broken": lambda c: with_band(c, UNUSED, 65535.0),
    "the unused band broken and good": lambda c: with_band(c, UNUSED, 65535.0, bad_bands=()),
    "the unused band without data": lambda c: with_band(c, UNUSED, -9.0, bad_bands=()),
    "the unused band missing": lambda c: in_order(c, [n for n in EVERY if n != UNUSED]),
    "no widths": lambda c: other(c, fwhm=()),
    "centres a little off": lambda c: shifted(c, 0.005),
    "another no-data value": lambda c: other(c, nodata=-1.0),
    "no no-data value": lambda c: other(c, nodata=None),
    "zero for no-data": lambda c: other(c, nodata=0.0),
}  # fmt: skip
SAME_AND_TOLD: dict[str, tuple[Callable[[Cube], Cube], str]] = {
    "bands in reverse": (lambda c: in_order(c, EVERY[::-1]), "bands are matched"),
    "two bands changed places": (lambda c: in_order(c, [1, 0, *EVERY[2:]]), "bands are matched"),
    "centres off by a fifth": (lambda c: shifted(c, 0.2), "nm off"),
    "no wavelengths": (lambda c: other(c, wavelengths=(), fwhm=()), "names no wavelengths"),
    "wide bands": (lambda c: other(c, fwhm=(40.0,) * BANDS), "5 times as wide"),
}
TOLD: dict[str, tuple[Callable[[Cube], Cube], str]] = {
    "a fifth of the values": (lambda c: other(c, c.read() * 0.2), "--scale 0.2"),
    "five times the values": (lambda c: other(c, c.read() * 5), "--scale 5"),
    "half as much again": (lambda c: other(c, c.read() * 1.5), "--scale 1.5"),
    "whole numbers without their scale": (lambda c: other(c, whole(c, 1e4)), "--scale 10000"),
    "a broken band that is not marked": (lambda c: with_band(c, 6, 65535.0), "are these bands broken"),
    "another offset": (lambda c: other(c, c.read() + np.float32(0.4) * np.linspace(-1, 3, BANDS, dtype=np.float32)),
                       "outside of what the run saw"),
}  # fmt: skip
# Of which a kept classifier can say more than the encoder: it knows how the bands of its scene went together.
TOLD_BY_THE_KEPT: dict[str, tuple[Callable[[Cube], Cube], str]] = {
    "a gain that rises by a tenth": (lambda c: other(c, c.read() * np.linspace(0.9, 1.1, BANDS, dtype=np.float32)),
                                     "shapes of its spectra"),
    "a gain that waves": (lambda c: other(c, c.read() * (1 + 0.05 * np.sin(np.arange(BANDS))).astype(np.float32)),
                          "shapes of its spectra"),
    "noise": (lambda c: other(c, c.read() + np.random.default_rng(0).normal(0, 0.05, c.shape).astype(np.float32)),
              "so much more noise"),
}  # fmt: skip
REFUSED: dict[str, tuple[Callable[[Cube], Cube], str]] = {
    "a used band marked bad": (lambda c: with_band(c, 6, 65535.0, bad_bands=marked(6)), "marked bad in other: {at} nm"),
    "the same in reverse": (lambda c: in_order(with_band(c, 6, 65535.0, bad_bands=marked(6)), EVERY[::-1]),
                            "marked bad in other: {at} nm"),
    "the same without wavelengths": (lambda c: with_band(c, 6, 9.0, bad_bands=marked(6), wavelengths=(), fwhm=()),
                                     "marked bad in other: band 7"),
    "a used band missing": (lambda c: in_order(c, [n for n in EVERY if n != 6]), "no band within"),
    "half of the bands": (lambda c: in_order(c, EVERY[:7]), "no band within"),
    "other bands by number": (lambda c: other(in_order(c, EVERY[1:]), wavelengths=(), fwhm=()), "13 bands, the run"),
    "wavelengths of another unit": (lambda c: other(c, wavelengths=tuple(w / 1000 for w in c.info.wavelengths)),
                                    "none in common"),
    "all bands bad": (lambda c: other(c, bad_bands=(True,) * BANDS), "Every band of other is marked bad"),
}  # fmt: skip


def mapped(trained: Trained, cube: Cube, new_labels: bool) -> Result:
    """The map of another cube by the kept classifier, or from labels of its own."""
    if not new_labels:
        return api.classify(cube, trained.kept)
    features = api.embed(cube, trained.kept.encoder)
    return api.classify(features, api.fit(features, trained.labels))


def said(result: Result) -> str:
    return " ".join(result.brought.words) if result.brought is not None else ""


@pytest.mark.parametrize("new_labels", [False, True], ids=["kept", "new labels"])
@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_a_cube_that_is_the_same_to_the_run_has_the_same_map_without_a_word(trained, change, new_labels):
    result = mapped(trained, change(trained.cube), new_labels)
    assert np.array_equal(result.array, trained.map)
    assert said(result) == ""


@pytest.mark.parametrize("new_labels", [False, True], ids=["kept", "new labels"])
@pytest.mark.parametrize(("change", "words"), SAME_AND_TOLD.values(), ids=SAME_AND_TOLD)
def test_what_was_done_to_have_the_same_map_is_told_and_in_the_record(trained, change, words, new_labels):
    result = mapped(trained, change(trained.cube), new_labels)
    assert np.array_equal(result.array, trained.map)
    assert words in said(result)
    assert words in result.record().settings["Brought to the run"]["bands"]


@pytest.mark.parametrize("new_labels", [False, True], ids=["kept", "new labels"])
@pytest.mark.parametrize(("change", "words"), TOLD.values(), ids=TOLD)
def test_values_that_the_run_never_saw_are_told_and_in_the_record(trained, change, words, new_labels):
    result = mapped(trained, change(trained.cube), new_labels)
    assert words in said(result)
    assert words in result.record().settings["Brought to the run"]["values"]


@pytest.mark.parametrize(("change", "words"), TOLD_BY_THE_KEPT.values(), ids=TOLD_BY_THE_KEPT)
def test_spectra_of_other_shapes_are_told_where_no_band_lies_far_off(trained, change, words):
    result = mapped(trained, change(trained.cube), False)
    assert np.mean(result.array == trained.map) < 0.6
    assert words in said(result)
    assert words in result.record().settings["Brought to the run"]["values"]


@pytest.mark.parametrize("fields", ["mixed", "farmland", "trees"])
def test_other_land_in_the_same_unit_is_mapped_without_a_word(trained, fields):
    land = demo_scene(seed=2, rows=32, cols=32, bands=BANDS, fields=fields).cube
    assert said(mapped(trained, other(trained.cube, land.read()), False)) == ""


@pytest.mark.parametrize("new_labels", [False, True], ids=["kept", "new labels"])
@pytest.mark.parametrize(("change", "words"), REFUSED.values(), ids=REFUSED)
def test_a_cube_that_lacks_what_the_run_reads_is_refused_by_name(trained, change, words, new_labels):
    at = f"{trained.cube.info.wavelengths[6]:.1f}"
    with pytest.raises(HsiError) as refused:
        mapped(trained, change(trained.cube), new_labels)
    assert words.format(at=at) in refused.value.message
    assert refused.value.hint


@pytest.mark.parametrize("band", [6, slice(None)], ids=["in one band", "in all bands"])
@pytest.mark.parametrize("value", [-9.0, np.nan], ids=["no-data", "NaN"])
def test_pixels_without_data_have_no_class_and_no_others_lose_theirs(trained, band, value):
    result = mapped(trained, with_pixel(trained.cube, band, value), False)
    assert result.array[5, 6] == 0
    assert np.count_nonzero(result.array == 0) == 1
    unused = mapped(trained, with_pixel(trained.cube, UNUSED, value, bad_bands=()), False)
    assert np.array_equal(unused.array, trained.map)


def test_the_scale_that_is_proposed_gives_the_same_map(trained):
    cube = other(trained.cube, trained.cube.read() * np.float32(5))
    mended = cube.with_info(replace(cube.info, scale=5.0))
    assert np.array_equal(mapped(trained, mended, False).array, trained.map)


def test_the_window_tells_the_same_and_has_it_in_its_records(trained):
    told: list[str] = []
    cube = other(trained.cube, trained.cube.read() * np.float32(5))
    made = live.restore_run(CallbackContext(warn=told.append), cube, trained.kept.folder)
    assert "--scale 5" in told[-1]
    assert made.features.valid.all()
    shown = replace(mapped(trained, cube, True), brought=None)
    assert "--scale 5" in shown.record().settings["Brought to the run"]["values"]
    own = replace(mapped(trained, trained.cube, True), brought=None)
    assert "Brought to the run" not in own.record().settings


def test_wavelengths_that_are_edited_after_a_map_was_made_keep_no_record_back(trained):
    edited = tuple(w / 1000 for w in trained.cube.info.wavelengths)
    own = mapped(trained, trained.cube, True)
    assert "Brought to the run" not in replace(own, cube=other(trained.cube, wavelengths=edited)).record().settings
    louder = other(trained.cube, trained.cube.read() * np.float32(5))
    of_other = replace(mapped(trained, louder, True), brought=None, cube=other(louder, wavelengths=edited))
    assert "none in common" in of_other.record().settings["Brought to the run"]["bands"]
