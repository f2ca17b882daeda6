"""Compiles the catalogues of languages when a wheel is built, and when a checkout is installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))


class CatalogueHook(BuildHookInterface):
    """Called by hatchling, as pyproject.toml says."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":  # the source archive holds what is compiled from
            return
        from languages import compile_all

        compile_all()
