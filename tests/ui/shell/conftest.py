"""Two scenes in a folder of work, and where their project is."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.cube.demo import write_demo


@pytest.fixture
def scenes(tmp_path: Path) -> tuple[Path, Path]:
    """Two scenes in a folder of work."""
    one, two = (write_demo(tmp_path / "work" / name, seed=seed)[0] for seed, name in enumerate(("one", "two")))
    return one, two


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "work" / "fields.hsigui"
