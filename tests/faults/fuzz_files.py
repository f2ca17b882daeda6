"""Damages small files of every kind and opens them in every way: nothing but an HsiError may come out.

    python -m tests.faults.fuzz_files --seconds 60 [--seed N] [--kind NAME] [--keep FOLDER]

The files are opened in a process of its own, whose memory is limited, because what libraries do to broken files can be
fatal; a crash, a hang or another exception is told with the seed that makes it again (`--seed N --count 1`). Exit code
1 where there was one.
"""

from __future__ import annotations

import argparse
import faulthandler
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.faults.samples import LABELS, Sample, samples

MOST_BYTES = 700 * 2**20  # of address space beyond what is there at the start
SLOW = 20.0  # seconds that one file may take

_TOKENS = (
    b"-1", b"0", b"1e300", b"1e999", b"nan", b"99999999999999999999", b"4294967295", b"65536", b"2147483648",
    b'"\\ud800"', b"null", b"[]", b"{}", b"true", b"=cmd|' /C calc'!A0", b"\r", b"\0", b"\xff\xfe", b"<a>", b"&x;",
    b"../../etc/passwd", b"/vsicurl/http://127.0.0.1:9/x", b"[" * 3000, b"<a>" * 3000, b"9" * 5000,
)  # fmt: skip


