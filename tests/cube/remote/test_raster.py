"""GeoTIFFs at addresses: read by windows, refused with sentences, stopped at once."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import hsigui
from hsigui import stopping
from hsigui.cube.describe import describe
from hsigui.cube.remote import http, stand_ins, waiting
from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.document.identity import file_identity
from hsigui.errors import HsiError
from hsigui.settings import Settings, SettingsStore
from tests.cube.remote.conftest import write_cog
from tests.cube.remote.servers import FileServer, file_server


def test_a_cog_at_an_address_is_the_scene_that_it_is_on_disk(
    web: FileServer, cog: Path, values: NDArray[np.int16]
) -> None:
    far, near = hsigui.open(f"{web.url}/scene.tif"), hsigui.open(cog)
    assert far.shape == near.shape == values.shape
    assert far.name == "scene"
    assert far.info.wavelengths == near.info.wavelengths
    assert far.geo == near.geo
    assert far.where == f"{web.url}/scene.tif"
    np.testing.assert_array_equal(far.read(), near.read())
    np.testing.assert_array_equal(far.band(3, step=8), near.band(3, step=8))


def test_a_window_costs_its_part_of_the_file_only(web: FileServer, cog: Path, values: NDArray[np.int16]) -> None:
    size = cog.stat().st_size
    far = hsigui.open(f"{web.url}/scene.tif")
    opened = web.sent
    assert opened < size / 20
    np.testing.assert_array_equal(far.read(slice(10, 20), slice(10, 20)), values[10:20, 10:20].astype(np.float32))
    assert 0 < web.sent - opened < size / 10
    before = web.sent
    far.read(slice(12, 30), slice(15, 25))
    assert web.sent == before


def test_what_was_read_is_on_the_disk_for_the_next_start(web: FileServer, cog: Path) -> None:
    hsigui.open(f"{web.url}/scene.tif").read(slice(0, 100))
    before = web.sent
    again = hsigui.open(f"{web.url}/scene.tif")
    again.read(slice(0, 100))
    assert web.sent - before < 300_000  # its head, to see that it is the same still


def test_blocks_that_lie_together_are_one_question(web: FileServer, cog: Path) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    before = len(web.asked)
    far.read()
    assert len(web.asked) - before <= cog.stat().st_size // 2**20 + 3


def test_broken_connections_are_tried_again(web: FileServer, cog: Path, values: NDArray[np.int16]) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    web.broken = 2
    np.testing.assert_array_equal(far.read(), values.astype(np.float32))


def test_a_connection_that_stays_broken_is_told_and_nothing_false_is_read(
    web: FileServer, cog: Path, values: NDArray[np.int16]
) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    web.broken = 10_000
    with pytest.raises(HsiError, match="broke off in the middle"):
        far.read(slice(200, 260))
    web.broken = 0
    np.testing.assert_array_equal(far.read(slice(200, 260)), values[200:260].astype(np.float32))


def test_a_server_that_is_gone_is_told(web: FileServer, cog: Path) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    web.close()
    with pytest.raises(HsiError, match=r"cannot be reached|broke off"):
        far.read(slice(200, 260))


def test_a_file_that_changes_while_it_is_open_is_refused(web: FileServer, cog: Path, values: NDArray[np.int16]) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    write_cog(cog, values[:, ::-1])
    with pytest.raises(HsiError, match="has changed on the server") as told:
        far.read(slice(200, 260))
    assert "Reload" in told.value.hint


def test_a_change_is_seen_by_the_size_where_the_server_knows_no_versions(
    web: FileServer, cog: Path, values: NDArray[np.int16]
) -> None:
    web.versions = False
    far = hsigui.open(f"{web.url}/scene.tif")
    far.read(slice(0, 10))
    write_cog(cog, values[:300])
    with pytest.raises(HsiError, match="has changed on the server"):
        far.read(slice(200, 260))


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(403, "does not let you read"), (401, "does not let you read"), (404, "nothing at"), (503, "too busy"),
     (418, "answer 418")],
)  # fmt: skip
def test_what_a_server_says_is_a_sentence(web: FileServer, cog: Path, status: int, sentence: str) -> None:
    web.status = status
    with pytest.raises(HsiError, match=sentence) as told:
        hsigui.open(f"{web.url}/scene.tif")
    assert told.value.hint


def test_a_server_without_ranges_is_refused_before_the_file_comes(web: FileServer, cog: Path) -> None:
    web.ranges = False
    with pytest.raises(HsiError, match="whole files only"):
        hsigui.open(f"{web.url}/scene.tif")
    assert web.sent <= cog.stat().st_size


def test_a_page_in_place_of_a_scene_is_refused(web: FileServer) -> None:
    (web.folder / "scene.tif").write_text("<html>Sign in</html>")
    with pytest.raises(HsiError, match="neither a GeoTIFF nor zarr"):
        hsigui.open(f"{web.url}/scene.tif")


def test_a_file_that_ends_early_is_told_as_such(web: FileServer, cog: Path) -> None:
    cog.write_bytes(cog.read_bytes()[: cog.stat().st_size // 2])
    with pytest.raises(HsiError):
        hsigui.open(f"{web.url}/scene.tif").read()


def test_nothing_is_asked_where_the_preferences_forbid_the_network(web: FileServer, cog: Path) -> None:
    scene = hsigui.open(f"{web.url}/scene.tif")
    path = scene.path
    SettingsStore().save(Settings(network="never"))
    web.asked.clear()
    with pytest.raises(HsiError, match="forbid the network"):
        scene.read()
    for what in (f"{web.url}/scene.tif", path):
        with pytest.raises(HsiError, match="forbid the network") as told:
            hsigui.open(what)
        assert "Preferences" in told.value.hint
    assert not web.asked


def test_a_cancelled_reading_ends_within_a_second(web: FileServer, cog: Path) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    web.slow = 20.0
    asked = threading.Event()

    class Stop(BaseException):
        pass

    def check() -> None:
        if asked.is_set():
            raise Stop

    threading.Timer(0.3, asked.set).start()
    begin = time.monotonic()
    with pytest.raises(Stop), stopping.checked_by(check):
        far.read(slice(200, 260))
    assert time.monotonic() - begin < 1.3
    web.slow = 0.0
    assert far.read(slice(200, 210)).shape[0] == 10


def test_traffic_is_counted(web: FileServer, cog: Path) -> None:
    before = TRAFFIC.seen
    hsigui.open(f"{web.url}/scene.tif").read(slice(0, 50))
    after = TRAFFIC.seen
    assert after.fetched - before.fetched == web.sent
    assert after.requests > before.requests
    assert (after.done, after.wanted) == (0, 0)


def test_threads_read_side_by_side(web: FileServer, cog: Path, values: NDArray[np.int16]) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    wrong: list[int] = []

    def look(start: int) -> None:
        found = far.read(slice(start, start + 40), slice(0, 90))
        if not np.array_equal(found, values[start : start + 40, :90]):
            wrong.append(start)

    threads = [threading.Thread(target=look, args=(start,)) for start in range(0, 400, 80)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_identity_is_that_of_address_and_version(web: FileServer, cog: Path, values: NDArray[np.int16]) -> None:
    far = hsigui.open(f"{web.url}/scene.tif")
    before = web.sent
    identity = file_identity(far)
    assert web.sent == before
    assert identity == file_identity(hsigui.open(f"{web.url}/scene.tif"))
    write_cog(cog, values[::-1])
    assert identity != file_identity(hsigui.open(f"{web.url}/scene.tif"))


def test_floats_with_empty_bands_are_found_by_a_part(web: FileServer, values: NDArray[np.int16]) -> None:
    floats = values.astype(np.float32)
    floats[:, :, 4] = np.nan
    write_cog(web.folder / "floats.tif", floats)
    far = hsigui.open(f"{web.url}/floats.tif")
    assert far.info.empty_bands == (4,)
    assert web.sent < (web.folder / "floats.tif").stat().st_size / 4


def test_a_plain_tiff_is_read_too(web: FileServer, values: NDArray[np.int16]) -> None:
    import rasterio

    with rasterio.open(
        web.folder / "plain.tif", "w", driver="GTiff", height=480, width=500, count=12, dtype="int16",
        transform=rasterio.Affine(10, 0, 5, 0, -10, 7),
    ) as file:  # fmt: skip
        file.write(values.transpose(2, 0, 1))
    far = hsigui.open(f"{web.url}/plain.tif")
    np.testing.assert_array_equal(far.read(slice(5, 9)), values[5:9].astype(np.float32))
    assert any("no overviews" in note for note in far.notes)


def test_secrets_stay_in_memory(web: FileServer, cog: Path) -> None:
    secret = web.url.replace("//", "//anna:pass%20word@") + "/scene.tif?X-Amz-Signature=abcdef&token=hush"
    far = hsigui.open(secret)
    assert web.authorization.startswith("Basic ")
    assert "X-Amz-Signature=abcdef&token=hush" in web.asked[-1]
    kept = [
        json.dumps(describe(far)), repr(far.info), far.where, str(far.path),
        *(file.read_text(errors="replace") for file in stand_ins.stand_ins_folder().rglob("*.address")),
    ]  # fmt: skip
    for text in kept:
        assert not any(word in text for word in ("anna", "pass", "word@", "abcdef", "hush", "Signature"))
    web.status = 403
    with pytest.raises(HsiError) as told:
        hsigui.open(secret)
    assert not any(word in f"{told.value}{told.value.hint}" for word in ("anna", "abcdef", "hush"))


def test_an_address_with_a_secret_is_asked_for_again_after_a_restart(web: FileServer, cog: Path) -> None:
    path = hsigui.open(f"{web.url}/scene.tif?sig=abc").path
    assert hsigui.open(path).rows == 480
    stand_ins.forget_secrets()
    with pytest.raises(HsiError, match="is not kept"):
        hsigui.open(path)


def test_a_stand_in_counts_in_its_own_folder_only(web: FileServer, cog: Path, tmp_path: Path) -> None:
    path = hsigui.open(f"{web.url}/scene.tif").path
    assert path is not None
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    other = stand_ins.stand_ins_folder() / "0" / path.name
    other.parent.mkdir()
    other.write_bytes(path.read_bytes())
    changed = path.read_text().replace("scene.tif", "other.tif")
    web.asked.clear()
    for planted in (copy, other):
        with pytest.raises(HsiError):
            hsigui.open(planted)
    path.write_text(changed)
    with pytest.raises(HsiError):
        hsigui.open(path)
    assert not web.asked


def test_a_redirection_is_followed(web: FileServer, cog: Path, tmp_path: Path) -> None:
    with file_server(tmp_path) as other:
        other.redirect = f"{web.url}/scene.tif?sig=hush"
        far = hsigui.open(f"{other.url}/latest.tif")
        assert far.read(slice(0, 2)).shape == (2, 500, 12)
        assert far.where == f"{other.url}/latest.tif"


@pytest.mark.parametrize("place", ["ftp://127.0.0.1/scene.tif", "file:///etc/hostname", "/latest.tif"])
def test_a_redirection_elsewhere_is_a_sentence(web: FileServer, place: str) -> None:
    web.redirect = place
    with pytest.raises(HsiError):
        hsigui.open(f"{web.url}/latest.tif")


def test_tries_have_an_end(web: FileServer, cog: Path) -> None:
    web.status = 500
    with pytest.raises(HsiError):
        hsigui.open(f"{web.url}/scene.tif")
    assert len(web.asked) == waiting.TRIES


def test_a_server_that_does_not_answer_is_told(
    web: FileServer, cog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(http, "SILENT_SECONDS", 0.1)
    web.slow = 0.5
    with pytest.raises(HsiError, match="does not answer"):
        hsigui.open(f"{web.url}/scene.tif")
