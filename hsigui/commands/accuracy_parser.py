"""The options of what is for measuring accuracy: sample, evaluate, study."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.commands.helping import MAPS
from hsigui.commands.options import (
    add_background,
    add_buffer,
    add_device,
    add_overwrite,
    add_reading,
    add_scale,
    add_seed,
    add_settings,
    add_variable,
    add_workers,
    command,
    scene,
)
from hsigui.commands.values import counts, guard, positive, seeds, split, words
from hsigui.specs import CONTEXTS
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.commands.helping import Commands


def add_sample(commands: Commands) -> None:
    """`hsigui sample`."""
    p = commands.add_parser("sample", help=say("draw few-shot labels from ground truth; the rest is for testing"))
    p.add_argument("truth", type=Path, metavar="TRUTH", help=say("ground truth: a file of labels"))
    amount = p.add_mutually_exclusive_group()
    amount.add_argument("--per-class", type=positive, metavar="N", help=say("labels a class (10)"))
    amount.add_argument("--percent", type=float, metavar="P", help=say("of the pixels of each class, instead"))
    p.add_argument(
        "--split", type=split, default="random", metavar="KIND",
        help=say(
            "labels anywhere (random), in squares apart from the test (block), in other regions than it (region), or "
            "as people paint (strokes; strokes:2x12 for 2 strokes a class of at most 12 pixels)"
        ),
    )  # fmt: skip
    p.add_argument("--strokes", type=positive, metavar="K", help=say("strokes a class (1)"))
    p.add_argument("--pixels", type=positive, metavar="N", help=say("of one stroke at most (25)"))
    p.add_argument("--block", type=positive, default=16, metavar="PIXELS", help=say("side of the squares (16)"))
    p.add_argument(
        "--guard", type=guard, metavar="PIXELS",
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
    add_seed(p)
    p.add_argument(
        "--seeds",
        type=seeds,
        metavar="N,N",
        help=say("one draw for each; the seed is added to the names of the files"),
    )
    p.add_argument("--out", type=Path, required=True, metavar="LABELS", help=say("where to write the labels"))
    p.add_argument("--rest", type=Path, required=True, metavar="TEST", help=say("where to write the rest"))
    add_variable(p)
    add_background(p)
    add_buffer(p)
    add_overwrite(p)
    p.set_defaults(work=command("sample"))


def add_evaluate(commands: Commands) -> None:
    """`hsigui evaluate`."""
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
        add_background(p, option)
    for option in ("--truth-buffer", "--labels-buffer"):
        add_buffer(p, option)
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
    add_variable(p)
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


def add_study(commands: Commands) -> None:
    """`hsigui study`."""
    p = commands.add_parser(
        "study", help=say("compare methods and baselines on the same draws of labels"),
        description=say("Compares methods and baselines on a scene with ground truth, or on those of a suite file, all "
                        "on the same draws of labels. Stopped, it goes on from what is in DIR when the same command is "
                        "given again."),
    )  # fmt: skip
    p.add_argument("cube", type=scene, nargs="?", metavar="CUBE")
    p.add_argument("--truth", type=Path, metavar="GT", help=say("ground truth: a file of labels"))
    p.add_argument("--truth-variable", metavar="NAME", help=say("array of the truth's .mat file, where several fit"))
    add_background(p, "--truth-background")
    add_buffer(p, "--truth-buffer")
    p.add_argument(
        "--suite", type=Path, metavar="TOML",
        help=say("instead of CUBE and --truth: a file of several scenes and of defaults for these options"),
    )  # fmt: skip
    p.add_argument("--methods", metavar="NAMES", help=say("all, methods, baselines, or names a,b,c (all)"))
    p.add_argument("--presets", type=words, metavar="NAMES", help=say("of the methods: quick, paper or both (quick)"))
    p.add_argument(
        "--no-untrained", action="store_false", dest="untrained", default=None,
        help=say("leave out the rows of the methods' own networks without training"),
    )  # fmt: skip
    p.add_argument(
        "--contexts", type=words, metavar="NAMES",
        help=say("rows for levels of context, of labels,{contexts}; labels mixes them (labels)",
                 contexts=",".join(CONTEXTS)),
    )  # fmt: skip
    p.add_argument("--labels", type=counts, metavar="N,N", help=say("labels a class (5,10)"))
    p.add_argument("--draws", type=positive, metavar="N", help=say("how often labels are drawn (10)"))
    p.add_argument(
        "--split", type=words, metavar="KINDS",
        help=say("random (labels anywhere), block (training and test in blocks apart), strokes:3 (so many strokes of a "
                 "brush a class), strokes:2x12 (of so many pixels each), or several such as random,block (random)"),
    )  # fmt: skip
    p.add_argument("--block", type=positive, metavar="PIXELS", help=say("side of the blocks (16)"))
    p.add_argument(
        "--guard", type=guard, metavar="PIXELS",
        help=say("unused pixels between training blocks and test, at least half of what the encoders see of a pixel "
                 "(8); full for as many as the maps look far"),
    )  # fmt: skip
    p.add_argument(
        "--epochs", type=positive, metavar="N", help=say("epochs (paper) or steps (quick); the preset's own")
    )
    add_settings(
        p, "[METHOD.]NAME=VALUE", say("value of a setting of one method, or of all that have it; may be given again")
    )
    add_seed(p)
    add_device(p)
    add_workers(p, say("methods of the study"))
    p.add_argument("--out", type=Path, required=True, metavar="DIR", help=say("folder for results and report"))
    add_reading(p)
    # What is not given is decided by the suite file, else by the specification of the study.
    p.set_defaults(seed=None, device=None, settings=None, monitor=None, precision=None)
    add_scale(p)
    p.set_defaults(work=command("study"), refuse=p.error)
