"""The table of methods and baselines: name, title, paper, presets, and how its runs become maps. Loads no torch.

A baseline is run like any method: its pretraining has no step and gives at once a run without an encoder (or with an
untrained one), whose recipe says which features are classified by what.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hsigui.errors import HsiError
from hsigui.specs import FeatureSpec, MapSpec, ProbeSpec, Recipe

FAMILIES = ("method", "baseline")


@dataclass(frozen=True)
class Preset:
    """One way to run a method: name for settings, title and one sentence for people, and its own number of epochs."""

    name: str
    title: str
    text: str
    epochs: int
    epochs_are: str


@dataclass(frozen=True)
class MethodInfo:
    """One method or baseline. `module` has `plan(preset)` and `training(...)`; it is imported only when it runs.

    Attributes:
        family: "method" for those that learn an encoder from the scene, "baseline" for what they are compared with.
        recipe: how its runs become maps, unless the user says otherwise.
        starts_from_a_run: whether an encoder that is trained already may stand in for its first stage.
    """

    name: str
    title: str
    paper: str
    module: str
    presets: tuple[Preset, ...]
    family: str = "method"
    recipe: Recipe = field(default_factory=Recipe)
    starts_from_a_run: bool = False

    def preset(self, name: str) -> Preset:
        """The preset of a name.

        Raises:
            HsiError: the method has no such preset.
        """
        for preset in self.presets:
            if preset.name == name:
                return preset
        names = ", ".join(p.name for p in self.presets)
        raise HsiError(f"{self.title} has no preset “{name}”.", f"Choose one of: {names}.")


def _baseline(name: str, title: str, paper: str, module: str, text: str, recipe: Recipe) -> MethodInfo:
    """A baseline: one preset, no step; called "quick" as every method's fast preset is."""
    return MethodInfo(name, title, paper, module, (Preset("quick", "Baseline", text, 0, "steps"),), "baseline", recipe)


_RAW = FeatureSpec(encoder=False, raw=True, smoothed=(), superpixels=(), edge_aware=(), pooled=0.0)
_SVM, _FOREST, _LOGISTIC = ProbeSpec(classifier="svm"), ProbeSpec(classifier="forest"), ProbeSpec()
_SHARP = MapSpec(smooth=0.0, edges=0.0)
# What stands beside every encoder's features. The two baselines that share it take the same, whatever it becomes.
_CONTEXT = Recipe()

METHODS: tuple[MethodInfo, ...] = (
    MethodInfo(
        "lscosa",
        "LSCoSa",
        "IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888",
        "hsigui.methods.lscosa.training",
        (
            Preset(
                "quick",
                "Quick (dense engine)",
                "One pass over a whole tile a step: about a minute on a laptop. The objective is LSCoSa's with its "
                "regulariser on probabilities; the encoder is fully convolutional.",
                120,
                "steps",
            ),
            Preset(
                "paper",
                "Paper (patches)",
                "The published step on 15 x 15 patches, 200 epochs. Meant for a GPU: on a CPU it takes hours.",
                200,
                "epochs",
            ),
        ),
    ),
    MethodInfo(
        "purified",
        "Purified contrastive learning",
        "IEEE TGRS 2024, doi 10.1109/TGRS.2024.3409378",
        "hsigui.methods.purified.training",
        (
            Preset(
                "quick",
                "Quick (dense engine)",
                "A local and a global branch over a whole tile a step: about a minute on a laptop. The loss is the "
                "published one with weights from superpixels; both branches are smaller.",
                120,
                "steps",
            ),
            Preset(
                "paper",
                "Paper (patches)",
                "SSViT and ResNet-18 on 15 x 15 patches, 400 epochs of batches of 256. Meant for a GPU: on a CPU it "
                "takes days.",
                400,
                "epochs",
            ),
        ),
    ),
    MethodInfo(
        "contrastdm",
        "ContrastDM",
        "IEEE GRSL 2025, doi 10.1109/LGRS.2025.3601152 (reconstructed from its abstract)",
        "hsigui.methods.contrastdm.training",
        (
            Preset(
                "quick",
                "Quick (dense engine)",
                "A contrastive stage over a whole tile a step, then a diffusion model of its features: about a minute "
                "on a laptop. The labels decide how strongly the features are refined.",
                300,
                "steps",
            ),
            Preset(
                "paper",
                "Paper (patches)",
                "The same two stages on 15 x 15 patches of all bands: 200 epochs of batches of 256, then 5000 updates "
                "of the diffusion model. Meant for a GPU: on a CPU it takes days.",
                200,
                "epochs",
            ),
        ),
        starts_from_a_run=True,
    ),
    _baseline(
        "svm-raw",
        "SVM on spectra",
        "Melgani and Bruzzone, IEEE TGRS 2004, doi 10.1109/TGRS.2004.831865",
        "hsigui.methods.baselines.training",
        "A support vector machine with RBF kernel on the bands of each pixel alone. Nothing is learned from the scene.",
        Recipe(_RAW, _SVM, _SHARP),
    ),
    _baseline(
        "rf-raw",
        "Random forest on spectra",
        "Ham et al., IEEE TGRS 2005, doi 10.1109/TGRS.2004.842481",
        "hsigui.methods.baselines.training",
        "A random forest on the bands of each pixel alone. Nothing is learned from the scene.",
        Recipe(_RAW, _FOREST, _SHARP),
    ),
    _baseline(
        "logreg-raw",
        "Logistic regression on spectra",
        "Böhning, Ann. Inst. Stat. Math. 1992, doi 10.1007/BF00048682",
        "hsigui.methods.baselines.training",
        "Logistic regression, the probe of every method, on the bands of each pixel alone.",
        Recipe(_RAW, _LOGISTIC, _SHARP),
    ),
    _baseline(
        "svm-pca-smooth",
        "SVM on smoothed components",
        "",
        "hsigui.methods.baselines.training",
        "A support vector machine on 30 principal components, smoothed over a few pixels: simple, and hard to beat. A "
        "method that does not is not worth its minutes.",
        Recipe(FeatureSpec(encoder=False, components=30, smoothed=(2.0,), edge_aware=(), pooled=0.0), _SVM, _SHARP),
    ),
    _baseline(
        "spatial-only",
        "Spatial features only",
        "",
        "hsigui.methods.baselines.training",
        "What stands beside the encoder's features in every method, with the same probe, and no encoder: what a method "
        "gains over it, the encoder has learned.",
        replace(_CONTEXT, features=replace(_CONTEXT.features, encoder=False)),
    ),
    _baseline(
        "random-encoder",
        "Untrained encoder",
        "",
        "hsigui.methods.random_encoder.training",
        "The network of the Quick preset as it is before training, with random weights: what a method gains over it, "
        "training has given.",
        _CONTEXT,
    ),
)


def names(family: str | None = None) -> tuple[str, ...]:
    """Names of all methods and baselines, or of one family, in the table's order."""
    return tuple(info.name for info in METHODS if family in (None, info.family))


def method(name: str) -> MethodInfo:
    """The method or baseline of a name.

    Raises:
        HsiError: there is none; the hint lists those that exist.
    """
    for info in METHODS:
        if info.name == name:
            return info
    raise HsiError(f"Unknown method “{name}”.", f"Choose one of: {', '.join(names())}.")
