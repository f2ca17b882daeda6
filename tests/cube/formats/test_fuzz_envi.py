"""Random ENVI files: what is written is read bit by bit, and no header and no length of data does worse than an
HsiError. `pytest -m slow` runs 2,000 mutations, the ordinary suite 100."""

from __future__ import annotations

import gzip
import json
import string
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hsigui.cube.formats.envi_header import DATA_TYPES, read_header
from hsigui.cube.formats.envi_keys import CARRIED, UNDERSTOOD
from hsigui.cube.formats.library import open_library
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import read_classes

Pair = tuple[bytes, bytes]  # header and data

MOST_MEMORY = 200_000_000  # bytes, for any file: all those below have some hundred
ORDERS = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}
TOLERANT = {"database": None, "suppress_health_check": [HealthCheck.too_slow]}
quick = settings(max_examples=50, deadline=timedelta(seconds=5), derandomize=True, **TOLERANT)
long = settings(max_examples=1000, deadline=timedelta(seconds=5), **TOLERANT)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[np.ndarray, str, int, int, bool]:
    """Samples of any type and bit pattern, interleave, byte order, header offset, whether to compress."""
    shape = tuple(draw(st.integers(1, 7)) for _ in range(3))
    dtype = np.dtype(draw(st.sampled_from(sorted(DATA_TYPES.values()))))
    size = int(np.prod(shape)) * dtype.itemsize
    # Every bit pattern by a seed: drawing byte by byte would take most of the time.
    raw = np.random.default_rng(draw(st.integers(0, 2**32))).bytes(size)
    samples = np.frombuffer(raw, dtype).reshape(shape)
    interleave, order = draw(st.sampled_from(sorted(ORDERS))), draw(st.integers(0, 1))
    return samples, interleave, order, draw(st.integers(0, 40)), draw(st.booleans())


def header_of(samples: np.ndarray, interleave: str, order: int, offset: int, compressed: bool) -> list[str]:
    code = next(c for c, t in DATA_TYPES.items() if np.dtype(t) == samples.dtype)
    rows, cols, bands = samples.shape
    lists = {
        "wavelength": [400 + 10 * b for b in range(bands)], "fwhm": [10] * bands, "bbl": [1] * bands,
        "band names": [f"band {b}" for b in range(bands)], "default bands": [1],
    }  # fmt: skip
    return [
        "ENVI", f"samples = {cols}", f"lines = {rows}", f"bands = {bands}", f"header offset = {offset}",
        "file type = ENVI Standard", f"data type = {code}", f"interleave = {interleave}", f"byte order = {order}",
        f"file compression = {int(compressed)}", "wavelength units = nm",
        "map info = {UTM, 1, 1, 384342.37, 5818392.35, 30, 30, 33, North, WGS-84, rotation=30}",
        *(f"{key} = {{{', '.join(map(str, values))}}}" for key, values in lists.items()),
    ]  # fmt: skip


def data_of(samples: np.ndarray, interleave: str, order: int, offset: int, compressed: bool) -> bytes:
    stored = samples.transpose(ORDERS[interleave]).astype(samples.dtype.newbyteorder("<>"[order]))
    raw = bytes(offset) + stored.tobytes()
    return gzip.compress(raw, 1) if compressed else raw


def in_a_folder(header: bytes, data: bytes, check: Callable[[Path], None]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "x.hdr").write_bytes(header)
        (Path(folder) / "x.img").write_bytes(data)
        check(Path(folder) / "x.hdr")


@given(scenes())
@quick
def test_any_scene_is_read_bit_by_bit_as_it_was_written(scene: tuple[np.ndarray, str, int, int, bool]) -> None:
    samples = scene[0]

    def check(path: Path) -> None:
        cube = open_cube(path)
        assert cube.shape == samples.shape
        assert cube.dtype == samples.dtype
        for row, col in np.ndindex(samples.shape[:2]):
            assert cube.stored(row, col).tobytes() == samples[row, col].tobytes()
        expected = np.abs(samples.astype(np.complex128)) if samples.dtype.kind == "c" else samples.astype(float)
        with np.errstate(all="ignore"):
            expected = expected.astype(np.float32)
        expected[~np.isfinite(expected)] = np.nan
        np.testing.assert_allclose(cube.read(), expected, rtol=1e-5)

    with np.errstate(all="ignore"):
        in_a_folder("\n".join(header_of(*scene)).encode(), data_of(*scene), check)


def texts() -> st.SearchStrategy[str]:
    powers = st.integers(5, 41).map(lambda power: str(2**power))  # sizes that are possible, but not here
    numbers = st.one_of(
        powers, st.integers(-(2**70), 2**70).map(str), st.floats().map(repr), st.integers(-3, 20).map(str)
    )
    odd = st.text(string.printable + "µÅ\x00\x85\u2028", max_size=30)
    lists = st.lists(numbers, max_size=20).map(lambda values: "{" + ", ".join(values) + "}")
    words = st.sampled_from(
        ["", "{", "}", "{}", "{{", "bsq", "bil", "BIP", "ENVI Classification", "ENVI Spectral Library", "Unknown",
         "cm-1", "GHz", "Index", "inf", "nan", "1e999", "-0", "0x10", "1_0", "9" * 5000, "Micrometers",
         "{UTM, 1, 1, 0, 0, 1, 1, 33, North, WGS-84, rotation}", "{UTM, inf, 1, 0, 0, nan, 1, 33, North, WGS-84}",
         '{PROJCS["x"]}', '{GEOGCS["GCS_WGS_1984"'],
    )  # fmt: skip
    return st.one_of(numbers, lists, words, odd)


