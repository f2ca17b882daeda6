"""The pages to look things up hold all of the tables that they are made from, and the site's checks find faults."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

import hsigui
from hsigui.commands.parser import COMMANDS
from hsigui.cube.formats.table import readers
from hsigui.methods.registry import methods
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.shell.actions import ACTIONS
from hsigui.ui.shell.help_contents import PAGES, REFERENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made() -> Iterator[Callable[[str], ModuleType]]:
    """A module of `packaging/docs.d`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "packaging" / "docs.d"))
        yield importlib.import_module


@pytest.fixture(scope="module")
def gathered(made, tmp_path_factory) -> tuple[Path, str]:
    """The folder of the site's pages, and the contents as text."""
    folder = tmp_path_factory.mktemp("site") / "sources"
    return folder, json.dumps(made("sources").gather(folder))


@pytest.fixture
def page(gathered) -> Callable[[str], str]:
    """The text of a page of the site."""
    return lambda name: (gathered[0] / f"{name}.md").read_text(encoding="utf-8")


def test_every_command_and_option_has_its_line(page) -> None:
    text = page("commands")
    for name in COMMANDS:
        assert f"\n## hsigui {name}\n" in text, name
    assert "## hsigui project export" in text
    assert "| `--memory-limit SIZE` | memory that the whole process may take" in text
    assert "%(" not in text, "a place for a text was not filled"


def test_every_key_and_action_has_its_line(page) -> None:
    text = page("keys").replace("\\", "")
    for row in ACTIONS:
        assert all(key in text for key in row.keys), row.id
        assert plain(row.text) in text or row.id.removeprefix("class_").isdigit(), row.id
    assert "| File | Export… | Ctrl+E |" in text
    assert "| View > Composite |" in text


def test_every_format_and_setting_has_its_line(page) -> None:
    formats, settings = page("formats"), page("settings")
    for reader in readers():
        assert reader.title in formats, reader.name
    for info in methods():
        assert f"## {info.title}" in settings
        for preset in info.presets:
            for setting in preset.settings.described():
                assert f"| `{setting.name}` | " in settings, (info.name, setting.name)
    assert "`ndvi`" in settings


def test_every_public_name_is_described(page) -> None:
    text = page("python")
    for name in hsigui.__all__:
        assert name == "__version__" or f"\n### hsigui.{name}\n" in text, name
    assert "truth: TruthLike" in text
    assert "- `HsiError`: " in text


def test_a_docstring_becomes_paragraphs_and_lists(made) -> None:
    text = """Counts *all* of a_b.

    Args:
        first: rows x cols,
            and more.
        other: too.

    Returns:
        a table
        of lines.
    """
    assert list(made("public").text_of(text)) == [
        r"Counts *all* of a\_b.", "*Args*", "- `first`: rows x cols, and more.\n- `other`: too.", "*Returns*",
        "a table of lines.",
    ]  # fmt: skip


def test_the_sources_of_the_site_have_every_page_of_the_help_in_the_contents(gathered, page) -> None:
    folder, told = gathered
    for name in (*PAGES, *REFERENCE, "commands", "keys", "formats", "settings", "python", "changes", "index"):
        assert f'"{name}.md"' in told, name
        assert (folder / f"{name}.md").is_file()
    assert "](tutorial-map.png#only-light)" in page("tutorial")


def test_the_first_page_says_how_to_install_it_in_the_words_of_readme(page, made) -> None:
    assert "\npip install .\n" in page("index")
    with pytest.raises(LookupError, match="no heading “Nowhere”"):
        made("sources").section_of_readme("Nowhere")


def test_a_list_gets_the_blank_line_that_the_site_needs(made, tmp_path) -> None:
    text = "What it has:\n- one\n  more\n- two\n\n```\nx\n- no list\n```\n"
    assert (
        made("sources").as_site(text, tmp_path).startswith("What it has:\n\n- one\n  more\n- two\n\n```\nx\n- no list")
    )


def test_dead_links_pictures_and_other_servers_are_found(made, tmp_path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<a href="sub/">ok</a><a href="other.html">dead</a><a href="#here">ok</a><a href="#nowhere">dead</a>'
        '<h1 id="here"></h1><img src="none.png"><script src="https://x.org/a.js"></script>'
        '<a href="https://x.org">ok</a>',
        encoding="utf-8",
    )
    (tmp_path / "sub" / "index.html").write_text('<a href="../index.html#here">ok</a>', encoding="utf-8")
    found = made("crawl").faults(tmp_path)
    assert found == [
        "index.html: other.html leads nowhere", "index.html: #nowhere: no such place on the page",
        "index.html: none.png leads nowhere", "index.html: loads https://x.org/a.js from another server",
    ]  # fmt: skip


def test_the_search_finds_words_and_those_in_titles_first(made, tmp_path) -> None:
    (tmp_path / "search").mkdir()
    docs = [
        {"location": "a.html", "title": "A", "text": "<p>kappa</p>"},
        {"location": "b.html", "title": "Kappa", "text": ""},
        {"location": "c.html", "title": "C", "text": "kappas"},
    ]
    (tmp_path / "search" / "search_index.json").write_text(json.dumps({"docs": docs}), encoding="utf-8")
    assert made("crawl").found(tmp_path, "kappa") == ["b.html", "a.html"]


def test_versions_are_listed_from_the_newest_on_and_the_first_page_leads_there(made, tmp_path) -> None:
    for name in ("0.9.0", "0.10.0", "0.2.1"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "no-version").mkdir()
    made("build_site").list_versions(tmp_path)
    listed = json.loads((tmp_path / "versions.json").read_text(encoding="utf-8"))
    assert [one["version"] for one in listed] == ["0.10.0", "0.9.0", "0.2.1"]
    assert "url=0.10.0/" in (tmp_path / "index.html").read_text(encoding="utf-8")
