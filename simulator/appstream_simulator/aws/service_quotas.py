# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Service Quotas, for AppStream only: what the simulator's settings limit, under the names that accounts list.

Service code and the codes of image builders and images: developer guide, "Quotas" (its links). Names: lists of quotas
that users have published. The codes of quotas of instance types are made up; types without a quota of their own
in the settings have no quota here, while AWS lists all types.
"""

from __future__ import annotations

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Any

from appstream_simulator.aws.requests import Caller
from appstream_simulator.aws.service_error import ServiceError
from appstream_simulator.aws.simulation import Simulation
from appstream_simulator.settings import Settings

SERVICE_CODE = "appstream2"
_NAME = "Amazon AppStream 2.0"
_PAGE = 100

_KINDS = (
    (re.compile(r"stream\.standard\.(\w+)"), "Standard {0}"),
    (re.compile(r"stream\.compute\.(\w+)"), "Compute-optimized {0}"),
    (re.compile(r"stream\.memory\.(\w+)"), "Memory-optimized {0}"),
    (re.compile(r"stream\.memory\.z1d\.(\w+)"), "Memory-optimized z1d {0}"),
    (re.compile(r"stream\.graphics\.g4dn\.(\w+)"), "Graphics G4DN {0}"),
)


def list_service_quotas(caller: Caller, simulation: Simulation, request: dict[str, Any]) -> dict[str, Any]:
    """ListServiceQuotas."""
    if request["ServiceCode"] != SERVICE_CODE:
        raise ServiceError("NoSuchResourceException", f"The simulator has no quotas of {request['ServiceCode']}.")
    wanted = request.get("QuotaCode")
    quotas = [one for one in _quotas(simulation.settings, caller) if wanted in (None, one["QuotaCode"])]
    start = _position(request["NextToken"]) if "NextToken" in request else 0
    end = start + request.get("MaxResults", _PAGE)
    more = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(quotas) else {}
    return {"Quotas": quotas[start:end], **more}


def _position(token: str) -> int:
    try:
        return int(base64.b64decode(token.encode(), validate=True))
    except (binascii.Error, ValueError):
        raise ServiceError("InvalidPaginationTokenException", "The token is not valid.") from None


def _quotas(settings: Settings, caller: Caller) -> Iterator[dict[str, Any]]:
    totals = (
        ("L-8A6F32DC", "Fleets", settings.fleet_quota),
        ("L-DE32F884", "Image builders", settings.image_builder_quota),
        ("L-E1182CCA", "Private images", settings.image_quota),
        ("L-A8B8B901", "Stacks", settings.stack_quota),
    )
    for code, name, value in totals:
        yield _quota(caller, code, name, value)
    for instance_type, value in settings.instance_quotas.items():
        for name in _names(instance_type):
            yield _quota(caller, f"L-{zlib.crc32(name.encode()):08X}", name, value)


def _names(instance_type: str) -> list[str]:
    found = ((pattern.fullmatch(instance_type), text) for pattern, text in _KINDS)
    # Newer types are under their own names.
    kind = next((text.format(*match.groups()) for match, text in found if match), instance_type)
    return [f"{kind} streaming instances for {what}" for what in ("fleets", "image builders")]


def _quota(caller: Caller, code: str, name: str, value: int) -> dict[str, Any]:
    return {
        "ServiceCode": SERVICE_CODE,
        "ServiceName": _NAME,
        "QuotaArn": f"arn:aws:servicequotas:{caller.region}:{caller.account}:{SERVICE_CODE}/{code}",
        "QuotaCode": code,
        "QuotaName": name,
        "Value": float(value),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }
