"""What is told by spectra alone: matches in libraries, and maps without training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.api.given import LabelsLike, LibraryLike, Pixels, targets_of
from hsigui.api.masking import MasksLike, seen_by
from hsigui.api.reading import read_library
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.masks.using import MAP
from hsigui.pipeline import verbs
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, Labels
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.analysis.ranking import Matches
    from hsigui.analysis.references import Reference


def match(
    cube: Cube, spectrum: NDArray[np.floating] | NDArray[np.bool_] | tuple[int, int],
    library: LibraryLike | Sequence[LibraryLike], *, by: str = "sam", count: int = 10,
    between: tuple[float, float] = (0.0, 0.0), ctx: Context | None = None,
) -> Matches:  # fmt: skip
    """Which spectra of libraries a spectrum of a scene is most like.

    Args:
        spectrum: a pixel (row, column); or values, one a band of the cube (NaN for none); or a region, rows x cols of
            truth values, whose mean counts.
        library: one or several: a file, a library, or name -> values, one a band of the cube.
        by: "sam" (spectral angle), "sid" (information divergence), "sff" (feature fitting) or "euclid".
        count: how many matches are wanted.
        between: nm; bands outside are left out. 0 for no end.

    Returns:
        `Matches`: `best` are matches with `name`, `distance`, `likeness` (0 to 1) and `curve` (scaled to the spectrum,
        one value a band), best first; `left_out` and `notes` tell what could not be compared.

    Raises:
        HsiError: a file cannot be read, or nothing can be compared.
    """
    from hsigui.analysis.ranking import rank
    from hsigui.cube.spectra import mean_spectrum

    if isinstance(spectrum, tuple):
        values = cube.spectrum(*spectrum)
    else:
        given = np.asarray(spectrum)
        values = given if given.ndim == 1 else mean_spectrum(cube, given.astype(bool))[0]
    if len(values) != cube.bands:
        raise HsiError(
            say("The spectrum has {count} values, and {name} {bands} bands.",
                count=len(values), name=cube.name, bands=cube.bands),
            say("Give one value a band."),
        )  # fmt: skip
    many: Sequence[LibraryLike] = library if isinstance(library, list | tuple) else [library]  # type: ignore[list-item]
    found = [one for each in many for one in _references(each, None, None)]
    return rank(cube, values, found, by, count, first=between[0], last=between[1], check=(ctx or quiet()).check)


def classify_by(
    cube: Cube, library: LibraryLike | None = None, by: str = "sam", *, threshold: float | None = None,
    thresholds: Mapping[str, float] | None = None, spectra: Sequence[str] | None = None,
    groups: Mapping[str, str] | str | None = None, pixels: Mapping[str, Pixels] | None = None,
    labels: LabelsLike | None = None, between: tuple[float, float] = (0.0, 0.0), filters: Filters | None = None,
    mask: MasksLike = None, ctx: Context | None = None,
) -> Result:  # fmt: skip
    """Classifies every pixel of a scene by the spectrum that it is nearest to. Nothing is trained.

    Args:
        library: a file, a library, or name -> values, one a band of the cube; each spectrum is a class.
        by: "sam" (spectral angle), "sid" (information divergence), "sff" (feature fitting), "euclid", or "unmix" (the
            largest share of a mixture of the spectra).
        threshold: what is farther from its nearest class is unclassified: rad for "sam"; None for no end.
        thresholds: the same for single classes, by name.
        spectra: names of those of the library that are used; None for all.
        groups: name of a spectrum -> name of its class, where several are one; or the title of a column of what the
            library says of its spectra.
        pixels: in place of a library: name of a class -> (row, column) of the pixel that stands for it, or a list of
            them.
        labels: in place of a library: class numbers, rows x cols; the mean spectrum of each class stands for it.
        between: nm; bands outside are left out. 0 for no end.
        filters: what is done with the map afterwards.
        mask: pixels that get no class: a `Mask`, its file, a raster (rows x cols, True for masked out), or several.

    Returns:
        `Result`, as of `classify`: `array` is rows x cols uint16 (0: unclassified or no data), `confidence` how like a
        pixel is to its class, 0 to 1; `nearest.distance` the distance itself, rows x cols float32.

    Raises:
        HsiError: none or several of library, pixels and labels are given, a file cannot be read, or nothing can be
            compared.
    """
    from hsigui.analysis.references import Matching, Reference
    from hsigui.pipeline import matched

    on = ctx or quiet()
    if sum(given is not None for given in (library, pixels, labels)) != 1:
        raise HsiError(say("Classes come from a library, from pixels or from labels."), say("Give one of the three."))
    held = None if labels is None else Labels.of(labels)
    cube, table = seen_by(cube, mask, MAP), None
    if library is not None:
        references = _references(library, spectra, groups)
    elif held is not None:
        table = verbs.on_scene(held, cube, say("labels")).classes
        references = list(matched.means_of(cube, held.array, table, on))
    else:
        references = [
            Reference(Target(name, tuple(cube.spectrum(row, col).astype(float).tolist())), name, place=(row, col))
            for name, places in (pixels or {}).items()
            for row, col in _places(name, places)
        ]
    matching = Matching(tuple(references), by, threshold, dict(thresholds or {}), *between)
    result = matched.match_map(cube, matching, on, classes=table, labels=held)
    return result if filters is None else result.filtered(filters, on.check)


def _references(
    library: LibraryLike, spectra: Sequence[str] | None, groups: Mapping[str, str] | str | None
) -> list[Reference]:
    """The spectra of a library, each with its class.

    Raises:
        HsiError: the file cannot be read, or a name is none of its spectra.
    """
    from hsigui.analysis.references import by_column, grouped

    source = ""
    if isinstance(library, str | Path):
        library = read_library(library)
    if isinstance(library, SpectralLibrary):
        source = str(library.path.expanduser().resolve())
    if isinstance(groups, str):
        groups = by_column(library, groups)
    targets = targets_of(library, ())
    known = {each.name for each in targets}
    for name in (*(spectra or ()), *(groups or {})):
        if name not in known:
            raise HsiError(
                say("The library has no spectrum “{name}”.", name=name),
                say("It has {names}.", names=", ".join(sorted(known)[:20])),
            )
    wanted = known if spectra is None else set(spectra)
    return grouped((each for each in targets if each.name in wanted), groups, source)


def _places(name: str, places: Pixels) -> list[tuple[int, int]]:
    """The pixels of a class, one or several."""
    flat = all(np.ndim(each) == 0 for each in places)  # of the numbers of one pixel
    several = [np.asarray(each) for each in ([places] if flat and len(places) else places)]
    if not several or any(each.shape != (2,) or not np.issubdtype(each.dtype, np.integer) for each in several):
        raise HsiError(
            say("The pixels of “{name}” are no rows and columns.", name=name),
            say("Give one as (row, column), several as a list of these; both count from 0."),
        )
    return [(int(row), int(col)) for row, col in several]
