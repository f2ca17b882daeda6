"""What of an address is shown and kept."""

from __future__ import annotations

import pytest

from hsigui.cube.remote.address import address_of, is_address
from hsigui.errors import HsiError


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("https://Server.org/a/b.tif", "https://server.org/a/b.tif"),
        ("  <https://server.org/a%20b.tif> ", "https://server.org/a%20b.tif"),
        ("https://me:secret@server.org:8443/b.tif#x", "https://server.org:8443/b.tif"),
        ("https://server.org/b.tif?X-Amz-Signature=1&X-Amz-Credential=2", "https://server.org/b.tif"),
        ("https://server.org/b.tif?sv=1&sig=2", "https://server.org/b.tif"),
        ("https://server.org/get?file=b.tif", "https://server.org/get?file=b.tif"),
        ("https://server.org/get?file=b.tif&key=1", "https://server.org/get"),
        ("https://server.org/get?unheard-of=1", "https://server.org/get"),
        ("https://server.org/a%2Fb.tif", "https://server.org/a%2Fb.tif"),
        ("https://server.org/höhe.tif", "https://server.org/h%C3%B6he.tif"),
        ("s3://bucket/a%20b?c#d.tif", "s3://bucket/a%20b?c#d.tif"),
        ("http://[::1]:80/b.tif", "http://[::1]:80/b.tif"),
        ("s3://bucket/a/b.zarr/", "s3://bucket/a/b.zarr"),
        ("s3://key:secret@bucket/b.tif", "s3://bucket/b.tif"),
    ],
)
def test_secrets_are_not_in_what_is_kept(typed: str, plain: str) -> None:
    address = address_of(typed)
    assert address.plain == plain
    assert "secret" not in repr(address)
    assert address.partial == any(word in typed for word in ("me:", "?X-", "?sv", "&key", "unheard"))


@pytest.mark.parametrize(
    "typed",
    ["ftp://server.org/b.tif", "file:///etc/hostname", "gs://bucket/b.tif", "https://", "https:///b.tif", "s3://bucket",
     "https://server.org/../b.tif", "https://server.org/%2e%2e/b.tif", "https://server.org/a b.tif", "b.tif",
     "https://server.org:port/b.tif", "https://server.org/b.tif\nhttps://other.org",
     "s3://bucket/b.tif?X-Amz-Signature=1", "s3://bucket/b.tif?x=1&x-amz-credential=2",
     "s3://bucket/b.tif?AWSAccessKeyId=1&Signature=2"],
)  # fmt: skip
def test_what_is_no_address_of_a_scene_is_refused(typed: str) -> None:
    with pytest.raises(HsiError) as told:
        address_of(typed)
    assert told.value.hint


def test_a_key_of_a_bucket_is_taken_as_it_is() -> None:
    address = address_of("s3://bucket/a%20b?c#d.tif")
    assert (address.host, address.path, address.name) == ("bucket", "a%20b?c#d.tif", "a%20b_c#d.tif")


def test_paths_are_no_addresses() -> None:
    for text in ("scene.tif", "/data/scene.tif", r"C:\data\scene.tif", "C:/data/scene.tif", "HDF5:x.h5://y", ""):
        assert not is_address(text)
    assert all(map(is_address, ("https://server.org/x", "ftp://server.org/x")))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("https://server.org/a/b.tif", "b.tif"), ("https://server.org", "server.org"),
     ("https://s.org/a%2Fb.tif", "b.tif"), ("s3://bucket/x/y.zarr/", "y.zarr"),
     ("https://s.org/a%3Ab%5Cc.tif", "a_b_c.tif")],
)  # fmt: skip
def test_names_are_those_of_files(typed: str, name: str) -> None:
    assert address_of(typed).name == name
