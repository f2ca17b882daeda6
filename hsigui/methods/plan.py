"""What a method's preset asks of a scene and which network it trains; enough to build the network again from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsigui.methods import registry
from hsigui.methods.encoders import Network


@dataclass(frozen=True)
class Plan:
    """Attributes:
    components: principal components of the input; None for all good bands.
    pixel_range: stretch every spectrum to 0..1 first.
    kind: the family of the network, a name that `registry.network` knows.
    sizes: its sizes by name, without the input's channels.
    """

    components: int | None
    pixel_range: bool
    kind: str
    sizes: Mapping[str, int | float | str] = field(default_factory=dict)

    @property
    def sees_pixels_alone(self) -> bool:
        """Whether the network is a small one that looks at no pixel but the one that it describes."""
        alone = self.sizes.get("blocks") == 0 and self.sizes.get("box") == 1
        return alone and self.sizes.get("encoder", self.kind) == "dense"

    def network(self, channels: int) -> Network:
        """A new network for an input of so many channels. Its weights are random: build it inside `Chance.building`.

        Raises:
            KeyError: no method that is there has such networks.
        """
        made: Network = registry.network(self.kind)(channels, **self.sizes)
        return made
