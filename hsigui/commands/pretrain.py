"""hsigui pretrain: an encoder from a cube, without labels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hsigui.commands.console import run_with_progress, tell, typed
from hsigui.commands.outputs import check_folder
from hsigui.commands.reading import reading
from hsigui.cube.cube import Cube
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.methods import asked, registry
from hsigui.methods.resume_header import FILE
from hsigui.specs import PretrainSpec


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel."""
    info = registry.method(arguments.method)
    spec = PretrainSpec(
        arguments.method, arguments.preset, arguments.seed, arguments.device, arguments.epochs,
        arguments.monitor, arguments.patience, arguments.precision,
        start=str(arguments.start.resolve()) if arguments.start else "",
        mask_out=str(arguments.mask_out.resolve()) if arguments.mask_out else "",
        settings=asked.read(info, info.preset(arguments.preset), arguments.settings),
    )  # fmt: skip
    check_folder(arguments.out)
    if (arguments.out / "run.json").exists() and not (arguments.replace or arguments.resume):
        raise HsiError(
            f"{arguments.out} holds a finished run.", "Name another folder, or give --replace to train anew over it."
        )
    if (arguments.out / FILE).exists() and not (arguments.replace or arguments.resume):
        raise HsiError(
            f"{arguments.out} holds an unfinished training.",
            "Give --resume to go on with it, or --replace to begin anew over it.",
        )
    cube = open_cube(arguments.cube, **reading(arguments))
    watched = None
    if arguments.monitor_labels is not None:
        watched = read_classes(arguments.monitor_labels, grid=Grid(cube.rows, cube.cols, cube.geo))
    if watched is not None:
        require_same_size(watched.array.shape, (cube.rows, cube.cols), "labels")
        require_same_place(watched.geo, cube.geo, (cube.rows, cube.cols), "labels")
    given = {"labels": None if watched is None else watched.array, "resume": arguments.resume}
    try:
        encoder = run_with_progress(
            lambda ctx: _pretrain_and_embed(cube, spec, arguments.out, {**given, "command": typed(arguments)}, ctx),
            "Loading PyTorch",
        )
    except KeyboardInterrupt:
        if (arguments.out / FILE).exists():
            tell("the same command with --resume goes on from here")
        raise
    print(f"{encoder.summary} -> {arguments.out}")


def _pretrain_and_embed(cube: Cube, spec: PretrainSpec, out: Path, given: dict[str, Any], ctx: Context) -> Any:
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain as learn

    encoder = learn(cube, spec, ctx, out, **given)
    embed(cube, encoder, ctx, out, device=spec.device)
    return encoder
