"""The verbs, in the order in which they are used: sample, pretrain, embed, fit, classify, ask. Window, commands and API
call these (`evaluate` stands in `evaluation`).

What brings torch or scikit-learn is imported inside: their import costs seconds that belong to the worker of a job.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.labels.raster import ClassRaster
from hsigui.labels.sampling import Split
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Classifier, KeptClassifier, Labels, LabelSplit, SceneFeatures
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec, SplitSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.transform import BandTransform
    from hsigui.labels.classes import ClassTable
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.active import Spot
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.features import Features
    from hsigui.pipeline.grounds import Grounds
    from hsigui.pipeline.run_bands import Brought

HELD_BYTES = 1_000_000_000  # of features in memory; more lie in a scratch file
RIM = 2  # pixels at the border of a scene that nobody is asked about


def sample(
    truth: ClassRaster, spec: SplitSpec, ctx: Context, *, valid: NDArray[np.bool_] | None = None, command: str = ""
) -> tuple[Split, LabelSplit]:
    """Draws few-shot labels from a ground truth: the parts as they were drawn, and the same with names and record.

    Args:
        valid: rows x cols, False where the scene has no data; such pixels are in neither part.
        command: the command line that draws them.

    Raises:
        HsiError: there is nothing to draw or to test.
    """
    from hsigui.pipeline.split import draw_split, in_words

    ctx.progress(0, 0, say("Drawing labels from the ground truth…"))
    split = draw_split(truth.array, spec, valid)
    guard = spec.guard if spec.is_guarded else None
    named = named_split(
        split, truth, in_words(spec), seed=spec.seed, guard=guard, command=command, whole_regions=spec.whole_regions
    )  # fmt: skip
    return split, named


def seen_by(encoder: Encoder | None) -> dict[str, int]:
    """How many pixels far each level of context of an encoder's maps looks (see `influence`); None for what is trained
    where nothing else is asked for."""
    from hsigui.pipeline.influence import influence, usual_influence
    from hsigui.pipeline.provenance import reach

    return usual_influence() if encoder is None else influence(encoder.recipe, reach(encoder) or 0)


def named_split(
    split: Split, truth: ClassRaster, words: str, *, seed: int | None = None, guard: int | None = None,
    command: str = "", whole_regions: bool = False,
) -> LabelSplit:  # fmt: skip
    """The parts of a split with the names of the truth's classes and the record of how they came to be.

    Args:
        words: how they were drawn.
        seed, guard: of the draw, where it has them.
        whole_regions: whether regions were taken whole, whatever share of a class they hold.
    """
    from hsigui.pipeline.split import describe

    record = describe(
        split, truth.array, truth.classes, words, seed=seed, guard=guard, command=command, whole_regions=whole_regions
    )  # fmt: skip
    train = Labels(split.train, truth.classes, truth.geo, drawn=record)
    return LabelSplit(train, Labels(split.test, truth.classes, truth.geo), record, split.gap)


def pretrain(
    cube: Cube | Sequence[Cube], spec: PretrainSpec, ctx: Context, folder: Path | None = None, *,
    labels: ClassRaster | None = None, resume: bool = False, command: str = "", weights: Sequence[float] = (),
) -> Encoder:  # fmt: skip
    """Learns an encoder from a cube, or from several of one sensor, without labels.

    Args:
        folder: where the run is written; None keeps it in memory.
        labels: training labels of the (first) cube to watch the features by; nothing is learned from them, but where
            epochs are counted they decide when the training ends, and which weights are kept.
        resume: go on with the unfinished training in the folder.
        command: the command line that asked for it, kept with the run.
        weights: of the cubes, see `pipeline.pretrain.pretrain`.

    Raises:
        HsiError: as `pipeline.pretrain.pretrain`.
    """
    from hsigui.pipeline.pretrain import pretrain as learn

    first = cube if isinstance(cube, Cube) else next(iter(cube), None)
    array = None if labels is None or first is None else on_scene(labels, first, say("labels")).array
    return learn(
        cube, spec, ctx, folder, labels=array, labels_from=_origin_of(labels), resume=resume, command=command,
        weights=weights,
    )  # fmt: skip


def _origin_of(labels: ClassRaster | None) -> dict[str, str]:
    """The file of labels and which of its arrays they are; empty where they are in none."""
    if not isinstance(labels, Labels) or labels.path is None:
        return {}
    more = {"variable": labels.variable, "background": labels.chosen_background, "buffer": labels.buffer}
    return {"file": str(labels.path.resolve()), **{name: text for name, text in more.items() if text}}


def embed(
    cube: Cube, encoder: Encoder, ctx: Context, folder: Path | None = None, *, device: str = "auto",
    known: Sequence[BandTransform] | None = None,
) -> SceneFeatures:  # fmt: skip
    """The features of every pixel of a cube, by the encoder's recipe. Says how another cube than its own is brought to
    its bands, and where its values lie outside of what the run saw.

    Args:
        folder: where they are kept, and found again; None for nowhere.
        known: transforms of the scene of a kept classifier.

    Raises:
        HsiError: the cube's bands are not those that the encoder was trained on.
    """
    from hsigui.pipeline.embed import embed as compute

    started = time.perf_counter()
    features = compute(cube, encoder, ctx, folder, device=device, known=known)
    how = bring(cube, encoder, (), ctx) if known is None else None
    return SceneFeatures(cube, encoder, features, folder, time.perf_counter() - started, how)


def fit(
    scene: SceneFeatures, labels: ClassRaster, spec: ProbeSpec | None, ctx: Context, *, map_spec: MapSpec | None = None
) -> Classifier:
    """Fits the probe to the labelled pixels of a scene, and calibrates it by them.

    Args:
        labels: of the pixels of that scene.
        spec: which classifier; None for that of the encoder's recipe.
        map_spec: how the map is to be drawn; None for the recipe.

    Raises:
        HsiError: the labels are of another size or place, or fewer than two classes have one.
    """
    from hsigui.pipeline.probe import fit_probe

    started = time.perf_counter()
    of_scene = Labels.of(on_scene(labels, scene.cube, say("labels")))
    wanted = spec or scene.encoder.recipe.probe
    drawn_as = map_spec or scene.encoder.recipe.map
    probe = fit_probe(scene.features, of_scene.array, wanted, ctx, drawn_as)
    return Classifier(probe, of_scene, wanted, time.perf_counter() - started, drawn_as)


def classify(
    scene: SceneFeatures, classifier: Classifier, spec: MapSpec | None, ctx: Context, *, probabilities: bool = False
) -> Result:
    """Classifies every pixel of the scene that has data.

    Args:
        classifier: one that was fitted for another way of drawing the map is fitted anew: weights of levels and
            confidence depend on it.
        spec: how to draw the map; None for the encoder's recipe.
        probabilities: keep those of all classes, 4 bytes a pixel and class.

    Raises:
        HsiError: a smoothing up to edges is asked for and the scene's are not known.
    """
    from hsigui.pipeline.classify import classify as draw_map

    map_spec = spec or scene.encoder.recipe.map
    if classifier.map_spec is not None and classifier.map_spec != map_spec:
        classifier = fit(scene, classifier.labels, classifier.spec, ctx, map_spec=map_spec)
    started = time.perf_counter()
    class_map = draw_map(scene.features, classifier.probe, map_spec, ctx, keep=probabilities)
    seconds = {
        "features": scene.seconds,
        "probe and map": classifier.seconds + time.perf_counter() - started,
    }
    labels = classifier.labels
    return Result(
        scene.cube, class_map, labels.classes, labels, map_spec, scene.encoder, classifier.probe, scene.valid,
        features=scene.features, probe_spec=classifier.spec, seconds=seconds, run_folder=scene.folder,
        brought=scene.brought,
    )  # fmt: skip


def classify_other(
    cube: Cube, classifier: KeptClassifier, spec: MapSpec | None, ctx: Context, *, probabilities: bool = False,
    device: str = "auto", scratch: Path | None = None,
) -> Result:  # fmt: skip
    """The map of another cube by a kept classifier, seen in the bands, components and standard scores of its scene.

    Args:
        cube: its bands are matched to those of the run by wavelength.
        scratch: folder for features that are too large for memory; None for the system's.

    Raises:
        HsiError: the cube lacks bands that the run needs.
    """
    from hsigui.pipeline.classify import classify as draw_map

    encoder, kept = classifier.encoder, classifier.kept
    started = time.perf_counter()
    how = bring(cube, encoder, kept.transforms, ctx)
    with _scratch(scratch, cube.rows * cube.cols * len(kept.mean) * 2) as folder:
        found = embed(cube, encoder, ctx, folder, device=device, known=kept.transforms)
        features = kept.fitted_to(found.features)
        valid = features.valid
        embedded = time.perf_counter()
        map_spec = spec or kept.map_spec
        class_map = draw_map(features, kept.probe, map_spec, ctx, keep=probabilities)
        del found, features  # a memory map of the folder that goes now
    seconds = {"features": embedded - started, "map": time.perf_counter() - embedded}
    return Result(
        cube, class_map, kept.classes, None, map_spec, encoder, kept.probe, valid, kept=kept, seconds=seconds,
        run_folder=classifier.folder, brought=how, notes=cube.info.notes,
    )  # fmt: skip


def ask(
    features: Features, class_map: ClassMap | None, labels: NDArray[np.integer], ctx: Context, *,
    count: int = 1, asked: tuple[tuple[int, int], ...] = (), taken: NDArray[np.bool_] | None = None,
    classes: ClassTable | None = None, probe: Probe | None = None, grounds: Grounds | None = None,
) -> list[Spot]:  # fmt: skip
    """Where the next labels pay most, best first, but for the rim of the scene.

    Where every class has a label, the places that stand for what no stroke covers (`pipeline.coverage`); before that,
    and when every superpixel has been asked about, the pixels in doubt that are unlike what is known
    (`pipeline.active.next_spots`).

    Args:
        class_map: of the present labels; None before there is one.
        taken: rows x cols, True where no spot may lie.
        classes: that are to be told apart; None for those that have a label.
        probe: that drew the map.
        grounds: keeps the scene's superpixels from one question to the next; None to find them anew.
    """
    from hsigui.one_thread import one_blas_thread
    from hsigui.pipeline.active import next_spots
    from hsigui.pipeline.grounds import Grounds, spots_by_coverage
    from hsigui.pipeline.levels import in_context

    # At the rim features are of mirrored surroundings, so odd, and nobody can tell there what a pixel belongs to.
    allowed = np.ones(labels.shape, dtype=bool) if taken is None else ~taken
    if min(labels.shape) > 10 * RIM:
        allowed[:RIM] = allowed[-RIM:] = allowed[:, :RIM] = allowed[:, -RIM:] = False
    with one_blas_thread():
        spots: list[Spot] = []
        if class_map is not None and _each_labelled(labels, features.valid, classes):
            spots = spots_by_coverage(
                grounds or Grounds(), features, class_map, probe, labels, count, ctx, asked=asked, allowed=allowed
            )
        if len(spots) < count:
            margin, before = None if class_map is None else class_map.margin, [(spot.row, spot.col) for spot in spots]
            spots += next_spots(
                in_context(features, probe, ctx), margin, labels, count - len(spots), asked=(*asked, *before),
                allowed=allowed, check=ctx.check,
            )  # fmt: skip
        return spots


def _each_labelled(labels: NDArray[np.integer], valid: NDArray[np.bool_], classes: ClassTable | None) -> bool:
    """Whether two classes or more have a label on pixels with data, and none of the table's has not."""
    require_same_size(labels.shape, valid.shape, say("labels"))
    there = set(np.unique(labels[valid & (labels > 0)]).tolist())
    return len(there) > 1 and (classes is None or all(one.number in there for one in classes))


