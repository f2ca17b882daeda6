"""Rows left out in closed form, against a fit that never saw them."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.left_out import LeavingOut


@pytest.mark.parametrize("width", [6, 200])
@pytest.mark.parametrize("weighed", [False, True])
def test_what_changes_is_what_fitting_without_the_rows_changes(width, weighed):
    rng = np.random.default_rng(0)
    classes = np.repeat([1, 2, 3], 20)
    rows = (rng.standard_normal((60, width)) + 0.4 * classes[:, None]).astype(np.float32)
    importance = rng.uniform(0.3, 2.0, 60) if weighed else None
    held = [np.array([0, 5, 6]), np.arange(40, 59)]
    asked = [rows[held[0]], rng.standard_normal((7, width)).astype(np.float32)]
    told = LeavingOut(rows, classes, importance).changes(held, asked)

    def scores(kept: np.ndarray, of: np.ndarray) -> np.ndarray:
        own = None if importance is None else importance[kept]
        _, weights, bias = rule.ridge_fit(rows[kept], classes[kept], own)
        return of @ weights.T + bias

    for out, of, change in zip(held, asked, told, strict=True):
        kept = np.setdiff1d(np.arange(60), out)
        np.testing.assert_allclose(change, scores(kept, of) - scores(np.arange(60), of), atol=3e-3)
        assert np.abs(change).max() > 0.1
