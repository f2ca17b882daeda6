"""Asks for a spectral library, and reads it in a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import read_library
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.prompts import library_kinds

T = TypeVar("T")


def ask_library(desk: Desk, show: Callable[[SpectralLibrary], None]) -> None:
    """Hands on the library that the user chooses, once it is read; nothing where none is chosen."""
    ask_and_make(desk, lambda library: library, show)


def ask_and_make(desk: Desk, made_of: Callable[[SpectralLibrary], T], show: Callable[[T], None]) -> None:
    """The same with what is made of the library, in the worker too."""
    path = desk.prompts.open_path(say("Spectral library"), str(desk.folder()), scene=False, kinds=library_kinds())
    if path is None:
        return

    def read(ctx: Context) -> T:
        return made_of(read_library(path, lambda done, total: ctx.progress(done, total, path.name)))

    desk.bridge.start(read, say("Look into {name}", name=path.name), Watcher(done=show))
