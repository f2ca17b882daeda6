import math

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from hsigui.labels.classes import ClassTable, color_for
from hsigui.ui.image.overlay import ClassLayer, Composite, SelectionLayer, Window


@pytest.fixture
def layer(table) -> ClassLayer:
    layer = ClassLayer(opacity=1.0, keep_small=True)
    array = np.zeros((20, 30), dtype=np.uint16)
    array[3:5, 6:9] = 2
    layer.set(array, table)
    return layer


def painted(layer: ClassLayer | Composite, shape: tuple[int, int], scale: float) -> QImage:
    """A layer of a scene of a shape, drawn at a scale into an image of its size."""
    rows, cols = (np.floor((np.arange(round(side * scale)) + 0.5) / scale).astype(np.intp) for side in shape)
    image = QImage(len(cols), len(rows), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter, Window(0, 0, rows, cols, max(math.ceil(1 / scale), 1)))
    painter.end()
    return image


def test_classes_are_opaque_in_their_colours_and_the_rest_is_clear(layer, table):
    assert layer.color_at(3, 6) == (*table.get(2).color, 255)
    assert layer.color_at(4, 8) == (*table.get(2).color, 255)
    assert layer.color_at(5, 8) == (0, 0, 0, 0)


def test_an_update_rewrites_its_box_and_nothing_else(layer, table):
    array = np.full((20, 30), 3, dtype=np.uint16)
    layer.update((10, 12, 11, 14), array)
    assert layer.color_at(10, 12)[:3] == table.get(3).color
    assert layer.color_at(10, 14) == (0, 0, 0, 0)
    assert layer.color_at(3, 6)[:3] == table.get(2).color


def test_a_class_that_the_table_lacks_gets_its_default_colour(layer):
    layer.update((0, 0, 1, 1), np.full((20, 30), 40_000, dtype=np.uint16))
    assert layer.color_at(0, 0) == (*color_for(40_000), 255)


def test_a_raster_of_another_size_is_refused(layer):
    with pytest.raises(ValueError, match=r"\(4, 4\)"):
        layer.update((0, 0, 1, 1), np.zeros((4, 4), dtype=np.uint16))


def test_another_table_recolours_all(layer, table):
    array = np.full((20, 30), 2, dtype=np.uint16)
    layer.set(array, table.recolored(2, (1, 2, 3)))
    assert layer.color_at(19, 29) == (1, 2, 3, 255)


@pytest.mark.parametrize("row", range(0, 20, 3))
def test_a_single_label_is_seen_although_the_scene_is_shown_at_a_third(table, row):
    layer = ClassLayer(opacity=1.0, keep_small=True)
    array = np.zeros((20, 30), dtype=np.uint16)
    layer.set(array, table)
    painted(layer, (20, 30), 0.34)  # so that the update below must reach the reduced picture too
    array[row, 17] = 1
    layer.update((row, 17, row + 1, 18), array)
    image = painted(layer, (20, 30), 0.34)
    seen = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    red, green, blue = table.get(1).color
    assert 0xFF000000 | red << 16 | green << 8 | blue in seen


def test_a_reduced_raster_covers_sides_that_are_no_multiple(table):
    layer = ClassLayer(opacity=1.0, keep_small=True)
    layer.set(np.ones((7, 11), dtype=np.uint16), table)
    image = painted(layer, (7, 11), 0.5)
    assert all(image.pixel(x, y) != 0 for x in range(image.width()) for y in range(image.height()))


def test_a_hidden_or_empty_layer_paints_nothing(layer):
    layer.visible = False
    assert painted(layer, (20, 30), 1.0).pixel(7, 3) == 0
    layer.visible = True
    assert painted(layer, (20, 30), 1.0).pixel(7, 3) != 0
    layer.set(np.zeros((20, 30), dtype=np.uint16), ClassTable())
    assert painted(layer, (20, 30), 1.0).pixel(7, 3) == 0


def test_a_coarse_composite_fills_the_scene():
    composite = Composite()
    rgb = np.full((2, 3, 3), 40, dtype=np.uint8)
    rgb[1, 2] = 10, 20, 30
    composite.set(rgb, step=4)
    image = painted(composite, (7, 10), 1.0)
    assert image.pixelColor(9, 6).getRgb() == (10, 20, 30, 255)
    assert image.pixelColor(7, 3).getRgb() == (40, 40, 40, 255)


