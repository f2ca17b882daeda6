"""Sparse matrices of MATLAB: their values with row numbers, column by column, made into plain arrays.

Source: The MathWorks, "MAT-File Format" (R2019b), "Sparse Array Data Element Format"; in version 7.3 a group with the
attribute MATLAB_sparse (the number of rows) and the datasets data, ir and jc.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.texts import say


def dense(
    shape: tuple[int, int], values: NDArray[Any], rows: NDArray[Any], starts: NDArray[Any], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """The plain array, of the shape.

    Args:
        shape: rows and columns.
        values: those that are stored, n of them or more.
        rows: the row of each, from 0.
        starts: where each column begins among the values, and at last how many there are: columns + 1.

    Raises:
        ValueError: the parts do not fit each other.
    """
    starts = starts.astype(np.int64)
    if len(starts) != shape[1] + 1 or starts[0] != 0 or (np.diff(starts) < 0).any():
        raise ValueError(say("a sparse array does not say where its columns begin"))
    count = int(starts[-1])
    if count > min(len(values), len(rows)):
        raise ValueError(say("a sparse array has fewer values than it says"))
    at = rows[:count].astype(np.int64)
    if count and (at.min() < 0 or at.max() >= shape[0]):
        raise ValueError(say("a sparse array has a value outside of its rows"))
    array = np.zeros(shape, dtype)
    array[at, np.repeat(np.arange(shape[1]), np.diff(starts))] = values[:count]
    return array
