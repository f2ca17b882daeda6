"""What can be asked of scenes: opening, reading again, closing, their bands and what is known of them."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.open_scenes import OpenScenes

ROWS: tuple[ActionRow, ...] = (
    ActionRow("open", say("&Open scene…"), say("Open an ENVI, MATLAB, HDF5, GeoTIFF or NumPy scene"),
              SceneController.ask_and_open, keys=("Ctrl+O",), icon="open"),
    ActionRow("open_as", say("Ope&n as…"),
              say("Choose how a MATLAB, HDF5 or NumPy file is read: array, axes, wavelengths"),
              SceneController.ask_and_open_as, keys=("Ctrl+Shift+O",)),
    ActionRow("open_address", say("Open address…"),
              say("Open a GeoTIFF or zarr on a server: https or s3"), SceneController.ask_and_open_address,
              keys=("Ctrl+Shift+A",)),
    ActionRow("open_demo", say("Open &demo scene"), say("Open a simulated scene with ground truth"),
              SceneController.open_demo,
              icon="spectrum"),
    ActionRow("reload", say("Reload s&cene"), say("Read the scene again from its file; labels stay"),
              SceneController.reload,
              keys=("F5",), icon="renew", when=when.has_file),
    ActionRow("properties", say("&Properties…"),
              say("All that is known of the scene and its file, with the whole header"),
              AboutScene.show_properties, keys=("Ctrl+I", "Alt+Return"), icon="info", when=when.has_scene),
    ActionRow("import_notes", say("Import &notes"), say("What was assumed or ignored at opening"),
              AboutScene.show_notes,
              when=when.has_notes, checkable=True),
    ActionRow("close_scene", say("Close scene"), say("Close this scene; the others stay open"), OpenScenes.close,
              keys=("Ctrl+W",), when=when.has_several_scenes),
    ActionRow("next_scene", say("Ne&xt scene"), say("Show the next of the open scenes"), OpenScenes.show_next,
              keys=("Ctrl+Tab",), when=when.has_several_scenes),
    ActionRow("bands", say("&Bands…"), say("Wavelengths and bad bands of the scene"), BandsController.ask,
              keys=("Ctrl+B",),
              when=when.has_scene),
    ActionRow("true_colour", say("&True colour"), say("Bands nearest to red, green and blue light"),
              SceneController.show_preset,
              ("true colour",), when=when.has_scene),
    ActionRow("infrared", say("&Colour infrared"), say("Near infrared, red and green: vegetation is red"),
              SceneController.show_preset, ("colour infrared",), when=when.has_scene),
    ActionRow("default_bands", say("&Default bands"), say("The bands that the file proposes"),
              SceneController.show_preset,
              ("default bands",), when=when.has_default_bands),
)  # fmt: skip
