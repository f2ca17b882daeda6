"""Spectra that stand for classes: measures as defined, the nearest class of each pixel, ranked matches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import spectral

from hsigui.analysis import nearest as module
from hsigui.analysis.layer import Target
from hsigui.analysis.measures import MEASURES, RANKING, Fitted, Measure, measure
from hsigui.analysis.nearest import known_rows, nearest
from hsigui.analysis.on_scene import factor_between, on_scene
from hsigui.analysis.ranking import rank
from hsigui.analysis.references import Matching, Reference, grouped
from hsigui.commands.match_parser import MEASURES as NAMES
from hsigui.commands.match_parser import RANKING as RANKING_NAMES
from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, quiet
from hsigui.labels.classes import ClassInfo, ClassTable
from tests.analysis.scenes import cube_of, same_scene, spectra

ALL = [pytest.param(row, id=row.name) for row in RANKING]  # whose distances do not depend on the other spectra
WAVES = np.linspace(400, 2450, 42)


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch):
    monkeypatch.setattr(module, "TILE_VALUES", 4000)
    monkeypatch.setattr(module, "AT_ONCE", 64)


@pytest.fixture(scope="module")
def values():
    return spectra()


@pytest.fixture(scope="module")
def members(values):
    return values[[3, 9, 20, 28], [4, 0, 24, 11]].astype(np.float64)


def matching(members: np.ndarray, by: str = "sam", groups: str = "", **more: object) -> Matching:
    """Each of some spectra a class "a", "b" and so on, or those that a text names letter by letter."""
    letters = groups or "abcdefgh"
    return Matching(
        tuple(Reference(Target(f"s{n}", tuple(row.tolist())), letters[n]) for n, row in enumerate(members)), by, **more
    )


def depths_of(spectrum: np.ndarray) -> np.ndarray:
    """1 less the spectrum over its upper hull, by going round its corners one at a time."""
    hull = [0]
    while hull[-1] < len(spectrum) - 1:
        here = hull[-1]
        slopes = (spectrum[here + 1 :] - spectrum[here]) / (WAVES[here + 1 :] - WAVES[here])
        hull.append(here + 1 + int(np.argmax(slopes)))
    return 1 - spectrum / np.interp(WAVES, WAVES[hull], spectrum[hull])


def slow(by: str, one: np.ndarray, other: np.ndarray) -> float:
    """The distance of a spectrum to a reference, straight from its definition."""
    one, other = one.astype(np.float64), other.astype(np.float64)
    if by == "sam":
        return float(spectral.spectral_angles(one[None, None], other[None])[0, 0, 0])
    if by == "sid":
        p, q = one / one.sum(), other / other.sum()
        return float(np.sum(p * np.log(p / q)) + np.sum(q * np.log(q / p)))
    if by == "euclid":
        return float(np.sqrt(np.mean((one - other) ** 2)))
    (scale,), left, *_ = np.linalg.lstsq(depths_of(other)[:, None], depths_of(one), rcond=None)
    return float(np.sqrt(left[0] / len(one)) / scale) if scale > 0 else np.inf


@pytest.mark.parametrize("row", ALL)
def test_the_nearest_class_and_the_next_are_those_of_a_slow_loop(row: Measure, values, members):
    found = nearest(cube_of(values), matching(members, row.name), quiet())
    part = values[::7, ::6]
    wanted = np.array([[[slow(row.name, pixel, m) for m in members] for pixel in line] for line in part])
    ordered = np.sort(wanted, axis=2)
    np.testing.assert_allclose(found.distance[::7, ::6], ordered[..., 0], rtol=2e-3, atol=3e-6)
    np.testing.assert_allclose(found.second[::7, ::6], ordered[..., 1], rtol=2e-3, atol=3e-6)
    clear = ordered[..., 1] - ordered[..., 0] > 1e-5
    np.testing.assert_array_equal(found.classes[::7, ::6][clear], wanted.argmin(axis=2)[clear] + 1)
    assert found.valid.all()
    assert ((found.likeness >= 0) & (found.likeness <= 1)).all()


@pytest.mark.parametrize("row", ALL)
def test_of_a_class_with_several_spectra_the_nearest_counts(row: Measure, values, members):
    apart = nearest(cube_of(values), matching(members, row.name), quiet())
    together = nearest(cube_of(values), matching(members, row.name, "abab"), quiet())
    np.testing.assert_array_equal(together.classes, (apart.classes - 1) % 2 + 1)
    np.testing.assert_array_equal(together.distance, apart.distance)
    assert (together.second >= apart.second).all()


@pytest.mark.parametrize("row", ALL)
def test_a_spectrum_is_nearest_to_itself_whatever_the_class_beside_it(row: Measure, members):
    scene = cube_of(members[None].astype(np.float32))
    found = nearest(scene, matching(members.astype(np.float32).astype(float), row.name), quiet())
    assert found.classes.tolist() == [[1, 2, 3, 4]]
    assert float(found.distance.max()) < 1e-5
    assert float(found.likeness.min()) > 0.999


def test_brightness_counts_for_the_euclidean_distance_alone(values, members):
    bright = cube_of(values * 3)
    for row in MEASURES:
        plain, other = (nearest(scene, matching(members, row.name), quiet()) for scene in (cube_of(values), bright))
        same = np.allclose(plain.distance, other.distance, rtol=1e-3, atol=1e-5)
        assert same is not row.heeds_scale, row.name


def test_angles_of_the_largest_and_smallest_numbers_are_those_of_others(values, members):
    wanted = nearest(cube_of(values), matching(members), quiet())
    for factor in (1e30, 1e-30):
        found = nearest(cube_of((values * factor).astype(np.float32)), matching(members), quiet())
        np.testing.assert_allclose(found.distance, wanted.distance, atol=1e-5)


def test_every_way_in_which_a_scene_is_stored_gives_the_same(values, members, tmp_path):
    wanted = nearest(cube_of(values), matching(members), quiet())
    many = tuple(
        Reference(Target(str(n), tuple(row.tolist()), tuple(WAVES.tolist())), str(n)) for n, row in enumerate(members)
    )
    for name, scene in same_scene(values, tmp_path).items():
        found = nearest(scene, Matching(many), quiet())
        np.testing.assert_array_equal(found.classes, wanted.classes, err_msg=name)
        np.testing.assert_allclose(found.distance, wanted.distance, atol=2e-6, err_msg=name)


def test_a_source_whose_windows_are_dear_is_read_by_one_thread_to_the_same_end(values, members):
    class Dear(ArraySource):
        any_window_is_cheap = False

    wanted = nearest(cube_of(values), matching(members), quiet())
    dear = Cube(Dear(values), cube_of(values).info)
    np.testing.assert_array_equal(nearest(dear, matching(members), quiet()).classes, wanted.classes)


def test_a_part_of_a_scene_is_that_part_of_the_whole(values, members):
    whole = nearest(cube_of(values), matching(members), quiet())
    part = nearest(cube_of(values), matching(members), quiet(), box=(3, 2, 20, 19), step=2)
    np.testing.assert_array_equal(part.classes, whole.classes[3:20:2, 2:19:2])
    np.testing.assert_array_equal(part.distance, whole.distance[3:20:2, 2:19:2])


def test_a_threshold_leaves_pixels_out_and_computes_nothing_again(values, members):
    found = nearest(cube_of(values), matching(members), quiet())
    limit = float(np.median(found.distance))
    some = found.within(found.matching.within(limit))
    assert 0.4 < np.mean(some.decided == 0) < 0.6
    np.testing.assert_array_equal(some.decided > 0, found.distance <= np.float32(limit))
    one = found.within(found.matching.within(None, {"b": 0.0}))
    np.testing.assert_array_equal(one.decided == 0, (found.classes == 2) & (found.distance > 0))
    assert some.distance is found.distance
    with pytest.raises(ValueError, match="another"):
        found.within(matching(members, "sid"))


def test_without_data_there_is_no_class_and_that_is_no_unclassified_pixel(values, members):
    gone = values.copy()
    gone[2, 3, 7], gone[4, 5], gone[6, 7] = np.nan, np.inf, 0
    found = nearest(cube_of(gone), matching(members, threshold=0.5), quiet())
    assert [bool(found.valid[at]) for at in ((2, 3), (4, 5), (6, 7), (0, 0))] == [False, False, True, True]
    for at in ((2, 3), (4, 5), (6, 7)):  # black has no angle to anything
        assert found.decided[at] == 0
        assert np.isnan(found.distance[at])
    none = nearest(cube_of(np.full_like(values, np.nan)), matching(members), quiet())
    assert not none.valid.any()
    assert not none.classes.any()


def test_a_sum_beyond_float32_is_no_missing_value():
    rows = np.array([[3e38, 3e38], [np.nan, 1], [1, np.inf], [1, 2]], dtype=np.float32)
    assert known_rows(rows).tolist() == [True, False, False, True]


def test_one_pixel_one_class_and_the_fewest_bands(members):
    scene = cube_of(np.array([[[1, 2, 4]]], dtype=np.float32), wavelengths=(500.0, 600.0, 700.0))
    alone = Matching(tuple(grouped([Target("one", (1.0, 2.0, 4.0))])))
    found = nearest(scene, alone, quiet())
    assert (int(found.classes[0, 0]), np.isinf(found.second[0, 0])) == (1, True)
    assert found.share.tolist() == [[1.0]]
    two = cube_of(np.ones((1, 1, 2), dtype=np.float32))
    with pytest.raises(HsiError, match="fewer than 3 good bands"):
        nearest(two, Matching(tuple(grouped([Target("one", (1.0, 2.0))]))), quiet())


def test_a_library_is_brought_to_the_bands_and_what_is_left_out_is_said(values):
    fine = np.arange(700.0, 2600.0, 2.0)
    curve = 0.3 + 0.1 * np.sin(fine / 200)
    one = Matching(tuple(grouped([Target("fine", tuple(curve.tolist()), tuple(fine.tolist()))])))
    scene = cube_of(values)
    found = on_scene(scene, one)
    waves = np.array(scene.info.wavelengths)
    assert found.bands.tolist() == np.flatnonzero(waves >= 700).tolist()
    np.testing.assert_allclose(found.values[0], 0.3 + 0.1 * np.sin(waves[found.bands] / 200), atol=1e-5)
    assert "6 of 42 good bands are left out" in found.notes[0]
    wide = on_scene(cube_of(values, fwhm=(100.0,) * 42), one)
    assert np.abs(wide.values[0] - found.values[0]).max() > 1e-4  # wide bands see less of a wave
    some = on_scene(scene, replace(one, first=1000.0, last=1500.0))
    assert [waves[some.bands].min() >= 1000, waves[some.bands].max() <= 1500] == [True, True]


def test_a_library_in_reflectance_fits_a_scene_in_ten_thousandths_where_brightness_counts(values, members):
    waves = tuple(WAVES.tolist())
    library = Matching(
        tuple(grouped(Target(f"s{n}", tuple(row.tolist()), waves) for n, row in enumerate(members))), "euclid"
    )
    whole = nearest(cube_of(np.round(values * 10_000).astype(np.int16)), library, quiet())
    plain = nearest(cube_of(values), library, quiet())
    assert whole.notes == ("The spectra were multiplied by 10000 to be in the units of the scene.",)
    assert plain.notes == ()
    assert np.mean(whole.classes == plain.classes) > 0.99
    own = nearest(cube_of(values * 10_000), matching(members, "euclid"), quiet())  # of the scene itself: as they are
    assert own.notes == ()


def test_factors_are_those_between_the_units_that_there_are():
    reflectance = np.full((2, 5), 0.3)
    assert [factor_between(level, reflectance) for level in (0.1, 3000.0, 40.0, 0.9, 0.0)] == [1, 1e4, 1e2, 1, 1]


@pytest.mark.parametrize(
    ("by", "change", "said"),
    [
        ("sam", {}, "holds no light"),
        ("sff", {}, "holds no light"),
        ("sid", {}, "holds no light"),
        ("none", {}, "There is no measure “none”"),
        ("sam", {"threshold": -1.0}, "-1.0 is no threshold"),
        ("sam", {"threshold": float("nan")}, "nan is no threshold"),
        ("sam", {"thresholds": {"z": 1.0}}, "There is no class “z”"),
        ("sam", {"first": 900.0, "last": 500.0}, "900 to 500 nm is no range"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(by, change, said, values):
    with pytest.raises(HsiError, match=said):
        nearest(cube_of(values), matching(np.zeros((1, 42)), by, **change), quiet())


def test_feature_fitting_needs_wavelengths_and_an_absorption(values, members):
    with pytest.raises(HsiError, match="needs the wavelengths of scene"):
        nearest(cube_of(values, wavelengths=()), matching(members, "sff"), quiet())
    with pytest.raises(HsiError, match="None of the spectra has an absorption"):
        nearest(cube_of(values), matching(np.ones((2, 42)), "sff"), quiet())
    some = np.stack([np.ones(42), members[1]])
    found = nearest(cube_of(values), matching(some, "sff"), quiet())
    assert set(np.unique(found.decided)) <= {0, 2}  # nothing is like what absorbs nowhere


def test_a_scale_and_what_a_fit_leaves_are_those_of_least_squares(members):
    deep = 1 - 1.7 * depths_of(members[0])
    fits = measure("sff").of(members, WAVES)
    fitted = fits.compare(deep[None].astype(np.float32))
    assert isinstance(fitted, Fitted)
    scale, rms = fitted.fits(np.array([0]))
    assert (float(scale[0]), float(rms[0])) == (pytest.approx(1.7, rel=1e-4), pytest.approx(0, abs=1e-5))


def test_a_search_can_be_stopped(values, members):
    def stop(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        nearest(cube_of(values), matching(members), CallbackContext(progress=stop))


def test_the_best_match_of_a_pixel_is_first_and_lies_close_to_it(values):
    scene, fine = cube_of(values), np.arange(350.0, 2500.0, 5.0)
    names = ("calm", "wave", "short", "dark")
    curves = [0.3 + 0 * fine, 0.3 + 0.1 * np.sin(fine / 150), np.where(fine < 800, 0.3, np.nan), 0 * fine]
    library = grouped((Target(n, tuple(c.tolist()), tuple(fine.tolist())) for n, c in zip(names, curves, strict=True)),
                      source="lib.sli")  # fmt: skip
    asked = (3 * (0.3 + 0.1 * np.sin(WAVES / 150))).astype(np.float32)
    asked[5] = np.nan
    found = rank(scene, asked, library, "sam", 5)
    assert [each.name for each in found.best] == ["wave", "calm"]
    assert found.left_out == 2
    assert "2 spectra are left out" in found.notes[0]
    best = found.best[0]
    assert best.distance < 0.01 < found.best[1].distance
    assert (best.bands, best.reference.source) == (41, "lib.sli")
    np.testing.assert_allclose(best.curve[10:], asked[10:], atol=0.02)
    assert [m.name for m in rank(scene, asked, library, "sff", 1).best] == ["wave"]
    with pytest.raises(HsiError, match="no values that could be compared"):
        rank(scene, np.full(42, np.nan), library)


@pytest.mark.parametrize("row", ALL)
def test_ranks_are_the_distances_of_the_map(row: Measure, values, members):
    scene, one = cube_of(values), matching(members, row.name)
    found = nearest(scene, one, quiet())
    ranked = rank(scene, values[11, 13], one.references, row.name)
    assert one.names.index(ranked.best[0].reference.group) + 1 == found.classes[11, 13]
    assert ranked.best[0].distance == pytest.approx(float(found.distance[11, 13]), rel=1e-3, abs=2e-6)


def test_classes_of_one_name_are_one_and_new_ones_are_added(members):
    table = ClassTable((ClassInfo(4, "A", (1, 2, 3)),))
    classes, numbers = matching(members, groups="aabc").classes(table)
    assert numbers == [4, 1, 2]
    assert [info.name for info in classes] == ["A", "b", "c"]
    both = matching(members, groups="aAbb", thresholds={"B": 0.1})
    assert (both.names, both.places.tolist()) == (("a", "b"), [0, 0, 1, 1])
    assert both.limits.tolist() == [np.inf, np.float32(0.1)]


def test_a_matching_comes_back_from_json_as_it_was(members):
    odd = members.copy()
    odd[0, 3] = np.nan
    one = replace(
        matching(odd, "sff", "aabc", threshold=0.2, thresholds={"c": 0.1}, first=500.0),
        references=(Reference(Target("Ä “x”", (1.0, 2.0, 3.0), (1.0, 2.0, 3.0)), "c", "/a b/ü.sli", (3, 4), True),),
    )
    assert Matching.from_json(one.to_json()) == one
    for broken in ({}, {**one.to_json(), "references": [{}]}, {**one.to_json(), "threshold": "much"}):
        with pytest.raises(HsiError, match="does not say how"):
            Matching.from_json(broken)


def test_the_commands_know_the_measures_of_the_table():
    assert tuple(row.name for row in MEASURES) == NAMES
    assert tuple(row.name for row in RANKING) == RANKING_NAMES
