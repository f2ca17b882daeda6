"""The pages to look things up hold all of the tables that they are made from, and the site's checks find faults."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

import hsigui
from hsigui.commands.parser import COMMANDS
from hsigui.cube.formats.table import readers
from hsigui.methods.registry import methods
from hsigui.ui.shell.actions import ACTIONS
from hsigui.ui.shell.help_contents import PAGES, REFERENCE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch):
    """A module of `packaging/docs.d`."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "docs.d"))
    return importlib.import_module


def test_every_command_and_option_has_its_line(made) -> None:
    page = made("reference").commands_page()
    for name in COMMANDS:
        assert f"\n## hsigui {name}\n" in page, name
    assert "## hsigui project export" in page
    assert "| `--memory-limit SIZE` | memory that the whole process may take" in page
    assert "%(" not in page, "a place for a text was not filled"


def test_every_key_and_action_has_its_line(made) -> None:
    page = made("reference").keys_page()
    for row in ACTIONS:
        assert not row.keys or all(key in page.replace("\\", "") for key in row.keys), row.id
    assert "| File | Export… | Ctrl+E |" in page
    assert "| View > Composite |" in page


def test_every_format_and_setting_has_its_line(made) -> None:
    formats, settings = made("reference").formats_page(), made("reference").settings_page()
    for reader in readers():
        assert reader.title in formats, reader.name
    for info in methods():
        assert f"## {info.title}" in settings
        for preset in info.presets:
            for setting in preset.settings.described():
                assert f"| `{setting.name}` | " in settings, (info.name, setting.name)
    assert "`ndvi`" in settings


def test_every_public_name_is_described(made) -> None:
    page = made("public").page()
    for name in hsigui.__all__:
        assert name == "__version__" or f"\n### hsigui.{name}\n" in page, name
    assert "truth: TruthLike" in page
    assert "- `HsiError`: " in page


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


def test_the_sources_of_the_site_have_every_page_of_the_help_in_the_contents(made, tmp_path) -> None:
    nav = made("sources").gather(tmp_path / "sources")
    told = json.dumps(nav)
    for name in (*PAGES, *REFERENCE, "commands", "keys", "formats", "settings", "python", "changes", "index"):
        assert f'"{name}.md"' in told, name
        assert (tmp_path / "sources" / f"{name}.md").is_file()
    assert "](tutorial-map.png#only-light)" in (tmp_path / "sources" / "tutorial.md").read_text(encoding="utf-8")


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
