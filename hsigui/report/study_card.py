"""What a notebook shows of a study: its table of overall accuracies. See `hsigui.cube.card`."""

from __future__ import annotations

from hsigui.cube.card import card, table
from hsigui.report.study import Study, StudyRow
from hsigui.texts import say


def card_of_study(study: Study) -> str:
    """A study: for each split and number of labels the rows, the best first; what failed last, with its reason."""
    context = study.context
    rows = (
        (say("scene"), context.cube_name),
        (say("draws"), ", ".join(map(str, study.draw_seeds)) and say("{count}, seeds {seeds}",
            count=len(study.draw_seeds), seeds=", ".join(map(str, study.draw_seeds)))),
        (say("device"), context.device),
    )  # fmt: skip
    head = (say("method"), say("split"), say("labels"), say("OA %"), say("AA %"), say("kappa"), say("draws"))
    ranked = sorted(study.rows, key=lambda row: (row.split, row.labels, -(row.oa_mean or 0.0), row.oa_mean is None))
    return card(context.title, rows, below=table(head, [_cells(row) for row in ranked]))


def _cells(row: StudyRow) -> tuple[str, ...]:
    if row.oa_mean is None:
        return row.title, row.split, str(row.labels), row.failed or "n/a", "n/a", "n/a", str(row.draws)
    return (
        row.title, row.split, str(row.labels), _percent(row.oa_mean, row.oa_sd), _percent(row.aa_mean, row.aa_sd),
        "n/a" if row.kappa_mean is None else say("{kappa:.3f}", kappa=row.kappa_mean), str(row.draws),
    )  # fmt: skip


def _percent(mean: float | None, sd: float | None) -> str:
    if mean is None:
        return "n/a"
    shown = say("{percent:.1f}", percent=100 * mean)
    return shown if sd is None else say("{percent} ± {sd:.1f}", percent=shown, sd=100 * sd)
