# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What of a recipe is compared with AWS."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.modules import preflight
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.preflight_input import preflight_input


def values(*installs: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A checked recipe whose applications are installed like this."""
    return {
        "name": "design",
        "base_image": {"platform": "WINDOWS_SERVER_2022"},
        "builder": {"instance_type": "stream.standard.large", "wait_timeout": 60},
        "roles": [],
        "applications": [{"name": f"app{at}", "install": install} for at, install in enumerate(installs)],
        "dynamic_app_catalog": False,
        "purge_catalog": False,
        "tags": {},
        **more,
    }


@pytest.mark.parametrize(
    ("install", "hosts"),
    [
        ({"source": "https://user:secret@a.example.com:8443/x.msi?token=1"}, ["a.example.com"]),
        ({"source": "http://[2001:db8::1]/x.msi"}, ["2001:db8::1"]),
        ({"source": "https://a.example.com/x.msi", "proxy": "http://proxy:3128"}, []),
        ({"source": "s3://b/x.msi"}, []),
        ({"source": "\\\\files\\x.msi"}, []),
        ({"source": "/srv/x.msi"}, []),
        ({"source": "ftp://x"}, []),
        ({"source": "https://[broken/x.msi"}, []),
        ({"sources": [{"source": "https://b.example.com/y"}, {"content": "x"}]}, ["b.example.com"]),
        ({"package": "vlc"}, ["community.chocolatey.org"]),
        ({"package": "vlc", "kind": "winget"}, ["cdn.winget.microsoft.com"]),
        ({"package": "vlc", "package_source": "https://feed.example.com/nuget"}, ["feed.example.com"]),
        ({"package": "vlc", "package_source": "internal"}, []),
        ({"package": "vlc", "package_sources": [{"name": "x", "source": "http://c.example.com/n"}]}, ["c.example.com"]),
        ({"features": ["Web-Server"]}, []),
        (None, []),
    ],
)
def test_hosts(install: dict[str, Any], hosts: list[str]) -> None:
    assert preflight_input(values(install))["internet_hosts"] == hosts


def test_sources_of_packages_hold_for_later_packages() -> None:
    own = {"package": "a", "package_sources": [{"name": "x", "source": "https://feed.example.com/n"}]}
    assert preflight_input(values(own, {"package": "vlc"}))["internet_hosts"] == ["feed.example.com"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, False),
        ({"roles": [{"name": "baseline"}]}, True),
        ({"windows": {"environment": {"HTTPS_PROXY": "http://proxy:3128"}}}, True),
        ({"windows": {"time_zone": "UTC"}}, False),
    ],
)
def test_what_may_set_a_proxy(more: dict[str, Any], expected: bool) -> None:
    assert preflight_input(values(**more))["may_set_proxy"] is expected


def test_objects_of_s3() -> None:
    install = {
        "source": "s3://b/x.msi",
        "s3_access": "presigned",
        "s3_region": "us-east-1",
        "sources": [
            {"source": "s3://b/y.mst", "s3_access": "builder_role"},
            {"source": "https://a.example.com/z"},
        ],
    }
    assert preflight_input(values(install))["s3_sources"] == [
        {"source": "s3://b/x.msi", "access": "presigned", "region": "us-east-1"},
        {"source": "s3://b/y.mst", "access": "builder_role", "region": "us-east-1"},
    ]


@pytest.mark.parametrize(
    ("applications", "roles", "catalog"),
    [
        ([], [], []),
        ([{"name": "a"}, {"name": "b", "launch": {"path": "x"}}], [], ["b"]),
        ([], [{"name": "baseline"}], None),
        ([{"name": "a", "install": {"role": {"name": "r"}}}], [], None),
    ],
)
def test_the_catalog(applications: list[dict[str, Any]], roles: list[Any], catalog: list[str] | None) -> None:
    assert preflight_input(values(applications=applications, roles=roles))["catalog_applications"] == catalog


def test_all_of_it_is_an_option_of_the_module() -> None:
    endpoint = {"endpoint_type": "STREAMING", "vpce_id": "vpce-1", "more": "x"}
    builder = {"name": "b", "instance_type": "x", "access_endpoints": [endpoint], "display_name": "left out"}
    found = preflight_input(values({"source": "s3://b/x"}, builder=builder, image_name="i"))
    options = preflight.ARGUMENT_SPEC["images"]["options"]
    assert set(found) <= set(options)
    assert set(found["builder"]) <= set(options["builder"]["options"])
    assert found["builder"]["access_endpoints"] == [{"endpoint_type": "STREAMING", "vpce_id": "vpce-1"}]
    assert set(found["s3_sources"][0]) <= set(options["s3_sources"]["options"])
