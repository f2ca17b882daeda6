"""What a method says of itself in its row: name, title, paper, presets with their settings, networks, recipe. No torch.

A row is a `MethodInfo` in the `row.py` of a method's folder, or behind an entry point of group `hsigui.methods` of
another package.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsigui.errors import HsiError
from hsigui.methods.settings import MethodSettings, NoSettings
from hsigui.specs import Recipe, levelled
from hsigui.texts import say

FAMILIES = ("method", "baseline")


@dataclass(frozen=True)
class Preset:
    """One way to run a method: name for settings, title and one sentence for people, its own number of epochs, and what
    can be set of it with the values that it has."""

    name: str
    title: str
    text: str
    epochs: int
    epochs_are: str
    settings: type[MethodSettings] = NoSettings


@dataclass(frozen=True)
class MethodInfo:
    """One method or baseline. `module` is imported only when it runs. It has

    - `plan(settings)`: the `Plan` for the settings of one of the presets, and
    - `training(settings, network, scene, epochs, device, seed)`: a `loop.Training`, which takes `processes`, too, where
      it can be `shared`, and
    - where parts of its network mean nothing before training, `untrained_plan(settings)`: the `Plan` without them.

    Attributes:
        family: "method" for those that learn an encoder from the scene, "baseline" for what they are compared with.
        recipe: how its runs become maps, unless the user says otherwise.
        starts_from_a_run: whether an encoder that is trained already may stand in for its first stage; `plan` and
            `training` then take it as `start`.
        networks: where its own families of networks are built, kind -> "module:class"; a plan names the kind.
        shared: whether several processes can make one training of it (`methods.distributed`).
        matches: the measure (`analysis.measures`) by which pixels are compared with class means, of what has neither
            training nor features and stands in studies alone; empty for all else.
    """

    name: str
    title: str
    paper: str
    module: str
    presets: tuple[Preset, ...]
    family: str = "method"
    recipe: Recipe = field(default_factory=levelled)
    starts_from_a_run: bool = False
    networks: Mapping[str, str] = field(default_factory=dict)
    matches: str = ""
    shared: bool = False

    def preset(self, name: str) -> Preset:
        """The preset of a name.

        Raises:
            HsiError: the method has no such preset.
        """
        for preset in self.presets:
            if preset.name == name:
                return preset
        names = ", ".join(p.name for p in self.presets)
        raise HsiError(
            say("{title} has no preset “{name}”.", title=self.title, name=name),
            say("Choose one of: {names}.", names=names),
        )


def baseline(
    name: str,
    title: str,
    paper: str,
    module: str,
    text: str,
    recipe: Recipe,
    settings: type[MethodSettings] = NoSettings,
) -> MethodInfo:
    """A baseline: one preset, no step; called "quick" as every method's fast preset is."""
    preset = Preset("quick", "Baseline", text, 0, "steps", settings)
    return MethodInfo(name, title, paper, module, (preset,), "baseline", recipe)
