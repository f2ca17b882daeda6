"""The tables of a study on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from hsigui.report.study import Comparison, Gain, Sampling, StudyRow, cell_in_words, of_strokes, split_in_words
from hsigui.report.study_words import AGAINST_WORDS as WHAT
from hsigui.report.study_words import compared, figure, seconds, signed
from hsigui.texts import say, say_number


def print_tables(
    rows: Sequence[StudyRow], samplings: Sequence[Sampling], comparisons: Sequence[Comparison], scene: str = ""
) -> None:
    """One table a cell: each row's figures, and its differences to what it is compared with.

    Args:
        comparisons: those of other scenes too.
        scene: whose; empty where there is one only.
    """
    width = max(len(row.title) for row in rows)
    against = [kind for kind in WHAT if any(c.against == kind for c in comparisons)]
    for sampling in samplings:
        print(_heading(sampling))
        print(
            say(
                "{words:{width}}  {oa:>12}  {aa:>12}  {kappa:>15}  {pretrain_s:>10}  {map_s:>7}",
                words="",
                width=width,
                oa=say("OA %"),
                aa=say("AA %"),
                kappa=say("kappa"),
                pretrain_s=say("pretrain s"),
                map_s=say("map s"),
            )
            + "".join(f"  {WHAT[kind]:>26}" for kind in against)
        )
        for row in rows:
            if (row.split, row.labels) == (sampling.split, sampling.labels):
                where = row.key, (scene, row.split, row.labels)
                own = {c.against: c for c in comparisons if (c.key, c.cell) == where}
                differences = "".join(f"  {compared(own.get(kind)):>26}" for kind in against)
                print((_line(row, width) + differences).rstrip())
    print()


def print_gains(gains: Sequence[Gain]) -> None:
    """The means over all cells, a line each."""
    for gain in gains:
        print(
            say(
                "{title} {against}, mean over {cells}: {difference} points of OA ({draws})",
                title=gain.title,
                against=WHAT[gain.against],
                cells=say_number("{count} cell", "{count} cells", gain.cells),
                difference=signed(gain.mean, gain.se),
                draws=say_number("{count} draw", "{count} draws", gain.draws),
            )
        )
    if gains:
        print(say("After a difference: its standard error over the draws; p of a paired t-test, Holm-corrected.\n"))


def _heading(sampling: Sampling) -> str:
    draws = say_number("{count} draw", "{count} draws", sampling.draws)
    if of_strokes(sampling.split):
        return say("\n{cell}, {draws}", cell=cell_in_words(sampling.split, sampling.labels), draws=draws)
    return say(
        "\n{labels} a class, {split} split, {draws}",
        labels=say_number("{count} label", "{count} labels", sampling.labels),
        split=split_in_words(sampling.split),
        draws=draws,
    )


def _line(row: StudyRow, width: int) -> str:
    oa, aa = (figure(m, s, 100, 1) for m, s in ((row.oa_mean, row.oa_sd), (row.aa_mean, row.aa_sd)))
    kappa = figure(row.kappa_mean, row.kappa_sd, 1, 3)
    pretrained, mapped = (seconds(v) for v in (row.pretrain_s, row.map_s))
    return f"{row.title:{width}}  {oa:>12}  {aa:>12}  {kappa:>15}  {pretrained:>10}  {mapped:>7}"
