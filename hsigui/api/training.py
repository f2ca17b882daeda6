"""Encoders: learned without labels, read, and put over a scene."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui import plugins
from hsigui.api.given import LabelsLike, PathLike
from hsigui.api.masking import MasksLike, seen_by
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.masks.using import MAP, PRETRAIN
from hsigui.methods import registry
from hsigui.methods.info import MethodInfo
from hsigui.pipeline import verbs
from hsigui.pipeline.manifest import Manifest
from hsigui.pipeline.values import Labels, SceneFeatures
from hsigui.specs import PretrainSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


def pretrain(
    cube: Cube | Sequence[Cube] | Manifest, method: str = "lscosa", *, preset: str = "quick", seed: int = 0,
    device: str = "auto", epochs: int | None = None, settings: Mapping[str, bool | int | float | str] | None = None,
    spec: PretrainSpec | None = None, folder: PathLike | None = None, labels: LabelsLike | None = None,
    resume: bool = False, begin_from: PathLike | None = None, mask: MasksLike = None, weights: Sequence[float] = (),
    normalise: str = "", command: str = "", ctx: Context | None = None,
) -> Encoder:  # fmt: skip
    """Learns an encoder from a cube, without labels; or from several cubes of one sensor.

    Args:
        cube: one scene, or a list: the encoder then belongs to the bands of the first, to which those of the others
            are matched by wavelength. It can embed each of them. Or what `read_manifest` read: hundreds of scenes, of
            which few files are open at once, with their weights and masks.
        method: "lscosa", "purified" or "contrastdm"; or a baseline, which learns nothing, such as "svm-pca-smooth".
        preset: "quick" (a minute or two on a laptop) or "paper" (as published).
        seed: of every random choice; the same seed gives the same encoder.
        device: "auto", "cpu", "cuda" or "mps".
        epochs: passes (paper) or steps (quick); 0 for the method's own network untrained, None for the preset's own.
        settings: other values of what decides a training, by name, such as `{"temperature": 0.2}`; `hsigui pretrain
            --method METHOD --list-settings` names all, with their ranges.
        spec: all of it at once, in place of the six words above.
        folder: the run is written there, so that `load_encoder` finds it; None keeps it in memory.
        labels: to watch the features by. Nothing is learned from them, but where epochs are counted ("paper") they
            decide when the training ends and which epoch is kept: never give those that you test on.
        resume: go on with the unfinished training in the folder.
        begin_from: folder of a run of the same method and sizes whose weights this training begins with.
        mask: pixels of the scene that the training is not to see: a `Mask`, its file, a raster (rows x cols, True for
            masked out), or several. Only of one scene; a manifest names one for each.
        weights: how often each scene is drawn from, in relation to the others; a manifest has its own.
        normalise: "scene" brings each scene to the same mean and deviation of every band first. The run keeps those of
            each; a scene that it has not seen is brought to them by its own.
        command: a command line that asked for it, kept with the run.

    Returns:
        `Encoder`: `encoder.losses` are those of every step, `encoder.seconds` how long it took.

    Raises:
        HsiError: a scene is too small, scenes have no bands in common, the method or device does not exist, memory does
            not suffice, or another process trains in the folder.
    """
    wanted = spec or PretrainSpec(method, preset, seed, device, epochs, settings=dict(settings or {}))
    if begin_from is not None:
        wanted = dataclasses.replace(wanted, begin_from=str(Path(begin_from).resolve()))
    if normalise:
        wanted = dataclasses.replace(wanted, normalise=normalise)
    on = ctx or quiet()
    if isinstance(cube, Manifest):
        cube, weights = _of_manifest(cube, weights, on)
    to = None if folder is None else Path(folder)
    watched = None if labels is None else Labels.of(labels)
    if mask is not None:
        cube = _masked(cube, mask)
    return verbs.pretrain(cube, wanted, on, to, labels=watched, resume=resume, command=command, weights=weights)


def _of_manifest(listed: Manifest, weights: Sequence[float], ctx: Context) -> tuple[list[Cube], Sequence[float]]:
    """The scenes of a list without what their masks take out, and their weights."""

    def told(number: int, count: int, name: str) -> None:
        ctx.progress(number, count, say("Opening the scenes, {name}", name=name))

    cubes = [
        cube if entry.mask is None else seen_by(cube, entry.mask, PRETRAIN)
        for entry, cube in zip(listed.entries, listed.open(told=told), strict=True)
    ]
    return cubes, weights or listed.weights


def _masked(cube: Cube | Sequence[Cube], mask: MasksLike) -> Cube:
    cubes = [cube] if isinstance(cube, Cube) else list(cube)
    if len(cubes) != 1:
        raise HsiError(
            say("Pixels can be masked out of one scene only, and {count} are given.", count=len(cubes)),
            say("Give one scene, or leave out the mask."),
        )
    return seen_by(cubes[0], mask, PRETRAIN)


def add_method(row: MethodInfo) -> None:
    """Adds a method of one's own to those of this process; adding it again replaces it, as in a notebook. The example
    `own_method.py` of the help page *Notebooks* shows one. For the window and the commands, and to read its runs later,
    a package names the row by the entry point `hsigui.methods`.

    Raises:
        HsiError: the program, or an installed package, has a method of that name.
    """
    if row.name in (info.name for info in registry.built_in()) or any(
        info.name == row.name and plugins.origin(info) for info in registry.methods()
    ):
        raise HsiError(say("There is a method “{name}”.", name=row.name), say("Give yours another name."))
    plugins.add(plugins.METHODS, type(row), row)


def load_encoder(folder: PathLike) -> Encoder:
    """The encoder of a run folder, as `pretrain` or the window wrote it.

    Raises:
        HsiError: the folder holds no run, or it is damaged.
    """
    from hsigui.methods import checkpoint

    return checkpoint.load(Path(folder))


def embed(
    cube: Cube, encoder: Encoder, *, folder: PathLike | None = None, device: str = "auto", mask: MasksLike = None,
    ctx: Context | None = None,
) -> SceneFeatures:  # fmt: skip
    """The features of every pixel of a cube, by an encoder trained on it or on another of the same bands.

    Args:
        folder: where they are kept and found again (the run's); None keeps them in memory.
        device: "auto", "cpu", "cuda" or "mps".
        mask: pixels that get no class, are not trained or tested on, and do not count for their neighbours: a `Mask`,
            its file, a raster (rows x cols, True for masked out), or several.

    Returns:
        `SceneFeatures`: `array` is rows x cols x features float16, `valid` says which pixels have data.

    Raises:
        HsiError: the cube's bands are not those that the encoder was trained on.
    """
    seen = seen_by(cube, mask, MAP)
    return verbs.embed(seen, encoder, ctx or quiet(), None if folder is None else Path(folder), device=device)
