"""Pretraining: an encoder learned from a cube without a single label."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.masked import MaskedCube
from hsigui.cube.transform import BandTransform, fit_together
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.methods import checkpoint, devices, loop, registry
from hsigui.methods import resume as unfinished
from hsigui.methods.balance import DENSE_SAMPLE, PATCH_SAMPLE, Balance, learn
from hsigui.methods.chance import Chance
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import Network, channels_last
from hsigui.methods.monitor import ACCURACY, Monitor
from hsigui.methods.plan import Plan
from hsigui.methods.resume import Unfinished
from hsigui.methods.resume_header import read_header
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.methods.settings import MethodSettings, told
from hsigui.methods.stacked_scenes import StackedScenes
from hsigui.methods.untrained import NoTraining
from hsigui.pipeline import rescue, several
from hsigui.pipeline.one_thread import one_blas_thread
from hsigui.pipeline.provenance import raster_hash
from hsigui.specs import PretrainSpec
from hsigui.texts import say

SMALLEST_SIDE = 16
READINGS = 10  # of the monitor, where a preset counts steps
EVERY_EPOCH_UNTIL, EPOCHS_BETWEEN = 20, 10  # where it counts epochs, as LSCoSa's authors monitor theirs
PATIENCE = 10  # readings without a better one before a training on labelled monitoring stops, where it counts epochs


def pretrain(
    cube: Cube | Sequence[Cube], spec: PretrainSpec, ctx: Context, out: Path | None = None, *,
    labels: NDArray[np.uint16] | None = None, resume: bool = False, command: str = "", keep_in: Path | None = None,
) -> Encoder:  # fmt: skip
    """Trains an encoder on all valid pixels of a cube, but for those that the spec masks out; or of several cubes of
    one sensor, in the bands of the first.

    With 0 epochs nothing is learned: the encoder is the network from which the training of that seed would start.

    Tells the context the loss of every step as the metric "loss", and now and then how good the features are: as "knn
    accuracy" where there are labels for it, else as "effective rank" (see `Monitor`).

    Args:
        out: folder to write the run to; None keeps it in memory. An unfinished training is written there every
            15 seconds and when it is cancelled.
        labels: training labels (rows x cols, 0 for none) of the first cube for the monitor alone. Never give it test
            labels.
        resume: go on with the unfinished training in `out` (or `keep_in`). On the cpu the result is bit for bit that of
            a training which was never interrupted.
        command: the command line that asked for it, kept with the run.
        keep_in: folder for the unfinished training alone, where the caller writes the run; the caller removes it then.

    Raises:
        HsiError: the disk is too full for the run, or it cannot be written in the end (the sentence says where it lies
            then); a scene is too small or empty, scenes have no bands in common or values of different scales, the
            method, a setting or the device does not exist, a value is not allowed or was another when the training was
            begun, the run to go on from is of another kind, memory does not suffice, the loss became non-finite before
            anything good was learned, or there is no training to go on with.
        Cancelled: through the context; what is needed to go on is left in `out`.
    """
    info = registry.method(spec.method)
    preset = info.preset(spec.preset)
    settings = registry.settings_of(spec)
    spec = replace(spec, settings=settings.changed())
    cubes = (cube,) if isinstance(cube, Cube) else tuple(cube)
    if not cubes:
        raise HsiError(say("There is no scene to learn from."), say("Name one at least."))
    for one in cubes:
        require_learnable(one)
    if labels is not None:
        require_same_size(labels.shape, (cubes[0].rows, cubes[0].cols), say("labels"))
    device = devices.choose(spec.device)
    going_on, started = several.begun_from(spec), _started(spec, cubes)
    wanted = preset.epochs if spec.epochs is None else spec.epochs
    epochs = preset.epochs and wanted  # what has no steps of its own cannot be given any
    plan = _untrained_plan(spec, settings) if preset.epochs > 0 and epochs == 0 else _plan(spec, settings, started)
    if going_on is not None:
        several.require_alike(going_on, plan, spec)
    kept = out or keep_in
    threads = _threads(spec, plan, epochs, device, kept if resume else None)
    with one_blas_thread(), devices.on_threads(1):
        return _pretrained(
            cubes, spec, settings, plan, going_on, started, epochs, device, threads, ctx, out, kept, labels, resume,
            command,
        )  # fmt: skip


def _pretrained(
    cubes: Sequence[Cube], spec: PretrainSpec, settings: MethodSettings, plan: Plan, going_on: Encoder | None,
    started: Encoder | None, epochs: int, device: torch.device, threads: int | None, ctx: Context, out: Path | None,
    kept: Path | None, labels: NDArray[np.uint16] | None, resume: bool, command: str,
) -> Encoder:  # fmt: skip
    """What `pretrain` does when it is known what is to be trained, and on what. The calling thread has one thread of
    torch and of numpy, so that what is not trained has the same numbers however many there are."""
    info = registry.method(spec.method)
    untrained = info.preset(spec.preset).epochs > 0 and epochs == 0
    ctx.progress(0, 1, say("Preparing the cube"))
    mask = _masked_out(spec, cubes)
    described = [_scene(one, mask) for one in cubes]
    several.require_different([str(about["fingerprint"]) for about in described], cubes)
    joined = several.in_common_bands(cubes, going_on)
    if joined.bands and not plan.pixel_range:
        several.require_one_scale(joined.cubes, going_on.transform if going_on else None, ctx.check)
    if joined.words:
        ctx.warn(joined.words)
    seen = joined.cubes if mask is None else (MaskedCube(joined.cubes[0], mask),)
    watched = "" if labels is None else raster_hash(labels)[:12]
    source = several.origin(going_on, spec)
    about = {
        "spec": spec.to_json(), "settings": settings.to_json(), "epochs": epochs, "device": device.type,
        "scene": described[0], "monitor": watched, "threads": threads,
        **({"scenes": described} if len(cubes) > 1 else {}), **({"from": source} if source else {}),
    }  # fmt: skip
    begun = _begun(kept, about) if resume else None
    transform = _transform(seen, plan, spec, started or going_on, begun, ctx)
    scene, labels = _scene_values(seen, transform, labels, ctx)
    ctx.check()
    keep = None if kept is None or not epochs else loop.Keep(kept, about, transform.to_arrays())
    chance = Chance(spec.seed, device)
    # Two small layers gain nothing from bfloat16, nor from a second thread.
    small = plan.sees_pixels_alone and spec.precision == "auto"
    with devices.wanted_precision("float32" if small else spec.precision), devices.on_threads(threads or 1):
        where = devices.title(device)
        precision = devices.precision(device)
        with chance.building():
            network = plan.network(transform.channels)
            if going_on is not None:
                network.load_state_dict(going_on.network.state_dict())
            if untrained:
                channels_last(network)
                training: loop.Training = NoTraining()
            else:
                training = _training(spec, settings, network, scene, epochs, device, started)
        chance.give_masks(network)
        if kept is not None:
            rescue.look_at_disk(kept, network, transform, info.recipe, joined.cubes, ctx, must=out is not None)
        watch = _watch(training, network, scene, epochs, spec, labels, device)
        trained = loop.run(
            training, ctx, "Pretraining", device=device, keep=keep, watch=watch, begun=begun, chance=chance
        )
    balance = _balance(network, scene, device, spec.seed, ctx)
    encoder = Encoder(
        network.cpu().eval(), transform, plan, spec, epochs, described[0], where, trained.seconds,
        trained.losses, command, info.recipe, watch.name if watch else "", trained.readings, trained.stopped,
        precision if epochs else "", balance, settings.to_json(),
        scenes=tuple(described) if len(cubes) > 1 else (), bands=joined.bands, begun_from=source, threads=threads,
    )  # fmt: skip
    if out is not None:
        rescue.save(encoder, out)
        unfinished.remove(out)
    return encoder


def _transform(
    seen: Sequence[Cube], plan: Plan, spec: PretrainSpec, encoder: Encoder | None, begun: Unfinished | None,
    ctx: Context,
) -> BandTransform:  # fmt: skip
    """That of the encoder that is trained already, or of the unfinished training; else a new one of the scenes."""
    if encoder is not None:
        return encoder.transform
    if begun is not None:
        return BandTransform.from_arrays(dict(begun.transform))
    return fit_together(seen, plan.components, pixel_range=plan.pixel_range, seed=spec.seed, check=ctx.check)


def _scene_values(
    seen: Sequence[Cube], transform: BandTransform, labels: NDArray[np.uint16] | None, ctx: Context
) -> tuple[SceneValues, NDArray[np.uint16] | None]:
    """The scenes as a network reads them, and the labels of the first on their pixels."""
    if len(seen) == 1:
        return SceneValues(seen[0], transform, ctx.check), labels
    stack = StackedScenes(seen, transform, ctx.check)
    return stack, None if labels is None else stack.of_first(labels)


def _threads(spec: PretrainSpec, plan: Plan, learns: int, device: torch.device, kept: Path | None) -> int | None:
    """How many threads of the processor a training runs on; None where its numbers do not depend on that.

    Args:
        learns: epochs of the preset; 0 for what has no training.
        kept: folder of an unfinished training that is to go on; it does so on as many as it was begun on.
    """
    if device.type != "cpu" or not learns or plan.sees_pixels_alone:
        return None
    begun = None
    if spec.threads is None and kept is not None and (kept / unfinished.FILE).is_file():
        begun = read_header(kept)["about"].get("threads")
    return spec.threads or begun or torch.get_num_threads()


def require_learnable(cube: Cube) -> None:
    """Refuses scenes that are smaller than what an encoder looks at.

    Raises:
        HsiError: a side is shorter than 16 pixels.
    """
    if min(cube.rows, cube.cols) < SMALLEST_SIDE:
        raise HsiError(
            say(
                "{name} is {rows} x {cols} pixels: too small to learn from.",
                name=cube.name,
                rows=cube.rows,
                cols=cube.cols,
            ),
            say("Encoders need at least {smallest_side} x {smallest_side} pixels.", smallest_side=SMALLEST_SIDE),
        )


def _balance(network: Network, scene: SceneValues, device: torch.device, seed: int, ctx: Context) -> Balance | None:
    """What evens out the features of a trained network; None for one that has none, or does so itself."""
    if network.width == 0 or network.variants:
        return None
    ctx.progress(0, 1, say("Evening out the features"))
    limit = PATCH_SAMPLE if network.patch else DENSE_SAMPLE
    return learn(features_of_scene(network.to(device).eval(), scene, device, limit, seed, ctx.check))


def _started(spec: PretrainSpec, cubes: Sequence[Cube]) -> Encoder | None:
    """The trained encoder that a method of two stages is to start from.

    Raises:
        HsiError: the method has no place for it, there are several scenes, or the run is missing, of another method's
            kind, or of other bands.
    """
    if not spec.start:
        return None
    if spec.epochs == 0:
        raise HsiError(
            say("A training of no step has nothing to add to the run {start}.", start=spec.start),
            say("Choose 1 epoch or more, or leave the run out."),
        )
    if len(cubes) > 1:
        raise HsiError(
            say("A training that starts from a run of its scene cannot have several scenes."),
            say("Give one scene, or leave out --start."),
        )
    info = registry.method(spec.method)
    if not info.starts_from_a_run:
        able = ", ".join(m.title for m in registry.methods() if m.starts_from_a_run)
        raise HsiError(
            say("{title} cannot start from a trained run.", title=info.title),
            say("Methods that can: {able}.", able=able),
        )
    found = checkpoint.load(Path(spec.start))
    if found.network.width == 0 or found.network.variants or found.network.branches:
        raise HsiError(
            say("The run {start} holds no plain encoder to start from.", start=spec.start),
            say("Choose a run of LSCoSa."),
        )
    if found.scene.get("fingerprint") != fingerprint(cubes[0]):
        raise HsiError(
            say("The run {start} was trained on another scene.", start=spec.start), say("Choose a run of this scene.")
        )
    return found


def _plan(spec: PretrainSpec, settings: MethodSettings, started: Encoder | None) -> Plan:
    method = importlib.import_module(registry.method(spec.method).module)
    found: Plan = method.plan(settings) if started is None else method.plan(settings, start=started.plan)
    return found


def _untrained_plan(spec: PretrainSpec, settings: MethodSettings) -> Plan:
    """The plan of a method's network without training: without the parts that mean nothing before it."""
    method = importlib.import_module(registry.method(spec.method).module)
    found: Plan = getattr(method, "untrained_plan", method.plan)(settings)
    return found


