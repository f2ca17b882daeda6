"""Fixtures of all rooms."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plugins import installed, no_plugins, plugin_folder  # noqa: F401 - fixtures of packages that add to the program

_NO_DATA = "the real test files are not here: set HSIGUI_DATA to their folder"
_NO_CASES = "the files on which the program was wrong are not here: set HSIGUI_CASES to their folder"


def _data_folder(root: Path) -> Path | None:
    folder = Path(os.environ.get("HSIGUI_DATA") or root.parent / "shared" / "data")
    if (folder / "manifest.json").is_file():
        return folder
    require_not(_NO_DATA)
    return None


def require_not(reason: str) -> None:
    """Ends the run where files are missing that HSIGUI_REQUIRE_DATA asks for; elsewhere their tests are skipped."""
    if os.environ.get("HSIGUI_REQUIRE_DATA"):
        raise pytest.UsageError(f"HSIGUI_REQUIRE_DATA is set, but {reason}")


@pytest.fixture
def data_dir(pytestconfig: pytest.Config) -> Path:
    """The folder of the real test files, read-only; the test is skipped where there is none."""
    folder = _data_folder(pytestconfig.rootpath)
    if folder is None:
        pytest.skip(_NO_DATA)
    return folder


@pytest.fixture
def cases(pytestconfig: pytest.Config) -> Path:
    """The folder of small inputs on which the program was wrong, read-only; the test is skipped where there is none."""
    folder = Path(os.environ.get("HSIGUI_CASES") or pytestconfig.rootpath.parent / "shared" / "cases")
    if not (folder / "README.md").is_file():
        require_not(_NO_CASES)
        pytest.skip(_NO_CASES)
    return folder


def _is_any(entry: dict[str, Any]) -> bool:
    return True


def _belongs_to_a_scene(entry: dict[str, Any]) -> bool:
    return bool(entry["opens"] and "labels_of" in entry)


# A test with one of these arguments runs once for every entry of the manifest that fits.
_MANIFEST_ARGUMENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "manifest_entry": _is_any,
    "manifest_labels": _belongs_to_a_scene,
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for argument, fits in _MANIFEST_ARGUMENTS.items():
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, _manifest_entries(_data_folder(metafunc.config.rootpath), fits))


def _manifest_entries(folder: Path | None, fits: Callable[[dict[str, Any]], bool]) -> list[Any]:
    if folder is None:
        return [pytest.param({}, marks=pytest.mark.skip(reason=_NO_DATA))]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    files = [pytest.param(entry, id=entry["path"]) for entry in manifest["files"] if fits(entry)]
    scratch = [entry for entry in manifest.get("variants", ()) if fits(entry)]
    return files + [pytest.param(entry, id=f"variant-{entry['path']}") for entry in scratch]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where tests are shared among processes, slow ones come first: else the last of them is waited for by all."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_collection_finish() -> None:
    """All that is there by now stays to the end: no search for what is left behind need look at it again."""
    gc.collect()
    gc.freeze()
