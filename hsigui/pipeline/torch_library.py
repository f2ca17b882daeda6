"""Loads PyTorch's library before PyTorch is imported, while other threads go on. Imports no torch.

Importing an extension module loads its libraries under the lock of the interpreter: 400 MB that are mapped and bound
while no other thread may run, so that a window stands still for as long as that takes, seconds from a cold disk. Called
as a foreign function, the same call of the system lets all others run; the import finds the library loaded.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

NAMES = ("libtorch_cpu.so", "libtorch_cpu.dylib")  # on Windows, PyTorch itself loads its libraries in this way


class LoadingFirst(MetaPathFinder):
    """Loads the library when somebody asks for PyTorch first, on whatever thread that is."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where PyTorch is, after its library was loaded; of others it knows nothing."""
        if name != "torch":
            return None
        with suppress(ValueError):  # another thread has just asked, too
            sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin is not None:
            load(Path(spec.origin).parent / "lib")
        return spec


def load_before_import() -> None:
    """Has the library loaded before PyTorch is imported, if it ever is; does nothing where it is already."""
    if "torch" not in sys.modules and not any(isinstance(finder, LoadingFirst) for finder in sys.meta_path):
        sys.meta_path.insert(0, LoadingFirst())


def load(folder: Path) -> bool:
    """Loads the library from its folder; returns whether that went well. Where not, the import says what is wrong."""
    found = next((path for name in NAMES if (path := folder / name).is_file()), None)
    if found is None:
        return False
    system = ctypes.CDLL(None)
    system.dlopen.restype = ctypes.c_void_p
    system.dlopen.argtypes = ctypes.c_char_p, ctypes.c_int
    return bool(system.dlopen(os.fsencode(found), os.RTLD_NOW))
