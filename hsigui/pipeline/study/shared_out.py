"""The rows of a study by several workers: each opens the scene for itself, and adds what it finds to one folder.

An order is the rows of one encoder: what a worker leaves behind where it is lost, the next one goes on with.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

import torch

from hsigui.cube.cube import Cube
from hsigui.jobs import Context, Relay, quiet
from hsigui.methods import devices
from hsigui.pipeline.executors.seam import Executor, each_tried_again
from hsigui.pipeline.study.log import StudyLog
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.progress import Overall
from hsigui.pipeline.study.work import Work, encoder_name, recipes_of, settings_of
from hsigui.report.study import Candidate, Failure
from hsigui.texts import say

# Gives the scene, what is known of it, and the scene as pretraining sees it (None for as the map does).
Opened = tuple[Cube, StudyTruth, Cube | None]
Open = Callable[[Context], Opened]

NAMES_TOLD = 3  # of the rows that are in work at once


@dataclass(frozen=True)
class Tried:
    """What became of an order.

    Attributes:
        failures: of its rows.
        elsewhere: whether another process is at some of them.
        threads: of PyTorch in the worker.
    """

    failures: tuple[Failure, ...]
    elsewhere: bool
    threads: int


@dataclass(frozen=True)
class RowsOfStudy:
    """Computes the results of rows that are missing in the folder of a study; can be sent to other processes.

    Attributes:
        open: opens the scene; picklable.
        command: kept with the encoders.
    """

    open: Open
    spec: StudySpec
    folder: Path
    command: str

    def __call__(self, rows: tuple[Candidate, ...], ctx: Context) -> Tried:
        """What became of the rows.

        Raises:
            HsiError: the scene cannot be opened, or the folder not be written.
            Cancelled: through the context; the results so far are kept.
        """
        cube, reference, learned = _opened(pickle.dumps(self.open))
        seen = cube if learned is None else learned
        device = devices.choose(self.spec.device)
        settings = settings_of(cube, seen, reference, self.spec, device.type)
        failures: list[Failure] = []
        with StudyLog(self.folder, settings, recipes_of(self.spec)) as log:
            progress = Overall(ctx, self.spec, log, rows)
            work = Work(cube, seen, reference, self.spec, log, progress, self.command)
            done = [work.tried(row, failures) for row in rows]
        return Tried(tuple(failures), not all(done), torch.get_num_threads())


@lru_cache(maxsize=1)
def _opened(how: bytes) -> Opened:
    """The scene, opened once by each process: it serves many rows."""
    open_scene: Open = pickle.loads(how)
    return open_scene(quiet())


@dataclass(frozen=True)
class SharedOut:
    """What workers have done of a study.

    Attributes:
        failures: what failed.
        tried: the rows that nobody has to try again: their results are there, or they failed.
        threads: of PyTorch in a worker; 0 where there was nothing to do.
    """

    failures: list[Failure]
    tried: list[Candidate]
    threads: int


def share_out(
    executor: Executor, do: RowsOfStudy, rows: Sequence[Candidate], log: StudyLog, ctx: Context
) -> SharedOut:  # fmt: skip
    """Has workers compute what is missing of rows.

    Args:
        log: of the same folder, which reads what they find.

    Raises:
        HsiError: the workers are lost, or cannot open the scene.
        Cancelled: through the context; the results so far are kept.
    """
    missing = [row for row in rows if log.missing(row, do.spec)]
    pieces = [tuple(group) for _, group in groupby(sorted(missing, key=encoder_name), encoder_name)]
    pieces.sort(key=lambda piece: rows.index(piece[0]))  # begun in the order of the table
    together = _Together(ctx, pieces, Overall(ctx, do.spec, log), do.spec)
    failures: list[Failure] = []
    tried: list[Candidate] = []
    threads = 0
    for ended in each_tried_again(executor, do, pieces, together.hear):
        piece, found = pieces[ended.number], ended.value
        together.end(ended.number)
        if ended.lost:
            lost = [_lost(row, ended.lost) for row in piece]
            for failure in lost:
                log.add_failure(failure, "")
            ctx.partial(say("{title}: failed. {message}", title=piece[0].title, message=ended.lost))
            failures += lost
            tried += piece
        elif found is not None:
            failures += found.failures
            tried += [] if found.elsewhere else piece
            threads = found.threads
    log.read_again()
    return SharedOut(failures, tried, threads)


def _lost(row: Candidate, why: str) -> Failure:
    return Failure(row.method, row.preset, why, untrained=row.untrained, context=row.context)


class _Together:
    """How far the whole is, from what each worker tells of its rows."""

    def __init__(
        self, ctx: Context, pieces: Sequence[tuple[Candidate, ...]], overall: Overall, spec: StudySpec
    ) -> None:
        self._ctx, self._pieces = ctx, pieces
        self._weights = [sum(overall.weight(row) for row in piece) for piece in pieces]
        everything = sum(overall.weight(row) for row in spec.candidates())
        self._done = everything - sum(self._weights)
        self._everything, self._ended = everything, 0
        self._at: dict[int, float] = {}

    def hear(self, number: int) -> Context:
        """The context of an order."""
        return _OfRows(self._ctx, lambda share, text: self._tell(number, share, text))

    def end(self, number: int) -> None:
        """Counts an order as done."""
        self._at.pop(number, None)
        self._done += self._weights[number]
        self._ended += 1

    def _tell(self, number: int, share: float, text: str) -> None:
        self._at[number] = share
        part = sum(self._weights[at] * done for at, done in self._at.items())
        if len(self._at) > 1:
            names = [self._pieces[at][0].title for at in sorted(self._at)]
            text = say(
                "Study, {done} of {count} encoders done, {working} in work: {names}",
                done=self._ended,
                count=len(self._pieces),
                working=len(self._at),
                names=", ".join(names[:NAMES_TOLD] + (["…"] if len(names) > NAMES_TOLD else [])),
            )
        self._ctx.progress(self._done + part, self._everything, text)


class _OfRows(Relay):
    """The context of an order: its progress is a share of the whole's."""

    def __init__(self, ctx: Context, tell: Callable[[float, str], None]) -> None:
        super().__init__(ctx)
        self._tell = tell

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._tell(min(1.0, done / total) if total else 0.0, text)