def test_a_coarse_composite_that_is_a_little_short_is_stretched_over_the_rest():
    composite = Composite()
    composite.set(np.full((2, 3, 3), 50, dtype=np.uint8), step=4)
    assert painted(composite, (11, 14), 1.0).pixelColor(13, 10).getRgb() == (50, 50, 50, 255)


def _magnified(layer: ClassLayer, scale: int, rows: slice = slice(None), cols: slice = slice(None)) -> np.ndarray:
    """The layer of a 20 x 30 scene, so many device pixels a scene pixel; only the given device rows and columns."""
    all_rows, all_cols = np.repeat(np.arange(20), scale), np.repeat(np.arange(30), scale)

    def ends(indices: np.ndarray) -> np.ndarray:
        change = np.diff(np.concatenate([[-1], indices, [indices[-1] + 1]])) != 0
        return np.stack([change[:-1], change[1:]])

    part_rows, part_cols = all_rows[rows], all_cols[cols]
    row_ends, col_ends = ends(all_rows)[:, rows], ends(all_cols)[:, cols]
    image = QImage(len(part_cols), len(part_rows), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    layer.paint(painter, Window(0, 0, part_rows, part_cols, 1, row_ends, col_ends, float(scale)))
    painter.end()
    return np.array([[image.pixel(c, r) for c in range(image.width())] for r in range(image.height())])


def test_magnified_labels_have_a_border_around_each_area_and_none_inside(table):
    layer = ClassLayer(opacity=1.0, outlined=True)
    array = np.zeros((20, 30), dtype=np.uint16)
    array[3:5, 6:9] = 2
    layer.set(array, table)
    seen = _magnified(layer, 6)
    area = seen[18:30, 36:54]
    color = 0xFF000000 | int.from_bytes(bytes(table.get(2).color), "big")
    assert (area[1:-1, 1:-1] == color).all()
    border = np.concatenate([area[0], area[-1], area[:, 0], area[:, -1]])
    assert set(border.tolist()) <= {0xFF101010, 0xFFFFFFFF}
    outside = seen.copy()
    outside[18:30, 36:54] = 0
    assert not outside.any()


def test_a_part_painted_alone_has_the_border_of_the_whole(table):
    layer = ClassLayer(opacity=1.0, outlined=True)
    layer.set(np.random.default_rng(0).integers(0, 4, (20, 30)).astype(np.uint16), table)
    whole = _magnified(layer, 5)
    for rows, cols in ((slice(13, 41), slice(22, 77)), (slice(0, 9), slice(0, 150)), (slice(95, 100), slice(140, 150))):
        assert np.array_equal(_magnified(layer, 5, rows, cols), whole[rows, cols])


def test_small_pixels_have_no_border(table):
    outlined, plain = ClassLayer(opacity=1.0, outlined=True), ClassLayer(opacity=1.0)
    for layer in (outlined, plain):
        layer.set(np.eye(20, 30, dtype=np.uint16) * 3, table)
    assert np.array_equal(_magnified(outlined, 2), _magnified(plain, 2))


def test_a_hidden_class_is_transparent_and_an_unknown_one_is_not(table):
    layer = ClassLayer(1.0)
    array = np.array([[1, 2], [9, 0]], dtype=np.uint16)
    layer.set(array, table.with_hidden(2, True))
    assert layer.color_at(0, 0)[:3] == table.get(1).color
    assert layer.color_at(0, 1)[3] == 0
    assert layer.color_at(1, 0)[3] == 255
    layer.set(array, table)
    assert layer.color_at(0, 1)[:3] == table.get(2).color


def test_rows_that_lose_their_labels_are_cleared(table):
    layer = ClassLayer(1.0)
    array = np.ones((600, 4), dtype=np.uint16)
    layer.set(array, table)
    array[:] = 0
    layer.set(array, table)
    assert layer.color_at(300, 1)[3] == 0


def test_a_selection_has_a_firmer_rim():
    layer = SelectionLayer()
    layer.set(3, 4, np.ones((5, 5), dtype=bool), (255, 0, 0))
    assert layer.box == (3, 4, 8, 9)
    alpha = layer._buffer >> 24
    assert alpha[0, 0] == alpha[4, 2] > alpha[2, 2] > 0
    layer.clear()
    assert layer.box[0] == layer.box[2]
