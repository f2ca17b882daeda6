"""Ridge regression without some of its rows, in closed form: what a fit that never saw them says. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.pipeline import level_weights as rule

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]


class LeavingOut:
    """Ridge regression as `level_weights.ridge_fit`, any of whose rows can be left out without fitting again.

    With Z, Y and D as there, B = (Z' D Z + 0.1 I)^-1 Z' D^1/2 and H = D^1/2 Z B: without the rows s the scores of a row
    z change by -z B_s (I - H_ss)^-1 (D^1/2 Y - H D^1/2 Y)_s.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each.
        importance: of each; None where all are alike.
    """

    def __init__(
        self, rows: Floats, classes: NDArray[np.integer], importance: NDArray[np.floating] | None = None
    ) -> None:
        _, scaled, wanted = rule.equations_of(rows, classes)
        if importance is not None:
            root = np.sqrt(importance).astype(np.float32)[:, None]
            scaled, wanted = scaled * root, wanted * root
        if len(scaled) <= scaled.shape[1]:
            back = np.linalg.inv(rule.damped(scaled @ scaled.T)).astype(np.float32) @ scaled
        else:
            back = scaled @ np.linalg.inv(rule.damped(scaled.T @ scaled)).astype(np.float32)
        self._scaled, self._back = scaled, back  # pixels x (features + 1): B with its pixels first
        self._fitted = scaled @ (back.T @ wanted)
        self._left = wanted - self._fitted

    def slope(self, scores: NDArray[np.floating]) -> float:
        """How many times as steep other scores of the same rows are (pixels x classes): the least squares' slope over
        these, both less their mean over the classes; 1 where these are all alike."""
        own = rule.SHARPNESS * (self._fitted - self._fitted.mean(axis=1, keepdims=True))
        other = scores - scores.mean(axis=1, keepdims=True)
        square = float((own * own).sum())
        return float((own * other).sum()) / square if square > 0 else 1.0

    def changes(self, held: Sequence[Indices], asked: Sequence[Floats]) -> list[Floats]:
        """How scores change.

        Args:
            held: the rows that are left out, as indices, once for each question.
            asked: the rows that are then asked for, pixels x features, likewise.

        Returns:
            Pixels x classes, likewise.
        """
        ends = np.cumsum([len(rows) for rows in asked])
        every = np.split(rule.scaled_of(np.concatenate(asked)), ends[:-1])
        alike: dict[tuple[int, int], list[int]] = {}
        for number, (out, rows) in enumerate(zip(held, asked, strict=True)):
            alike.setdefault((len(out), len(rows)), []).append(number)
        found: dict[int, Floats] = {}
        for (size, _), numbers in alike.items():  # those of one size at once: there may be hundreds, each of a few rows
            out = np.stack([held[number] for number in numbers])
            back = self._back[out]
            own = np.eye(size) - self._scaled[out] @ back.transpose(0, 2, 1)
            missed = np.linalg.solve(own, self._left[out]).astype(np.float32)
            rows = np.stack([every[number] for number in numbers])
            changed = np.float32(-rule.SHARPNESS) * (rows @ (back.transpose(0, 2, 1) @ missed))
            found |= dict(zip(numbers, changed, strict=True))
        return [found[number] for number in range(len(held))]
