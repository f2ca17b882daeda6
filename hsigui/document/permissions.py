"""While something trains: what may be done then, what waits, what asks first, and why not.

The only place where this is decided. Neither the identity of an object nor "no training is on" decides anything
elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from hsigui.document.queue import HeavyJob, HeavyQueue
from hsigui.texts import as_sentence, say, say_number


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


def at_exit(unsaved: Sequence[str] = ()) -> str:
    """What is said beside the work that would be stopped at the end of the program.

    Args:
        unsaved: names of the scenes whose labels are in no file.
    """
    text = say("Stopped trainings can be gone on with when their scene is opened again.")
    if unsaved:
        text += say(" Not saved, and asked about next: {names}.", names=", ".join(unsaved))
    return text


def _closing(entries: Sequence[HeavyJob]) -> Verdict:
    """What closing a scene stops and takes out of the queue."""
    doing = say("; ").join(_named(entry) for entry in entries)
    if any(entry.job is not None for entry in entries):
        return Verdict(
            Answer.ASKS,
            say("{doing}. Closing the scene stops it.", doing=doing),
            say("Cancel to wait for its end; the scene stays open."),
        )
    return Verdict(
        Answer.ASKS,
        say("{doing}. Closing the scene takes it out of the list.", doing=doing),
        say("Cancel to let it begin; the scene stays open."),
    )


def _named(entry: HeavyJob) -> str:
    return say(
        "{title} of {scene_name} is {state}", title=entry.title, scene_name=entry.scene_name, state=entry.state.word
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
    entries = [entry for entry in queue.entries if entry.scene == scene]
    if deed is Deed.CLOSE and entries:
        return _closing(entries)
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
    text = _named(first)
    if others:
        waiting = ", ".join(
            say("{title} of {scene_name}", title=entry.title, scene_name=entry.scene_name) for entry in others
        )
        text += "; " + say_number("{waiting} waits", "{waiting} wait", len(others), waiting=waiting)
    return as_sentence(text)
