from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.formats import strided
from hsigui.cube.formats.strided import StridedFile, interleave_strides
from hsigui.errors import HsiError

SHAPE = (9, 7, 11)
SAMPLES = np.random.default_rng(0).integers(0, 60_000, SHAPE).astype(">u2")
ORDER = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
WINDOWS: list[tuple[slice, slice, slice | Sequence[int]]] = [
    (slice(None), slice(None), slice(None)),
    (slice(3, 4), slice(5, 6), slice(None)),
    (slice(None, None, 3), slice(1, None, 2), [4]),
    (slice(None), slice(None), [9, 0, 4, 4]),
    (slice(2, 8), slice(None), slice(1, 10, 4)),
    (slice(None, None, 4), slice(None, None, 4), [10, 1]),
    (slice(8, None, -2), slice(None), [-1]),
    (slice(4, 4), slice(None), slice(None)),
    (slice(None), slice(None), []),
]


def source(folder: Path, interleave: str, offset: int = 5) -> StridedFile:
    path = folder / f"x.{interleave}"
    path.write_bytes(bytes(offset) + np.ascontiguousarray(SAMPLES.transpose(ORDER[interleave])).tobytes())
    return StridedFile(path, SAMPLES.dtype, SHAPE, interleave_strides(interleave, SHAPE, 2), offset)


def expected(rows: slice, cols: slice, bands: slice | Sequence[int]) -> np.ndarray:
    return SAMPLES[rows, cols][:, :, bands if isinstance(bands, slice) else np.array(bands, dtype=int)]


@pytest.mark.parametrize("interleave", ORDER)
@pytest.mark.parametrize("buffer", [1, 64, 2**20])
@pytest.mark.parametrize("cost", [0, 50, 16_384])
def test_every_window_is_read_right_however_the_reads_are_cut(
    tmp_path: Path, interleave: str, buffer: int, cost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strided, "_BUFFER_BYTES", buffer)
    monkeypatch.setattr(strided, "_READ_COST", cost)
    scene = source(tmp_path, interleave)
    for window in WINDOWS:
        read = scene.read(*window)
        assert read.dtype == np.dtype("=u2")
        assert np.array_equal(read, expected(*window)), window


def test_a_click_and_a_coarse_picture_read_only_a_part_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape = (200, 300, 50)
    total = int(np.prod(shape)) * 2
    path = tmp_path / "x.img"
    with path.open("wb") as file:
        file.truncate(total)
    asked: list[int] = []
    read_at = StridedFile._read_at

    def counted(self: StridedFile, target: memoryview, position: int) -> None:
        asked.append(len(target))
        read_at(self, target, position)

    monkeypatch.setattr(StridedFile, "_read_at", counted)
    for interleave, click, picture in (("bsq", 0.01, 0.07), ("bil", 0.006, 0.06), ("bip", 0.0001, 0.13)):
        scene = StridedFile(path, np.dtype("<u2"), shape, interleave_strides(interleave, shape, 2))
        for part, window in (
            (click, (slice(7, 8), slice(9, 10), slice(None))),
            (picture, (slice(None, None, 8), slice(None, None, 8), [30, 20, 10])),
        ):
            asked.clear()
            scene.read(*window)
            assert sum(asked) <= part * total, (interleave, window)


def test_a_file_that_becomes_shorter_is_reported_and_one_that_is_removed_stays_readable(tmp_path: Path) -> None:
    scene = source(tmp_path, "bip")
    os.truncate(scene.path, 300)
    assert np.array_equal(scene.read(slice(0, 1), slice(None), slice(None)), SAMPLES[:1])
    with pytest.raises(HsiError, match="shorter since it was opened") as caught:
        scene.read(slice(None), slice(None), slice(None))
    assert caught.value.hint
    scene = source(tmp_path, "bil")
    if os.name == "posix":
        scene.path.unlink()
        assert np.array_equal(scene.read(slice(None), slice(None), slice(None)), SAMPLES)


def test_a_missing_file_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="cannot be read"):
        StridedFile(tmp_path / "none", np.dtype("u1"), (1, 1, 1), (1, 1, 1))


def test_several_threads_read_at_once(tmp_path: Path) -> None:
    scene = source(tmp_path, "bil")
    right: list[bool] = []

    def read() -> None:
        right.extend(np.array_equal(scene.read(*window), expected(*window)) for _ in range(20) for window in WINDOWS)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 6 * 20 * len(WINDOWS)
    assert all(right)


def test_without_positioned_reads_the_file_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "preadv", raising=False)
    scene = source(tmp_path, "bsq")
    for window in WINDOWS:
        assert np.array_equal(scene.read(*window), expected(*window))
