"""What can be asked of scenes: opening and closing, bands and masks, how they are looked at, and what is known."""

from __future__ import annotations

from hsigui.cube.color_maps import COLOR_MAPS, GREY
from hsigui.cube.stretch import KINDS
from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.desk.channels import COLOR_MAP_TITLES
from hsigui.ui.scene.about_scene import AboutScene
from hsigui.ui.scene.band_list_controller import BandListController
from hsigui.ui.scene.band_steps import BandSteps
from hsigui.ui.scene.bands_controller import BandsController
from hsigui.ui.scene.composites import Composites
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.masks_controller import MasksController
from hsigui.ui.scene.open_scenes import OpenScenes
from hsigui.ui.scene.stretch_controller import StretchController
from hsigui.ui.scene.stretch_panel import KIND_TITLES

SCENES: tuple[ActionRow, ...] = (
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
    ActionRow("close_others", say("Close o&ther scenes"), say("Close all scenes but this one"),
              OpenScenes.close_others, when=when.has_several_scenes),
    ActionRow("show_in_folder", say("Show in &folder"), say("Open the folder of the scene's file"),
              OpenScenes.show_in_folder, when=when.has_file),
    ActionRow("next_scene", say("Ne&xt scene"), say("Show the next of the open scenes"), OpenScenes.show_next,
              keys=("Ctrl+Tab",), when=when.has_several_scenes),
    ActionRow("bands", say("&Bands…"), say("Wavelengths and bad bands of the scene"), BandsController.ask,
              keys=("Ctrl+B",),
              when=when.has_scene),
    ActionRow("quality_masks", say("&Quality masks…"),
              say("Leave out pixels that the product marks: clouds, shadows, bad measurements"),
              MasksController.ask, when=when.has_quality_masks),
)  # fmt: skip

COMPOSITES: tuple[ActionRow, ...] = (
    ActionRow("true_colour", say("&True colour"),
              say("Bands nearest to red, green and blue light; needs wavelengths (Edit > Bands…)"),
              Composites.show, ("true colour",), when=when.has_wavelengths),
    ActionRow("infrared", say("&Colour infrared"), say("Near infrared, red and green: vegetation is red"),
              Composites.show, ("colour infrared",), when=when.has_wavelengths),
    ActionRow("swir", say("&Short-wave infrared"),
              say("Bands near 2190, 865 and 665 nm: burnt land, bare soil and smoke stand out"),
              Composites.show, ("short-wave infrared",), when=when.has_wavelengths),
    ActionRow("agriculture", say("&Agriculture"), say("Bands near 1610, 840 and 490 nm: vigorous crops are green"),
              Composites.show, ("agriculture",), when=when.has_wavelengths),
    ActionRow("geology", say("&Geology"), say("Bands near 2190, 1610 and 490 nm: rocks and soils differ in hue"),
              Composites.show, ("geology",), when=when.has_wavelengths),
    ActionRow("water", say("&Water"), say("Bands near 840, 1610 and 665 nm: water is dark blue beside all land"),
              Composites.show, ("water",), when=when.has_wavelengths),
    ActionRow("default_bands", say("&Default bands"), say("The bands that the file proposes"),
              Composites.show, ("default bands",), when=when.has_default_bands),
    ActionRow("own_composites", say("&Own composites…"),
              say("Keep the shown bands as a composite of your own, or remove kept ones"),
              Composites.ask_own, when=when.has_wavelengths),
)  # fmt: skip

STEPS: tuple[ActionRow, ...] = (
    ActionRow("one_band", say("&One band alone"), say("One band in grey or colours, or the composite (I)"),
              BandSteps.show_one_band, keys=("I",), when=when.has_scene, checkable=True),
    ActionRow("previous_band", say("&Previous band"),
              say("One band back; of a composite all three; bad bands are left out (Alt+Left)"),
              BandSteps.step, (-1,), keys=("Alt+Left",), icon="previous", when=when.has_scene),
    ActionRow("next_band", say("&Next band"),
              say("One band on; of a composite all three; bad bands are left out (Alt+Right)"),
              BandSteps.step, (1,), keys=("Alt+Right",), icon="next", when=when.has_scene),
    ActionRow("play_bands", say("P&lay through bands"), say("Show one band after the other; once more: stop (W)"),
              BandSteps.play, keys=("W",), icon="play", when=when.has_scene, checkable=True),
    ActionRow("find_band", say("&Find band…"), say("Search the list of bands by number, wavelength or name"),
              BandListController.find, keys=("Ctrl+F",), icon="search", when=when.has_scene),
    ActionRow("band_pictures", say("S&mall pictures"), say("A small picture of each band in the list"),
              BandListController.show_pictures, icon="thumbnails", when=when.has_scene, checkable=True),
)  # fmt: skip

COLOR_MAP_ROWS: tuple[ActionRow, ...] = tuple(
    ActionRow(f"colors_{name}", COLOR_MAP_TITLES[name], say("Show one band in the colours “{name}”",
              name=COLOR_MAP_TITLES[name]), BandSteps.choose_colors, (name,), when=when.has_scene, checkable=True,
              checked=name == GREY, group="colors")
    for name in COLOR_MAPS
)  # fmt: skip

STRETCH_KINDS: tuple[ActionRow, ...] = tuple(
    ActionRow(f"stretch_to_{name}", title, tip, StretchController.choose_kind, (name,), when=when.has_scene,
              checkable=True, checked=name == KINDS[0], group="stretch")
    for name, (title, tip) in KIND_TITLES.items()
)  # fmt: skip

STRETCH: tuple[ActionRow, ...] = (
    ActionRow("stretch_part", say("Of the part in &view"),
              say("Find the stretch from the part of the scene that is in view, and follow it"),
              StretchController.stretch_part, when=when.has_scene, checkable=True),
    ActionRow("decorrelate", say("&Decorrelated"),
              say("Make red, green and blue independent: hues differ as strongly as they can"),
              StretchController.decorrelate, when=when.has_scene, checkable=True),
    ActionRow("stretch_back", say("Set &back"), say("From 2 to 98 % of the whole scene, nothing by hand"),
              StretchController.set_back, when=when.has_scene),
)  # fmt: skip

ROWS: tuple[ActionRow, ...] = (*SCENES, *COMPOSITES, *STEPS, *COLOR_MAP_ROWS, *STRETCH_KINDS, *STRETCH)
