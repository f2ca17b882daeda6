"""Installs the package of `tests/plugin` for tests, and others that are made up on the spot."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsigui import plugins

SOURCE = Path(__file__).parent / "plugin"


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed the plug-in, as users do; without a network."""
    source, target = tmp_path_factory.mktemp("plugin") / "source", tmp_path_factory.mktemp("installed")
    shutil.copytree(SOURCE, source)  # the build leaves files beside its source
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--target", str(target), str(source)], check=True, capture_output=True, text=True)
    return target


@pytest.fixture
def installed(plugin_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The plug-in as part of this process; gone again afterwards."""
    monkeypatch.syspath_prepend(plugin_folder)
    yield from _found_anew()


@pytest.fixture
def no_plugins() -> Iterator[Path]:
    """A process that has not yet looked for plug-ins."""
    yield from _found_anew()


def _found_anew() -> Iterator[Path]:
    plugins.forget()
    yield SOURCE
    plugins.forget()
    for name in ("hsigui_plain", "hsigui_plain_method", "hsigui_plain_training"):
        sys.modules.pop(name, None)


def make_up(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: str, points: str) -> None:
    """Puts a package on the path as an installer leaves it: a module of this name and its entry points.

    Args:
        points: sections and lines of its `entry_points.txt`.
    """
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    about = folder / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (about / "entry_points.txt").write_text(points, encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, name, raising=False)
