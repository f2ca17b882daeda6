"""The map that the window shows, with all that is known of it, as a result for the writers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hsigui.analysis.nearest import Nearest
from hsigui.document.session import Session
from hsigui.document.values import GROUND_TRUTH, VALIDATION_LABELS
from hsigui.pipeline.matched import PLAIN, Matcher
from hsigui.pipeline.own import own_encoder, own_features, own_map, own_probe
from hsigui.pipeline.result import LabelOrigin, Result
from hsigui.pipeline.values import Labels, Tested
from hsigui.specs import ProbeSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.probe import Probe


def result_of(session: Session) -> Result | None:
    """What the window shows now; None without a map. The parts that may change are copied."""
    if session.map is not None and session.map.nearest is not None:
        return _by_spectra(session, session.map.nearest)
    cube, class_map, trained_on = session.cube, session.class_map, session.trained_on
    encoder, features, probe = session.encoder, session.features, session.probe
    if cube is None or class_map is None or trained_on is None or encoder is None or features is None or probe is None:
        return None
    files = (session.labels_path, session.labels_source, session.scene.labels_exported)
    return Result(
        session.scene.mapped_cube, own_map(class_map), session.classes, Labels(trained_on, session.classes, cube.geo),
        session.map_spec or session.next_map_spec, own_encoder(encoder), own_probe(probe), features.valid,
        features=own_features(features), probe_spec=_at_once(own_probe(probe)), test=_tested(session),
        origin=LabelOrigin(
            tuple(path for path in files if path is not None), session.map_sample,
            None if session.truth is None else session.truth.array, session.scene.labels_buffer,
        ),
        seconds=session.seconds, run_folder=session.run_folder, plain=session.plain,
    )  # fmt: skip


def _by_spectra(session: Session, found: Nearest) -> Result | None:
    """A map by spectra."""
    cube, class_map, trained_on = session.cube, session.class_map, session.trained_on
    if cube is None or class_map is None or trained_on is None or session.map is None:
        return None
    files = (session.labels_path, session.labels_source)
    labels = Labels(trained_on, session.classes, cube.geo) if trained_on.any() else None
    numbers = np.asarray(session.map.probe.numbers)
    return Result(
        session.scene.mapped_cube, own_map(class_map), session.classes, labels, PLAIN, None, Matcher(numbers),
        found.valid, nearest=found, test=_tested(session),
        origin=LabelOrigin(
            tuple(path for path in files if path is not None), None,
            None if session.truth is None else session.truth.array, session.scene.labels_buffer,
        ),
        seconds=session.seconds, plain=session.plain, notes=found.notes,
    )  # fmt: skip


def _at_once(probe: Probe) -> ProbeSpec | None:
    """The classifier of a map that answered a stroke at once, before the recipe's own took its place; else None."""
    return ProbeSpec(classifier="ridge") if getattr(probe, "closed", False) else None


def _tested(session: Session) -> Tested | None:
    """What the map is measured on now, and what to call it."""
    reference = session.reference
    if reference is None:
        return None
    rest = session.sample is session.map_sample
    if reference.kind == VALIDATION_LABELS:
        words = say("validation labels, painted or opened in the window")
        return Tested(reference.array.copy(), words, is_truth=False, is_rest=rest)
    name = reference.name
    words = name if GROUND_TRUTH in name else say("ground truth {name}", name=name)
    by_user = session.truth is not None and session.truth.matched_by_user
    return Tested(reference.array.copy(), words, is_rest=rest, matched_by_user=by_user)
