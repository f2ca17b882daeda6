"""What stands against a release is found before anything is built, and what was built is looked into."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

import hsigui
from tests.scripts_of_packaging import script

ROOT = Path(__file__).parents[1]
ABOUT = "Metadata-Version: 2.4\nName: hsigui\nVersion: 1.2.3\n"


@pytest.fixture(scope="module")
def releasing() -> ModuleType:
    return script("releasing")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small checkout of version 1.2.3 that is ready."""
    for name, text in {
        "hsigui/__init__.py": '__version__ = "1.2.3"\n',
        "hsigui/__main__.py": "from hsigui import __version__\ndef main(words):\n    print('hsigui', __version__)\n",
        "resources/CHANGELOG.md": "# Changes\n\n## Unreleased\n\nNothing.\n\n## 1.2.3, 2026-12-01\n\n- First.\n",
        "pyproject.toml": 'version = "1.2.3"\n[tool.hatch.build.targets.sdist]\ninclude = ["hsigui", "resources"]\n',
        ".github/CITATION.cff": "version: 1.2.3\n",
        "README.md": "  version = {1.2.3},\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c")
    subprocess.run(["git", "-C", folder, *who, *words], check=True, capture_output=True)


def wheel_of(checkout: Path, *without: str, **more: str) -> Path:
    path = checkout.parent / "hsigui-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("hsigui/__init__.py", "hsigui/__main__.py", "resources/CHANGELOG.md"):
            if name not in without:
                archive.write(checkout / name, name if name.startswith("hsigui") else f"hsigui/{name}")
        archive.writestr("hsigui-1.2.3.dist-info/METADATA", ABOUT)
        for name, text in more.items():
            archive.writestr(name, text)
    return path


def test_nothing_stands_against_a_checkout_that_is_ready(releasing, checkout):
    assert list(releasing.faults_of_version(checkout, "1.2.3")) == []
    assert list(releasing.faults_of_changes(checkout, "1.2.3")) == []
    assert list(releasing.faults_of_tree(checkout, "1.2.3")) == []


def test_the_places_that_tell_a_version_are_found_in_this_checkout(releasing):
    assert list(releasing.faults_of_version(ROOT, hsigui.__version__)) == []
    assert len(list(releasing.faults_of_version(ROOT, "9.9.9"))) == len(releasing.VERSIONED)


def test_a_version_that_some_place_does_not_tell_is_named_with_the_place(releasing, checkout):
    (checkout / "README.md").write_text("no version\n", encoding="utf-8")
    assert list(releasing.faults_of_version(checkout, "1.2.3")) == ["README.md tells no version, not 1.2.3"]
    assert "“2” is no version" in next(releasing.faults_of_version(checkout, "2"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("## Unreleased\n\n- New.\n\n## 1.2.3, 2026-12-01\n\n- First.\n", "under “Unreleased”"),
        ("## 1.2.2, 2026-11-01\n\n- First.\n", "no section “## 1.2.3"),
        ("## 1.2.3\n\n- First.\n", "gives no date"),
        ("## 1.2.3, 2026-12-01\n\nTo come.\n", "tells no change"),
    ],
)
def test_a_list_of_changes_that_is_not_done_is_told(releasing, checkout, text, fault):
    (checkout / "resources" / "CHANGELOG.md").write_text(text, encoding="utf-8")
    (told,) = releasing.faults_of_changes(checkout, "1.2.3")
    assert fault in told


def test_what_is_not_committed_another_branch_and_a_tag_that_is_taken_are_told(releasing, checkout):
    git(checkout, "tag", "v1.2.3")
    git(checkout, "checkout", "-qb", "other")
    (checkout / "new.txt").write_text("", encoding="utf-8")
    told = list(releasing.faults_of_tree(checkout, "1.2.3"))
    assert [words.split(",")[0] for words in told] == [
        "1 files are not committed", "the branch is other", "there is a tag v1.2.3 already",
    ]  # fmt: skip


