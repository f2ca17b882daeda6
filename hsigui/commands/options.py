"""What the parsers of several commands share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from hsigui.commands.values import background, bands, buffer, jobs, memory, natural, scale, size, words
from hsigui.cube import working_memory
from hsigui.cube.formats.rows import one_of
from hsigui.cube.remote.opening import is_address
from hsigui.labels.formats import table as labels
from hsigui.specs import PRECISIONS
from hsigui.texts import say

CLASS_TABLES = one_of(labels.class_table_suffixes())


def scene(text: str) -> Path | str:
    """The path of a scene; its address as it was typed, which `with_addresses_asked` makes a path of."""
    return text if is_address(text) else Path(text)


def add_manifest(p: argparse.ArgumentParser) -> None:
    """The list of scenes."""
    p.add_argument(
        "--manifest", type=Path, metavar="FILE",
        help=say("a list of scenes: .txt with a path or pattern a line, .csv or .json with path, weight, mask, labels"),
    )  # fmt: skip


def command(name: str, module: str = "") -> Callable[[argparse.Namespace], None]:
    """The function of a command, whose module (of the same name unless given) is imported when it is run."""

    def work(arguments: argparse.Namespace) -> None:
        from hsigui.commands import many_processes, progress
        from hsigui.commands.outputs import careful

        if name != "pretrain":
            many_processes.require_one(name)
        kind = progress.NONE if getattr(arguments, "quiet", False) else getattr(arguments, "progress", progress.AUTO)
        bound = working_memory.limited(getattr(arguments, "memory_limit", None))
        with careful(getattr(arguments, "overwrite", False)), progress.chosen(kind), bound:
            getattr(import_module(f"hsigui.commands.{module or name}"), name)(arguments)

    return work


def add_overwrite(p: argparse.ArgumentParser) -> None:
    """The option to write over what others have changed."""
    p.add_argument(
        "--overwrite", action="store_true",
        help=say("write over files that another program changes while this command is at work, too"),
    )  # fmt: skip


def add_seed(parser: argparse.ArgumentParser) -> None:
    """The seed of every random choice."""
    parser.add_argument("--seed", type=natural, default=0, metavar="N", help=say("of every random choice (0)"))


def add_device(parser: argparse.ArgumentParser) -> None:
    """Where networks compute."""
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help=say("where to compute (auto)")
    )


def add_settings(parser: argparse.ArgumentParser, form: str, words: str) -> None:
    """What is set of a training beside method, preset, seed and length."""
    group = parser.add_argument_group(say("how it is trained"))
    group.add_argument("--set", action="append", default=[], metavar=form, dest="settings", help=words)
    group.add_argument("--no-monitor", action="store_false", dest="monitor", help=say("do not watch the features"))
    group.add_argument(
        "--patience", type=natural, metavar="N",
        help=say("stop after N readings of the monitor without a better one; 0 for never; the preset's own when left "
                 "out"),
    )  # fmt: skip
    group.add_argument(
        "--precision", choices=PRECISIONS, default="auto",
        help=say("numbers that networks compute in; auto: bfloat16 where the processor has it (auto)"),
    )  # fmt: skip


def add_variable(parser: argparse._ActionsContainer) -> None:
    """Which array of a file is meant."""
    parser.add_argument("--variable", metavar="NAME", help=say("array of a .mat file, where several fit"))


def add_reading(parser: argparse.ArgumentParser, *, quality: bool = True) -> None:
    """How an array of a MATLAB, HDF5 or NumPy file becomes the scene; without these it is guessed and said.

    Args:
        quality: whether quality masks can be chosen whose pixels have no data.
    """
    group = parser.add_argument_group(say("how an array becomes the scene (.mat, HDF5, NumPy)"))
    add_variable(group)
    group.add_argument("--axes", metavar="AXES", help=say("such as rows,cols,bands or bands,rows,cols or bands,pixels"))
    group.add_argument(
        "--size", type=size, metavar="ROWSxCOLS", help=say("of the scene, for bands,pixels and pixels,bands")
    )
    group.add_argument(
        "--order", choices=("columns", "rows"), help=say("how the pixels run there (columns, as in MATLAB)")
    )
    group.add_argument("--wavelengths", metavar="NAME", help=say("variable of the band centres; none for none"))
    group.add_argument("--units", metavar="UNIT", help=say("of the band centres"))
    group.add_argument(
        "--bad-bands", metavar="NAME", help=say("variable with 1 for good, 0 for bad bands; none for none")
    )
    if quality:
        group.add_argument(
            "--quality", type=words, default=(), metavar="NAME,NAME",
            help=say("quality masks of a product (info names them): pixels that one of them marks have no data"),
        )  # fmt: skip
    else:
        parser.set_defaults(quality=())
    group.add_argument(
        "--leave-out-bands", type=bands, default=(), metavar="N,N-N",
        help=say("bands, counted from 1, that are not used, besides those that the file marks bad"),
    )  # fmt: skip
    group.add_argument(
        "--take-in-bands", type=bands, default=(), metavar="N,N-N",
        help=say("bands, counted from 1, that are used although the file marks them bad"),
    )  # fmt: skip


def add_scale(parser: argparse.ArgumentParser) -> None:
    """What stored values are divided by."""
    parser.add_argument(
        "--scale", type=scale, metavar="X", help=say("divide the stored values by X (the file's own scale factor)")
    )


def add_memory_limit(parser: argparse.ArgumentParser) -> None:
    """How much memory the work may take."""
    parser.add_argument(
        "--memory-limit", type=memory, metavar="SIZE",
        help=say("memory that the whole process may take, as 2GB, 1.5GiB or 50%% of the machine's: work is done in "
                 "smaller pieces (no limit)"),
    )  # fmt: skip


def add_outside(parser: argparse.ArgumentParser) -> None:
    """Whether files outside a scene's own folder are read."""
    parser.add_argument(
        "--outside-files", action="store_true",
        help=say("also read what files name outside their own folders (virtual rasters, HDF5); remembered for each"),
    )  # fmt: skip