def _training(
    spec: PretrainSpec, settings: MethodSettings, network: Network, scene: SceneValues, epochs: int,
    device: torch.device, started: Encoder | None,
) -> loop.Training:  # fmt: skip
    method = importlib.import_module(registry.method(spec.method).module)
    more = {} if started is None else {"start": started.network}
    try:
        made: loop.Training = method.training(settings, network, scene, epochs, device, spec.seed, **more)
    except (RuntimeError, MemoryError) as error:
        if not devices.ran_out_of_memory(error):
            raise
        raise HsiError(
            say("The scene does not fit into the memory of {devices}.", devices=devices.title(device)),
            devices.less_memory(device),
        ) from None
    return made


def _watch(
    training: loop.Training, network: Network, scene: SceneValues, epochs: int, spec: PretrainSpec,
    labels: NDArray[np.uint16] | None, device: torch.device,
) -> loop.Watch | None:  # fmt: skip
    """The monitor of a training; None where there is nothing to watch."""
    if not spec.monitor or training.steps == 0 or network.width == 0:
        return None
    monitor = Monitor(network, scene, device, spec.seed, labels)
    counts_epochs = registry.method(spec.method).preset(spec.preset).epochs_are == "epochs"
    patience = spec.patience
    if patience is None:
        patience = PATIENCE if counts_epochs and monitor.name == ACCURACY else 0
    due = _due(training.steps, epochs if counts_epochs else 0)
    return loop.Watch(monitor.name, monitor.measure, due, patience or None)


