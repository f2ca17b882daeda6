"""How much memory the calls may take."""

from __future__ import annotations

from contextlib import AbstractContextManager

from hsigui.cube import working_memory


def memory_limit(size: str) -> AbstractContextManager[None]:
    """Within it the process keeps to so much memory, its libraries included, as `--memory-limit` of the commands does:
    `with hsigui.memory_limit("2GB"): encoder = hsigui.pretrain(cube)`. Work is done in smaller pieces; a scene that is
    too large to be held is trained on by windows of it, which is said. It holds for the processes begun there, too.

    Args:
        size: a number and its unit, "2GB" (10^9 bytes each), "1.5GiB" (2^30), "800MB", or a part of this machine's
            memory, "50%".

    Raises:
        HsiError: when it is entered, where the size is none, or too small or too large to work in.
    """
    return working_memory.limited(size)
