"""A scene's state, noted and taken up again."""

from __future__ import annotations

from hsigui.document.scene import Scene
from hsigui.document.scene_state import LookedAt, MapMaking, RunPlace, SceneState


def state_of(scene: Scene, looked_at: LookedAt | None = None) -> SceneState:
    """The state of a scene now."""
    return SceneState(
        scene.view,
        looked_at,
        scene.spectra,
        scene.truth,
        scene.samples.all,
        tuple(
            RunPlace(run.folder, run is scene.run, dict(run.seconds)) for run in scene.runs if run.folder is not None
        ),
        scene.chosen_map_spec,
        None if scene.map is None else MapMaking.of(scene.map),
    )


def take_up(scene: Scene, state: SceneState) -> None:
    """Has a scene look as it did. Its run is opened by who can; its map is made again once the run is there.

    What does not fit the scene as it is now is left out.
    """
    if state.truth is not None and state.truth.array.shape == scene.labels.shape:
        scene.take_truth(state.truth, state.samples)
    if state.view is not None and all(0 <= band < scene.cube.bands for band in state.view.bands):
        scene.set_view(state.view)
    scene.spectra = tuple(kept for kept in state.spectra if len(kept.values) == scene.cube.bands)
    scene.choose_map_spec(state.map_spec)
    if state.map is not None and any(run.in_use for run in state.runs):
        scene.map_to_make = state.map
