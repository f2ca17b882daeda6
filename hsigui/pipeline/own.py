"""What a scene holds as Protocols, as what it is: a scene is given only what this room and `methods` made."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from hsigui.document import values
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.features import Features


def own_encoder(encoder: values.Encoder) -> Encoder:
    return cast("Encoder", encoder)


def own_features(features: values.Features) -> Features:
    return cast("Features", features)


def own_probe(probe: values.Probe) -> Probe:
    return cast("Probe", probe)


def own_map(class_map: values.ClassMap) -> ClassMap:
    return cast("ClassMap", class_map)
