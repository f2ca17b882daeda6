"""All commands and their options. Loads none of the commands, so that help and mistakes are told at once."""

from __future__ import annotations

import argparse

from hsigui import __version__
from hsigui.commands.accuracy_parser import add_evaluate, add_sample, add_study
from hsigui.commands.cluster_parser import add_cluster_script, add_merge
from hsigui.commands.demo_parser import add_demo
from hsigui.commands.edit_parser import add_edit
from hsigui.commands.helping import Parser
from hsigui.commands.map_parser import add_card, add_classify, add_export
from hsigui.commands.mask_parser import add_mask, add_masks
from hsigui.commands.match_parser import add_match
from hsigui.commands.options import add_memory_limit, add_outside, add_progress, add_reading, add_scale, scene
from hsigui.commands.plan_parser import add_plan
from hsigui.commands.prepare_parser import add_prepare
from hsigui.commands.project_parser import add_project
from hsigui.commands.samples_parser import add_samples
from hsigui.commands.scene_parser import add_derive, add_info, add_labels, add_separability, add_statistics
from hsigui.commands.training_parser import add_pretrain
from hsigui.commands.zones_parser import add_areas
from hsigui.cube.remote.opening import is_address, typed_address
from hsigui.texts import say

COMMANDS = ("info", "prepare", "mask", "labels", "derive", "match", "statistics", "separability", "sample", "pretrain",
            "classify", "edit", "export", "card", "evaluate", "areas", "study", "merge", "plan", "cluster-script",
            "project", "samples", "demo")  # fmt: skip


def build_parser() -> argparse.ArgumentParser:
    """All commands and options."""
    parser = Parser(
        prog="hsigui",
        usage=say("hsigui [PATH]  or  hsigui COMMAND ..."),
        description=say(
            "Hyperspectral scenes, few labels, self-supervised encoders and a live classification map. "
            "Without a command the window opens, with the scene at PATH when one is given."
        ),
    )
    parser.add_argument(
        "--version", action="version", version=f"hsigui {__version__}", help=say("show the version and exit")
    )
    commands = parser.add_subparsers(title=say("commands"), metavar="COMMAND", prog="hsigui")
    add_info(commands)
    add_prepare(commands)
    add_mask(commands)
    add_labels(commands)
    add_derive(commands)
    p = add_match(commands)
    p.add_argument("cube", type=scene, metavar="CUBE", help=say("the scene"))
    add_reading(p)
    add_scale(p)
    add_statistics(commands)
    add_separability(commands)
    add_sample(commands)
    add_pretrain(commands)
    add_classify(commands)
    add_edit(commands)
    add_export(commands)
    add_card(commands)
    add_evaluate(commands)
    add_areas(commands)
    add_study(commands)
    add_merge(commands)
    add_plan(commands)
    add_cluster_script(commands)
    add_project(commands)
    for name, uses in (("pretrain", ("pretrain",)), ("classify", ("map",)), ("derive", ("statistics",)),
                       ("statistics", ("statistics",)), ("separability", ("statistics",)),
                       ("study", ("pretrain", "map"))):  # fmt: skip
        add_masks(commands.choices[name], uses, short=name != "derive")
    for name in ("info", "prepare", "mask", "labels", "derive", "match", "statistics", "separability", "sample",
                 "pretrain", "classify", "export", "evaluate", "areas", "study"):  # fmt: skip
        add_outside(commands.choices[name])
    for name in ("prepare", "mask", "derive", "statistics", "areas", "pretrain", "classify", "study", "merge", "plan"):
        add_progress(commands.choices[name])
    for name in ("prepare", "derive", "statistics", "separability", "pretrain", "classify", "study"):
        add_memory_limit(commands.choices[name])
    add_samples(commands)
    add_demo(commands)
    return parser


def with_addresses_asked(arguments: argparse.Namespace) -> None:
    """Puts paths that can be opened in the place of the addresses of scenes. Asks their servers.

    Raises:
        HsiError: one cannot be had, or is not to be opened.
    """
    for name in ("path", "cubes", "cube", "scene"):
        value = getattr(arguments, name, None)
        if isinstance(value, list):
            setattr(arguments, name, [typed_address(one) if is_address(one) else one for one in value])
        elif isinstance(value, str) and is_address(value):
            setattr(arguments, name, typed_address(value))
