"""A format of maps: the text grid of Esri, a number for each pixel, with the names of the classes beside it.

The row at the end is all that the program must know: `hsigui export map.tif --out map.asc`, the export dialog and the
lists of formats have it from there. The entry point `hsigui.exporters` in `pyproject.toml` names the row.
"""

import csv

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.report.table import Exporter

SAME = 1e-6  # by which part of a pixel its sides may differ


def write_grid(path, array, classes, geo, options, check):
    """Writes class numbers (rows x cols, 0 = unclassified), and two files beside: class names, coordinate system.

    Args:
        geo: the place of the map; None for pixels without one, which are counted from the lower left corner.
        options: what every format may heed; this one has nothing to heed.
        check: may raise to stop, so it is called row by row.

    Returns:
        The files written, the one asked for first.

    Raises:
        HsiError: the grid cannot say where the map lies.
    """
    left, top, side = place_of(geo or Geo())
    with path.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"ncols {array.shape[1]}\nnrows {array.shape[0]}\n")
        file.write(f"xllcorner {left!r}\nyllcorner {top - side * array.shape[0]!r}\n")
        file.write(f"cellsize {side!r}\nNODATA_value 0\n")
        for row in array:
            check()
            file.write(" ".join(map(str, row.tolist())) + "\n")
    names = path.with_suffix(".csv")
    with names.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["number", "name"])
        table.writerows([info.number, info.name] for info in classes)
    written = [path, names]
    if geo is not None and geo.crs_wkt:
        system = path.with_suffix(".prj")
        system.write_text(geo.crs_wkt, encoding="utf-8")
        written.append(system)
    return written


def place_of(geo):
    """Left and top of the map and the side of a pixel, in the map's unit."""
    if geo.transform is None:
        return 0.0, 0.0, 1.0
    width, across, left, down, height, top = map(float, geo.transform)
    if not geo.north_up or across or down:
        raise HsiError("A text grid cannot say that a map is turned.", "Write it with --north-up.")
    if abs(width + height) > SAME * width:
        raise HsiError("A text grid has square pixels, and the map has none.", "Write it as a GeoTIFF.")
    return left, top, width


ROW = Exporter(
    "esri-grid", "Esri text grid", (".asc",), write_grid, endings=(".asc", ".csv"),
    about="Esri text grid: a number for each pixel, class names as a table, coordinate system in a file of its own",
    places="north-up, square pixels",
)  # fmt: skip
