"""All commands and their options. Loads none of the commands, so that help and mistakes are told at once."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui import __version__
from hsigui.cube.formats.rows import listed, suffixes_of
from hsigui.errors import HsiError
from hsigui.labels.formats import table as labels
from hsigui.report import table as maps
from hsigui.specs import PRECISIONS

COMMANDS = ("info", "labels", "sample", "pretrain", "classify", "export", "card", "evaluate", "study", "demo")
CLASS_TABLES = listed(labels.class_table_suffixes(), "or")
MAPS = "%(formats of maps)s"  # filled in when help is shown, because asking for them looks for plug-ins

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["_Parser"]


class _Help(argparse.HelpFormatter):
    """Names the formats of maps, those of plug-ins too."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        text = action.help
        return text.replace(MAPS, maps.in_words()) if text and MAPS in text else text


class _Parser(argparse.ArgumentParser):
    """A parser whose help is written by `_Help`; those of the commands are of the same class."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **options})


def build_parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = _Parser(
        prog="hsigui",
        usage="hsigui [PATH]  or  hsigui COMMAND ...",
        description="Hyperspectral scenes, few labels, self-supervised encoders and a live classification map. "
        "Without a command the window opens, with the scene at PATH when one is given.",
    )
    parser.add_argument("--version", action="version", version=f"hsigui {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="hsigui")
    _add_info(commands)
    _add_labels(commands)
    _add_sample(commands)
    _add_pretrain(commands)
    _add_classify(commands)
    _add_export(commands)
    _add_card(commands)
    _add_evaluate(commands)
    _add_study(commands)
    _add_demo(commands)
    return parser


def _add_info(commands: Commands) -> None:
    p = commands.add_parser("info", help="what a cube, class raster or spectral library holds, and what was assumed")
    p.add_argument("path", type=Path, metavar="PATH")
    p.add_argument("--json", action="store_true", help="as one JSON object")
    _add_reading(p)
    p.set_defaults(work=_command("info"))


def _add_labels(commands: Commands) -> None:
    p = commands.add_parser("labels", help="labels from one format into another")
    p.add_argument(
        "source", type=Path, metavar="LABELS",
        help=f"to read: {listed(suffixes_of(labels.FORMATS), 'or')}",
    )  # fmt: skip
    p.add_argument("out", type=Path, metavar="OUT", help=f"to write: {listed(labels.written_suffixes(), 'or')}")
    p.add_argument("--scene", type=Path, metavar="CUBE", help="the scene whose pixels are meant")
    p.add_argument("--resample", action="store_true", help="a raster of another place or size: by nearest neighbour")
    p.add_argument("--classes", type=Path, metavar="TABLE", help=f"names and colours: {CLASS_TABLES}")
    p.add_argument("--variable", metavar="NAME", help="array, layer or field, where several fit")
    p.set_defaults(work=_command("labels"))


def _add_sample(commands: Commands) -> None:
    p = commands.add_parser("sample", help="draw few-shot labels from ground truth; the rest is for testing")
    p.add_argument("truth", type=Path, metavar="TRUTH", help="ground truth: a file of labels")
    amount = p.add_mutually_exclusive_group()
    amount.add_argument("--per-class", type=_positive, default=10, metavar="N", help="labels a class (10)")
    amount.add_argument("--percent", type=float, metavar="P", help="of the pixels of each class, instead")
    p.add_argument(
        "--split", choices=("random", "block", "region"), default="random",
        help="labels anywhere (random), in squares apart from the test (block), in other regions than it (region)",
    )  # fmt: skip
    p.add_argument("--block", type=_positive, default=16, metavar="PIXELS", help="side of the squares (16)")
    p.add_argument(
        "--guard", type=_natural, metavar="PIXELS", help="unused pixels between training blocks or regions and test (8)"
    )
    p.add_argument(
        "--run", type=Path, metavar="RUN", dest="run_folder",
        help="a trained run: the guard is at least half of what its encoder sees of a pixel",
    )  # fmt: skip
    p.add_argument("--train-mask", type=Path, metavar="FILE", help="label these pixels (not 0) of the ground truth ...")
    p.add_argument("--test-mask", type=Path, metavar="FILE", help="... and test on these; refused where they overlap")
    _add_seed(p)
    p.add_argument(
        "--seeds", type=_seeds, metavar="N,N", help="one draw for each; the seed is added to the names of the files"
    )
    p.add_argument("--out", type=Path, required=True, metavar="LABELS", help="where to write the labels")
    p.add_argument("--rest", type=Path, required=True, metavar="TEST", help="where to write the rest")
    _add_variable(p)
    p.set_defaults(work=_command("sample"))


def _add_pretrain(commands: Commands) -> None:
    from hsigui.methods.registry import names  # loads no torch

    p = commands.add_parser("pretrain", help="learn an encoder from a cube, without labels")
    p.add_argument("cube", type=Path, metavar="CUBE")
    p.add_argument(
        "--method", default="lscosa", metavar="NAME",
        help=f"one of the methods {', '.join(names('method'))}, or a baseline, which learns nothing: "
        f"{', '.join(names('baseline'))} (lscosa)",
    )  # fmt: skip
    p.add_argument(
        "--preset", default="quick", choices=("quick", "paper"), help="quick: about a minute; paper: as published"
    )
    p.add_argument(
        "--epochs", type=_positive, metavar="N", help="epochs (paper) or steps (quick); the preset's own when left out"
    )
    _add_seed(p)
    _add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="RUN", help="folder to write the run to")
    p.add_argument(
        "--resume", action="store_true", help="go on with the unfinished training in RUN, with the same settings"
    )
    p.add_argument("--replace", action="store_true", help="train anew over a run in RUN, finished or not")
    p.add_argument(
        "--start", type=Path, metavar="RUN", help="a trained run whose encoder stands in for the first of two stages"
    )
    p.add_argument(
        "--mask-out", type=Path, metavar="TEST", help="pixels that the training is not to see: those other than 0 here"
    )
    p.add_argument(
        "--monitor-labels", type=Path, metavar="LABELS",
        help="training labels to watch the features by; nothing is learned from them",
    )  # fmt: skip
    _add_settings(p, "NAME=VALUE", "value of a setting of the method, such as temperature=0.1; may be given again")
    p.add_argument(
        "--list-settings", action=_ListSettings, metavar="METHOD", help="tell what can be set of a method, and stop"
    )
    _add_reading(p)
    p.set_defaults(work=_command("pretrain"))


def _add_classify(commands: Commands) -> None:
    p = commands.add_parser(
        "classify", help="fit the probe to labels and draw the map; or draw the maps of many cubes",
        description="With --labels: fits the probe to the labels of a scene, draws its map and keeps the classifier in "
        "RUN. Without: draws the maps of other cubes with the classifier that RUN keeps; their bands are matched by "
        "wavelength. With --out-dir a cube that fails does not stop the others, and the same command given again makes "
        "only what failed or has changed.",
    )  # fmt: skip
    p.add_argument("cubes", metavar="CUBE", nargs="+", help="scenes; patterns such as 'flight-*/*.hdr' too")
    p.add_argument(
        "--run", type=Path, required=True, metavar="RUN", dest="run_folder", help="folder that pretrain wrote"
    )
    p.add_argument("--labels", type=Path, metavar="LABELS", help="of the one CUBE: a file of labels")
    p.add_argument("--labels-variable", metavar="NAME", help="array of the labels' .mat file, where several fit")
    p.add_argument("--probe", choices=("kept",), help="the classifier that RUN keeps (so without --labels)")
    p.add_argument("--smooth", type=float, metavar="PIXELS", help="smoothing of the class probabilities (the run's)")
    p.add_argument(
        "--edges", type=float, metavar="TOLERANCE",
        help="smoothing that stops at changes of so many times the scene's median change; 0 for none (the run's)",
    )  # fmt: skip
    where = p.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="MAP", help=f"the map: {MAPS}")
    where.add_argument("--out-dir", type=Path, metavar="DIR", help="folder for the maps of all cubes: NAME-map.tif")
    p.add_argument("--format", default=".tif", metavar="SUFFIX", help=f"of the maps in DIR: {MAPS} (.tif)")
    p.add_argument("--table", type=Path, metavar="CSV", help="what became of each cube (DIR/outcomes.csv)")
    p.add_argument("--confidence", type=Path, metavar="TIF", help="also write the confidence of every pixel")
    p.add_argument("--entropy", type=Path, metavar="TIF", help="also write how undecided every pixel is, 0 to 1")
    p.add_argument("--probabilities", type=Path, metavar="TIF", help="also write a layer of probabilities a class")
    _add_filters(p)
    _add_device(p)
    _add_reading(p)
    p.set_defaults(work=_command("classify"))


def _add_filters(p: argparse.ArgumentParser) -> None:
    """What is done with a copy of the map before it is written."""
    p.add_argument(
        "--majority", type=_natural, default=0, metavar="N", help="the most frequent class of N x N pixels (N odd)"
    )
    p.add_argument(
        "--sieve", type=_natural, default=0, metavar="N", help="groups of less than N pixels join their neighbours"
    )
    p.add_argument("--connectivity", type=int, choices=(4, 8), default=4, help="of the groups of --sieve (4)")
    p.add_argument("--cog", action="store_true", help="GeoTIFF: cloud-optimised")


def _add_export(commands: Commands) -> None:
    p = commands.add_parser("export", help="a map in other formats: for GIS, for globes, as polygons, as a picture")
    p.add_argument("map", type=Path, metavar="MAP", help="a class map: a file of labels")
    p.add_argument("--out", type=Path, required=True, nargs="+", metavar="FILE", help=f"to write: {MAPS}")
    p.add_argument("--variable", metavar="NAME", help="array of the map's .mat file, where several fit")
    p.add_argument("--classes", type=Path, metavar="TABLE", help=f"names and colours: {CLASS_TABLES}")
    p.add_argument("--title", default="", help="above pictures with a legend, and of a KMZ")
    _add_filters(p)
    p.add_argument("--bare", action="store_true", help="pictures: the map alone, with world file and .prj")
    p.add_argument(
        "--simplify", type=float, default=0.0, metavar="PIXELS", help="polygons: tolerance of simpler borders (0)"
    )
    p.add_argument(
        "--mmu", default="0", metavar="AREA",
        help="polygons: smallest mapping unit in pixels, or as 500m2 or 0.5ha where the map has a place",
    )  # fmt: skip
    p.add_argument(
        "--legend", type=Path, nargs="+", default=[], metavar="FILE", help=f"the classes alone: {CLASS_TABLES}"
    )
    p.set_defaults(work=_command("export"))


def _add_card(commands: Commands) -> None:
    p = commands.add_parser("card", help="the model card of a run: README.md, with the accuracy that was measured")
    p.add_argument("run_folder", type=Path, metavar="RUN")
    p.add_argument("--report", type=Path, metavar="JSON", help="report.json of hsigui evaluate --report")
    p.set_defaults(work=_command("card", "export"))


def _add_evaluate(commands: Commands) -> None:
    p = commands.add_parser(
        "evaluate", help="score a map against ground truth",
        description="Scores a class map, made here or elsewhere, on the labelled pixels that it was not trained on. Of "
        "several maps, one for each draw of labels: mean, deviation and confidence interval over the draws.",
    )  # fmt: skip
    p.add_argument("map", type=Path, metavar="MAP", nargs="+")
    p.add_argument("--truth", type=Path, required=True, metavar="TEST", nargs="+", help="one, or one for each map")
    p.add_argument(
        "--labels", type=Path, metavar="LABELS", nargs="+", help="training labels, left out of the test; likewise"
    )
    p.add_argument("--truth-variable", metavar="NAME", help="array of the truth's .mat file, where several fit")
    p.add_argument("--map-variable", metavar="NAME", help="array of the map's .mat file, where several fit")
    p.add_argument(
        "--resample", action="store_true", help="a map of other pixels than the reference: by nearest neighbour"
    )
    p.add_argument(
        "--against",
        type=Path,
        metavar="MAP",
        nargs="+",
        help="other map or maps, tested on the same pixels: which is better",
    )
    p.add_argument(
        "--match",
        metavar="A=B,...",
        help="which class of the map is which of the truth, by name or number, where names differ",
    )
    p.add_argument(
        "--design", choices=("stratified", "random"),
        help="the test pixels are a random sample, in each class of the map or over the scene: areas are estimated",
    )  # fmt: skip
    p.add_argument("--cube", type=Path, metavar="CUBE", help="the scene, for the spectra of the classes in the report")
    _add_variable(p)
    p.add_argument("--json", action="store_true", help="print the figures as one JSON object")
    p.add_argument("--report", type=Path, metavar="DIR", help="write report.html, report.json and tables there")
    p.set_defaults(work=_command("evaluate"))


def _add_study(commands: Commands) -> None:
    p = commands.add_parser(
        "study", help="compare methods and baselines on the same draws of labels",
        description="Compares methods and baselines on a scene with ground truth, all on the same draws of labels. "
        "Stopped, it goes on from what is in DIR when the same command is given again.",
    )  # fmt: skip
    p.add_argument("cube", type=Path, metavar="CUBE")
    p.add_argument("--truth", type=Path, required=True, metavar="GT", help="ground truth: a file of labels")
    p.add_argument("--truth-variable", metavar="NAME", help="array of the truth's .mat file, where several fit")
    p.add_argument("--methods", default="all", metavar="NAMES", help="all, methods, baselines, or names a,b,c (all)")
    p.add_argument(
        "--presets",
        type=_words,
        default=("quick",),
        metavar="NAMES",
        help="of the methods: quick, paper or both (quick)",
    )
    p.add_argument("--labels", type=_counts, default=(5, 10), metavar="N,N", help="labels a class (5,10)")
    p.add_argument("--draws", type=_positive, default=10, metavar="N", help="how often labels are drawn (10)")
    p.add_argument(
        "--split", type=_words, default=("random",), metavar="KINDS",
        help="random (labels anywhere), block (training and test in blocks apart) or random,block (random)",
    )  # fmt: skip
    p.add_argument("--block", type=_positive, default=16, metavar="PIXELS", help="side of the blocks (16)")
    p.add_argument(
        "--guard", type=_natural, default=8, metavar="PIXELS",
        help="unused pixels between training blocks and test, at least half of what the encoders see of a pixel (8)",
    )  # fmt: skip
    p.add_argument("--epochs", type=_positive, metavar="N", help="epochs (paper) or steps (quick); the preset's own")
    _add_settings(
        p, "[METHOD.]NAME=VALUE", "value of a setting of one method, or of all that have it; may be given again"
    )
    _add_seed(p)
    _add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for results and report")
    _add_reading(p)
    p.set_defaults(work=_command("study"))


def _add_demo(commands: Commands) -> None:
    p = commands.add_parser("demo", help="the embedded demo scene, in the window or without one")
    p.add_argument("--headless", action="store_true", help="no window: run the whole job and write its outputs")
    p.add_argument(
        "--out", type=Path, default=Path("hsigui-demo"), metavar="DIR", help="where outputs go (hsigui-demo)"
    )
    _add_seed(p)
    _add_device(p)
    p.set_defaults(work=_command("demo"))


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help="of every random choice (0)")


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help="where to compute (auto)"
    )


def _add_settings(parser: argparse.ArgumentParser, form: str, words: str) -> None:
    """What is set of a training beside method, preset, seed and length."""
    group = parser.add_argument_group("how it is trained")
    group.add_argument("--set", action="append", default=[], metavar=form, dest="settings", help=words)
    group.add_argument("--no-monitor", action="store_false", dest="monitor", help="do not watch the features")
    group.add_argument(
        "--patience", type=_natural, metavar="N",
        help="stop after N readings of the monitor without a better one; 0 for never; the preset's own when left out",
    )  # fmt: skip
    group.add_argument(
        "--precision", choices=PRECISIONS, default="auto",
        help="numbers that networks compute in; auto: bfloat16 where the processor has it (auto)",
    )  # fmt: skip


class _ListSettings(argparse.Action):
    """Prints the settings of a method and ends the program, as `--help` does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        from hsigui.methods import asked, registry  # load no torch

        try:
            print(asked.table(registry.method(str(values))))
        except HsiError as error:
            raise argparse.ArgumentError(self, f"{error.message} {error.hint}") from error
        parser.exit()


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


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_positive(word) for word in _words(text))


def _seeds(text: str) -> tuple[int, ...]:
    return tuple(_natural(word) for word in _words(text))


def _positive(text: str) -> int:
    if (value := _whole(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return value


def _natural(text: str) -> int:
    if (value := _whole(text)) < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None


def _command(name: str, module: str = "") -> Callable[[argparse.Namespace], None]:
    """The function of a command, whose module (of the same name unless given) is imported when it is run."""

    def work(arguments: argparse.Namespace) -> None:
        getattr(import_module(f"hsigui.commands.{module or name}"), name)(arguments)

    return work
