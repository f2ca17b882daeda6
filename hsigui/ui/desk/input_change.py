"""Before the bands, scale, no-data or mask of a scene change: what becomes of a training that learns from it, and of
a map."""

from __future__ import annotations

from hsigui.cube.cube import Cube
from hsigui.document.identity import same_input
from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk


def ask_for_input(desk: Desk, scene: Scene) -> str:
    """Asks where a training of the scene is at work: "stop" it, or "keep" its result as a run of the earlier input;
    "cancel" to leave the scene as it is. "keep" without a question where there is none."""
    verdict = may(Deed.CHANGE_INPUT, scene.id, desk.session.queue)
    if verdict.answer is not Answer.ASKS:
        return "keep"
    return desk.prompts.training_of_other_input(verdict.why, verdict.hint)


def take_input(desk: Desk, scene: Scene, edited: Cube, title: str, why: str, action: str) -> bool:
    """Puts another input in place of a scene's, and returns whether the user let it be so: where a training learns
    from the present one it is asked what becomes of it, and where there is a map, whether it may go.

    Args:
        title, why, action: of that second question.
    """
    new_input = not same_input(edited, scene.cube)
    answer = ask_for_input(desk, scene) if new_input else "keep"
    if answer == "cancel":
        return False
    if (
        new_input
        and scene.features is not None
        and not desk.prompts.confirm(
            title,
            why,
            say(
                "They do not fit the scene any more and are dropped; the labels stay. The run is kept on disk, but "
                "another pretraining is needed for a new map."
            ),
            action,
        )
    ):
        return False
    if answer == "stop":
        stop_training(desk, scene)
    scene.replace_cube(edited, new_input=new_input)
    return True


def stop_training(desk: Desk, scene: Scene) -> None:
    """Takes the training of a scene out of the queue."""
    training = desk.session.queue.training_of(scene.id)
    if training is not None:
        desk.session.queue.take_out(training)