def mutated(content: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, cut out or put in, the end missing, or a word or number replaced by an odd one."""
    raw = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 12))):
        if len(raw) < 2:
            break
        where = min(int(len(raw) * rng.random() ** rng.choice((1, 1, 3))), len(raw) - 1)
        kind = rng.randrange(9)
        if kind <= 1:
            raw[where] = rng.randrange(256)
        elif kind == 2:
            raw[where] ^= 1 << rng.randrange(8)
        elif kind == 3:
            raw[where : where + 4] = rng.choice((b"\xff\xff\xff\x7f", b"\xff" * 4, bytes(4), b"\0\0\0\x40"))
        elif kind == 4:
            del raw[where : where + rng.randrange(1, 40)]
        elif kind == 5:
            raw[where:where] = rng.randbytes(rng.randrange(1, 40))
        elif kind == 6:
            end = where
            while end < len(raw) and raw[end : end + 1].isalnum():
                end += 1
            raw[where:end] = rng.choice(_TOKENS)
        elif kind == 7:
            raw[where:where] = raw[max(0, where - 50) : where]
        else:
            del raw[where:]
    return bytes(raw)


def damaged(sample: Sample, seed: int, folder: Path) -> Path:
    """A sample of which one file is damaged; the file to open."""
    rng = random.Random(seed)
    sample.make(folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    victim = rng.choice(files)
    victim.write_bytes(mutated(victim.read_bytes(), rng))
    return folder / sample.opened


def ways(sample: Sample) -> list[Callable[[Path], object]]:
    """All ways to open a sample."""
    if sample.kind == "run":
        from hsigui.methods import checkpoint, model_card
        from hsigui.pipeline import kept_probe

        return [checkpoint.load, kept_probe.load, model_card.write_card]
    from hsigui.cube.formats.library import open_library
    from hsigui.cube.open import list_arrays
    from hsigui.labels.describe import describe_file
    from hsigui.labels.formats.class_tables import read_table

    every: list[Callable[[Path], object]] = [describe_file, _cube, list_arrays, _choices, _labels, _labels_alone]
    return every + {"library": [open_library], "classes": [read_table]}.get(sample.kind, [])


def _cube(path: Path) -> None:
    from hsigui.cube.open import open_cube

    _look(open_cube(path))


def _look(cube) -> None:  # type: ignore[no-untyped-def]
    from hsigui.cube.render import first_view, render

    if cube.rows * cube.cols * cube.bands > 20_000_000:
        return  # that it is refused where it is too large is tested by itself
    cube.read()
    cube.valid_mask()
    cube.spectrum(cube.rows - 1, 0)
    render(cube, first_view(cube), step=1)


def _choices(path: Path) -> None:
    from hsigui.cube.open import open_cube, suggestions

    for choice in suggestions(path)[:2]:
        _look(open_cube(path, choice=choice))


def _labels(path: Path) -> None:
    from hsigui.labels.formats.files import Grid, find_truth_in_cube_file, read_classes
    from tests.faults.samples import GEO

    found = find_truth_in_cube_file(path, (LABELS.shape[0], LABELS.shape[1]))
    raster = read_classes(
        path, variable=found[0].name if found else None, grid=Grid(LABELS.shape[0], LABELS.shape[1], GEO)
    )
    rewritten(raster, path.parent)


def _labels_alone(path: Path) -> None:
    from hsigui.labels.formats.files import read_classes

    read_classes(path)


def rewritten(raster, folder: Path) -> None:  # type: ignore[no-untyped-def]
    """What was read can be written again."""
    from hsigui.labels.formats.files import write_classes

    if raster.array.size < 10_000 and len(raster.classes) < 300:
        for suffix in (".csv", ".hdr", ".geojson"):
            write_classes(folder / f"again{suffix}", raster.array, raster.classes, raster.geo)


def problem_of(sample: Sample, path: Path, by: Sequence[Callable[[Path], object]] = ()) -> str:
    """What comes out that is no HsiError, with its trace; empty for nothing.

    Args:
        by: ways to open it; all that there are for its kind when not given.
    """
    from hsigui.errors import HsiError

    for way in by or ways(sample):
        begun = time.monotonic()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                way(path)
        except HsiError as error:
            if not error.message or len(str(error)) > 2000 or not str(error).isprintable():
                return f"{way.__name__}: {str(error)[:300]!r} is no sentence"
        except Exception:  # noqa: BLE001 - that is what is looked for
            return f"{way.__name__}: {traceback.format_exc()[-3000:]}"
        if (took := time.monotonic() - begun) > SLOW:
            return f"{way.__name__} took {took:.0f} s"
    return ""


def limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES,) * 2)


def work(first: int, count: int, kind: str, scratch: Path, keep: Path | None) -> None:
    """Opens damaged samples one after the other and prints a line for each: before, and after what came out."""
    os.fsync = lambda _file: None  # the disk is not what is tried here
    chosen = [sample for sample in samples() if kind in ("", sample.name)]
    for sample in chosen:  # everything is imported, and sound files open
        folder = Path(tempfile.mkdtemp(dir=scratch))
        sample.make(folder)
        if problem := problem_of(sample, folder / sample.opened):
            print(f"BAD sound {sample.name}: {problem!r}", flush=True)
        shutil.rmtree(folder)
    limit_memory()
    for seed in range(first, first + count):
        sample = chosen[seed % len(chosen)]
        folder = Path(tempfile.mkdtemp(dir=scratch))
        path = damaged(sample, seed, folder)
        print(f"TRY {seed} {sample.name}", flush=True)
        faulthandler.dump_traceback_later(6 * SLOW, exit=True)
        if problem := problem_of(sample, path):
            print(f"BAD {seed} {sample.name}: {problem!r}", flush=True)
            if keep is not None:
                shutil.copytree(folder, keep / f"{seed}-{sample.name}", dirs_exist_ok=True)
        faulthandler.cancel_dump_traceback_later()
        shutil.rmtree(folder)
    print("END", flush=True)


def run(first: int, count: int, kind: str, scratch: Path, keep: Path | None = None) -> tuple[int, list[str], int]:
    """Runs `work` in a process of its own.

    Returns: how many were tried, what was wrong with which, and the seed to go on with.
    """
    command = [sys.executable, "-X", "faulthandler", "-m", "tests.faults.fuzz_files", "--worker", "--seed", str(first)]
    command += ["--count", str(count), "--kind", kind, "--scratch", str(scratch)]
    command += [] if keep is None else ["--keep", str(keep)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, errors="replace")
    lines = done.stdout.splitlines()
    tried = [line for line in lines if line.startswith("TRY ")]
    wrong = [line for line in lines if line.startswith("BAD ")]
    last = int(tried[-1].split()[1]) if tried else first - 1
    if "END" not in lines:
        wrong.append(f"BAD {tried[-1] if tried else 'start'}: ended with {done.returncode}\n{done.stderr[-3000:]}")
    return len(tried), wrong, last + 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=0, help="so many files and no more")
    parser.add_argument("--kind", default="", help="one of the samples by its name")
    parser.add_argument("--keep", type=Path, help="where the files go that did harm")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        work(asked.seed, asked.count, asked.kind, asked.scratch, asked.keep)
        return 0
    end, seed, total, wrong = time.monotonic() + asked.seconds, asked.seed, 0, 0
    with tempfile.TemporaryDirectory(prefix="hsigui-fuzz-") as scratch:
        while time.monotonic() < end:
            tried, found, seed = run(seed, asked.count or 300, asked.kind, Path(scratch), asked.keep)
            total, wrong = total + tried, wrong + len(found)
            for line in found:
                print(line.replace("\\n", "\n"))
            if asked.count or not tried:
                break
    print(f"{total} damaged files of {len(samples())} kinds opened, {wrong} did harm; next seed {seed}")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
