"""Orders done by Dask: on this machine by processes of its own, or by a cluster that runs already.

Needs `distributed` (the extra `hsigui[cluster]`). A worker of Dask that is killed is replaced, and what it was at is
given to another, by Dask itself; a task that takes away worker after worker is told as lost.
"""

from __future__ import annotations

import queue
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any, TypeVar

from hsigui import __version__, stopping
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, Context
from hsigui.pipeline import cores
from hsigui.pipeline.executors.processes import ASK_EVERY, THREADS
from hsigui.pipeline.executors.seam import Do, Ended, Hear, Workers
from hsigui.pipeline.executors.telling import Telling, Told
from hsigui.texts import say, say_number

ANSWERS_WITHIN = 15.0  # seconds for a scheduler to answer
STOPS_WITHIN = 5.0  # seconds for the tasks on a cluster to stop when they are asked to
LOOK_EVERY = 0.5  # seconds between two looks of a worker whether its work is still wanted
SAID_AFTER = 10.0  # seconds without a worker after which that is said

_Order = TypeVar("_Order")
_Outcome = TypeVar("_Outcome")


def start(address: str, workers: Workers) -> Dask:
    """The engine of the table.

    Raises:
        HsiError: Dask is not installed, or no scheduler answers at the address.
    """
    try:
        import distributed  # noqa: F401 - looked for, and slow to load
    except ImportError as error:
        raise HsiError(say("Dask cannot be loaded: {error}.", error=error), _how_to_have_it()) from error
    return Dask(address, workers)


def _how_to_have_it() -> str:
    if getattr(sys, "frozen", False):  # pip installs nothing into a bundle
        return say(
            'The bundle takes no further packages. For Dask install the program by pip, with "hsigui[cluster]"; or '
            "leave --scheduler out: --jobs needs no Dask."
        )
    return say('Install it with: pip install "hsigui[cluster]"')


