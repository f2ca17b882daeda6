"""Before the bands, scale, no-data or mask of a scene change: what becomes of a training that learns from it."""

from __future__ import annotations

from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.scene import Scene
from hsigui.ui.desk.desk import Desk


def ask_for_input(desk: Desk, scene: Scene) -> str:
    """Asks where a training of the scene is at work: "stop" it, or "keep" its result as a run of the earlier input;
    "cancel" to leave the scene as it is. "keep" without a question where there is none."""
    verdict = may(Deed.CHANGE_INPUT, scene.id, desk.session.queue)
    if verdict.answer is not Answer.ASKS:
        return "keep"
    return desk.prompts.training_of_other_input(verdict.why, verdict.hint)


def stop_training(desk: Desk, scene: Scene) -> None:
    """Takes the training of a scene out of the queue."""
    training = desk.session.queue.training_of(scene.id)
    if training is not None:
        desk.session.queue.take_out(training)
