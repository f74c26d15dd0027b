# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What of a recipe is compared with AWS: the input of module ``preflight``.

Private to the euc.appstream collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.sources import origin

_BUILDER = (
    "name",
    "instance_type",
    "subnet_id",
    "security_group_ids",
    "iam_role_arn",
    "domain",
    "enable_default_internet_access",
    "access_endpoints",
)
_NAMED = ("name", "image_name", "base_image", "tags", "dynamic_app_catalog", "purge_catalog")

FEEDS: Mapping[str, str] = {"chocolatey": "community.chocolatey.org", "winget": "cdn.winget.microsoft.com"}
"""Where packages come from when the recipe names no source of its own."""


def preflight_input(values: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of option ``images`` for a checked recipe."""
    builder = values["builder"]
    endpoints = [
        {key: one[key] for key in ("endpoint_type", "vpce_id") if key in one}
        for one in builder.get("access_endpoints") or []
    ]
    given = {key: builder[key] for key in _BUILDER if key in builder}
    applications = values["applications"]
    # A role of the user's may register applications as well: nothing is known of the catalog then.
    own_roles = values["roles"] or any((one.get("install") or {}).get("role") for one in applications)
    catalog = None if own_roles else [str(one.get("name")) for one in applications if one.get("launch")]
    return {
        **{key: values[key] for key in _NAMED if key in values},
        "builder": {**given, "access_endpoints": endpoints} if endpoints else given,
        "catalog_applications": catalog,
        "internet_hosts": sorted(set(_hosts(applications))),
        "may_set_proxy": bool(own_roles) or "proxy" in str(values.get("windows", {})).lower(),
        "s3_sources": list(_objects(applications)),
    }


def _sources(application: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every source of an application that is there already when the plan is made, and what else is said of it."""
    install = application.get("install") or {}
    if install.get("source"):
        yield str(install["source"]), install
    for further in install.get("sources") or []:
        if further.get("source"):
            yield str(further["source"]), {"s3_region": install.get("s3_region"), **further}


def _hosts(applications: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Hosts that the image builder fetches something from, by no proxy."""
    installs = [application.get("install") or {} for application in applications]
    # Sources that one package adds hold for all that come later.
    feeds = {} if any(install.get("package_sources") for install in installs) else FEEDS
    for application, install in zip(applications, installs):
        if install.get("proxy"):
            continue
        for source, _options in _sources(application):
            if _origin(source) == "url":
                yield from _host(source)
        yield from _of_package(install, feeds)


def _of_package(install: Mapping[str, Any], feeds: Mapping[str, str]) -> Iterator[str]:
    if not install.get("package"):
        return
    kind = install.get("kind") or "chocolatey"
    named = [install["package_source"]] if install.get("package_source") else []
    named += [one.get("source") for one in install.get("package_sources") or [] if isinstance(one, Mapping)]
    if not named and kind in feeds:
        yield feeds[kind]
    for source in named:
        # The name of a source, or a folder, tells nothing.
        yield from _host(str(source)) if "://" in str(source) else ()


def _host(url: str) -> Iterator[str]:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return
    if host:
        yield host


def _objects(applications: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Objects of S3, each once for an application."""
    for application in applications:
        for source, options in _sources(application):
            if _origin(source) != "s3":
                continue
            entry = {"source": source, "access": options.get("s3_access"), "region": options.get("s3_region")}
            yield {key: value for key, value in entry.items() if value is not None}


def _origin(source: str) -> str:
    try:
        return origin(source)
    except ValueError:
        return "none"
