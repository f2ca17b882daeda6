"""hsigui pretrain: an encoder from a cube or several, without labels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell, tell_of
from hsigui.commands.many_processes import Attempt, taking_part
from hsigui.commands.mask import given_masks, require_a_use
from hsigui.commands.outputs import check_folder
from hsigui.commands.reading import reading
from hsigui.commands.scene_lists import entries_of, opened, told_of_labels, with_masks_of_list
from hsigui.commands.without_effect import Need, require_effect
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.masks.mask import Mask
from hsigui.masks.using import PRETRAIN, without
from hsigui.methods import asked, registry
from hsigui.methods.distributed.place import Place
from hsigui.methods.resume_header import FILE, read_header
from hsigui.pipeline import disk, run_claim
from hsigui.pipeline.features import SETS_KEPT
from hsigui.pipeline.what_is_seen import require_learnable
from hsigui.specs import PretrainSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


def pretrain(arguments: argparse.Namespace) -> None:
    """Pretrains an encoder and writes the run with the features of every pixel, as far as a run keeps them. Several
    processes make one training of it, and process 0 writes (see `many_processes`)."""
    with taking_part() as where:
        attempt = Attempt(arguments.out, where)
        attempt.prepare(arguments)
        _pretrain(arguments, where, attempt)
        attempt.end()


def _pretrain(arguments: argparse.Namespace, where: Place, attempt: Attempt) -> None:
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
        normalise="" if arguments.normalise == "together" else arguments.normalise,
    )  # fmt: skip
    if where.leads:
        _require_free(arguments)
        attempt.begin()
    if arguments.resume and (arguments.out / FILE).exists():
        spec = registry.resumed(spec, read_header(arguments.out)["about"])
    entries = entries_of(arguments)
    weights: list[float] = []
    if len(entries) == 1:
        cubes = [api.open(entries[0].path, **reading(arguments))]
    else:
        told_of_labels(entries)
        entries, cubes = opened(arguments, entries, require_learnable)
        weights = [entry.weight for entry in entries]
    with_masks_of_list(arguments, entries)
    learned, masks = _masked(arguments, cubes)
    watched = None
    if arguments.monitor_labels is not None:
        watched = api.read_labels(
            arguments.monitor_labels, cubes[0], variable=arguments.monitor_labels_variable,
            background=arguments.monitor_labels_background, buffer=arguments.monitor_labels_buffer,
        )  # fmt: skip
        if where.leads:
            tell_of(watched)

    command = canonical(arguments, epochs=spec.epochs, settings=asked.words(spec.settings))

    def work(ctx: Context) -> Encoder:
        # Until the features are those of these weights; the other processes write nothing.
        with run_claim.claimed(arguments.out if where.leads else None, ctx) as alone:
            encoder = api.pretrain(
                learned, spec=spec, folder=arguments.out, labels=watched, resume=arguments.resume, mask=masks,
                weights=weights, command=command, ctx=alone,
            )  # fmt: skip
            for cube in cubes[:SETS_KEPT] if where.leads else ():
                if not disk.holds_features(arguments.out, cube, encoder):
                    continue  # which the training has said before it began
                api.embed(cube, encoder, folder=arguments.out, device=spec.device, ctx=alone)
            return encoder

    try:
        encoder = run_with_progress(work, say("Loading PyTorch"))
    except KeyboardInterrupt:
        if where.leads and (arguments.out / FILE).exists():
            tell(say("the same command with --resume goes on from here"))
        raise
    if where.leads:
        print(f"{encoder.summary} -> {arguments.out}")


def _require_free(arguments: argparse.Namespace) -> None:
    """Refuses a folder that cannot be written, or holds what nobody said may be gone on with or written over."""
    check_folder(arguments.out)
    run_claim.require_free(arguments.out)
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


def _masked(arguments: argparse.Namespace, cubes: list[Cube]) -> tuple[list[Cube], list[Mask] | None]:
    """The scenes as they are learned from, each without what its mask in the list takes out; and the masks of one."""
    if len(cubes) == 1:
        return cubes, given_masks(arguments, cubes[0], PRETRAIN) or None
    if arguments.masks:
        raise HsiError(
            say("Pixels can be masked out of one scene only, and {count} are given.", count=len(cubes)),
            say("Name a mask for each scene in a list: --manifest, column mask."),
        )
    return [without(cube, given_masks(arguments, cube, PRETRAIN), PRETRAIN) for cube in cubes], None


def _needs(arguments: argparse.Namespace, info: registry.MethodInfo) -> list[Need]:
    """What the options need: something that is learned, and somebody who watches it."""
    learns = info.preset(arguments.preset).epochs > 0
    nothing = say("{title} learns nothing.", title=info.title)
    unwatched = say("With --no-monitor nobody watches the features.")
    labels = arguments.monitor_labels is not None
    return [
        *(Need(name, learns, nothing) for name in ("epochs", "monitor_labels", "patience")),
        *(Need(name, arguments.monitor, unwatched) for name in ("monitor_labels", "patience")),
        Need(
            "skip_unreadable",
            len(arguments.cubes) > 1 or arguments.manifest is not None,
            say("--skip-unreadable is of several scenes."),
        ),
        Need("monitor_labels_variable", labels, say("--monitor-labels-variable is of --monitor-labels.")),
        Need("monitor_labels_background", labels, say("--monitor-labels-background is of --monitor-labels.")),
        Need("monitor_labels_buffer", labels, say("--monitor-labels-buffer is of --monitor-labels.")),
    ]
