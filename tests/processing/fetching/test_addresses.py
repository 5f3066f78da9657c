"""Which addresses may be connected to, and how addresses may be written."""

import json
from typing import Any

import pytest

from processing.errors import DownloadRefused
from processing.fetching.addresses import is_public
from processing.fetching.targets import LONGEST, Target, follow, parse
from tests.imaging.conftest import TEST_DATA, need

INSIDE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "192.0.0.192", "198.18.0.1", "224.0.0.1", "255.255.255.255", "168.63.129.16",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:100.64.0.1", "::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2001:0:7f00:1::", "2001:db8::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1",
    "ff02::1", "5f00::1", "3fff::1", "100::1", "2606:4700:4700::1111%1", "localhost", "", "1.1.1", "0x7f.1",
)  # fmt: skip
OUTSIDE = ("1.1.1.1", "172.32.0.1", "192.167.0.1", "100.128.0.1", "2606:4700:4700::1111", "::ffff:8.8.8.8")


def vectors() -> dict[str, Any]:
    return json.loads(need(TEST_DATA / "bad/ssrf_vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("address", INSIDE)
def test_what_lies_inside_is_shut(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_the_open_internet_is_open(address: str) -> None:
    assert is_public(address)


def test_every_known_trick_is_judged_rightly() -> None:
    known = vectors()
    assert (len(known["block"]), len(known["allow"])) == (37, 9)
    assert [address for address in known["block"] if is_public(address)] == []
    assert [address for address in known["allow"] if not is_public(address)] == []


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://pictures.example/a/b?x=1&y=%20#part", Target("https", "pictures.example", 443, "/a/b?x=1&y=%20")),
        ("HTTPS://Pictures.EXAMPLE.:443", Target("https", "pictures.example", 443, "/")),
        ("https://pictures.example?x", Target("https", "pictures.example", 443, "/?x")),
        ("https://pictures.example:80/", Target("https", "pictures.example", 80, "/")),
        ("https://1.1.1.1/x", Target("https", "1.1.1.1", 443, "/x")),
        ("https://[2606:4700:4700:0::1111]/x", Target("https", "2606:4700:4700::1111", 443, "/x")),
    ],
)  # fmt: skip
def test_addresses_are_read_in_one_way(url: str, target: Target) -> None:
    assert parse(url) == target
    assert parse(target.url) == target


@pytest.mark.parametrize(
    "url",
    [
        "http://pictures.example/", "https://pictures/", "https://a.b@c.example/", "https://:@c.example/",
        "https://pictures.example:8443/", "https://pictures.example:0443000/", "https://127.1/", "https://0x7f.1/",
        "https://017700000001/", "https://1.2.3.04/", "https://[::1%25eth0]/", "https://[1.1.1.1]/",
        "https://pictures.example/a b", "https://pictures.example\\x", "https://pictures.example/\r\nX: y",
        "https://pictures.example/\n", " https://pictures.example/", "https://münchen.example/", "https:a.example",
        "https://-a.example/", "https://a..example/", f"https://pictures.example/{'a' * LONGEST}", "", "javascript:1",
    ],
)  # fmt: skip
def test_everything_else_is_refused(url: str) -> None:
    with pytest.raises(DownloadRefused):
        parse(url)


def test_http_is_open_where_it_was_opened() -> None:
    assert parse("http://pictures.example/", allow_http=True).port == 80


@pytest.mark.parametrize("location", ["http://pictures.example/b", "file:///etc/passwd", "//a@b.example/", "data:,x"])
def test_nobody_is_led_astray(location: str) -> None:
    with pytest.raises(DownloadRefused):
        follow(parse("https://pictures.example/a"), location, allow_http=True)


def test_a_relative_location_stays_with_its_host() -> None:
    assert follow(parse("https://pictures.example/a/b"), "../c?d").url == "https://pictures.example/c?d"
