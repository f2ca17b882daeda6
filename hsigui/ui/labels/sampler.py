"""Few-shot labels drawn from the ground truth."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.document.events import StepDone
from hsigui.document.samples import Sample
from hsigui.document.scene import Scene
from hsigui.document.values import Encoder, Truth
from hsigui.jobs import Context
from hsigui.labels.label_map import VALIDATION
from hsigui.labels.sampling import Split
from hsigui.pipeline import live
from hsigui.pipeline.own import own_encoder
from hsigui.pipeline.verbs import seen_by
from hsigui.specs import SplitSpec
from hsigui.texts import as_sentence, say, say_number
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.labels.sample_dialog import SampleDialog


class Sampler(QObject):
    """Labels > Draw few-shot sample."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session

    def ask_and_sample(self) -> None:
        if self._session.truth is None:
            return
        encoder = self._session.encoder
        seen = seen_by(None if encoder is None else own_encoder(encoder))
        dialog = SampleDialog(bool(self._session.labels.labelled()), self._desk.window, _reach(encoder), seen)
        open_dialog(dialog, self._chosen)

    def _chosen(self, dialog: SampleDialog) -> None:
        self.sample(dialog.spec)

    def sample(self, spec: SplitSpec) -> None:
        """Draws labels from the truth; the rest of it is what the map is measured on."""
        scene = self._session.scene
        truth = scene.truth
        if truth is None:
            return

        def done(drawn: tuple[Split, Sample]) -> None:
            if scene.truth is not truth:
                return
            split, sample = drawn
            classes = scene.classes.merged_with(np.unique(split.train).tolist())
            scene.replace_labels(
                scene.labels.replacing(split.train, classes), say("Sample of {amount}", amount=_amount(spec)), sample
            )
            self._desk.messages.info(*_told(scene, split, sample))
            lines = partial(_lines, cube=scene.cube, truth=truth, sample=sample)
            self._session.events.emit(
                StepDone(say("labels were drawn from the ground truth"), lines, leads_to_map=True)
            )

        job = partial(live.draw_sample, cube=scene.cube, truth=truth.array, classes=scene.classes, spec=spec)
        self._desk.bridge.start(job, say("Draw sample"), Watcher(done=done))


def _lines(ctx: Context, cube: Cube, truth: Truth, sample: Sample) -> tuple[str, ...]:
    from hsigui.pipeline.step_lines import sampled  # loads what reads files

    return sampled(cube, truth, sample, cube.valid_mask(ctx.check))


def _told(scene: Scene, split: Split, sample: Sample) -> tuple[str, str]:
    """What was drawn, and what the user should know of it."""
    spec = sample.spec
    up_to = "" if spec.labels_asked is None or spec.kind == "strokes" else say("up to ")
    text = say(
        "{count:,} labels drawn ({up_to}{amount}, seed {seed}); ",
        count=np.count_nonzero(split.train),
        up_to=up_to,
        amount=_amount(spec),
        seed=spec.seed,
    )
    text += say("{count:,} pixels are left for testing", count=np.count_nonzero(split.test))
    if sample.gap is not None:
        text += say(", at least {gap} pixels from every label", gap=sample.gap)
    hints = []
    if spec.kind == "random":
        hints.append(
            say(
                "They lie among the pixels for testing, which flatters a map; blocks keep them apart, and strokes are "
                "as people paint."
            )
        )
    if sample.record.not_tested:
        hints.append(say("Nothing is left to test of {not_tested}.", not_tested=", ".join(sample.record.not_tested)))
    if spec.labels_asked is not None:
        of_each = np.bincount(split.train.ravel())
        few = [scene.classes.get(int(n)).name for n in np.unique(split.train) if 0 < of_each[n] < spec.labels_asked]
        if few:
            hints.append(say("Classes that give fewer labels: {few}.", few=", ".join(few)))
    if scene.labels.labelled(VALIDATION):
        hints.append(say("Maps are measured on the validation labels as long as there are any."))
    return as_sentence(text), " ".join(hints)


def _amount(spec: SplitSpec) -> str:
    """How many labels, and where."""
    if spec.kind == "strokes":
        return say_number(
            "{count} stroke a class, up to {pixels} px",
            "{count} strokes a class, up to {pixels} px each",
            spec.strokes,
            pixels=spec.pixels,
        )
    if spec.percent is None:
        much = say("{per_class} a class", per_class=spec.per_class)
    else:
        much = say("{percent:g} % of ", percent=spec.percent) + (
            say("the pixels") if spec.kind == "region" else say("each class")
        )
    return {
        "random": much, "block": say("{much} in blocks", much=much), "region": say("{much} in regions", much=much),
        "strokes": say("{much} in strokes", much=much),
    }[spec.kind]  # fmt: skip


def _reach(encoder: Encoder | None) -> int | None:
    """Half of what an encoder sees of a pixel, in pixels; None without one."""
    if encoder is None:
        return None
    from hsigui.pipeline.provenance import reach

    return reach(own_encoder(encoder))
