"""The program for Python: from a cube to a map and its accuracy, by the same verbs as the window and the commands.

Each function takes a `ctx`: None is quiet; `CallbackContext` hands progress, curves and warnings to functions of one's
own, and stops the work when asked. What goes wrong in files or choices is an `HsiError`, whose `message` says what and
whose `hint` what to do. Arrays are rows x cols (x bands); row, column and band count from 0; class 0 is "no class".
Neither Qt nor, before it is needed, PyTorch is loaded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.class_statistics import PERCENTILES, Statistics, class_statistics
from hsigui.analysis.layer import Layer, LayerRecipe, Target
from hsigui.analysis.making import make, recipe_of
from hsigui.analysis.measured import BandValues, LayerValues
from hsigui.analysis.separability import Separability
from hsigui.analysis.separability import separability as separability_of
from hsigui.cube import outside
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import read_library as find_library
from hsigui.cube.open import ImportChoice, open_cube
from hsigui.cube.quality import quality_layers as find_quality_layers
from hsigui.cube.remote.opening import is_address, typed_address
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.labels.formats.files import ClassRaster, read_classes, write_classes
from hsigui.labels.on_scene import read_for
from hsigui.labels.sampling import NothingToTestError
from hsigui.parameters import Value
from hsigui.pipeline import verbs
from hsigui.pipeline.influence import guard_of, way_out
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Classifier, Filters, KeptClassifier, Labels, LabelSplit, SceneFeatures
from hsigui.specs import MapSpec, PretrainSpec, ProbeSpec, SplitSpec, split_of
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.analysis.ranking import Matches
    from hsigui.analysis.references import Reference
    from hsigui.cube.formats.products.quality_layers import QualityLayer
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.evaluation import Evaluation
    from hsigui.preparing.step import Step
    from hsigui.report.map_options import MapOptions

T = TypeVar("T")
PathLike = str | Path
LabelsLike = ClassRaster | NDArray[np.integer]
TruthLike = LabelsLike | PathLike
LibraryLike = SpectralLibrary | Mapping[str, NDArray[np.floating]] | PathLike


def open(
    path: PathLike, *, variable: str | None = None, choice: ImportChoice | None = None, quality: Sequence[str] = (),
    outside_files: bool = False, scale: float | None = None, leave_out: Collection[int] = (),
    take_in: Collection[int] = (),
) -> Cube:  # fmt: skip
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: an ENVI header or its data file, a MATLAB, HDF5, NetCDF, GeoTIFF or NumPy file, a zarr folder, or the
            address of a GeoTIFF or of zarr: "https://…" or "s3://…" (needs `hsigui[cloud]`).
        variable: name of the array in a file that holds several.
        choice: how an array becomes the scene, where its axes are not to be guessed.
        quality: quality masks of a product, such as `["cloud", "cirrus"]`: pixels that one of them marks have no data.
            `quality_layers(path)` names those that are there.
        outside_files: reads also what the file names outside its own folder (virtual rasters, HDF5), now and later:
            only for files that you trust.
        scale: what stored values are divided by, in place of the file's own scale factor.
        leave_out: numbers of bands, from 0, that are not used, besides those that the file marks bad.
        take_in: numbers of bands, from 0, that are used although the file marks them bad, or no pixel has a value in
            them.

    Returns:
        A `Cube`: `cube.shape` is (rows, cols, bands), `cube.read()` its values as float32 (NaN: no data),
        `cube.spectrum(row, col)` one spectrum, `cube.wavelengths` in nanometres where they are known.

    Raises:
        HsiError: the file cannot be read, holds no scene, or has no such band; `AmbiguousCube`, one of them, lists
            arrays that fit.
    """
    if outside_files:
        outside.allow(Path(path).expanduser())
    found = typed_address(str(path)) if is_address(path) else path
    cube = open_cube(found, variable=variable, choice=choice, quality=quality, leave_out=leave_out, take_in=take_in)
    if scale is None:
        return cube
    origins = {**cube.info.origins, "scale": repr(scale)}
    return cube.with_info(dataclasses.replace(cube.info, origins=origins, scale=scale))