class Dask(AbstractContextManager["Dask"]):
    """A cluster of Dask, connected to (and where it has no address begun) on entering.

    Attributes:
        address: of its scheduler; empty for a cluster of this machine, which ends with this object.
    """

    def __init__(self, address: str, workers: Workers) -> None:
        self.address, self._workers = address, workers
        self._cluster: Any = None
        self._client: Any = None

    @property
    def title(self) -> str:
        if self.address:
            return say("Dask at {address}", address=self.address)
        return say_number("Dask, {count} worker", "Dask, {count} workers", self._count())

    def __enter__(self) -> Dask:
        from distributed import Client

        try:
            if not self.address:
                self._cluster = self._of_this_machine()
            self._client = Client(
                self.address or self._cluster, timeout=ANSWERS_WITHIN, set_as_default=False, name="hsigui"
            )
        except (OSError, ValueError, TimeoutError, RuntimeError) as error:
            self.__exit__()
            raise self._unreached(error) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._client, self._cluster):
            if each is not None:
                with suppress(OSError, TimeoutError):  # it is gone already
                    each.close()
        self._client = self._cluster = None

    def map(self, do: Do[_Order, _Outcome], orders: Sequence[_Order], hear: Hear) -> Iterator[Ended[_Outcome]]:
        """See `Executor.map`."""
        call = _Call(self._client, do, orders, hear)
        try:
            call.begin(self._title_with_link())
            yield from call.ends()
        finally:
            call.close()

    def _title_with_link(self) -> str:
        return say("{title}; its dashboard: {link}", title=self.title, link=self._client.dashboard_link)

    def _count(self) -> int:
        return self._workers.count or max(1, cores.count() // max(1, self._workers.threads))

    def _of_this_machine(self) -> Any:
        import dask
        from distributed import LocalCluster

        threads = dict.fromkeys(THREADS, str(max(1, self._workers.threads)))
        # Set in the workers' environment before they load a library; later is too late.
        with dask.config.set({"distributed.nanny.pre-spawn-environ": threads}):
            return LocalCluster(
                n_workers=self._count(), threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                host="127.0.0.1", memory_limit=self._workers.memory or 0, silence_logs=50,
            )  # fmt: skip

    def _unreached(self, error: Exception) -> HsiError:
        if not self.address:
            return HsiError(
                say("Dask cannot be begun on this machine: {error}.", error=error),
                say("Leave out --scheduler, and say how many with --jobs."),
            )
        return HsiError(
            say("No scheduler of Dask answers at {address}.", address=self.address),
            say("Begin one with dask scheduler, and give the address that it tells, such as tcp://host:8786."),
        )


class _Call:
    """One map: its tasks on the cluster, and what is heard from them."""

    def __init__(self, client: Any, do: Any, orders: Sequence[Any], hear: Hear) -> None:
        self._client, self._do, self._orders, self._hear = client, do, orders, hear
        self._name = f"hsigui-{uuid.uuid4().hex}"
        self._heard: queue.SimpleQueue[Told | Any] = queue.SimpleQueue()
        self._tasks: dict[Any, int] = {}
        self._contexts: dict[int, Context] = {}
        self._unwanted: Any = None

    def begin(self, title: str) -> None:
        """Hands all orders to the cluster.

        Raises:
            HsiError: its workers have another version of this program, or none.
        """
        from distributed import Event

        if not self._orders:
            return
        self.context(0).partial(title)
        self._require_same_program()
        self._unwanted = Event(self._name, client=self._client)  # set where the work is not wanted any more
        self._client.subscribe_topic(self._name, lambda event: self._heard.put(_told(event)))
        for number, order in enumerate(self._orders):
            task = self._client.submit(
                _done, self._do, order, number, self._name, key=f"{self._name}-{number}", pure=False
            )
            task.add_done_callback(self._heard.put)
            self._tasks[task] = number

    def ends(self) -> Iterator[Ended[Any]]:
        waiting_since: float | None = time.monotonic()
        while self._tasks:
            try:
                heard = self._heard.get(timeout=ASK_EVERY)
            except queue.Empty:
                self._ask()
                waiting_since = self._tell_of_no_worker(waiting_since)
                continue
            if isinstance(heard, Told):
                getattr(self.context(heard.number), heard.call)(*heard.values)
            elif heard in self._tasks:
                yield self._end(heard)

    def close(self) -> None:
        """Ends what is left of the work, and forgets all of it."""
        with suppress(OSError, TimeoutError, ValueError):  # the cluster is gone, and its tasks with it
            if self._tasks and self._unwanted is not None:
                self._stop()
            if self._unwanted is not None:
                self._client.unsubscribe_topic(self._name)
        self._tasks.clear()

    def _stop(self) -> None:
        """Asks the tasks that a worker has to stop, and waits for that for a few seconds; the others are taken back."""
        self._unwanted.set()
        taken = {str(key) for keys in self._client.processing().values() for key in keys}
        stopping_now = [task for task in self._tasks if task.key in taken]
        self._client.cancel([task for task in self._tasks if task.key not in taken])
        until = time.monotonic() + STOPS_WITHIN
        while time.monotonic() < until and not all(task.done() for task in stopping_now):
            time.sleep(ASK_EVERY)
        self._client.cancel(stopping_now)

    def context(self, number: int) -> Context:
        if number not in self._contexts:
            self._contexts[number] = self._hear(number)
        return self._contexts[number]

    def _ask(self) -> None:
        """Whether the user has cancelled, and the cluster is there."""
        self.context(next(iter(self._tasks.values()))).check()
        if self._client.status not in ("running", "connecting"):
            raise _lost()

    def _tell_of_no_worker(self, since: float | None) -> float | None:
        """Says once, where no worker has come for a while, that one is waited for."""
        if since is None or time.monotonic() - since < SAID_AFTER:
            return since
        if not self._client.scheduler_info()["workers"]:
            self.context(0).warn(say("The cluster has no worker yet; one is waited for."))
        return None

    def _end(self, task: Any) -> Ended[Any]:
        from distributed.scheduler import KilledWorker

        number = self._tasks.pop(task)
        if task.status == "lost":
            raise _lost()
        if task.cancelled():
            return Ended(number, lost=say("Dask has given up the task."))
        error = task.exception()
        if isinstance(error, KilledWorker):
            return Ended(number, lost=say("Each worker of Dask that was at it was ended, as where memory runs out."))
        if error is not None:
            raise error
        return Ended(number, task.result())

    def _require_same_program(self) -> None:
        """Refuses workers that would not know what to do.

        Raises:
            HsiError: as said.
        """
        versions = self._client.run(_version, on_error="return")  # of the workers that there are
        for worker, version in versions.items():
            if isinstance(version, BaseException):
                raise HsiError(
                    say("The worker {worker} cannot load this program: {error}.", worker=worker, error=version),
                    say("Install hsigui {version} where the workers run.", version=__version__),
                )
            if version != __version__:
                raise HsiError(
                    say("The worker {worker} has hsigui {version}.", worker=worker, version=version),
                    say("Install hsigui {version} where the workers run.", version=__version__),
                )


def _lost() -> HsiError:
    return HsiError(
        say("The cluster of Dask is gone."), say("What was made is kept; the same command goes on from there.")
    )


def _version() -> str:
    """Of the program, on a worker."""
    return __version__


def _told(event: Any) -> Told:
    """What a worker told: events are pairs of a time and what was logged."""
    number, call, values = event[1]
    return Told(number, call, tuple(values))


def _done(do: Any, order: Any, number: int, name: str) -> Any:
    """What comes of an order, on a worker."""
    from distributed import Event, get_client, get_worker

    worker, looking = get_worker(), _Looking(Event(name, client=get_client()))

    def send(told: Told) -> None:
        with suppress(TypeError):  # events are plain: numbers, texts, lists
            worker.log_event(name, [told.number, told.call, list(told.values)])

    ctx = Telling(number, send, looking)
    with stopping.checked_by(ctx.check):
        try:
            return do(order, ctx)
        except Cancelled:
            return None  # nobody waits for it


class _Looking:
    """Asks now and then whether the work is still wanted."""

    def __init__(self, ended: Any) -> None:
        self._ended, self._asked, self._stop = ended, float("-inf"), False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._stop and now - self._asked >= LOOK_EVERY:
            self._asked = now
            try:
                self._stop = bool(self._ended.is_set())
            except (OSError, TimeoutError):  # the scheduler is gone, and with it all who wait
                self._stop = True
        return self._stop
