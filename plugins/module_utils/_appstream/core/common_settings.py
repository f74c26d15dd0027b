# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Readings of members that several resources have in common: image, network, domain, streaming endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .settings import Options, Resource


def image_name_of(resource: Resource) -> str | None:
    """Return the name of the image in use: image builders tell its ARN only, fleets either."""
    name, arn = resource.get("image_name"), resource.get("image_arn")
    return name or (arn.rsplit(":image/", 1)[-1] if arn else None)


def vpc(member: str) -> Callable[[Resource], list[str]]:
    """Return a function that reads a list of VpcConfig, ``subnet_ids`` or ``security_group_ids``."""
    return lambda resource: list((resource.get("vpc_config") or {}).get(member) or [])


def domain_of(resource: Resource) -> dict[str, Any]:
    """Return the domain a resource joins as an option, {} when it joins none."""
    joined = resource.get("domain_join_info") or {}
    unit = joined.get("organizational_unit_distinguished_name")
    return {"directory_name": joined.get("directory_name"), "organizational_unit": unit} if joined else {}


def domain_request(domain: Options) -> dict[str, Any]:
    """Return DomainJoinInfo."""
    request = {
        "DirectoryName": domain.get("directory_name"),
        "OrganizationalUnitDistinguishedName": domain.get("organizational_unit"),
    }
    return {key: value for key, value in request.items() if value}


def casefolded(domain: Options | None) -> dict[str, str]:
    """Active Directory names compare without regard to case (unproven [directory_units_case] for what the service
    stores)."""
    return {key: value.casefold() for key, value in (domain or {}).items() if value}


def endpoint_pairs(endpoints: list[Options] | None) -> list[tuple[str, str]]:
    """Return streaming endpoints in a form that can be compared."""
    return sorted((one["endpoint_type"], one.get("vpce_id") or "") for one in endpoints or [])
