"""What `hsigui classify` does: the map of a scene from its labels, or maps of other cubes by the kept classifier."""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.commands.console import counted, run_with_progress, tell, typed
from hsigui.commands.outputs import check_folder, check_outputs
from hsigui.commands.reading import reading
from hsigui.cube.band_matching import matched
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.pipeline import batch, kept_probe, provenance
from hsigui.pipeline.kept_probe import KeptProbe
from hsigui.report.filters import filtered
from hsigui.report.maps import MapOptions, export_map
from hsigui.report.rasters import write_layers
from hsigui.report.table import layer_suffixes, map_suffixes
from hsigui.specs import MapSpec

TABLE = "outcomes.csv"
HELD_BYTES = 1_000_000_000  # of features in memory; more lie in a scratch file beside the map


def classify(arguments: argparse.Namespace) -> None:
    """Fits the probe to labels and draws the map of their scene; or draws maps with the probe that the run keeps.

    Raises:
        HsiError: options do not go together, a file cannot be read or written, or a cube failed.
    """
    cubes = batch.found(arguments.cubes)
    if arguments.labels is not None:
        _fit_and_map(arguments, _the_one(cubes, arguments))
    elif arguments.out_dir is not None:
        _map_many(arguments, cubes)
    else:
        _map_one(arguments, _the_one(cubes, arguments))


def _the_one(cubes: tuple[Path, ...], arguments: argparse.Namespace) -> Path:
    if arguments.labels is not None and arguments.probe == "kept":
        raise HsiError("Either labels or the kept classifier can be used.", "Leave out --labels or --probe kept.")
    if len(cubes) > 1:
        hint = "Name a folder for the maps with --out-dir."
        if arguments.labels is not None:
            hint = "Classify the scene of the labels first, then all cubes with --probe kept and --out-dir."
        raise HsiError(f"{len(cubes)} cubes cannot be classified into one map or from the labels of one.", hint)
    if arguments.out is None:
        raise HsiError("It is not said where the map goes.", "Name it with --out.")
    return cubes[0]


@dataclass(frozen=True)
class _Drawn:
    """A map as it is written: the filters have gone over `classes`."""

    cube: Cube
    classes: NDArray[np.uint16]
    result: Any
    probe: Any
    encoder: Any
    spec: MapSpec
    seconds: dict[str, float]
    notes: tuple[str, ...] = ()


def _fit_and_map(arguments: argparse.Namespace, path: Path) -> None:
    """The map of the labels' own scene; its classifier is kept in the run."""
    check_outputs([path, arguments.labels], _outputs(arguments))
    cube = open_cube(path, **reading(arguments))
    grid = Grid(cube.rows, cube.cols, cube.geo)
    labels = read_classes(arguments.labels, variable=arguments.labels_variable, grid=grid)
    require_same_size(labels.array.shape, (cube.rows, cube.cols), "labels")
    require_same_place(labels.geo, cube.geo, (cube.rows, cube.cols), "labels")
    _asked(arguments)  # refused now rather than after the features are made
    drawn = run_with_progress(lambda ctx: _fitted(cube, labels, arguments, ctx), "Loading PyTorch")
    _write(drawn, labels.classes, arguments, arguments.out, (arguments.labels, labels.array))
    without = [c.name for c in labels.classes if not (labels.array == c.number).any()]
    if without:
        tell(f"without labels, so not in the map: {', '.join(without)}")
    print(f"{counted(drawn.classes, 'pixel')} -> {arguments.out}")


def _fitted(cube: Cube, labels: ClassRaster, arguments: argparse.Namespace, ctx: Context) -> _Drawn:
    from hsigui.methods import checkpoint
    from hsigui.pipeline.classify import classify as draw_map
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.probe import fit_probe

    encoder = checkpoint.load(arguments.run_folder)
    started = time.perf_counter()
    another = encoder.scene.get("fingerprint") != fingerprint(cube)
    features = embed(cube, encoder, ctx, arguments.run_folder, device=arguments.device)
    if another and (said := batch.other_unit(cube, encoder.transform, ctx.check)):
        ctx.warn(said)
    embedded = time.perf_counter()
    spec = dataclasses.replace(encoder.recipe.map, **_asked(arguments))
    probe = fit_probe(features, labels.array, encoder.recipe.probe, ctx)
    result = draw_map(features, probe, spec, ctx, keep=arguments.probabilities is not None)
    classes = _filtered(result.classes, arguments, ctx)
    seconds = {"features": embedded - started, "probe and map": time.perf_counter() - embedded}
    _keep(cube, encoder, features, probe, spec, labels, arguments, ctx)
    return _Drawn(cube, classes, result, probe, encoder, spec, seconds)


