"""Command lines and Python that make a derived layer again. Load no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hsigui.analysis.layer import LayerRecipe
from hsigui.analysis.table import kind
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.parameters import Value
from hsigui.pipeline import command_lines as lines
from hsigui.pipeline.mask_lines import with_masks
from hsigui.pipeline.python_lines import python_of
from hsigui.pipeline.repeating import is_nowhere, scene_argument
from hsigui.texts import say

Pixel = tuple[int, int]  # row and column, from 0


def layer_lines(cube: Cube, recipe: LayerRecipe, pixels: Sequence[Pixel] = ()) -> tuple[str, ...]:
    """Command lines that make a layer, to be run in an empty folder.

    Args:
        pixels: those whose spectra it is compared with.

    Raises:
        HsiError: its scene is in no file, or it is compared with spectra that are not those of pixels, or leaves
            out pixels.
    """
    if is_nowhere(cube):
        raise HsiError(say("The scene {name} is in no file.", name=cube.name), say("Save it first."))
    if recipe.left_out:
        raise HsiError(
            say("Labelled pixels are left out of the background, and no command names them."),
            say("Save the labels, and give their file with --left-out."),
        )
    if len(recipe.targets) != len(pixels):
        raise HsiError(
            say("The layer is compared with spectra that are not those of single pixels: no command names them."),
            say("Export the layer: the record beside it has its spectra."),
        )
    name, settings = _short(recipe.kind, kind(recipe.kind).settings.of(recipe.parameters).changed(), recipe.parameters)
    found = [] if cube.path is not None else [lines.demo(cube.name)]
    scene = scene_argument(cube)
    found += with_masks(cube, scene, lines.derive(scene, name, settings, pixels, recipe.between))
    return tuple(found)


def layer_script(cube: Cube, recipe: LayerRecipe, pixels: Sequence[Pixel] = ()) -> str:
    """A Python script that does what `layer_lines` does.

    Raises:
        HsiError: as there, or a line has no Python.
    """
    return python_of(layer_lines(cube, recipe, pixels))


def _short(name: str, changed: dict[str, Value], whole: Mapping[str, Value]) -> tuple[str, dict[str, Value]]:
    """An index goes by its own name."""
    if name != "index":
        return name, changed
    return str(whole["name"]), {key: value for key, value in changed.items() if key != "name"}
