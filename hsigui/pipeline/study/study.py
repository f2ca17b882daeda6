"""The study: every method and baseline on the same draws of labels, each pretrained once.

Pretraining sees no label, so one encoder (for a method, a preset, a seed and a scene) serves every draw, number of
labels and split; the spread over draws is that of the labels alone. Results are kept as they come (`study_log`),
encoders and features in `runs` of the same folder: a study that was stopped goes on where it was.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import torch

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.methods import devices
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.study.log import StudyLog
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.progress import Overall
from hsigui.pipeline.study.reach import require_guard
from hsigui.pipeline.study.shared_out import Open, RowsOfStudy, share_out
from hsigui.pipeline.study.work import Work, recipes_of, settings_of
from hsigui.report.comparisons import compare
from hsigui.report.study import Comparison, Failure, Gain, Sampling, Score, StudyRow, summarise
from hsigui.texts import say

LOOK_AGAIN = 0.5  # seconds between two looks at what others have in work


@dataclass(frozen=True)
class StudyFindings:
    """What a study found.

    Attributes:
        device: where it was computed, in words; threads: of PyTorch.
        seconds: part -> seconds, of all results, those of earlier runs of the study included.
        comparisons, gains: of the methods with what they are compared with; see `report.comparisons`.
        scores: those of all draws that were asked for.
        without_data: labelled pixels of the ground truth that are in no draw because the scene has no data there.
    """

    rows: tuple[StudyRow, ...]
    samplings: tuple[Sampling, ...]
    failures: tuple[Failure, ...]
    device: str
    threads: int
    seconds: dict[str, float]
    comparisons: tuple[Comparison, ...] = ()
    gains: tuple[Gain, ...] = ()
    scores: tuple[Score, ...] = ()
    without_data: int = 0


@dataclass(frozen=True)
class Shared:
    """Workers for a study.

    Attributes:
        executor: entered already.
        open: opens the scene of the study in a worker; picklable.
    """

    executor: Executor
    open: Open


def run_study(
    cube: Cube, reference: StudyTruth, spec: StudySpec, folder: Path, ctx: Context, *, command: str = "",
    learned: Cube | None = None, shared: Shared | None = None,
) -> StudyFindings:  # fmt: skip
    """Computes what is missing of a study and summarises all of it.

    Any number of processes may do so in one folder at once: what one is at, the others wait for in the end.
    A method that fails is told in `failures` and does not stop the others. Tells the context how much of the whole is
    done, and each finished line of the table as a text (`partial`).

    Args:
        folder: where results, encoders and features are kept.
        command: the command line that asked for it, kept with the encoders.
        learned: the scene as pretraining sees it; None for as the map does.
        shared: who computes, and how these open the same scene; None for this process alone. A row whose worker is
            lost is given to another once more, and has failed where that is lost too.

    Raises:
        HsiError: the folder holds another study, there is nothing to draw or to test, the guard is narrower than half
            of an encoder's receptive field, or the device does not exist.
        Cancelled: through the context; the results so far are kept.
    """
    device = devices.choose(spec.device)
    require_guard(spec)
    ctx.progress(0, 1, say("Drawing labels"))
    samplings = []
    for split, labels in spec.drawings():
        ctx.check()
        samplings.append(reference.sampling(spec, split, labels))
    seen = cube if learned is None else learned
    failures: list[Failure] = []
    threads = torch.get_num_threads()
    with StudyLog(folder, settings_of(cube, seen, reference, spec, device.type), recipes_of(spec)) as log:
        work = Work(cube, seen, reference, spec, log, Overall(ctx, spec, log), command)
        waiting = spec.candidates()
        if shared is not None:
            do = RowsOfStudy(shared.open, spec, folder, command)
            found = share_out(shared.executor, do, waiting, log, ctx)
            failures += found.failures
            waiting = tuple(candidate for candidate in waiting if candidate not in found.tried)
            threads = found.threads or threads
        while waiting:
            left = tuple(candidate for candidate in waiting if not work.tried(candidate, failures))
            if left == waiting:
                ctx.check()
                time.sleep(LOOK_AGAIN)
            waiting = left
    wanted = [score for candidate in spec.candidates() for score in log.found(candidate, spec)]
    rows = summarise(spec.candidates(), samplings, wanted, log.timings, failures)
    comparisons, gains = compare(spec.candidates(), {"": wanted})
    timings = [t for key, t in log.timings.items() if key in {c.key for c in spec.candidates()}]
    seconds = {
        "pretraining, all methods": sum((t.pretrain_s for t in timings), 0.0),
        "features, all methods": sum((t.features_s for t in timings), 0.0),
        "probes and maps, all draws": sum((s.map_s for s in wanted), 0.0),
    }
    # Parts may come from an earlier run of the study, with other threads: each tells where it was computed.
    titles = dict.fromkeys(t.device for t in timings) or [devices.title(device)]
    return StudyFindings(
        rows, tuple(samplings), tuple(failures), "; ".join(titles), threads, seconds, comparisons,
        gains, tuple(wanted), reference.without_data,
    )  # fmt: skip
