"""Statistics and separability of classes, held against numpy, slow formulas of another form, and Spectral Python."""

from __future__ import annotations

import numpy as np
import pytest
from spectral.algorithms.algorithms import TrainingClass, bdist

import hsigui
from hsigui.analysis import class_statistics
from hsigui.analysis.class_statistics import ClassStatistics, Statistics
from hsigui.analysis.separability import bhattacharyya, shrunk
from hsigui.analysis.statistics_csv import covariance_csv, separability_csv, statistics_csv
from tests.analysis.scenes import cube_of, derived, spectra


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Rows x cols x 6 bands, without data in a corner."""
    found = spectra(60, 50, 6, seed=3)
    found[:3, :4, 2] = np.nan
    return found


@pytest.fixture(scope="module")
def numbers(values) -> np.ndarray:
    """Class numbers in stripes, rows x cols: 1, 4 and 9, some pixels of none."""
    made = np.zeros(values.shape[:2], dtype=np.uint16)
    made[:20], made[20:41], made[45:] = 4, 1, 9
    made[::7] = 0
    return made


@pytest.fixture(scope="module")
def found(values, numbers) -> Statistics:
    return hsigui.statistics(cube_of(values), numbers)


def of(values: np.ndarray, numbers: np.ndarray, number: int) -> np.ndarray:
    """The spectra of a class that have data, as float64."""
    spectra = values[numbers == number].astype(float)
    return spectra[np.isfinite(spectra).all(axis=1)]


def test_the_figures_are_those_of_numpy(found, values, numbers):
    assert [each.info.number for each in found.classes] == [1, 4, 9]
    for each in found.classes:
        wanted = of(values, numbers, each.info.number)
        assert (each.pixels, each.drawn) == (len(wanted), len(wanted))
        np.testing.assert_allclose(each.mean, wanted.mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(each.deviation, wanted.std(axis=0, ddof=1), rtol=1e-6)
        np.testing.assert_allclose(each.covariance, np.cov(wanted.T), rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(each.correlation, np.corrcoef(wanted.T), rtol=1e-6, atol=1e-9)
        np.testing.assert_array_equal(each.least, wanted.min(axis=0))
        np.testing.assert_array_equal(each.most, wanted.max(axis=0))
        np.testing.assert_allclose(each.percentiles, np.percentile(wanted, found.percents, axis=0), rtol=1e-6)
    assert [each.without for each in found.classes] == [0, 8, 0]
    assert "8 pixels of Class 4 lack data" in found.notes[0]


def test_percentiles_of_a_large_class_are_of_a_draw_that_is_told(values, numbers, monkeypatch):
    monkeypatch.setattr(class_statistics, "KEPT_VALUES", 0)
    found = hsigui.statistics(cube_of(values), numbers)
    first = found.classes[0]
    whole = of(values, numbers, 1)
    assert 400 < first.drawn < 600 < first.pixels == len(whole)
    np.testing.assert_allclose(first.mean, whole.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(first.percentiles[2], np.median(whole, axis=0), atol=0.2 * whole.std())
    assert any("drawn at random" in note and "Class 1" in note for note in found.notes)


def test_only_the_bands_that_are_asked_for_decide_which_pixels_count(values, numbers):
    some = hsigui.statistics(cube_of(values), numbers, bands=[0, 5], percentiles=[50])
    assert some.names == ("Band 1", "Band 6")
    assert some.wavelengths == (400.0, 2450.0)
    assert [each.without for each in some.classes] == [0, 0, 0]
    assert some.classes[0].percentiles.shape == (1, 2)
    with pytest.raises(hsigui.HsiError, match="has no band 7"):
        hsigui.statistics(cube_of(values), numbers, bands=[6])


@pytest.mark.parametrize(
    ("names", "called"),
    [(("PC 1", "PC 2", "c", "d", "e", "f"), "PC 2"), (("PC",) * 6, "Band 2"), ((), "Band 2")],
)
def test_bands_without_wavelengths_are_called_by_their_names(values, numbers, names, called):
    cube = cube_of(values, wavelengths=(), band_names=names)
    assert hsigui.statistics(cube, numbers, bands=[1, 0]).names[0] == called


def test_a_layer_is_measured_as_bands_are(values, numbers):
    layer = derived(cube_of(values), "pca", components=2)
    found = hsigui.statistics(layer, numbers)
    assert found.names == ("PC 1", "PC 2")
    wanted = of(layer.array, numbers, 9)
    np.testing.assert_allclose(found.get(9).mean, wanted.mean(axis=0), rtol=1e-5, atol=1e-7)
    with pytest.raises(hsigui.HsiError, match="Bands are of a cube"):
        hsigui.statistics(layer, numbers, bands=[0])
    with pytest.raises(hsigui.HsiError, match="layer of classes"):
        hsigui.statistics(derived(cube_of(values), "kmeans", clusters=2), numbers)


def test_what_cannot_be_is_refused(values, numbers):
    cube = cube_of(values)
    with pytest.raises(hsigui.HsiError, match="No pixel has a class"):
        hsigui.statistics(cube, np.zeros_like(numbers))
    with pytest.raises(hsigui.HsiError, match=r"59 x 50 pixels, and the scene of 60 x 50"):
        hsigui.statistics(cube, numbers[1:])
    with pytest.raises(hsigui.HsiError, match="between 0 and 100"):
        hsigui.statistics(cube, numbers, percentiles=[101])
    with pytest.raises(hsigui.HsiError, match="only one"):
        hsigui.separability(cube, np.where(numbers == 4, 4, 0))


def test_a_class_without_data_has_no_figures_and_breaks_nothing(values, numbers):
    gone = np.where(np.isnan(values).any(axis=2), 3, numbers)
    found = hsigui.statistics(cube_of(values), gone)
    nothing = found.get(3)
    assert (nothing.pixels, nothing.without) == (0, 12)
    assert np.isnan(nothing.mean).all()
    parted = hsigui.separability(found)
    assert [np.isnan(pair.jeffries_matusita) for pair in parted.pairs] == [False] * 3 + [True] * 3
    assert any("Too few pixels" in note and "Class 3" in note for note in parted.notes)
    assert ",,,," in statistics_csv(found)
    assert "nan" not in statistics_csv(found) + separability_csv(parted) + covariance_csv(found)


def slow_distances(one: np.ndarray, two: np.ndarray) -> tuple[float, float]:
    """Both distances from the definitions, with explicit inverses and determinants; pixels x bands each."""
    m1, m2, s1, s2 = one.mean(axis=0), two.mean(axis=0), np.cov(one.T), np.cov(two.T)
    d = (m1 - m2)[:, None]
    middle = (s1 + s2) / 2
    b = (d.T @ np.linalg.inv(middle) @ d).item() / 8
    b += 0.5 * np.log(np.linalg.det(middle) / np.sqrt(np.linalg.det(s1) * np.linalg.det(s2)))
    i1, i2 = np.linalg.inv(s1), np.linalg.inv(s2)
    div = 0.5 * np.trace((s1 - s2) @ (i2 - i1)) + 0.5 * np.trace((i1 + i2) @ d @ d.T)
    return 2 * (1 - np.exp(-b)), 2 * (1 - np.exp(-div / 8))


def test_both_distances_are_those_of_the_definitions_and_the_worst_pair_is_first(values, numbers):
    parted = hsigui.separability(cube_of(values), numbers)
    assert len(parted.pairs) == 3
    for pair in parted.pairs:
        wanted = slow_distances(of(values, numbers, pair.first), of(values, numbers, pair.second))
        np.testing.assert_allclose((pair.jeffries_matusita, pair.divergence), wanted, rtol=1e-5)
        assert not pair.regularised
        assert not pair.few
    assert [pair.jeffries_matusita for pair in parted.pairs] == sorted(p.jeffries_matusita for p in parted.pairs)


def test_the_distance_of_bhattacharyya_is_that_of_spectral_python(found, values, numbers):
    one, two = found.get(1), found.get(9)
    theirs = []
    for number in (1, 9):
        picked = np.where(np.isfinite(values).all(axis=2), numbers == number, False)
        theirs.append(TrainingClass(values.astype(float), picked.astype(int), index=1))
        theirs[-1].calc_stats()
    ours = bhattacharyya((one.mean, two.mean), (one.covariance, two.covariance))
    np.testing.assert_allclose(ours, bdist(*theirs), rtol=1e-5)


def test_units_of_the_measurements_change_nothing(values, numbers):
    plain = hsigui.separability(cube_of(values), numbers)
    scaled = hsigui.separability(cube_of(values * np.float32([1, 1e4, 1e-3, 5, 1, 300])), numbers)
    for one, two in zip(plain.pairs, scaled.pairs, strict=True):
        np.testing.assert_allclose(
            (one.jeffries_matusita, one.divergence), (two.jeffries_matusita, two.divergence), rtol=1e-4
        )
        assert one.best == two.best


def test_the_best_two_bands_are_those_of_all_pairs_one_by_one(values, numbers):
    (hardest, *_) = hsigui.separability(cube_of(values), numbers).pairs
    one, two = of(values, numbers, hardest.first), of(values, numbers, hardest.second)
    found = {
        (i, j): slow_distances(one[:, [i, j]], two[:, [i, j]])[0] for i in range(6) for j in range(i + 1, 6)
    }  # fmt: skip
    assert tuple(sorted(hardest.best)) == max(found, key=lambda pair: found[pair])


def test_a_class_of_few_pixels_is_regularised_and_told():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(20, 20, 30)).astype(np.float32)
    numbers = np.zeros((20, 20), dtype=np.uint16)
    numbers[:10], numbers[15, :12] = 1, 2  # 200 and 12 pixels of the same distribution
    (pair,) = (parted := hsigui.separability(cube_of(values), numbers)).pairs
    assert pair.regularised
    assert pair.few
    assert 0 <= pair.jeffries_matusita < 2
    assert any("regularised" in note and "Class 2" in note for note in parted.notes)
    assert any("fewer than 10 pixels" in note for note in parted.notes)


def test_bands_that_are_copies_of_each_other_are_no_miracle():
    values = np.random.default_rng(1).normal(size=(30, 30, 2)).astype(np.float32)
    numbers = np.repeat(np.uint16([1, 2]), 450).reshape(30, 30)
    plain = hsigui.separability(cube_of(values), numbers).pairs[0]
    doubled = hsigui.separability(cube_of(np.concatenate([values, values], axis=2)), numbers).pairs[0]
    assert doubled.regularised
    assert abs(plain.jeffries_matusita - doubled.jeffries_matusita) < 0.02


@pytest.mark.parametrize("bands", [1, 2])
def test_one_band_and_classes_of_equal_pixels(bands):
    values = np.zeros((4, 6, bands), dtype=np.float32)
    values[:, :2, 0] = np.arange(8).reshape(4, 2)
    values[:, 2:4, 0] = np.arange(8).reshape(4, 2) + 3
    numbers = np.repeat(np.uint16([[1, 1, 2, 2, 3, 3]]), 4, axis=0)  # the third is 0 everywhere
    parted = hsigui.separability(cube_of(values), numbers)
    b = 9 / 8 / np.var(np.arange(8), ddof=1)
    assert parted.pairs[0].jeffries_matusita == pytest.approx(2 * (1 - np.exp(-b)), rel=1e-6)
    assert parted.pairs[0].best == (0,)
    assert np.isnan([pair.divergence for pair in parted.pairs[1:]]).all()
    assert any("all alike: Class 3" in note for note in parted.notes)
    assert any("do not vary" in note for note in parted.notes) == (bands == 2)


def test_shrinking_keeps_the_sum_of_variances_and_makes_what_can_be_inverted():
    sample = np.random.default_rng(2).normal(size=(5, 12))
    found = shrunk(np.cov(sample.T), 5)
    assert np.trace(found) == pytest.approx(np.trace(np.cov(sample.T)))
    assert np.linalg.eigvalsh(found)[0] > 0.01


def test_parts_of_statistics_are_those_of_fewer_bands(found: Statistics, values, numbers):
    some = hsigui.statistics(cube_of(values), numbers, bands=[4, 1])
    part = found.of([4, 1])
    one: ClassStatistics = part.get(1)
    np.testing.assert_allclose(one.covariance, some.get(1).covariance, rtol=1e-6)
    assert (part.names, part.wavelengths) == (some.names, some.wavelengths)
    assert hsigui.separability(found, bands=[4, 1]).pairs[0].names == hsigui.separability(some).pairs[0].names