@st.composite
def mutated_headers(draw: st.DrawFn) -> Pair:
    """A header with some lines changed, lost, doubled, misspelt or added, or some bytes overwritten; and its data."""
    scene = draw(scenes())
    lines = header_of(*scene)
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["value", "value", "key", "new", "lose", "double", "cut", "swap"]))
        number = draw(st.integers(1, len(lines) - 1)) if len(lines) > 1 else 0
        key, _, text = lines[number].partition(" = ")
        if kind == "value":
            lines[number] = f"{key} = {draw(texts())}"
        elif kind == "key":
            place = draw(st.integers(0, max(0, len(key) - 1)))
            lines[number] = f"{key[:place]}{draw(st.sampled_from(['', 'x', ' ', '=']))}{key[place + 1 :]} = {text}"
        elif kind == "new":
            lines.insert(number, f"{draw(st.sampled_from(UNDERSTOOD + CARRIED))} = {draw(texts())}")
        elif kind == "lose" and len(lines) > 2:
            del lines[number]
        elif kind == "double":
            lines.append(lines[number])
        elif kind == "cut":
            lines[number] = lines[number][: draw(st.integers(0, len(lines[number])))]
        elif kind == "swap":
            lines[number], lines[-1] = lines[-1], lines[number]
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines).encode(draw(st.sampled_from(["utf-8", "utf-16"])))
    noisy = bytearray(text)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 5]))):
        noisy[draw(st.integers(0, len(noisy) - 1))] = draw(st.integers(0, 255))
    return bytes(noisy), data_of(*scene)


@st.composite
def mutated_data(draw: st.DrawFn) -> Pair:
    """A sound header beside data that are cut, prolonged, overwritten, emptied, or compressed against its word."""
    scene = draw(scenes())
    data = bytearray(data_of(*scene))
    kind = draw(st.sampled_from(["cut", "longer", "noise", "empty", "packed", "unpacked"]))
    if kind == "cut":
        del data[draw(st.integers(0, len(data))) :]
    elif kind == "longer":
        data += draw(st.binary(max_size=100))
    elif kind == "noise" and data:
        for _ in range(draw(st.integers(1, 10))):
            data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    elif kind == "empty":
        data.clear()
    elif kind == "packed":
        data = bytearray(gzip.compress(bytes(data), 1))
    elif kind == "unpacked":
        data = bytearray(data_of(*scene[:4], False))
    return "\n".join(header_of(*scene)).encode(), bytes(data)


def right_or_refused(path: Path) -> None:
    """Every way to open a file ends with something that agrees with its header, or with an HsiError."""
    for look in (_look_at_cube, describe, _look_at_library, _look_at_classes):
        refusal = "opened"
        try:
            look(path)
        except HsiError as error:
            refusal = str(error)
        assert 0 < len(refusal) < 1000


def describe(path: Path) -> None:
    json.dumps(describe_file(path), allow_nan=False)


def _look_at_cube(path: Path) -> None:
    cube, header = open_cube(path), read_header(path)
    assert cube.shape == (header.rows, header.cols, header.bands)
    assert cube.dtype == header.dtype.newbyteorder("=")
    data = unpacked(path.with_suffix(".img").read_bytes(), header.compressed)
    assert data is None or len(data) >= header.bytes_needed
    last = cube.stored(cube.rows - 1, cube.cols - 1)
    if data is None:
        assert any("damaged" in note or "left packed" in note for note in cube.notes)
    else:
        # The very last sample lies at the end of the data whatever the interleave.
        end = data[header.bytes_needed - header.dtype.itemsize : header.bytes_needed]
        assert last[-1:].tobytes() == np.frombuffer(end, header.dtype).astype(cube.dtype).tobytes()
    assert cube.spectrum(0, 0).shape == (cube.bands,)
    assert cube.valid_mask().shape == (cube.rows, cube.cols)


def unpacked(data: bytes, compressed: bool) -> bytes | None:
    """The samples of a data file; None where they are packed and the end of the file is damaged."""
    if not compressed or data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return None


def _look_at_library(path: Path) -> None:
    library = open_library(path)
    assert library.values.shape == (len(library.names), library.bands)


def _look_at_classes(path: Path) -> None:
    raster = read_classes(path)
    assert set(np.unique(raster.array).tolist()) - {0} <= set(raster.classes.numbers)


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Lets the process grow by no more than MOST_MEMORY: tracing every allocation takes too long for many examples."""
    resource = pytest.importorskip("resource", reason="this system cannot limit memory")
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + MOST_MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


def checked(mutated: Pair) -> None:
    """Opens a mutated pair in every way, with an eye on what is allocated at once."""
    tracemalloc.reset_peak()
    in_a_folder(*mutated, right_or_refused)
    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY


@given(mutated_headers())
@quick
@pytest.mark.usefixtures("traced")
def test_a_mutated_header_gives_a_right_cube_or_an_error_in_words(mutated: Pair) -> None:
    checked(mutated)


@given(mutated_data())
@quick
@pytest.mark.usefixtures("traced")
def test_mutated_data_give_a_right_cube_or_an_error_in_words(mutated: Pair) -> None:
    checked(mutated)


@pytest.mark.slow
@given(mutated_headers())
@long
@pytest.mark.usefixtures("little_memory")
def test_a_thousand_mutated_headers(mutated: Pair) -> None:
    in_a_folder(*mutated, right_or_refused)


@pytest.mark.slow
@given(mutated_data())
@long
@pytest.mark.usefixtures("little_memory")
def test_a_thousand_mutated_data_files(mutated: Pair) -> None:
    in_a_folder(*mutated, right_or_refused)
