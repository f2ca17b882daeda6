"""Styles of QGIS (.qml): the entries of a raster's palette, and the categories of a layer of shapes.

Source: QGIS, `QgsPalettedRasterRenderer` and `QgsColorRampShader` (raster), `QgsCategorizedSymbolRenderer` (shapes). A
colour of a symbol is “r,g,b,a”, with more behind it from version 3.36 on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from hsigui import untrusted
from hsigui.cube.formats.xml_files import tree_in, tree_of
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, Color
from hsigui.labels.formats.attributes import color_from
from hsigui.texts import say


@dataclass(frozen=True)
class Style:
    """How the shapes of a layer are told apart.

    Attributes:
        attribute: the field or expression whose values are the categories; empty for no such style.
        labels, colors: by value as text; without what the style leaves open.
    """

    attribute: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    colors: Mapping[str, Color] = field(default_factory=dict)

    def of(self, columns: Mapping[str, Any], chosen: str | None) -> str | None:
        """The field of the classes: what was chosen, else that of the style where the layer has it."""
        name = self.attribute.strip().strip('"')
        return chosen if chosen is not None else name if name in columns else None

    def applied(self, classes: ClassTable, field: str | None, shift: int = 0) -> ClassTable:
        """The classes with the labels and colours of the categories.

        Args:
            field: that the classes were read from; those of another field have other values.
            shift: by which the numbers of the classes are higher than those of the field.
        """
        if field is None or field != self.attribute.strip().strip('"'):
            return classes
        keys = {key: _key(key) for key in {*self.labels, *self.colors}}
        labels = {keys[value]: label for value, label in self.labels.items()}
        colors = {keys[value]: color for value, color in self.colors.items()}
        return ClassTable(tuple(_styled(info, labels, colors, shift) for info in classes))


def style_beside(path: Path) -> tuple[Style, tuple[str, ...]]:
    """The style beside a file of shapes, and what is to be said of it."""
    beside = path.with_suffix(".qml")
    if not untrusted.is_file(beside):
        return Style(), ()
    try:
        with untrusted.reading(beside.name):
            found = categories(tree_in(beside))
    except HsiError as error:
        return Style(), (say("{name} beside it is passed over: {reason}", name=beside.name, reason=error.message),)
    said = say("Names and colours of classes are from {files}.", files=beside.name)
    return found, (said,) if found.labels or found.colors else ()


def style_in(text: str) -> Style:
    """The style that a text of XML holds; none where it is no such style."""
    try:
        with untrusted.reading("layer_styles"):
            return categories(tree_of(text))
    except HsiError:  # a style more or less: the shapes do not need it
        return Style()


def categories(root: ElementTree.Element) -> Style:
    """The categories of a style, by the value of its field."""
    renderer = next((r for r in root.iter("renderer-v2") if r.get("type") == "categorizedSymbol"), None)
    if renderer is None:
        return Style()
    symbols = {s.get("name"): color_from(symbol_color(s) or "") for s in renderer.iter("symbol")}
    labels, colors = dict[str, str](), dict[str, Color]()
    for entry in renderer.iter("category"):
        value = entry.get("value") or ""
        if not value:  # for all others
            continue
        if label := (entry.get("label") or "").strip():
            labels[value] = label
        if (color := symbols.get(entry.get("symbol"))) is not None:
            colors[value] = color
    return Style(renderer.get("attr") or "", labels, colors)


def palette_rows(root: ElementTree.Element) -> Iterator[tuple[Any, Any, Any]]:
    """Number, name and colour of the entries of a raster's palette, or of a ramp of exact values."""
    for entry in root.iter("paletteEntry"):
        yield entry.get("value"), entry.get("label"), entry.get("color")
    for shader in root.iter("colorrampshader"):
        if (shader.get("colorRampType") or "").upper() == "EXACT":
            for item in shader.iter("item"):
                yield item.get("value"), item.get("label"), item.get("color")


def symbol_color(symbol: ElementTree.Element) -> str | None:
    """The colour of a symbol, as three numbers."""
    for option in symbol.iter():
        if (option.get("k") or option.get("name")) in ("color", "line_color") and option.tag in ("prop", "Option"):
            words = (option.get("v") or option.get("value") or "").split(",")
            return " ".join(words[:3])
    return None


def _styled(info: ClassInfo, labels: Mapping[str, str], colors: Mapping[str, Color], shift: int) -> ClassInfo:
    keys = (str(info.number - shift), info.name)  # of a field of numbers, of one of names
    label = next((labels[key] for key in keys if key in labels), "")
    color = next((colors[key] for key in keys if key in colors), None)
    return replace(info, name=label or info.name, color=color or info.color)


def _key(value: str) -> str:
    """A value as a class is told by it: "1.0" and "0100" are numbers."""
    try:
        number = float(value)
    except ValueError:
        return value
    return str(int(number)) if abs(number) < 1e9 and number == int(number) else value
