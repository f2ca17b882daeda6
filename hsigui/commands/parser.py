"""All commands and their options. Loads none of the commands, so that help and mistakes are told at once."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui import __version__
from hsigui.commands.match_parser import add_by, add_match
from hsigui.commands.options import add_overwrite, command
from hsigui.commands.prepare_parser import add_prepare
from hsigui.commands.project_parser import add_project
from hsigui.cube.demo_spec import FIELDS, LEAST, DemoSpec
from hsigui.cube.formats.rows import listed, suffixes_of
from hsigui.cube.remote.opening import is_address, typed_address
from hsigui.errors import HsiError
from hsigui.labels.formats import table as labels
from hsigui.report import table as maps
from hsigui.specs import CONTEXTS, PRECISIONS, split_of
from hsigui.texts import say

COMMANDS = ("info", "prepare", "labels", "derive", "match", "statistics", "separability", "sample", "pretrain",
            "classify", "export", "card", "evaluate", "study", "project", "demo")  # fmt: skip
CLASS_TABLES = listed(labels.class_table_suffixes(), "or")
MOST_BANDS = 65_535  # as many as a GeoTIFF can have
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

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As any parser, and notes which of them, that of a command, knows what the arguments mean."""
        found, rest = super().parse_known_args(args, namespace)
        if not hasattr(found, "parser"):  # the parser of a command is done before that of them all
            found.parser = self
        return found, rest


def build_parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = _Parser(
        prog="hsigui",
        usage="hsigui [PATH]  or  hsigui COMMAND ...",
        description=say(
            "Hyperspectral scenes, few labels, self-supervised encoders and a live classification map. "
            "Without a command the window opens, with the scene at PATH when one is given."
        ),
    )
    parser.add_argument("--version", action="version", version=f"hsigui {__version__}")
    commands = parser.add_subparsers(title=say("commands"), metavar="COMMAND", prog="hsigui")
    _add_info(commands)
    p = add_prepare(commands, scene)
    _add_reading(p)
    _add_scale(p)
    _add_labels(commands)
    _add_derive(commands)
    p = add_match(commands)
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene"))
    _add_reading(p)
    _add_scale(p)
    _add_statistics(commands)
    _add_separability(commands)
    _add_sample(commands)
    _add_pretrain(commands)
    _add_classify(commands)
    _add_export(commands)
    _add_card(commands)
    _add_evaluate(commands)
    _add_study(commands)
    add_project(commands)
    for name in ("info", "prepare", "labels", "derive", "match", "statistics", "separability", "sample", "pretrain",
                 "classify", "export", "evaluate", "study"):  # fmt: skip
        _add_outside(commands.choices[name])
    _add_demo(commands)
    return parser


def scene(text: str) -> Path | str:
    """The path of a scene; its address as it was typed, which `with_addresses_asked` makes a path of."""
    return text if is_address(text) else Path(text)


def with_addresses_asked(arguments: argparse.Namespace) -> None:
    """Puts paths that can be opened in the place of the addresses of scenes. Asks their servers.

    Raises:
        HsiError: one cannot be had, or is not to be opened.
    """
    for name in ("path", "cubes", "cube", "scene"):
        value = getattr(arguments, name, None)
        if isinstance(value, list):
            setattr(arguments, name, [typed_address(one) if is_address(one) else one for one in value])
        elif isinstance(value, str) and is_address(value):
            setattr(arguments, name, typed_address(value))


def _add_info(commands: Commands) -> None:
    p = commands.add_parser(
        "info", help=say("what a cube, class raster or spectral library holds, and what was assumed")
    )
    p.add_argument("path", type=scene, metavar="PATH")
    p.add_argument("--json", action="store_true", help=say("as one JSON object"))
    _add_reading(p)
    p.set_defaults(work=command("info"))


