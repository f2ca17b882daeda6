"""What is compared of pictures notices what a user would, and not how edges are smoothed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from tests.pictures import comparing
from tests.pictures.renew import KEPT
from tests.pictures.studio import one_font

LEGEND = QRect(330, 20, 90, 60)


@pytest.fixture
def written_alike(qapp):
    with one_font(qapp):
        yield


def _panel(
    *, ratio: int = 1, color: str = "#0072b2", legend: bool = True, width: int = 440, away: float = 0.0
) -> QImage:
    """A picture like one of the window: a map of fields, words, and a legend."""
    image = QImage(440 * ratio, 300 * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("#f3f4f6"))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipRect(0, 0, width, 300)
    for number in range(12):
        fill = QColor(color) if number == 5 else QColor.fromHsv(30 * number, 160, 200)
        painter.fillRect(20 + 70 * (number % 4), 20 + 80 * (number // 4), 68, 78, fill)
    painter.translate(away, away)
    painter.drawText(20, 285, "Map from 27 labels of 9 classes")
    if legend:
        painter.setBrush(QColor("#ffffff"))
        painter.drawRoundedRect(LEGEND, 4, 4)
        for row, name in enumerate(("Meadow", "Water", "Loam")):
            painter.fillRect(338, 28 + 18 * row, 12, 12, QColor.fromHsv(100 * row, 200, 180))
            painter.drawText(356, 39 + 18 * row, name)
    painter.end()
    return image


def _found(image: QImage) -> comparing.Difference:
    return comparing.difference(comparing.reduced(_panel()), comparing.reduced(image))


@pytest.mark.parametrize("picture", [{}, {"ratio": 2}, {"ratio": 3}, {"away": 0.4}])
def test_a_finer_screen_and_edges_that_are_smoothed_otherwise_are_no_slip(written_alike, picture) -> None:
    found = _found(_panel(**picture))
    assert not found.is_slip, str(found)


@pytest.mark.parametrize(
    "picture", [{"color": "#2f8fc4"}, {"legend": False}, {"width": 400}, {"away": 12.0}],
    ids=["a class in another colour", "no legend", "a panel that is cut off", "words that stand elsewhere"],
)  # fmt: skip
def test_what_a_user_would_see_is_a_slip(written_alike, picture) -> None:
    assert _found(_panel(**picture)).is_slip


def test_where_it_differs_is_told(written_alike) -> None:
    found = _found(_panel(legend=False))
    top, left, bottom, right = found.at
    assert (left, top) == pytest.approx((LEGEND.left(), LEGEND.top()), abs=12)
    assert (right, bottom) == pytest.approx((LEGEND.right(), LEGEND.bottom()), abs=12)
    assert f"rows {top} to {bottom}" in str(found)


def test_pictures_of_two_sizes_are_not_compared() -> None:
    with pytest.raises(ValueError, match="the sizes are 40 x 40 and 40 x 44"):
        comparing.difference(np.zeros((10, 10, 3), np.uint8), np.zeros((11, 10, 3), np.uint8))


def _covered(cells: np.ndarray, top: int, left: int, bottom: int, right: int) -> np.ndarray:
    """A kept picture with the colour of a corner over a part, in logical pixels."""
    made, side = cells.copy(), comparing.CELL
    made[top // side : bottom // side, left // side : right // side] = cells[top // side, left // side - 2]
    return made


def test_slips_are_noticed_in_the_kept_pictures_themselves() -> None:
    """A key that is not drawn, half of a toolbar, and a class in a colour beside its own."""
    layer = comparing.read(KEPT / "light-1x" / "layer.png")
    rows = comparing.CELL * layer.shape[0]
    assert comparing.difference(layer, _covered(layer, rows - 66, 12, rows - 12, 216)).is_slip, "the key"
    whole = comparing.read(KEPT / "dark-1x" / "map.png")
    assert comparing.difference(whole, _covered(whole, 52, 960, 400, 1276)).is_slip, "a panel"
    truth = comparing.read(KEPT / "light-1x" / "truth.png").astype(np.int16)
    water = (np.abs(truth - truth[truth.shape[0] // 2, truth.shape[1] // 2]) < 40).all(axis=2)
    assert water.sum() > 20
    other = np.clip(truth + np.where(water[..., None], [40, -20, 0], 0), 0, 255).astype(np.uint8)
    assert comparing.difference(truth.astype(np.uint8), other).is_slip