def _due(steps: int, epochs: int) -> Callable[[int], bool]:
    """Whether the monitor is read after so many steps; `epochs` is 0 where the steps are not those of epochs."""
    if not epochs:
        every = max(1, steps // READINGS)
        return lambda made: made % every == 0
    each = max(1, steps // epochs)

    def due(made: int) -> bool:
        epoch, rest = divmod(made, each)
        return rest == 0 and (epoch <= EVERY_EPOCH_UNTIL or epoch % EPOCHS_BETWEEN == 0)

    return due


def _begun(out: Path | None, about: Mapping[str, Any]) -> Unfinished:
    """The unfinished training in a folder.

    Raises:
        HsiError: there is none, or it is one of another scene, other settings or another kind of device.
    """
    if out is None:
        raise HsiError(say("There is no folder to go on from."), say("Name the folder of the run."))
    begun = unfinished.read(out)
    was, now = dict(begun.about), dict(about)
    if _identity(was) != _identity(now):
        raise HsiError(
            say(
                "The unfinished training in {out} is of another scene, {name}.",
                out=out,
                name=", ".join(s.get("name", "unknown") for s in was.get("scenes") or [was.get("scene", {})]),
            ),
            say("Open that scene, or begin anew without going on."),
        )
    if was.get("from") and now.get("from") and was["from"]["weights_sha256"] != now["from"]["weights_sha256"]:
        raise HsiError(
            say("The unfinished training in {out} was begun with other weights than the run holds now.", out=out),
            say("Begin anew, without going on."),
        )
    before, wanted = _compared(was), _compared(now)
    if before.get("threads") is None:  # begun by a version that did not say how many
        del wanted["threads"]
    if [before.get(each) for each in ("method", "preset")] == [wanted[each] for each in ("method", "preset")]:
        before, wanted = before | _settings(was), wanted | _settings(now)
    changed = [
        say("{name} {told}, not {told_wanted}", name=name, told=_in_words(before.get(name)),
            told_wanted=_in_words(wanted.get(name)))
        for name in wanted if before.get(name) != wanted.get(name)
    ]  # fmt: skip
    if was.get("device") != now["device"]:
        changed.append(say("device {device}, not {device2}", device=was.get("device"), device2=now["device"]))
    if changed:
        raise HsiError(
            say("The unfinished training in {out} was begun with {changed}.", out=out, changed="; ".join(changed)),
            say("Give the same settings, or begin anew without going on."),
        )
    return begun


def _compared(about: Mapping[str, Any]) -> dict[str, object]:
    """What must be equal for a training to go on, by the names that people know; its device is compared by what "auto"
    meant."""
    return {
        "begin_from": "", **about.get("spec", {}), "settings": "", "device": "", "epochs": about.get("epochs"),
        "threads": about.get("threads"), "monitor labels": about.get("monitor") or "none",
    }  # fmt: skip


def _in_words(value: object) -> str:
    """A value as people read it, also where none was chosen."""
    if value is None:
        return say("as the preset has it")
    return told(value) or say("none")


def _settings(about: Mapping[str, Any]) -> dict[str, Any]:
    """All settings of what a training is of."""
    return dict(registry.complete(about["spec"]["method"], about["spec"]["preset"], about.get("settings")))


def _identity(about: Mapping[str, Any]) -> tuple[object, ...]:
    """What tells the scenes of trainings apart."""
    scenes = about.get("scenes") or [about.get("scene", {})]
    each = ((tuple(s.get("shape", ())), s.get("fingerprint"), s.get("masked_out", {}).get("sha256")) for s in scenes)
    return tuple(each)


def _scene(cube: Cube, mask: NDArray[np.bool_] | None) -> dict[str, object]:
    about: dict[str, object] = {
        "name": cube.name,
        "shape": list(cube.shape),
        "wavelengths_nm": list(cube.info.wavelengths),
        "fingerprint": fingerprint(cube),
    }
    if mask is not None:
        about["masked_out"] = {"pixels": int(np.count_nonzero(mask)), "sha256": raster_hash(mask)}
    return about


def _masked_out(spec: PretrainSpec, cubes: Sequence[Cube]) -> NDArray[np.bool_] | None:
    """The pixels that the training is not to see, rows x cols.

    Raises:
        HsiError: the file cannot be read, is of another size or place, masks nothing or leaves too little; there are
            several scenes; or the training starts from a run that saw them.
    """
    if not spec.mask_out:
        return None
    if len(cubes) > 1:
        raise HsiError(
            say("Pixels can be masked out of one scene only, and {count} are given.", count=len(cubes)),
            say("Leave out the scene that is tested on, or set its test pixels to no-data in a copy."),
        )
    cube = cubes[0]
    if spec.start or spec.begin_from:
        raise HsiError(
            say("A training that starts from a run cannot have pixels masked out: that run may have seen them."),
            say("Train both stages anew with the mask."),
        )
    found = read_classes(spec.mask_out, grid=Grid(cube.rows, cube.cols, cube.geo))
    require_same_size(found.array.shape, (cube.rows, cube.cols), say("mask"))
    require_same_place(found.geo, cube.geo, (cube.rows, cube.cols), say("mask"))
    mask = np.asarray(found.array != 0)
    if not mask.any():
        raise HsiError(say("The mask holds no pixel: all of it is 0."), say("Pixels other than 0 are masked out."))
    left = int(np.count_nonzero(cube.valid_mask() & ~mask))
    if left < SMALLEST_SIDE**2:
        raise HsiError(
            say("The mask leaves {left} pixels to learn from.", left=left),
            say("Encoders need at least {smallest_side}.", smallest_side=SMALLEST_SIDE**2),
        )
    return mask
