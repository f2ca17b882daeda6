"""The kinds of layers, a row each: what they need, what can be set, which document they follow.

The window, `hsigui derive`, the API and the help take their lists from here. To add a kind: write a module with a
function that makes the layer, and a row here; other packages name their rows in the entry points `hsigui.layers`.
Functions are named by text and imported when a layer is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsigui import plugins
from hsigui.analysis import settings
from hsigui.analysis.indices import indices
from hsigui.errors import HsiError
from hsigui.parameters import Parameters, told
from hsigui.texts import as_sentence, say

if TYPE_CHECKING:
    from hsigui.analysis.asked import Asked
    from hsigui.analysis.layer import Layer
    from hsigui.cube.cube import Cube
    from hsigui.jobs import Context

    Make = Callable[[Cube, Asked, Context], Layer]

WAVELENGTHS, SPECTRA = "wavelengths", "spectra"
NEEDS = {WAVELENGTHS: say("the wavelengths of the scene"), SPECTRA: say("spectra to compare with")}
MEASUREMENTS, CLASSES = "measurements", "classes"


@dataclass(frozen=True)
class LayerKind:
    """A kind of layer.

    Attributes:
        name: of its own, on the command line and in recipes.
        title: for lists.
        about: one sentence of what it gives.
        paper: which document the computing follows.
        make: the layer of a cube, what is asked for, and a context; or “module:name”. It raises `Cancelled` within a
            second of being asked to stop, holds tiles of the cube and not all of it, and gives NaN (or class 0) where
            there is no data.
        settings: what can be set, with ranges.
        needs: `WAVELENGTHS` or `SPECTRA`, without which it cannot be made.
        gives: `MEASUREMENTS` or `CLASSES`.
        version: raised whenever the same recipe gives other numbers.
        distance: a small value says that a pixel is like what it is compared with, so that the low ones are sought.
        background: whether it takes what stands behind the spectra from all pixels, of which some can be left out.
    """

    name: str
    title: str
    about: str
    paper: str
    make: str | Make
    settings: type[Parameters]
    needs: tuple[str, ...] = ()
    gives: str = MEASUREMENTS
    version: int = 1
    distance: bool = False
    background: bool = False

    def __post_init__(self) -> None:
        if not self.name or not self.name.isascii() or not self.name.isidentifier():
            raise ValueError(f"“{self.name}” is no name of a kind of layers")
        if unknown := set(self.needs) - set(NEEDS):
            raise ValueError(f"{self.name} needs “{unknown.pop()}”, which is none of {', '.join(NEEDS)}")


_HERE = "hsigui.analysis"
OWN = (
    LayerKind(
        "pca", say("Principal components"), say("The directions in which the spectra vary most, the largest first."),
        "Jolliffe, Principal Component Analysis, Springer, 2002", f"{_HERE}.linear:pca", settings.PcaSettings,
    ),
    LayerKind(
        "mnf", say("Minimum noise fraction"),
        say("Components in order of signal to noise; the noise is estimated by differences of neighbouring pixels."),
        "Green, Berman, Switzer & Craig, IEEE Trans. Geosci. Remote Sens. 26, 1988, doi 10.1109/36.3001",
        f"{_HERE}.linear:mnf", settings.MnfSettings,
    ),
    LayerKind(
        "ica", say("Independent components"), say("Components that tell as little of each other as can be."),
        "Hyvärinen & Oja, Neural Networks 13, 2000, doi 10.1016/S0893-6080(00)00026-5",
        f"{_HERE}.linear:ica", settings.IcaSettings,
    ),
    LayerKind(
        "index", say("Spectral index"),
        say("A published formula of some bands; the list names them with their papers."),
        say("the paper of each index"), f"{_HERE}.band_math:spectral_index", settings.IndexSettings, (WAVELENGTHS,),
    ),
    LayerKind(
        "formula", say("Formula of bands"), say("Your own formula, such as (b850 - b670) / (b850 + b670)."),
        say("your own"), f"{_HERE}.band_math:own_formula", settings.FormulaSettings,
    ),
    LayerKind(
        "sam", say("Spectral angle"),
        say("The angle between each pixel's spectrum and given ones; brightness does not matter."),
        "Kruse et al., Remote Sens. Environ. 44, 1993, doi 10.1016/0034-4257(93)90013-N",
        f"{_HERE}.distances:sam", settings.DistanceSettings, (SPECTRA,), distance=True,
    ),
    LayerKind(
        "sid", say("Spectral information divergence"),
        say("How much each pixel's spectrum, seen as a distribution of light over bands, differs from given ones."),
        "Chang, IEEE Trans. Inf. Theory 46, 2000, doi 10.1109/18.857802",
        f"{_HERE}.distances:sid", settings.DistanceSettings, (SPECTRA,), distance=True,
    ),
    LayerKind(
        "mf", say("Matched filter"),
        say("How much of a spectrum there is in each pixel, against the mean and covariance of the scene: 0 at the "
            "mean, 1 at the spectrum."),
        "Manolakis & Shaw, IEEE Signal Process. Mag. 19(1), 2002, doi 10.1109/79.974724",
        f"{_HERE}.detection:matched_filter", settings.DetectionSettings, (SPECTRA,), background=True,
    ),
    LayerKind(
        "ace", say("Adaptive coherence"),
        say("The squared cosine between each pixel and a spectrum where the scene's covariance is made white: 0 to 1, "
            "with few false alarms."),
        "Kraut & Scharf, IEEE Trans. Signal Process. 47, 1999, doi 10.1109/78.782198",
        f"{_HERE}.detection:ace", settings.DetectionSettings, (SPECTRA,), background=True,
    ),
    LayerKind(
        "cem", say("Constrained energy minimisation"),
        say("The weights of bands that give 1 for a spectrum and as little as can be for the scene."),
        "Farrand & Harsanyi, Remote Sens. Environ. 59, 1997, doi 10.1016/S0034-4257(96)00080-6",
        f"{_HERE}.detection:cem", settings.DetectionSettings, (SPECTRA,), background=True,
    ),
    LayerKind(
        "unmix", say("Shares of spectra"),
        say("Each pixel as a mixture of given spectra, or of pure pixels that are found: the share of each, and what "
            "they leave."),
        "Heinz & Chang, IEEE Trans. Geosci. Remote Sens. 39, 2001, doi 10.1109/36.911111",
        f"{_HERE}.unmixing:shares", settings.UnmixSettings, (SPECTRA,),
    ),
    LayerKind(
        "unmixed_map", say("Largest share"), say("The spectrum that has the largest share of each pixel, as classes."),
        "Heinz & Chang, IEEE Trans. Geosci. Remote Sens. 39, 2001, doi 10.1109/36.911111",
        f"{_HERE}.unmixing:largest_share", settings.UnmixedMapSettings, (SPECTRA,), gives=CLASSES,
    ),
    LayerKind(
        "continuum", say("Continuum removed"),
        say("Every spectrum divided by its upper hull: absorptions from 1 downwards."),
        "Clark & Roush, J. Geophys. Res. 89, 1984, doi 10.1029/JB089iB07p06329",
        f"{_HERE}.continua:without_continuum", settings.ContinuumSettings, (WAVELENGTHS,),
    ),
    LayerKind(
        "feature", say("Absorption feature"), say("Depth, centre and area of the absorption between two shoulders."),
        "Clark & Roush, J. Geophys. Res. 89, 1984, doi 10.1029/JB089iB07p06329",
        f"{_HERE}.continua:feature", settings.FeatureSettings, (WAVELENGTHS,),
    ),
    LayerKind(
        "kmeans", say("Clusters by k-means"), say("Groups of like spectra, as classes."),
        "Sculley, Proc. WWW 2010, doi 10.1145/1772690.1772862",
        f"{_HERE}.clusters:k_means", settings.KMeansSettings, gives=CLASSES,
    ),
    LayerKind(
        "gmm", say("Clusters by a Gaussian mixture"),
        say("Groups of spectra that each spread in their own way, as classes."),
        "Dempster, Laird & Rubin, J. R. Stat. Soc. B 39, 1977, doi 10.1111/j.2517-6161.1977.tb01600.x",
        f"{_HERE}.clusters:gaussians", settings.GaussianSettings, gives=CLASSES,
    ),
)  # fmt: skip


def kinds() -> tuple[LayerKind, ...]:
    """All rows, the program's own first; a plug-in with a name that is taken is left out."""

    def taken(row: LayerKind) -> None:
        plugins.left_out(
            say("The kind of layer “{name}” ({origin})", name=row.name, origin=plugins.origin(row)),
            say("there is one of that name"),
        )

    return plugins.beside(OWN, plugins.LAYERS, LayerKind, taken)


