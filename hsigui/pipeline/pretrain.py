"""Pretraining: an encoder learned from a cube without a single label."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.masked import MaskedCube, masks_told, set_aside
from hsigui.cube.transform import BandTransform, fit_together
from hsigui.errors import HsiError
from hsigui.jobs import Context, Unheard
from hsigui.labels.label_map import require_same_size
from hsigui.methods import devices, loop, registry
from hsigui.methods import resume as unfinished
from hsigui.methods.balance import DENSE_SAMPLE, PATCH_SAMPLE, Balance, learn
from hsigui.methods.chance import Chance
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.distributed.group import joined
from hsigui.methods.distributed.place import place
from hsigui.methods.distributed.processes import ALONE, Processes
from hsigui.methods.encoders import Network, channels_last
from hsigui.methods.monitor import ACCURACY, Monitor
from hsigui.methods.plan import Plan
from hsigui.methods.resume import Unfinished
from hsigui.methods.resume_header import read_header
from hsigui.methods.scene import SceneValues
from hsigui.methods.scene_features import features_of_scene
from hsigui.methods.settings import MethodSettings
from hsigui.methods.stacked_scenes import StackedScenes
from hsigui.methods.untrained import NoTraining
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline import by_windows, rescue, run_claim, several
from hsigui.pipeline.going_on import begun_in
from hsigui.pipeline.provenance import raster_hash
from hsigui.pipeline.run_bands import normalisation_of
from hsigui.pipeline.what_is_seen import masked_out, require_learnable, require_seen, started_from
from hsigui.specs import PretrainSpec
from hsigui.texts import say

READINGS = 10  # of the monitor, where a preset counts steps
EVERY_EPOCH_UNTIL, EPOCHS_BETWEEN = 20, 10  # where it counts epochs, as LSCoSa's authors monitor theirs
PATIENCE = 10  # readings without a better one before a training on labelled monitoring stops, where it counts epochs


def pretrain(
    cube: Cube | Sequence[Cube], spec: PretrainSpec, ctx: Context, out: Path | None = None, *,
    labels: NDArray[np.uint16] | None = None, labels_from: Mapping[str, str] | None = None, resume: bool = False,
    command: str = "", keep_in: Path | None = None, weights: Sequence[float] = (),
) -> Encoder:  # fmt: skip
    """Trains an encoder on all valid pixels of a cube, but for those that the spec masks out; or of several cubes of
    one sensor, in the bands of the first.

    With 0 epochs nothing is learned: the encoder is the network from which the training of that seed would start.

    Of several processes that a launcher began with the same call (see `methods.distributed`), each has a part of every
    batch; process 0 alone tells the context anything, and reads and writes the folder. All get the same encoder.

    Tells the context the loss of every step as the metric "loss", and now and then how good the features are: as "knn
    accuracy" where there are labels for it, else as "effective rank" (see `Monitor`).

    Args:
        out: folder to write the run to; None keeps it in memory. An unfinished training is written there every
            15 seconds and when it is cancelled.
        labels: training labels (rows x cols, 0 for none) of the first cube for the monitor alone. Never give it test
            labels: where epochs are counted they decide when the training ends, and which weights are kept.
        labels_from: their "file" and, where it holds several, "variable"; for the record.
        resume: go on with the unfinished training in `out` (or `keep_in`). On the cpu the result is bit for bit that of
            a training which was never interrupted.
        command: the command line that asked for it, kept with the run.
        keep_in: folder for the unfinished training alone, where the caller writes the run; the caller removes it then.
        weights: how often each scene is drawn from, in relation to the others; empty for equally often.

    Raises:
        HsiError: the disk is too full for the run, or it cannot be written in the end (the sentence says where it lies
            then), or another process trains in its folder; a scene is too small or empty, scenes have no bands in
            common or values of different scales, the method, a setting or the device does not exist, a value is not
            allowed or was another when the training was begun, the run to go on from is of another kind, memory does
            not suffice, the loss became non-finite before anything good was learned, or there is no training to go on
            with.
        Cancelled: through the context; what is needed to go on is left in `out`.
    """
    info = registry.method(spec.method)
    if info.matches:
        raise HsiError(
            say("{title} learns nothing, and makes no run.", title=info.title),
            say("Classify by it at once: hsigui classify --by {by} --labels.", by=info.matches),
        )
    preset = info.preset(spec.preset)
    settings = registry.settings_of(spec)
    spec = replace(spec, settings=settings.changed())
    cubes = (cube,) if isinstance(cube, Cube) else tuple(cube)
    if not cubes:
        raise HsiError(say("There is no scene to learn from."), say("Name one at least."))
    for one in cubes:
        require_learnable(one)
    require_seen(spec, cubes)
    if labels is not None:
        require_same_size(labels.shape, (cubes[0].rows, cubes[0].cols), say("labels"))
    device, where = devices.choose(spec.device), place()
    if not where.leads:
        out = keep_in = None
        ctx = Unheard(ctx)
    if not where.alone and not info.shared and preset.epochs:
        raise HsiError(
            say("{title} is not trained by several processes.", title=info.title),
            say("Begin a single one, without torchrun."),
        )
    going_on, started = several.begun_from(spec), started_from(spec, cubes)
    asked = preset.epochs if spec.epochs is None else spec.epochs
    epochs = preset.epochs and asked  # what has no steps of its own cannot be given any
    plan = _untrained_plan(spec, settings) if preset.epochs > 0 and epochs == 0 else _plan(spec, settings, started)
    if going_on is not None:
        several.require_alike(going_on, plan, spec)
    kept = out or keep_in
    threads = _threads(spec, plan, epochs, device, kept if resume else None)
    wanted = _Wanted(
        cubes, spec, settings, plan, going_on, started, epochs, device, threads, out, kept, labels, resume, command,
        labels_from or {}, several.uneven(weights, cubes),
    )  # fmt: skip
    with (
        run_claim.claimed(kept, ctx) as watched, one_blas_thread(), devices.on_threads(1),
        joined(where, device) as processes,
    ):  # fmt: skip
        return _pretrained(replace(wanted, processes=processes), watched)


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is to be trained, and on what.

    Attributes:
        going_on: an encoder whose weights the training begins with.
        started: an encoder that stands in for the first stage.
        threads: of the processor; None where the numbers do not depend on them.
        processes: that train together.
        kept: the folder of the unfinished training.
        weights: one a scene; empty where all are alike.
    """

    cubes: Sequence[Cube]
    spec: PretrainSpec
    settings: MethodSettings
    plan: Plan
    going_on: Encoder | None
    started: Encoder | None
    epochs: int
    device: torch.device
    threads: int | None
    out: Path | None
    kept: Path | None
    labels: NDArray[np.uint16] | None
    resume: bool
    command: str
    labels_from: Mapping[str, str]
    weights: tuple[float, ...] = ()
    processes: Processes = ALONE

    @property
    def normalises(self) -> bool:
        """Whether each scene is brought to one mean and deviation of every band."""
        begun = self.going_on is not None and normalisation_of(self.going_on) is not None
        return bool(self.spec.normalise) or begun

    @property
    def info(self) -> registry.MethodInfo:
        return registry.method(self.spec.method)

    @property
    def untrained(self) -> bool:
        """Whether nothing is to be learned by what could."""
        return self.info.preset(self.spec.preset).epochs > 0 and self.epochs == 0

    @property
    def precision(self) -> str:
        """Two small layers gain nothing from bfloat16, nor from a second thread."""
        small = self.plan.sees_pixels_alone and self.spec.precision == "auto"
        return "float32" if small else self.spec.precision

    def about(self, scenes: Sequence[Mapping[str, object]]) -> dict[str, Any]:
        """What must be the same for the training to go on after it was cut."""
        source = several.origin(self.going_on, self.spec)
        return {
            "spec": self.spec.to_json(), "settings": self.settings.to_json(), "epochs": self.epochs,
            "device": self.device.type, "scene": scenes[0],
            "monitor": "" if self.labels is None else raster_hash(self.labels)[:12], "threads": self.threads,
            **({"scenes": list(scenes)} if len(scenes) > 1 else {}), **({"from": source} if source else {}),
            **({"memory_limit": limit} if (limit := by_windows.deciding_limit(self.cubes, self.plan)) else {}),
        }  # fmt: skip