def _keep(
    cube: Cube, encoder: Any, features: Any, probe: Any, spec: MapSpec, labels: ClassRaster,
    arguments: argparse.Namespace, ctx: Context,
) -> None:  # fmt: skip
    """Keeps the classifier in the run, where that can be written; the map does not depend on it."""
    source = str(arguments.labels.resolve())
    kept = kept_probe.of_scene(cube, encoder, features, probe, spec, labels.array, labels.classes, source, ctx)
    try:
        kept_probe.save(kept, arguments.run_folder)
    except HsiError as error:
        ctx.warn(f"The classifier is not kept for other cubes: {error.message}")


def _map_one(arguments: argparse.Namespace, path: Path) -> None:
    """The map of another cube by the kept classifier."""
    check_outputs([path], _outputs(arguments))
    _asked(arguments)

    def work(ctx: Context) -> tuple[_Drawn, KeptProbe]:
        encoder, kept = _loaded(arguments.run_folder)
        return _mapped(path, encoder, kept, arguments, arguments.out, ctx), kept

    drawn, kept = run_with_progress(work, "Loading PyTorch")
    _write(drawn, kept.classes, arguments, arguments.out, kept)
    print(f"{counted(drawn.classes, 'pixel')} -> {arguments.out}")


def _map_many(arguments: argparse.Namespace, cubes: tuple[Path, ...]) -> None:
    """Maps of many cubes, a table of what became of each, and what failed as one error at the end."""
    single = ("out", "confidence", "entropy", "probabilities")
    if given := [name for name in single if getattr(arguments, name) is not None]:
        raise HsiError(f"--{given[0]} is for one cube.", "Maps of several go to --out-dir.")
    maps = map_suffixes()
    if arguments.format not in maps:
        raise HsiError(f"Maps cannot be written as {arguments.format}.", f"Choose one of {', '.join(maps)}.")
    asked = _asked(arguments)
    check_folder(arguments.out_dir)
    wanted = batch.orders(cubes, arguments.out_dir, arguments.format)
    table = arguments.table or arguments.out_dir / TABLE
    check_outputs(list(cubes), [(table, (".csv",)), *((order.map, maps) for order in wanted)])
    run, read = kept_probe.identity(arguments.run_folder), {k: str(v) for k, v in reading(arguments).items()}
    settings = json.dumps([run, asked, _filters(arguments), dataclasses.asdict(_options(arguments)), read])

    def work(ctx: Context) -> tuple[batch.Outcome, ...]:
        encoder, kept = _loaded(arguments.run_folder)

        def make(order: batch.Order, one: Context) -> batch.Outcome:
            drawn = _mapped(order.cube, encoder, kept, arguments, order.map, one)
            _write(drawn, kept.classes, arguments, order.map, kept)
            count, classes = int(np.count_nonzero(drawn.classes)), len(np.unique(drawn.classes[drawn.classes > 0]))
            said = " ".join(drawn.notes)
            size = drawn.cube.shape
            return batch.Outcome(str(order.cube), batch.MADE, str(order.map), *size, count, classes, message=said)

        return batch.run(wanted, make, settings, table, ctx)

    outcomes = run_with_progress(work, "Loading PyTorch")
    _print_table(outcomes, table)
    if failed := [line for line in outcomes if line.outcome == batch.FAILED]:
        raise HsiError(
            f"{len(failed)} of {len(outcomes)} cubes failed: {', '.join(Path(line.cube).name for line in failed)}.",
            f"The reasons are in {table}; the same command makes only these again.",
        )


def _print_table(outcomes: tuple[batch.Outcome, ...], table: Path) -> None:
    width = max(len(Path(line.cube).name) for line in outcomes)
    print(f"{'cube':{width}}  {'outcome':9}  {'pixels':>10}  {'seconds':>7}  map, or why not")
    for line in outcomes:
        pixels, seconds = (str(line.pixels), f"{line.seconds:.1f}") if line.outcome != batch.FAILED else ("", "")
        what = line.message if line.outcome == batch.FAILED else line.map
        print(f"{Path(line.cube).name:{width}}  {line.outcome:9}  {pixels:>10}  {seconds:>7}  {what}")
    print(f"Table: {table}")


def _loaded(folder: Path) -> tuple[Any, KeptProbe]:
    kept = kept_probe.load(folder)  # first: it loads no torch
    from hsigui.methods import checkpoint

    return checkpoint.load(folder), kept


