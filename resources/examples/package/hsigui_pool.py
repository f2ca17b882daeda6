"""An engine for many cubes and tiles: any pool of Python's own interface (`concurrent.futures`), such as that of MPI.

    hsigui classify 'flights/*.hdr' --run RUN --out-dir maps --jobs 4 --scheduler pool
    hsigui classify 'flights/*.hdr' --run RUN --out-dir maps --scheduler pool:mpi4py.futures:MPIPoolExecutor

An order is a small description that can be pickled; what does it reads files and leaves files. So an engine hands
orders out and tells how each ended, and need not know what they are. This one cannot stop a task that has begun: Ctrl-C
takes the others back and waits for it.
"""

from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, ProcessPoolExecutor, wait
from contextlib import AbstractContextManager
from functools import partial
from multiprocessing import get_context

from hsigui.errors import HsiError
from hsigui.pipeline.executors.seam import Ended, ExecutorRow
from hsigui.pipeline.executors.telling import Telling
from hsigui.plugins import resolved

ASK_EVERY = 0.2  # seconds between two questions whether the user has cancelled


class Pool(AbstractContextManager):
    """Begins a pool for each map: one whose worker was killed is broken for good.

    Args:
        make: called with `max_workers`; gives the pool.
        count: of workers; None for as many as the pool takes by itself.
    """

    def __init__(self, make, count):
        self._make, self._count = make, count

    title = "a pool of workers"

    def __exit__(self, *_):
        return None

    def map(self, do, orders, hear):
        """See `hsigui.pipeline.executors.seam.Executor.map`."""
        with self._make(max_workers=self._count) as pool:
            numbers = {pool.submit(done, do, order): number for number, order in enumerate(orders)}
            waiting = set(numbers)
            try:
                while waiting:
                    ready, waiting = wait(waiting, ASK_EVERY, FIRST_COMPLETED)
                    if waiting:
                        hear(min(numbers[task] for task in waiting)).check()  # raises where the user has cancelled
                    for task in ready:
                        yield ended(numbers[task], task, hear)
            finally:
                for task in waiting:
                    task.cancel()


def done(do, order):
    """In a worker: what came of an order, and what it told its context, which is passed on at its end."""
    told = []
    return do(order, Telling(0, told.append, lambda: False)), told


def ended(number, task, hear):
    """How an order ended; what it raised is raised here."""
    try:
        value, told = task.result()
    except BrokenExecutor as error:
        return Ended(number, lost=f"{error}")
    for each in told:
        getattr(hear(number), each.call)(*each.values)
    return Ended(number, value)


def start(address, workers):
    """The engine of an address: “module:name” of what makes the pool, or nothing for processes of this machine."""
    if not address:
        return Pool(partial(ProcessPoolExecutor, mp_context=get_context("spawn")), workers.count)
    try:
        return Pool(resolved(address), workers.count)
    except (ImportError, AttributeError, ValueError) as error:
        raise HsiError(f"There is no pool “{address}”: {error}.", "Name it as module:name.") from error


ROW = ExecutorRow("pool", "Pool of Python's own interface", start)
