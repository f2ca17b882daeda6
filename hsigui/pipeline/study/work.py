"""The results of one row of a study: its encoder, its features, and a map of every draw that is missing."""

from __future__ import annotations

import hashlib
import json
import math
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from hsigui import __version__
from hsigui.analysis.nearest import nearest
from hsigui.analysis.references import Matching
from hsigui.claims import Claim
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint, scene_fingerprint
from hsigui.cube.masked import set_aside
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.methods import checkpoint, registry, resume
from hsigui.methods.calibration import tempered
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline.classify import ClassMap, classify
from hsigui.pipeline.embed import embed
from hsigui.pipeline.evaluate import evaluate
from hsigui.pipeline.features import Features
from hsigui.pipeline.map_parts import drawn_as
from hsigui.pipeline.matched import map_of, means_of
from hsigui.pipeline.pretrain import pretrain
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.provenance import raster_hash
from hsigui.pipeline.study.log import RUNS, StudyLog
from hsigui.pipeline.study.plan import StudySpec, StudyTruth
from hsigui.pipeline.study.progress import Overall, Quiet
from hsigui.report.metrics import Accuracy
from hsigui.report.reliability import counted
from hsigui.report.study import Candidate, ClassScore, Failure, Score, Timing, cell_in_words, mean_and_sd
from hsigui.specs import as_first_written
from hsigui.texts import number_text, say

MOST_KEPT = 100_000_000  # class probabilities of a map, to tell how it was before it was calibrated (400 MB)


def settings_of(cube: Cube, learned: Cube, reference: StudyTruth, spec: StudySpec, device: str) -> dict[str, object]:
    """What all results of a folder share."""
    return {
        "program": f"hsigui {__version__}",
        "cube": fingerprint(cube),
        "ground truth": raster_hash(reference.truth),
        "seed": spec.seed,
        "device": device,
        "epochs": spec.epochs,
        "block": spec.block,
        "guard": spec.guard,
        # Only what is not as it was when studies did not write it down, so that those go on.
        **({} if (out := set_aside(learned)) is None else {"masked for pretraining": raster_hash(out)}),
        **({} if spec.monitor else {"monitor": False}),
        **({} if spec.patience is None else {"patience": spec.patience}),
        **({} if spec.precision == "auto" else {"precision": spec.precision}),
        **_changed_settings(spec),
    }


def _changed_settings(spec: StudySpec) -> dict[str, object]:
    """The settings of the methods that are not those of the first studies, under the name that a refusal tells."""
    changed: dict[str, object] = {}
    for candidate in spec.candidates():
        first = registry.complete(candidate.method, candidate.preset, None)
        now = registry.settings_of(spec.pretraining(candidate)).to_json()
        differing = {name: value for name, value in now.items() if first.get(name) != value}
        if differing:
            changed[f"settings of {candidate.method} {candidate.preset}"] = differing
    return changed


def recipes_of(spec: StudySpec) -> dict[str, str]:
    """A short name of each method's recipe."""
    recipes = {
        name: json.dumps(as_first_written(registry.method(name).recipe.to_json()), sort_keys=True)
        for name in spec.methods
    }
    return {name: hashlib.sha256(text.encode()).hexdigest()[:12] for name, text in recipes.items()}


