"""`hsigui sample`: labels drawn from a ground truth, at random, in blocks, by region or by masks, once or often."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import counted, tell, tell_of
from hsigui.commands.outputs import check_outputs
from hsigui.commands.without_effect import Need, require_effect
from hsigui.errors import HsiError
from hsigui.labels.background import OF_MASKS
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.sampling import from_masks
from hsigui.pipeline.influence import covered, guard_of
from hsigui.pipeline.provenance import reach
from hsigui.pipeline.values import Labels, LabelSplit
from hsigui.pipeline.verbs import named_split, seen_by
from hsigui.report.table import read_back_suffixes
from hsigui.specs import NamedSplit, SplitSpec, split_of
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


def sample(arguments: argparse.Namespace) -> None:
    """Draws few-shot labels from a ground truth and writes them and the rest; with several seeds, once for each."""
    masks = [mask for mask in (arguments.train_mask, arguments.test_mask) if mask]
    seeds = arguments.seeds or (arguments.seed,)
    if len(set(seeds)) != len(seeds):
        raise HsiError(say("A seed is given twice."), say("The same seed draws the same labels."))
    files = [_named(path, seed, seeds) for path in (arguments.out, arguments.rest) for seed in seeds]
    outputs = [(path, read_back_suffixes()) for path in files]
    check_outputs([arguments.truth, *masks], outputs)
    named = split_of(arguments.split, arguments.strokes, arguments.pixels)
    if len(masks) == 1 or (masks and (len(seeds) > 1 or named.kind != "random" or arguments.percent)):
        raise HsiError(
            say("The parts are given by two masks, --train-mask and --test-mask, and nothing is drawn."),
            say("Give both, without --split, --percent or several seeds."),
        )
    require_effect(arguments, _needs(named, drawn=not masks, one_seed=not arguments.seeds))
    truth = api.read_labels(
        arguments.truth, variable=arguments.variable, background=arguments.background, buffer=arguments.buffer
    )
    tell_of(truth)
    if masks:
        _from_masks(arguments, truth)
        return
    if named.kind == "strokes" and (arguments.per_class or arguments.percent):
        raise HsiError(
            say("Strokes are counted by --strokes, and their pixels by --pixels."),
            say("Leave out --per-class and --percent."),
        )
    guard, encoder = _guard(arguments, named)
    per_class = arguments.per_class or SplitSpec().per_class
    asked = SplitSpec(
        per_class, 0, named.kind, arguments.percent, strokes=named.strokes, pixels=named.pixels
    ).labels_asked
    for seed in seeds:
        out, rest = (_named(path, seed, seeds) for path in (arguments.out, arguments.rest))
        found = api.sample(
            truth, per_class, percent=arguments.percent, seed=seed, split=str(named),
            block=arguments.block, guard=guard, encoder=encoder,
            command=canonical(arguments, seeds=None, seed=seed, out=out, rest=rest),
        )  # fmt: skip
        _write(found, out, rest, apart=named.kind in ("block", "region"))
        if asked is not None:
            _tell_small(found, truth, asked)


def _needs(named: NamedSplit, *, drawn: bool, one_seed: bool) -> list[Need]:
    """What the options need, of a split by masks or of labels that are drawn."""
    keeps = say("A guard is kept by the splits block and region, not by {kind}.", kind=named.kind)
    squares = say("Squares are drawn by the split block, not by {kind}.", kind=named.kind)
    masks = say("The parts are given by two masks, and nothing is drawn.")
    taken = () if drawn else ("guard", "run_folder", "block", "seed", "per_class")
    guarded = SplitSpec(kind=named.kind).is_guarded
    return [
        *(Need(name, False, masks) for name in taken),
        *(Need(name, guarded, keeps) for name in ("guard", "run_folder")),
        Need("block", named.kind == "block", squares),
        Need("seed", one_seed, say("The seeds are named by --seeds.")),
    ]


def _from_masks(arguments: argparse.Namespace, truth: Labels) -> None:
    grid = Grid(truth.array.shape[0], truth.array.shape[1], truth.geo)
    train, test = (
        read_classes(path, grid=grid, background=OF_MASKS).array for path in (arguments.train_mask, arguments.test_mask)
    )
    words = say(
        "given by {name} and {test_mask_name}", name=arguments.train_mask.name, test_mask_name=arguments.test_mask.name
    )
    found = named_split(from_masks(train, test, truth.array), truth, words, command=canonical(arguments))
    _write(found, arguments.out, arguments.rest)


def _write(found: LabelSplit, out: Path, rest: Path, apart: bool = False) -> None:
    api.save(found.train, out)
    api.save(found.test, rest)
    print(f"{counted(found.train.array, 'label')} -> {out}")
    record = found.record
    gap = (
        ""
        if found.gap is None or record.guard is None
        else say(", at least {gap} pixels from every label", gap=found.gap)
    )
    print(
        say("{count} pixels for testing{gap} -> {rest}", count=np.count_nonzero(found.test.array), gap=gap, rest=rest)
    )
    if record.reached:
        tell(record.reached_in_words)
    if record.not_tested and apart:
        tell(say("nothing is left to test of: {not_tested}", not_tested=", ".join(record.not_tested)))


def _tell_small(found: LabelSplit, truth: Labels, asked: int) -> None:
    """Says which classes gave fewer labels than were asked for."""
    for number in np.unique(truth.array[truth.array > 0]).tolist():
        drawn, left = (int(np.count_nonzero(part.array == number)) for part in (found.train, found.test))
        if drawn < asked:
            name = truth.classes.get(number).name
            pixels = int(np.count_nonzero(truth.array == number))
            tell(
                say(
                    "{name} gives only {drawn} of its {pixels} pixels as labels; {left} are left for testing",
                    name=name,
                    drawn=drawn,
                    pixels=pixels,
                    left=left,
                )
            )


def _named(path: Path, seed: int, seeds: tuple[int, ...]) -> Path:
    """The file of a seed: the path itself for one, else with the seed before the ending ("labels-3.tif")."""
    return path if len(seeds) == 1 else path.with_name(f"{path.stem}-{seed}{path.suffix}")


def _guard(arguments: argparse.Namespace, named: NamedSplit) -> tuple[int | str, Encoder | None]:
    """The guard asked for, at least half of what the encoder of a run sees of a pixel, and that encoder; says what such
    a guard covers."""
    usual = SplitSpec(kind=named.kind)
    asked: int | str = usual.guard if arguments.guard is None else arguments.guard
    encoder = None if arguments.run_folder is None else api.load_encoder(arguments.run_folder)
    if encoder is not None and isinstance(asked, int):
        half = reach(encoder) or 0
        if arguments.guard is not None and asked < half:
            tell(say("the guard is {half} pixels, half of what the encoder sees of a pixel", half=half))
        asked = half if arguments.guard is None else max(half, asked)
    if not usual.is_guarded:
        return asked, encoder
    seen = seen_by(encoder)
    tell(covered(guard_of(asked, seen), seen))
    return asked, encoder
