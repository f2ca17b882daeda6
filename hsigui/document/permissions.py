"""While something trains: what may be done then, what waits, what asks first, and why not.

The only place where this is decided. Neither the identity of an object nor "no training is on" decides anything
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hsigui.document.queue import HeavyQueue
from hsigui.texts import say, say_number


class Deed(Enum):
    """What a user may want to do with a scene."""

    LOOK = "look at it, label it, compare it, map it"
    LEARN = "pretrain, or open a run"
    CHANGE_INPUT = "other bands, scale, no-data or mask; read it again"
    CLOSE = "close it, or open its file anew"


class Answer(Enum):
    YES = "yes"
    WAITS = "joins the queue"
    ASKS = "asks first"
    NO = "no"


@dataclass(frozen=True)
class Verdict:
    """Whether something may be done, and what is said of it."""

    answer: Answer
    why: str = ""
    hint: str = ""


YES = Verdict(Answer.YES)
AT_EXIT = say(
    "Stopped trainings can be gone on with when their scene is opened again. Unsaved labels are asked about next."
)


def _of_its_own(deed: Deed, scene: str) -> Verdict:
    """With the scene that a training is of, at work or waiting."""
    if deed is Deed.LEARN:
        return Verdict(
            Answer.NO, say("This scene is being trained on."), say("Wait for the end, or cancel the training.")
        )
    if deed is Deed.CHANGE_INPUT:
        return Verdict(
            Answer.ASKS,
            say("A training of {scene} is running, which learns from the scene as it is now.", scene=scene),
            say(
                "Stopped, it can be gone on with while the scene is as it is now. Kept, it goes on; what it learns is "
                "kept as a run of the scene as it was, and draws no map."
            ),
        )
    if deed is Deed.CLOSE:
        return Verdict(
            Answer.ASKS,
            say("A training of {scene} is running. Closing the scene stops it.", scene=scene),
            say("Cancel to wait for its end; the scene stays open."),
        )
    return YES


def _of_others(deed: Deed, running: str) -> Verdict:
    """With any other scene, while a heavy job is at work on the one that is `running`."""
    if deed is not Deed.LEARN:
        return YES
    return Verdict(
        Answer.WAITS,
        say("It begins when the work on {running} is done.", running=running),
        say("The list in the Training panel tells what waits."),
    )


def may(deed: Deed, scene: int, queue: HeavyQueue) -> Verdict:
    """Whether something may be done with a scene now.

    A training that waits has not read its scene yet: it learns from the scene as it is when it begins, so that a change
    of the input needs no question.
    """
    own = queue.training_of(scene)
    if own is not None and (own.job is not None or deed is not Deed.CHANGE_INPUT):
        return _of_its_own(deed, own.scene_name)
    if queue.entries:
        return _of_others(deed, queue.entries[0].scene_name)
    return YES


def at_work(queue: HeavyQueue) -> str:
    """What runs and what waits, in one sentence; empty when nothing does."""
    if not queue.entries:
        return ""
    first, *others = queue.entries
    text = say(
        "{title} of {scene_name} is {state}", title=first.title, scene_name=first.scene_name, state=first.state.word
    )
    if others:
        waiting = ", ".join(
            say("{title} of {scene_name}", title=entry.title, scene_name=entry.scene_name) for entry in others
        )
        text += "; " + say_number("{waiting} waits", "{waiting} wait", len(others), waiting=waiting)
    return f"{text}."
