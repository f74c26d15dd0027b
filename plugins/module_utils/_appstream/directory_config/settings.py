# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The settings of directory configs: from options of module ``directory_config`` to API parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.settings import Change, Setting, Table, after_in_camel_case, filled

ACCOUNT = "ServiceAccountCredentials"
DISABLED = "DISABLED"


def _units(config: Mapping[str, Any]) -> list[str]:
    return list(config.get("organizational_unit_distinguished_names") or [])


def _certificates(config: Mapping[str, Any]) -> dict[str, Any]:
    return {"status": DISABLED, **(config.get("certificate_based_auth_properties") or {})}


def _with_filled(current: dict[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    return {**current, **filled(desired)}


def _account(change: Change) -> dict[str, Any]:
    """The password is added where the request is sent, so that no plan and no diff can show it."""
    return {"AccountName": change.after}


# The option organizational_units is the whole list here, see ``units_after``.
SETTINGS: Table = (
    Setting("organizational_units", "OrganizationalUnitDistinguishedNames", _units),
    Setting(
        "account_name",
        ACCOUNT,
        lambda config: config.get("account_name") or "",
        to_request=_account,
        comparable=str.lower,
    ),
    Setting(
        "certificate_based_auth",
        "CertificateBasedAuthProperties",
        _certificates,
        to_request=after_in_camel_case,
        merge=_with_filled,
    ),
)


def units_after(config: Mapping[str, Any], units: list[str] | None, purge: bool) -> list[str]:
    """Return the organizational units a directory config will have; what differs in case only is left as it is.

    ``units`` None leaves them alone; with ``purge`` those that are not among ``units`` go.
    """
    current = _units(config)
    if units is None:
        return current
    desired = {unit.lower(): unit for unit in units}
    kept = [unit for unit in current if not purge or unit.lower() in desired]
    there = {unit.lower() for unit in current}
    return kept + [unit for lowered, unit in desired.items() if lowered not in there]
