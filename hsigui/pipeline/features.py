"""Features of every pixel, computed once and kept: what every probe and every map is made from. Loads no torch."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.edge_filter import Edges
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import run_record
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.saving import written_beside
from hsigui.specs import FIRST_RECIPE, Recipe
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.levels import LevelSet

# Of an encoder that can make features: (rows, t_start, copies, seed) -> rows, all as the encoder gives them.
Synthesise = Callable[[NDArray[np.float32], int, int, int], NDArray[np.float32]]
ENCODER = "encoder"  # the name of the encoder's block of columns

SETS_KEPT = 3  # of features in one run folder, with their levels
ABANDONED_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Features:
    """Feature vectors of a scene.

    Attributes:
        array: rows x cols x features, float16; an array in memory, or in a file that is read as it is indexed.
        valid: rows x cols; False where the cube has no data.
        mean, sd: of every feature over the valid pixels; probes see (array - mean) / sd.
        key: of the cube and encoder that they belong to.
        columns: where each block of features stands, by its name: "encoder", then those beside it.
        variants: of the encoder's features, which then stand one after the other in its block, all of one width.
        synthesise: makes more features of the encoder's first variant, where it can.
        recipe: how these features are classified unless the user says otherwise.
        edges: of the scene, for maps that are smoothed up to the borders of fields; None where they are not known.
        branches: widths of the parts that the encoder's features are made of, where it has several.
        levels: of context, where the recipe has several: these features are then those of the first, each pixel for
            itself, and the others are made from them when they are needed.
    """

    array: NDArray[np.float16] | FeatureFile
    valid: NDArray[np.bool_]
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    key: str = ""
    columns: Mapping[str, slice] = field(default_factory=dict)
    variants: tuple[int, ...] = ()
    synthesise: Synthesise | None = None
    recipe: Recipe = FIRST_RECIPE
    edges: Edges | None = None
    branches: tuple[int, ...] = ()
    levels: LevelSet | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.valid.shape[0], self.valid.shape[1]

    def standardised(self, window: NDArray[np.float16], columns: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """Standard scores of some feature vectors, (..., features), or of some of their columns: (..., columns).
        Such as pixels x features or rows x cols x features, float32."""
        if columns is None:
            return (window.astype(np.float32) - self.mean) / self.sd
        return (window[..., columns].astype(np.float32) - self.mean[columns]) / self.sd[columns]

    def at(self, mask: NDArray[np.bool_], columns: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """Standardised features (or some of their columns) of the masked pixels, pixels x features, row-major."""
        return self.standardised(self.array[mask], columns)

    @property
    def unrefined(self) -> NDArray[np.intp] | None:
        """The columns of the first variant, one number a column; None, for all, where there is only one."""
        return self.of_variant(0) if self.variants else None

    def of_variant(self, number: int) -> NDArray[np.intp]:
        """The columns of one variant of the encoder's features (counted from 0), and all those beside the encoder's.
        One number a column."""
        block = self.columns[ENCODER]
        width = (block.stop - block.start) // len(self.variants)
        first = block.start + number * width
        beside = np.arange(block.stop, self.array.shape[2])
        return np.concatenate([np.arange(first, first + width), beside])


def widened(values: NDArray[np.float16]) -> NDArray[np.float32]:
    """The same numbers in 32 bits, of any shape. Where PyTorch is loaded anyway it does this four times as fast as
    numpy, and a map after every stroke is made of little else."""
    torch = sys.modules.get("torch")
    if torch is None or not values.size:
        return values.astype(np.float32)
    plain = np.ascontiguousarray(values)
    if not plain.flags.writeable:  # PyTorch warns of such, though nothing is written
        plain = plain.copy()
    found: NDArray[np.float32] = torch.from_numpy(plain).float().numpy()
    return found


def finished(
    array: NDArray[np.float16] | FeatureFile, valid: NDArray[np.bool_], key: str,
    columns: Mapping[str, slice] | None = None, edges: Edges | None = None,
) -> Features:  # fmt: skip
    """Features with their mean and standard deviation, taken over at most some 200 000 valid pixels. `array` is rows x
    cols x features, `valid` rows x cols.

    Raises:
        HsiError: no pixel is valid.
    """
    if not valid.any():
        raise HsiError(
            say("The scene has no pixel with data in all good bands."), say("Check the no-data value and bad bands.")
        )
    step = max(1, int(np.sqrt(valid.size / 200_000)))
    sample = array[::step, ::step][valid[::step, ::step]].astype(np.float32)
    if len(sample) == 0:
        sample = array[valid].astype(np.float32)
    mean, sd = sample.mean(axis=0), sample.std(axis=0)
    sd[sd < 1e-6] = 1.0
    return Features(array, valid, mean, sd, key, columns or {}, edges=edges)


class Store:
    """Features on disk: one set of four files for each key, so that several cubes can use one run.

    The array is written under another name and renamed when complete: a program that has the old one open goes on
    undisturbed, and a cancelled embedding leaves nothing. The SHA-256 of each file is noted in the record of the run,
    and held against the file when it is opened.
    """

    def __init__(self, folder: Path, key: str, level: str = "") -> None:
        self._folder, self._key = folder, key
        name = f"features-{key[:12]}" + (f"-{level}" if level else "")
        self._array, self._valid = folder / f"{name}.npy", folder / f"{name}-valid.npy"
        self._edges = folder / f"{name}-edges.npz"
        self._about, self._part = folder / f"{name}.json", folder / f"{name}-{os.getpid()}.part"

    @property
    def folder(self) -> Path:
        """Where they lie."""
        return self._folder

    def load(self, shape: tuple[int, int], ctx: Context) -> Features | None:
        """The features kept here; None when there are none of this key and size, or they are damaged, which is told.

        Raises:
            Cancelled: through the context.
        """
        files = (self._about, self._array, self._valid, self._edges)
        if not all(path.exists() for path in files):
            return None  # never made, or removed to save room
        try:
            found = self._checked(shape, run_record.sums_of(self._folder), ctx)
        except (HsiError, OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile) as error:
            _tell_damage(self._array, error, ctx)
            return None
        return found

    def _checked(self, shape: tuple[int, int], sums: Mapping[str, str] | None, ctx: Context) -> Features | None:
        """What `load` gives.

        Args:
            sums: that were noted of the files; None where none were.

        Raises:
            HsiError, OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, BadZipFile: a file is damaged.
        """
        # What is used is what was checked: small files are read once, the array by one handle.
        about = json.loads(_held(self._about, sums))
        if about["key"] != self._key:
            return None
        array = FeatureFile(self._array)
        valid = np.load(io.BytesIO(_held(self._valid, sums)), allow_pickle=False)
        with np.load(io.BytesIO(_held(self._edges, sums)), allow_pickle=False) as kept:
            edges = Edges(kept["across"], kept["down"])
        columns = {name: slice(*ends) for name, ends in about["columns"].items()}
        if {array.shape[:2], valid.shape, edges.shape} != {shape} or list(array.shape) != about["shape"]:
            raise ValueError(say("its size is another"))
        if sums is not None and sums.get(self._array.name) != _summed(array, ctx):
            raise run_record.changed(self._array)
        return finished(array, valid, self._key, columns, edges)

    def create(self, shape: tuple[int, int, int]) -> NDArray[np.float16]:
        """An array on disk to be filled in and handed to `keep` or `discard`. Rows x cols x features.

        Raises:
            OSError: the folder cannot be written or the disk is full.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._drop_abandoned()
        array = np.lib.format.open_memmap(self._part, mode="w+", dtype=np.float16, shape=shape)
        if hasattr(os, "posix_fallocate"):
            # A memory map that runs out of disk kills the process: ask for the space before the first write.
            try:
                with self._part.open("r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, array.offset + array.nbytes)
            except OSError:
                self.discard()
                raise
        return array

    def keep(
        self, array: NDArray[np.float16], valid: NDArray[np.bool_], columns: Mapping[str, slice], edges: Edges,
        ctx: Context,
    ) -> Features:  # fmt: skip
        """Puts a filled array in place; the record goes last. `array` is rows x cols x features, `valid` rows x cols.

        Raises:
            HsiError: the folder cannot be written any more.
            Cancelled: through the context; what was kept before stays.
        """
        if isinstance(array, np.memmap):
            array.flush()
        ends = {name: [place.start, place.stop] for name, place in columns.items()}
        told = {"key": self._key, "shape": list(array.shape), "columns": ends}
        contents = {self._valid: _bytes_of(valid), self._edges: _bytes_of(across=edges.across, down=edges.down)}
        contents[self._about] = json.dumps(told).encode()
        sums = {path.name: run_record.sum_of(content) for path, content in contents.items()}
        sums[self._array.name] = _summed(FeatureFile(self._part), ctx)
        del array  # some systems do not rename a file that is mapped
        with (
            run_record.renewed(self._folder, sums) as (record, text),
            written_beside(*contents, record) as (*scratch, about_run),
        ):
            for path, content in zip(scratch, contents.values(), strict=True):
                path.write_bytes(content)
            about_run.write_text(text, encoding="utf-8")
            run_record.keep_time(record, about_run)
            self._part.replace(self._array)
        self._drop_old()
        return finished(FeatureFile(self._array), valid, self._key, columns, edges)

    def discard(self) -> None:
        """Removes a half-filled array."""
        with contextlib.suppress(OSError):  # still mapped on a system that locks: it goes with the folder
            self._part.unlink(missing_ok=True)

    def _drop_abandoned(self) -> None:
        """Removes half-filled arrays that nobody has written to for a day: their programs were killed."""
        for part in self._folder.glob("features-*.part"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > ABANDONED_SECONDS:
                    part.unlink()

    def _drop_old(self) -> None:
        """Keeps the newest few sets of the folder, each with its levels."""
        found: dict[str, list[Path]] = {}
        for about in sorted(self._folder.glob("features-*.json"), key=lambda p: p.stat().st_mtime, reverse=True):
            found.setdefault(about.stem.split("-")[1], []).append(about)
        for key in list(found)[SETS_KEPT:]:
            for about in found[key]:
                ends = (".npy", "-valid.npy", "-edges.npz", "-superpixels.npy")
                beside = (about.with_name(f"{about.stem}{end}") for end in ends)
                for path in (about, *beside):
                    with contextlib.suppress(OSError):  # open in another program on a system that locks
                        path.unlink(missing_ok=True)


class Superpixels:
    """The superpixels of a scene, kept beside its features."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._path = folder, folder / f"features-{key[:12]}-superpixels.npy"

    def load(self, shape: tuple[int, int], ctx: Context) -> NDArray[np.int32] | None:
        """Rows x cols, -1 for pixels in none; None where they are not there or damaged, which is told: they are found
        again."""
        try:
            found = np.load(io.BytesIO(_held(self._path, run_record.sums_of(self._folder))), allow_pickle=False)
            if found.dtype != np.int32 or found.shape != shape:
                raise ValueError(say("its size is another"))
        except FileNotFoundError:
            return None
        except (HsiError, OSError, ValueError, EOFError) as error:
            _tell_damage(self._path, error, ctx)
            return None
        return np.asarray(found, dtype=np.int32)

    def keep(self, labels: NDArray[np.int32], warn: Callable[[str], None]) -> None:
        """Writes them (rows x cols); says so where that cannot be done, for they can be found again."""
        content = _bytes_of(labels)
        try:
            run_record.put(self._folder, {self._path.name: content})
        except HsiError as error:
            warn(say("The superpixels are not kept for later: {message}", message=error.message))


def _held(path: Path, sums: Mapping[str, str] | None) -> bytes:
    """The content of a file whose sum is the one that was noted, where any were.

    Raises:
        OSError: it cannot be read.
        HsiError: it is damaged.
    """
    content = path.read_bytes()
    if sums is not None and sums.get(path.name) != run_record.sum_of(content):
        raise run_record.changed(path)
    return content


def _summed(array: FeatureFile, ctx: Context) -> str:
    """The sum of features in a file; their size may be that of the scene itself, so it can be stopped."""
    return array.checksum(lambda done: ctx.progress(done, array.nbytes, say("Checking the kept features")))


def _tell_damage(path: Path, error: Exception, ctx: Context) -> None:
    why = error.message if isinstance(error, HsiError) else say("{path} is damaged: {error}.", path=path, error=error)
    ctx.warn(say("{why} It is made again.", why=why))


def _bytes_of(array: NDArray[Any] | None = None, **arrays: NDArray[Any]) -> bytes:
    """What numpy writes of one array, or of several by their names."""
    held = io.BytesIO()
    if array is None:
        np.savez(held, **arrays)  # type: ignore[arg-type]
    else:
        np.save(held, array)
    return held.getvalue()
