"""`hsigui prepare`: cubes cut, stacked, calibrated and saved as a new one."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hsigui import api
from hsigui.commands.console import run_with_progress, tell_all
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading, reading_words
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.preparing.asked import step_of
from hsigui.preparing.band_files import is_folder_of_bands, open_bands
from hsigui.preparing.calibrate import WhiteDark
from hsigui.preparing.chosen import read_steps
from hsigui.preparing.onto import Onto
from hsigui.preparing.step import Step
from hsigui.preparing.table import cube_suffixes, writer_of
from hsigui.preparing.white import is_rows, reference_of
from hsigui.texts import say

AUTO = "auto"  # instead of a white reference: that which lies beside the scene


def prepare(arguments: argparse.Namespace) -> None:
    """Writes one cube of one or several, after some steps.

    Raises:
        HsiError: a file cannot be read or written, the cubes are not of one grid, or a step does not fit.
    """
    out: Path = arguments.out
    _require_new(out, arguments.overwrite)
    check_outputs([*map(Path, arguments.cubes), *_references(arguments)], [(out, cube_suffixes())])
    _require_together(arguments)
    steps = _steps(arguments)
    cubes = [cube for path in arguments.cubes for cube in _opened(path, arguments)]
    if words := reading_words(arguments):  # for all of them
        cubes[0] = cubes[0].with_info(replace(cubes[0].info, history=(*cubes[0].info.history, words)))
    cube = api.prepare(
        cubes, *steps, by_wavelength=arguments.sort, mosaic=arguments.mosaic or "", onto=arguments.onto or "",
        resampling=_resampling(arguments),
    )  # fmt: skip
    tell_all(cube.notes)

    def work(ctx: Context) -> Sequence[Path]:
        return api.save_cube(
            cube, out, interleave=arguments.interleave or "", dtype=arguments.type or "", scale=arguments.to_scale,
            cloud=arguments.cog, ctx=ctx,
        )  # fmt: skip

    files = run_with_progress(work, say("Saving {name}", name=out.name))
    print(
        say("{rows} x {cols} pixels, {bands} bands -> {out}", rows=cube.rows, cols=cube.cols, bands=cube.bands,
            out=files[0])
    )  # fmt: skip


def _opened(path: Path | str, arguments: argparse.Namespace) -> list[Cube]:
    """The scene of a path, or the single bands of a folder."""
    if isinstance(path, Path) and is_folder_of_bands(path.expanduser()):
        out = arguments.out
        return open_bands(
            path.expanduser(), lambda file: api.open(file, **reading(arguments)), (out, out.with_suffix(".hdr"))
        )
    return [api.open(path, **reading(arguments))]


def _require_new(out: Path, overwrite: bool) -> None:
    """Refuses to write over a cube unasked: where OUT was forgotten, the last of the scenes stands in its place."""
    files = [out, out.with_suffix(".hdr")] if writer_of(out).title == "ENVI" else [out]
    there = next((file for file in files if file.exists()), None)
    if there is not None and not overwrite:
        raise HsiError(
            say("{name} is there already.", name=there.name),
            say("The last file is the one to write. Choose another name, or add --overwrite."),
        )


def _require_together(arguments: argparse.Namespace) -> None:
    white = [text for name, text in arguments.steps if name == "white"]
    if AUTO in white and len(arguments.cubes) > 1:
        raise HsiError(
            say("--white {auto} takes the references of one scene.", auto=AUTO),
            say("Calibrate each scene by itself, then stack what was made of them."),
        )
    if white:
        return
    for name, value in (
        ("--dark", arguments.dark), ("--white-dark", arguments.white_dark), ("--panel", arguments.panel)
    ):  # fmt: skip
        if value is not None:
            raise HsiError(say("{option} goes with --white.", option=name), say("Add --white, or leave it out."))


def _references(arguments: argparse.Namespace) -> list[Path]:
    """The files of white and dark references, and those whose grid or bands are taken."""
    likes = [Path(text) for name, text in arguments.steps if name in ("grid", "like") and Path(text).is_file()]
    named = [text for name, text in arguments.steps if name == "white"]
    others = [text for text in (arguments.dark, arguments.white_dark) if text]
    return likes + [Path(text) for text in (*named, *others) if text != AUTO and not is_rows(text)]


def _steps(arguments: argparse.Namespace) -> list[Step]:
    """The steps in their order; a resampling is that of the grid before it."""
    steps: list[Step] = []
    for name, text in arguments.steps:
        last = steps[-1] if steps else None
        if name == "steps":
            steps += [step.made(arguments.cubes[0]) for step in read_steps(Path(text)) if step.on]
        elif name != "resampling":
            steps.append(_step(name, text, arguments))
        elif isinstance(last, Onto):
            steps[-1] = replace(last, resampling=text)
        elif not arguments.onto:
            raise HsiError(
                say("--resampling goes with --grid, behind it, or with --onto."), say("Add one, or leave it out.")
            )
    return steps


def _resampling(arguments: argparse.Namespace) -> str:
    """That of --onto: one that stands behind no grid."""
    before = ""
    for name, text in arguments.steps:
        if name == "resampling" and before != "grid":
            return str(text)
        before = name
    return "nearest"


def _step(name: str, text: str, arguments: argparse.Namespace) -> Step:
    if name != "white":
        return step_of(name, text)
    dark, white_dark = (
        None if given is None else reference_of(given) for given in (arguments.dark, arguments.white_dark)
    )
    panel = 1.0 if arguments.panel is None else arguments.panel
    if text != AUTO:
        return WhiteDark(reference_of(text), dark, panel, white_dark)
    found = WhiteDark.beside(arguments.cubes[0], panel)
    return replace(found, dark=dark or found.dark, white_dark=white_dark or found.white_dark)
