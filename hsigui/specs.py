"""What the user asks for, as frozen values that can be written to JSON and read again. No torch, no files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self, get_args, get_origin, get_type_hints

from hsigui.errors import HsiError
from hsigui.texts import say

DEVICES = ("auto", "cpu", "cuda", "mps")
NORMALISE = ("", "scene")
PRECISIONS = ("auto", "float32", "bfloat16")
CLASSIFIERS = ("logistic", "svm", "forest", "ridge")
_BY_HAND = say("Was the file changed by hand?")


@dataclass(frozen=True)
class _Spec:
    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            HsiError: a key is unknown, or a value is of the wrong type or out of range.
        """
        known = get_type_hints(cls)
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise HsiError(
                say("Unknown settings: {unknown}.", unknown=", ".join(unknown)),
                say("Were they written by a newer version?"),
            )
        return cls(**{name: _read(name, value, known[name]) for name, value in values.items()})


def _read(name: str, value: Any, wanted: Any) -> Any:
    """A value of the type that a setting wants: lists become tuples, objects become specs."""
    if get_origin(wanted) is tuple and isinstance(value, list | tuple):
        return tuple(_read(name, entry, get_args(wanted)[0]) for entry in value)
    if isinstance(wanted, type) and issubclass(wanted, _Spec) and isinstance(value, dict):
        return wanted.from_json(value)
    if get_origin(wanted) is Mapping and isinstance(value, dict):
        return {str(key): _read(name, entry, type(entry)) for key, entry in value.items() if _is_plain(name, entry)}
    if wanted == float | None and value is not None:
        wanted = float
    allowed = int | float if wanted is float else get_origin(wanted) if get_origin(wanted) is tuple else wanted
    if isinstance(value, bool) != (allowed is bool) or not isinstance(value, allowed):
        raise HsiError(say("The setting {name} cannot be {value!r}.", name=name, value=value), _BY_HAND)
    return value


def _is_plain(name: str, value: object) -> bool:
    """Whether a value is a number, a word or a truth value.

    Raises:
        HsiError: it is not.
    """
    _require(
        isinstance(value, bool | int | float | str),
        say("The setting {name} cannot be {value!r}.", name=name, value=value),
        _BY_HAND,
    )
    return True


def _require(condition: bool, message: str, hint: str) -> None:
    if not condition:
        raise HsiError(message, hint)


