"""Fetching scenes from a server on this machine: whole, stopped and gone on with, and all that can go wrong."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled, JobRunner, Outcome, quiet
from hsigui.sample_scenes import fetching
from hsigui.sample_scenes.fetching import fetch
from hsigui.sample_scenes.keeping import HERE, PARTLY, checksum, state_of
from hsigui.settings import Settings, SettingsStore
from tests.sample_scenes.server import CUBE, LABELS, TRUTH, Host, digest, file_at, scene_of, served

pytest.importorskip("pooch")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No pause between two tries, no proxy of this machine, settings in a folder of their own."""
    monkeypatch.setattr(fetching, "PAUSES", (0.0,))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HSIGUI_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def host() -> Iterator[Host]:
    with served(cube_mat=CUBE, labels_mat=LABELS) as host:
        yield host


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of the scene."""
    return tmp_path / "samson"


def _both(host: Host):
    return scene_of(file_at(host.url), file_at(host.url, name="labels.mat", kind=TRUTH, content=LABELS))


def _stopping_at(count: int) -> CallbackContext:
    """A context that cancels once so many bytes have come."""
    seen = [0.0]

    def progress(done: float, _total: float, _text: str) -> None:
        seen[0] = done

    return CallbackContext(progress=progress, stop=lambda: seen[0] >= count)


def test_a_scene_comes_whole_with_its_ground_truth(host: Host, tmp_path: Path, own: Path) -> None:
    told: list[tuple[float, float, str]] = []
    scene = _both(host)
    fetched = fetch(CallbackContext(progress=lambda *step: told.append(step)), scene, tmp_path)
    assert fetched.path.read_bytes() == CUBE
    assert fetched.truth is not None
    assert fetched.truth.read_bytes() == LABELS
    assert fetched.told == ()
    assert (len(CUBE), len(CUBE), "cube.mat") in told
    assert [done for done, _, text in told if text == "cube.mat"] == sorted(done for done, _, t in told if "cube" in t)
    assert state_of(scene, tmp_path).where == HERE
    assert sorted(path.name for path in own.iterdir()) == ["cube.mat", "labels.mat"]


def test_what_is_here_and_right_is_not_fetched_again(host: Host, tmp_path: Path) -> None:
    scene = _both(host)
    fetch(quiet(), scene, tmp_path)
    asked = len(host.asked)
    fetch(quiet(), scene, tmp_path)
    assert len(host.asked) == asked


def test_what_was_cancelled_is_gone_on_with(host: Host, tmp_path: Path, own: Path) -> None:
    scene = scene_of(file_at(host.url))
    with pytest.raises(Cancelled):
        fetch(_stopping_at(300_000), scene, tmp_path)
    part = own / "cube.mat.part"
    have = part.stat().st_size
    assert 300_000 <= have < len(CUBE)
    assert part.read_bytes() == CUBE[:have]
    assert state_of(scene, tmp_path).where == PARTLY
    assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE
    assert host.ranges_asked == ["", f"bytes={have}-"]
    assert host.conditions[-1] == host.tag
    assert [path.name for path in own.iterdir()] == ["cube.mat"]


def test_a_silent_server_is_left_at_once_when_it_is_cancelled(host: Host, tmp_path: Path, own: Path) -> None:
    host.hold = 200_000
    runner = JobRunner()
    job = runner.start(lambda ctx: fetch(ctx, scene_of(file_at(host.url)), tmp_path), "Fetch")
    part = own / "cube.mat.part"
    for _ in range(500):
        if part.is_file() and part.stat().st_size:
            break
        threading.Event().wait(0.01)
    job.cancel()
    assert job.wait(2.0), "the job waits for the server"
    ends = [event for event in runner.drain() if hasattr(event, "outcome")]
    assert [end.outcome for end in ends] == [Outcome.CANCELLED]
    host.go_on.set()


def test_a_connection_that_breaks_off_is_gone_on_with_by_itself(host: Host, tmp_path: Path, own: Path) -> None:
    host.cut = 400_000
    with pytest.raises(HsiError, match="it broke off in the middle") as caught:
        fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    assert "What has come is kept" in caught.value.hint
    assert str(own) in caught.value.hint
    assert host.ranges_asked[0] == ""
    assert host.ranges_asked[1].startswith("bytes=")  # the second try asked for what was missing
    host.cut = 0
    assert fetch(quiet(), scene_of(file_at(host.url)), tmp_path).path.read_bytes() == CUBE


def test_a_server_without_ranges_sends_it_anew(host: Host, tmp_path: Path) -> None:
    host.ranges = False
    scene = scene_of(file_at(host.url))
    with pytest.raises(Cancelled):
        fetch(_stopping_at(300_000), scene, tmp_path)
    assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE


def test_a_file_that_has_changed_meanwhile_is_begun_anew(host: Host, tmp_path: Path) -> None:
    scene = scene_of(file_at(host.url, content=None))
    with pytest.raises(Cancelled):
        fetch(_stopping_at(300_000), scene, tmp_path)
    host.files["/cube.mat"], host.tag = CUBE[::-1], '"second"'
    assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE[::-1]


def test_without_checksum_and_validator_a_part_is_not_trusted(host: Host, tmp_path: Path) -> None:
    host.tag = ""
    scene = scene_of(file_at(host.url, content=None))
    with pytest.raises(Cancelled):
        fetch(_stopping_at(300_000), scene, tmp_path)
    host.files["/cube.mat"] = CUBE[::-1]
    assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE[::-1]
    assert host.ranges_asked == ["", ""]


def test_a_part_that_is_whole_already_is_taken(host: Host, tmp_path: Path, own: Path) -> None:
    own.mkdir()
    (own / "cube.mat.part").write_bytes(CUBE)
    assert fetch(quiet(), scene_of(file_at(host.url)), tmp_path).path.read_bytes() == CUBE


def test_a_part_of_another_file_costs_one_more_try(host: Host, tmp_path: Path, own: Path) -> None:
    own.mkdir()
    (own / "cube.mat.part").write_bytes(b"x" * 1000)
    assert fetch(quiet(), scene_of(file_at(host.url)), tmp_path).path.read_bytes() == CUBE
    assert (own / "cube.mat.wrong").read_bytes()[:1000] == b"x" * 1000
    assert host.ranges_asked == ["bytes=1000-", ""]


def test_a_wrong_checksum_puts_it_aside_and_says_so(host: Host, tmp_path: Path, own: Path) -> None:
    host.files["/cube.mat"] = b"another" * 1000
    scene = scene_of(file_at(host.url))
    for aside in ("cube.mat.wrong", "cube.mat.2.wrong"):
        with pytest.raises(HsiError, match="not the file that was meant") as caught:
            fetch(quiet(), scene, tmp_path)
        assert aside in caught.value.message
        assert (own / aside).read_bytes() == b"another" * 1000
    assert not (own / "cube.mat").exists()
    host.files["/cube.mat"] = CUBE
    assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE


def test_a_file_of_the_user_is_never_written_over(host: Host, tmp_path: Path, own: Path) -> None:
    own.mkdir()
    (own / "cube.mat").write_bytes(b"my own")
    fetched = fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    assert fetched.path.read_bytes() == CUBE
    assert (own / "cube.mat.wrong").read_bytes() == b"my own"
    assert "it was kept as cube.mat.wrong" in fetched.told[0]


def test_an_unknown_checksum_is_said_and_kept_and_looked_at_later(host: Host, tmp_path: Path, own: Path) -> None:
    scene = scene_of(file_at(host.url, content=None))
    told = fetch(quiet(), scene, tmp_path).told
    assert "was not known beforehand" in told[0]
    assert digest(CUBE) in told[0]
    assert (own / "cube.mat.sha256").read_text() == f"{digest(CUBE)}  cube.mat\n"
    assert fetch(quiet(), scene, tmp_path).told == ()
    (own / "cube.mat").write_bytes(b"changed")
    assert "not the file that was meant" in fetch(quiet(), scene, tmp_path).told[0]
    assert checksum(own / "cube.mat") == digest(CUBE)


def test_a_file_that_was_put_there_by_hand_is_taken(host: Host, tmp_path: Path, own: Path) -> None:
    own.mkdir()
    (own / "cube.mat").write_bytes(CUBE)
    host.answer = 403
    assert fetch(quiet(), scene_of(file_at(host.url)), tmp_path).told == ()
    assert "taken as it is" in fetch(quiet(), scene_of(file_at(host.url, content=None)), tmp_path).told[0]
    assert host.asked == []


@pytest.mark.parametrize(
    ("code", "said"),
    [(404, "nothing at this address"), (403, "does not hand it out to programs"), (503, "too busy")],
)
def test_a_refusal_is_said_with_the_page_to_go_to(host: Host, tmp_path: Path, code: int, said: str) -> None:
    host.answer = code
    with pytest.raises(HsiError, match=said) as caught:
        fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    assert f"({code})" in caught.value.message or f"answer {code}" in caught.value.message
    assert "http://127.0.0.1:9/page" in caught.value.hint


def test_a_web_page_is_no_scene(host: Host, tmp_path: Path, own: Path) -> None:
    host.kind = "text/html; charset=utf-8"
    with pytest.raises(HsiError, match="sent a web page"):
        fetch(quiet(), scene_of(file_at(host.url, content=None)), tmp_path)
    assert list(own.iterdir()) == []


def test_another_address_is_asked_where_the_first_refuses(host: Host, tmp_path: Path) -> None:
    with served() as empty:
        fetched = fetch(quiet(), scene_of(file_at(empty.url, host.url)), tmp_path)
    assert fetched.path.read_bytes() == CUBE
    assert "it came from 127.0.0.1" in fetched.told[0]


def test_a_part_is_gone_on_with_at_another_address(host: Host, tmp_path: Path) -> None:
    with served(cube_mat=CUBE) as first:
        scene = scene_of(file_at(first.url, host.url))
        with pytest.raises(Cancelled):
            fetch(_stopping_at(300_000), scene, tmp_path)
        first.answer = 403
        assert fetch(quiet(), scene, tmp_path).path.read_bytes() == CUBE
    assert host.ranges_asked[0].startswith("bytes=")


def test_without_a_network_a_sentence_is_said(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(HsiError, match="the server cannot be reached"):
        fetch(quiet(), scene_of(file_at(url)), tmp_path)


def test_a_proxy_of_the_environment_is_used(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", host.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    host.files["http://scenes.invalid/cube.mat"] = CUBE
    assert fetch(quiet(), scene_of(file_at("http://scenes.invalid")), tmp_path).path.read_bytes() == CUBE


def test_nobody_is_asked_where_the_preferences_forbid_it(host: Host, tmp_path: Path) -> None:
    SettingsStore().save(Settings(network="never"))
    with pytest.raises(HsiError, match="your preferences forbid the network"):
        fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    assert host.asked == []


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="no folder is closed to an administrator")
def test_a_folder_that_cannot_be_written_to_is_said(host: Host, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(HsiError, match="cannot be written to"):
            fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    finally:
        tmp_path.chmod(0o700)


def test_a_file_in_place_of_the_folder_is_said(host: Host, tmp_path: Path, own: Path) -> None:
    own.write_bytes(b"")
    with pytest.raises(HsiError, match="cannot be written to"):
        fetch(quiet(), scene_of(file_at(host.url)), tmp_path)


def test_two_do_not_fetch_the_same_file_at_once(
    host: Host, tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hsigui import locking

    monkeypatch.setattr(locking, "PATIENCE", 0.1)
    own.mkdir()
    with (
        locking.alone([own / "cube.mat.lock"]),
        pytest.raises(HsiError, match="is being fetched by another window or command"),
    ):
        fetch(quiet(), scene_of(file_at(host.url)), tmp_path)
    assert host.asked == []
