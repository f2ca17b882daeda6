"""How far the methods of a study look around a pixel, and whether a guard is as wide."""

from __future__ import annotations

import importlib

from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.methods.chance import Chance
from hsigui.methods.plan import Plan
from hsigui.pipeline.influence import influence
from hsigui.pipeline.provenance import network_reach
from hsigui.pipeline.study.plan import BY_LABELS, StudySpec
from hsigui.specs import PretrainSpec
from hsigui.texts import say

BANDS = 32  # of a made-up scene: how far an encoder looks does not depend on it


def reach(spec: PretrainSpec) -> int:
    """Half the receptive field of the encoder that a spec asks for, in pixels; 0 without one.

    Averages are not in it: `seen_by` counts what they weigh.
    """
    info = registry.method(spec.method)
    plan: Plan = importlib.import_module(info.module).plan(registry.settings_of(spec))
    with Chance(0).building():
        network = plan.network(BANDS)
    return network_reach(network) or 0


def seen_by(spec: StudySpec) -> dict[str, int]:
    """How many pixels far the maps of a study look, for each level of context that it draws: the farthest of its
    methods; under an empty name those without levels (see `influence`)."""
    found: dict[str, int] = {}
    for candidate in spec.candidates():
        recipe = registry.method(candidate.method).recipe
        for name, pixels in influence(recipe, reach(spec.pretraining(candidate))).items():
            if not name or BY_LABELS in spec.contexts or name in spec.contexts:
                found[name] = max(pixels, found.get(name, 0))
    return found


def require_guard(spec: StudySpec) -> None:
    """Refuses a guard over which an encoder of the study sees training pixels from a test pixel.

    Raises:
        HsiError: it is narrower than half of an encoder's receptive field; the widest is named.
    """
    if "block" not in spec.splits:
        return
    trained = (c for c in spec.candidates() if not c.untrained)
    widest, candidate = max(((reach(spec.pretraining(c)), c) for c in trained), key=lambda found: found[0])
    if widest > spec.guard:
        raise HsiError(
            say(
                "A guard of {guard} pixels is too narrow: the encoder of {title} sees {widest} pixels to "
                "each side of a pixel, so those around a test pixel would hold training pixels.",
                guard=spec.guard,
                title=candidate.title,
                widest=widest,
            ),
            say("Choose a guard of {widest} or more.", widest=widest),
        )
