"""Band centres of sensors whose files often come without them: the data file resources/sensors.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from hsigui.assets import resource
from hsigui.texts import say

Spans = Sequence[float | Mapping[str, float]]  # centres in nm, or runs of evenly spaced ones


@dataclass(frozen=True)
class Sensor:
    """Band centres of a sensor, or of what is left of it in a well-known scene.

    Attributes:
        centers: nm, one a band.
        removed: numbers (counted from 0) of the sensor's bands that the scene lacks.
        exact: False when the bands of a scene can lie some nanometres beside these, which is said to the user.
        source: where the numbers come from.
    """

    name: str
    centers: tuple[float, ...]
    source: str
    removed: tuple[int, ...] = ()
    exact: bool = True

    @property
    def bands(self) -> int:
        return len(self.centers)

    @property
    def note(self) -> str:
        """What is told about a scene that got its wavelengths from here."""
        doubt = "" if self.exact else say(" Those of this scene can differ by some nanometres.")
        return say(
            "The wavelengths are those of {name}, chosen by the user ({source}).{doubt}",
            name=self.name,
            source=self.source,
            doubt=doubt,
        )


@cache
def sensors() -> tuple[Sensor, ...]:
    """The sensors of the data file, in its order."""
    data = json.loads(resource("sensors.json").read_text(encoding="utf-8"))
    tables = {name: _centers(table["centers_nm"]) for name, table in data["tables"].items()}
    return tuple(_sensor(row, tables) for row in data["sensors"])


def _sensor(row: Mapping[str, object], tables: Mapping[str, tuple[float, ...]]) -> Sensor:
    own = row.get("centers_nm")
    centers = _centers(own) if isinstance(own, list) else tables[str(row["table"])]
    if "only" in row:
        left = _numbers(str(row["only"]))
        removed = tuple(n for n in range(len(centers)) if n not in left)
    else:
        removed = tuple(sorted(_numbers(str(row.get("without", "")))))
    kept = tuple(c for n, c in enumerate(centers) if n not in set(removed))
    return Sensor(str(row["name"]), kept, str(row["source"]), removed, bool(row.get("exact", True)))


def _centers(spans: Spans) -> tuple[float, ...]:
    centers: list[float] = []
    for span in spans:
        if isinstance(span, Mapping):
            centers += np.round(np.linspace(span["first"], span["last"], int(span["count"])), 2).tolist()
        else:
            centers.append(float(span))
    return tuple(centers)


def _numbers(text: str) -> set[int]:
    """Band numbers from 0 of ranges that are counted from 1, both ends included: "104-108, 220"."""
    found: set[int] = set()
    for part in filter(None, (part.strip() for part in text.split(","))):
        first, _, last = part.partition("-")
        found.update(range(int(first) - 1, int(last or first)))
    return found
