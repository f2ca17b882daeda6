"""What a method's preset asks of a scene and which network it trains; enough to build the network again from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import nn

from hsigui.methods.encoders import DenseEncoder, PatchEncoder


@dataclass(frozen=True)
class Plan:
    """Attributes:
    components: principal components of the input; None for all good bands.
    pixel_range: stretch every spectrum to 0..1 first.
    kind: "dense" or "patch", the family of the network.
    sizes: its sizes by name, without the input's channels.
    """

    components: int | None
    pixel_range: bool
    kind: str
    sizes: Mapping[str, int] = field(default_factory=dict)

    def network(self, channels: int) -> nn.Module:
        """A new network with random weights (torch's global generator) for an input of so many channels."""
        family: type[nn.Module] = {"dense": DenseEncoder, "patch": PatchEncoder}[self.kind]
        return family(channels, **self.sizes)