def prepare(cubes: Cube | Sequence[Cube], *steps: Step, by_wavelength: bool = False) -> Cube:
    """One cube of one or several, after some steps; its samples are made when they are read, and no file is touched.

    Args:
        cubes: the scene, or several of one grid, which are stacked: the bands of each after those of the one before.
        steps: `Crop`, `Box`, `Bands`, `BlockMean`, `WhiteDark`, `FlatField` and `InternalAverage`, in their order.
        by_wavelength: the bands of the stack rise by wavelength.

    Returns:
        A `Cube` like any other, for `derive`, `pretrain`, `save_cube` and the rest; `cube.info.history` says what was
        done, as options of `hsigui prepare`.

    Raises:
        HsiError: the cubes are not of one grid, or a step does not fit.
    """
    from hsigui.preparing.stack import stacked
    from hsigui.preparing.step import prepared

    stack = [cubes] if isinstance(cubes, Cube) else list(cubes)
    return prepared(stacked(stack, by_wavelength=by_wavelength), steps)


def save_cube(
    cube: Cube, path: PathLike, *, interleave: str = "", dtype: str = "", scale: float | None = None,
    cloud: bool = False, ctx: Context | None = None,
) -> list[Path]:  # fmt: skip
    """Writes a cube as a new file, with its wavelengths, widths, bad bands, names, no-data, place and history.

    By tiles, whatever its size; either the whole file is there or none, and never over what the cube is read from.

    Args:
        path: .hdr or .img and the like for ENVI, .tif for a GeoTIFF.
        interleave: "bsq", "bil" (ENVI only) or "bip"; empty for that of the cube.
        dtype: of the samples, such as "int16" or "float32"; empty for its own. Floating types hold the values
            themselves, NaN where there is no data.
        scale: whole numbers are the values times this, such as 10000.
        cloud: a GeoTIFF laid out for reading over a network (COG).

    Returns:
        The files written, the one to open first.

    Raises:
        HsiError: the format lacks what is asked for, a value does not fit the type, or the file cannot be written.
    """
    from hsigui.preparing.table import not_carried
    from hsigui.preparing.table import save_cube as write

    work = ctx or quiet()
    for note in not_carried(cube, path, dtype, scale):
        work.warn(note)

    def told(done: int, total: int) -> None:
        work.progress(done, total, say("Saving {name}", name=Path(path).name))

    return write(cube, path, interleave=interleave, dtype=dtype, scale=scale, cloud=cloud, told=told)


def quality_layers(path: PathLike) -> tuple[QualityLayer, ...]:
    """The quality masks that a product brings along, in its file or beside it: `name` for `open`, `title`, `file`.

    Raises:
        HsiError: the file is missing or damaged.
    """
    return find_quality_layers(path)


def read_library(path: PathLike) -> SpectralLibrary:
    """Opens a spectral library: ENVI (.sli), USGS splib07, ECOSTRESS or ASTER text, EnMAP-Box GeoPackage, a table as
    CSV, or a folder of files of one spectrum each.

    Returns:
        `names`, `values` (spectra x bands, float32, NaN for no value), `wavelengths` in nm, `columns` with what is said
        of each spectrum; `taken([0, 3])` is some of them, `resampled_to(cube)` all at the bands of a scene.

    Raises:
        HsiError: the file is missing or damaged, or holds no spectra.
    """
    return find_library(path)


def read_labels(
    path: PathLike,
    cube: Cube | None = None,
    *,
    variable: str | None = None,
    background: str | float | None = None,
    buffer: str | float | None = None,
) -> Labels:
    """Reads class numbers of pixels: ground truth, training labels, or a map.

    Args:
        path: a GeoTIFF, ENVI, MATLAB, NumPy, HDF5 or PNG file, ENVI ROIs, shapes (GeoPackage, GeoJSON, Shapefile), CSV,
            or labels of ilastik, labelme, CVAT, Roboflow (COCO) or the Semi-Automatic Classification Plugin.
        cube: the scene, onto whose pixels shapes and tables are brought, and which rasters must fit; of several arrays
            in a file the only one of its size is taken.
        variable: name of the array (layer, field), where several fit.
        background: numbers of a raster that mean no label: 255, "-1,0", or "none" where each number is a class; None
            for what the file and its numbers say, which is in `notes`. Where 0 is a class, class numbers are one higher
            than in the file.
        buffer: distance within which points and lines label: 3 pixels, or "10m"; None for the pixels that they touch.

    Returns:
        `Labels`: `array` is rows x cols uint16, `classes` the table of numbers, names and colours.

    Raises:
        HsiError: the file cannot be read or holds no classes, or it lies on other pixels than the scene.
    """
    from hsigui.pipeline import split

    path = Path(path).expanduser()
    if cube is None:
        raster = read_classes(path, variable=variable, background=background, buffer=buffer)
    else:
        raster = verbs.on_scene(read_for(path, cube, variable, background, buffer), cube, "labels")
    drawn = split.load(path, raster.array)
    return dataclasses.replace(Labels.of(raster), path=path, drawn=drawn, variable=variable or raster.variable)


