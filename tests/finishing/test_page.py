"""The help page names the steps that there are, and what it shows can be done."""

from __future__ import annotations

import re
import shlex

import hsigui
from hsigui.assets import resource
from hsigui.commands.parser import build_parser
from hsigui.finishing import words
from hsigui.finishing.asked import STEPS
from hsigui.finishing.tables import levels_of, read_recoding, read_tree

PAGE = (resource("help") / "finishing.md").read_text(encoding="utf-8")


def test_the_table_lists_the_steps_in_the_order_of_the_help() -> None:
    assert re.findall(r"^\| `--([\w-]+)` \|", PAGE, re.MULTILINE) == [option for option, _, _ in words.STEPS]
    assert [row.option for row in STEPS] == [option for option, _, _ in words.STEPS]


def test_its_command_lines_are_understood() -> None:
    lines = re.findall(r"^ {4}hsigui (.+)$", PAGE, re.MULTILINE)
    assert len(lines) == 2
    for line in lines:
        build_parser().parse_args(shlex.split(line))


def test_its_tables_are_read(tmp_path) -> None:
    blocks = [block for block in re.findall(r"(?:^ {4}.+\n)+", PAGE, re.MULTILINE) if "hsigui" not in block]
    recoding, tree = tmp_path / "recoding.csv", tmp_path / "tree.csv"
    for path, block in zip((recoding, tree), blocks, strict=True):
        path.write_text(re.sub(r"^ {4}", "", block, flags=re.MULTILINE))
    targets, (crop,) = read_recoding(recoding)
    assert targets == (("Maize", 10), ("Wheat", 10), ("7", 0))
    assert (crop.name, crop.color) == ("Crop", (224, 176, 0))
    assert levels_of(tree) == ("use", "cover")
    assert dict(read_tree(tree)[0])["Wheat"] == "Field"


def test_it_names_the_steps_of_python() -> None:
    sentence = PAGE[PAGE.index("Steps are `Majority`") :].partition(", or texts")[0]
    names = re.findall(r"`(\w+)`", sentence)
    assert len(names) == len(words.STEPS)
    assert all(hasattr(getattr(hsigui, name), "told") for name in names)