def load_classifier(folder: Path) -> KeptClassifier:
    """The classifier that a run folder keeps.

    Raises:
        HsiError: the run keeps none, or it is damaged.
    """
    from hsigui.pipeline import kept_probe

    kept = kept_probe.load(folder)  # first: it loads no torch
    from hsigui.methods import checkpoint

    return KeptClassifier(checkpoint.load(folder), kept, folder)


def on_scene(raster: ClassRaster, cube: Cube, what: str) -> ClassRaster:
    """The raster itself, once it is known to lie on the pixels of the scene.

    Raises:
        HsiError: it has another size or lies elsewhere.
    """
    require_same_size(raster.array.shape, (cube.rows, cube.cols), what)
    require_same_place(raster.geo, cube.geo, (cube.rows, cube.cols), what)
    return raster


def bring(cube: Cube, encoder: Encoder, transforms: Sequence[BandTransform], ctx: Context) -> Brought | None:
    """How a cube is brought to the run, of another than the run's own warned of too; None where nothing is done.

    Args:
        transforms: of a kept classifier, beside the encoder's.

    Raises:
        HsiError: it lacks bands that the run reads.
    """
    from hsigui.pipeline.run_bands import brought

    identity = scene_fingerprint(cube)
    found = brought(cube, encoder, identity, transforms, ctx.check)
    if found is not None and identity not in encoder.fingerprints:
        for said in found.words:
            ctx.warn(said)
    return found


@contextmanager
def _scratch(beside: Path | None, size: int) -> Iterator[Path | None]:
    """A folder for features that are too large for memory; None for others.

    Raises:
        HsiError: it cannot be made.
    """
    if size <= working_memory.within(HELD_BYTES, 0.2, 1):
        yield None
        return
    try:
        if beside is not None:
            beside.mkdir(parents=True, exist_ok=True)
        held = tempfile.TemporaryDirectory(prefix=".features-", dir=beside, ignore_cleanup_errors=True)
    except OSError as error:
        raise HsiError(
            say("There is no room for the features: {strerror}.", strerror=error.strerror or error),
            say("Is the disk full?"),
        ) from error
    with held as folder:
        yield Path(folder)
