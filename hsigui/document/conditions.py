"""When something can be asked for, as named questions to the session: menus rest where the answer is no."""

from __future__ import annotations

from collections.abc import Callable

from hsigui.document.session import Session
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.shapes import crs_name

Condition = Callable[[Session], bool]


def always(_session: Session) -> bool:
    return True


def has_scene(session: Session) -> bool:
    return session.shown is not None


def has_notes(session: Session) -> bool:
    """Whether something was assumed or ignored when the scene was opened."""
    return session.cube is not None and bool(session.cube.notes)


def has_quality_masks(session: Session) -> bool:
    """Whether quality masks come with the scene's file."""
    return session.cube is not None and bool(session.cube.info.quality_offered)


def has_wavelengths(session: Session) -> bool:
    """Whether bands can be chosen by wavelength."""
    return session.cube is not None and session.cube.wavelengths is not None


def has_default_bands(session: Session) -> bool:
    """Whether the file proposes bands to be shown."""
    return session.cube is not None and bool(session.cube.info.default_bands)


def has_place(session: Session) -> bool:
    """Whether map coordinates of the scene are known."""
    return session.cube is not None and session.cube.geo.transform is not None


def has_system(session: Session) -> bool:
    """Whether it is known which system its map coordinates are of."""
    return session.cube is not None and has_place(session) and bool(crs_name(session.cube.geo.crs_wkt))


def lies_askew(session: Session) -> bool:
    """Whether the north of its map is elsewhere than up, or east elsewhere than right, when it is shown as it is."""
    return session.cube is not None and not session.cube.geo.north_up


def has_file(session: Session) -> bool:
    """Whether the scene can be read again."""
    return session.cube is not None and session.cube.path is not None


def has_several_scenes(session: Session) -> bool:
    return session.open_scenes > 1


def is_not_trained_on(session: Session) -> bool:
    """Whether there is a scene that no training is of."""
    return session.shown is not None and not session.training


def is_training(session: Session) -> bool:
    """Whether a training is at work, whichever scene it is of."""
    return session.queue.training is not None


def has_labels(session: Session) -> bool:
    """Whether there are labels to be saved; after the last one was erased, too: the file still has it."""
    labels = session.labels
    return session.shown is not None and (
        session.unsaved or labels.labelled(TRAINING) + labels.labelled(VALIDATION) > 0
    )


def can_undo(session: Session) -> bool:
    return bool(session.scene.undo_text)


def can_redo(session: Session) -> bool:
    return bool(session.scene.redo_text)


def has_truth(session: Session) -> bool:
    return session.truth is not None


def has_classes(session: Session) -> bool:
    return len(session.classes) > 0


def has_several_classes(session: Session) -> bool:
    return len(session.classes) > 1


def has_hidden_classes(session: Session) -> bool:
    return any(info.hidden for info in session.classes)


def has_features(session: Session) -> bool:
    return session.features is not None


def has_run(session: Session) -> bool:
    """Whether a run is in use, with features of the scene or without."""
    return session.encoder is not None


def has_map(session: Session) -> bool:
    return session.class_map is not None


def has_finished(session: Session) -> bool:
    """Whether there is a finished map that can be another than the model's answer."""
    finishing = session.scene.finishing
    return finishing.computed is not None and finishing.in_use


def has_painted_map(session: Session) -> bool:
    """Whether a hand has painted on the map."""
    return session.scene.finishing.pixels > 0


def is_measured(session: Session) -> bool:
    """Whether it is known how right the map is."""
    return session.accuracy is not None


def has_layers(session: Session) -> bool:
    """Whether layers were derived from the scene."""
    return len(session.scene.derived) > 0


def has_masks(session: Session) -> bool:
    """Whether the scene has masks."""
    return len(session.scene.masks) > 0


def shows_layers(session: Session) -> bool:
    """Whether derived layers are shown in place of bands."""
    return bool(session.scene.derived.view.layers)
