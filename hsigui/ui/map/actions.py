"""What can be asked of the map."""

from __future__ import annotations

from hsigui.document import conditions as when
from hsigui.document.session import Session
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionRow
from hsigui.ui.map.asking import AskController
from hsigui.ui.map.by_spectra import MapsBySpectra
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.tiled_maps import TiledMaps

ROWS: tuple[ActionRow, ...] = (
    ActionRow("live", say("&Live map"), say("Renew the map after every stroke (L)"), Session.set_live, keys=("L",),
              icon="eye",
              when=when.has_scene, checkable=True, checked=True),
    ActionRow("renew_map", say("&Renew map"), say("Renew the map from the labels now"), MapController.renew,
              keys=("Ctrl+R",),
              when=when.has_features),
    ActionRow("ask_me", say("As&k me"),
              say("Go to the places where a stroke helps most (J)"),
              AskController.ask, keys=("J",), icon="ask", when=when.has_features,
              more=say("They are numbered in the image; again to pass one over. Dabs in several fields of a class "
                       "teach more than one field painted full.")),
    ActionRow("classify_by", say("Classify by &spectra…"),
              say("A map without any training, by spectra of a library, kept ones or the means of classes"),
              MapsBySpectra.ask, keys=("Ctrl+Shift+B",), icon="spectrum", when=when.has_scene),
    ActionRow("map_by_tiles", say("Map the whole scene by &tiles…"),
              say("A map file of a scene of any size, made by worker processes and shown while it is made"),
              TiledMaps.ask, when=when.has_run),
    ActionRow("next_layer", say("Next la&yer of the map"),
              say("Classes, confidence, uncertainty: what of the map is drawn (M)"), MapController.show_next_layer,
              keys=("M",), when=when.has_map),
    ActionRow("overlay_less", say("Map more tr&ansparent"), say("Lower the opacity of the map"),
              MapController.change_opacity,
              (-1,), keys=("A",), when=when.has_map),
    ActionRow("overlay_more", say("Map more opa&que"), say("Raise the opacity of the map"),
              MapController.change_opacity, (1,),
              keys=("Shift+A",), when=when.has_map),
)  # fmt: skip
