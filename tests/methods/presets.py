"""Settings of a preset for tests that call a method's module themselves."""

from __future__ import annotations

from hsigui.methods import registry
from hsigui.methods.settings import MethodSettings, Value


def settings(method: str, preset: str, **values: Value) -> MethodSettings:
    """Those of the preset, with other values for some."""
    return registry.method(method).preset(preset).settings.of(values)
