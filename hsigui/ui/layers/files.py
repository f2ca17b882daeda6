"""Layers as files, and how they are made as commands and as Python, in the clipboard."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.document.derived import EMBEDDING, DerivedLayer
from hsigui.document.events import StepDone
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.report.table import LAYERS, exporters
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.desk import Desk
from hsigui.ui.layers.controller import LayersController


class LayerFiles(QObject):
    """Writes the chosen layer, and copies how it is made."""

    def __init__(self, desk: Desk, layers: LayersController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._layers = desk, desk.session, layers

    def tell_made(self, scene: int, number: int) -> None:
        """Tells that a layer of a scene (their ids) was derived, and how a command does."""
        known = self._session.find(scene)
        found = None if known is None else known.derived.get(number)
        if known is not None and found is not None:
            lines = partial(_step, scene=known, recipe=found.kept.recipe)
            self._session.events.emit(StepDone(say("the layer {name} was derived", name=found.name), lines))

    def ask_and_export(self) -> None:
        """Asks for a file, and writes the chosen layer to it."""
        self._layers.with_numbers(self._ask)

    def copy_command(self) -> None:
        """The chosen layer as a command line."""
        self._copy(command_text, say("Copied the command that makes this layer again; run it in an empty folder."))

    def copy_python(self) -> None:
        """The chosen layer as Python."""
        self._copy(script_text, say("Copied a Python script that makes this layer again; run it in an empty folder."))

    def _ask(self, found: DerivedLayer) -> None:
        layer, scene = found.layer, self._session.scene
        if layer is None:
            return
        kinds = kinds_of(layer)
        suffix = re.search(r"\*(\.\w+)", kinds)
        proposal = f"{scene.cube.name}-{file_name(found.name)}{suffix[1] if suffix else '.tif'}"
        path = self._desk.prompts.save_path(say("Export layer"), str(self._desk.folder() / proposal), kinds=kinds)
        if path is not None:
            self._write(path, found, layer, commands_of(scene, found.kept.recipe))

    def _write(self, path: Path, found: DerivedLayer, layer: Layer, commands: tuple[str, ...]) -> None:
        def done(written: list[Path]) -> None:
            self._desk.told(say("{name} was written to {path}.", name=found.name, path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Export layer"), (path,), partial(write, layer=layer, path=path, commands=commands), done,
            lambda: None, (copy, partial(self._write, copy, found, layer, commands)),
        ))  # fmt: skip

    def _copy(self, text: Callable[[Scene, LayerRecipe], str], told: str) -> None:
        found, scene = self._layers.chosen, self._session.scene
        if found is None:
            return
        try:
            QGuiApplication.clipboard().setText(text(scene, found.kept.recipe))
        except HsiError as error:
            self._desk.fail(error)
        else:
            self._desk.messages.info(told)


def write(_ctx: Context, layer: Layer, path: Path, commands: tuple[str, ...]) -> list[Path]:
    """Writes a layer and its record; gives back all files.

    Raises:
        HsiError: a file cannot be written, or its ending names no format.
    """
    from hsigui.pipeline.layers import save_layer

    return save_layer(layer, path, commands)


def kinds_of(layer: Layer) -> str:
    """The filters for saving a layer: measurements in some formats, classes as maps. Asks GDAL for its drivers."""
    maps = (row for row in exporters() if row.available and row.suffixes)
    rows = LAYERS if layer.classes is None else maps
    return ";;".join(f"{row.title} (*{row.suffixes[0]})" for row in rows)


def file_name(name: str) -> str:
    """The name of a layer as a part of a file's."""
    return re.sub(r"[^\w.]+", "-", name.replace("≥", "from").replace("≤", "to")).strip("-.")[:60] or "layer"


def pixels_of(scene: Scene, recipe: LayerRecipe) -> list[tuple[int, int]]:
    """The pixels whose kept spectra a layer is compared with, row and column, as far as they are known."""
    known = [(kept.pixel, kept.values) for kept in scene.spectra if kept.pixel is not None]
    found: list[tuple[int, int]] = []
    for target in recipe.targets:
        if target.place is not None:
            found.append(target.place)
            continue
        values = np.array(target.values, dtype=np.float32)
        same = (place for place, other in known if np.array_equal(values, other, equal_nan=True))
        place = next(same, None)
        if place is not None:
            found.append(place)
    return found


def command_text(scene: Scene, recipe: LayerRecipe) -> str:
    """The lines one below the other, as a terminal takes them.

    Raises:
        HsiError: no command makes the layer.
    """
    return "\n".join([*_lines(scene, recipe), ""])


def script_text(scene: Scene, recipe: LayerRecipe) -> str:
    """The layer as Python.

    Raises:
        HsiError: as `command_text`, or a line of it has no Python.
    """
    from hsigui.pipeline.python_lines import python_of

    return python_of(_lines(scene, recipe))


def commands_of(scene: Scene, recipe: LayerRecipe) -> tuple[str, ...]:
    """The lines for the record of a file; nothing where no command makes the layer."""
    try:
        return _lines(scene, recipe)
    except HsiError:
        return ()


def _lines(scene: Scene, recipe: LayerRecipe) -> tuple[str, ...]:
    from hsigui.pipeline.layer_lines import layer_lines

    if recipe.kind == EMBEDDING:
        raise HsiError(
            say("What an encoder learned is made in the window only."), say("`hsigui embed` writes all features.")
        )
    return layer_lines(scene.counted_cube, recipe, pixels_of(scene, recipe))


def _step(_ctx: Context, scene: Scene, recipe: LayerRecipe) -> tuple[str, ...]:
    return _lines(scene, recipe)