@dataclass(frozen=True)
class PretrainSpec(_Spec):
    """How to pretrain an encoder on a cube, without labels.

    Attributes:
        method: name in the table of methods and baselines ("lscosa").
        preset: "quick" (dense engine) or "paper" (patches, as published).
        seed: of every random choice.
        device: "auto", "cpu", "cuda" or "mps"; "auto" takes cuda, then mps, then cpu.
        epochs: passes (paper) or steps (quick); 0 keeps the method's own network as its seed makes it, None takes the
            preset's own. Baselines have none, whatever is asked.
        monitor: read now and then how good the features are.
        patience: stop early after so many readings without a better one; 0 never does, None takes the preset's own
            (never for quick, nor without labels for the monitor; else 10).
        precision: numbers that networks are trained in: "auto" (bfloat16 where the processor has it), "float32" or
            "bfloat16". Weights and losses are always float32.
        start: folder of a trained run whose encoder stands in for the first stage of a method of two (ContrastDM).
        begin_from: folder of a run of the same method and sizes whose weights this training begins with, and whose
            preparation of the input it keeps; empty for none.
        mask_out: file of labels (or any mask) whose pixels other than 0 are not shown to pretraining; empty for none.
        threads: of the processor, where the numbers of a training depend on how many there are: sums are taken in
            another order on two. None takes all that torch has; the run says how many those were.
        settings: values of the preset's own settings (temperature, rates, sizes ...) that are to differ from the
            preset's, by name; `methods.registry.settings_of` gives all of them and refuses what is not allowed.
        normalise: "scene" to bring each scene to the same mean and deviation of every band before; empty for not.
    """

    method: str = "lscosa"
    preset: str = "quick"
    seed: int = 0
    device: str = "auto"
    epochs: int | None = None
    monitor: bool = True
    patience: int | None = None
    precision: str = "auto"
    start: str = ""
    mask_out: str = ""
    threads: int | None = None
    settings: Mapping[str, bool | int | float | str] = field(default_factory=dict, hash=False)
    begin_from: str = ""
    normalise: str = ""

    def to_json(self) -> dict[str, Any]:
        """As JSON values; fields that few trainings have are left out of others, so that earlier versions read them."""
        unset = {name for name in ("begin_from", "normalise") if not getattr(self, name)}
        return {name: value for name, value in super().to_json().items() if name not in unset}

    def __post_init__(self) -> None:
        _require(
            self.normalise in NORMALISE,
            say("Unknown normalisation “{normalise}”.", normalise=self.normalise),
            say("Choose scene, or none."),
        )
        _require(
            self.preset in ("quick", "paper"),
            say("Unknown preset “{preset}”.", preset=self.preset),
            say("Choose quick or paper."),
        )
        _require(
            self.device in DEVICES,
            say("Unknown device “{device}”.", device=self.device),
            say("Choose one of {devices}.", devices=", ".join(DEVICES)),
        )
        _require(self.seed >= 0, say("The seed {seed} is negative.", seed=self.seed), say("Choose 0 or more."))
        _require(
            self.epochs is None or self.epochs >= 0,
            say("Pretraining cannot have {epochs} epochs.", epochs=self.epochs),
            say("Choose 1 or more, or 0 for the network as it is before training."),
        )
        _require(
            self.patience is None or self.patience >= 0,
            say("The patience {patience} is negative.", patience=self.patience),
            say("Choose 1 or more readings, or 0 for never."),
        )  # fmt: skip
        _require(
            self.threads is None or self.threads >= 1,
            say("{count} threads are none to train on.", count=self.threads),
            say("Choose 1 or more."),
        )
        _require(
            self.precision in PRECISIONS,
            say("Unknown precision “{precision}”.", precision=self.precision),
            say("Choose one of {precisions}.", precisions=", ".join(PRECISIONS)),
        )  # fmt: skip


@dataclass(frozen=True)
class FeatureSpec(_Spec):
    """What the classifier sees of a pixel: blocks of features, one after the other.

    Attributes:
        encoder: the encoder's features.
        raw: the good bands as they are, standardised.
        components: how many leading principal components the next two are made from.
        smoothed: standard deviations in pixels of the Gaussians that smooth the components, one block each; 0 leaves
            the components of the pixel itself.
        superpixels: wished numbers of superpixels in the scene, one block each: the mean components of the pixel's own.
        edge_aware: tolerances of smoothings that stop at the borders of fields (see `cube.edge_filter`), one block of
            smoothed components each.
        pooled: tolerance of the same smoothing of the encoder's features; 0 leaves them as the encoder gives them.
        softened: standard deviation in pixels of a Gaussian that smooths the encoder's features; 0 for none.
        balanced: even out the encoder's features (see `methods.balance`).
    """

    encoder: bool = True
    raw: bool = False
    components: int = 32
    smoothed: tuple[float, ...] = (2.0,)
    superpixels: tuple[int, ...] = ()
    edge_aware: tuple[float, ...] = (10.0,)
    pooled: float = 6.0
    balanced: bool = True
    softened: float = 0.0

    def __post_init__(self) -> None:
        _require(
            self.encoder or self.raw or bool(self.smoothed) or bool(self.superpixels) or bool(self.edge_aware),
            say("There are no features to classify by."), say("Choose one block at least."),
        )  # fmt: skip
        _require(self.components >= 1, say("At least one component is needed."), say("32 is a good value."))
        _require(
            all(0 <= sigma <= 20 for sigma in self.smoothed) and len(set(self.smoothed)) == len(self.smoothed),
            say("Smoothing widths must lie in 0 to 20 pixels, each once."), say("2 is a good value."),
        )  # fmt: skip
        _require(
            all(count >= 2 for count in self.superpixels) and len(set(self.superpixels)) == len(self.superpixels),
            say("Superpixels must be 2 or more, each number once."), say("One for about 100 pixels is a good value."),
        )  # fmt: skip
        _require(
            all(0 < t <= 100 for t in self.edge_aware) and len(set(self.edge_aware)) == len(self.edge_aware)
            and 0 <= self.pooled <= 100,
            say("Tolerances must lie in 0 to 100 median changes, each once."), say("10 is a good value."),
        )  # fmt: skip
        _require(
            0 <= self.softened <= 20 and not (self.softened and self.pooled),
            say("The encoder's features can be smoothed by 0 to 20 pixels, or up to edges, not by both."),
            say("1 is a good value."),
        )  # fmt: skip


