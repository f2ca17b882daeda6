"""What an encoder learned as axes of the feature space: components of all pixels, and planes of a sample of them.

Each is made when it is asked for, and kept for the run that is in use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.analysis.feature_space import Axis
from hsigui.analysis.layer import LayerRecipe
from hsigui.cube.cube import Cube
from hsigui.document.derived import EMBEDDING
from hsigui.document.events import SceneClosed
from hsigui.document.scene import Scene
from hsigui.jobs import Context, Job, Progress
from hsigui.pipeline.neighbours import TSNE, UMAP, has_umap, neighbours_plane
from hsigui.pipeline.own import own_features
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher

if TYPE_CHECKING:
    from hsigui.pipeline.features import Features

PCA = "learned"
PLANES = (TSNE, UMAP)  # of a sample


@dataclass(frozen=True)
class Kind:
    """A way to lay out what was learned.

    Attributes:
        id: the axes are called so, with their place behind.
        titles: of the axes.
        available: whether its library is installed.
    """

    id: str
    titles: tuple[str, ...]
    available: Callable[[], bool] = lambda: True
    note: str = ""

    @property
    def count(self) -> int:
        return len(self.titles)

    @property
    def there(self) -> bool:
        return self.available()


_OF_SAMPLE = say("Only a sample of the pixels is placed.")
KINDS = (
    Kind(PCA, (say("Learned, component 1"), say("Learned, component 2"), say("Learned, component 3"))),
    Kind(TSNE, (say("t-SNE, across"), say("t-SNE, up")), note=_OF_SAMPLE),
    Kind(UMAP, (say("UMAP, across"), say("UMAP, up")), has_umap, _OF_SAMPLE),
)
_KIND = {kind.id: kind for kind in KINDS}


class Learned(QObject):
    """Makes them in workers, one at a time.

    Signals:
        changed(): something is made, got on, or is made no more.
    """

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._made: dict[tuple[int, str], tuple[object, NDArray[np.float32]]] = {}  # by scene and kind; with features
        self._job: Job | None = None
        self._making: tuple[int, str] | None = None
        self.text, self.done = "", -1.0
        self._session.events.subscribe(SceneClosed, self._closed)

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._job is not None

    def axis(self, scene: Scene, name: str) -> Axis | None:
        """A measurement that is made; None for all else."""
        kind, place = self._parts(name)
        features, values = self._made.get((scene.id, kind), (None, None))
        if values is None or features is not scene.features or place >= values.shape[2]:
            return None
        about = _KIND[kind]
        return Axis(name, about.titles[place], partial(_window, values, place), about.note)

    def needs(self, scene: Scene, name: str) -> bool:
        """Whether a choice is one of these, can be made, and is not yet."""
        kind, _ = self._parts(name)
        known = kind in _KIND and _KIND[kind].there and scene.features is not None
        return known and self.axis(scene, name) is None

    def make(self, scene: Scene, name: str) -> None:
        """Makes what a choice needs; what was being made before is given up."""
        kind, _ = self._parts(name)
        if self._making == (scene.id, kind):
            return
        self.cancel()
        assert scene.features is not None
        features = own_features(scene.features)
        if kind == PCA:
            work = partial(_components, cube=scene.cube, features=features)
        else:
            first = np.asarray(scene.labels.snapshot() > 0)
            work = partial(_plane, features=features, kind=kind, first=first)
        key = self._making = scene.id, kind
        self.text, self.done = say("Laying out what was learned"), -1.0
        watcher = Watcher(
            done=partial(self._take, key, scene.features), failed=partial(self._failed, key),
            cancelled=self.changed.emit, progress=partial(self._got_on, key),
        )  # fmt: skip
        self._job = self._desk.bridge.start(work, say("Laying out what was learned"), watcher)
        self.changed.emit()

    def cancel(self) -> None:
        """Gives up what is being made."""
        job, self._job, self._making = self._job, None, None
        if job is not None:
            job.cancel()
            self.changed.emit()

    # Inner doings

    def _parts(self, name: str) -> tuple[str, int]:
        kind, _, place = name.partition(" ")
        return kind, int(place) if place.isdecimal() else 0

    def _got_on(self, key: tuple[int, str], told: Progress) -> None:
        if self._making == key:
            self.text, self.done = told.text, told.done / told.total if told.total > 0 else -1.0
            self.changed.emit()

    def _take(self, key: tuple[int, str], features: object, values: NDArray[np.float32]) -> None:
        if self._session.find(key[0]) is not None:
            self._made[key] = features, values
        self._ended(key)

    def _failed(self, key: tuple[int, str], error: BaseException, trace: str) -> None:
        self._ended(key)
        self._desk.fail(error, trace)

    def _ended(self, key: tuple[int, str]) -> None:
        if self._making == key:
            self._job = self._making = None
        self.changed.emit()

    def _closed(self, event: SceneClosed) -> None:
        self._made = {key: made for key, made in self._made.items() if key[0] != event.scene}
        if self._making is not None and self._making[0] == event.scene:
            self.cancel()


def _window(values: NDArray[np.float32], place: int, rows: slice, cols: slice) -> NDArray[np.float32]:
    return values[rows, cols, place]


def _components(ctx: Context, cube: Cube, features: Features) -> NDArray[np.float32]:
    from hsigui.pipeline.embedding_layer import embedding_layer

    return np.asarray(embedding_layer(cube, features, LayerRecipe(EMBEDDING), ctx).stack)


def _plane(ctx: Context, features: Features, kind: str, first: NDArray[np.bool_]) -> NDArray[np.float32]:
    return neighbours_plane(features, kind, first, ctx)
