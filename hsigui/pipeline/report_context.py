"""What a report says besides the figures, whoever asked for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from hsigui.cube.areas import pixel_areas
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.scoring import Scored
from hsigui.report.context import ChoosingLabels, ReportContext, SplitFacts
from hsigui.report.draws import Draws, summarised
from hsigui.report.maps import legend_rows
from hsigui.report.reliability import added_up


def report_context(
    scored: Sequence[Scored], title: str, commands: tuple[str, ...], notes: tuple[str, ...],
    hashes: Mapping[str, str] | None = None,
) -> ReportContext:  # fmt: skip
    """What a report says besides the figures, whoever asked for it."""
    first = scored[0]
    record = first.record or Provenance()
    context = record.context(title, legend_rows(first.array, first.classes), notes)
    facts = _common([s.facts for s in scored])
    found = pixel_areas(first.geo, first.array.shape)
    return dataclasses.replace(
        context,
        commands=commands,
        seeds={**context.seeds, **_seeds(scored)},
        rows=first.array.shape[0],
        cols=first.array.shape[1],
        hashes={**context.hashes, **(hashes or {}), **first.hashes},
        transductive=any(s.facts.seen for s in scored),
        pixel_area_m2=record.pixel_area_m2 if found is None else found.mean,
        class_areas_m2={} if found is None else dict(enumerate(found.of_classes(first.array).tolist())),
        areas="" if found is None else found.about,
        split=facts,
        matches=first.matches,
        reliability=added_up([s.reliability for s in scored]),
    )


def summary(scored: Sequence[Scored]) -> Draws:
    seeds = [None if s.drawn is None else s.drawn.seed for s in scored]
    names, hashes = [s.name for s in scored], [s.hashes for s in scored]
    return summarised([s.measured for s in scored], names, seeds, hashes)


def _seeds(scored: Sequence[Scored]) -> dict[str, object]:
    found = [s.drawn.seed for s in scored if s.drawn is not None and s.drawn.seed is not None]
    if not found:
        return {}
    return {"draws of labels": found} if len(scored) > 1 else {"draw of labels": found[0]}


def _choosing(facts: Sequence[SplitFacts]) -> tuple[ChoosingLabels, ...]:
    """The labels that chose, of all draws; test pixels among them are those of all draws, where these are known."""
    found: dict[tuple[str, str], ChoosingLabels] = {}
    for one in (one for fact in facts for one in fact.chosen_by):
        before = found.get(key := (one.what, one.sha256))
        if before is not None:
            known = None not in (before.tested, one.tested)
            one = dataclasses.replace(one, tested=(before.tested or 0) + (one.tested or 0) if known else None)
        found[key] = one
    return tuple(found.values())


def _common(facts: Sequence[SplitFacts]) -> SplitFacts:
    """What holds for all draws: the smallest gap and guard, the widest reach, all test pixels seen; what is not known
    of one of them is not known of all."""
    known = {name: [getattr(fact, name) for fact in facts] for name in ("gap", "guard", "reach", "seen")}
    whole = {name: values for name, values in known.items() if None not in values}
    smallest = {name: min(whole[name]) for name in ("gap", "guard") if name in whole}
    names = dict.fromkeys(name for fact in facts for name in fact.influence)
    fades = [fact.edge_reach for fact in facts if fact.edge_reach is not None]
    return dataclasses.replace(
        facts[0],
        kind="; ".join(dict.fromkeys(fact.kind for fact in facts)) if all(fact.kind for fact in facts) else "",
        gap=smallest.get("gap"),
        guard=smallest.get("guard"),
        reach=max(whole["reach"]) if "reach" in whole else None,
        seen=sum(whole["seen"]) if "seen" in whole else None,
        not_tested=tuple(dict.fromkeys(name for fact in facts for name in fact.not_tested)),
        edge_reach=max(fades, default=None),
        chosen_by=_choosing(facts),
        influence={name: max(fact.influence.get(name, 0) for fact in facts) for name in names},
    )
