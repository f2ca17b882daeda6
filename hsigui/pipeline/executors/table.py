"""The engines that can be chosen by name: the program's own, and those of plug-ins."""

from __future__ import annotations

from hsigui import plugins
from hsigui.errors import HsiError
from hsigui.pipeline.executors.seam import Executor, ExecutorRow, Workers
from hsigui.texts import say


def own() -> tuple[ExecutorRow, ...]:
    """Those of the program."""
    return (
        ExecutorRow("processes", say("Processes of this machine"), "hsigui.pipeline.executors.processes:start"),
        ExecutorRow("dask", say("Dask"), "hsigui.pipeline.executors.dask:start"),
    )


def rows() -> tuple[ExecutorRow, ...]:
    """All engines, the program's own first; a plug-in with a name that is taken is left out."""

    def taken(row: ExecutorRow) -> None:
        plugins.left_out(
            say("The engine “{name}” ({origin})", name=row.name, origin=plugins.origin(row)),
            say("there is an engine of that name"),
        )

    return plugins.beside(own(), plugins.EXECUTORS, ExecutorRow, taken)


def started(words: str, workers: Workers) -> Executor:
    """The engine that words name, such as "dask" or "dask:tcp://host:8786"; to be used in a `with`.

    Raises:
        HsiError: there is no such engine, what it needs is not installed, or its address does not answer.
    """
    name, _, address = words.partition(":")
    row = next((row for row in rows() if row.name == name), None)
    if row is None:
        raise HsiError(
            say("There is no engine “{name}”.", name=name),
            say("Choose one of {names}.", names=", ".join(row.name for row in rows())),
        )
    try:
        start = plugins.resolved(row.start)
    except (ImportError, AttributeError) as error:
        raise HsiError(
            say("The engine “{name}” cannot be loaded: {error}.", name=name, error=error), say("Install it anew.")
        ) from error
    return start(address, workers)