@dataclass(frozen=True)
class ProbeSpec(_Spec):
    """How to fit the probe, the classifier on standardised features.

    Attributes:
        fusion: 0 for one probe on all features; else one logistic probe for each of an encoder's two branches, and this
            weight of the first one's class probabilities in their mixture. Encoders without branches do not heed it.
        strength: inverse weight of the L2 penalty of logistic regression (scikit-learn's C); the support vector machine
            chooses its own by cross-validation on the labels.
        classifier: "logistic" (multinomial logistic regression), "svm" (support vector machine with RBF kernel),
            "forest" (random forest) or "ridge" (ridge regression on the classes' indicators, in closed form).
        seed: of the forest's trees and of the folds of cross-validation.
    """

    strength: float = 1.0
    classifier: str = "logistic"
    seed: int = 0
    fusion: float = 0.0

    def __post_init__(self) -> None:
        _require(
            0 <= self.fusion < 1, say("The weight of the first branch must lie in 0 to 1."), say("0.8 was published.")
        )
        _require(self.strength > 0, say("The probe's strength must be above 0."), say("1 is a good value."))
        _require(
            self.classifier in CLASSIFIERS,
            say("Unknown classifier “{classifier}”.", classifier=self.classifier),
            say("Choose one of {classifiers}.", classifiers=", ".join(CLASSIFIERS)),
        )  # fmt: skip
        _require(self.seed >= 0, say("The seed {seed} is negative.", seed=self.seed), say("Choose 0 or more."))


CONTEXTS = ("pixel", "narrow", "mid", "wide")  # levels of context, from none to whole fields


def context_in_words(level: str) -> str:
    """A level of context as the user's language calls it; one that is not known as it is."""
    words = {"pixel": say("pixel"), "narrow": say("narrow"), "mid": say("mid"), "wide": say("wide")}
    return words.get(level, level)


EDGES = 3.0  # tolerance of the map's smoothing where a recipe has no levels


@dataclass(frozen=True)
class MapSpec(_Spec):
    """How to draw the map.

    Attributes:
        smooth: standard deviation in pixels of the Gaussian that smooths the class probabilities; 0 for none.
        edges: tolerance of a smoothing of the class probabilities that stops at the borders of fields, in median
            changes of the scene from a pixel to the next (see `cube.edge_filter`); 0 for none, None for that of the
            recipe or of each level of context.
        context: how much of a pixel's surroundings counts: one of CONTEXTS, or empty for what the labels say. Runs of
            one level alone do not heed it.
    """

    smooth: float = 0.0
    edges: float | None = None
    context: str = ""

    def __post_init__(self) -> None:
        _require(0 <= self.smooth <= 20, say("Smoothing must lie in 0 to 20 pixels."), say("0 switches it off."))
        _require(
            self.edges is None or 0 <= self.edges <= 100, say("The tolerance at edges must lie in 0 to 100."),
            say("0 switches it off."),
        )  # fmt: skip
        _require(
            self.context in ("", *CONTEXTS), say("Unknown context “{context}”.", context=self.context),
            say("Choose one of {contexts}, or leave the choice to the labels.", contexts=", ".join(CONTEXTS)),
        )  # fmt: skip


@dataclass(frozen=True)
class Level(_Spec):
    """One level of context: what the classifier sees of a pixel and how its map is smoothed.

    Attributes:
        name: one of CONTEXTS.
        features: made from the same encoder and components as those of the other levels of a recipe.
        edges: tolerance of the smoothing of its class probabilities, as in `MapSpec`; 0 for none.
    """

    name: str
    features: FeatureSpec
    edges: float = 0.0


