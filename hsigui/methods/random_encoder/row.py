"""The row of the untrained encoder, and what can be set of its network. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods.info import baseline
from hsigui.methods.settings import MethodSettings, setting
from hsigui.specs import levelled
from hsigui.texts import say


@dataclass(frozen=True)
class Untrained(MethodSettings):
    """Sizes of the network: those of LSCoSa's Quick preset."""

    components: int = setting(32, 2, 256, "", say("Principal components of the scene that the encoder sees."))
    width: int = setting(128, 8, 512, "", say("Features that the encoder gives of a pixel."), every=4)
    blocks: int = setting(0, 0, 8, "", say("Residual blocks of the encoder; each looks two pixels farther."))
    box: int = setting(
        1, 1, 31, say("pixels"), say("Side of the square over which the encoder's features are averaged."), every=2
    )


ROWS = (
    baseline(
        "random-encoder",
        say("Untrained encoder"),
        "",
        "hsigui.methods.random_encoder.training",
        say(
            "The network of LSCoSa's Quick preset as it is before training, with random weights. Judge another method "
            "by its own network."
        ),
        levelled(),
        Untrained,
    ),
)