def _add_labels(commands: Commands) -> None:
    p = commands.add_parser("labels", help=say("labels from one format into another"))
    p.add_argument(
        "source", type=Path, metavar="LABELS",
        help=say("to read: {listed}", listed=listed(suffixes_of(labels.FORMATS), "or")),
    )  # fmt: skip
    p.add_argument(
        "out", type=Path, metavar="OUT", help=say("to write: {listed}", listed=listed(labels.written_suffixes(), "or"))
    )
    p.add_argument("--scene", type=scene, metavar="CUBE", help=say("the scene whose pixels are meant"))
    p.add_argument(
        "--resample", action="store_true", help=say("a raster of another place or size: by nearest neighbour")
    )
    p.add_argument(
        "--classes",
        type=Path,
        metavar="TABLE",
        help=say("names and colours: {class_tables}", class_tables=CLASS_TABLES),
    )
    p.add_argument("--variable", "--layer", metavar="NAME", help=say("array, layer or field, where several fit"))
    _add_buffer(p)
    _add_background(p)
    add_overwrite(p)
    p.set_defaults(work=command("labels"))


def _add_derive(commands: Commands) -> None:
    from hsigui.analysis.table import OWN  # loads no numpy

    p = commands.add_parser(
        "derive",
        help=say("a layer that needs no learning: components, indices, distances, targets, unmixing, clusters"),
    )
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene"))
    p.add_argument(
        "kind", metavar="KIND",
        help=say("one of {kinds}, or an index such as ndvi", kinds=", ".join(row.name for row in OWN)),
    )  # fmt: skip
    p.add_argument(
        "--out", type=Path, required=True, metavar="FILE",
        help=say("the layer: {layers}; clusters as a map", layers=maps.in_words(maps.layer_suffixes())),
    )  # fmt: skip
    p.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", dest="settings",
        help=say("value of a setting of the kind, such as components=5; may be given again"),
    )  # fmt: skip
    p.add_argument(
        "--pixel", action="append", type=_place, metavar="ROW,COL",
        help=say("compare with the spectrum of this pixel, from 0; may be given again"),
    )  # fmt: skip
    p.add_argument("--library", type=Path, metavar="FILE", help=say("compare with the spectra of a library"))
    p.add_argument(
        "--spectrum", action="append", metavar="NAME", help=say("only with this one of the library; may be given again")
    )
    p.add_argument(
        "--left-out", type=Path, metavar="LABELS",
        help=say("mf, ace, cem: pixels with a label in this file have no part in the background"),
    )  # fmt: skip
    p.add_argument(
        "--mask", type=Path, metavar="FILE", help=say("also write where the layer passes a threshold, as a map")
    )
    p.add_argument("--above", type=float, metavar="X", help=say("the threshold: values of X and more"))
    p.add_argument("--below", type=float, metavar="X", help=say("values of X and less"))
    p.add_argument(
        "--measure", type=_positive, metavar="N", help=say("which measurement of the layer the threshold is for (1)")
    )
    _add_cloud(p)
    p.add_argument("--list", action=_ListKinds, nargs=0, help=say("tell all kinds, settings and indices, and stop"))
    _add_reading(p)
    add_overwrite(p)
    _add_scale(p)
    p.set_defaults(work=command("derive"))


def _add_statistics(commands: Commands) -> None:
    p = commands.add_parser(
        "statistics", help=say("what the values of classes of pixels are like: mean, spread, percentiles, covariance")
    )
    _add_classes_of_cube(p)
    p.add_argument(
        "--percentiles", type=_percents, default=(5.0, 25.0, 50.0, 75.0, 95.0), metavar="P,P",
        help=say("which percentiles (5,25,50,75,95); none for none"),
    )  # fmt: skip
    p.add_argument("--covariance", type=Path, metavar="CSV", help=say("also write the covariance of each class"))
    p.add_argument("--correlation", type=Path, metavar="CSV", help=say("also write the correlation of each class"))
    add_overwrite(p)
    _add_scale(p)
    p.set_defaults(work=command("statistics"))


def _add_separability(commands: Commands) -> None:
    p = commands.add_parser(
        "separability",
        help=say("how well pairs of classes can be told apart: Jeffries-Matusita and transformed divergence"),
    )
    _add_classes_of_cube(p)
    add_overwrite(p)
    _add_scale(p)
    p.set_defaults(work=command("separability", "statistics"))


