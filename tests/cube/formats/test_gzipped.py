"""Compressed ENVI data: unpacked up to the announced size, in memory or in a temporary file, and never further."""

from __future__ import annotations

import gc
import gzip
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from hsigui.cube.formats import gzipped
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError

SHAPE = (6, 5, 4)
SAMPLES = (np.arange(120) * 257).astype(">u2").reshape(SHAPE)


def make(folder: Path, content: bytes, extra: str = "file compression = 1\n", rows: int = 6, offset: int = 3) -> Path:
    header = folder / "x.hdr"
    header.write_text(
        f"ENVI\nsamples = 5\nlines = {rows}\nbands = 4\nheader offset = {offset}\nfile type = ENVI Standard\n"
        f"data type = 12\ninterleave = bip\nbyte order = 1\n{extra}"
    )
    (folder / "x.img").write_bytes(content)
    return header


def packed(more: bytes = b"") -> bytes:
    return gzip.compress(b"abc" + SAMPLES.tobytes() + more)


def test_compressed_samples_are_read_bit_by_bit_with_a_note(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, packed()))
    assert np.array_equal(cube.read(), SAMPLES)
    assert cube.stored(5, 4).tolist() == SAMPLES[5, 4].tolist()
    assert cube.notes == (f"x.img is compressed: {len(packed())} bytes were unpacked to 243 in memory.",)


def test_a_large_scene_is_unpacked_into_a_temporary_file_that_goes_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(gzipped, "IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    cube = open_cube(make(tmp_path, packed()))
    assert np.array_equal(cube.read(), SAMPLES)
    assert "into a temporary file" in cube.notes[0]
    assert len(list(scratch.iterdir())) == 1
    del cube
    gc.collect()
    assert list(scratch.iterdir()) == []


def test_no_temporary_file_stays_behind_when_the_data_end_early(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzipped, "IN_MEMORY", 100)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(HsiError, match="too short: 243 bytes found after decompression, 283 needed for 7 rows"):
        open_cube(make(tmp_path, packed(), rows=7))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.hdr", "x.img"]


def test_a_disk_without_room_is_named_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzipped, "IN_MEMORY", 100)
    monkeypatch.setattr(gzipped.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 99}))
    with pytest.raises(HsiError, match=r"no room to unpack x\.img: 243 bytes needed, 99 free"):
        open_cube(make(tmp_path, packed()))


def test_no_more_than_the_announced_bytes_are_unpacked(tmp_path: Path) -> None:
    bomb = gzip.compress(b"abc" + SAMPLES.tobytes() + bytes(200_000_000), 1)
    header = make(tmp_path, bomb)
    tracemalloc.start()
    try:
        cube = open_cube(header)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
    assert cube.notes[1] == "x.img holds more than its header says: the rest was left packed."


def test_a_header_that_announces_more_than_a_small_file_can_hold_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(HsiError, match="compressed bytes found, too few for the 40000000003 needed"):
        open_cube(make(tmp_path, packed(), rows=1_000_000_000))


# Packed bytes hold the time: they cannot name a test that several processes must agree on.
DAMAGED = {
    "cut": packed()[:-30],
    "header": packed()[:12],
    "zeros": b"\x1f\x8b" + bytes(60),
    "other": b"nothing of this kind",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_damaged_compressed_data_are_refused_with_both_sizes(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(HsiError, match=r"x\.img is too short: \d+ bytes found after decompression .*243 needed"):
        open_cube(make(tmp_path, content))


def test_damage_behind_the_last_sample_is_noted(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, packed()[:-4] + b"oops"))
    assert np.array_equal(cube.read(), SAMPLES)
    assert "damaged at its end" in cube.notes[1]


def test_plain_data_that_are_called_compressed_are_read_with_a_note(tmp_path: Path) -> None:
    cube = open_cube(make(tmp_path, b"abc" + SAMPLES.tobytes()))
    assert np.array_equal(cube.read(), SAMPLES)
    assert cube.notes == ("The header calls the data compressed, but they are not.",)


def test_compressed_data_without_a_word_in_the_header_are_recognised_when_too_short(tmp_path: Path) -> None:
    short = gzip.compress(b"abc" + bytes(240))
    with pytest.raises(HsiError, match="too short") as caught:
        open_cube(make(tmp_path, short, extra=""))
    assert "file compression = 1" in caught.value.hint
