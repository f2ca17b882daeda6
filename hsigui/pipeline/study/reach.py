"""How far the methods of a study look around a pixel, and whether a guard is as wide."""

from __future__ import annotations

import importlib

from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.methods.chance import Chance
from hsigui.methods.plan import Plan
from hsigui.pipeline.provenance import network_reach
from hsigui.pipeline.study.plan import StudySpec
from hsigui.specs import PretrainSpec
from hsigui.texts import say

BANDS = 32  # of a made-up scene: how far an encoder looks does not depend on it


def reach(spec: PretrainSpec) -> int:
    """Half the receptive field of the encoder that a spec asks for, in pixels; 0 without one.

    Averages that stop at the borders of fields are not in it: they fade over tens of pixels and have no end.
    """
    info = registry.method(spec.method)
    plan: Plan = importlib.import_module(info.module).plan(registry.settings_of(spec))
    with Chance(0).building():
        network = plan.network(BANDS)
    return network_reach(network) or 0


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