class Work:
    """One row of a study on all draws.

    Args:
        learned: the scene as pretraining sees it.
        command: kept with the encoders.
    """

    def __init__(
        self, cube: Cube, learned: Cube, reference: StudyTruth, spec: StudySpec, log: StudyLog, progress: Overall,
        command: str,
    ) -> None:  # fmt: skip
        self._cube, self._reference, self._spec, self._log = cube, reference, spec, log
        self._learned, self._progress, self._command = learned, progress, command

    def tried(self, candidate: Candidate, failures: list[Failure]) -> bool:
        """Computes the results that are missing unless another process is at it; returns whether none is."""
        self._log.read_again()
        if not self._missing(candidate):
            return True
        claim = self._log.claim(encoder_name(candidate))
        if not isinstance(claim, Claim):
            self._progress.wait(candidate, claim)
            return False
        with claim:
            self._log.read_again()  # they may have been found between the look and the claim
            self._run(candidate, failures)
        return True

    def _missing(self, candidate: Candidate) -> list[tuple[str, int, int]]:
        found = self._log.missing(candidate, self._spec)
        self._progress.done_elsewhere(candidate, len(found))
        return found

    def _run(self, candidate: Candidate, failures: list[Failure]) -> None:
        """Computes the results that are missing; adds to `failures` what went wrong."""
        missing = self._missing(candidate)
        if not missing:
            return
        if by := registry.method(candidate.method).matches:
            self._progress.prepared(candidate)
            self._run_draws(candidate, missing, failures, partial(self._matched, candidate, by))
            return
        try:
            features = self._features(candidate)
        except Exception as error:  # noqa: BLE001 - whatever a method does, the others are still compared
            self._failed(failure_of(candidate, error), candidate, failures)
            self._progress.skip(candidate, len(missing))
            return
        self._run_draws(candidate, missing, failures, partial(self._score, candidate, features))

    def _run_draws(
        self, candidate: Candidate, missing: Sequence[tuple[str, int, int]], failures: list[Failure],
        score: Callable[[str, int, int], Score],
    ) -> None:  # fmt: skip
        """The results of all draws that are missing, by a function of split, labels and number of the draw."""
        for split, labels in self._spec.drawings():
            for number in [draw for s, n, draw in missing if (s, n) == (split, labels)]:
                self._progress.begin_draw(candidate, split, labels, number)
                try:
                    self._log.add_score(score(split, labels, number))
                except Exception as error:  # noqa: BLE001 - as above
                    why = replace(failure_of(candidate, error), split=split, labels=labels, draw=number)
                    self._failed(why, candidate, failures)
                self._progress.end_draw()
            self._tell(candidate, split, labels)

    def _failed(self, failure: Failure, candidate: Candidate, failures: list[Failure]) -> None:
        self._log.add_failure(failure, traceback.format_exc())
        if not any(f.key == failure.key for f in failures):
            self._progress.ctx.partial(
                say("{title}: failed. {message}", title=candidate.title, message=failure.message)
            )
        failures.append(failure)

    def _features(self, candidate: Candidate) -> Features:
        """The features by the method's recipe, from a kept encoder where there is one."""
        folder = self._log.folder / RUNS / encoder_name(candidate)
        encoder = self._kept(candidate, folder)
        if encoder is None:
            encoder = self._pretrained(candidate, folder)
        part = self._progress.part(candidate, "features")
        started = time.perf_counter()
        features = embed(self._cube, encoder, part, folder, device=self._spec.device)
        taken = time.perf_counter() - started
        if candidate.key not in self._log.timings:
            self._log.add_timing(candidate, Timing(encoder.seconds, taken, encoder.device_name))
        self._progress.prepared(candidate)
        return features

    def _pretrained(self, candidate: Candidate, folder: Path) -> Encoder:
        """A new encoder; a training that an earlier run of the study left unfinished is gone on with."""
        part = self._progress.part(candidate, "pretraining")
        spec = self._spec.pretraining(candidate)
        if (folder / resume.FILE).exists():
            try:
                return pretrain(self._learned, spec, part, folder, resume=True, command=self._command)
            except HsiError as error:
                self._progress.ctx.warn(say("{message} It is trained anew.", message=error.message))
        return pretrain(self._learned, spec, part, folder, command=self._command)

    def _kept(self, candidate: Candidate, folder: Path) -> Encoder | None:
        """The encoder of an earlier run of this study, with today's recipe; None where it must be trained."""
        if not (folder / checkpoint.SETTINGS).exists():
            return None
        try:
            encoder = checkpoint.load(folder)
        except HsiError as error:
            self._progress.ctx.warn(say("{message} It is trained again.", message=error.message))
            return None
        wanted = self._spec.pretraining(candidate)
        own = encoder.scene.get("fingerprint") == scene_fingerprint(self._learned) and not encoder.scenes
        out = set_aside(self._learned)
        own = own and encoder.scene.get("masked_out", {}).get("sha256") == (None if out is None else raster_hash(out))
        same = encoder.spec.seed == wanted.seed and encoder.settings == registry.settings_of(wanted).to_json()
        if not (own and same) or encoder.begun_from:
            return None
        recipe = registry.method(candidate.method).recipe
        if encoder.recipe != recipe:
            encoder = replace(encoder, recipe=recipe)
            checkpoint.save(encoder, folder)
        return encoder

    def _score(self, candidate: Candidate, features: Features, split: str, labels: int, number: int) -> Score:
        seed = self._spec.draw_seeds[number]
        drawn = self._reference.split(self._spec, split, labels, seed)
        quiet = Quiet(self._progress.ctx)
        started = time.perf_counter()
        spec = features.recipe.map
        if candidate.context and features.levels is not None:
            spec = drawn_as(spec, features.levels.row(candidate.context).edges)
            features = features.levels.of(candidate.context, quiet)
        probe = fit_probe(features, drawn.train, None, quiet, spec)
        keep = features.valid.size * len(probe.numbers) <= MOST_KEPT
        found = classify(features, probe, spec, quiet, keep=keep)
        taken = time.perf_counter() - started
        temperature = 1.0 if probe.calibration is None else probe.calibration.temperature
        measured = evaluate(found.classes, drawn.test, self._reference.classes, drawn.train)
        return Score(
            candidate.method, candidate.preset, split, labels, number, seed, measured.oa, measured.aa,
            _or_none(measured.kappa), measured.overlap or 0, measured.n_test, _classes(measured), taken,
            candidate.untrained, candidate.context, *_relied(found, drawn.test, temperature), temperature,
        )  # fmt: skip

    def _matched(self, candidate: Candidate, by: str, split: str, labels: int, number: int) -> Score:
        """The score of the class means of a draw; likeness to them is no probability, so it is not relied on."""
        seed, table = self._spec.draw_seeds[number], self._reference.classes
        drawn = self._reference.split(self._spec, split, labels, seed)
        quiet = Quiet(self._progress.ctx)
        started = time.perf_counter()
        matching = Matching(means_of(self._cube, drawn.train, table, quiet), by)
        found = map_of(nearest(self._cube, matching, quiet), np.array(matching.classes(table)[1]))
        taken = time.perf_counter() - started
        measured = evaluate(found.classes, drawn.test, table, drawn.train)
        return Score(
            candidate.method, candidate.preset, split, labels, number, seed, measured.oa, measured.aa,
            _or_none(measured.kappa), measured.overlap or 0, measured.n_test, _classes(measured), taken,
        )  # fmt: skip

    def _tell(self, candidate: Candidate, split: str, labels: int) -> None:
        found = [s.oa for s in self._log.found(candidate, self._spec) if (s.split, s.labels) == (split, labels)]
        if found:
            sd = mean_and_sd(found)[1]
            spread = "" if sd is None else f" ± {number_text(100 * sd, '.1f')}"
            self._progress.ctx.partial(
                say(
                    "{title}, {cell}: OA {fmean:.1f}{spread} %",
                    title=candidate.title,
                    cell=cell_in_words(split, labels),
                    fmean=100 * fmean(found),
                    spread=spread,
                )
            )


