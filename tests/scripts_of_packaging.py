"""Modules of `packaging`, which is no package: as the scripts there are run, and not by name."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[1] / "packaging"


def script(name: str) -> ModuleType:
    """The module of a file there, loaded once; it is found by `sys.modules` under a name that no library has."""
    known = f"packaging_scripts_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, FOLDER / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]
