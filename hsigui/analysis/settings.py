"""What can be set of the kinds of layers, a dataclass each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hsigui.analysis.indices import index_names
from hsigui.parameters import Parameters, choice, setting, switch, text
from hsigui.texts import say

LARGEST_SEED = 2**31 - 1
DIRECTIONS = ("lower right", "lower left", "right", "lower")


def _seed() -> Any:
    return setting(0, 0, LARGEST_SEED, "", say("Of every random choice."))


def _components(usual: int) -> Any:
    return setting(usual, 1, 2000, "", say("How many components are kept; at most as many as there are good bands."))


def _tolerance() -> Any:
    return setting(
        15.0, 0.1, 200.0, "nm",
        say("How far a band's centre may lie from a wavelength that is asked for; half the band's width where that is "
            "more."),
    )  # fmt: skip


@dataclass(frozen=True)
class PcaSettings(Parameters):
    """Of principal components."""

    components: int = _components(3)
    standardised: bool = switch(False, say("Divide each band by its deviation first: components of the correlation."))


@dataclass(frozen=True)
class MnfSettings(Parameters):
    """Of the minimum noise fraction."""

    components: int = _components(10)
    direction: str = choice(
        "lower right", DIRECTIONS, say("The neighbour whose difference stands for the noise of a pixel.")
    )


@dataclass(frozen=True)
class IcaSettings(Parameters):
    """Of independent components."""

    components: int = _components(5)
    sample: int = setting(50_000, 100, 1_000_000, "pixels", say("How many pixels they are found on, drawn at random."))
    contrast: str = choice("logcosh", ("logcosh", "exp", "cube"), say("What independence is measured by."))
    iterations: int = setting(400, 10, 10_000, "", say("How often the components are improved at most."))
    seed: int = _seed()


@dataclass(frozen=True)
class IndexSettings(Parameters):
    """Of a spectral index."""

    name: str = choice("ndvi", index_names(), say("Which index."))
    tolerance: float = _tolerance()


@dataclass(frozen=True)
class FormulaSettings(Parameters):
    """Of a formula of one's own."""

    formula: str = text("(b800 - b670) / (b800 + b670)", say("What is computed of every pixel."))
    tolerance: float = _tolerance()


@dataclass(frozen=True)
class DistanceSettings(Parameters):
    """Of distances to spectra: nothing but the spectra."""


@dataclass(frozen=True)
class DetectionSettings(Parameters):
    """Of targets against their background."""

    shrinkage: float = setting(
        0.0, 0.0, 1.0, "",
        say("Which part of the covariance of the background gives way to one of bands that are alike; 0 for none, or "
            "for as much as it takes where the covariance has no inverse."),
    )  # fmt: skip


@dataclass(frozen=True)
class ContinuumSettings(Parameters):
    """Of spectra without their continuum."""

    first: float = setting(0.0, 0.0, 100_000.0, "nm", say("Where the continuum begins; 0 for the first band."))
    last: float = setting(0.0, 0.0, 100_000.0, "nm", say("Where it ends; 0 for the last band."))


@dataclass(frozen=True)
class FeatureSettings(Parameters):
    """Of an absorption feature between two shoulders."""

    left: float = setting(2100.0, 100.0, 100_000.0, "nm", say("The left shoulder of the feature."))
    right: float = setting(2280.0, 100.0, 100_000.0, "nm", say("The right shoulder of the feature."))
    continuum: str = choice(
        "hull", ("hull", "line"), say("What the depth is taken from: the upper hull, or a line between the shoulders.")
    )
    tolerance: float = _tolerance()


@dataclass(frozen=True)
class KMeansSettings(Parameters):
    """Of clusters by k-means."""

    clusters: int = setting(8, 2, 255, "", say("How many clusters there are to be."))
    components: int = setting(10, 1, 2000, "", say("How many principal components the pixels are compared by."))
    sample: int = setting(50_000, 100, 1_000_000, "pixels", say("How many pixels they are found on, drawn at random."))
    standardised: bool = switch(True, say("Divide each band by its deviation first."))
    seed: int = _seed()


@dataclass(frozen=True)
class GaussianSettings(KMeansSettings):
    """Of clusters by a mixture of Gaussians."""

    clusters: int = setting(8, 2, 100, "", say("How many clusters there are to be."))
    components: int = setting(5, 1, 200, "", say("How many principal components the pixels are compared by."))
    shape: str = choice("full", ("full", "tied", "diag", "spherical"), say("What the clusters' covariances may be."))


GIVEN, VCA, NFINDR, PPI = "given", "vca", "nfindr", "ppi"
FCLS, NNLS = "fcls", "nnls"
MOST_ENDMEMBERS = 60


@dataclass(frozen=True)
class UnmixSettings(Parameters):
    """Of linear unmixing."""

    method: str = choice(
        FCLS, (FCLS, NNLS),
        say("What shares may be: none negative and their sum 1 (fcls), or none negative (nnls), so that the sum tells "
            "how bright a pixel is."),
    )  # fmt: skip
    find: str = choice(
        GIVEN, (GIVEN, VCA, NFINDR, PPI),
        say("Which spectra are mixed: those that are given, or pixels that are found by vertex component analysis "
            "(vca), N-FINDR or the pixel purity index (ppi)."),
    )  # fmt: skip
    count: int = setting(
        0, 0, MOST_ENDMEMBERS, "", say("How many are found; 0 for as many as the lower of two counts of HySime.")
    )
    seed: int = _seed()


def finds_spectra(settings: Parameters) -> bool:
    """Whether what is set finds spectra in the scene, so that none need be given."""
    return isinstance(settings, UnmixSettings) and settings.find != GIVEN


@dataclass(frozen=True)
class UnmixedMapSettings(UnmixSettings):
    """Of the map of the largest share."""

    least: float = setting(
        0.5, 0.0, 1.0, "", say("The share from which on a pixel is of a class; below, it is unclassified.")
    )
