"""How a map came to be: written beside it as JSON, read again when the map is scored, printed in the report.

The record stands beside the map, with its name and `.hsigui.json`: `"format": "hsigui-map"`, `map_sha256` (of the class
numbers, so that a record is never taken for another map), `scene` (name, rows, cols, bands), `settings` (section ->
name -> value), `seeds`, `device`, `seconds` (step -> seconds), `labels` (path of the training labels) with
`labels_variable` (which array of that file, where it holds several), `labels_background` (which of its numbers mean no
label, where the user said so), `labels_buffer` (within which its points and lines label, likewise) and `labels_sha256`
(of their class numbers), `transductive` (the encoder saw this scene), `commands` (which make the map again in an empty
folder), `cube` (its path), `hashes` (of the cube and the weights), `reach` (half the encoder's receptive field in
pixels), `edge_reach` (of averages that stop at edges), `influence` (level of context -> how many pixels far it looks,
see `influence`) and `masked_out` (the file of the pixels that pretraining did not see) with `masked_out_sha256`,
`chosen_by` (labels that chose something besides the classifier: `what` they chose, `file`, `variable`, `sha256`,
`pixels`), and `confidence` (path of the layer of that name, where it was written with the map) with `confidence_sha256`
(of its values). Of a map by spectra also `matching` (see `analysis.references.Matching.to_json`) and `no_data` (in
which pixels the scene has no data, as bits from the upper left pixel on, deflated, base64; empty for none). `masks` are
those that took pixels out of a use: each with `name`, `use` ("pretrain" or "map"), `recipe` (as options of `hsigui
mask`), `steps`, `pixels`, `area_m2`, `sha256` and `file`. Of a finished map also `finishing` (see `finished_record`)
and `no_data`. Loads no torch.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui import __version__, untrusted
from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Cube, Geo
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.flips import Flip, flips
from hsigui.cube.masked import masks_told
from hsigui.labels.background import OF_MASKS
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.masks.mask import area_told
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.methods.settings import told
from hsigui.report.context import EPOCH, ReportContext
from hsigui.report.maps import LegendRow
from hsigui.report.table import exporter
from hsigui.saving import written_beside
from hsigui.specs import Level, MapSpec, ProbeSpec, Recipe
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.encoders import Network
    from hsigui.methods.probe import Probe, Refinement

FORMAT = "hsigui-map"
_USES = {"pretrain": say("pretraining"), "map": say("map"), "statistics": say("statistics")}
PACKAGES = ("numpy", "scipy", "scikit-learn", "torch")


@dataclass(frozen=True)
class Provenance:
    """What a report says of a map besides its accuracy; see the module's text for the fields."""

    scene: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    device: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    labels: str = ""
    labels_sha256: str = ""
    labels_variable: str = ""
    labels_background: str = ""
    labels_buffer: str = ""
    transductive: bool = False
    commands: tuple[str, ...] = ()
    pixel_area_m2: float | None = None
    cube: str = ""
    hashes: Mapping[str, str] = field(default_factory=dict)
    reach: int | None = None
    masked_out: str = ""
    masked_out_sha256: str = ""
    edge_reach: float | None = None
    influence: Mapping[str, int] = field(default_factory=dict)
    chosen_by: tuple[Mapping[str, Any], ...] = ()
    confidence: str = ""
    confidence_sha256: str = ""
    matching: Mapping[str, Any] = field(default_factory=dict)
    no_data: str = ""
    finishing: Mapping[str, Any] = field(default_factory=dict)
    map_sha256: str = field(default="", compare=False)  # of the map that it stands beside; empty of one in memory
    masks: tuple[Mapping[str, Any], ...] = ()

    def context(self, title: str, legend: tuple[LegendRow, ...], notes: tuple[str, ...] = ()) -> ReportContext:
        """The report's text about this map."""
        return ReportContext(
            title=title,
            cube_name=str(self.scene.get("name", "")),
            rows=int(self.scene.get("rows", 0)),
            cols=int(self.scene.get("cols", 0)),
            bands=int(self.scene.get("bands", 0)),
            settings=self.settings,
            seeds=self.seeds,
            versions=versions(),
            device=self.device,
            seconds=self.seconds,
            commands=self.commands,
            transductive=self.transductive,
            legend=legend,
            pixel_area_m2=self.pixel_area_m2,
            notes=notes,
            hashes={
                **self.hashes,
                **({"labels": self.labels_sha256} if self.labels_sha256 else {}),
                **({"masked out": self.masked_out_sha256} if self.masked_out_sha256 else {}),
            },
        )


