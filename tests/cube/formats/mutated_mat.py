"""Opens damaged MATLAB files one after the other, in a process of its own: what HDF5 does to broken files can be fatal.

    python mutated_mat.py SOURCE SEED COUNT SCRATCH

Prints one line for each file before it is opened and one after, so that the last line names the file that did harm.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np

from hsigui.cube.open import list_arrays, open_cube, suggestions
from hsigui.errors import HsiError

MOST_BYTES = 400 * 2**20  # of address space that one file may ask for beyond what is there at the start


def mutated(content: bytes, seed: int) -> bytes:
    """A few bytes changed, cut out, put in, or the end missing; heads and lengths are met more often than samples."""
    rng = random.Random(seed)
    raw = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 12))):
        where = int(len(raw) * rng.random() ** rng.choice((1, 3)))
        where = min(max(0, where), len(raw) - 1)
        kind = rng.randrange(7)
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
        else:
            del raw[where:]
        if len(raw) < 2:
            break
    return bytes(raw)


def outcome(path: Path) -> str:
    """`cube` or `refused`; anything else is raised."""
    try:
        list_arrays(path)
        for choice in suggestions(path)[:2]:
            require_right(open_cube(path, choice=choice))
        require_right(open_cube(path))
    except HsiError as error:
        if not error.message or path.name not in error.message:
            raise AssertionError(f"the message does not name the file: {error}") from error
        return "refused"
    return "cube"


def require_right(cube) -> None:  # type: ignore[no-untyped-def]
    """The cube is what it says: every part of it can be read and has the shape that it names."""
    if cube.rows * cube.cols * cube.bands > 10_000_000:
        raise AssertionError(f"a file of some kilobytes became {cube.shape}")
    values = cube.read()
    if values.shape != cube.shape or values.dtype != np.float32:
        raise AssertionError(f"{values.shape} read of {cube.shape}")
    cube.spectrum(cube.rows - 1, 0)


def limit_memory() -> None:
    if sys.platform == "linux":
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MOST_BYTES,) * 2)


def main() -> None:
    source, seed, count, scratch = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    content = source.read_bytes()
    outcome(source)  # everything is imported now
    limit_memory()
    for number in range(seed, seed + count):
        path = scratch / f"{source.stem}-{number}.mat"
        path.write_bytes(mutated(content, number))
        print(f"try {number}", flush=True)
        print(f"{outcome(path)} {number}", flush=True)
        path.unlink()


if __name__ == "__main__":
    main()
