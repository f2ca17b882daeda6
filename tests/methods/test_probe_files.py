"""Probes taken apart into numbers and put together again answer as before, and nothing is pickled on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.methods import forest_probe, kernel_probe, probe
from hsigui.methods.calibration import ALONE, Calibration
from hsigui.methods.fusion import fit_fused
from hsigui.methods.probe import Refinement
from hsigui.methods.probe_files import from_parts, to_parts


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.repeat([2, 3, 7], 20)
    return (rng.standard_normal((60, 9)) + labels[:, None] * 0.3).astype(np.float32), labels


def fitted(kind: str, features: np.ndarray, labels: np.ndarray) -> probe.Probe:
    if kind == "fused":
        return fit_fused(features, labels, (3, 4), (0.8, 0.2))
    fit = {"linear": probe.fit, "svm": kernel_probe.fit, "forest": forest_probe.fit}[kind]
    return fit(features, labels)


@pytest.mark.parametrize("kind", ["linear", "svm", "forest", "fused"])
def test_a_probe_answers_as_before(kind, rows):
    before = fitted(kind, *rows)
    about, arrays = to_parts(before)
    assert all(array.dtype.kind in "fiu" for array in arrays.values())
    after = from_parts(json.loads(json.dumps(about)), arrays)
    assert np.array_equal(after.numbers, [2, 3, 7])
    assert after.columns is None
    unseen = np.random.default_rng(1).standard_normal((4, 50, 9)).astype(np.float32)
    np.testing.assert_array_equal(after.probabilities(unseen), before.probabilities(unseen))


def test_columns_and_refinement_are_kept(rows):
    how = Refinement(100, 1.5, 1.25, 20, 0.5, 0.75, {0: 0.8, 100: 0.9})
    before = fitted("linear", *rows).refined(np.array([3, 1, 2]), how)
    about, arrays = to_parts(before)
    after = from_parts(json.loads(json.dumps(about)), arrays)
    assert after.refinement == how
    assert after.columns is not None
    assert after.columns.tolist() == [3, 1, 2]


@pytest.mark.parametrize("how", [Calibration(0.8, 40, 0.7, 0.9, 0.85), Calibration(near=0.2, why=ALONE)])
def test_how_it_is_calibrated_is_kept(rows, how):
    about, arrays = to_parts(fitted("svm", *rows).calibrated(how))
    after = from_parts(json.loads(json.dumps(about, allow_nan=False)), arrays)
    assert repr(after.calibration) == repr(how)
    del about["calibration"]
    assert from_parts(about, arrays).calibration is None, "earlier versions kept none"


def test_a_forest_that_grows_otherwise_than_it_was_is_said_and_not_believed(rows):
    about, arrays = to_parts(fitted("forest", *rows))
    arrays["answers"] = arrays["answers"][:, ::-1].copy()
    with pytest.raises(HsiError, match="does not grow again") as caught:
        from_parts({**about, "scikit-learn": "0.1"}, arrays)
    assert "0.1" in caught.value.message


def test_an_unknown_kind_is_refused(rows):
    about, arrays = to_parts(fitted("linear", *rows))
    with pytest.raises(HsiError, match="oracle"):
        from_parts({**about, "kind": "oracle"}, arrays)
    with pytest.raises(TypeError):
        to_parts(replace(fitted("linear", *rows)).__dict__)  # type: ignore[arg-type]
