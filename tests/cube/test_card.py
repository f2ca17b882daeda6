"""What a notebook shows of a scene."""

from __future__ import annotations

import base64
import re
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from hsigui.cube.card import MOST_ROWS, SIDE, card, table
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.demo import demo_scene
from hsigui.errors import HsiError


def picture_in(html: str) -> Image.Image:
    (found,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return Image.open(BytesIO(base64.b64decode(found)))


def test_a_scene_is_shown_small_whatever_its_size():
    values = np.random.default_rng(0).random((1000, 300, 4)).astype(np.float32)
    html = Cube(ArraySource(values), CubeInfo(wavelengths=(450.0, 550.0, 650.0, 850.0)))._repr_html_()
    assert max(picture_in(html).size) <= SIDE
    assert len(html) < 250_000
    assert "1000 rows x 300 columns x 4 bands" in html
    assert "450 to 850 nm" in html


def test_names_cannot_write_into_the_page():
    made = demo_scene(rows=20, cols=20, bands=6).cube
    evil = '<script>alert("x")</script>'
    cube = Cube(made.source, made.info, name=evil, path=Path(f"/tmp/{evil}"))
    for html in (
        cube._repr_html_(),
        card(evil, [(evil, evil)], legend=[((0, 0, 0), evil, evil)]),
        table([evil], [[evil]]),
    ):
        assert "<script" not in html
        assert "&lt;script&gt;" in html


def test_a_long_legend_is_counted_at_its_end():
    html = card("map", [], legend=[((0, 0, 0), f"class {n}", "1 %") for n in range(MOST_ROWS + 5)])
    assert f"class {MOST_ROWS - 1}" in html
    assert f"class {MOST_ROWS}" not in html
    assert "and 5 more" in html


def test_a_scene_that_cannot_be_read_is_shown_with_the_reason():
    class Broken:
        shape, dtype = (20, 20, 3), np.dtype("float32")

        def read(self, *window: object) -> np.ndarray:
            raise HsiError("The file is gone.", "Bring it back.")

    html = Cube(Broken(), CubeInfo())._repr_html_()
    assert "<img" not in html
    assert "The file is gone." in html


def test_a_scene_on_a_server_is_not_read_for_its_picture():
    class Far:
        shape, dtype = (20, 20, 3), np.dtype("float32")

        def read(self, *window: object) -> np.ndarray:
            raise AssertionError("it was read")

    html = Cube(Far(), CubeInfo(address="https://example.org/a.tif"))._repr_html_()
    assert "server" in html
