"""The table of methods and baselines, gathered from their folders and from the plug-ins of other packages. No torch.

A method is a folder with `row.py` (its row and its settings) and the module that the row names; its folder stands in
FOLDERS. Other packages add rows by entry points of group `hsigui.methods`. A baseline is run like any method: its
pretraining has no step and gives at once a run without an encoder (or with an untrained one), whose recipe says which
features are classified by what.
"""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from typing import Any

from hsigui import plugins
from hsigui.errors import HsiError
from hsigui.methods.first_settings import FIRST_SETTINGS
from hsigui.methods.info import FAMILIES, MethodInfo, Preset
from hsigui.methods.settings import MethodSettings, Setting, Value
from hsigui.specs import PretrainSpec
from hsigui.texts import say

__all__ = [
    "FAMILIES",
    "FOLDERS",
    "MethodInfo",
    "Preset",
    "built_in",
    "complete",
    "method",
    "methods",
    "names",
    "network",
    "of_studies",
    "read_spec",
    "resumed",
    "setting_of",
    "settings_of",
]  # fmt: skip

# In the order in which people see them.
FOLDERS = ("lscosa", "purified", "contrastdm", "baselines", "random_encoder")
OF_STUDIES = "class_means"  # rows that make no runs: in no list, found by name
# Networks that several methods use; a method's own stand in its row.
_SHARED = {
    "dense": "hsigui.methods.encoders:DenseEncoder",
    "patch": "hsigui.methods.encoders:PatchEncoder",
    "none": "hsigui.methods.encoders:NoEncoder",
}


def built_in() -> tuple[MethodInfo, ...]:
    """The rows of the program's own methods and baselines."""
    # By name: methods do not import each other, and all of them import what builds their networks.
    folders = [importlib.import_module(f"hsigui.methods.{folder}.row") for folder in FOLDERS]
    return tuple(row for folder in folders for row in folder.ROWS)


def methods() -> tuple[MethodInfo, ...]:
    """All methods and baselines, the program's own first; a plug-in with a name that is taken is left out."""

    def taken(row: MethodInfo) -> None:
        plugins.left_out(
            say("The method “{name}” ({origin})", name=row.name, origin=plugins.origin(row)),
            say("there is a method of that name"),
        )

    return plugins.beside(built_in(), plugins.METHODS, MethodInfo, taken)


def of_studies() -> tuple[MethodInfo, ...]:
    """What makes no runs and stands in studies alone: in no list of methods, found by name."""
    rows: tuple[MethodInfo, ...] = importlib.import_module(f"hsigui.methods.{OF_STUDIES}.row").ROWS
    return rows


def names(family: str | None = None) -> tuple[str, ...]:
    """Names of all methods and baselines, or of one family, in the table's order."""
    return tuple(info.name for info in methods() if family in (None, info.family))


def method(name: str) -> MethodInfo:
    """The method or baseline of a name.

    Raises:
        HsiError: there is none; the hint lists those that exist.
    """
    for info in (*methods(), *of_studies()):
        if info.name == name:
            return info
    raise HsiError(say("Unknown method “{name}”.", name=name), say("Choose one of: {names}.", names=", ".join(names())))


def network(kind: str) -> type[Any]:
    """The class of a family of networks; its module is imported when it is asked for.

    Raises:
        KeyError: no method that is there has such networks.
    """
    known = dict(_SHARED)
    for info in methods():
        known.update(info.networks)
    module, _, name = known[kind].partition(":")
    found: type[Any] = getattr(importlib.import_module(module), name)
    return found


def settings_of(spec: PretrainSpec) -> MethodSettings:
    """All settings of a training: those of its preset, but for what the spec sets otherwise.

    Raises:
        HsiError: there is no such method, preset or setting, or a value is not allowed.
    """
    return method(spec.method).preset(spec.preset).settings.of(spec.settings)


def setting_of(method_name: str, preset: str, name: str) -> Setting | None:
    """What is known of a setting of a preset; None where it has none of that name.

    Raises:
        HsiError: there is no such method or preset.
    """
    described = method(method_name).preset(preset).settings.described()
    return next((each for each in described if each.name == name), None)


def complete(method_name: str, preset: str, kept: Mapping[str, Value] | None) -> dict[str, Value]:
    """All settings that a run was made with, by what it kept of them.

    Runs of the first version kept none, and those of a version before a setting came do not name it: they had the
    values of `FIRST_SETTINGS`.
    """
    return {**FIRST_SETTINGS.get(method_name, {}).get(preset, {}), **(kept or {})}


def read_spec(values: Mapping[str, Any], kept: Mapping[str, Value] | None, epochs: int | None = None) -> PretrainSpec:
    """The spec that a run or an unfinished training was written with; its settings are those that differ from today's.

    Args:
        values: what was written of the spec.
        kept: what was written of all settings; None where nothing was.
        epochs: how many there really were, which the spec then says where the preset has others today.

    Raises:
        HsiError: the values are no spec.
    """
    spec = PretrainSpec.from_json(dict(values))
    try:
        preset = method(spec.method).preset(spec.preset)
    except HsiError:  # of a version or a plug-in that is not there
        return spec
    today = preset.settings().to_json()
    had = complete(spec.method, spec.preset, kept)
    differing = {name: value for name, value in had.items() if name not in today or today[name] != value}
    said = (None if epochs == preset.epochs else epochs) if spec.epochs is None else spec.epochs
    return dataclasses.replace(spec, epochs=said, settings=differing)


def resumed(spec: PretrainSpec, about: Mapping[str, Any]) -> PretrainSpec:
    """What is asked for, where a training that an earlier version began is to go on: whatever is not asked for by name
    has the value of the presets of then, for they have changed since.

    Args:
        about: what was written of the unfinished training: its spec, all its settings and its epochs.

    Raises:
        HsiError: that is no spec.
    """
    begun = read_spec(about["spec"], about.get("settings"), about.get("epochs"))
    if (begun.method, begun.preset) != (spec.method, spec.preset):
        return spec
    asked_then = about["spec"].get("settings") or {}
    of_then = {name: value for name, value in begun.settings.items() if name not in asked_then}
    epochs = spec.epochs
    if epochs is None and about["spec"].get("epochs") is None:
        epochs = begun.epochs
    return dataclasses.replace(spec, epochs=epochs, settings={**of_then, **spec.settings})