def _pretrained(wanted: _Wanted, ctx: Context) -> Encoder:
    """What `pretrain` does when it is known what is to be trained, and on what. The calling thread has one thread of
    torch and of numpy, so that what is not trained has the same numbers however many there are."""
    spec, cubes, device, epochs = wanted.spec, wanted.cubes, wanted.device, wanted.epochs
    ctx.progress(0, 1, say("Preparing the cube"))
    mask = masked_out(spec, cubes)
    described = _described(wanted, mask, ctx)
    fingerprints = [str(about["fingerprint"]) for about in described]
    several.require_different(fingerprints, cubes)
    joined = _in_common_bands(wanted, fingerprints, ctx)
    seen = joined.cubes if mask is None else (MaskedCube(joined.cubes[0], mask),)
    about, processes = wanted.about(described), wanted.processes
    processes.require_same({name: value for name, value in about.items() if name != "threads"})
    begun = _begun(wanted, about)
    transform = _transform(seen, wanted, begun, ctx)
    scene, labels = _scene_values(seen, transform, wanted, ctx)
    if said := by_windows.told(scene, seen):
        ctx.warn(said)
    ctx.check()
    keep = None if wanted.kept is None or not epochs else loop.Keep(wanted.kept, about, transform.to_arrays())
    chance = Chance(spec.seed, device, processes)
    with devices.wanted_precision(wanted.precision), devices.on_threads(wanted.threads or 1):
        where, precision = _titled(device, processes), devices.precision(device)
        with chance.building():
            network, training = _network(wanted, transform, scene)
        chance.give_masks(network)
        if wanted.kept is not None:
            must = wanted.out is not None
            rescue.look_at_disk(wanted.kept, network, transform, wanted.info.recipe, joined.cubes, ctx, must=must)
        watch = _watch(training, network, scene, epochs, wanted, labels)
        trained = loop.run(
            training, ctx, say("Pretraining"), device=device, keep=keep, watch=watch, begun=begun, chance=chance,
            processes=processes,
        )  # fmt: skip
    balance = _balance(network, scene, wanted, ctx)
    encoder = Encoder(
        network.cpu().eval(), transform, wanted.plan, spec, epochs, described[0], where, trained.seconds,
        trained.losses, wanted.command, wanted.info.recipe, watch.name if watch else "", trained.readings,
        trained.stopped, precision if epochs else "", balance, wanted.settings.to_json(),
        scenes=tuple(described) if len(cubes) > 1 else (), bands=joined.bands,
        begun_from=several.origin(wanted.going_on, spec), threads=wanted.threads,
        kept=_kept(trained, training, wanted), watched_by=_watched_by(watch, wanted),
        course=trained.course, processes=trained.processes,
    )  # fmt: skip
    ctx.check()
    if wanted.out is not None:
        rescue.save(encoder, wanted.out)
        unfinished.remove(wanted.out)
    return encoder


