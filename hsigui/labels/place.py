"""Whether two rasters of one size lie at one place."""

from __future__ import annotations

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError


def require_same_place(one: Geo, other: Geo, shape: tuple[int, int], what: str) -> None:
    """Refuses two georeferenced rasters of one size that lie apart; one without a georeference fits anywhere.

    Args:
        shape: rows and columns of both.
        what: what the first is, in the plural ("labels").

    Raises:
        HsiError: a corner of the first lies more than half a pixel from the same corner of the other.
    """
    if one.transform is None or other.transform is None:
        return
    a, b, _, d, e, _ = other.transform
    pixel = max((a * a + d * d) ** 0.5, (b * b + e * e) ** 0.5)
    for row, col in ((0, 0), (shape[0], 0), (0, shape[1]), shape):
        here, there = one.to_map(row, col), other.to_map(row, col)
        assert here is not None
        assert there is not None
        if max(abs(here[0] - there[0]), abs(here[1] - there[1])) > 0.5 * pixel:
            raise HsiError(
                f"The {what} lie elsewhere: their pixel at row {row}, column {col} is at "
                f"{here[0]:.10g}, {here[1]:.10g}, the scene's at {there[0]:.10g}, {there[1]:.10g}.",
                "Choose a file made for this scene, or one without a georeference.",
            )