def test_a_wheel_holds_what_is_in_git_and_nothing_else(releasing, checkout):
    assert list(releasing.faults_of_wheel(wheel_of(checkout), checkout, "1.2.3")) == []
    catalogue = {"hsigui/resources/locale/de/LC_MESSAGES/hsigui.mo": "compiled"}
    assert list(releasing.faults_of_wheel(wheel_of(checkout, **catalogue), checkout, "1.2.3")) == []
    wrong = wheel_of(checkout, "resources/CHANGELOG.md", **{"hsigui/secret.py": "x", "hsigui/__pycache__/a.pyc": "x"})
    told = " ".join(releasing.faults_of_wheel(wrong, checkout, "1.2.4"))
    for words in ("of version 1.2.3", "lacks hsigui/resources/CHANGELOG.md", "has hsigui/secret.py", "__pycache__"):
        assert words in told


def test_the_program_of_a_wheel_is_started_and_not_the_one_of_the_checkout(releasing, checkout):
    assert list(releasing.faults_of_start(wheel_of(checkout), "1.2.3", Path(sys.executable))) == []
    (told,) = releasing.faults_of_start(wheel_of(checkout), "1.2.4", Path(sys.executable))
    assert "says “hsigui 1.2.3”" in told
    (told,) = releasing.faults_of_start(wheel_of(checkout, "hsigui/__init__.py"), "1.2.3", Path(sys.executable))
    assert "does not start" in told


def test_sums_are_read_back_by_the_systems_own_program(releasing, tmp_path):
    (tmp_path / "a.whl").write_bytes(b"one")
    (tmp_path / "b.tar.gz").write_bytes(b"two")
    (tmp_path / "SHA256SUMS.asc").write_text("old", encoding="utf-8")
    sums = releasing.summed(tmp_path)
    assert sums.read_text(encoding="utf-8").count("\n") == 2
    subprocess.run(["sha256sum", "--check", "--strict", sums.name], cwd=tmp_path, check=True, capture_output=True)


def test_without_a_key_it_is_said_that_nothing_is_signed(releasing, tmp_path, monkeypatch):
    monkeypatch.setenv("GNUPGHOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert releasing.signed(tmp_path / "SHA256SUMS") == "not signed: there is no gpg"


def test_a_release_that_is_not_ready_is_not_built(releasing, checkout, capsys):
    (checkout / "resources" / "CHANGELOG.md").write_text("# Changes\n", encoding="utf-8")
    git(checkout, "commit", "-qam", "no changes")
    given = releasing.argparse.Namespace(dry_run=False, checked=False, bundles=False)
    assert releasing.released("1.2.3", given, checkout / "out", checkout) == 1
    assert "has to be mended first" in capsys.readouterr().out
    assert not (checkout / "out").exists()


def test_bundles_of_this_version_are_tried_and_lie_beside_the_wheel(releasing, checkout, tmp_path, monkeypatch):
    monkeypatch.setenv("HSIGUI_BUILD", str(checkout / "build"))
    into, scripts = tmp_path / "out", checkout / "packaging"
    for folder in (into, scripts, checkout / "build"):
        folder.mkdir()
    (checkout / "build" / "hsigui-1.2.2-linux-x86_64.tar.xz").touch()
    (scripts / "bundle").write_text("touch build/hsigui-1.2.3-linux-x86_64.tar.xz build/hsigui_1.2.3_amd64.deb\n")
    (scripts / "smoke").write_text('case "$1" in *.deb) exit 1 ;; esac\n')
    assert list(releasing.bundled(checkout, "1.2.3", into)) == ["packaging/smoke hsigui_1.2.3_amd64.deb failed"]
    assert sorted(path.name for path in into.iterdir()) == [
        "hsigui-1.2.3-linux-x86_64.tar.xz", "hsigui_1.2.3_amd64.deb",
    ]  # fmt: skip
    (told,) = releasing.bundled(checkout, "1.2.4", into)
    assert "made no archive of 1.2.4" in told
    (scripts / "bundle").write_text("exit 3\n")
    assert list(releasing.bundled(checkout, "1.2.3", into)) == ["packaging/bundle all failed"]