def _begun(wanted: _Wanted, about: Mapping[str, Any]) -> Unfinished | None:
    """The unfinished training to go on with, which process 0 reads for all; None where a new one begins."""
    begun = begun_in(wanted.kept, about) if wanted.resume and wanted.processes.leads else None
    if wanted.processes.alone:
        return begun
    told = wanted.processes.given(lambda: b"" if begun is None else unfinished.packed(begun))
    return unfinished.unpacked(told) if told else None


def _titled(device: torch.device, processes: Processes) -> str:
    """Where the training runs, in words."""
    return devices.title(device) if processes.alone else devices.title_of_several(device, processes.count)


def _kept(trained: loop.TrainingResult, training: loop.Training, wanted: _Wanted) -> dict[str, int]:
    """Which weights are kept, for the record; empty where nothing was learned."""
    steps = training.steps
    if not steps:
        return {}
    found = {"step": trained.kept_step, "steps": steps}
    if wanted.info.preset(wanted.spec.preset).epochs_are == "epochs" and wanted.epochs:
        found["epoch"] = trained.kept_step * wanted.epochs // steps
    return found


def _watched_by(watch: loop.Watch | None, wanted: _Wanted) -> dict[str, Any]:
    """The labels that the training was watched by, for the record; empty where there were none to go by."""
    if watch is None or watch.name != ACCURACY or wanted.labels is None:
        return {}
    return {
        **wanted.labels_from, "sha256": raster_hash(wanted.labels), "pixels": int(np.count_nonzero(wanted.labels)),
        "chose": watch.patience is not None,
    }  # fmt: skip


def _described(wanted: _Wanted, mask: NDArray[np.bool_] | None, ctx: Context) -> list[dict[str, object]]:
    """What is kept of each scene with the run; reads them."""
    found: list[dict[str, object]] = []
    for number, cube in enumerate(wanted.cubes):
        if len(wanted.cubes) > 1:
            ctx.progress(number, len(wanted.cubes), say("Looking at the scenes, {name}", name=cube.name))
        weight = {"weight": wanted.weights[number]} if wanted.weights else {}
        found.append({**_scene(cube, mask), **weight})
    return found


def _in_common_bands(wanted: _Wanted, fingerprints: Sequence[str], ctx: Context) -> several.Scenes:
    """The scenes in the bands that they share, which is said."""
    joined = several.in_common_bands(wanted.cubes, wanted.going_on, always=wanted.normalises)
    if wanted.normalises:
        joined = several.each_normalised(joined, fingerprints, wanted.going_on, wanted.spec.seed, ctx.check)
    elif joined.bands and not wanted.plan.pixel_range:
        before = wanted.going_on.transform if wanted.going_on else None
        several.require_one_scale(joined.cubes, before, ctx.check)
    if joined.words:
        ctx.warn(joined.words)
    return joined


def _network(wanted: _Wanted, transform: BandTransform, scene: SceneValues) -> tuple[Network, loop.Training]:
    """The network as the training begins with it, and the training."""
    network = wanted.plan.network(transform.channels)
    if wanted.going_on is not None:
        network.load_state_dict(wanted.going_on.network.state_dict())
    if wanted.untrained:
        channels_last(network)
        return network, NoTraining()
    return network, _training(wanted, network, scene)