@dataclass(frozen=True)
class Recipe(_Spec):
    """How a method's run becomes a map, unless the user says otherwise: features, probe and map.

    Attributes:
        features, map: where there are no levels, what a pixel is classified by, and how the map is drawn.
        levels: of context, from none to the widest, which the labels mix; empty for one way alone.
    """

    features: FeatureSpec = FeatureSpec()
    probe: ProbeSpec = ProbeSpec()
    map: MapSpec = MapSpec()
    levels: tuple[Level, ...] = ()

    @property
    def base(self) -> FeatureSpec:
        """What is computed from a scene: the features, or those of the first level, from which the others are made."""
        return self.levels[0].features if self.levels else self.features

    @property
    def edges(self) -> float:
        """Tolerance at edges of maps of a single level where none is asked for."""
        return EDGES if self.map.edges is None else self.map.edges


_LATER = {"softened": 0.0, "context": "", "levels": ()}  # what came after the first recipes, as if it had not


def as_first_written(values: Mapping[str, Any]) -> dict[str, Any]:
    """What `to_json` gives of features, a map or a recipe, without what has come since and is not used: by this text
    features and results are found again that an earlier version kept."""
    found = {}
    for name, value in values.items():
        if name in _LATER and (value == _LATER[name] or value == []):
            continue
        found[name] = as_first_written(value) if isinstance(value, dict) else value
    return found


def levelled(encoder: bool = True, components: int = 32) -> Recipe:
    """The recipe of every method: four levels of context.

    Args:
        encoder: whether the encoder's features are seen, or the components alone.
        components: how many stand beside them.
    """
    wide = FeatureSpec(encoder=encoder, components=components)
    bare = dataclasses.replace(wide, smoothed=(0.0,), edge_aware=(), pooled=0.0)
    narrow = dataclasses.replace(bare, smoothed=(1.0,), softened=1.0)
    mid = dataclasses.replace(wide, smoothed=(1.0,), edge_aware=(3.0,), pooled=3.0)
    levels = (Level("pixel", bare), Level("narrow", narrow), Level("mid", mid, 1.0), Level("wide", wide, EDGES))
    return Recipe(wide, levels=levels)


# Runs whose settings name no recipe were made with this one, whatever the defaults have become since.
FIRST_RECIPE = Recipe(
    FeatureSpec(
        encoder=True,
        raw=False,
        components=32,
        smoothed=(2.0,),
        superpixels=(),
        edge_aware=(),
        pooled=0.0,
        balanced=False,
    ),
    ProbeSpec(strength=1.0, classifier="logistic"),
    MapSpec(smooth=0.0, edges=0.0),
)


SPLITS = ("random", "block", "region", "strokes")
STROKE_PIXELS = 25  # of one stroke at most, where nothing else is asked for
MOST_STROKES, MOST_STROKE_PIXELS = 1_000, 10_000


class NamedSplit(NamedTuple):
    """A kind of split as it is named in one word, such as "block", "strokes:3" or "strokes:2x12".

    Attributes:
        kind: one of `SPLITS`.
        strokes: strokes a class (strokes).
        pixels: of one stroke at most (strokes).
    """

    kind: str
    strokes: int = 1
    pixels: int = STROKE_PIXELS

    def __str__(self) -> str:
        """A short word that `split_of` reads as the same."""
        if self.kind != "strokes":
            return self.kind
        return f"strokes:{self.strokes}" + ("" if self.pixels == STROKE_PIXELS else f"x{self.pixels}")


