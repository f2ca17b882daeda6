"""A scene's state, noted and taken up again."""

from __future__ import annotations

from dataclasses import replace

from hsigui.document.events import MapWanted
from hsigui.document.scene import Scene
from hsigui.document.scene_masks import SceneMask
from hsigui.document.scene_state import LookedAt, MapMaking, RunPlace, SceneState


def state_of(scene: Scene, looked_at: LookedAt | None = None) -> SceneState:
    """The state of a scene now; of what was kept and is not open again yet, as it was kept."""
    made = None if scene.map is None else MapMaking.of(scene.map)
    return SceneState(
        scene.view, looked_at, scene.spectra, scene.truth, scene.samples.all, _runs(scene), scene.chosen_map_spec,
        scene.map_to_make or made, scene.derived.kept, scene.derived.view, overlays=scene.overlays,
        libraries=scene.libraries,
        results=scene.results.all,
        errors_meant=scene.errors_meant,
        masks=scene.masks.kept,
        finishing=scene.finishing.kept,
    )  # fmt: skip


def take_up(scene: Scene, state: SceneState) -> None:
    """Has a scene look as it did. Its run is opened by who can; its map is made again once the run is there.

    What does not fit the scene as it is now is left out.
    """
    if state.truth is not None and state.truth.array.shape == scene.labels.shape:
        scene.take_truth(state.truth, state.samples)
    take_look(scene, state)
    scene.results.take_up(state.results, scene.labels.shape)
    scene.finishing.take_up(state.finishing)
    scene.run_places = state.runs
    by_spectra = state.map is not None and state.map.matching is not None  # no run is needed
    if by_spectra or any(run.in_use for run in state.runs):
        scene.map_to_make = state.map
    if by_spectra:
        scene.events.emit(MapWanted())


def take_look(scene: Scene, state: SceneState) -> None:
    """Has a scene look as it did, whatever was learned or measured there: its bands, spectra, derived layers and
    context."""
    view = state.view
    if view is not None and all(0 <= band < scene.cube.bands for band in (*view.bands, *view.shown)):
        scene.set_view(view)
    scene.spectra = tuple(kept for kept in state.spectra if len(kept.values) == scene.cube.bands)
    scene.libraries = state.libraries
    scene.derived.take_up(state.derived, state.derived_view)
    take_masks(scene, state.masks)
    scene.choose_map_spec(state.map_spec)
    scene.set_overlays(state.overlays)
    scene.choose_errors(state.errors_meant)


def take_masks(scene: Scene, masks: tuple[SceneMask, ...]) -> None:
    """Has a scene the masks that were kept of it, at the place where it lies now; those of another size are left out.
    Nothing is made anew, and nobody is asked."""
    here = tuple(
        replace(each, mask=replace(each.mask, geo=scene.cube.geo))
        for each in masks if each.mask.shape == (scene.cube.rows, scene.cube.cols)
    )  # fmt: skip
    if here or len(scene.masks):
        scene.masks.take(here)


def _runs(scene: Scene) -> tuple[RunPlace, ...]:
    """Runs that are open, and before them those of an earlier day that are not."""
    open_now = tuple(
        RunPlace(run.folder, run is scene.run, dict(run.seconds)) for run in scene.runs if run.folder is not None
    )
    folders = {place.folder for place in open_now}
    earlier = (place for place in scene.run_places if place.folder not in folders)
    if scene.run is not None:  # it took the place of the one that was in use
        earlier = (replace(place, in_use=False) for place in earlier)
    return (*earlier, *open_now)
