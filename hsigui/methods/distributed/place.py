"""Which of several processes this one is, as its launcher says in the environment. Loads no torch.

`torchrun` (https://docs.pytorch.org/docs/stable/elastic/run.html, "Environment Variables") gives each process its rank,
how many there are, and where they meet. Without these a process is alone, and nothing differs from before.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.texts import say

MEETING = ("MASTER_ADDR", "MASTER_PORT")


@dataclass(frozen=True)
class Place:
    """The place of a process among those that train together.

    Attributes:
        rank: its number, from 0; process 0 alone writes and tells.
        count: how many there are, on all machines.
        local_rank, local_count: the same on this machine.
        restarts: how often the launcher has begun them all anew.
        launched: whether a launcher watches them and may begin them anew.
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0
    local_count: int = 1
    restarts: int = 0
    launched: bool = False

    @property
    def leads(self) -> bool:
        """Whether this is the one that writes and tells."""
        return self.rank == 0

    @property
    def alone(self) -> bool:
        return self.count == 1


def place(environment: Mapping[str, str] = os.environ) -> Place:
    """The place that the environment gives this process.

    Raises:
        HsiError: what it says of it is incomplete or contradicts itself.
    """
    if environment.get("WORLD_SIZE", "").strip() in ("", "1"):
        return Place(launched="TORCHELASTIC_RUN_ID" in environment, restarts=_restarts(environment))
    missing = [name for name in ("RANK", *MEETING) if not environment.get(name)]
    if missing:
        raise HsiError(
            say(
                "WORLD_SIZE speaks of {count} processes, but {missing} is not set.",
                count=environment["WORLD_SIZE"],
                missing=", ".join(missing),
            ),
            say("Begin all of them with torchrun, or take WORLD_SIZE out of the environment for a single one."),
        )
    try:
        rank, count = int(environment["RANK"]), int(environment["WORLD_SIZE"])
        local_rank = int(environment.get("LOCAL_RANK", rank))
        found = Place(
            rank, count, local_rank, int(environment.get("LOCAL_WORLD_SIZE", max(count, local_rank + 1))),
            _restarts(environment), "TORCHELASTIC_RUN_ID" in environment,
        )  # fmt: skip
    except ValueError as error:
        raise HsiError(
            say("The environment gives no whole number for this process's place: {error}.", error=error),
            say("Begin all processes with torchrun."),
        ) from error
    if not 0 <= found.rank < found.count or not 0 <= found.local_rank < found.local_count:
        raise HsiError(
            say("There is no process {rank} of {count}.", rank=found.rank, count=found.count),
            say("Begin all processes with torchrun."),
        )
    return found


def _restarts(environment: Mapping[str, str]) -> int:
    text = environment.get("TORCHELASTIC_RESTART_COUNT", "0")
    return int(text) if text.isdigit() else 0
