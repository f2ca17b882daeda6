"""Purified contrastive learning's row in the table of methods, and what can be set of its presets. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import MethodSettings, choice, setting
from hsigui.texts import say

WEIGHTS = ("none", "all", "negatives")
PARTNERS = ("field", "pixel")
NETWORKS = ("stem", "pair")

_TEMPERATURE = say("Divides the cosines in the loss; smaller means a sharper contrast.")
_WEIGHTS = say(
    "Pairs that superpixels weigh: those of different pixels, the positive pair too, or none (plain NT-Xent)."
)
_BASE = say("Base of the weights, base to the power of (similarity - mean) / scale: below 1, alike pairs count less.")
_SCALE = say("Difference in similarity that counts as one power of the base.")
_SAME = say("Further factor on pairs within one superpixel; 0 takes them out of the contrast.")
_TILE = say("Side of the tile that a network with blocks or a box sees in a step.")
_SHIFT = say("How far the two views of one pixel may lie apart in a tile, in rows and in columns.")
_CANDIDATES = say("Pixels of the field that are drawn for each partner; the one most alike is taken.")
_PARTNER = say("The second view of a pixel is another pixel of its field (superpixel), or the pixel itself.")


@dataclass(frozen=True)
class Quick(MethodSettings):
    """Settings of the small network."""

    # With thousands of pairs of one scene a step a sharper contrast teaches more: of the two temperatures tried, 0.5
    # and 0.1, a linear probe on 10 labels a class of Indian Pines is right for 73.5 and 78.5 % of the pixels.
    temperature: float = setting(0.1, 0.01, 2.0, "", _TEMPERATURE)
    weights: str = choice("negatives", WEIGHTS, _WEIGHTS)
    base: float = setting(0.75, 0.01, 1.0, "", _BASE)
    scale: float = setting(0.25, 0.01, 10.0, "", _SCALE)
    same: float = setting(1.0, 0.0, 1.0, "", _SAME)
    rate: float = setting(2e-3, 1e-6, 1.0, "", say("Highest learning rate of AdamW."))
    warm_up: float = setting(0.1, 0.0, 0.9, "", say("Part of the steps over which the learning rate rises."))
    weight_decay: float = setting(1e-4, 0.0, 1.0, "", say("Part of the weights that AdamW takes away, times the rate."))
    pixels: int = setting(512, 32, 16_384, say("pixels"), say("Pixels that are contrasted in a step."))
    partner: str = choice("field", PARTNERS, _PARTNER)
    candidates: int = setting(4, 1, 64, say("pixels"), _CANDIDATES)
    tile: int = setting(144, 32, 512, say("pixels"), _TILE)
    shift: int = setting(2, 0, 16, say("pixels"), _SHIFT)
    noise_times: float = setting(
        0.1, 0.0, 2.0, "", say("Standard deviation of the noise that a view is multiplied by.")
    )
    noise_plus: float = setting(
        0.1, 0.0, 2.0, say("sd"), say("Standard deviation of the noise that is added to a view.")
    )
    gain: float = setting(0.1, 0.0, 2.0, "", say("Standard deviation of the gain of each channel of a view."))
    drop: float = setting(0.1, 0.0, 0.9, "", say("Part of the channels that is set to 0 in a view."))
    components: int = setting(32, 2, 256, "", say("Principal components of the scene that the encoders see."))
    network: str = choice(
        "stem", NETWORKS, say("One encoder on the spectrum of each pixel, or a local and a global branch over a tile.")
    )
    width: int = setting(128, 8, 512, "", say("Features that the encoder, or each branch, gives of a pixel."), every=4)
    blocks: int = setting(
        0, 0, 8, "", say("Residual blocks of the encoder or local branch; each looks two pixels farther.")
    )
    box: int = setting(
        1, 1, 31, say("pixels"), say("Side of the square that the encoder or local branch averages over."), every=2
    )
    embedding: int = setting(
        64, 8, 512, "", say("Length of the vectors of the encoder or local branch that the loss sees.")
    )


@dataclass(frozen=True)
class Paper(MethodSettings):
    """Settings of the published pair."""

    temperature: float = setting(0.5, 0.01, 2.0, "", _TEMPERATURE)
    weights: str = choice("negatives", WEIGHTS, _WEIGHTS)
    base: float = setting(0.75, 0.01, 1.0, "", _BASE)
    scale: float = setting(0.25, 0.01, 10.0, "", _SCALE)
    same: float = setting(1.0, 0.0, 1.0, "", _SAME)
    rate: float = setting(1e-4, 1e-7, 1.0, "", say("Learning rate of Adam at the start."))
    weight_decay: float = setting(5e-4, 0.0, 1.0, "", say("Part of the weights that Adam adds to their gradient."))
    wait: float = setting(
        0.25, 0.0, 1.0, "", say("Part of the epochs without a smaller loss after which the learning rate falls.")
    )
    fall: float = setting(0.1, 0.001, 1.0, "", say("What the learning rate is multiplied by when it falls."))
    batch: int = setting(256, 32, 4096, say("patches"), say("Patches in a step."))
    epoch_pixels: int = setting(
        50_000, 64, 10_000_000, say("pixels"), say("Pixels that an epoch sees at most, drawn anew.")
    )
    enlarged: float = setting(0.95, 0.2, 1.0, "", say("Side of the part of a patch that fills the whole in a view."))
    brightened: float = setting(0.8, 0.0, 1.0, "", say("Part of the patches whose brightness changes in a view."))
    darkest: float = setting(0.8, 0.0, 1.0, "", say("Smallest factor of the brightness."))
    brightest: float = setting(1.2, 1.0, 10.0, "", say("Largest factor of the brightness."))
    offset: float = setting(0.1, 0.0, 2.0, say("sd"), say("Standard deviation of what is added to the brightness."))
    width: int = setting(128, 8, 512, "", say("Features that the global branch gives of a pixel."), every=4)
    depth: int = setting(6, 1, 24, "", say("Blocks of the global branch."))
    local: int = setting(
        64, 4, 256, "", say("Width of the first stage of the local branch; it gives eight times as many.")
    )
    dropout: float = setting(0.1, 0.0, 0.9, "", say("Part of the numbers that the global branch leaves out at random."))
    drop_path: float = setting(
        0.1, 0.0, 0.9, "", say("Chance that the last block is left out; less for those before it.")
    )
    embedding: int = setting(128, 8, 1024, "", say("Length of the vectors of the local branch that the loss sees."))


ROWS = (
    MethodInfo(
        "purified",
        say("Purified contrastive learning"),
        "IEEE TGRS 2024, doi 10.1109/TGRS.2024.3409378",
        "hsigui.methods.purified.training",
        (
            Preset(
                "quick",
                say("Quick (pixels)"),
                say(
                    "Two pixels of one field at a time, each seen alone: about half a minute on a laptop. The loss is "
                    "the published one with weights from superpixels; the encoder is two layers on the spectrum."
                ),
                600,
                "steps",
                Quick,
            ),
            Preset(
                "paper",
                say("Paper (patches)"),
                say(
                    "SSViT and ResNet-18 on 15 x 15 patches, 400 epochs of batches of 256. Meant for a GPU: on a CPU "
                    "it takes days."
                ),
                400,
                "epochs",
                Paper,
            ),
        ),
        networks={
            "purified-dense": "hsigui.methods.dense_pair:DensePair",
            "purified-patch": "hsigui.methods.purified.training:PatchPair",
        },
        shared=True,
    ),
)
