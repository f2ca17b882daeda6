"""Making layers in workers, each of its scene: a new one, or one again whose recipe was kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.analysis.layer import Layer, LayerRecipe, Target
from hsigui.analysis.making import make
from hsigui.cube.cube import Cube
from hsigui.cube.spectra import mean_spectrum
from hsigui.document.derived import EMBEDDING, FEATURES, DerivedView
from hsigui.document.events import SceneClosed
from hsigui.document.identity import Origin
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job, Progress
from hsigui.labels.classes import Color
from hsigui.pipeline.own import own_features
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher

if TYPE_CHECKING:
    from hsigui.pipeline.features import Features


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean spectrum of some pixels, which is read when a layer is made.

    Attributes:
        mask: rows x cols.
        color: that it is drawn in.
    """

    name: str
    mask: NDArray[np.bool_]
    color: Color | None = None


@dataclass(frozen=True, eq=False)
class Wish:
    """A layer that is asked for.

    Attributes:
        title: what is said while it is made.
        means: spectra that are compared with beside those of the recipe.
        number: of the layer that is made again; 0 for a new one.
        name: of a new one; empty for as it calls itself.
        shown: whether a new one is shown when it is there.
    """

    recipe: LayerRecipe
    title: str
    means: tuple[Mean, ...] = ()
    number: int = 0
    name: str = ""
    shown: bool = True


@dataclass(eq=False)
class Making:
    """A layer that is being made.

    Attributes:
        done: which part is done, 0 to 1; below 0 where that is not known.
    """

    wish: Wish
    origin: Origin
    job: Job | None = None
    text: str = ""
    done: float = -1.0


class LayerMaker(QObject):
    """Makes layers, and hands them to their scenes.

    Signals:
        changed(): something is made, got on, or is made no more.
        made(scene, number): a layer of a scene (their ids) is there, or there again.
        added(scene, number): it is a new one.
    """

    changed = Signal()
    made = Signal(int, int)
    added = Signal(int, int)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._makings: list[Making] = []
        self._session.events.subscribe(SceneClosed, self._closed)

    @property
    def of_shown(self) -> list[Making]:
        """What is being made of the scene that is shown."""
        return [making for making in self._makings if making.origin.scene == self._session.scene.id]

    def makes(self, scene: Scene, number: int) -> bool:
        """Whether a layer is being made again."""
        return self.progress_of(scene, number) is not None

    def progress_of(self, scene: Scene, number: int) -> float | None:
        """Which part of a layer that is made again is done, 0 to 1, below 0 where that is not known; None where it is
        not being made."""
        found = (m for m in self._makings if m.origin.scene == scene.id and m.wish.number == number)
        return next((making.done for making in found), None)

    def make(self, wish: Wish) -> None:
        """Makes a layer of the scene that is shown."""
        scene = self._session.scene
        try:
            work = work_of(scene, wish)
        except HsiError as error:
            self._desk.fail(error)
            return
        making = Making(wish, scene.origin)
        self._makings.append(making)
        making.job = self._desk.bridge.start(work, wish.title, Watcher(
            done=partial(self._take, making), failed=partial(self._failed, making),
            cancelled=partial(self._end, making), progress=partial(self._got_on, making),
        ))  # fmt: skip
        self.changed.emit()

    def make_again(self, number: int) -> None:
        """Makes the numbers of a layer of the shown scene from the bands of now."""
        scene = self._session.scene
        found = scene.derived.get(number)
        if found is not None and not self.makes(scene, number):
            self.make(Wish(found.kept.recipe, say("Make {name} again", name=found.name), number=number))

    def cancel(self) -> None:
        """Gives up what is being made of the scene that is shown; what it showed of it are bands again."""
        for making in self.of_shown:
            if making.job is not None:
                making.job.cancel()

    def _closed(self, event: SceneClosed) -> None:
        for making in self._makings:
            if making.origin.scene == event.scene and making.job is not None:
                making.job.cancel()

    def _got_on(self, making: Making, progress: Progress) -> None:
        making.text = progress.text
        making.done = progress.done / progress.total if progress.total > 0 else -1.0
        self.changed.emit()

    def _end(self, making: Making) -> None:
        self._makings.remove(making)
        self._give_up(making)
        self.changed.emit()

    def _failed(self, making: Making, error: BaseException, trace: str) -> None:
        self._end(making)
        self._desk.fail(error, trace)

    def _give_up(self, making: Making) -> None:
        """A layer that does not come is shown no more."""
        scene, number = self._session.find(making.origin.scene), making.wish.number
        found = None if scene is None or not number else scene.derived.get(number)
        if scene is not None and found is not None and found.layer is None:
            scene.derived.show(scene.derived.view.without(number))

    def _take(self, making: Making, layer: Layer) -> None:
        self._makings.remove(making)
        scene, wish = self._session.find(making.origin.scene), making.wish
        if scene is not None:
            number = wish.number
            if number:
                scene.derived.put(number, layer, making.origin.revision)
            else:
                number = scene.derived.add(layer, making.origin.revision, wish.name).number
                self.added.emit(scene.id, number)
                if wish.shown:
                    scene.derived.show(DerivedView(number))
            if scene is self._session.shown and not wish.number:
                self._desk.messages.info(say("{name} is ready.", name=layer.name), say("; ").join(layer.notes))
            self.made.emit(scene.id, number)
        self.changed.emit()


def work_of(scene: Scene, wish: Wish) -> Callable[[Context], Layer]:
    """What makes a layer in a worker.

    Raises:
        HsiError: it is made of what an encoder learned, and there is none in use.
    """
    if wish.recipe.kind != EMBEDDING:
        return partial(_made, cube=scene.counted_cube, wish=wish)
    if scene.features is None:
        raise HsiError(
            say("There is nothing yet that an encoder learned of {name}.", name=scene.cube.name),
            say("Press Pretrain, or open a run."),
        )
    recipe = replace(wish.recipe, parameters={FEATURES: scene.features.key})
    return partial(_embedded, cube=scene.cube, features=own_features(scene.features), recipe=recipe)


def _made(ctx: Context, cube: Cube, wish: Wish) -> Layer:
    recipe = wish.recipe
    if wish.means:
        ctx.progress(0, 0, say("Reading spectra"))
        recipe = replace(recipe, targets=(*recipe.targets, *(target_of(cube, mean) for mean in wish.means)))
    return make(cube, recipe, ctx)


def target_of(cube: Cube, mean: Mean) -> Target:
    """The mean spectrum, read from the scene."""
    return Target(mean.name, tuple(mean_spectrum(cube, mean.mask)[0].tolist()), color=mean.color)


def _embedded(ctx: Context, cube: Cube, features: Features, recipe: LayerRecipe) -> Layer:
    from hsigui.pipeline.embedding_layer import embedding_layer

    made, over = embedding_layer(cube, features, recipe, ctx), recipe.between
    return made if over is None else made.masked(over.low, over.high, over.measure)
