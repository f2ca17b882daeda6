"""hsigui pretrain: an encoder from a cube or several, without labels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell, tell_of
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_folder
from hsigui.commands.reading import reading
from hsigui.commands.without_effect import Need, require_effect
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.using import PRETRAIN
from hsigui.methods import asked, registry
from hsigui.methods.resume_header import FILE, read_header
from hsigui.pipeline import disk
from hsigui.pipeline.features import SETS_KEPT
from hsigui.specs import PretrainSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel, as far as a run keeps them."""
    info = registry.method(arguments.method)
    require_effect(arguments, _needs(arguments, info))
    require_a_use(arguments)
    spec = PretrainSpec(
        arguments.method, arguments.preset, arguments.seed, arguments.device, arguments.epochs,
        arguments.monitor, arguments.patience, arguments.precision,
        start=str(arguments.start.resolve()) if arguments.start else "",
        mask_out=str(arguments.mask_out.resolve()) if arguments.mask_out else "", threads=arguments.threads,
        settings=asked.read(info, info.preset(arguments.preset), arguments.settings),
        begin_from=str(arguments.begin_from.resolve()) if arguments.begin_from else "",
    )  # fmt: skip
    check_folder(arguments.out)
    if (arguments.out / "run.json").exists() and not (arguments.replace or arguments.resume):
        raise HsiError(
            say("{out} holds a finished run.", out=arguments.out),
            say("Name another folder, or give --replace to train anew over it."),
        )
    if (arguments.out / FILE).exists() and not (arguments.replace or arguments.resume):
        raise HsiError(
            say("{out} holds an unfinished training.", out=arguments.out),
            say("Give --resume to go on with it, or --replace to begin anew over it."),
        )
    if arguments.resume and (arguments.out / FILE).exists():
        spec = registry.resumed(spec, read_header(arguments.out)["about"])
    cubes = [api.open(path, **reading(arguments)) for path in arguments.cubes]
    masks = given_masks(arguments, cubes[0], PRETRAIN) or None
    watched = None
    if arguments.monitor_labels is not None:
        watched = api.read_labels(
            arguments.monitor_labels, cubes[0], variable=arguments.monitor_labels_variable,
            background=arguments.monitor_labels_background, buffer=arguments.monitor_labels_buffer,
        )  # fmt: skip
        tell_of(watched)

    command = canonical(arguments, epochs=spec.epochs, settings=asked.words(spec.settings))

    def work(ctx: Context) -> Encoder:
        encoder = api.pretrain(
            cubes, spec=spec, folder=arguments.out, labels=watched, resume=arguments.resume, mask=masks,
            command=command, ctx=ctx,
        )  # fmt: skip
        for cube in cubes[:SETS_KEPT]:
            if not disk.holds_features(arguments.out, cube, encoder):
                continue  # which the training has said before it began
            api.embed(cube, encoder, folder=arguments.out, device=spec.device, ctx=ctx)
        return encoder

    try:
        encoder = run_with_progress(work, say("Loading PyTorch"))
    except KeyboardInterrupt:
        if (arguments.out / FILE).exists():
            tell(say("the same command with --resume goes on from here"))
        raise
    print(f"{encoder.summary} -> {arguments.out}")


def _needs(arguments: argparse.Namespace, info: registry.MethodInfo) -> list[Need]:
    """What the options need: something that is learned, and somebody who watches it."""
    learns = info.preset(arguments.preset).epochs > 0
    nothing = say("{title} learns nothing.", title=info.title)
    unwatched = say("With --no-monitor nobody watches the features.")
    labels = arguments.monitor_labels is not None
    return [
        *(Need(name, learns, nothing) for name in ("epochs", "monitor_labels", "patience")),
        *(Need(name, arguments.monitor, unwatched) for name in ("monitor_labels", "patience")),
        Need("monitor_labels_variable", labels, say("--monitor-labels-variable is of --monitor-labels.")),
        Need("monitor_labels_background", labels, say("--monitor-labels-background is of --monitor-labels.")),
        Need("monitor_labels_buffer", labels, say("--monitor-labels-buffer is of --monitor-labels.")),
    ]