def add_progress(parser: argparse.ArgumentParser) -> None:
    """How long work is told of."""
    group = parser.add_argument_group(say("how it is told of")).add_mutually_exclusive_group()
    group.add_argument(
        "--progress", default="auto", choices=("auto", "bar", "lines", "json", "none"),
        help=say("on stderr: a bar; a line at the start, one a minute and one at the end; JSON for programs; nothing "
                 "(auto: a bar in a terminal, lines elsewhere)"),
    )  # fmt: skip
    group.add_argument("--quiet", action="store_true", help=say("as --progress none: warnings and results alone"))


def add_workers(parser: argparse.ArgumentParser, pieces: str) -> None:
    """Who does the work.

    Args:
        pieces: what is done one by one, in words.
    """
    group = parser.add_argument_group(say("who does it"))
    group.add_argument(
        "--jobs", type=jobs, metavar="N",
        help=say("so many {pieces} at once, in processes that share the cores; auto: as many as cores and memory allow",
                 pieces=pieces),
    )  # fmt: skip
    group.add_argument(
        "--scheduler", metavar="ENGINE[:ADDRESS]",
        help=say("the engine that does {pieces}: dask on this machine, dask:tcp://HOST:PORT on a cluster that runs, or "
                 "that of a plug-in (processes of this machine)", pieces=pieces),
    )  # fmt: skip


def add_background(parser: argparse._ActionsContainer, option: str = "--background") -> None:
    """Which numbers mean no label."""
    parser.add_argument(
        option, type=background, metavar="NUMBERS",
        help=say("numbers that mean no label, as 255 or -1,0, or none; what the file and its numbers say by default"),
    )  # fmt: skip


def add_buffer(parser: argparse._ActionsContainer, option: str = "--buffer") -> None:
    """How far points and lines label."""
    parser.add_argument(
        option, type=buffer, metavar="DISTANCE",
        help=say("points and lines label within it, as 3 (pixels) or 10m; else the pixels that they touch"),
    )  # fmt: skip


def add_labels_reading(p: argparse.ArgumentParser) -> None:
    """How the file of --labels is read."""
    p.add_argument(
        "--labels-variable", "--labels-layer", metavar="NAME",
        help=say("array, layer or field of the labels, where several fit"),
    )  # fmt: skip
    add_background(p, "--labels-background")
    add_buffer(p, "--labels-buffer")


def add_filters(p: argparse.ArgumentParser) -> None:
    """What is done with a copy of the map before it is written."""
    p.add_argument(
        "--majority", type=natural, default=0, metavar="N", help=say("the most frequent class of N x N pixels (N odd)")
    )
    p.add_argument(
        "--sieve", type=natural, default=0, metavar="N", help=say("groups of less than N pixels join their neighbours")
    )
    p.add_argument("--connectivity", type=int, choices=(4, 8), default=4, help=say("of the groups of --sieve (4)"))
    add_cloud(p)


def add_cloud(p: argparse.ArgumentParser) -> None:
    """GeoTIFFs for reading from afar."""
    p.add_argument("--cog", action="store_true", help=say("GeoTIFF: cloud-optimised"))
