"""Work that reads is stopped in the middle of it: between pieces, and inside a call that cannot be stopped."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import scipy.io
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats import geotiff, gzipped, hdf5, mat5, numpy_files, strided
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.jobs import Cancelled, Context, Job, JobRunner, Outcome
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from tests.cube.formats.test_hostile_rasters import tiff

SAMPLES = np.random.default_rng(0).integers(0, 200, (64, 64, 8)).astype(np.uint8)
LABELS = (np.arange(64 * 64).reshape(64, 64) // 64 % 3).astype(np.uint16)


class Counted:
    """Raises at the nth time that it is asked."""

    def __init__(self, last: int) -> None:
        self.asked, self._last = 0, last

    def __call__(self) -> None:
        self.asked += 1
        if self.asked >= self._last:
            raise Cancelled


def test_without_a_job_nothing_is_asked() -> None:
    stopping.check()
    assert stopping.patiently(lambda: threading.current_thread()) is threading.current_thread()


def test_what_is_asked_counts_for_its_thread_and_its_block_alone() -> None:
    outer, inner = Counted(99), Counted(99)
    with stopping.checked_by(outer):
        with stopping.checked_by(inner):
            stopping.check()
            other = threading.Thread(target=stopping.check)
            other.start()
            other.join()
        stopping.check()
    stopping.check()
    assert (outer.asked, inner.asked) == (1, 1)


def test_a_job_is_asked_wherever_it_reads() -> None:
    runner = JobRunner()
    going = threading.Event()

    def work(_context: object) -> None:
        going.set()
        while True:
            stopping.check()

    job = runner.start(work, "read")
    assert going.wait(10)
    job.cancel()
    assert job.wait(10)
    end = runner.next_event(10)
    assert end is not None
    assert end.outcome is Outcome.CANCELLED  # type: ignore[union-attr]


def test_a_paused_job_ends_what_it_reads_so_that_others_can_read_too() -> None:
    runner, started, going, read = JobRunner(), threading.Event(), threading.Event(), threading.Event()

    def work(context: Context) -> None:
        started.set()
        going.wait(10)
        stopping.check()  # within a read, with a lock
        read.set()
        context.check()  # after it

    job = runner.start(work, "read")
    assert started.wait(10)
    job.pause()
    going.set()
    assert read.wait(10)
    assert not job.ended
    job.cancel()
    assert job.wait(10)


def test_a_call_that_cannot_be_stopped_is_left_to_itself_when_its_job_is() -> None:
    runner, called, go = JobRunner(), threading.Event(), threading.Event()

    def call() -> None:
        called.set()
        go.wait(60)

    job: Job = runner.start(lambda _context: stopping.patiently(call), "call")
    assert called.wait(10)
    job.cancel()
    try:
        assert job.wait(10)  # though the call goes on
        end = runner.next_event(10)
    finally:
        go.set()
    assert end is not None
    assert end.outcome is Outcome.CANCELLED  # type: ignore[union-attr]


def test_a_call_that_is_waited_for_gives_and_raises_what_it_does_without() -> None:
    with stopping.checked_by(Counted(10_000)):
        assert stopping.patiently(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            stopping.patiently(lambda: 1 / 0)


def envi(folder: Path) -> Path:
    return write_cube(folder / "x.hdr", SAMPLES, CubeInfo())[0]


def packed_envi(folder: Path) -> Path:
    header, data = write_cube(folder / "x.hdr", SAMPLES, CubeInfo())
    data.write_bytes(gzip.compress(data.read_bytes()))
    header.write_text(header.read_text() + "file compression = 1\n")
    return header


def matlab(folder: Path) -> Path:
    scipy.io.savemat(folder / "x.mat", {"x": SAMPLES}, do_compression=True)
    return folder / "x.mat"


def hdf(folder: Path) -> Path:
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=SAMPLES, chunks=SAMPLES.shape, compression="gzip")
    return folder / "x.h5"


def numpy(folder: Path) -> Path:
    np.savez_compressed(folder / "x.npz", x=SAMPLES)
    return folder / "x.npz"


def raster(folder: Path) -> Path:
    return tiff(folder / "x.tif", SAMPLES[:, :, 0])


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the scene were larger than the pieces, and its blocks slow."""
    for module, name in ((gzipped, "_CHUNK"), (strided, "_BUFFER_BYTES"), (numpy_files, "_PIECE"), (mat5, "_PIECE")):
        monkeypatch.setattr(module, name, 1000)
    monkeypatch.setattr(geotiff, "_SLOW_BLOCK", 10)
    monkeypatch.setattr(hdf5, "_SLOW_CHUNK", 10)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("write", [envi, packed_envi, matlab, hdf, numpy, raster])
def test_every_reader_of_scenes_can_be_stopped(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path)
    whole = open_cube(path).read()
    count = Counted(10_000)
    with stopping.checked_by(count):
        assert np.array_equal(open_cube(path).read(), whole)
    assert count.asked >= 1
    for last in (1, count.asked):
        with pytest.raises(Cancelled), stopping.checked_by(Counted(last)):
            open_cube(path).read()
    assert np.array_equal(open_cube(path).read(), whole)


@pytest.mark.parametrize("suffix", [".tif", ".hdr", ".mat", ".gpkg", ".geojson", ".xml", ".png"])
def test_every_reader_of_labels_can_be_stopped(tmp_path: Path, suffix: str) -> None:
    path = write_classes(tmp_path / f"x{suffix}", LABELS, ClassTable.for_numbers([1, 2]), Geo())[0]
    count = Counted(10_000)

    def read() -> NDArray[np.uint16]:
        return read_classes(path, grid=Grid(64, 64)).array

    with stopping.checked_by(count):
        assert np.array_equal(read(), LABELS)
    assert count.asked >= 1
    with pytest.raises(Cancelled), stopping.checked_by(Counted(count.asked)):
        read()
