"""What a training has at work beside its loss: its rate, its memory, prototypes that are used, pixels that are paired.

Looked at about once a second, and for people alone: nothing of a training depends on it. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_PAIRS = 200  # of a step
MOST_POINTS = 100  # of the rate, in a run's record


@dataclass(frozen=True, eq=False)
class Insight:
    """A training at a moment; None for what it has not, or what is not known.

    Attributes:
        step: how many steps were made.
        rate: learning rate.
        memory_mb: MiB of this process, resident; device_mb: those that PyTorch holds on the device, where that is no
            processor.
        used: how many keys of the last step each prototype is the nearest to. One a prototype.
        pairs: some of the pixels of the last step and what each is paired with: pairs x 4, row and column of both.
        superpixels: in which partners are sought, the middle scale: rows x cols, -1 without data.
    """

    step: int = 0
    rate: float | None = None
    memory_mb: float | None = None
    device_mb: float | None = None
    used: NDArray[np.int64] | None = None
    pairs: NDArray[np.int64] | None = None
    superpixels: NDArray[np.int64] | None = None


def recorded(insights: Sequence[Insight]) -> dict[str, Any]:
    """What a run's record keeps of them: the rate by steps, the most memory, and the prototypes as used at the end."""
    found: dict[str, Any] = {}
    rates = [(each.step, each.rate) for each in insights if each.rate is not None]
    if rates:
        step = -(-len(rates) // MOST_POINTS)
        thinned = rates[::step] if rates[::step][-1] == rates[-1] else [*rates[::step], rates[-1]]
        found["rate"] = [[number, float(f"{rate:.6g}")] for number, rate in thinned]
    for name in ("memory_mb", "device_mb"):
        known = [value for each in insights if (value := getattr(each, name)) is not None]
        if known:
            found[name] = round(max(known), 1)
    used = [each.used for each in insights if each.used is not None]
    if used:
        found["prototypes"] = used[-1].tolist()
    return found


def from_record(course: Mapping[str, Any]) -> list[Insight]:
    """What a run's record kept, as far as it is understood; nothing where it is of a version that kept none."""
    try:
        found = [Insight(int(step), float(rate)) for step, rate in course.get("rate", ())]
        memory, device = (None if course.get(name) is None else float(course[name])
                          for name in ("memory_mb", "device_mb"))  # fmt: skip
        used = course.get("prototypes")
        counts = None if used is None else np.array([int(count) for count in used], dtype=np.int64)
    except (TypeError, ValueError, AttributeError):
        return []
    if memory is not None or device is not None or counts is not None:
        last = found.pop() if found else Insight()
        found.append(Insight(last.step, last.rate, memory, device, counts))
    return found
