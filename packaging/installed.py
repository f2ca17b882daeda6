"""Parts of `packaging/wheel-check`, run by the Python that the wheel is installed into:

    python packaging/installed.py needs WHEEL [--without NAME] [--extras NAMES]  what pip is to install
    python packaging/installed.py holds WHEEL           whether all that belongs into it is there, and nothing else
    python packaging/installed.py cube CUBE.npy         writes a small scene
    python packaging/installed.py window PATH PICTURE   opens the window with a scene, and draws it
    python packaging/installed.py imports EXTRAS        imports a package of each extra
    python packaging/installed.py versions              of the packages that decide

Whatever is wrong ends it with a sentence and the exit code 1.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

# What proves that an extra is there: a package that it brings.
OF_EXTRA = {"cloud": "zarr", "notebook": "xarray", "cluster": "distributed", "umap": "umap", "docs": "material"}
TOLD = (
    "numpy", "scipy", "scikit-learn", "scikit-image", "torch", "PySide6-Essentials", "pyqtgraph", "h5py", "rasterio",
    "pyogrio", "pyproj",
)  # fmt: skip
WAIT = 60.0  # seconds for a small scene to be opened and drawn


def needs(wheel: str, without: str, extras: str) -> list[str]:
    """What a wheel needs here, as lines for pip; the extras' needs too, their extras of this very package included."""
    from pip._vendor.packaging.requirements import Requirement

    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        meta = Parser().parsestr(archive.read(name).decode("utf-8"))
    every = [Requirement(line) for line in meta.get_all("Requires-Dist") or []]
    wanted, found = ["", *filter(None, extras.split(","))], list[str]()
    for extra in wanted:  # grows while it is gone through
        for each in every:
            if each.marker is not None and not each.marker.evaluate({"extra": extra}):
                continue
            if each.name == meta["Name"]:
                wanted += [more for more in each.extras if more not in wanted]
            elif each.name != without:
                found.append(f"{each.name}{each.specifier}")
    return list(dict.fromkeys(found))


def require_content(wheel: str) -> None:
    """Looks through a wheel: types, help, icons, and a catalogue of each language that this checkout has.

    Raises:
        SystemExit: something is missing, or lies beside the package.
    """
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    strays = [name for name in names if not name.startswith(("hsigui/", "hsigui-"))]
    resources = Path(__file__).resolve().parent.parent / "resources"
    wanted = {"hsigui/py.typed", "hsigui/__init__.pyi"}
    for path in resources.rglob("*"):
        inside = f"hsigui/resources/{path.relative_to(resources).as_posix()}"
        if path.suffix == ".po":
            wanted.add(inside.removesuffix(".po") + ".mo")
        elif path.is_file() and path.suffix in (".md", ".svg", ".json", ".j2"):
            wanted.add(inside)
    if strays or wanted - names:
        sys.exit(f"beside the package lie {strays}; missing are {sorted(wanted - names)}")


def write_cube(path: str) -> None:
    """A scene of 60 x 80 pixels and 20 bands: two materials side by side, and noise."""
    import numpy as np

    chance, wave = np.random.default_rng(0), np.linspace(0, 3, 20)
    spectra = np.stack([1.5 + np.sin(wave), 1.5 + np.cos(wave)])
    cube = spectra[(np.arange(80) >= 40).astype(int)][None] + 0.05 * chance.standard_normal((60, 80, 20))
    np.save(path, cube.astype(np.float32))


def draw_window(path: str, picture: str) -> None:
    """Opens the program's window with a scene as a user does, and saves what it shows.

    Raises:
        SystemExit: the scene was not opened in time, the window shows nothing of it, or PyTorch was loaded.
    """
    import time

    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from hsigui.ui.shell.app import run
    from hsigui.ui.shell.main_window import MainWindow

    app = QApplication(["hsigui"])
    began, shown = time.monotonic(), list[str]()

    def look() -> None:
        window = next(each for each in app.topLevelWidgets() if isinstance(each, MainWindow))
        opened = window.session.cube is not None and not window.bridge.running
        if opened:
            drawn = window.grab()
            drawn.save(picture)
            shown.append(f"{window.session.cube.name}, {colours(drawn)} colours, {drawn.width()} x {drawn.height()}")
        if opened or time.monotonic() - began > WAIT:
            window.close()
        else:
            QTimer.singleShot(50, look)

    QTimer.singleShot(500, look)
    code = run(path)
    if code or not shown:
        sys.exit(f"the window opened no scene ({code})")
    if "torch" in sys.modules:
        sys.exit("the window loaded PyTorch before anything was learned")
    print(f"window: {shown[0]}, {time.monotonic() - began:.1f} s")


def colours(picture: object) -> int:
    """How many colours a picture of Qt's has, of one pixel in nine; an empty window has a few dozen."""
    image = picture.toImage()  # type: ignore[attr-defined]
    found = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    if len(found) < 200:
        sys.exit(f"the window shows {len(found)} colours: no scene")
    return len(found)


def versions() -> None:
    """Prints the versions of Python and of the packages that decide, one a line."""
    print(f"Python {sys.version.split()[0]}")
    for name in TOLD:
        try:
            print(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            print(f"{name} -")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    told = verbs.add_parser("needs")
    told.add_argument("wheel")
    told.add_argument("--without", default="")
    told.add_argument("--extras", default="")
    verbs.add_parser("holds").add_argument("wheel")
    verbs.add_parser("cube").add_argument("path")
    window = verbs.add_parser("window")
    window.add_argument("path")
    window.add_argument("picture")
    verbs.add_parser("imports").add_argument("extras")
    verbs.add_parser("versions")
    asked = parser.parse_args()
    if asked.verb == "needs":
        print("\n".join(needs(asked.wheel, asked.without, asked.extras)))
    elif asked.verb == "holds":
        require_content(asked.wheel)
    elif asked.verb == "cube":
        write_cube(asked.path)
    elif asked.verb == "window":
        draw_window(asked.path, asked.picture)
    elif asked.verb == "imports":
        for extra in asked.extras.split(","):
            if extra in OF_EXTRA:
                importlib.import_module(OF_EXTRA[extra])
                print(f"{extra}: {OF_EXTRA[extra]} imported")
    else:
        versions()


if __name__ == "__main__":
    sys.path[:] = [each for each in sys.path if Path(each).resolve() != Path(__file__).resolve().parent]
    main()