def encoder_name(candidate: Candidate) -> str:
    """Of the encoder of a method, which its levels of context share."""
    return f"{candidate.method}-{candidate.preset}{'-untrained' if candidate.untrained else ''}"


def _relied(
    found: ClassMap, test: NDArray[np.integer], temperature: float
) -> tuple[float | None, float | None, float | None]:
    """Mean confidence of the test pixels (rows x cols, 0 elsewhere), expected calibration error, and that of before the
    map was calibrated; None where the probabilities of that were not kept."""
    tested = (test > 0) & (found.classes > 0)
    right = found.classes[tested] == test[tested]
    after = counted(found.confidence[tested], right)
    if found.probabilities is None:
        return after.all.confidence, after.ece, None
    before = found.probabilities[tested].copy()
    tempered(before, 1.0 / temperature)
    return after.all.confidence, after.ece, counted(before.max(axis=1), right).ece


def _classes(measured: Accuracy) -> tuple[ClassScore, ...]:
    trained = measured.train_support or (0,) * len(measured.classes)
    figures = zip(measured.classes, measured.producers, measured.support, trained, strict=True)
    return tuple(ClassScore(n, _or_none(recall), test, train) for n, recall, test, train in figures)


def failure_of(candidate: Candidate, error: Exception) -> Failure:
    """Why a row has no results."""
    return Failure(
        candidate.method, candidate.preset, _words(error), untrained=candidate.untrained, context=candidate.context
    )


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value


def _words(error: Exception) -> str:
    """An error in words; of a mistake of ours, its type as well."""
    if is_out_of_memory(error):
        return out_of_memory().message
    return str(error) if isinstance(error, HsiError) else f"{type(error).__name__}: {error}"
