"""Steps that make a map easier to read: majority filter and sieve."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import Check
from hsigui.report.filters import majority_filtered, sieved
from hsigui.report.mapping_unit import smallest_unit


@dataclass(frozen=True)
class Majority:
    """Each pixel takes the class of most pixels of the window around it; see `report.filters.majority_filtered`.

    Attributes:
        side: of the window in pixels: 3, 5, 7, ... 99.
    """

    side: int

    @property
    def told(self) -> str:
        return f"--majority {self.side}"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        return replace(found, classes=majority_filtered(found.classes, self.side, check))


@dataclass(frozen=True)
class Sieve:
    """Groups of fewer pixels join their largest neighbour; see `report.filters.sieved`.

    Attributes:
        smallest: group that is kept, in pixels ("20") or as an area ("0.5ha", "500m2").
        connectivity: 4 where groups hang together along rows and columns only, 8 where diagonally too.
    """

    smallest: str
    connectivity: int = 4

    @property
    def told(self) -> str:
        return f"--sieve {''.join(self.smallest.split())}" + ("" if self.connectivity == 4 else f",{self.connectivity}")

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        check()
        pixels = smallest_unit(self.smallest, found.geo, found.classes.shape)
        return replace(found, classes=sieved(found.classes, pixels, self.connectivity))
