"""The command line: the same calls as the window's, in the same order.

Exit codes: 0 done, 1 something in the files or choices is wrong, 2 wrong usage, 130 cancelled with Ctrl-C.
"""

from __future__ import annotations

import argparse
import difflib
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui import __version__
from hsigui.errors import HsiError

CANCELLED = 130
COMMANDS = ("info", "sample", "pretrain", "classify", "evaluate", "demo")

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


@dataclass(frozen=True)
class WindowRequest:
    """The command line asks for the window: with the scene at `path`, with the demo scene, or empty."""

    path: Path | None = None
    demo: bool = False


def window_request(argv: Sequence[str]) -> WindowRequest | None:
    """What the window is to open with; None when the arguments are for a command.

    `hsigui PATH` opens the window: a single first word that is no command and no option is a path.
    """
    if not argv:
        return WindowRequest()
    if argv[0] in COMMANDS:
        asks_demo = argv[0] == "demo" and not {"--headless", "-h", "--help"} & set(argv) and has_display()
        return WindowRequest(demo=True) if asks_demo else None
    if len(argv) == 1 and not argv[0].startswith("-") and not _mistyped(argv[0]):
        return WindowRequest(path=Path(argv[0]))
    return None


def _mistyped(word: str) -> bool:
    """Whether a word that is no file looks like one of the commands."""
    return not Path(word).exists() and bool(difflib.get_close_matches(word, COMMANDS, cutoff=0.75))


def run(argv: Sequence[str]) -> int:
    """Parses the arguments and runs the command; returns the exit code."""
    parser = build_parser()
    arguments = parser.parse_args(list(argv), argparse.Namespace(words=list(argv)))
    if "work" not in arguments:
        parser.error(f"a command is missing; choose one of {', '.join(COMMANDS)}")
    work: Callable[[argparse.Namespace], None] = arguments.work
    try:
        work(arguments)
    except HsiError as error:
        print(f"hsigui: {error.message}", file=sys.stderr)
        if error.hint:
            print(f"        {error.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("hsigui: cancelled", file=sys.stderr)
        return CANCELLED
    except BrokenPipeError:
        # The reader of our output went away (`hsigui info X | head`): not worth a word.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def build_parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = argparse.ArgumentParser(
        prog="hsigui",
        usage="hsigui [PATH]  or  hsigui COMMAND ...",
        description="Hyperspectral scenes, few labels, self-supervised encoders and a live classification map. "
        "Without a command the window opens, with the scene at PATH when one is given.",
    )
    parser.add_argument("--version", action="version", version=f"hsigui {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="hsigui")
    _add_info(commands)
    _add_sample(commands)
    _add_pretrain(commands)
    _add_classify(commands)
    _add_evaluate(commands)
    _add_demo(commands)
    return parser


def _add_info(commands: Commands) -> None:
    p = commands.add_parser("info", help="what a cube, class raster or spectral library holds, and what was assumed")
    p.add_argument("path", type=Path, metavar="PATH")
    p.add_argument("--json", action="store_true", help="as one JSON object")
    _add_reading(p)
    p.set_defaults(work=_command("info"))


def _add_sample(commands: Commands) -> None:
    p = commands.add_parser("sample", help="draw few-shot labels from ground truth; the rest is for testing")
    p.add_argument("truth", type=Path, metavar="TRUTH", help="ground truth: .tif, ENVI or .mat")
    p.add_argument("--per-class", type=_positive, default=10, metavar="N", help="labels a class (10)")
    _add_seed(p)
    p.add_argument("--out", type=Path, required=True, metavar="LABELS", help="where to write the labels")
    p.add_argument("--rest", type=Path, required=True, metavar="TEST", help="where to write the rest")
    _add_variable(p)
    p.set_defaults(work=_command("sample"))


def _add_pretrain(commands: Commands) -> None:
    p = commands.add_parser("pretrain", help="learn an encoder from a cube, without labels")
    p.add_argument("cube", type=Path, metavar="CUBE")
    p.add_argument("--method", default="lscosa", help="the method (lscosa)")
    p.add_argument(
        "--preset", default="quick", choices=("quick", "paper"), help="quick: about a minute; paper: as published"
    )
    p.add_argument(
        "--epochs", type=_positive, metavar="N", help="epochs (paper) or steps (quick); the preset's own when left out"
    )
    _add_seed(p)
    _add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="RUN", help="folder to write the run to")
    _add_reading(p)
    p.set_defaults(work=_command("pretrain"))


