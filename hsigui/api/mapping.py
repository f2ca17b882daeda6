"""Classifiers and their maps, and where the next labels pay most."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hsigui.api.given import LabelsLike, PathLike
from hsigui.api.masking import MasksLike, seen_by
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.masks.using import MAP
from hsigui.pipeline import verbs
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Classifier, Filters, KeptClassifier, Labels, SceneFeatures
from hsigui.specs import MapSpec, ProbeSpec
from hsigui.texts import say


def fit(
    features: SceneFeatures, labels: LabelsLike, *, spec: ProbeSpec | None = None, smooth: float | None = None,
    edges: float | None = None, context: str | None = None, ctx: Context | None = None,
) -> Classifier:  # fmt: skip
    """Fits a classifier to the labelled pixels of a scene: the fast step, a fraction of a second. It is calibrated by
    the same labels (`classifier.probe.calibration`): how sure its map says it is, it should be right.

    Args:
        labels: class numbers, rows x cols, 0 for unlabelled; those of two classes at least.
        spec: which classifier (`ProbeSpec`); None for that of the method.
        smooth, edges, context: as for `classify`, where the map is to be drawn in another way than the method's own;
            `classify` fits anew for a way that the classifier was not fitted for.

    Raises:
        HsiError: the labels are of another size or place than the scene, or fewer than two classes have one.
    """
    drawn_as = _drawn(features.encoder.recipe.map, smooth, edges, context)
    return verbs.fit(features, Labels.of(labels), spec, ctx or quiet(), map_spec=drawn_as)


def load_classifier(folder: PathLike) -> KeptClassifier:
    """The classifier that a run folder keeps (`keep`, the command classify and the window put it there), to map other
    scenes with.

    Raises:
        HsiError: the run keeps none, or it is damaged.
    """
    return verbs.load_classifier(Path(folder))


def classify(
    scene: SceneFeatures | Cube, classifier: Classifier | KeptClassifier, *, smooth: float | None = None,
    edges: float | None = None, context: str | None = None, probabilities: bool = False,
    filters: Filters | None = None, device: str = "auto", scratch: PathLike | None = None, mask: MasksLike = None,
    ctx: Context | None = None,
) -> Result:  # fmt: skip
    """Classifies every pixel of a scene.

    Args:
        scene: the features that the classifier was fitted to; or a cube, for a kept classifier, whose bands are matched
            to those of its run by wavelength.
        smooth: standard deviation in pixels of a smoothing of the class probabilities; None for the method's own.
        edges: tolerance of a smoothing that stops at the borders of fields, 0 for none; None likewise.
        context: how much of a pixel's surroundings counts: "pixel", "narrow", "mid" or "wide"; empty for what the
            labels say, None for the method's own. `result.probe.figures` tells what the labels said of each.
        probabilities: keep those of all classes (4 bytes a pixel and class).
        filters: what is done with the map afterwards.
        device: for a cube: "auto", "cpu", "cuda" or "mps".
        scratch: for a cube: folder for features that are too large for memory.
        mask: for a cube: pixels that get no class, as of `embed`.

    Returns:
        `Result`: `array` is the map, rows x cols uint16 (0: no data), `confidence` and `entropy` rows x cols float32,
        `classes` the table of names and colours.

    Raises:
        HsiError: a number is out of range, scene and classifier do not go together, or the cube lacks bands.
    """
    on = ctx or quiet()
    if isinstance(scene, Cube) != isinstance(classifier, KeptClassifier):
        raise HsiError(
            say("Scene and classifier do not go together."),
            say("Give features and what `fit` made of them, or a cube and what `load_classifier` read."),
        )
    if mask is not None and not isinstance(scene, Cube):
        raise HsiError(say("The mask of a map is that of its features."), say("Give it to `embed`."))
    if isinstance(scene, Cube) and isinstance(classifier, KeptClassifier):
        scene = seen_by(scene, mask, MAP)
        spec = _drawn(classifier.kept.map_spec, smooth, edges, context)
        to = None if scratch is None else Path(scratch)
        result = verbs.classify_other(
            scene, classifier, spec, on, probabilities=probabilities, device=device, scratch=to
        )
    else:
        assert isinstance(scene, SceneFeatures)
        assert isinstance(classifier, Classifier)
        spec = _drawn(scene.encoder.recipe.map, smooth, edges, context)
        result = verbs.classify(scene, classifier, spec, on, probabilities=probabilities)
    return result if filters is None else result.filtered(filters, on.check)


def ask(
    result: Result, count: int = 1, *, asked: Sequence[tuple[int, int]] = (), ctx: Context | None = None
) -> list[tuple[int, int]]:
    """Where the next strokes pay most, best first: pixels (row, column) in places that the map is in doubt about and
    that stand for what no label covers. Paint a stroke there rather than a single pixel.

    Args:
        result: a map of the present labels.
        count: how many are wanted; fewer come when fewer pixels are left.
        asked: pixels that were asked for before, those that could not be named too; they are not to come again.

    Raises:
        HsiError: the features of the map are not at hand, as for a kept classifier.
    """
    if result.features is None:
        raise HsiError(
            say("The features of this map are not at hand."), say("Classify the scene with `embed` and `fit`.")
        )
    spots = verbs.ask(
        result.features, result.class_map, result.trained_on, ctx or quiet(), count=count, asked=tuple(asked),
        classes=result.classes, probe=result.drawn_by[1],
    )  # fmt: skip
    return [(spot.row, spot.col) for spot in spots]


def _drawn(own: MapSpec, smooth: float | None, edges: float | None, context: str | None) -> MapSpec:
    """How the map is drawn: as the method has it, but for what was given."""
    return MapSpec(
        own.smooth if smooth is None else smooth,
        own.edges if edges is None else edges,
        own.context if context is None else context,
    )
