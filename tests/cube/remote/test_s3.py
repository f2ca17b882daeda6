"""Scenes in buckets: a server of S3's language on this machine stands for Amazon's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import hsigui
from hsigui.cube.remote.traffic import TRAFFIC
from hsigui.errors import HsiError

pytest.importorskip("s3fs")
moto = pytest.importorskip("moto.server")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cog_bytes: bytes) -> Any:
    """A bucket that holds a scene, and what fills it; names and keys are those of the environment."""
    import botocore.session

    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    client = botocore.session.get_session().create_client("s3", endpoint_url=endpoint)
    client.create_bucket(Bucket="scenes")
    client.put_object(Bucket="scenes", Key="north/scene.tif", Body=cog_bytes, ACL="public-read")
    yield client
    client.close()


def test_a_cog_in_a_bucket_is_read_by_windows(bucket: Any, values: NDArray[np.int16], cog_bytes: bytes) -> None:
    before = TRAFFIC.seen.fetched
    far = hsigui.open("s3://scenes/north/scene.tif")
    assert far.where == "s3://scenes/north/scene.tif"
    np.testing.assert_array_equal(far.read(slice(10, 20), slice(10, 20)), values[10:20, 10:20].astype(np.float32))
    assert TRAFFIC.seen.fetched - before < len(cog_bytes) / 4
    np.testing.assert_array_equal(far.read(), values.astype(np.float32))


def test_what_is_not_there_is_a_sentence(bucket: Any) -> None:
    for address in ("s3://scenes/south/scene.tif", "s3://nowhere/scene.tif"):
        with pytest.raises(HsiError, match="nothing at s3://"):
            hsigui.open(address)


def test_a_changed_object_is_refused(bucket: Any, cog_bytes: bytes) -> None:
    far = hsigui.open("s3://scenes/north/scene.tif")
    bucket.put_object(Bucket="scenes", Key="north/scene.tif", Body=cog_bytes[:-1] + b"x")
    with pytest.raises(HsiError, match="has changed on the server"):
        far.read(slice(200, 260))


def test_what_is_public_is_read_without_a_name(
    bucket: Any, monkeypatch: pytest.MonkeyPatch, values: NDArray[np.int16]
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    far = hsigui.open("s3://scenes/north/scene.tif")
    np.testing.assert_array_equal(far.read(slice(0, 3)), values[:3].astype(np.float32))


def test_a_server_that_is_not_there_is_a_sentence(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(HsiError, match="cannot be reached"):
        hsigui.open("s3://scenes/north/scene.tif")


def test_a_forbidden_object_names_the_ways_to_say_who_one_is(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    from hsigui.cube.remote.s3 import S3Link

    async def refuse(*_: Any, **__: Any) -> None:
        answer = {"Error": {"Code": "AccessDenied"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
        raise PermissionError("no") from ClientError(answer, "GetObject")  # type: ignore[arg-type]

    before = S3Link.__init__

    def made(link: S3Link, address: Any) -> None:
        before(link, address)
        monkeypatch.setattr(link._named, "_call_s3", refuse)

    monkeypatch.setattr(S3Link, "__init__", made)
    with pytest.raises(HsiError, match="does not let you read") as told:
        hsigui.open("s3://scenes/north/scene.tif")
    assert "AWS_PROFILE" in told.value.hint


@pytest.mark.parametrize("consolidated", [True, False])
def test_a_zarr_store_in_a_bucket_is_listed_and_read(bucket: Any, tmp_path: Path, consolidated: bool) -> None:
    pytest.importorskip("xarray")
    from tests.cube.remote.test_zarr import write

    values = np.random.default_rng(3).integers(1, 9000, (60, 70, 9)) / 10_000
    path = write(tmp_path / "s.zarr", values, 3, consolidated=consolidated)
    for file in path.rglob("*"):
        if file.is_file():
            key = f"{consolidated}/s.zarr/{file.relative_to(path).as_posix()}"
            bucket.put_object(Bucket="scenes", Key=key, Body=file.read_bytes())
    far = hsigui.open(f"s3://scenes/{consolidated}/s.zarr")
    np.testing.assert_allclose(far.read(), values.astype(np.float32), atol=1e-6)
    assert far.wavelengths is not None