def _mapped(
    path: Path, encoder: Any, kept: KeptProbe, arguments: argparse.Namespace, out: Path, ctx: Context
) -> _Drawn:
    """The map of a cube by the kept classifier, seen in the bands, components and standard scores of its scene."""
    from hsigui.pipeline.classify import classify as draw_map
    from hsigui.pipeline.embed import embed

    started = time.perf_counter()
    cube = open_cube(path, **reading(arguments))
    trained = encoder.scene
    bands = trained.get("shape", (0, 0, cube.bands))[2]
    wanted = trained.get("wavelengths_nm", ())
    cube = matched(cube, wanted, bands, encoder.transform.good)
    nameless = "It names no wavelengths: its bands are taken for those of the run, one by one."
    if said := batch.other_unit(cube, encoder.transform, ctx.check):
        ctx.warn(said)
    size = cube.rows * cube.cols * len(kept.mean) * 2
    with _scratch(out, size) as folder:
        features = embed(cube, encoder, ctx, folder, device=arguments.device, known=kept.transforms)
        features = kept.fitted_to(features)
        embedded = time.perf_counter()
        spec = dataclasses.replace(kept.drawn, **_asked(arguments))
        result = draw_map(features, kept.probe, spec, ctx, keep=arguments.probabilities is not None)
        del features
    classes = _filtered(result.classes, arguments, ctx)
    seconds = {"features": embedded - started, "map": time.perf_counter() - embedded}
    notes = tuple(filter(None, (*cube.info.notes, nameless if cube.wavelengths is None and len(wanted) else "", said)))
    return _Drawn(cube, classes, result, kept.probe, encoder, spec, seconds, notes)


@contextmanager
def _scratch(out: Path, size: int) -> Iterator[Path | None]:
    """A folder beside the map for features that are too large for memory; None for others."""
    if size <= HELD_BYTES:
        yield None
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".features-", dir=out.parent, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _write(
    drawn: _Drawn, classes: Any, arguments: argparse.Namespace, out: Path,
    origin: KeptProbe | tuple[Path, NDArray[np.uint16]],
) -> None:  # fmt: skip
    """Writes the map with the record of how it came to be, and the measurements that were asked for."""
    cube, result = drawn.cube, drawn.result
    export_map(out, drawn.classes, classes, cube.geo, options=_options(arguments), title=cube.name)
    if arguments.confidence:
        write_layers(arguments.confidence, result.confidence[:, :, None], ("confidence",), cube.geo)
    if arguments.entropy:
        write_layers(arguments.entropy, result.entropy[:, :, None], ("entropy",), cube.geo)
    if arguments.probabilities:
        names = [classes.get(int(number)).name for number in drawn.probe.numbers]
        write_layers(arguments.probabilities, result.probabilities, names, cube.geo)
    record = provenance.describe_run(
        cube, drawn.encoder, drawn.encoder.recipe.probe, drawn.spec, seconds=drawn.seconds, command=typed(arguments),
        labels=origin if isinstance(origin, tuple) else None, refinement=drawn.probe.refinement,
    )  # fmt: skip
    if isinstance(origin, KeptProbe):
        record = _of_kept(record, origin, cube)
    if filters := _filters(arguments):
        settings = {**record.settings, "Map": {**record.settings["Map"], **filters}}
        record = dataclasses.replace(record, settings=settings)
    provenance.save(record, out, drawn.classes)


def _of_kept(record: provenance.Provenance, kept: KeptProbe, cube: Cube) -> provenance.Provenance:
    """The record of a map by a kept classifier: whose labels, and that no pixel of it was trained on if it is new."""
    settings = {**record.settings, "Classifier": {"fitted on": str(kept.about.get("scene", ""))}}
    if kept.about.get("fingerprint") != fingerprint(cube):
        return dataclasses.replace(record, settings=settings)
    return dataclasses.replace(
        record, settings=settings, labels=str(kept.about["labels"]), labels_sha256=str(kept.about["labels_sha256"])
    )


def _asked(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the options say of drawing the map.

    Raises:
        HsiError: a value is out of range.
    """
    names = [f.name for f in dataclasses.fields(MapSpec)]
    asked = {name: value for name in names if (value := getattr(arguments, name, None)) is not None}
    MapSpec(**asked)
    return asked


def _filters(arguments: argparse.Namespace) -> dict[str, Any]:
    """The filters in words, for records."""
    found: dict[str, Any] = {}
    if arguments.majority:
        found["majority filter (pixels)"] = arguments.majority
    if arguments.sieve:
        found["sieve (pixels, connectivity)"] = f"{arguments.sieve}, {arguments.connectivity}"
    return found


def _filtered(array: NDArray[np.uint16], arguments: argparse.Namespace, ctx: Context) -> NDArray[np.uint16]:
    return filtered(
        array, majority=arguments.majority, sieve=arguments.sieve, connectivity=arguments.connectivity, check=ctx.check
    )


def _options(arguments: argparse.Namespace) -> MapOptions:
    return MapOptions(cloud=arguments.cog)


def _outputs(arguments: argparse.Namespace) -> list[tuple[Path, tuple[str, ...]]]:
    outputs: list[tuple[Path, tuple[str, ...]]] = [(arguments.out, map_suffixes())]
    given = (arguments.confidence, arguments.entropy, arguments.probabilities)
    return outputs + [(path, layer_suffixes()) for path in given if path is not None]
