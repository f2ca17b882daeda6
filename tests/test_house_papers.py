"""README and the papers around it are true: links lead somewhere, commands parse, figures were measured."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hsigui
from hsigui.commands.parser import build_parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RESULTS = (ROOT / "tests" / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SOURCE = PROJECT["urls"]["Source"]
FILES, RAW = f"{SOURCE}/blob/main/", SOURCE.replace("//github.com", "//raw.githubusercontent.com") + "/main/"
ELSEWHERE = {f"{SOURCE}/issues/new/choose", f"{SOURCE}/issues"}  # made by the server
PAPERS = [path for path in sorted((ROOT / ".github").glob("*.md")) if path.name != "PULL_REQUEST_TEMPLATE.md"]


def links(text: str) -> Iterator[str]:
    """Where the links and pictures of a page lead."""
    yield from re.findall(r"\]\(([^)\s]+)\)", text)
    yield from re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)


def headings(path: Path) -> set[str]:
    """What links call the headings of a page: small letters, digits and hyphens, as GitHub has it."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.casefold()).replace(" ", "-") for heading in found}


def test_every_link_of_the_readme_is_absolute_and_leads_to_a_file_of_this_checkout():
    found = list(links(README))
    assert len(found) > 30
    for link in found:
        if link in ELSEWHERE:
            continue
        place, _, fragment = link.partition("#")
        start = RAW if place.startswith(RAW) else FILES
        assert place.startswith(start), f"{link} does not begin with {FILES} or {RAW}"
        path = ROOT / place.removeprefix(start)
        assert path.is_file(), link
        assert not fragment or fragment in headings(path), link


def test_every_named_link_of_the_readme_is_told_and_used():
    used = set(re.findall(r"\]\[([^\]]+)\]", README))
    assert used == set(re.findall(r"^\[([^\]]+)\]: ", README, re.MULTILINE))


def test_the_addresses_of_the_package_are_those_of_the_checkout():
    for name, address in PROJECT["urls"].items():
        for start in (FILES, f"{SOURCE}/tree/main/"):
            if address.startswith(start):
                assert (ROOT / address.removeprefix(start)).exists(), name
                break
        else:
            assert address in {SOURCE, *ELSEWHERE}, name


@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.name)
def test_the_links_of_the_papers_for_contributors_lead_somewhere(paper):
    for link in links(paper.read_text(encoding="utf-8")):
        place, _, fragment = link.partition("#")
        if "://" in place:
            assert place.startswith("https://"), link
            continue
        path = (paper.parent / place).resolve()
        assert path.exists(), link
        assert not fragment or fragment in headings(path), link


def commands() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.startswith("hsigui ")]


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_is_one_of_the_program(line):
    build_parser().parse_args(shlex.split(line, comments=True)[1:])


def test_the_readme_has_commands():
    assert len(commands()) > 10


def test_every_cell_of_the_table_of_accuracies_was_measured():
    rows = [line for line in README.splitlines() if line.startswith("|") and line.count(" ± ") == 5]
    cells = [cell.strip() for line in rows for cell in line.split("|")[2:-1]]
    assert len(cells) == 30
    assert [cell for cell in cells if f"| {cell} |" not in RESULTS] == []


@pytest.mark.parametrize(
    "figure",
    [
        "| 100 in one series, commit c45a39e, present judge |", "| 5,000 and 1,500 |", "`fuzz_files.py`) | 1,500 |",
        "| lscosa | 0.4, 1 | 3.5, 5 | 8.8, 14 | 8.3, 19 |", "145 x 145 118 ms (settled 0.81 s), 610 x 340 399",
        "| bsq | 0.14 | 0.05 |", "| bip | 9.5 |", "LSCoSa 41 (45), purified 49 (53), ContrastDM 59 (64)",
        "| 1.5 GB | 128 | 1,186 | 1,186 | 1,186 | 1,186 |",
    ],
)  # fmt: skip
def test_what_the_readme_promises_stands_among_the_results(figure):
    assert figure in RESULTS


def test_all_that_tell_the_version_tell_the_same():
    told = {
        "package": hsigui.__version__,
        "project": PROJECT["version"],
        "citation": re.findall(r"^version: (.+)$", (ROOT / ".github" / "CITATION.cff").read_text("utf-8"), re.M)[0],
        "readme": re.findall(r"^  version = \{(.+)\},$", README, re.MULTILINE)[0],
    }
    assert set(told.values()) == {hsigui.__version__}, told


def test_every_check_of_a_change_is_made_before_a_commit_and_on_the_server():
    static = re.findall(
        r'^  check "[\w-]+" "\$venv/bin/(.+)$', (ROOT / "packaging" / "checks").read_text("utf-8"), re.M
    )
    assert [line.replace('"', "") for line in static] == [
        "ruff check .", "ruff format --check .", "mypy hsigui", "lint-imports",
    ]  # fmt: skip
    hooks = re.findall(r"entry: \.venv/bin/([^,]+)", (ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    files = [hook.replace(" --force-exclude", "") for hook in hooks]  # these are handed the files of the commit
    assert files == [line.replace('"', "").removesuffix(" .") for line in static]
    for name in (".ci/run", ".github/workflows/checks.yml"):
        assert "bash packaging/checks static" in (ROOT / name).read_text("utf-8"), name


def test_every_file_that_the_walk_names_is_there():
    walk = ROOT / "resources" / "help" / "walk.md"
    named = set(re.findall(r"`([\w/]+\.(?:py|toml|md))`", walk.read_text(encoding="utf-8")))
    assert len(named) > 15
    places = (ROOT, ROOT / "hsigui", ROOT / "resources" / "examples", ROOT / "tests" / "benchmarks")
    anywhere = {"row.py", "pyproject.toml"}
    assert [name for name in sorted(named - anywhere) if not any((place / name).is_file() for place in places)] == []
