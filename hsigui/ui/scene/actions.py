"""What can be asked of scenes: opening, reading again, closing, their bands and what is known of them."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.open_scenes import OpenScenes

ROWS: tuple[ActionRow, ...] = (
    ActionRow("open", "&Open scene…", "Open an ENVI, MATLAB, HDF5, GeoTIFF or NumPy scene",
              SceneController.ask_and_open, keys=("Ctrl+O",), icon="open"),
    ActionRow("open_as", "Ope&n as…", "Choose how a MATLAB, HDF5 or NumPy file is read: array, axes, wavelengths",
              SceneController.ask_and_open_as, keys=("Ctrl+Shift+O",)),
    ActionRow("open_demo", "Open &demo scene", "Open a simulated scene with ground truth", SceneController.open_demo,
              icon="spectrum"),
    ActionRow("reload", "Reload s&cene", "Read the scene again from its file; labels stay", SceneController.reload,
              keys=("F5",), icon="renew", when=when.has_file),
    ActionRow("properties", "&Properties…", "All that is known of the scene and its file, with the whole header",
              AboutScene.show_properties, keys=("Ctrl+I", "Alt+Return"), icon="info", when=when.has_scene),
    ActionRow("import_notes", "Import &notes", "What was assumed or ignored at opening", AboutScene.show_notes,
              when=when.has_notes, checkable=True),
    ActionRow("close_scene", "Close scene", "Close this scene; the others stay open", OpenScenes.close,
              keys=("Ctrl+W",), when=when.has_several_scenes),
    ActionRow("next_scene", "Ne&xt scene", "Show the next of the open scenes", OpenScenes.show_next,
              keys=("Ctrl+Tab",), when=when.has_several_scenes),
    ActionRow("bands", "&Bands…", "Wavelengths and bad bands of the scene", BandsController.ask, keys=("Ctrl+B",),
              when=when.has_scene),
    ActionRow("true_colour", "&True colour", "Bands nearest to red, green and blue light", SceneController.show_preset,
              ("true colour",), when=when.has_scene),
    ActionRow("infrared", "&Colour infrared", "Near infrared, red and green: vegetation is red",
              SceneController.show_preset, ("colour infrared",), when=when.has_scene),
    ActionRow("default_bands", "&Default bands", "The bands that the file proposes", SceneController.show_preset,
              ("default bands",), when=when.has_default_bands),
)  # fmt: skip