def _add_classify(commands: Commands) -> None:
    p = commands.add_parser("classify", help="fit the probe to labels and draw the map")
    p.add_argument("cube", type=Path, metavar="CUBE")
    p.add_argument(
        "--run", type=Path, required=True, metavar="RUN", dest="run_folder", help="folder that pretrain wrote"
    )
    p.add_argument("--labels", type=Path, required=True, metavar="LABELS", help=".tif, ENVI or .mat")
    p.add_argument("--labels-variable", metavar="NAME", help="array of the labels' .mat file, where several fit")
    p.add_argument("--smooth", type=float, default=None, metavar="PIXELS", help="smoothing of the class probabilities")
    p.add_argument("--out", type=Path, required=True, metavar="MAP", help=".tif, .hdr/.img (ENVI), .mat or .png")
    p.add_argument("--confidence", type=Path, metavar="TIF", help="also write the confidence of every pixel")
    _add_device(p)
    _add_reading(p)
    p.set_defaults(work=_command("classify"))


def _add_evaluate(commands: Commands) -> None:
    p = commands.add_parser("evaluate", help="score a map against ground truth")
    p.add_argument("map", type=Path, metavar="MAP")
    p.add_argument("--truth", type=Path, required=True, metavar="TEST")
    p.add_argument("--labels", type=Path, metavar="LABELS", help="training labels, left out of the test")
    p.add_argument("--truth-variable", metavar="NAME", help="array of the truth's .mat file, where several fit")
    p.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    p.add_argument("--report", type=Path, metavar="DIR", help="write report.html, report.json and tables there")
    p.set_defaults(work=_command("evaluate"))


def _add_demo(commands: Commands) -> None:
    p = commands.add_parser("demo", help="the embedded demo scene, in the window or without one")
    p.add_argument("--headless", action="store_true", help="no window: run the whole job and write its outputs")
    p.add_argument(
        "--out", type=Path, default=Path("hsigui-demo"), metavar="DIR", help="where outputs go (hsigui-demo)"
    )
    _add_seed(p)
    _add_device(p)
    p.set_defaults(work=_demo)


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help="of every random choice (0)")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (auto)"
    )


def _add_reading(parser: argparse.ArgumentParser) -> None:
    """How an array of a MATLAB, HDF5 or NumPy file becomes the scene; without these it is guessed and said."""
    group = parser.add_argument_group("how an array becomes the scene (.mat, HDF5, NumPy)")
    _add_variable(group)
    group.add_argument("--axes", metavar="AXES", help="such as rows,cols,bands or bands,rows,cols or bands,pixels")
    group.add_argument(
        "--size", type=_size, metavar="ROWSxCOLS", help="of the scene, for bands,pixels and pixels,bands"
    )
    group.add_argument("--order", choices=("columns", "rows"), help="how the pixels run there (columns, as in MATLAB)")
    group.add_argument("--wavelengths", metavar="NAME", help="variable of the band centres; none for none")
    group.add_argument("--units", metavar="UNIT", help="of the band centres")
    group.add_argument("--bad-bands", metavar="NAME", help="variable with 1 for good, 0 for bad bands; none for none")


def _add_variable(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--variable", metavar="NAME", help="array of a .mat file, where several fit")


def _size(text: str) -> tuple[int, int]:
    rows, separator, cols = text.lower().partition("x")
    if not separator or not rows.isdigit() or not cols.isdigit():
        raise argparse.ArgumentTypeError("must look like 145x145")
    return int(rows), int(cols)


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _natural(text: str) -> int:
    if (value := int(text)) < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _command(name: str) -> Callable[[argparse.Namespace], None]:
    """The function of a command, imported when it is run."""

    def work(arguments: argparse.Namespace) -> None:
        from hsigui import commands

        getattr(commands, name)(arguments)

    return work


def _demo(arguments: argparse.Namespace) -> None:
    """The whole job on the demo scene, by the same commands that a user would type, each of which is shown."""
    from hsigui import commands

    if not arguments.headless:
        print("No display found: running without a window.")
    for words in commands.demo_steps(arguments.out, arguments.seed, arguments.device):
        print(f"$ {shlex.join(['hsigui', *words])}", flush=True)
        parsed = build_parser().parse_args(words, argparse.Namespace(words=words))
        parsed.work(parsed)
    commands.finish_demo(arguments.out)


def has_display() -> bool:
    """Whether a window can be shown."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
