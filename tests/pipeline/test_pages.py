"""Pages of large mapped arrays are let go, and read again as they were."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from hsigui.pipeline import pages


def resident(path):
    """Bytes of a file that are resident in this process, as the kernel counts them."""
    found, at_file = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ")[0]:
            at_file = line.endswith(str(path))
        elif at_file and line.startswith("Rss:"):
            found += 1024 * int(line.split()[1])
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="asks the Linux kernel what is resident")
def test_a_mapped_array_gives_its_memory_back_and_keeps_its_values(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "LEAST", 1)
    values = np.arange(4_000_000, dtype=np.float32).reshape(200, 100, 200)
    np.save(tmp_path / "a.npy", values)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert mapped.sum() == values.sum()
    before = resident(tmp_path / "a.npy")
    pages.let_go(mapped[10:, :, ::2])
    assert resident(tmp_path / "a.npy") < before / 10
    assert np.array_equal(mapped, values)


def test_what_was_written_is_not_lost_and_what_is_no_map_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "LEAST", 1)
    written = np.lib.format.open_memmap(tmp_path / "b.npy", mode="w+", dtype=np.float16, shape=(50, 60, 70))
    written[...] = 3
    pages.let_go(written)
    assert (written == 3).all()
    pages.let_go(np.ones(5))


def test_small_arrays_stay_where_they_are(tmp_path):
    np.save(tmp_path / "c.npy", np.ones(10_000))
    mapped = np.load(tmp_path / "c.npy", mmap_mode="r")
    assert mapped.sum() == 10_000
    pages.let_go(mapped)
    if sys.platform == "linux":
        assert resident(tmp_path / "c.npy") > 0