def kind(name: str) -> LayerKind:
    """The kind of a name.

    Raises:
        HsiError: there is none; the hint lists those that exist.
    """
    for row in kinds():
        if row.name == name:
            return row
    raise HsiError(
        say("There is no kind of layer “{name}”.", name=name),
        say("Choose one of {kinds}, or an index such as {indices}.",
            kinds=", ".join(row.name for row in kinds()), indices=", ".join(each.name for each in indices()[:3])),
    )  # fmt: skip


def in_words() -> str:
    """All kinds with their settings, and all indices, as lines for a terminal."""
    return "\n".join([*_kinds_in_words(), "", say("Indices"), *_indices_in_words()])


def _kinds_in_words() -> Iterator[str]:
    for row in kinds():
        needs = "".join(say(" Needs {what}.", what=NEEDS[need]) for need in row.needs)
        yield f"{row.name:10} {as_sentence(row.title)} {row.about}{needs}"
        for each in row.settings.described():
            allowed = _short(each.allowed) + (f" {each.unit}" if each.unit else "")
            yield f"{'':12} {each.name}={told(each.default)}  {each.sentence} ({allowed})"


def _indices_in_words() -> Iterator[str]:
    for each in indices():
        yield f"{each.name:16} {each.title} ({each.group}): {each.formula}  [{each.source}]"


def _short(text: str) -> str:
    return text if len(text) < 60 else say("see the list")


def help_table() -> Iterator[str]:
    """The lines of the help page's table of indices, in Markdown."""
    yield say("| name | index | formula | source |")
    yield "|---|---|---|---|"
    for each in indices():
        yield f"| `{each.name}` | {each.title} | `{each.formula}` | {each.source} |"
