"""Who does the work of a command: `--jobs` and `--scheduler`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence

from hsigui.commands.console import tell
from hsigui.cube import working_memory
from hsigui.errors import HsiError
from hsigui.pipeline import cores, fitting
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.seam import Executor, Workers
from hsigui.pipeline.executors.serial import Serial
from hsigui.sizes import size_text
from hsigui.texts import say, say_number

AUTO = "auto"
_OF_THIS_PROCESS = ("work", "parser", "refuse", "words")


def workers_of(arguments: argparse.Namespace, pieces: int, needs: Callable[[], Sequence[int]]) -> Executor:
    """Who works, as the options say; tells where fewer are begun than were asked for. To be used in a `with`.

    Args:
        pieces: how many there are to do.
        needs: bytes that each takes; asked where several are to work on this machine.

    Raises:
        HsiError: there is no such engine, it is not installed or does not answer, or the options do not go together.
    """
    words: str = arguments.scheduler or ""
    _, _, address = words.partition(":")
    limit = working_memory.limit()  # of each worker
    if address:
        if arguments.jobs is not None:
            raise HsiError(
                say("How many work is the engine's to say, and --jobs is of this machine."), say("Leave it out.")
            )
        return table.started(words, Workers(memory=limit))
    count = _count(arguments, pieces, needs)
    if not words and count == 1:
        return Serial()
    return table.started(words or "processes", Workers(count, _threads(count), limit))


def _count(arguments: argparse.Namespace, pieces: int, needs: Callable[[], Sequence[int]]) -> int:
    """How many are to work on this machine."""
    wanted = arguments.jobs
    if wanted is None:
        wanted = 1 if arguments.scheduler is None else AUTO
    most = cores.count() if wanted == AUTO else int(wanted)
    most = max(1, min(most, pieces))
    if most == 1:
        return 1
    limit = working_memory.limit()
    fit = fitting.fitting([need if limit is None else min(need, limit) for need in needs()], most)
    if fit.count < most:
        tell(
            say_number(
                "{count} works instead of {most}: the largest takes about {need}, and {free} of memory are free",
                "{count} work at once instead of {most}: the largest takes about {need}, and {free} of memory are free",
                fit.count,
                most=most,
                need=size_text(fit.need),
                free=size_text(fit.free),
            )
        )
    return fit.count


def _threads(count: int) -> int:
    """The threads of each of so many: the cores are shared out, and where the user has set fewer, it stays at that."""
    share = max(1, cores.count() // count)
    wanted = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return min(share, int(wanted)) if wanted.isdigit() and int(wanted) else share


def without_what_is_of_this_process(arguments: argparse.Namespace) -> argparse.Namespace:
    """The options as they can be sent to other processes."""
    return argparse.Namespace(**{k: v for k, v in vars(arguments).items() if k not in _OF_THIS_PROCESS})