def describe_run(
    cube: Cube, encoder: Encoder, probe: ProbeSpec, map_spec: MapSpec, *,
    seconds: Mapping[str, float] | None = None, labels: tuple[Path, NDArray[np.uint16]] | None = None,
    command: str = "", fitted: Probe | None = None,
) -> Provenance:  # fmt: skip
    """The record of a map made from this cube. The labels are rows x cols.

    Args:
        seconds: of the steps after pretraining.
        labels: file of the training labels and what it held, where they are in one.
        command: the command line that draws the map, where there is one.
        fitted: the classifier that drew the map: how it chose its context, and how its features were refined.
    """
    from hsigui.methods.checkpoint import weights_sha256  # loads torch, as whoever has an encoder did
    from hsigui.pipeline.influence import influence

    asked = encoder.spec
    cube_hash = scene_fingerprint(cube)
    masked, masks = encoder.scene.get("masked_out", {}), _masks_of(encoder, cube)
    masked_file = asked.mask_out or _one_file(masked)
    refinement = None if fitted is None else fitted.refinement
    on_this_scene = encoder.epochs > 0 and cube_hash in encoder.fingerprints
    return Provenance(
        scene={"name": cube.name, "rows": cube.rows, "cols": cube.cols, "bands": cube.bands},
        settings={
            **({"Scene": said} if (said := chosen_of(cube)) else {}),
            "Pretraining": {
                "method": asked.method,
                "preset": asked.preset,
                "epochs or steps": encoder.epochs,
                **({"weights kept": encoder.kept_in_words} if encoder.kept else {}),
                **({"ended early": encoder.stopped} if encoder.stopped else {}),
                **({"weights": say("untrained network of its own shape")} if encoder.untrained else {}),
                "trained on": encoder.scene_names,
                **({"bands": encoder.bands["words"]} if encoder.bands else {}),
                **({"began with": str(encoder.begun_from["name"])} if encoder.begun_from else {}),
                **({"masked out": say("{pixels} pixels", pixels=masked["pixels"])} if masked else {}),
            },
            **({"Training": _training(encoder)} if encoder.settings else {}),
            "Features": _features(encoder),
            "Probe": _probe(probe, fitted),
            **({} if refinement is None else {"Refinement": _refinement(refinement)}),
            **({"Context": context} if (context := _context(fitted, map_spec)) else {}),
            "Map": {
                "smoothing of probabilities (pixels)": map_spec.smooth,
                "smoothing within edges (tolerance)": _tolerance(encoder.recipe, map_spec),
            },
            **({"Confidence": calibrated} if (calibrated := _calibrated(fitted)) else {}),
            **({"Masks": told_of_masks(masks)} if masks else {}),
        },
        seeds={"pretraining": asked.seed} | ({"probe": probe.seed} if probe.classifier in ("svm", "forest") else {}),
        device=encoder.device_name,
        seconds={"pretraining": round(encoder.seconds, 3), **(seconds or {})},
        transductive=on_this_scene and not masked_file,
        labels=str(labels[0].resolve()) if labels else "",
        labels_sha256=raster_hash(labels[1]) if labels else "",
        commands=tuple(filter(None, (encoder.command, command))),
        pixel_area_m2=pixel_area(cube.geo, (cube.rows, cube.cols)),
        cube=cube.where,
        hashes={"cube": cube_hash, "weights": weights_sha256(encoder)},
        reach=reach(encoder),
        edge_reach=edge_reach(encoder.recipe, map_spec, fitted),
        influence=influence(encoder.recipe, reach(encoder) or 0, map_spec, fitted),
        chosen_by=_chosen_by(encoder, cube_hash),
        masked_out=masked_file if masked and on_this_scene else "",
        masked_out_sha256=masked.get("sha256", "") if masked_file and on_this_scene else "",
        masks=masks,
    )


