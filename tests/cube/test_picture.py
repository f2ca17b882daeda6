"""The picture of a whole scene: how many of its pixels are shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import Cube
from hsigui.cube.formats.strided import StridedFile, interleave_strides
from hsigui.cube.picture import READ_BYTES, SHOWN_PIXELS, display_step

HUGE = (100_000, 20_000, 400)


def on_paper(path: Path, shape: tuple[int, int, int], interleave: str) -> Cube:
    """A scene of two bytes a sample in a file of holes, which takes no room."""
    with path.open("wb") as file:
        file.truncate(2 * int(np.prod(shape, dtype=np.int64)))
    return Cube(StridedFile(path, np.dtype("<i2"), shape, interleave_strides(interleave, shape, 2)))


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
def test_the_picture_of_a_huge_scene_reads_a_bounded_part_of_the_file(tmp_path, interleave):
    cube = on_paper(tmp_path / "huge.img", HUGE, interleave)
    step = display_step(cube)
    pixels = HUGE[0] * HUGE[1] / step**2
    assert pixels <= SHOWN_PIXELS
    if interleave == "bip":
        assert pixels * 16_384 <= READ_BYTES < 1_600_000_000_000 / 200
        assert pixels > 200_000


def test_scenes_of_a_usual_size_are_shown_as_finely_whatever_their_order(tmp_path):
    steps = {name: display_step(on_paper(tmp_path / name, (8_000, 10_000, 125), name)) for name in ("bsq", "bip")}
    assert steps["bsq"] == steps["bip"] == 4
    assert display_step(on_paper(tmp_path / "small", (610, 340, 103), "bip")) == 1
