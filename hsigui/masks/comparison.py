"""A threshold as people write it: `ndvi > 0.3`, `0.1 < b850 / b670 <= 0.4`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.texts import say

_SIGN = re.compile(r"(<=|>=|<|>|≤|≥)")
_PLAIN = {"≤": "<=", "≥": ">="}
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True)
class Comparison:
    """A measurement and the limits within which a pixel is masked out.

    Attributes:
        measured: what is compared: a formula, the name of an index, or a file.
        limits: signs with numbers, such as (">", 0.3); each must hold.
    """

    measured: str
    limits: tuple[tuple[str, float], ...]

    def holds(self, values: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Where it holds, in the shape of the values (rows x cols); nowhere where a value is no number."""
        found = np.isfinite(values)
        for sign, limit in self.limits:
            with np.errstate(invalid="ignore"):
                found &= _compared(values, sign, limit)
        return found

    def __str__(self) -> str:
        """As it is read again."""
        if len(self.limits) == 1:
            sign, limit = self.limits[0]
            return f"{self.measured} {sign} {limit:.12g}"
        (first, low), (second, high) = self.limits
        return f"{low:.12g} {_TURNED[first]} {self.measured} {second} {high:.12g}"


def read(text: str) -> Comparison:
    """Reads a comparison.

    Raises:
        HsiError: it is none.
    """
    parts = [part.strip() for part in _SIGN.split(text)]
    signs = [_PLAIN.get(sign, sign) for sign in parts[1::2]]
    sides = parts[0::2]
    if not signs or len(signs) > 2 or not all(sides):
        raise _not_read(text)
    numbers = [_number(side) for side in sides]
    if len(signs) == 2:
        low, _, high = numbers
        if low is None or high is None or signs[0][0] != signs[1][0]:
            raise _not_read(text)
        return Comparison(sides[1], ((_TURNED[signs[0]], low), (signs[1], high)))
    if numbers[1] is not None:
        return Comparison(sides[0], ((signs[0], numbers[1]),))
    if numbers[0] is not None:
        return Comparison(sides[1], ((_TURNED[signs[0]], numbers[0]),))
    raise _not_read(text)


def _compared(values: NDArray[np.float32], sign: str, limit: float) -> NDArray[np.bool_]:
    if sign == "<":
        return np.asarray(values < limit)
    if sign == "<=":
        return np.asarray(values <= limit)
    return np.asarray(values > limit) if sign == ">" else np.asarray(values >= limit)


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if np.isfinite(found) else None


def _not_read(text: str) -> HsiError:
    return HsiError(
        say("“{text}” compares nothing with a number.", text=text),
        say("Write it such as “ndvi > 0.3” or “0.1 < b850 / b670 < 0.4”: pixels where it holds are masked out."),
    )
