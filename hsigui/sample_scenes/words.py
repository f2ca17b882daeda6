"""What is known of a scene that can be fetched, in words, for the window and the command line."""

from __future__ import annotations

from hsigui.sample_scenes.keeping import HERE, PARTLY, State
from hsigui.sample_scenes.table import SampleScene
from hsigui.sizes import size_text
from hsigui.texts import say, say_number


def named(scene: SampleScene) -> str:
    """Its name and the sensor, such as "Indian Pines (AVIRIS)"."""
    return say("{name} ({sensor})", name=scene.title, sensor=scene.sensor)


def facts(scene: SampleScene) -> str:
    """What it shows, its size, classes and room, such as "Fields: 145 x 145 pixels, 200 bands, 16 classes, 6 MB"."""
    classes = say_number("{count} class", "{count} classes", scene.classes) if scene.classes else say("no ground truth")
    return say(
        "{about}: {rows} x {cols} pixels, {bands} bands, {classes}, {room}", about=scene.about, rows=scene.rows,
        cols=scene.cols, bands=scene.bands, classes=classes, room=room(scene),
    )  # fmt: skip


def room(scene: SampleScene) -> str:
    """How much of it comes."""
    if scene.size:
        return size_text(scene.size)
    return say("at most {size}", size=size_text(scene.most))


def state_in_words(state: State) -> str:
    """What of it is here."""
    if state.where == HERE:
        return say("Here")
    if state.where == PARTLY:
        return say("{size} of it is here", size=size_text(state.got))
    return say("Not here")
