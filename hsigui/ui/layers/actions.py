"""What can be asked of derived layers."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.layers.asking import NewLayers
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.files import LayerFiles
from hsigui.ui.layers.thresholds import Thresholds
from hsigui.ui.layers.unmixing import Unmixing

ROWS: tuple[ActionRow, ...] = (
    ActionRow("new_layer", say("&New layer…"),
              say("Compute an index, components, clusters or the likeness to a spectrum from the bands"),
              NewLayers.ask, keys=("Ctrl+Shift+N",), icon="add", when=when.has_scene),
    ActionRow("unmix", say("Unmix &spectra…"),
              say("Take each pixel as a mixture of a few spectra: their shares, the residual and the largest share"),
              Unmixing.ask, when=when.has_scene),
    ActionRow("show_layer", say("Show the &layer"),
              say("Show the chosen layer in place of bands; again for the bands"), LayersController.show_alone,
              icon="eye", when=when.has_layers),
    ActionRow("show_bands", say("Show the &bands"), say("Show bands in place of layers"),
              LayersController.show_bands, when=when.shows_layers),
    ActionRow("layer_red", say("Layer as &red"), say("Show the chosen measurement as red; again for the band"),
              LayersController.show_as, ("red",), when=when.has_layers),
    ActionRow("layer_green", say("Layer as &green"), say("Show the chosen measurement as green; again for the band"),
              LayersController.show_as, ("green",), when=when.has_layers),
    ActionRow("layer_blue", say("Layer as bl&ue"), say("Show the chosen measurement as blue; again for the band"),
              LayersController.show_as, ("blue",), when=when.has_layers),
    ActionRow("layer_rgb", say("Three &measurements as colours"),
              say("Show three measurements of the layer, from the chosen one on, as red, green and blue"),
              LayersController.show_as_rgb, when=when.has_layers),
    ActionRow("layer_threshold", say("&Threshold…"),
              say("Find where the layer lies between two values: as a mask, or as labels"), Thresholds.ask,
              when=when.has_layers),
    ActionRow("layer_labels", say("&Into labels"),
              say("A mask becomes labels of the current class, clusters become classes with labels; one step that can "
                  "be taken back"),
              Thresholds.into_labels, when=when.has_layers),
    ActionRow("layer_about", say("&About the layer…"), say("How the layer is made; eigenvalues of components"),
              LayersController.tell_about, icon="info", when=when.has_layers),
    ActionRow("rename_layer", say("Rename la&yer"), say("Call the chosen layer otherwise"), LayersController.rename,
              when=when.has_layers),
    ActionRow("make_layer_again", say("Ma&ke again"), say("Compute the chosen layer from the bands of now"),
              LayersController.make_again, icon="renew", when=when.has_layers),
    ActionRow("export_layer", say("E&xport layer…"), say("Write the chosen layer as GeoTIFF or ENVI, with its recipe"),
              LayerFiles.ask_and_export, icon="export", when=when.has_layers),
    ActionRow("copy_layer_command", say("&Copy as command"), say("Copy the command line that makes the layer"),
              LayerFiles.copy_command, icon="copy", when=when.has_layers),
    ActionRow("copy_layer_python", say("Copy as &Python"), say("Copy a Python script that makes the layer"),
              LayerFiles.copy_python, when=when.has_layers),
    ActionRow("remove_layer", say("&Delete layer"), say("Take the chosen layer away"), LayersController.remove,
              icon="trash", when=when.has_layers),
)  # fmt: skip
