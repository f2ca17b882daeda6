"""A format of one's own: scenes as text, a line of samples for each pixel.

`plugins.add` adds the row for this Python alone. To have the format in the window and in the commands, put the same
into a package with the entry point `hsigui.readers`.
"""

from pathlib import Path

import numpy as np

import hsigui
from hsigui import plugins
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.table import Reader


def open_text(path: Path) -> Cube:
    """A line of rows, columns and bands, a line of wavelengths in nm, then a line of samples for each pixel."""
    try:
        head, waves, *pixels = path.read_text(encoding="utf-8").splitlines()
        values = np.array([line.split() for line in pixels], dtype=np.float32).reshape(tuple(map(int, head.split())))
        info = CubeInfo(wavelengths=tuple(map(float, waves.split())))
    except ValueError as error:  # whatever is wrong in a file becomes a sentence with a hint
        raise hsigui.HsiError(f"{path.name} is no text scene: {error}.", "Is the file complete?") from error
    return Cube(ArraySource(values), info, name=path.stem, path=path)


ROW = Reader("text", "Text scene", (".scenetext",), opens=open_text, carries=("wavelengths",))


def main():
    plugins.add(plugins.READERS, Reader, ROW)
    Path("field.scenetext").write_text("1 2 3\n450 550 650\n5 6 7\n8 9 10\n", encoding="utf-8")
    cube = hsigui.open("field.scenetext")
    first, last = cube.wavelengths[0], cube.wavelengths[-1]
    print(f"{cube.rows} x {cube.cols} pixels, {cube.bands} bands, {first:.0f} to {last:.0f} nm")


if __name__ == "__main__":
    main()
