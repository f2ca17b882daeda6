"""The rows of the baselines without an encoder. Loads no torch."""

from __future__ import annotations

from dataclasses import replace

from hsigui.methods.info import baseline
from hsigui.specs import FeatureSpec, MapSpec, ProbeSpec, Recipe, levelled
from hsigui.texts import say

MODULE = "hsigui.methods.baselines.training"
_RAW = FeatureSpec(encoder=False, raw=True, smoothed=(), superpixels=(), edge_aware=(), pooled=0.0)
_SVM, _FOREST, _LOGISTIC = ProbeSpec(classifier="svm"), ProbeSpec(classifier="forest"), ProbeSpec()
_SHARP = MapSpec(smooth=0.0, edges=0.0)

ROWS = (
    baseline(
        "svm-raw",
        say("SVM on spectra"),
        "Melgani and Bruzzone, IEEE TGRS 2004, doi 10.1109/TGRS.2004.831865",
        MODULE,
        say(
            "A support vector machine with RBF kernel on the bands of each pixel alone. Nothing is learned from the "
            "scene."
        ),
        Recipe(_RAW, _SVM, _SHARP),
    ),
    baseline(
        "rf-raw",
        say("Random forest on spectra"),
        "Ham et al., IEEE TGRS 2005, doi 10.1109/TGRS.2004.842481",
        MODULE,
        say("A random forest on the bands of each pixel alone. Nothing is learned from the scene."),
        Recipe(_RAW, _FOREST, _SHARP),
    ),
    baseline(
        "logreg-raw",
        say("Logistic regression on spectra"),
        "Böhning, Ann. Inst. Stat. Math. 1992, doi 10.1007/BF00048682",
        MODULE,
        say("Logistic regression, the probe of every method, on the bands of each pixel alone."),
        Recipe(_RAW, _LOGISTIC, _SHARP),
    ),
    baseline(
        "svm-pca-smooth",
        say("SVM on smoothed components"),
        "",
        MODULE,
        say(
            "A support vector machine on 30 principal components, smoothed over a few pixels: simple, and hard to "
            "beat. A method that does not is not worth its minutes."
        ),
        Recipe(FeatureSpec(encoder=False, components=30, smoothed=(2.0,), edge_aware=(), pooled=0.0), _SVM, _SHARP),
    ),
    baseline(
        "spatial-only",
        say("Spatial features only"),
        "",
        MODULE,
        say(
            "What stands beside the encoder's features in every method, with the same probe, and no encoder: what a "
            "method gains over it, the encoder has learned."
        ),
        levelled(encoder=False),  # the recipe of every method but for the encoder
    ),
    baseline(
        "svm-spatial",
        say("SVM on spatial features"),
        "",
        MODULE,
        say(
            "A support vector machine with RBF kernel on the components averaged over whole fields, its map smoothed "
            "inside them: what can be had without learning, where fields are large."
        ),
        Recipe(replace(Recipe().features, encoder=False), _SVM),
    ),
)
