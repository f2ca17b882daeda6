"""Hundreds of scenes, of which few files are open at once."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.cube.reopened import OpenScenes, opened_when_read, shared
from hsigui.errors import HsiError


def written(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number:02}.hdr" for number in range(count)]
    for number, path in enumerate(paths):
        write_cube(path, np.full((6, 7, 3), number, dtype=np.float32), CubeInfo())
    return paths


def late(path: Path, among: OpenScenes) -> Cube:
    return opened_when_read(path, partial(open_cube, path, gaps=False), among)


def test_only_as_many_scenes_are_open_as_are_allowed(tmp_path):
    among = OpenScenes(3)
    cubes = [late(path, among) for path in written(tmp_path, 8)]
    assert len(among) == 0, "a header opens nothing for long"
    for turn in range(2):
        for number, cube in enumerate(cubes):
            assert (cube.read() == number).all(), turn
            assert len(among) <= 3
    assert [cube.path for cube in cubes] == sorted(tmp_path.glob("*.hdr"))


def test_several_threads_read_more_scenes_than_may_be_open(tmp_path):
    among = OpenScenes(2)
    cubes = [late(path, among) for path in written(tmp_path, 6)]
    wrong: list[int] = []

    def read(first: int) -> None:
        for number in [*range(first, 6), *range(first)] * 5:
            if not (cubes[number].read() == number).all():
                wrong.append(number)

    threads = [threading.Thread(target=read, args=(first,)) for first in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_scene_that_became_another_is_told_and_not_mixed_in(tmp_path):
    (path,) = written(tmp_path, 1)
    cube = late(path, OpenScenes(1))
    write_cube(path, np.zeros((5, 7, 3), dtype=np.float32), CubeInfo())
    with pytest.raises(HsiError, match="changed"):
        cube.read()


def test_a_scene_that_is_gone_is_told(tmp_path):
    (path,) = written(tmp_path, 1)
    cube = late(path, OpenScenes(1))
    for file in path.parent.iterdir():
        file.unlink()
    with pytest.raises(HsiError, match=r"00\.hdr"):
        cube.read()


def test_the_program_keeps_fewer_files_open_than_it_may():
    assert 1 <= shared()._most <= 256
