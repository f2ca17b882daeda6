"""What keeps map, figures and questions in step with a hand that labels: features of a run, a map at every stroke.

What brings torch or scikit-learn is imported inside: their import costs seconds that belong to the worker of a job.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.document.samples import Sample
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.raster import ClassRaster
from hsigui.labels.sampling import Split
from hsigui.pipeline.disk import HeldNowhere
from hsigui.pipeline.values import DeviceKnown
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec
from hsigui.texts import as_sentence, say

if TYPE_CHECKING:
    from hsigui.analysis.nearest import Nearest
    from hsigui.analysis.references import Matching
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.features import Features
    from hsigui.pipeline.grounds import Grounds
    from hsigui.pipeline.label_quality import LabelQuality
    from hsigui.pipeline.matched import Matcher
    from hsigui.report.metrics import Accuracy
    from hsigui.report.reliability import Reliability

Box = tuple[int, int, int, int]
REST_SECONDS = 0.5  # without a stroke before the map is drawn by the recipe's own classifier


@dataclass(frozen=True)
class Trained:
    """An encoder and the features of a scene (None where they fit nowhere), where both are kept (None if nowhere), and
    seconds a step."""

    encoder: Encoder
    features: Features | None
    folder: Path | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """A probe, its map, what it was made from, how right it is where that is known, how it was drawn, the sample that
    its labels began with, seconds a step, whether it is as often right as it says, and what is nearest to each pixel of
    a map by spectra."""

    probe: Probe | Matcher
    class_map: ClassMap
    trained_on: NDArray[np.uint16]
    accuracy: Accuracy | None
    map_spec: MapSpec | None = None
    sample: Sample | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    reliability: Reliability | None = None
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Glimpse:
    """A partial result: the map of a part of the scene that begins at a pixel."""

    top: int
    left: int
    class_map: ClassMap


def draw_sample(
    ctx: Context, cube: Cube, truth: NDArray[np.uint16], classes: ClassTable, spec: SplitSpec
) -> tuple[Split, Sample]:
    """Draws few-shot labels from the truth, on valid pixels only: the parts, and what is known of them. `truth` is rows
    x cols."""
    from hsigui.pipeline.verbs import sample

    split, drawn = sample(ClassRaster(truth, classes, cube.geo), spec, ctx, valid=cube.valid_mask(ctx.check))
    neither = (truth > 0) & (split.train == 0) & (split.test == 0)
    left_out = np.packbits(neither) if neither.any() else None
    return split, Sample(spec, drawn.record, split.gap if spec.is_guarded else None, left_out)


def pretrain_and_embed(
    ctx: Context, cube: Cube, spec: PretrainSpec, folder: Path | None = None, resume: bool = False,
    mapped: Cube | None = None,
) -> Trained:  # fmt: skip
    """Pretrains an encoder and computes the features of every pixel; tells the device as soon as it is known.

    Both are kept in the folder, and now and then the unfinished training. When it cannot be written the result is not
    lost: it stays in memory, with a warning. Where there are several GPUs, the processes of a command train on them
    (see `sharing`).

    Args:
        resume: go on with the unfinished training in the folder; HsiError when it is another or damaged.
        mapped: the scene as the map sees it; None for as pretraining does.
    """
    ctx.progress(0, 0, say("Loading PyTorch…"))
    from hsigui.pipeline.device import describe_device, take_threads_of_window
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.sharing import shared_training

    take_threads_of_window()
    shared = shared_training(cube, spec, folder, ctx)
    ctx.partial(DeviceKnown(describe_device(spec.device) if shared is None else shared.device))
    if shared is None:
        encoder, folder = _pretrained(ctx, cube, spec, folder, resume)
    else:
        encoder = shared.made(ctx)
    started, cube = time.perf_counter(), cube if mapped is None else mapped
    try:
        features = embed(cube, encoder, ctx, folder, device=spec.device)
    except HeldNowhere:  # the window says what can be done then
        return Trained(encoder, None, folder)
    except (HsiError, OSError) as error:
        if folder is None:
            raise
        ctx.warn(say("The features are not kept for later: {message}", message=_why(error)))
        features = embed(cube, encoder, ctx, device=spec.device)
    return Trained(encoder, features, folder, {"features": time.perf_counter() - started})


def _pretrained(
    ctx: Context, cube: Cube, spec: PretrainSpec, folder: Path | None, resume: bool
) -> tuple[Encoder, Path | None]:
    """The encoder that this process trains, and where it is kept; None for in memory."""
    from hsigui.methods import checkpoint
    from hsigui.methods import resume as unfinished
    from hsigui.pipeline.pretrain import pretrain

    encoder = pretrain(cube, spec, ctx, keep_in=folder, resume=resume)
    if folder is not None:
        try:
            checkpoint.save(encoder, folder)
            unfinished.remove(folder)
        except (HsiError, OSError) as error:  # what was learned is worth more than its file
            ctx.warn(_stays_in_window(error))
            folder = None
    return encoder, folder


def _stays_in_window(error: HsiError | OSError) -> str:
    return say(
        "The encoder is not kept for later: {message} It stays in this window; save it to another place "
        "(Training > Export run…).",
        message=_why(error),
    )


def _why(error: HsiError | OSError) -> str:
    return error.message if isinstance(error, HsiError) else as_sentence(f"{error.strerror or error}")


def restore_run(ctx: Context, cube: Cube, folder: Path) -> Trained:
    """The encoder of a run folder, and the features of this scene by it; HsiError when it does not fit."""
    ctx.progress(0, 0, say("Loading PyTorch…"))
    from hsigui.methods import checkpoint
    from hsigui.methods.run_record import note_unchecked
    from hsigui.pipeline.device import take_threads_of_window
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.verbs import bring

    take_threads_of_window()
    encoder = checkpoint.load(folder)
    if said := note_unchecked(folder):
        ctx.warn(said)
    started = time.perf_counter()
    try:
        features = embed(cube, encoder, ctx, folder)
    except HeldNowhere:
        return Trained(encoder, None, folder)
    bring(cube, encoder, (), ctx)
    return Trained(encoder, features, folder, {"features": time.perf_counter() - started})


def embed_again(ctx: Context, cube: Cube, encoder: Encoder, folder: Path | None) -> Trained:
    """The features of a scene of which other pixels are masked out, by the encoder that is in use."""
    ctx.progress(0, 0, say("Loading PyTorch…"))
    from hsigui.pipeline.device import take_threads_of_window
    from hsigui.pipeline.embed import embed

    take_threads_of_window()
    started = time.perf_counter()
    features = embed(cube, encoder, ctx, folder)
    return Trained(encoder, features, folder, {"features": time.perf_counter() - started})


def make_map(
    ctx: Context,
    features: Features,
    labels: NDArray[np.uint16],
    classes: ClassTable,
    truth: NDArray[np.uint16] | None,
    map_spec: MapSpec,
    view: Box | None = None,
    sample: Sample | None = None,
) -> Mapped:
    """Fits the probe of the run's recipe to the labels, maps the scene, and measures the map where truth is known.
    `labels` and `truth` are rows x cols.

    Of several levels of context the map by the closed form is handed over first, as it is; the classifier of the recipe
    follows when no other stroke has come meanwhile. Of one level what is in view is handed over first, as a Glimpse,
    where that is much less than all.
    """
    ctx.progress(0, 0, say("Renewing the map…"))
    from hsigui.one_thread import one_blas_thread
    from hsigui.pipeline.classify import classify, is_quick_glimpse
    from hsigui.pipeline.probe import AT_ONCE, fit_mixture, fit_probe

    def mapped(probe: Probe, class_map: ClassMap, started: float) -> Mapped:
        ctx.check()
        seconds = {"probe and map": time.perf_counter() - started}
        found = Mapped(probe, class_map, labels, None, map_spec, sample, seconds)
        return found if truth is None else measure_again(ctx, found, features.valid, truth, classes)

    started = time.perf_counter()
    with one_blas_thread():
        if features.levels is not None:
            at_once = fit_mixture(features, labels, AT_ONCE, map_spec, ctx, draw=True, brief=True)
            class_map = classify(features, at_once.probe, map_spec, ctx, drawn=at_once.drawn)
            ctx.partial(mapped(at_once.probe, class_map, started))
            _pause(ctx)
            started = time.perf_counter()
            settled = fit_mixture(features, labels, None, map_spec, ctx, draw=True, after=at_once)
            class_map = classify(features, settled.probe, map_spec, ctx, drawn=settled.drawn)
            return mapped(settled.probe, class_map, started)
        probe = fit_probe(features, labels, None, ctx, map_spec)
        ctx.check()
        if view is not None and is_quick_glimpse(features.shape, view, map_spec):
            ctx.partial(Glimpse(view[0], view[1], classify(features, probe, map_spec, ctx, box=view)))
        class_map = classify(features, probe, map_spec, ctx)
    return mapped(probe, class_map, started)


def make_map_by(
    ctx: Context, cube: Cube, matching: Matching, numbers: NDArray[np.uint16], classes: ClassTable,
    truth: NDArray[np.uint16] | None, trained_on: NDArray[np.uint16], found: Nearest | None = None,
) -> Mapped:  # fmt: skip
    """Maps a scene by spectra, and measures the map where truth is known. `truth` and `trained_on` are rows x cols.

    Args:
        numbers: of the classes of the matching, in the order of its names; one a class.
        classes: what they are called.
        trained_on: the labels that the spectra are means of; 0 throughout for others.
        found: what was found nearest by other thresholds; None to look for it.
    """
    ctx.progress(0, 0, say("Comparing spectra"))
    from hsigui.analysis.nearest import nearest
    from hsigui.pipeline.matched import PLAIN, Matcher, map_of

    started = time.perf_counter()
    near = nearest(cube, matching, ctx) if found is None else found.within(matching)
    class_map = map_of(near, numbers)
    ctx.check()
    seconds = {"map": time.perf_counter() - started} if found is None else {}
    mapped = Mapped(Matcher(numbers), class_map, trained_on, None, PLAIN, None, seconds, nearest=near)
    return mapped if truth is None else measure_again(ctx, mapped, near.valid, truth, classes)


def _pause(ctx: Context) -> None:
    """Waits for the hand to rest: a stroke that comes meanwhile ends the job."""
    ended = time.perf_counter() + REST_SECONDS
    while time.perf_counter() < ended:
        ctx.check()
        time.sleep(0.02)


def measure_again(
    ctx: Context, mapped: Mapped, valid: NDArray[np.bool_], truth: NDArray[np.uint16], classes: ClassTable
) -> Mapped:
    """How right a map is on the truth outside its training labels; no figures when nothing is left to measure on.
    `valid` and `truth` are rows x cols."""
    from hsigui.pipeline.evaluate import evaluate
    from hsigui.report.reliability import reliability

    ctx.check()
    test = np.where(valid & (mapped.trained_on == 0), truth, 0)
    if not test.any():
        return replace(mapped, accuracy=None, reliability=None)
    made, by_spectra = mapped.class_map, mapped.nearest is not None  # whose likeness is no probability
    return replace(
        mapped,
        accuracy=evaluate(made.classes, truth, classes, mapped.trained_on, valid),
        reliability=None if by_spectra else reliability(made.confidence, made.classes, test, classes),
    )


def find_spots(
    ctx: Context,
    features: Features,
    class_map: ClassMap | None,
    labels: NDArray[np.uint16],
    asked: tuple[tuple[int, int], ...],
    count: int = 1,
    taken: NDArray[np.bool_] | None = None,
    classes: ClassTable | None = None,
    probe: Probe | None = None,
    grounds: Grounds | None = None,
) -> list[tuple[int, int]]:
    """Where the next label pays most: pixels (row, column), best first; see `verbs.ask`. `labels` and `taken` are rows
    x cols."""
    ctx.progress(0, 0, say("Looking for the spot to label next…"))
    from hsigui.pipeline.verbs import ask

    spots = ask(
        features, class_map, labels, ctx, count=count, asked=asked, taken=taken, classes=classes, probe=probe,
        grounds=grounds,
    )  # fmt: skip
    return [(spot.row, spot.col) for spot in spots]


def look_at_labels(
    ctx: Context, cube: Cube, features: Features | None, labels: NDArray[np.uint16], probe: Probe | None = None
) -> LabelQuality:
    """How good the labels are. `labels` is rows x cols.

    Args:
        probe: of the present map: of several levels of context the labels are looked at in the one that weighs most.
    """
    ctx.progress(0, 0, say("Checking the labels…"))
    from hsigui.one_thread import one_blas_thread
    from hsigui.pipeline.label_quality import label_quality
    from hsigui.pipeline.levels import in_context

    good = cube.good_bands
    with one_blas_thread():
        if features is not None:
            features = in_context(features, probe, ctx)
        return label_quality(labels, features, lambda row, col: cube.spectrum(row, col)[good], ctx.check)
