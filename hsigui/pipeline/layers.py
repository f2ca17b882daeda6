"""Layers as files: GeoTIFF or ENVI with names and recipe in them, and beside them the record of how they came to be.

The record has the layer's file name and `.hsigui.json`: `"format": "hsigui-layer"`, `layer` (its name), `names` and
`units` of the measurements, `recipe` (see `LayerRecipe.to_json`), `figures`, `notes`, `scene` (name, rows, cols,
bands), `cube` (where it is), `hashes` (of the cube), `map_sha256` (of the class numbers of a map), `versions` and
`commands` (which make the file again). No torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import __version__, untrusted
from hsigui.analysis.layer import Layer
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.masked import masks_told
from hsigui.pipeline.provenance import raster_hash, record_path, versions
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.rasters import write_layers
from hsigui.saving import written_beside

FORMAT = "hsigui-layer"


def save_layer(layer: Layer, path: Path, commands: Sequence[str] = (), options: MapOptions | None = None) -> list[Path]:
    """Writes a layer and its record; one of classes as a map, in the format that the suffix names.

    Args:
        commands: command lines that make it again.
        options: how one of classes is written as a map; whether a GeoTIFF is cloud-optimised, of one of measurements.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix names no format for it, or a file cannot be written.
    """
    if layer.classes is not None:
        written = export_map(path, layer.array, layer.classes, layer.geo, title=layer.name, options=options)
    else:
        about = {"hsigui layer": layer.name, "hsigui recipe": json.dumps(layer.recipe.to_json())}
        if layer.units:
            about["hsigui units"] = layer.units
        written = write_layers(
            path, layer.stack, layer.names, layer.geo, about, cloud=options is not None and options.cloud
        )
    record = record_path(path)
    with written_beside(record) as (beside,):
        beside.write_text(json.dumps(_record(layer, commands), indent=1), encoding="utf-8")
    return [*written, record]


def commands_of(map_path: Path, array: NDArray[np.uint16]) -> tuple[str, ...]:
    """The command lines that make a map of clusters or of a threshold again, by the record beside it; none where there
    is no such record, or where it is of other class numbers. `array` is rows x cols."""
    try:
        values = untrusted.json_of(record_path(map_path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        return ()
    lines = values.get("commands")
    if values.get("map_sha256") != raster_hash(array) or not isinstance(lines, list):
        return ()
    return tuple(map(str, lines))


def _record(layer: Layer, commands: Sequence[str]) -> dict[str, Any]:
    cube = layer.cube
    rows, cols = layer.shape
    scene: dict[str, Any] = {"rows": rows, "cols": cols}
    if cube is not None:
        scene |= {"name": cube.name, "bands": cube.bands}
        scene |= {"prepared by": list(cube.info.history)} if cube.info.history else {}
    masks = () if cube is None else masks_told(cube)
    return {
        "format": FORMAT,
        "program": f"hsigui {__version__}",
        "layer": layer.name,
        "names": list(layer.names),
        "units": layer.units,
        "recipe": layer.recipe.to_json(),
        "figures": {name: list(values) for name, values in layer.figures.items()},
        "notes": list(layer.notes),
        "scene": scene,
        "cube": "" if cube is None else cube.where,
        "hashes": {} if cube is None else {"cube": scene_fingerprint(cube)},
        **({} if layer.classes is None else {"map_sha256": raster_hash(layer.array)}),
        **({"masks": [dict(mask) for mask in masks]} if masks else {}),
        "versions": versions(),
        "commands": list(commands),
    }
