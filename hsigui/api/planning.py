"""What many scenes will take, before any of them is worked on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hsigui.api.given import PathLike, paths
from hsigui.jobs import Context, quiet
from hsigui.pipeline.costs.plan import Plan, Wish
from hsigui.pipeline.costs.plan import plan as reckon
from hsigui.specs import PretrainSpec


def plan(
    places: PathLike | Sequence[PathLike], method: str = "lscosa", *, preset: str = "quick", epochs: int | None = None,
    settings: Mapping[str, bool | int | float | str] | None = None, spec: PretrainSpec | None = None,
    run: PathLike | None = None, train: str | None = None, smooth: float | None = None, edges: float | None = None,
    context: str | None = None, classes: int = 10, labels: int = 10, format: str = ".tif",
    workers: Sequence[int] = (1,), per_machine: int | None = None, price_per_hour: float | None = None,
    currency: str = "", read_speed: float | None = None, rounds: int = 2, ctx: Context | None = None,
) -> Plan:  # fmt: skip
    """Hours, memory, disk and cost of all scenes under some folders, reckoned from a short trial of the method on a
    crop of the largest of them, on this machine. Nothing is written but temporary files.

    Args:
        places: folders and files.
        method, preset, epochs, settings, spec: as for `pretrain`.
        run: folder of a finished run whose encoder is used instead of training one.
        train: "once" (on the largest scene; its classifier maps the others) or "each" scene by itself; None for "once",
            or for nothing where there is a run.
        smooth, edges, context: as for `classify`.
        classes, labels: of a scene with labels, and labels of each class.
        format: suffix of the maps.
        workers: how many processes share the scenes, one estimate each.
        per_machine: workers on one machine, each like this one; None for all on this machine.
        price_per_hour: of one machine, in `currency`.
        read_speed: bytes a second of the disk of the scenes; None to measure it on their files.
        rounds: how often all is measured; from how they differ comes the range.

    Returns:
        `Plan`: `plan.estimate.workers` has hours and cost (low, likely, high) for each number of workers,
        `plan.estimate.scenes` the seconds of every term, bytes of memory and disk of each scene, `plan.estimate.first`
        what saturates first, `plan.left_out` the files that were not reckoned with; `plan.to_json()` all of it.

    Raises:
        HsiError: there is no scene, a number is out of range, or the method does not work on the crop.
    """
    wish = Wish(
        spec or PretrainSpec(method, preset, epochs=epochs, settings=dict(settings or {})),
        None if run is None else Path(run), train or ("once" if run is None else "never"),
        {"smooth": smooth, "edges": edges, "context": context}, classes, labels, format, tuple(workers), per_machine,
        price_per_hour, currency, read_speed, rounds,
    )  # fmt: skip
    return reckon(paths(places), wish, ctx or quiet())