def split_of(text: str, strokes: int | None = None, pixels: int | None = None) -> NamedSplit:
    """Reads a kind of split from its word: a kind, or "strokes:K" (K strokes a class), or "strokes:KxN" (of at most N
    pixels each).

    Args:
        strokes, pixels: of strokes, where they are given beside the word.

    Raises:
        HsiError: the kind is unknown, what follows it is not of that form or out of range, or the numbers are given
            twice or for another kind.
    """
    kind, colon, _ = text.partition(":")
    _require_kind(kind)
    if not colon:
        _require(
            kind == "strokes" or (strokes is None and pixels is None),
            say("Numbers of strokes and of their pixels are given for a split that draws none: {kind}.", kind=kind),
            say("Choose the split strokes, or leave them out."),
        )
        named = NamedSplit(kind, 1 if strokes is None else strokes, STROKE_PIXELS if pixels is None else pixels)
        _require_strokes(named.strokes, named.pixels)
        return named
    _require(
        strokes is None and pixels is None,
        say("The strokes of “{text}” are given twice.", text=text),
        say("Give their numbers in this word or beside it."),
    )
    found = re.fullmatch(r"strokes:(\d{1,9})(?:x(\d{1,9}))?", text, re.ASCII)
    if found is None:
        raise HsiError(
            say("The split “{text}” cannot be read.", text=text),
            say("Such as strokes:3, or strokes:2x12 for 2 strokes a class of at most 12 pixels."),
        )
    named = NamedSplit(kind, int(found[1]), int(found[2] or STROKE_PIXELS))
    _require_strokes(named.strokes, named.pixels)
    return named


def _require_kind(kind: str) -> None:
    _require(
        kind in SPLITS,
        say("Unknown split “{kind}”.", kind=kind),
        say("Choose one of {splits}.", splits=", ".join(SPLITS)),
    )


def _require_strokes(strokes: int, pixels: int) -> None:
    _require(
        1 <= strokes <= MOST_STROKES and 1 <= pixels <= MOST_STROKE_PIXELS,
        say("{strokes} strokes a class of {pixels} pixels cannot be drawn.", strokes=strokes, pixels=pixels),
        say(
            "Choose 1 to {most_strokes} strokes of 1 to {most_pixels:,} pixels.",
            most_strokes=MOST_STROKES,
            most_pixels=MOST_STROKE_PIXELS,
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class SplitSpec(_Spec):
    """How to draw few-shot labels from ground truth: some pixels of each class, the rest is for testing.

    Attributes:
        per_class: pixels a class.
        seed: of the draw.
        kind: "random" (anywhere), "block" (training and test in squares apart), "region" (in different regions) or
            "strokes" (as people paint: see `labels.stroke_split`).
        percent: of each class's pixels, instead of `per_class` (random, block); of the pixels in training regions
            (region), all of which are then labels. None for `per_class`, and for strokes, which heed neither.
        block: side of the squares in pixels.
        guard: pixels between training area and test that are in neither part (block, region). Half the receptive field
            is 7 pixels for patches of 15 x 15 and 8 for the dense encoders.
        strokes: strokes a class (strokes).
        pixels: of one stroke at most (strokes).
    """

    per_class: int = 10
    seed: int = 0
    kind: str = "random"
    percent: float | None = None
    block: int = 16
    guard: int = 8
    strokes: int = 1
    pixels: int = STROKE_PIXELS

    def __post_init__(self) -> None:
        _require(self.per_class >= 1, say("At least one label a class is needed."), say("Choose 1 or more."))
        _require(self.seed >= 0, say("The seed {seed} is negative.", seed=self.seed), say("Choose 0 or more."))
        _require_kind(self.kind)
        _require_strokes(self.strokes, self.pixels)
        _require(
            self.percent is None or 0 < self.percent < 100,
            say("{percent} per cent cannot be drawn.", percent=self.percent),
            say("Choose more than 0 and less than 100."),
        )  # fmt: skip
        _require(
            self.percent is None or self.kind != "strokes",
            say("Strokes are no share of a class."), say("Choose how many strokes, and of how many pixels."),
        )  # fmt: skip
        _require(
            self.block >= 1 and self.guard >= 0,
            say("Blocks of {block} and a guard of {guard} pixels cannot be drawn.", block=self.block, guard=self.guard),
            say("Choose a block of 1 or more and a guard of 0 or more."),
        )  # fmt: skip

    @property
    def is_guarded(self) -> bool:
        """Whether a guard band lies between the parts."""
        return self.kind in ("block", "region")

    @property
    def whole_regions(self) -> bool:
        """Whether regions are taken whole for training, so that the share asked for is reached only about."""
        return self.kind == "region" and self.percent is not None

    @property
    def labels_asked(self) -> int | None:
        """How many labels of each class are asked for, of which small classes give fewer; None for a share of them."""
        if self.kind == "strokes":
            return self.strokes * self.pixels
        return self.per_class if self.percent is None else None
