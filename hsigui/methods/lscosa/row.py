"""LSCoSa's row in the table of methods, and what can be set of its two presets. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.methods.info import MethodInfo, Preset
from hsigui.methods.settings import MethodSettings, choice, setting, switch
from hsigui.texts import say

KL_MODES = ("reference", "probability", "none")
ALPHA_MODES = ("reference", "entropy", "normalised", "none")
PARTNERS = ("field", "pixel")

_TEMPERATURE = say("Divides the cosines in the loss; smaller means a sharper contrast between prototypes.")
_POSITIVES = say("Prototypes that count as positive for a query: the first with weight 1, the others with alpha.")
_KL = say("Regulariser of the prototypes' activations: as in the published code, on softmax probabilities, or none.")
_KL_WEIGHT = say("Factor of the regulariser in the loss.")
_RHO = say("Activation that the regulariser of the published code aims at.")
_ALPHA = say("Where the weight of the positives after the first comes from; none leaves one positive.")
_SYMMETRIC = say("Both views enter the loss, by halves; published is the first view alone.")
_PROTOTYPES = say("Directions in the dictionary that pixels are contrasted with.")
_DICTIONARY_MOMENTUM = say("Part of the prototypes' last movement that is kept in each step.")
_TILE = say("Side of the tile that a network with blocks or a box sees in a step.")
_SHIFT = say("How far the two views of one pixel may lie apart in a tile, in rows and in columns.")
_CANDIDATES = say("Pixels of the field that are drawn for each partner; the one most alike is taken.")
_PARTNER = say("The second view of a pixel is another pixel of its field (superpixel), or the pixel itself.")


@dataclass(frozen=True)
class Quick(MethodSettings):
    """Settings of the small network."""

    temperature: float = setting(0.08, 0.01, 2.0, "", _TEMPERATURE)
    positives: int = setting(1, 1, 64, "", _POSITIVES)
    kl: str = choice("probability", KL_MODES, _KL)
    kl_weight: float = setting(1.0, 0.0, 100.0, "", _KL_WEIGHT)
    rho: float = setting(0.4, 0.01, 0.99, "", _RHO)
    alpha: str = choice("none", ALPHA_MODES, _ALPHA)
    symmetric: bool = switch(True, _SYMMETRIC)
    rate: float = setting(2e-3, 1e-6, 1.0, "", say("Highest learning rate of AdamW."))
    warm_up: float = setting(0.1, 0.0, 0.9, "", say("Part of the steps over which the learning rate rises."))
    weight_decay: float = setting(1e-4, 0.0, 1.0, "", say("Part of the weights that AdamW takes away, times the rate."))
    momentum: float = setting(0.99, 0.0, 0.99999, "", say("How slowly the momentum encoder follows the encoder."))
    prototypes: int = setting(256, 64, 4096, "", _PROTOTYPES)
    dictionary_rate: float = setting(3.0, 0.001, 100.0, "", say("Learning rate of the prototypes."))
    dictionary_momentum: float = setting(0.9, 0.0, 0.999, "", _DICTIONARY_MOMENTUM)
    pixels: int = setting(512, 64, 16_384, say("pixels"), say("Pixels that are contrasted in a step."))
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
    components: int = setting(32, 2, 256, "", say("Principal components of the scene that the encoder sees."))
    width: int = setting(128, 8, 512, "", say("Features that the encoder gives of a pixel."), every=4)
    blocks: int = setting(0, 0, 8, "", say("Residual blocks of the encoder; each looks two pixels farther."))
    box: int = setting(
        1, 1, 31, say("pixels"), say("Side of the square over which the encoder's features are averaged."), every=2
    )
    embedding: int = setting(64, 8, 512, "", say("Length of the vectors that the loss sees."))


@dataclass(frozen=True)
class Paper(MethodSettings):
    """Settings of the published loop."""

    temperature: float = setting(0.08, 0.01, 2.0, "", _TEMPERATURE)
    positives: int = setting(4, 1, 64, "", _POSITIVES)
    kl: str = choice("reference", KL_MODES, _KL)
    kl_weight: float = setting(1.6, 0.0, 100.0, "", _KL_WEIGHT)
    rho: float = setting(0.4, 0.01, 0.99, "", _RHO)
    alpha: str = choice("reference", ALPHA_MODES, _ALPHA)
    symmetric: bool = switch(False, _SYMMETRIC)
    rate: float = setting(0.3, 1e-4, 10.0, "", say("Learning rate of LARS and of the prototypes at the start."))
    last_rate: float = setting(0.02, 0.0, 10.0, "", say("Learning rate that the cosine falls to."))
    lars_momentum: float = setting(0.9, 0.0, 0.999, "", say("Momentum of LARS."))
    weight_decay: float = setting(1.5e-6, 0.0, 1.0, "", say("Part of the weights that LARS adds to their gradient."))
    trust: float = setting(1e-3, 1e-6, 1.0, "", say("Step of LARS in parts of the norm of each tensor."))
    momentum: float = setting(
        0.99, 0.0, 0.99999, "", say("How slowly the momentum encoder follows at the start; at the end it stands still.")
    )
    prototypes: int = setting(256, 64, 4096, "", _PROTOTYPES)
    dictionary_momentum: float = setting(0.9, 0.0, 0.999, "", _DICTIONARY_MOMENTUM)
    filling_temperature: float = setting(
        0.2, 0.01, 2.0, "", say("Temperature of the first steps, which fill the dictionary with keys.")
    )
    filling_momentum: float = setting(
        0.999, 0.0, 0.99999, "", say("How slowly the momentum encoder follows while the dictionary is filled.")
    )
    batch: int = setting(32, 4, 4096, say("patches"), say("Patches in a step."))
    epoch_pixels: int = setting(
        50_000, 64, 10_000_000, say("pixels"), say("Pixels that an epoch sees at most, drawn anew.")
    )
    noise: float = setting(0.5, 0.0, 2.0, "", say("Standard deviation of the noise that a view is multiplied by."))
    width: int = setting(128, 8, 1024, "", say("Features that the encoder gives of a pixel."), every=4)


ROWS = (
    MethodInfo(
        "lscosa",
        "LSCoSa",
        "IEEE TGRS 2023, doi 10.1109/TGRS.2023.3331888",
        "hsigui.methods.lscosa.training",
        (
            Preset(
                "quick",
                say("Quick (pixels)"),
                say(
                    "Two pixels of one field at a time, each seen alone: about half a minute on a laptop. The "
                    "objective is LSCoSa's with its regulariser on probabilities; the encoder is two layers on the "
                    "spectrum."
                ),
                600,
                "steps",
                Quick,
            ),
            Preset(
                "paper",
                say("Paper (patches)"),
                say("The published step on 15 x 15 patches, 200 epochs. Meant for a GPU: on a CPU it takes hours."),
                200,
                "epochs",
                Paper,
            ),
        ),
        shared=True,
    ),
)
