"""What a suite of studies found: every method on every cell of every scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hsigui.report.comparisons import compare
from hsigui.report.study import Candidate, Comparison, Gain, Sampling, Score, Study, StudyRow


@dataclass(frozen=True)
class SceneFindings:
    """One scene of a suite.

    Attributes:
        candidates: the rows of its study.
        study: None where the scene failed.
        scores: of all draws.
        failed: why nothing was found; empty where something was.
    """

    name: str
    candidates: tuple[Candidate, ...]
    study: Study | None = None
    scores: tuple[Score, ...] = ()
    failed: str = ""

    @property
    def samplings(self) -> tuple[Sampling, ...]:
        return () if self.study is None else self.study.samplings

    @property
    def rows(self) -> tuple[StudyRow, ...]:
        return () if self.study is None else self.study.rows


@dataclass(frozen=True)
class Suite:
    """All that a suite found.

    Attributes:
        comparisons, gains: over all scenes; see `comparisons.compare`.
        settings: section -> name -> value; versions: package -> version.
        created: ISO 8601 with time zone.
    """

    title: str
    scenes: tuple[SceneFindings, ...]
    comparisons: tuple[Comparison, ...]
    gains: tuple[Gain, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    created: str = ""

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """The rows of the table: those of all scenes, each once."""
        return _all_candidates(self.scenes)

    @property
    def incomplete(self) -> tuple[str, ...]:
        """The names of the scenes that failed, wholly or in some of their draws."""
        return tuple(s.name for s in self.scenes if s.study is None or s.study.failures)


def compare_scenes(scenes: Sequence[SceneFindings]) -> tuple[tuple[Comparison, ...], tuple[Gain, ...]]:
    """The differences of each method to what it is compared with, on every scene, corrected together."""
    return compare(_all_candidates(scenes), {scene.name: scene.scores for scene in scenes})


def _all_candidates(scenes: Sequence[SceneFindings]) -> tuple[Candidate, ...]:
    return tuple({c.key: c for scene in scenes for c in scene.candidates}.values())
