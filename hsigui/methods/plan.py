"""What a method's preset asks of a scene and which network it trains; enough to build the network again from JSON."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from hsigui.methods.encoders import Network

# Where each family of networks is built; a module is imported when one of its networks is asked for.
FAMILIES: Mapping[str, tuple[str, str]] = {
    "dense": ("hsigui.methods.encoders", "DenseEncoder"),
    "patch": ("hsigui.methods.encoders", "PatchEncoder"),
    "purified-dense": ("hsigui.methods.dense_pair", "DensePair"),
    "purified-patch": ("hsigui.methods.purified.training", "PatchPair"),
    "refined": ("hsigui.methods.contrastdm.refined", "RefinedEncoder"),
    "none": ("hsigui.methods.encoders", "NoEncoder"),
}


@dataclass(frozen=True)
class Plan:
    """Attributes:
    components: principal components of the input; None for all good bands.
    pixel_range: stretch every spectrum to 0..1 first.
    kind: the family of the network, one of FAMILIES.
    sizes: its sizes by name, without the input's channels.
    """

    components: int | None
    pixel_range: bool
    kind: str
    sizes: Mapping[str, int | str] = field(default_factory=dict)

    def network(self, channels: int) -> Network:
        """A new network with random weights (torch's global generator) for an input of so many channels."""
        module, name = FAMILIES[self.kind]
        made: Network = getattr(importlib.import_module(module), name)(channels, **self.sizes)
        return made
