"""How far a study is: its parts weighted by how long they take, so that the share done tells the time left."""

from __future__ import annotations

from hsigui.claims import Owner
from hsigui.jobs import Context
from hsigui.methods import registry
from hsigui.pipeline.study.log import StudyLog
from hsigui.pipeline.study.plan import StudySpec
from hsigui.report.study import Candidate, of_strokes, split_in_words
from hsigui.texts import say

# As multiples of one draw; rough, for the time left and no more.
_PRETRAINING = {("method", "quick"): 60.0, ("method", "paper"): 20_000.0}
_EMBEDDING = 4.0


class Overall:
    """The whole, and how much of it is done, results of earlier runs included.

    Args:
        candidates: the rows that are told of; None for all.
    """

    def __init__(
        self, ctx: Context, spec: StudySpec, log: StudyLog, candidates: tuple[Candidate, ...] | None = None
    ) -> None:
        self.ctx, self._spec = ctx, spec
        candidates = self._candidates = spec.candidates() if candidates is None else candidates
        self._missing = {c: len(log.missing(c, spec)) for c in candidates}
        self._draws = len(list(spec.drawings())) * spec.draws * len(candidates)
        self._counted = self._draws - sum(self._missing.values())
        self._total = self._draws + sum(self._before(c) for c in candidates)
        self._done = self._counted + sum(self._before(c) for c in candidates if not self._missing[c])

    def part(self, candidate: Candidate, what: str) -> PartOfStudy:
        """A context for what comes before the draws of a method."""
        share = _EMBEDDING if what == "features" else self._before(candidate) - _EMBEDDING
        start = self._done + (self._before(candidate) - _EMBEDDING if what == "features" else 0.0)
        return PartOfStudy(self, start, share, f"{self._who(candidate)}, {what}")

    def weight(self, candidate: Candidate) -> float:
        """What all of a row takes, as multiples of one draw."""
        return self._before(candidate) + len(list(self._spec.drawings())) * self._spec.draws

    def prepared(self, candidate: Candidate) -> None:
        self._done += self._before(candidate)

    def skip(self, candidate: Candidate, draws: int) -> None:
        self._done += self._before(candidate) + draws
        self._counted += draws

    def done_elsewhere(self, candidate: Candidate, missing: int) -> None:
        """Counts what another process has done of a method, of which so many draws are missing now."""
        others = self._missing[candidate] - missing
        if others:
            self._missing[candidate] = missing
            self._counted += others
            self._done += others + (0.0 if missing else self._before(candidate))

    def wait(self, candidate: Candidate, owner: Owner) -> None:
        """Tells that another process is at a method, and that it is waited for."""
        who = self._who(candidate)
        self.tell(self._done, say("{who} is in work by {owner}", who=who, owner=owner))

    def begin_draw(self, candidate: Candidate, split: str, labels: int, number: int) -> None:
        what = say(
            "{cell}, draw {number} of {draws}",
            cell=say("{split} split", split=split_in_words(split))
            if of_strokes(split)
            else say("{split} split, {labels} labels", split=split_in_words(split), labels=labels),
            number=number + 1,
            draws=self._spec.draws,
        )
        self.tell(self._done, f"{self._who(candidate)}, {what}")

    def end_draw(self) -> None:
        self._done += 1
        self._counted += 1

    def tell(self, done: float, text: str) -> None:
        self.ctx.progress(
            done,
            self._total,
            say("Study, {counted} of {draws}, {text}", counted=self._counted, draws=self._draws, text=text),
        )

    def _who(self, candidate: Candidate) -> str:
        return say(
            "{title} ({index} of {count})",
            title=candidate.title,
            index=self._candidates.index(candidate) + 1,
            count=len(self._candidates),
        )

    def _before(self, candidate: Candidate) -> float:
        """What pretraining and embedding take, as multiples of one draw."""
        if candidate.untrained:
            return _EMBEDDING
        usual = registry.method(candidate.method).preset(candidate.preset).epochs
        longer = self._spec.epochs / usual if self._spec.epochs and usual else 1.0
        return longer * _PRETRAINING.get((candidate.family, candidate.preset), 0.0) + _EMBEDDING


class Quiet:
    """A context for the steps of one draw: it can be cancelled and warns, and shows nothing else."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def progress(self, done: float, total: float, text: str = "") -> None:
        del done, total, text
        self._ctx.check()

    def metric(self, name: str, value: float, step: int) -> None:
        del name, value, step
        self._ctx.check()

    def partial(self, value: object) -> None:
        del value

    def warn(self, message: str) -> None:
        self._ctx.warn(message)

    def check(self) -> None:
        self._ctx.check()


class PartOfStudy(Quiet):
    """A context for a step whose own progress is a share of the study's; never backwards."""

    def __init__(self, overall: Overall, start: float, share: float, text: str) -> None:
        super().__init__(overall.ctx)
        self._overall, self._start, self._share, self._text = overall, start, share, text
        self._reached = 0.0

    def progress(self, done: float, total: float, text: str = "") -> None:
        del text
        self._reached = max(self._reached, done / total if total else 0.0)
        self._overall.tell(self._start + self._share * self._reached, self._text)