def _add_classes_of_cube(p: argparse.ArgumentParser) -> None:
    """A scene, classes of its pixels, and bands."""
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene, or a layer that derive wrote"))
    p.add_argument(
        "--labels", type=Path, required=True, metavar="LABELS",
        help=say("classes of its pixels: labels, a ground truth, a map or clusters"),
    )  # fmt: skip
    p.add_argument(
        "--labels-variable", "--labels-layer", metavar="NAME",
        help=say("array, layer or field of the labels, where several fit"),
    )  # fmt: skip
    _add_background(p, "--labels-background")
    _add_buffer(p, "--labels-buffer")
    p.add_argument(
        "--bands", type=_bands, metavar="N,N-N", help=say("only these bands, counted from 1 (all that are good)")
    )
    p.add_argument("--out", type=Path, required=True, metavar="CSV", help=say("the table"))
    _add_reading(p)


class _ListKinds(argparse.Action):
    """Prints the kinds of layers and ends the program, as `--help` does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option: str | None = None
    ) -> None:
        from hsigui.analysis.table import in_words

        print(in_words())
        parser.exit()


def _add_sample(commands: Commands) -> None:
    p = commands.add_parser("sample", help=say("draw few-shot labels from ground truth; the rest is for testing"))
    p.add_argument("truth", type=Path, metavar="TRUTH", help=say("ground truth: a file of labels"))
    amount = p.add_mutually_exclusive_group()
    amount.add_argument("--per-class", type=_positive, metavar="N", help=say("labels a class (10)"))
    amount.add_argument("--percent", type=float, metavar="P", help=say("of the pixels of each class, instead"))
    p.add_argument(
        "--split", type=_split, default="random", metavar="KIND",
        help=say(
            "labels anywhere (random), in squares apart from the test (block), in other regions than it (region), or "
            "as people paint (strokes; strokes:2x12 for 2 strokes a class of at most 12 pixels)"
        ),
    )  # fmt: skip
    p.add_argument("--strokes", type=_positive, metavar="K", help=say("strokes a class (1)"))
    p.add_argument("--pixels", type=_positive, metavar="N", help=say("of one stroke at most (25)"))
    p.add_argument("--block", type=_positive, default=16, metavar="PIXELS", help=say("side of the squares (16)"))
    p.add_argument(
        "--guard", type=_guard, metavar="PIXELS",
        help=say("unused pixels between training blocks or regions and test (8); full for as many as a map looks far"),
    )  # fmt: skip
    p.add_argument(
        "--run", type=Path, metavar="RUN", dest="run_folder",
        help=say(
            "a trained run: the guard is at least half of what its encoder sees of a pixel, and full is what its maps "
            "see"
        ),
    )  # fmt: skip
    p.add_argument(
        "--train-mask", type=Path, metavar="FILE", help=say("label these pixels (not 0) of the ground truth ...")
    )
    p.add_argument(
        "--test-mask", type=Path, metavar="FILE", help=say("... and test on these; refused where they overlap")
    )
    _add_seed(p)
    p.add_argument(
        "--seeds",
        type=_seeds,
        metavar="N,N",
        help=say("one draw for each; the seed is added to the names of the files"),
    )
    p.add_argument("--out", type=Path, required=True, metavar="LABELS", help=say("where to write the labels"))
    p.add_argument("--rest", type=Path, required=True, metavar="TEST", help=say("where to write the rest"))
    _add_variable(p)
    _add_background(p)
    _add_buffer(p)
    add_overwrite(p)
    p.set_defaults(work=command("sample"))


def _add_pretrain(commands: Commands) -> None:
    from hsigui.methods.registry import names  # loads no torch

    p = commands.add_parser(
        "pretrain", help=say("learn an encoder from a cube, without labels; or from several of one sensor")
    )
    p.add_argument(
        "cubes", type=scene, metavar="CUBE", nargs="+",
        help=say("the scene; of several, bands are matched by wavelength with those of the first"),
    )  # fmt: skip
    p.add_argument(
        "--method", default="lscosa", metavar="NAME",
        help=say("one of the methods {names}, or a baseline, which learns nothing: "
                 "{names2} (lscosa)", names=", ".join(names("method")), names2=", ".join(names("baseline"))),
    )  # fmt: skip
    p.add_argument(
        "--preset", default="quick", choices=("quick", "paper"), help=say("quick: about a minute; paper: as published")
    )
    p.add_argument(
        "--epochs",
        type=_natural,
        metavar="N",
        help=say("epochs (paper) or steps (quick); 0 keeps the network untrained; the preset's own when left out"),
    )
    _add_seed(p)
    _add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="RUN", help=say("folder to write the run to"))
    p.add_argument(
        "--resume", action="store_true", help=say("go on with the unfinished training in RUN, with the same settings")
    )
    p.add_argument("--replace", action="store_true", help=say("train anew over a run in RUN, finished or not"))
    p.add_argument(
        "--start",
        type=Path,
        metavar="RUN",
        help=say("a trained run whose encoder stands in for the first of two stages"),
    )
    p.add_argument(
        "--from", type=Path, metavar="RUN", dest="begin_from",
        help=say("a trained run of the same method and sizes whose weights this training begins with"),
    )  # fmt: skip
    p.add_argument(
        "--mask-out",
        type=Path,
        metavar="TEST",
        help=say("pixels that the training is not to see: those other than 0 here"),
    )
    p.add_argument(
        "--monitor-labels", type=Path, metavar="LABELS",
        help=say("training labels to watch the features by; nothing is learned from them, but with --preset paper they "
                 "decide which epoch is kept (see --patience): never those that are tested on"),
    )  # fmt: skip
    p.add_argument(
        "--monitor-labels-variable", metavar="NAME", help=say("array, layer or field of these, where several fit")
    )
    _add_background(p, "--monitor-labels-background")
    _add_buffer(p, "--monitor-labels-buffer")
    p.add_argument(
        "--threads", type=_positive, metavar="N",
        help=say("of the processor, where the numbers of a training depend on how many there are (all)"),
    )  # fmt: skip
    _add_settings(p, "NAME=VALUE", say("value of a setting of the method, such as temperature=0.1; may be given again"))
    p.add_argument(
        "--list-settings",
        action=_ListSettings,
        metavar="METHOD",
        help=say("tell what can be set of a method, and stop"),
    )
    _add_reading(p)
    _add_scale(p)
    p.set_defaults(work=command("pretrain"))


def _add_classify(commands: Commands) -> None:
    p = commands.add_parser(
        "classify", help=say("fit the probe to labels and draw the map; or draw the maps of many cubes"),
        description=say("With --labels: fits the probe to the labels of a scene, draws its map and keeps the "
                        "classifier in RUN. Without: draws the maps of other cubes with the classifier that RUN keeps; "
                        "their bands are matched by wavelength. With --out-dir a cube that fails does not stop the "
                        "others, and the same command given again makes only what failed or has changed. With --by: "
                        "draws the map by spectra, without a run."),
    )  # fmt: skip
    p.add_argument("cubes", metavar="CUBE", nargs="+", help=say("scenes; patterns such as 'flight-*/*.hdr' too"))
    p.add_argument(
        "--run", type=Path, metavar="RUN", dest="run_folder", help=say("folder that pretrain wrote; not with --by")
    )
    p.add_argument("--labels", type=Path, metavar="LABELS", help=say("of the one CUBE: a file of labels"))
    p.add_argument(
        "--labels-variable", "--labels-layer", metavar="NAME",
        help=say("array, layer or field of the labels, where several fit"),
    )  # fmt: skip
    _add_background(p, "--labels-background")
    _add_buffer(p, "--labels-buffer")
    p.add_argument("--probe", choices=("kept",), help=say("the classifier that RUN keeps (so without --labels)"))
    p.add_argument(
        "--smooth", type=float, metavar="PIXELS", help=say("smoothing of the class probabilities (the run's)")
    )
    p.add_argument(
        "--edges", type=float, metavar="TOLERANCE",
        help=say("smoothing that stops at changes of so many times the scene's median change; 0 for none (the run's)"),
    )  # fmt: skip
    p.add_argument(
        "--context", choices=CONTEXTS, help=say("how much of its surroundings counts for a pixel (as the labels say)")
    )
    where = p.add_mutually_exclusive_group(required=True)
    where.add_argument("--out", type=Path, metavar="MAP", help=say("the map: {maps}", maps=MAPS))
    where.add_argument(
        "--out-dir", type=Path, metavar="DIR", help=say("folder for the maps of all cubes: NAME-map.tif")
    )
    p.add_argument(
        "--format", default=".tif", metavar="SUFFIX", help=say("of the maps in DIR: {maps} (.tif)", maps=MAPS)
    )
    p.add_argument("--table", type=Path, metavar="CSV", help=say("what became of each cube (DIR/outcomes.csv)"))
    p.add_argument("--confidence", type=Path, metavar="TIF", help=say("also write the confidence of every pixel"))
    p.add_argument("--entropy", type=Path, metavar="TIF", help=say("also write how undecided every pixel is, 0 to 1"))
    p.add_argument("--probabilities", type=Path, metavar="TIF", help=say("also write a layer of probabilities a class"))
    _add_filters(p)
    add_by(p)
    _add_device(p)
    _add_reading(p)
    add_overwrite(p)
    _add_scale(p)
    p.set_defaults(work=command("classify"))


def _add_filters(p: argparse.ArgumentParser) -> None:
    """What is done with a copy of the map before it is written."""
    p.add_argument(
        "--majority", type=_natural, default=0, metavar="N", help=say("the most frequent class of N x N pixels (N odd)")
    )
    p.add_argument(
        "--sieve", type=_natural, default=0, metavar="N", help=say("groups of less than N pixels join their neighbours")
    )
    p.add_argument("--connectivity", type=int, choices=(4, 8), default=4, help=say("of the groups of --sieve (4)"))
    _add_cloud(p)


def _add_cloud(p: argparse.ArgumentParser) -> None:
    p.add_argument("--cog", action="store_true", help=say("GeoTIFF: cloud-optimised"))


def _add_export(commands: Commands) -> None:
    p = commands.add_parser(
        "export", help=say("a map in other formats: for GIS, for globes, as polygons, as a picture")
    )
    p.add_argument("map", type=Path, metavar="MAP", help=say("a class map: a file of labels"))
    p.add_argument(
        "--out", type=Path, required=True, nargs="+", metavar="FILE", help=say("to write: {maps}", maps=MAPS)
    )
    p.add_argument("--variable", metavar="NAME", help=say("array of the map's .mat file, where several fit"))
    _add_background(p)
    p.add_argument(
        "--classes",
        type=Path,
        metavar="TABLE",
        help=say("names and colours: {class_tables}", class_tables=CLASS_TABLES),
    )
    p.add_argument("--title", default="", help=say("above pictures with a legend, and of a KMZ"))
    _add_filters(p)
    p.add_argument("--bare", action="store_true", help=say("pictures: the map alone, with world file and .prj"))
    p.add_argument(
        "--simplify", type=float, default=0.0, metavar="PIXELS", help=say("polygons: tolerance of simpler borders (0)")
    )
    p.add_argument(
        "--north-up", action="store_true",
        help=say("resample a turned or sheared map to rows from west to east, for formats that cannot say how it lies"),
    )  # fmt: skip
    p.add_argument(
        "--mmu", default="0", metavar="AREA",
        help=say("polygons: smallest mapping unit in pixels, or as 500m2 or 0.5ha where the map has a place"),
    )  # fmt: skip
    p.add_argument(
        "--legend",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help=say("the classes alone: {class_tables}", class_tables=CLASS_TABLES),
    )
    add_overwrite(p)
    p.set_defaults(work=command("export"))


def _add_card(commands: Commands) -> None:
    p = commands.add_parser("card", help=say("the model card of a run: README.md, with the accuracy that was measured"))
    p.add_argument("run_folder", type=Path, metavar="RUN")
    p.add_argument("--report", type=Path, metavar="JSON", help=say("report.json of hsigui evaluate --report"))
    p.set_defaults(work=command("card", "export"))


def _add_evaluate(commands: Commands) -> None:
    p = commands.add_parser(
        "evaluate", help=say("score a map against ground truth"),
        description=say("Scores a class map, made here or elsewhere, on the labelled pixels that it was not trained "
                        "on. Of several maps, one for each draw of labels: mean, deviation and confidence interval "
                        "over the draws."),
    )  # fmt: skip
    p.add_argument("map", type=Path, metavar="MAP", nargs="+")
    p.add_argument("--truth", type=Path, required=True, metavar="TEST", nargs="+", help=say("one, or one for each map"))
    p.add_argument(
        "--labels", type=Path, metavar="LABELS", nargs="+", help=say("training labels, left out of the test; likewise")
    )
    p.add_argument("--truth-variable", metavar="NAME", help=say("array of the truth's .mat file, where several fit"))
    p.add_argument(
        "--labels-variable", metavar="NAME", help=say("array, layer or field of the labels, where several fit")
    )
    p.add_argument("--map-variable", metavar="NAME", help=say("array of the map's .mat file, where several fit"))
    for option in ("--truth-background", "--labels-background", "--map-background"):
        _add_background(p, option)
    for option in ("--truth-buffer", "--labels-buffer"):
        _add_buffer(p, option)
    p.add_argument(
        "--resample", action="store_true", help=say("a map of other pixels than the reference: by nearest neighbour")
    )
    p.add_argument(
        "--against",
        type=Path,
        metavar="MAP",
        nargs="+",
        help=say("other map or maps, tested on the same pixels: which is better"),
    )
    p.add_argument(
        "--match",
        metavar="A=B,...",
        help=say("which class of the map is which of the truth, by name or number, where names differ"),
    )
    p.add_argument(
        "--design", choices=("stratified", "random"),
        help=say("the test pixels are a random sample, in each class of the map or over the scene: areas are "
                 "estimated"),
    )  # fmt: skip
    p.add_argument(
        "--cube", type=scene, metavar="CUBE", help=say("the scene, for the spectra of the classes in the report")
    )
    _add_variable(p)
    p.add_argument("--json", action="store_true", help=say("print the figures as one JSON object"))
    p.add_argument("--report", type=Path, metavar="DIR", help=say("write report.html, report.json and tables there"))
    p.add_argument(
        "--errors", type=Path, metavar="FILE", nargs="+",
        help=say("write where the map is right (1), wrong (2) and not tested (0): {maps}", maps=MAPS),
    )  # fmt: skip
    p.add_argument(
        "--confused", type=Path, metavar="FILE", nargs="+",
        help=say("write which class is taken for which: likewise, from 2 on a number for each pair"),
    )  # fmt: skip
    add_overwrite(p)
    p.set_defaults(work=command("evaluate"))


def _add_study(commands: Commands) -> None:
    p = commands.add_parser(
        "study", help=say("compare methods and baselines on the same draws of labels"),
        description=say("Compares methods and baselines on a scene with ground truth, or on those of a suite file, all "
                        "on the same draws of labels. Stopped, it goes on from what is in DIR when the same command is "
                        "given again."),
    )  # fmt: skip
    p.add_argument("cube", type=scene, nargs="?", metavar="CUBE")
    p.add_argument("--truth", type=Path, metavar="GT", help=say("ground truth: a file of labels"))
    p.add_argument("--truth-variable", metavar="NAME", help=say("array of the truth's .mat file, where several fit"))
    _add_background(p, "--truth-background")
    _add_buffer(p, "--truth-buffer")
    p.add_argument(
        "--suite", type=Path, metavar="TOML",
        help=say("instead of CUBE and --truth: a file of several scenes and of defaults for these options"),
    )  # fmt: skip
    p.add_argument("--methods", metavar="NAMES", help=say("all, methods, baselines, or names a,b,c (all)"))
    p.add_argument("--presets", type=_words, metavar="NAMES", help=say("of the methods: quick, paper or both (quick)"))
    p.add_argument(
        "--no-untrained", action="store_false", dest="untrained", default=None,
        help=say("leave out the rows of the methods' own networks without training"),
    )  # fmt: skip
    p.add_argument(
        "--contexts", type=_words, metavar="NAMES",
        help=say("rows for levels of context, of labels,{contexts}; labels mixes them (labels)",
                 contexts=",".join(CONTEXTS)),
    )  # fmt: skip
    p.add_argument("--labels", type=_counts, metavar="N,N", help=say("labels a class (5,10)"))
    p.add_argument("--draws", type=_positive, metavar="N", help=say("how often labels are drawn (10)"))
    p.add_argument(
        "--split", type=_words, metavar="KINDS",
        help=say("random (labels anywhere), block (training and test in blocks apart), strokes:3 (so many strokes of a "
                 "brush a class), strokes:2x12 (of so many pixels each), or several such as random,block (random)"),
    )  # fmt: skip
    p.add_argument("--block", type=_positive, metavar="PIXELS", help=say("side of the blocks (16)"))
    p.add_argument(
        "--guard", type=_guard, metavar="PIXELS",
        help=say("unused pixels between training blocks and test, at least half of what the encoders see of a pixel "
                 "(8); full for as many as the maps look far"),
    )  # fmt: skip
    p.add_argument(
        "--epochs", type=_positive, metavar="N", help=say("epochs (paper) or steps (quick); the preset's own")
    )
    _add_settings(
        p, "[METHOD.]NAME=VALUE", say("value of a setting of one method, or of all that have it; may be given again")
    )
    _add_seed(p)
    _add_device(p)
    p.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("folder for results and report"))
    _add_reading(p)
    # What is not given is decided by the suite file, else by the specification of the study.
    p.set_defaults(seed=None, device=None, settings=None, monitor=None, precision=None)
    _add_scale(p)
    p.set_defaults(work=command("study"), refuse=p.error)


def _add_demo(commands: Commands) -> None:
    p = commands.add_parser("demo", help=say("the embedded demo scene, in the window or without one"))
    p.add_argument("--headless", action="store_true", help=say("no window: run the whole job and write its outputs"))
    p.add_argument(
        "--out", type=Path, default=Path("hsigui-demo"), metavar="DIR", help=say("where outputs go (hsigui-demo)")
    )
    p.add_argument(
        "--fields", choices=FIELDS, default="mixed",
        help=say("the land: all sizes, large fields, trial plots, trees and roofs, or fields alone (mixed)"),
    )  # fmt: skip
    p.add_argument("--noise", type=_amount, default=1.0, metavar="X", help=say("times the sensor's usual noise (1)"))
    p.add_argument(
        "--white", type=_amount, default=0.0, metavar="X", help=say("noise of all bands beside it, in reflectance (0)")
    )
    p.add_argument(
        "--size", type=_side, default=(128, 128), metavar="N", help=say("rows and columns, N or ROWSxCOLS (128)")
    )
    _add_seed(p)
    _add_device(p)
    p.set_defaults(work=command("demo"))


def chosen_demo(arguments: argparse.Namespace) -> DemoSpec:
    """The demo scene that the options of `hsigui demo` name."""
    rows, cols = arguments.size
    return DemoSpec(arguments.fields, arguments.noise, arguments.white, arguments.seed, rows, cols)


def _add_seed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=_natural, default=0, metavar="N", help=say("of every random choice (0)"))


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--device", default="auto", choices=("auto", "cpu", "cuda", "mps"), help=say("where to compute (auto)")
    )


def _add_settings(parser: argparse.ArgumentParser, form: str, words: str) -> None:
    """What is set of a training beside method, preset, seed and length."""
    group = parser.add_argument_group(say("how it is trained"))
    group.add_argument("--set", action="append", default=[], metavar=form, dest="settings", help=words)
    group.add_argument("--no-monitor", action="store_false", dest="monitor", help=say("do not watch the features"))
    group.add_argument(
        "--patience", type=_natural, metavar="N",
        help=say("stop after N readings of the monitor without a better one; 0 for never; the preset's own when left "
                 "out"),
    )  # fmt: skip
    group.add_argument(
        "--precision", choices=PRECISIONS, default="auto",
        help=say("numbers that networks compute in; auto: bfloat16 where the processor has it (auto)"),
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
    group = parser.add_argument_group(say("how an array becomes the scene (.mat, HDF5, NumPy)"))
    _add_variable(group)
    group.add_argument("--axes", metavar="AXES", help=say("such as rows,cols,bands or bands,rows,cols or bands,pixels"))
    group.add_argument(
        "--size", type=_size, metavar="ROWSxCOLS", help=say("of the scene, for bands,pixels and pixels,bands")
    )
    group.add_argument(
        "--order", choices=("columns", "rows"), help=say("how the pixels run there (columns, as in MATLAB)")
    )
    group.add_argument("--wavelengths", metavar="NAME", help=say("variable of the band centres; none for none"))
    group.add_argument("--units", metavar="UNIT", help=say("of the band centres"))
    group.add_argument(
        "--bad-bands", metavar="NAME", help=say("variable with 1 for good, 0 for bad bands; none for none")
    )
    group.add_argument(
        "--quality", type=_names, default=(), metavar="NAME,NAME",
        help=say("quality masks of a product (info names them): pixels that one of them marks have no data"),
    )  # fmt: skip
    group.add_argument(
        "--leave-out-bands", type=_bands, default=(), metavar="N,N-N",
        help=say("bands, counted from 1, that are not used, besides those that the file marks bad"),
    )  # fmt: skip
    group.add_argument(
        "--take-in-bands", type=_bands, default=(), metavar="N,N-N",
        help=say("bands, counted from 1, that are used although the file marks them bad"),
    )  # fmt: skip


def _add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scale", type=_scale, metavar="X", help=say("divide the stored values by X (the file's own scale factor)")
    )


def _scale(text: str) -> float:
    value = _amount(text)
    if value == 0:
        raise argparse.ArgumentTypeError(say("must be above 0"))
    return value


def _add_outside(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outside-files", action="store_true",
        help=say("also read what files name outside their own folders (virtual rasters, HDF5); remembered for each"),
    )  # fmt: skip


def _add_background(parser: argparse._ActionsContainer, option: str = "--background") -> None:
    parser.add_argument(
        option, type=_background, metavar="NUMBERS",
        help=say("numbers that mean no label, as 255 or -1,0, or none; what the file and its numbers say by default"),
    )  # fmt: skip


def _add_buffer(parser: argparse._ActionsContainer, option: str = "--buffer") -> None:
    parser.add_argument(
        option, type=_buffer, metavar="DISTANCE",
        help=say("points and lines label within it, as 3 (pixels) or 10m; else the pixels that they touch"),
    )  # fmt: skip


def _background(text: str) -> str:
    from hsigui.labels.background import choice_of  # with NumPy, which the help does without

    try:
        choice_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _buffer(text: str) -> str:
    from hsigui.labels.widening import buffer_of

    try:
        buffer_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _add_variable(parser: argparse._ActionsContainer) -> None:
    parser.add_argument("--variable", metavar="NAME", help=say("array of a .mat file, where several fit"))


def _names(text: str) -> tuple[str, ...]:
    return tuple(word for part in text.split(",") if (word := part.strip()))


def _bands(text: str) -> tuple[int, ...]:
    """Numbers of bands from 1, of a list such as "5,40-44"."""
    found: set[int] = set()
    for part in _names(text):
        first, dash, last = part.partition("-")
        try:
            begin, end = int(first), int(last if dash else first)
        except ValueError:
            raise argparse.ArgumentTypeError(say("“{part}” is no band", part=part)) from None
        if not 1 <= begin <= end <= MOST_BANDS:
            raise argparse.ArgumentTypeError(say("“{part}”: bands count from 1, the lower one first", part=part))
        found.update(range(begin, end + 1))
    return tuple(sorted(found))


def _split(text: str) -> str:
    try:
        split_of(text)
    except HsiError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _size(text: str) -> tuple[int, int]:
    rows, separator, cols = text.lower().partition("x")
    if not separator or not rows.isdigit() or not cols.isdigit():
        raise argparse.ArgumentTypeError(say("must look like 145x145"))
    return int(rows), int(cols)


def _place(text: str) -> tuple[int, int]:
    row, comma, col = text.partition(",")
    if not comma:
        raise argparse.ArgumentTypeError(say("must look like 12,40"))
    return _natural(row.strip()), _natural(col.strip())


def _side(text: str) -> tuple[int, int]:
    rows, cols = (int(text), int(text)) if text.isdigit() else _size(text)
    if min(rows, cols) < LEAST:
        raise argparse.ArgumentTypeError(say("must be {least} or more", least=LEAST))
    return rows, cols


def _amount(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is no number", text=text)) from None
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(say("must be 0 or more"))
    return value


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _percents(text: str) -> tuple[float, ...]:
    if text.strip() == "none":
        return ()
    found = tuple(_amount(word) for word in _words(text))
    if not found or max(found) > 100:
        raise argparse.ArgumentTypeError(say("must be numbers from 0 to 100, such as 5,50,95"))
    return found


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_positive(word) for word in _words(text))


def _seeds(text: str) -> tuple[int, ...]:
    return tuple(_natural(word) for word in _words(text))


def _positive(text: str) -> int:
    if (value := _whole(text)) < 1:
        raise argparse.ArgumentTypeError(say("must be 1 or more"))
    return value


def _natural(text: str) -> int:
    if (value := _whole(text)) < 0:
        raise argparse.ArgumentTypeError(say("must be 0 or more"))
    return value


def _guard(text: str) -> int | str:
    return text if text == "full" else _natural(text)


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(say("{text!r} is no whole number", text=text)) from None