def derive(
    cube: Cube, kind: str | LayerRecipe, *,
    spectra: Mapping[str, NDArray[np.floating]] | SpectralLibrary | None = None,
    wavelengths: Sequence[float] = (), left_out: NDArray[np.bool_] | None = None, ctx: Context | None = None,
    **parameters: Value,
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
        parameters: settings of the kind, such as `components=3` or `formula="(b850 - b670) / (b850 + b670)"`.

    Returns:
        `Layer`: `array` is rows x cols (x measurements) float32, NaN for no data, or class numbers, rows x cols uint16;
        `names`, `units`, `classes`, `figures` (such as eigenvalues), `notes`, and `recipe`, by which it is made again.
        `layer.masked(low, high)` is where it lies between two values; `save` writes it.

    Raises:
        HsiError: there is no such kind or setting, a value is not allowed, the scene lacks what the kind needs, or
            memory does not suffice.
    """
    on = ctx or quiet()
    if isinstance(kind, LayerRecipe):
        if parameters or spectra is not None or left_out is not None:
            raise HsiError(
                say("A recipe has its settings and spectra in it."), say("Give the name of a kind to set others.")
            )
        return make(cube, kind, on)
    return make(cube, recipe_of(kind, parameters, _targets(spectra, wavelengths), left_out), on)


def statistics(
    measured: Cube | Layer, classes: LabelsLike, *, bands: Sequence[int] | None = None,
    percentiles: Sequence[float] = PERCENTILES, ctx: Context | None = None,
) -> Statistics:  # fmt: skip
    """What the values of classes of pixels are like, in bands of a cube or in the measurements of a layer.

    Args:
        classes: class numbers, rows x cols, 0 for none: labels, a ground truth, a map or clusters.
        bands: of a cube, from 0; None for the good ones.
        percentiles: which ones, 0 to 100.

    Returns:
        `Statistics`: `classes` have `pixels`, `mean`, `deviation`, `least` and `most` (one a band), `percentiles`
        (percentiles x bands), `covariance` and `correlation` (bands x bands); `notes` say what was left out.

    Raises:
        HsiError: no pixel has a class, there is no such band, or the classes are of another scene.
    """
    numbers = Labels.of(classes, say("The array of classes"))
    return class_statistics(
        _measured(measured, bands), numbers.array, numbers.classes, ctx or quiet(), percents=tuple(percentiles)
    )


def separability(
    measured: Cube | Layer | Statistics, classes: LabelsLike | None = None, *, bands: Sequence[int] | None = None,
    ctx: Context | None = None,
) -> Separability:  # fmt: skip
    """How well each pair of classes can be told apart, the hardest first: Jeffries-Matusita distance and transformed
    divergence, both from 0 to 2.

    Args:
        measured: a cube or a layer, or statistics that were made of it.
        classes: as for `statistics`; not with statistics.
        bands: of a cube, from 0; of statistics the places of measurements; None for the good ones.

    Returns:
        `Separability`: `pairs` with `names`, `jeffries_matusita`, `divergence` and `best`, the two measurements that
        part them best; `notes` say where pixels are too few.

    Raises:
        HsiError: as `statistics`, or there are fewer than two classes.
    """
    if isinstance(measured, Statistics):
        if classes is not None:
            raise HsiError(say("Statistics have their classes in them."), say("Leave out the classes."))
        return separability_of(measured if bands is None else measured.of(bands), ctx)
    if classes is None:
        raise HsiError(say("Separability is of classes, and none are given."), say("Give labels, or a map."))
    return separability_of(statistics(measured, classes, bands=bands, percentiles=(), ctx=ctx), ctx)


def sample(
    truth: LabelsLike, per_class: int = 10, *, percent: float | None = None, seed: int = 0, split: str = "random",
    block: int = 16, guard: int | str = 8, strokes: int | None = None, pixels: int | None = None,
    cube: Cube | None = None, encoder: Encoder | None = None, command: str = "", ctx: Context | None = None,
) -> LabelSplit:  # fmt: skip
    """Draws labels to train on from a ground truth; the rest is for testing.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        per_class: pixels a class; `percent` of each class's pixels instead, where that is given.
        seed: the same seed draws the same pixels.
        split: "random" (anywhere), "block" (in squares apart from the test), "region" (in other regions than it) or
            "strokes" (as people paint); "strokes:2x12" for 2 strokes a class of at most 12 pixels.
        block: side of the squares in pixels.
        guard: unused pixels between training blocks or regions and test; "full" for as many as a map looks far, in its
            widest level of context.
        strokes: strokes a class (1), in place of `per_class`.
        pixels: of one stroke at most (25).
        cube: the scene; its pixels without data are then in neither part.
        encoder: whose maps a full guard is for; None for what is trained where nothing else is asked for.
        command: the command line that draws them, for the record.

    Returns:
        `LabelSplit`: `train` and `test` are `Labels`; never a pixel in both.

    Raises:
        HsiError: there is nothing to draw or to test, or a number is out of range.
    """
    context = ctx or quiet()
    named = split_of(split, strokes, pixels)
    seen = verbs.seen_by(encoder) if isinstance(guard, str) else {}
    spec = SplitSpec(
        per_class, seed, named.kind, percent, block, guard_of(guard, seen), named.strokes, named.pixels
    )  # fmt: skip
    valid = None if cube is None else cube.valid_mask(context.check)
    try:
        return verbs.sample(Labels.of(truth), spec, context, valid=valid, command=command)[1]
    except NothingToTestError as error:
        if isinstance(guard, int):
            raise
        raise HsiError(error.message, way_out(seen)) from error


def pretrain(
    cube: Cube | Sequence[Cube], method: str = "lscosa", *, preset: str = "quick", seed: int = 0, device: str = "auto",
    epochs: int | None = None, settings: Mapping[str, bool | int | float | str] | None = None,
    spec: PretrainSpec | None = None, folder: PathLike | None = None, labels: LabelsLike | None = None,
    resume: bool = False, begin_from: PathLike | None = None, command: str = "", ctx: Context | None = None,
) -> Encoder:  # fmt: skip
    """Learns an encoder from a cube, without labels; or from several cubes of one sensor.

    Args:
        cube: one scene, or a list: the encoder then belongs to the bands of the first, to which those of the others
            are matched by wavelength. It can embed each of them.
        method: "lscosa", "purified" or "contrastdm"; or a baseline, which learns nothing, such as "svm-pca-smooth".
        preset: "quick" (a minute or two on a laptop) or "paper" (as published).
        seed: of every random choice; the same seed gives the same encoder.
        device: "auto", "cpu", "cuda" or "mps".
        epochs: passes (paper) or steps (quick); 0 for the method's own network untrained, None for the preset's own.
        settings: other values of what decides a training, by name, such as `{"temperature": 0.2}`; `hsigui pretrain
            --method METHOD --list-settings` names all, with their ranges.
        spec: all of it at once, in place of the six words above.
        folder: the run is written there, so that `load_encoder` finds it; None keeps it in memory.
        labels: to watch the features by. Nothing is learned from them, but where epochs are counted ("paper") they
            decide when the training ends and which epoch is kept: never give those that you test on.
        resume: go on with the unfinished training in the folder.
        begin_from: folder of a run of the same method and sizes whose weights this training begins with.
        command: a command line that asked for it, kept with the run.

    Returns:
        `Encoder`: `encoder.losses` are those of every step, `encoder.seconds` how long it took.

    Raises:
        HsiError: a scene is too small, scenes have no bands in common, the method or device does not exist, memory does
            not suffice.
    """
    wanted = spec or PretrainSpec(method, preset, seed, device, epochs, settings=dict(settings or {}))
    if begin_from is not None:
        wanted = dataclasses.replace(wanted, begin_from=str(Path(begin_from).resolve()))
    to = None if folder is None else Path(folder)
    watched = None if labels is None else Labels.of(labels)
    return verbs.pretrain(cube, wanted, ctx or quiet(), to, labels=watched, resume=resume, command=command)


def load_encoder(folder: PathLike) -> Encoder:
    """The encoder of a run folder, as `pretrain` or the window wrote it.

    Raises:
        HsiError: the folder holds no run, or it is damaged.
    """
    from hsigui.methods import checkpoint

    return checkpoint.load(Path(folder))


def embed(
    cube: Cube, encoder: Encoder, *, folder: PathLike | None = None, device: str = "auto", ctx: Context | None = None
) -> SceneFeatures:
    """The features of every pixel of a cube, by an encoder trained on it or on another of the same bands.

    Args:
        folder: where they are kept and found again (the run's); None keeps them in memory.
        device: "auto", "cpu", "cuda" or "mps".

    Returns:
        `SceneFeatures`: `array` is rows x cols x features float16, `valid` says which pixels have data.

    Raises:
        HsiError: the cube's bands are not those that the encoder was trained on.
    """
    return verbs.embed(cube, encoder, ctx or quiet(), None if folder is None else Path(folder), device=device)


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
    filters: Filters | None = None, device: str = "auto", scratch: PathLike | None = None, ctx: Context | None = None,
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
    if isinstance(scene, Cube) and isinstance(classifier, KeptClassifier):
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
        by: "sam" (spectral angle), "sid" (information divergence), "sff" (feature fitting), "euclid", or "unmix" (the
            largest share of a mixture of the spectra).
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
    groups: Mapping[str, str] | str | None = None, pixels: Mapping[str, tuple[int, int]] | None = None,
    labels: LabelsLike | None = None, between: tuple[float, float] = (0.0, 0.0), filters: Filters | None = None,
    ctx: Context | None = None,
) -> Result:  # fmt: skip
    """Classifies every pixel of a scene by the spectrum that it is nearest to. Nothing is trained.

    Args:
        library: a file, a library, or name -> values, one a band of the cube; each spectrum is a class.
        by: "sam" (spectral angle), "sid" (information divergence), "sff" (feature fitting) or "euclid".
        threshold: what is farther from its nearest class is unclassified: rad for "sam"; None for no end.
        thresholds: the same for single classes, by name.
        spectra: names of those of the library that are used; None for all.
        groups: name of a spectrum -> name of its class, where several are one; or the title of a column of what the
            library says of its spectra.
        pixels: in place of a library: name of a class -> (row, column) of the pixel that stands for it.
        labels: in place of a library: class numbers, rows x cols; the mean spectrum of each class stands for it.
        between: nm; bands outside are left out. 0 for no end.
        filters: what is done with the map afterwards.

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
    table = None
    if library is not None:
        references = _references(library, spectra, groups)
    elif held is not None:
        table = verbs.on_scene(held, cube, "labels").classes
        references = list(matched.means_of(cube, held.array, table, on))
    else:
        references = [
            Reference(Target(name, tuple(cube.spectrum(*place).astype(float).tolist())), name, place=place)
            for name, place in (pixels or {}).items()
        ]
    matching = Matching(tuple(references), by, threshold, dict(thresholds or {}), *between)
    result = matched.match_map(cube, matching, on, classes=table, labels=held)
    return result if filters is None else result.filtered(filters, on.check)


def evaluate(
    maps: Result | PathLike | Sequence[Result | PathLike], truth: TruthLike | Sequence[TruthLike], *,
    labels: PathLike | Sequence[PathLike] | None = None, match: Mapping[str, str] | None = None,
    resample: bool = False, against: PathLike | Sequence[PathLike] = (), design: str = "", cube: Cube | None = None,
    spectra: bool = False, map_variable: str | None = None, truth_variable: str | None = None,
    labels_variable: str | None = None, map_background: str | float | None = None,
    truth_background: str | float | None = None, labels_background: str | float | None = None,
    truth_buffer: str | float | None = None, labels_buffer: str | float | None = None, command: str = "",
    ctx: Context | None = None,
) -> Evaluation:  # fmt: skip
    """How right a map is on labelled pixels; those that it was trained on are left out.

    Args:
        maps: a result, or the file of a map, made here or elsewhere; several are draws of one experiment.
        truth: class numbers, rows x cols, 0 for unknown, or their file; one for all maps or one for each.
        labels: files of the training labels of maps in files; None for those that the map's record names.
        match: name or number of a class of the map -> of the truth, where names differ.
        resample: a map of other pixels is read at the place of each pixel of the truth.
        against: other maps, tested on the same pixels: which is better.
        design: "stratified" (in each class of the map) or "random", where the test pixels are such a sample: areas are
            then estimated.
        cube: the scene, for the spectra of the classes in the report; that of a result is known.
        spectra: look for the scene of a map in a file, too, where its record names one.
        map_variable, truth_variable, labels_variable: name of the array, where a file holds several.
        map_background, truth_background, labels_background: numbers of a raster that mean no label; see `read_labels`.
        truth_buffer, labels_buffer: distance within which points and lines of a file label; likewise.
        command: the command line that evaluates, for the report.

    Returns:
        `Evaluation`: `oa`, `aa` and `kappa` (0 to 1), `accuracy` with the confusion matrix and the figures by class,
        `context` with the split, areas, draws and comparison. `save` writes it as a report.

    Raises:
        HsiError: a file cannot be read, map and truth do not fit, or no test pixel is left.
    """
    from hsigui.pipeline.evaluation import Asked, evaluate_maps
    from hsigui.pipeline.scoring import HowRead

    results = [maps] if isinstance(maps, Result | str | Path) else list(maps)
    references = [truth] if isinstance(truth, ClassRaster | np.ndarray | str | Path) else list(truth)
    wanted = [one if isinstance(one, Result) else Path(one) for one in results]
    truths = [Path(one) if isinstance(one, str | Path) else Labels.of(one, say("The truth")) for one in references]
    given: list[Path | None] = [None] if labels is None else [*_paths(labels)]
    others = _paths(against)
    asked = Asked(
        match, resample, _spread(others, len(wanted), say("maps to compare with")) if others else (), design, cube,
        spectra,
        command,
    )  # fmt: skip
    return evaluate_maps(
        wanted, _spread(truths, len(wanted), say("truth files")), _spread(given, len(wanted), say("files of labels")),
        asked,
        ctx or quiet(),
        as_read=HowRead(
            map_variable, truth_variable, labels_variable, map_background, truth_background, labels_background,
            truth_buffer, labels_buffer,
        ),
    )  # fmt: skip


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


def save(
    what: Result | Evaluation | ClassRaster | Encoder | Layer, path: PathLike, *, confidence: PathLike | None = None,
    entropy: PathLike | None = None, probabilities: PathLike | None = None, options: MapOptions | None = None,
    command: str = "", ctx: Context | None = None,
) -> list[Path]:  # fmt: skip
    """Writes a map, a report, labels, an encoder or a layer.

    - A `Result`: the map, in the format that the suffix names (.tif, .hdr, .mat, .png, .kmz, .gpkg), and beside it the
      record of how it came to be, which `evaluate` reads.
    - An `Evaluation`: a folder with the report as HTML, JSON and CSV.
    - `Labels`: a file (.tif, .hdr, .mat, .gpkg, .csv and others), with the record of their draw beside it.
    - An `Encoder`: a run folder, which `load_encoder` and the window read.
    - A `Layer`: .tif or ENVI, one of classes in any format of maps; its recipe is in the file and in the record beside.

    Args:
        confidence, entropy, probabilities: also write these layers of a result, .tif or ENVI.
        options: how a map or a layer is written.
        command: the command line that drew the map or made the layer, for its record.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix is unknown, a file cannot be written, or probabilities were not kept.
    """
    path = Path(path)
    if isinstance(what, ClassRaster):
        return _save_labels(what, path)
    if isinstance(what, Layer):
        from hsigui.pipeline.layers import save_layer

        return save_layer(what, path, [command] if command else [], options)
    from hsigui.pipeline.evaluation import Evaluation

    if isinstance(what, Evaluation):
        return what.write(path, ctx or quiet())
    if not isinstance(what, Result):
        from hsigui.methods import checkpoint

        return checkpoint.save(what, path)
    from hsigui.pipeline import writing
    from hsigui.pipeline.repeating import lines_with

    commands = lines_with(what, command) if command else None
    asked = {"confidence": confidence, "entropy": entropy, "probabilities": probabilities}
    layers = {name: Path(to) for name, to in asked.items() if to is not None}
    return writing.save_map(what, path, options=options, commands=commands, layers=layers)


def keep(
    result: Result, folder: PathLike | None = None, *, command: str = "", ctx: Context | None = None
) -> list[Path]:  # fmt: skip
    """Keeps the classifier of a map in a run folder, for `load_classifier` and for other scenes.

    Args:
        folder: of the run; None for the one that keeps the features.
        command: the command line that drew the map, for the records of maps of other scenes.

    Raises:
        HsiError: there is no such folder, it holds another run, or it cannot be written.
    """
    from hsigui.pipeline import kept_probe, writing

    to = result.run_folder if folder is None else Path(folder)
    if to is None:
        raise HsiError(
            say("There is no run folder to keep the classifier in."), say("Name one, or save the encoder first.")
        )
    return kept_probe.save(writing.kept_of(result, result.label_files(), ctx or quiet(), command), to)


def _measured(measured: Cube | Layer, bands: Sequence[int] | None) -> BandValues | LayerValues:
    if isinstance(measured, Cube):
        return BandValues(measured, bands)
    if bands is not None:
        raise HsiError(say("Bands are of a cube, and this is a layer."), say("Leave out the bands."))
    return LayerValues(measured)


def _targets(
    spectra: Mapping[str, NDArray[np.floating]] | SpectralLibrary | None, wavelengths: Sequence[float]
) -> list[Target]:
    if spectra is None:
        return []
    if isinstance(spectra, SpectralLibrary):
        given = dict(zip(spectra.names, spectra.good_values, strict=True))
        wavelengths = () if spectra.wavelengths is None else spectra.wavelengths.tolist()
    else:
        given = dict(spectra)
    return [
        Target(name, tuple(np.asarray(row, dtype=float).ravel().tolist()), tuple(map(float, wavelengths)))
        for name, row in given.items()
    ]


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
    targets = _targets(library, ())
    known = {each.name for each in targets}
    for name in (*(spectra or ()), *(groups or {})):
        if name not in known:
            raise HsiError(
                say("The library has no spectrum “{name}”.", name=name),
                say("It has {names}.", names=", ".join(sorted(known)[:20])),
            )
    wanted = known if spectra is None else set(spectra)
    return grouped((each for each in targets if each.name in wanted), groups, source)


def _save_labels(labels: ClassRaster, path: Path) -> list[Path]:
    from hsigui.pipeline import split

    written = write_classes(path, labels.array, labels.classes, labels.geo)
    if isinstance(labels, Labels) and labels.drawn is not None:
        written.append(split.save(labels.drawn, path))
    return written


def _drawn(own: MapSpec, smooth: float | None, edges: float | None, context: str | None) -> MapSpec:
    """How the map is drawn: as the method has it, but for what was given."""
    return MapSpec(
        own.smooth if smooth is None else smooth,
        own.edges if edges is None else edges,
        own.context if context is None else context,
    )


def _paths(given: PathLike | Sequence[PathLike]) -> list[Path]:
    return [Path(given)] if isinstance(given, str | Path) else [Path(path) for path in given]


def _spread(given: Sequence[T], count: int, what: str) -> Sequence[T]:
    """One for all maps, or as many as there are maps.

    Raises:
        HsiError: there are others.
    """
    if len(given) not in (1, count):
        raise HsiError(
            say("There are {count} maps and {given_count} {what}.", count=count, given_count=len(given), what=what),
            say("Give one for all maps, or one for each."),
        )
    return list(given) * count if len(given) == 1 else given
