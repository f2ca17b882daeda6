"""GDAL's persistent auxiliary metadata (`.aux.xml`) of a class map: names, and a table of names, colours and counts.

Category names are what gdalinfo lists; the attribute table is what ArcGIS and QGIS show as a legend, also for formats
that hold no palette.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.tiff_classes import aux_xml

# Name, type (0 whole, 2 text) and what it is for (GDALRATFieldUsage) of each column.
_COLUMNS = (
    ("Value", 0, 5), ("Class_Name", 2, 2), ("Red", 0, 6), ("Green", 0, 7), ("Blue", 0, 8), ("Count", 0, 1),
)  # fmt: skip


def pam(classes: ClassTable, array: NDArray[np.integer], geo: Geo | None = None) -> bytes:
    """The side file of a class map.

    Args:
        array: class numbers, rows x cols; counted into the table.
        geo: the place, for formats that cannot hold it themselves.
    """
    return counted_pam(classes, np.bincount(array.ravel(), minlength=1), geo)


def counted_pam(classes: ClassTable, counts: NDArray[np.integer], geo: Geo | None = None) -> bytes:
    """As `pam`, of a map whose pixels are counted already: how many there are of each number, one an entry."""
    root = ET.fromstring(aux_xml(classes, geo))
    band = root.find("PAMRasterBand")
    assert band is not None
    table = ET.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    for index, (name, kind, usage) in enumerate(_COLUMNS):
        column = ET.SubElement(table, "FieldDefn", index=str(index))
        for tag, value in (("Name", name), ("Type", kind), ("Usage", usage)):
            ET.SubElement(column, tag).text = str(value)
    for index, info in enumerate(classes):
        row = ET.SubElement(table, "Row", index=str(index))
        name = "".join(c if c.isprintable() else " " for c in info.name)
        count = int(counts[info.number]) if info.number < len(counts) else 0
        for value in (info.number, name, *info.color, count):
            ET.SubElement(row, "F").text = str(value)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=False)


def place_pam(geo: Geo) -> bytes:
    """A side file that says nothing but where a picture lies."""
    root = ET.fromstring(aux_xml(ClassTable(), geo))
    for band in root.findall("PAMRasterBand"):
        root.remove(band)
    ET.indent(root)
    return ET.tostring(root, encoding="utf-8", xml_declaration=False)
