"""A limit of memory that leaves a few megabytes: what the program holds of a small scene is then bounded as what it
holds of a large one under a limit of gigabytes."""

from __future__ import annotations

import pytest

from hsigui.cube import working_memory

PROGRAM = working_memory.PROGRAM


def leave(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    """From now on a limit of memory leaves so many bytes for data."""
    monkeypatch.setattr(working_memory, "room", lambda: room)
    monkeypatch.setattr(working_memory, "limit", lambda: PROGRAM + room)
