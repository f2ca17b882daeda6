"""Cubes made ready before anything is learned from them, and saved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsigui.api.given import PathLike
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.preparing.band_files import open_bands as find_bands
from hsigui.preparing.chosen import chosen_from
from hsigui.preparing.made import plain
from hsigui.preparing.mosaic import mosaicked
from hsigui.preparing.passes import remarks_of, settle
from hsigui.preparing.stack import onto_one, stacked
from hsigui.preparing.step import Step, prepared
from hsigui.preparing.table import not_carried
from hsigui.preparing.table import save_cube as write
from hsigui.preparing.words import WHOSE_GRID
from hsigui.texts import say


def prepare(
    cubes: Cube | Sequence[Cube], *steps: Step | str, by_wavelength: bool = False, mosaic: str = "", onto: str = "",
    resampling: str = "nearest",
) -> Cube:  # fmt: skip
    """One cube of one or several, after some steps; its samples are made when they are read, and no file is touched.

    Args:
        cubes: the scene, or several of one grid, which are stacked: the bands of each after those of the one before.
        steps: `Crop`, `Box`, `Inside`, `Onto`, `Bands`, `BlockMean`, `Like`, `WhiteDark`, `FlatField`,
            `InternalAverage`, `EmpiricalLine`, `LogResiduals`, `MarkBad`, `DropBad`, `FillColumns`, `Despike`,
            `Destripe`, `DestripeMnf`, `Denoise`, `Savgol`, `Gaussian`, `Normalise` and `Continuum`, in their order; or
            texts as `hsigui prepare` takes them ("rows 10:60", "white 0:20 --dark 20:30").
        by_wavelength: the bands of the stack rise by wavelength.
        mosaic: "first" or "feather" for several flight lines of one sensor, which become one scene: where they overlap
            the first that has data counts, or one fades into the other.
        onto: resample those of several that lie on another grid to the pixels of the "first", or of the "finest".
        resampling: how: "nearest", "bilinear", "cubic" or "average".

    Returns:
        A `Cube` like any other, for `derive`, `pretrain`, `save_cube` and the rest; `cube.info.history` says what was
        done, as options of `hsigui prepare`.

    Raises:
        HsiError: the cubes are not of one grid, or a step does not fit.
    """
    stack = [plain(cube) for cube in ([cubes] if isinstance(cubes, Cube) else cubes)]
    if onto and onto not in WHOSE_GRID:
        raise HsiError(say("“{name}” is none of the scenes.", name=onto), say("Write “first” or “finest”."))
    if mosaic and onto == "finest":
        raise HsiError(say("Lines are put together on the pixels of the first."), say("Put the finest first."))
    if mosaic and by_wavelength:
        raise HsiError(say("The bands of a mosaic are those of its lines."), say("Leave out the sorting."))
    scene = stack[0].path if stack else None
    made = [chosen_from(step).made(scene) if isinstance(step, str) else step for step in steps]
    if mosaic:
        return prepared(mosaicked(stack, mosaic, onto=bool(onto), resampling=resampling), made)
    if onto:
        stack = onto_one(stack, onto, resampling)
    return prepared(stacked(stack, by_wavelength=by_wavelength), made)


def open_bands(folder: PathLike) -> list[Cube]:
    """The files of a folder that hold one band each, as the archives of Sentinel-2 and Landsat have them, in natural
    order: for `prepare`, which stacks them.

    Returns:
        A `Cube` of one band for each file, with a name that tells it apart, and a wavelength where those of all are
        known by their names; what was left out is in the notes of the first.

    Raises:
        HsiError: the folder holds no such file, or one cannot be read.
    """
    return find_bands(Path(folder).expanduser())


def save_cube(
    cube: Cube, path: PathLike, *, interleave: str = "", dtype: str = "", scale: float | None = None,
    cloud: bool = False, ctx: Context | None = None,
) -> list[Path]:  # fmt: skip
    """Writes a cube as a new file, with its wavelengths, widths, bad bands, names, no-data, place and history.

    By tiles, whatever its size; either the whole file is there or none, and never over what the cube is read from.

    Args:
        path: .hdr or .img and the like for ENVI, .tif for a GeoTIFF, .mat for MATLAB 7.3, .zarr.
        interleave: "bsq", "bil" (ENVI only) or "bip"; empty for that of the cube.
        dtype: of the samples, such as "int16" or "float32"; empty for its own. Floating types hold the values
            themselves, NaN where there is no data.
        scale: whole numbers are the values times this, such as 10000.
        cloud: a GeoTIFF laid out for reading over a network (COG).

    Returns:
        The files written, the one to open first.

    Raises:
        HsiError: the format lacks what is asked for, a value does not fit the type, or the file cannot be written.
    """
    work = ctx or quiet()
    for note in not_carried(cube, path, dtype, scale):
        work.warn(note)

    def looked(done: int, total: int) -> None:
        work.progress(done, total, say("Looking at {name}", name=cube.name))

    def told(done: int, total: int) -> None:
        work.progress(done, total, say("Saving {name}", name=Path(path).name))

    settle(cube, looked)
    files = write(cube, path, interleave=interleave, dtype=dtype, scale=scale, cloud=cloud, told=told)
    for remark in remarks_of(cube):
        work.warn(remark)
    return files
