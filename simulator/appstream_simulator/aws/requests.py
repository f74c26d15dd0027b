# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who calls what: service, operation, Region, account and access key of an AWS request."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass

from moto.iam.models import get_account_id_from
from werkzeug.wrappers import Request

from appstream_simulator.aws import protocols

# A client that has an empty Region signs with it.
_CREDENTIAL = re.compile(r"Credential=([^/=]+)/\d+/([^/=]*)/([^/=]+)/")


@dataclass(frozen=True)
class Caller:
    """What a request's signature, headers, path and body tell. Empty where they tell nothing.

    Attributes:
        service: signing name; that of AppStream also for an unsigned request.
    """

    service: str
    operation: str
    region: str
    access_key: str
    account: str

    @property
    def call(self) -> str:
        """As fault rules match it."""
        return f"{self.service}:{self.operation}"


def identify(request: Request) -> Caller:
    """Read a request's authorisation header and operation."""
    presigned = f"Credential={request.args.get('X-Amz-Credential', '')}"
    found = _CREDENTIAL.search(request.headers.get("Authorization", presigned))
    access_key, region, service = found.groups() if found else ("", "", "")
    if not found and protocols.is_for_appstream(request.path, request.headers):
        service = "appstream"
    return Caller(service, _operation(request), region, access_key, get_account_id_from(access_key))


def _operation(request: Request) -> str:
    named = protocols.operation_named(request.path, request.headers)
    if named:
        return named
    query = urllib.parse.parse_qs(request.query_string.decode())
    if request.mimetype == "application/x-www-form-urlencoded":
        query.update(urllib.parse.parse_qs(request.get_data(cache=True).decode("utf-8", "replace")))
    return query["Action"][0] if "Action" in query else f"{request.method} {request.path}"