def _transform(seen: Sequence[Cube], wanted: _Wanted, begun: Unfinished | None, ctx: Context) -> BandTransform:
    """That of the encoder that is trained already, or of the unfinished training; else a new one of the scenes, which
    process 0 finds for all."""
    if not wanted.processes.alone:
        first = replace(wanted, processes=ALONE)
        arrays = wanted.processes.given_arrays(lambda: _transform(seen, first, begun, ctx).to_arrays())
        return BandTransform.from_arrays(arrays)
    encoder, plan = wanted.started or wanted.going_on, wanted.plan
    if encoder is not None:
        return encoder.transform
    if begun is not None:
        return BandTransform.from_arrays(dict(begun.transform))
    return fit_together(
        seen, plan.components, pixel_range=plan.pixel_range, seed=wanted.spec.seed, check=ctx.check,
        weights=wanted.weights,
    )  # fmt: skip


def _scene_values(
    seen: Sequence[Cube], transform: BandTransform, wanted: _Wanted, ctx: Context
) -> tuple[SceneValues, NDArray[np.uint16] | None]:
    """The scenes as a network reads them, and the labels of the first on their pixels."""
    labels = wanted.labels
    if len(seen) == 1:
        return SceneValues(seen[0], transform, ctx.check), labels
    stack = StackedScenes(seen, transform, ctx.check, weights=wanted.weights)
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


def _balance(network: Network, scene: SceneValues, wanted: _Wanted, ctx: Context) -> Balance | None:
    """What evens out the features of a trained network, as process 0 finds it; None for one that has none, or does so
    itself."""
    if network.width == 0 or network.variants:
        return None
    ctx.progress(0, 1, say("Evening out the features"))
    limit, device = PATCH_SAMPLE if network.patch else DENSE_SAMPLE, wanted.device

    def found() -> dict[str, NDArray[np.float32]]:
        features = features_of_scene(network.to(device).eval(), scene, device, limit, wanted.spec.seed, ctx.check)
        balance = learn(features)
        return {"mean": balance.mean, "matrix": balance.matrix}

    return Balance(**wanted.processes.given_arrays(found))


def _plan(spec: PretrainSpec, settings: MethodSettings, started: Encoder | None) -> Plan:
    method = importlib.import_module(registry.method(spec.method).module)
    found: Plan = method.plan(settings) if started is None else method.plan(settings, start=started.plan)
    return found


def _untrained_plan(spec: PretrainSpec, settings: MethodSettings) -> Plan:
    """The plan of a method's network without training: without the parts that mean nothing before it."""
    method = importlib.import_module(registry.method(spec.method).module)
    found: Plan = getattr(method, "untrained_plan", method.plan)(settings)
    return found


def _training(wanted: _Wanted, network: Network, scene: SceneValues) -> loop.Training:
    method, device = importlib.import_module(wanted.info.module), wanted.device
    more: dict[str, Any] = {} if wanted.started is None else {"start": wanted.started.network}
    if not wanted.processes.alone:
        more["processes"] = wanted.processes
    try:
        made: loop.Training = method.training(
            wanted.settings, network, scene, wanted.epochs, device, wanted.spec.seed, **more
        )
    except (RuntimeError, MemoryError) as error:
        if not devices.ran_out_of_memory(error):
            raise
        raise HsiError(
            say("The scene does not fit into the memory of {devices}.", devices=devices.title(device)),
            devices.less_memory(device),
        ) from None
    return made


def _watch(
    training: loop.Training, network: Network, scene: SceneValues, epochs: int, wanted: _Wanted,
    labels: NDArray[np.uint16] | None,
) -> loop.Watch | None:  # fmt: skip
    """The monitor of a training; None where there is nothing to watch."""
    spec = wanted.spec
    if not spec.monitor or training.steps == 0 or network.width == 0:
        return None
    monitor = Monitor(network, scene, wanted.device, spec.seed, labels, wanted.processes)
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


def _scene(cube: Cube, mask: NDArray[np.bool_] | None) -> dict[str, object]:
    about: dict[str, object] = {
        "name": cube.name,
        "shape": list(cube.shape),
        "wavelengths_nm": list(cube.info.wavelengths),
        **({"fwhm_nm": list(cube.info.fwhm)} if cube.info.fwhm else {}),
        "fingerprint": scene_fingerprint(cube),
    }
    out = set_aside(cube) if mask is None else mask
    if out is not None:
        told = [dict(each) for each in masks_told(cube)]
        about["masked_out"] = {
            "pixels": int(np.count_nonzero(out)), "sha256": raster_hash(out), **({"masks": told} if told else {}),
        }  # fmt: skip
    return about