def _masks_of(encoder: Encoder, cube: Cube) -> tuple[Mapping[str, Any], ...]:
    """The masks of the pretraining and of the map."""
    scenes = encoder.scenes or (encoder.scene,)
    learned = [mask for scene in scenes for mask in scene.get("masked_out", {}).get("masks", ())]
    return (*learned, *masks_told(cube))


def _one_file(masked: Mapping[str, Any]) -> str:
    """The file of the only mask of a pretraining; empty where there are several, or it is in none."""
    masks = masked.get("masks", ())
    return str(masks[0].get("file", "")) if len(masks) == 1 else ""


def told_of_masks(masks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Masks for a report: name and use -> what they mask out and by which recipe."""
    return {
        f"{mask['name']} ({_USES.get(mask['use'], mask['use'])})": say(
            "{size}: {recipe}", size=_size_of(mask), recipe=mask["recipe"]
        )
        for mask in masks
    }


def _size_of(mask: Mapping[str, Any]) -> str:
    pixels = say_number("{count:,} pixel", "{count:,} pixels", mask["pixels"])
    return f"{pixels}, {area_told(mask['area_m2'])}" if "area_m2" in mask else pixels


def chosen_of(cube: Cube) -> dict[str, str]:
    """What of the scene was left out, taken in or made of it, by choice and not by its file. Bands count from 1."""
    info = cube.info
    numbers = {
        name: ", ".join(str(band + 1) for band in bands)
        for name, bands in (("bands left out", info.left_out), ("bands taken in", info.taken_in))
    }
    others = {"prepared by": "; ".join(info.history), "quality masks": ", ".join(info.quality)}
    return {name: value for name, value in {**others, **numbers}.items() if value}


def reach(encoder: Encoder) -> int | None:
    """Half the encoder's receptive field in pixels: how far from a pixel its features look; None without an encoder."""
    return network_reach(encoder.network)


def network_reach(network: Network) -> int | None:
    """As `reach`, of an encoder's network."""
    return (network.patch // 2 or network.halo) if network.width else None


def edge_reach(recipe: Recipe, map_spec: MapSpec, fitted: Probe | None = None) -> float | None:
    """Standard deviation in pixels, where nothing changes, of the widest average that stops at edges; None without.

    Args:
        fitted: the classifier; of several levels of context those count that it gives weight. None for all.
    """
    from hsigui.pipeline.edge_pooling import COMPONENT_REACH, ENCODER_REACH
    from hsigui.pipeline.map_parts import EDGE_REACH

    rows = [(level.name, level.features, level.edges) for level in recipe.levels]
    if not rows:
        rows = [("", recipe.features, recipe.edges)]
    if isinstance(fitted, LevelledProbe):
        heard = {part.level for part in fitted.heard(map_spec.context)}
        rows = [row for row in rows if row[0] in heard]
    elif recipe.levels and map_spec.context:
        rows = [row for row in rows if row[0] == map_spec.context]
    found = []
    for _, features, edges in rows:
        drawn = edges if map_spec.edges is None else map_spec.edges
        wanted = (features.encoder and features.pooled, features.edge_aware, drawn)
        reaches = (ENCODER_REACH, COMPONENT_REACH, EDGE_REACH)
        found += [reach for asked, reach in zip(wanted, reaches, strict=True) if asked]
    return max(found, default=None)


def _tolerance(recipe: Recipe, map_spec: MapSpec) -> Any:
    """The tolerance of the map's smoothing, or words where each level has its own."""
    if map_spec.edges is not None:
        return map_spec.edges
    if recipe.levels:
        return ", ".join(f"{level.name} {level.edges:g}" for level in recipe.levels)
    return recipe.edges


def _context(fitted: Probe | None, map_spec: MapSpec) -> dict[str, Any]:
    """How much of a pixel's surroundings counted, and what the labels said of each level; empty without levels."""
    if not isinstance(fitted, LevelledProbe):
        return {}
    found: dict[str, Any] = {
        "chosen by": "user" if map_spec.context else "labels",
        "weighs most": map_spec.context or fitted.main,
    }
    for name, figures in fitted.figures.items():
        words = [say("{weight:.0f} % of the mixture", weight=100 * figures.weight)]
        if not math.isnan(figures.estimate):
            words.append(say("{estimate:.1f} % of held back labels", estimate=100 * figures.estimate))
        if not math.isnan(figures.agreement):
            words.append(say("{agreement:.1f} % as its neighbours", agreement=100 * figures.agreement))
        found[name] = ", ".join(words)
    return found


def _calibrated(fitted: Probe | None) -> dict[str, Any]:
    """How the probabilities were calibrated; empty where nobody asked."""
    calibration = None if fitted is None else fitted.calibration
    if calibration is None:
        return {}
    found: dict[str, Any] = {"temperature": round(calibration.temperature, 4), "how": calibration.words}
    if math.isfinite(calibration.near):
        found["map in fields with a label"] = say("{near:.0f} %", near=100 * calibration.near)
    return found


def _chosen_by(encoder: Encoder, cube_hash: str) -> tuple[Mapping[str, Any], ...]:
    """The labels that chose something of a map besides those that its classifier was fitted to; those of another scene
    hold no test pixel of this one."""
    watched = encoder.watched_by
    if not watched.get("chose") or encoder.scene.get("fingerprint") != cube_hash:
        return ()
    return (
        {
            "what": EPOCH,
            **{
                name: watched[name]
                for name in ("file", "variable", "background", "buffer", "sha256", "pixels")
                if name in watched
            },
        },
    )


def _training(encoder: Encoder) -> dict[str, Any]:
    """All that was set of the training, by the names that `--set` takes, and what it ran in."""
    spec = encoder.spec
    about: dict[str, Any] = {name: told(value) for name, value in encoder.settings.items()}
    if encoder.epochs:
        about |= {"precision": encoder.precision or spec.precision, "monitor": encoder.monitor or "none"}
        about |= {} if spec.patience is None else {"patience": spec.patience}
        about |= {} if encoder.threads is None else {"threads": encoder.threads}
    return about


def _level_words(level: Level, encoder: Encoder) -> str:
    """What a level of context sees of a pixel, in words."""
    spec = level.features
    found = []
    if spec.encoder and encoder.width:
        how = say("as they are")
        if spec.softened:
            how = say("smoothed by {softened:g} pixels", softened=spec.softened)
        if spec.pooled:
            how = say("averaged within edges of {pooled:g}", pooled=spec.pooled)
        found.append(say("{width} features of the encoder {how}", width=encoder.width, how=how))
    sigmas = ", ".join(f"{sigma:g}" for sigma in spec.smoothed)
    found.append(say("{components} components smoothed by {sigmas}", components=spec.components, sigmas=sigmas))
    if spec.edge_aware:
        tolerances = ", ".join(f"{tolerance:g}" for tolerance in spec.edge_aware)
        found.append(say("averaged within edges of {tolerances}", tolerances=tolerances))
    return "; ".join(found)


def _features(encoder: Encoder) -> dict[str, Any]:
    """The blocks of features that the classifier saw."""
    if encoder.recipe.levels:
        return {level.name: _level_words(level, encoder) for level in encoder.recipe.levels}
    spec = encoder.recipe.features
    found: dict[str, Any] = {}
    if spec.encoder:
        found["encoder"] = say("{width} features", width=encoder.width)
    if spec.raw:
        found["bands"] = "standardised"
    if spec.smoothed or spec.superpixels or spec.edge_aware:
        found["principal components"] = spec.components
    if spec.smoothed:
        found["smoothed (pixels)"] = ", ".join(f"{sigma:g}" for sigma in spec.smoothed)
    if spec.superpixels:
        found["means of superpixels"] = ", ".join(map(str, spec.superpixels))
    if spec.edge_aware:
        found["smoothed within edges (tolerance)"] = ", ".join(f"{tolerance:g}" for tolerance in spec.edge_aware)
    if spec.encoder and spec.pooled:
        found["encoder's features averaged within edges (tolerance)"] = spec.pooled
    return found


def _refinement(how: Refinement) -> dict[str, Any]:
    """How strongly the features were refined, what that did to the labelled classes, and by what it was chosen."""
    found: dict[str, Any] = {"t*": how.t_star, "synthetic rows": how.synthetic_rows}
    pairs = {
        "spread within classes": (how.compactness_before, how.compactness_after),
        "Fisher ratio": (how.separation_before, how.separation_after),
    }
    for name, values in pairs.items():
        if all(map(math.isfinite, values)):  # no class of two labels, no spread
            found |= {f"{name}, {when}": round(v, 3) for when, v in zip(("before", "after"), values, strict=True)}
    if how.scores:
        told = (say("{score:.1f} % at t {time}", score=100 * score, time=time) for time, score in how.scores.items())
        found["cross-validated accuracy"] = ", ".join(told)
    else:
        found["chosen"] = say("by default: too few labels to cross-validate")
    return found


def _probe(spec: ProbeSpec, fitted: Probe | None) -> dict[str, Any]:
    """The classifier, what was set of it and what its labels chose."""
    title = {
        "logistic": say("multinomial logistic regression"),
        "svm": say("support vector machine, RBF kernel"),
        "forest": say("random forest"),
        "ridge": say("ridge regression on class indicators, in closed form"),
    }[spec.classifier]
    found: dict[str, Any] = {"classifier": title}
    if spec.classifier == "logistic":
        found["C"] = spec.strength
    elif spec.classifier == "svm":
        found["C"] = say("chosen among 1, 10, 100 and 1000 by cross-validation on the labels")
        found["kernel width"] = say("1 over the number of features and their variance in the labels")
        if (penalty := getattr(fitted, "penalty", None)) is not None:
            found["C that was chosen"] = penalty
    return found


def save(record: Provenance, map_path: Path, array: NDArray[np.uint16]) -> Path:
    """Writes the record beside a map; `array` are the map's class numbers. `array` is rows x cols."""
    return save_of(record, map_path, raster_hash(array))


def save_of(record: Provenance, map_path: Path, map_sha256: str) -> Path:
    """As `save`, of a map whose `raster_hash` is known."""
    path = record_path(map_path)
    about = {"format": FORMAT, "program": f"hsigui {__version__}", **asdict(record), "map_sha256": map_sha256}
    with written_beside(path) as (beside,):
        beside.write_text(json.dumps(about, indent=1), encoding="utf-8")
    return path


@untrusted.reads
def load(map_path: Path, array: NDArray[np.uint16]) -> Provenance | None:
    """The record beside a map; None where there is none, or where it is of another map than these class numbers.
    `array` is rows x cols."""
    # A map that was written from its northern row on is the same map.
    hashes = {raster_hash(flip.array(array)) for flip in (Flip(), *flips())}
    names = {map_path, *(map_path.with_suffix(suffix) for suffix in exporter("envi").suffixes)}
    for path in (record_path(name) for name in sorted(names, key=lambda name: name != map_path)):
        try:
            values = untrusted.json_of(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            continue
        if values.get("map_sha256") in hashes:
            known = {name: values[name] for name in Provenance.__dataclass_fields__ if name in values}
            lists = {name: tuple(known.get(name, ())) for name in ("commands", "chosen_by", "masks")}
            return Provenance(**{**known, **lists})
    return None


def masked_out(record: Provenance | None, grid: Grid) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """The pixels that were masked out of pretraining, where there were some, and what to say where they are lost. Rows
    x cols."""
    if record is None or not record.masked_out:
        return None, ()
    path = Path(record.masked_out)
    if path.exists():
        mask = read_classes(path, grid=grid, background=OF_MASKS).array != 0
        if raster_hash(mask) == record.masked_out_sha256:
            return mask, ()
    return None, (
        say("Pixels were masked out of pretraining, but {name} has moved or changed: whether they are the test "
            "pixels is not known.", name=path.name),
    )  # fmt: skip


def record_path(map_path: Path) -> Path:
    return map_path.with_name(map_path.name + ".hsigui.json")


def raster_hash(array: NDArray[np.integer] | NDArray[np.bool_]) -> str:
    """SHA-256 over the size and the class numbers of a raster, whatever format it is kept in (rows x cols)."""
    digest = hashlib.sha256(repr(array.shape).encode())
    digest.update(np.ascontiguousarray(array, dtype="<u2").tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of this program, Python and the packages that decide the numbers."""
    found = {"hsigui": __version__, "Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:  # a frozen bundle may carry no such record
            found[package] = "unknown"
    return found


def pixel_area(geo: Geo, shape: tuple[int, ...]) -> float | None:
    """Square metres a pixel on average, where the place of a scene or map of these rows and columns is known."""
    found = pixel_areas(geo, shape)
    return None if found is None else found.mean
