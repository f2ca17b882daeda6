"""Layers that need no learning, and what classes of pixels are like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.class_statistics import PERCENTILES, Statistics, class_statistics
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.making import make, recipe_of
from hsigui.analysis.measured import BandValues, LayerValues
from hsigui.analysis.separability import Separability
from hsigui.analysis.separability import separability as separability_of
from hsigui.api.given import LabelsLike, PathLike, targets_of
from hsigui.api.masking import MasksLike, seen_by
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.masks.using import STATISTICS
from hsigui.parameters import Value
from hsigui.pipeline.values import Labels
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.pipeline.zone_measures import StatisticsTables


def derive(
    cube: Cube, kind: str | LayerRecipe, *,
    spectra: Mapping[str, NDArray[np.floating]] | SpectralLibrary | None = None,
    wavelengths: Sequence[float] = (), left_out: NDArray[np.bool_] | None = None, mask: MasksLike = None,
    ctx: Context | None = None, **parameters: Value,
) -> Layer:  # fmt: skip
    """Computes a layer of a cube that needs no learning: components, an index, distances to spectra, targets, shares of
    spectra, clusters.

    Args:
        kind: "pca", "mnf", "ica", "index", "formula", "sam", "sid", "mf", "ace", "cem", "unmix", "unmixed_map",
            "continuum", "feature", "kmeans" or "gmm"; the name of an index, such as "ndvi"; or the recipe of a layer
            that was made before. `hsigui derive --list` names all with their settings.
        spectra: for "sam" to "unmixed_map": name -> values, one a band of the cube (NaN for a band that is not to
            count); or a spectral library. Unmixing finds them by `find="vca"`, where none are given.
        wavelengths: nm of these values, where they are of other bands than the cube's; one a value.
        left_out: for "mf", "ace" and "cem": pixels that have no part in the background, rows x cols; None for none.
        mask: pixels that have no part in the layer, its statistics of the whole scene included: a `Mask`, its file, a
            raster (rows x cols, True for masked out), or several. The layer has no data there.
        parameters: settings of the kind, such as `components=3` or `formula="(b850 - b670) / (b850 + b670)"`.

    Returns:
        `Layer`: `array` is rows x cols (x measurements) float32, NaN for no data, or class numbers, rows x cols uint16;
        `names`, `units`, `classes`, `figures` (such as eigenvalues), `notes`, and `recipe`, by which it is made again.
        `layer.masked(low, high)` is where it lies between two values; `save` writes it.

    Raises:
        HsiError: there is no such kind or setting, a value is not allowed, the scene lacks what the kind needs, or
            memory does not suffice.
    """
    on, cube = ctx or quiet(), seen_by(cube, mask, STATISTICS)
    if isinstance(kind, LayerRecipe):
        if parameters or spectra is not None or left_out is not None:
            raise HsiError(
                say("A recipe has its settings and spectra in it."), say("Give the name of a kind to set others.")
            )
        return make(cube, kind, on)
    return make(cube, recipe_of(kind, parameters, targets_of(spectra, wavelengths), left_out), on)


@overload
def statistics(
    measured: Cube | Layer, classes: LabelsLike, *, bands: Sequence[int] | None = None,
    percentiles: Sequence[float] = PERCENTILES, mask: MasksLike = None, ctx: Context | None = None,
) -> Statistics: ...  # fmt: skip
@overload
def statistics(
    measured: Cube | Layer | Sequence[Cube | Layer], classes: LabelsLike | None = None, *, zones: PathLike,
    zone_field: str | None = None, zone_layer: str | None = None, bands: Sequence[int] | None = None,
    percentiles: Sequence[float] = PERCENTILES, mask: MasksLike = None, command: str = "", ctx: Context | None = None,
) -> StatisticsTables: ...  # fmt: skip
def statistics(
    measured: Cube | Layer | Sequence[Cube | Layer], classes: LabelsLike | None = None, *,
    zones: PathLike | None = None, zone_field: str | None = None, zone_layer: str | None = None,
    bands: Sequence[int] | None = None, percentiles: Sequence[float] = PERCENTILES, mask: MasksLike = None,
    command: str = "", ctx: Context | None = None,
) -> Statistics | StatisticsTables:  # fmt: skip
    """What the values of classes of pixels are like, in bands of a cube or in the measurements of a layer; or those of
    zones, such as parcels.

    Args:
        measured: a cube or a layer; for zones several of one grid, too.
        classes: class numbers, rows x cols, 0 for none: labels, a ground truth, a map or clusters. With zones each zone
            is parted by them; None for zones as a whole.
        zones: a file of polygons or of a raster of zone numbers, as for `areas`.
        zone_field, zone_layer: likewise.
        bands: of a cube (of several the first one), from 0; None for the good ones.
        percentiles: which ones, 0 to 100.
        mask: pixels that do not count, of a cube: a `Mask`, its file, a raster (rows x cols), or several.
        command: the command line that makes tables of zones, for their record.

    Returns:
        `Statistics`: `classes` have `pixels`, `mean`, `deviation`, `least` and `most` (one a band), `percentiles`
        (percentiles x bands), `covariance` and `correlation` (bands x bands); `notes` say what was left out.
        With zones `StatisticsTables`: `table()` is a list of lines, column name -> value; `save` writes .csv, .xlsx,
        .gpkg or .json; `statistics` has the figures as arrays, zones x bands.

    Raises:
        HsiError: no pixel has a class, there is no such band, the classes are of another scene, or the zones cannot be
            read or brought to it.
    """
    if zones is not None:
        asked = Path(zones), zone_field, zone_layer
        several = [measured] if isinstance(measured, Cube | Layer) else list(measured)
        return _by_zone(several, classes, asked, bands, tuple(percentiles), mask, command, ctx or quiet())
    if classes is None or not isinstance(measured, Cube | Layer):
        raise HsiError(
            say("Statistics are of classes of one scene or layer, or of zones."), say("Give labels, a map, or zones.")
        )
    numbers = Labels.of(classes, say("The array of classes"))
    return class_statistics(
        _measured(measured, bands, mask), numbers.array, numbers.classes, ctx or quiet(), percents=tuple(percentiles)
    )


def _by_zone(
    several: Sequence[Cube | Layer], classes: LabelsLike | None, asked: tuple[Path, str | None, str | None],
    bands: Sequence[int] | None, percents: tuple[float, ...], mask: MasksLike, command: str, ctx: Context,
) -> StatisticsTables:  # fmt: skip
    from hsigui.pipeline.zone_measures import Named, statistics_tables
    from hsigui.pipeline.zone_tables import ZonesAsked

    grids = [Grid(*one.shape[:2], one.geo) for one in several]
    for one, grid in zip(several[1:], grids[1:], strict=True):
        require_same_size(grid.shape, grids[0].shape, say("pixels of {name}", name=one.name))
        require_same_place(grid.geo, grids[0].geo, grid.shape, say("pixels of {name}", name=one.name))
    of = ZonesAsked(*asked)
    named = [
        Named(one.name, _measured(one, bands if n == 0 else None, mask if isinstance(one, Cube) else None))
        for n, one in enumerate(several)
    ]
    numbers = None if classes is None else Labels.of(classes, say("The array of classes"))
    made = {**of.record, **({"command": command} if command else {})}
    return statistics_tables(named, of.read(grids[0]), ctx, classes=numbers, percents=percents, made=made)


def separability(
    measured: Cube | Layer | Statistics, classes: LabelsLike | None = None, *, bands: Sequence[int] | None = None,
    mask: MasksLike = None, ctx: Context | None = None,
) -> Separability:  # fmt: skip
    """How well each pair of classes can be told apart, the hardest first: Jeffries-Matusita distance and transformed
    divergence, both from 0 to 2.

    Args:
        measured: a cube or a layer, or statistics that were made of it.
        classes: as for `statistics`; not with statistics.
        bands: of a cube, from 0; of statistics the places of measurements; None for the good ones.
        mask: pixels that do not count, of a cube; as for `statistics`.

    Returns:
        `Separability`: `pairs` with `names`, `jeffries_matusita`, `divergence` and `best`, the two measurements that
        part them best; `notes` say where pixels are too few.

    Raises:
        HsiError: as `statistics`, or there are fewer than two classes.
    """
    if isinstance(measured, Statistics):
        if classes is not None:
            raise HsiError(say("Statistics have their classes in them."), say("Leave out the classes."))
        if mask is not None:
            raise HsiError(say("Statistics were made with or without a mask."), say("Leave out the mask."))
        return separability_of(measured if bands is None else measured.of(bands), ctx)
    if classes is None:
        raise HsiError(say("Separability is of classes, and none are given."), say("Give labels, or a map."))
    return separability_of(statistics(measured, classes, bands=bands, percentiles=(), mask=mask, ctx=ctx), ctx)


def _measured(measured: Cube | Layer, bands: Sequence[int] | None, mask: MasksLike) -> BandValues | LayerValues:
    if isinstance(measured, Cube):
        return BandValues(seen_by(measured, mask, STATISTICS), bands)
    if mask is not None:
        raise HsiError(say("A mask is of a cube, and this is a layer."), say("Make the layer with the mask."))
    if bands is not None:
        raise HsiError(say("Bands are of a cube, and this is a layer."), say("Leave out the bands."))
    return LayerValues(measured)
