"""What the pages of the help say is to be typed: it is understood, and it does what it says.

Two how-tos are run each time. All pages are, where HSIGUI_ALL_PAGES is set, or by `python -m tests.docs.running`.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hsigui.assets import resource
from hsigui.commands.parser import build_parser
from hsigui.ui.shell.help_contents import SECTIONS, slug
from tests.docs.pages import Command, blocks_of, commands_of, page_names, page_text, python_of
from tests.docs.running import NEEDS, NOT_RUN, reason_not_to_run, run_page
from tests.docs.scripts import BEFORE, ELSEWHERE, run_scripts

ROOT = Path(__file__).parents[2]
HOW_TOS = ("howto-polygons", "howto-library", "howto-raw", "howto-cluster", "howto-accuracy", "howto-methods")
# Those that are run each time; `python -m tests.docs.running` runs all pages.
QUICK = ("howto-polygons", "howto-library")
QUICK_SCRIPTS = ("matching", "spectra")
EXAMPLES = {path.read_text(encoding="utf-8") for path in resource("examples").glob("*.py")}


def all_commands() -> list[Command]:
    return [command for page in page_names() for command in commands_of(page)]


def test_every_command_line_of_every_page_is_understood() -> None:
    parser, wrong = build_parser(), []
    for command in all_commands():
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said):
                parser.parse_args(command.words)
        except SystemExit:
            wrong.append(f"{command.page}.md, line {command.line}: {command.text}: {said.getvalue().splitlines()[-1]}")
    assert not wrong, "\n".join(wrong)
    assert len(all_commands()) > 100


@pytest.mark.parametrize("page", QUICK)
def test_the_command_lines_of_a_how_to_are_run_in_their_order(page, tmp_path, capsys) -> None:
    assert run_page(page, tmp_path, side=48) == [command.text for command in commands_of(page)]
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.skipif("HSIGUI_ALL_PAGES" not in os.environ, reason="asked for by HSIGUI_ALL_PAGES")
def test_all_that_the_pages_say_is_run() -> None:
    given = [sys.executable, "-m", "tests.docs.running"]
    done = subprocess.run(given, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_page_with_command_lines_is_run_or_says_why_not() -> None:
    unknown = {command.page for command in all_commands() if not reason_not_to_run(command)} - set(NEEDS)
    assert unknown <= {"scenes"}, "files that are there before the first command are listed in NEEDS"
    texts = [command.text for command in all_commands()]
    gone = [begin for begin in NOT_RUN if not any(text.startswith(begin) for text in texts)]
    assert gone == [], "no page has these any more"


def test_every_how_to_is_among_the_pages_and_each_has_something_to_do() -> None:
    listed = [name for _, names in SECTIONS for name in names if name.startswith("howto-")]
    assert sorted(listed) == [name for name in page_names() if name.startswith("howto-")]
    assert {*HOW_TOS, "howto-add"} == set(listed)
    assert all(list(blocks_of(name)) for name in listed)


def test_the_scripts_of_the_pages_are_python_and_those_of_how_tos_are_files() -> None:
    for page in page_names():
        for block in python_of(page):
            try:
                ast.parse(block.text)
            except SyntaxError as error:
                pytest.fail(f"{page}.md, line {block.line}: {error}")
            if page.startswith("howto-"):
                assert block.text in EXAMPLES, f"{page}.md, line {block.line} is no file of resources/examples"


def test_every_script_of_every_page_is_run_here_or_by_a_test_of_its_own() -> None:
    pages = {page for page in page_names() if python_of(page)}
    assert pages == {*BEFORE, *ELSEWHERE}


@pytest.mark.parametrize("page", QUICK_SCRIPTS)
def test_the_scripts_of_a_page_run(page, tmp_path, capsys) -> None:
    assert run_scripts(page, tmp_path, side=48)
    assert capsys.readouterr().err == ""


def test_links_to_a_place_of_a_page_lead_to_a_heading_of_it() -> None:
    headings = {
        page: {slug(re.sub(r"[`*]", "", found)) for found in re.findall(r"^#+ (.+)$", page_text(page), re.MULTILINE)}
        for page in page_names()
    }
    wrong = []
    for page in page_names():
        for name, anchor in re.findall(r"\]\((?:([\w-]+)\.md)?#([^)]+)\)", page_text(page)):
            if anchor.casefold() not in headings[name or page]:
                wrong.append(f"{page}.md: {name}#{anchor}")
    assert not wrong, wrong
