"""The map by tiles of a scene that is open in the window: by its labels as they are now, on worker processes.

The run with its classifier is written beside the map first. It stays there: workers read it, the map is gone on with by
it whatever is labelled meanwhile, and the command lines in the record of the map name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.limits import machine_memory
from hsigui.cube.masked import masks_told
from hsigui.cube.working_memory import LEAST
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.methods.model_card import PROBE
from hsigui.methods.run_record import SETTINGS
from hsigui.pipeline import command_lines, cores, fitting, verbs
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Executor, Workers
from hsigui.pipeline.repeating import is_nowhere, scene_argument
from hsigui.pipeline.result import LabelOrigin, Result
from hsigui.pipeline.tiling import pending
from hsigui.pipeline.tiling.grid import Grid, Tile
from hsigui.pipeline.tiling.mapping import TiledMap, TilesWish, map_by_tiles
from hsigui.pipeline.tiling.order import CLASSES, SceneFile
from hsigui.pipeline.tiling.overview import Overview
from hsigui.pipeline.tiling.pending import Pending
from hsigui.pipeline.tiling.run import Hear, require_free
from hsigui.pipeline.tiling.store import TileStore
from hsigui.pipeline.values import KeptClassifier, Labels, SceneFeatures
from hsigui.specs import MapSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.features import Features
    from hsigui.pipeline.kept_probe import KeptProbe


@dataclass(frozen=True, eq=False)
class Wanted:
    """A map of a scene that is open.

    Attributes:
        cube: the scene as its map sees it.
        encoder: of the run in use; None where `goes_on`.
        features: of the scene; None where they fit nowhere.
        run: folder of the run; None where it is kept nowhere.
        labels: rows x cols class numbers, 0 for unlabelled; None for the classifier that the run keeps.
        told: what labels these are, in words.
        classes: names and colours.
        spec: how the map is drawn; None as the kept classifier was fitted for.
        origin: where the labels come from.
        out: file of the map.
        layers: "confidence", "entropy", "probabilities" -> file.
        count: of worker processes; None for as many as suit the machine, one core left to the window.
        memory: bytes that each may take; None for no limit.
        goes_on: with the tiles that are there, by the classifier that they were begun with.
    """

    cube: Cube
    encoder: Encoder | None
    features: Features | None
    run: Path | None
    labels: NDArray[np.uint16] | None
    told: str
    classes: ClassTable
    spec: MapSpec | None
    out: Path
    origin: LabelOrigin = field(default_factory=LabelOrigin)
    layers: Mapping[str, Path] = field(default_factory=dict)
    cloud: bool = False
    device: str = "auto"
    side: int | None = None
    count: int | None = None
    memory: int | None = None
    goes_on: bool = False


@dataclass(frozen=True, eq=False)
class Begun:
    """A partial result: how the scene is cut, and the classes of its map."""

    overview: Overview
    tiles: int
    classes: ClassTable


def map_whole_scene(ctx: Context, wanted: Wanted) -> TiledMap:
    """Makes the map and writes it. Hands over `Begun`, then an `OverviewPart` for each tile that is finished.

    Raises:
        HsiError: the scene is in no file or was changed since it was opened, there is no classifier and none can be
            fitted, or as `mapping.map_by_tiles`.
        Cancelled: through the context; finished tiles stay, and are gone on with.
    """
    ctx.progress(0, 0, say("Loading PyTorch…"))
    from hsigui.pipeline.device import take_threads_of_window

    take_threads_of_window()
    scene = scene_file(wanted.cube)
    _require_as_opened(scene, wanted.cube)
    require_free(wanted.out)
    folder = pending.run_of(wanted.out).absolute()
    if not wanted.goes_on:
        _write_run(ctx, wanted, folder)
    classifier = verbs.load_classifier(folder)
    memory = None if wanted.memory is None else min(max(LEAST, wanted.memory), machine_memory())
    wish = TilesWish(
        wanted.out, wanted.layers, None, wanted.side, memory, wanted.device, wanted.cloud, _command(wanted, classifier)
    )

    def engine(tiles: int, each: int) -> Executor:
        return workers(tiles, each, wanted.count, memory)

    return map_by_tiles(scene, wanted.cube, classifier, wish, engine, ctx, _Watch(wanted, classifier, ctx).begin)


def workers(tiles: int, each: int, count: int | None, memory: int | None) -> Executor:
    """Processes of this machine, fewer where its memory does not bear them.

    Args:
        each: bytes that a tile takes.
        count: how many; None for one less than there are cores.
        memory: bytes that each may take; None for no limit.
    """
    most = max(1, cores.count() - 1) if count is None else count
    return Processes(Workers(fitting.fitting([each] * tiles, min(most, tiles)).count, 1, memory))


def scene_file(cube: Cube) -> SceneFile:
    """The file of a scene, read as the open scene is.

    Raises:
        HsiError: it is in no file.
    """
    info = cube.info
    if cube.path is None and not info.address:
        raise HsiError(
            say("{name} is in no file, from which workers could read it.", name=cube.name),
            say("Save it first (File > Save cube…), and open that."),
        )
    scale = info.origins.get("scale", "")
    return SceneFile(
        Path(info.address) if info.address else cube.path or Path(), info.variable or None, info.choice, info.quality,
        float(scale) if scale else None, info.left_out, info.taken_in,
    )  # fmt: skip


def _require_as_opened(scene: SceneFile, cube: Cube) -> None:
    """Refuses a scene that workers would not see as the window does.

    Raises:
        HsiError: its file was changed, or what was changed in the window is not in it.
    """
    if scene_fingerprint(scene.open()) != scene_fingerprint(cube):
        raise HsiError(
            say("Read anew, {name} is not the scene that is open: its file has changed, or its scale or no-data value "
                "was set in the window.", name=cube.name),
            say("Read it again (File > Reload), or save it as it is now (File > Save cube…) and map that."),
        )  # fmt: skip


# The run beside the map


def _write_run(ctx: Context, wanted: Wanted, folder: Path) -> None:
    """Writes the run with the classifier, in place of that of an earlier map of the name.

    Raises:
        HsiError: something else lies there, or it cannot be written.
    """
    from hsigui.methods import checkpoint
    from hsigui.pipeline import kept_probe

    if folder.exists() and not (folder / SETTINGS).is_file():
        raise HsiError(
            say("{folder} is there already, and no run.", folder=folder),
            say("The run that makes the map is kept there. Choose another name for the map."),
        )
    if wanted.encoder is None:
        raise HsiError(say("There is no run that could map the scene."), say("Pretrain, or open a run, first."))
    kept = _fitted(ctx, wanted, folder)
    ctx.progress(0, 0, say("Writing {name}…", name=folder.name))
    checkpoint.save(wanted.encoder, folder)
    kept_probe.save(kept, folder)


def _fitted(ctx: Context, wanted: Wanted, folder: Path) -> KeptProbe:
    """The classifier of the map."""
    from hsigui.pipeline import kept_probe
    from hsigui.pipeline.tiling.by_labels import classifier_by_windows

    assert wanted.encoder is not None
    if wanted.labels is None:
        if wanted.run is None or not (wanted.run / PROBE).is_file():
            raise HsiError(say("The run keeps no classifier."), say("Label pixels of two classes or more."))
        return kept_probe.load(wanted.run)
    spec = wanted.spec or wanted.encoder.recipe.map
    if wanted.features is None:
        _make_parent(folder)
        return classifier_by_windows(
            wanted.cube, wanted.encoder, wanted.labels, wanted.classes, spec, folder, wanted.device, ctx
        )
    ctx.progress(0, 0, say("Fitting the classifier…"))
    return _of_features(ctx, wanted, wanted.encoder, wanted.features, wanted.labels, spec)


def _of_features(
    ctx: Context, wanted: Wanted, encoder: Encoder, features: Features, labels: NDArray[np.uint16], spec: MapSpec
) -> KeptProbe:
    """As `hsigui classify` fits and keeps it, with the command lines that do the same."""
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.writing import kept_of

    known = SceneFeatures(wanted.cube, encoder, features, wanted.run)
    classifier = verbs.fit(known, Labels(labels, wanted.classes, wanted.cube.geo), None, ctx, map_spec=spec)
    none = np.broadcast_to(np.float32(np.nan), features.shape)
    pixels = ClassMap(np.broadcast_to(np.uint16(0), features.shape), none, none, none)
    result = Result(
        wanted.cube, pixels, wanted.classes, classifier.labels, spec, encoder, classifier.probe, features.valid,
        features=features, probe_spec=classifier.spec, run_folder=wanted.run, origin=wanted.origin,
    )  # fmt: skip
    return kept_of(result, result.label_files(), ctx)


def _make_parent(folder: Path) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HsiError(
            say("The folder {folder} cannot be made: {strerror}.", folder=folder.parent,
                strerror=error.strerror or error),
            say("Choose another folder."),
        ) from error  # fmt: skip


def _command(wanted: Wanted, classifier: KeptClassifier) -> _Command | None:
    """The command line that makes the same map, for its record; None where its masks stand in no file that it could
    name."""
    cube = wanted.cube
    if is_nowhere(cube) or masks_told(cube):
        return None
    line = command_lines.classify(
        scene_argument(cube), None, classifier.kept.map_spec, run=classifier.folder, device=wanted.device
    )
    return _Command(line + (" --cog" if wanted.cloud else ""))


@dataclass(frozen=True)
class _Command:
    """A command line that lacks the side of the tiles."""

    line: str

    def __call__(self, side: int) -> str:
        return f"{self.line} --tile {side}"


class _Watch:
    """Hands over what is finished, and keeps how it is gone on with."""

    def __init__(self, wanted: Wanted, classifier: KeptClassifier, ctx: Context) -> None:
        self._wanted, self._kept, self._ctx = wanted, classifier.kept, ctx

    def begin(self, grid: Grid, store: TileStore) -> Hear:
        """Tells how the scene is cut, and gives what is told of its tiles."""
        wanted, cube = self._wanted, self._wanted.cube
        try:
            pending.note(wanted.out, Pending(
                cube.where, wanted.told, grid.side, len(grid), tuple(wanted.layers), wanted.cloud, wanted.device,
            ))  # fmt: skip
        except OSError as error:  # the tiles, which cannot be written there either, say so soon enough
            self._ctx.warn(say("It is not kept how to go on: {reason}.", reason=error.strerror or error))
        overview = Overview(grid.rows, grid.cols)
        self._ctx.partial(Begun(overview, len(grid), self._kept.classes.merged_with(self._kept.probe.numbers.tolist())))

        def hear(tile: Tile) -> None:
            self._ctx.partial(overview.part_of(tile, store.get(tile, CLASSES)))

        return hear
