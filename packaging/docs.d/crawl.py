"""Follows every link, picture and anchor of the built site, and looks words up in its index. Opens no connection."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}


class Page(HTMLParser):
    """What a page of HTML names (tag, attribute, where it leads), and the anchors that can be named in it."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[tuple[str, str, str]] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag."""
        for name, value in attrs:
            if value is None:
                continue
            if name in ("href", "src"):
                if tag == "link" and dict(attrs).get("rel") in ("canonical", "next", "prev", "alternate"):
                    continue
                self.targets.append((tag, name, value))
            elif name in ("id", "name"):
                self.anchors.add(value)


def faults(site: Path) -> list[str]:
    """What is wrong: links that lead nowhere, anchors that are not there, and what is loaded from other servers."""
    pages = {path.resolve(): read(path) for path in sorted(site.rglob("*.html"))}
    site = site.resolve()
    return [fault for path, page in pages.items() if path.name != "404.html" for fault in _of(path, page, pages, site)]


def _of(path: Path, page: Page, pages: dict[Path, Page], site: Path) -> Iterator[str]:
    here = path.relative_to(site)
    for tag, attribute, target in page.targets:
        parts = urlsplit(target)
        if parts.scheme in ("http", "https") or target.startswith("//"):
            if (tag, attribute) in _LOADED:
                yield f"{here}: loads {target} from another server"
            continue
        if parts.scheme:
            continue
        place = (path.parent / unquote(parts.path)).resolve() if parts.path else path
        place = place / "index.html" if place.is_dir() else place
        if not place.is_relative_to(site) or not place.is_file():
            yield f"{here}: {target} leads nowhere"
        elif parts.fragment and place in pages and tag == "a" and unquote(parts.fragment) not in pages[place].anchors:
            yield f"{here}: {target}: no such place on the page"


def read(path: Path) -> Page:
    """What a page of the site has."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def found(site: Path, word: str) -> list[str]:
    """The places of the site's search index that have a word by itself, those with it in their title first."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    by_title = [one["location"] for one in index if whole.search(one["title"])]
    by_text = [one["location"] for one in index if whole.search(re.sub(r"<[^>]+>", " ", one["text"]))]
    return list(dict.fromkeys((*by_title, *by_text)))
