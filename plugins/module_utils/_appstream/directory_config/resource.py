# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What module ``directory_config`` has to do: computed once, then either shown (check mode) or carried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ..core.calls import ALREADY_EXISTS
from ..core.errors import AppStreamError
from . import api as directory_configs

RESULT_KEY = "directory_config"
DISABLED = "DISABLED"

DirectoryConfig = Optional[dict[str, Any]]


@dataclass(frozen=True)
class Wish:
    """What the options of module ``directory_config`` ask for; None: leave alone. The password is kept out of repr."""

    name: str
    units: list[str] | None
    purge_units: bool
    account_name: str | None
    account_password: str | None = field(repr=False)
    always_set_password: bool
    certificate_based_auth: Mapping[str, str] | None

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> Wish:
        """Read the options of module ``directory_config``."""
        certificates = options["certificate_based_auth"]
        return cls(
            name=options["directory_name"],
            units=options["organizational_units"],
            purge_units=options["purge_organizational_units"],
            account_name=options["account_name"],
            account_password=options["account_password"],
            always_set_password=options["update_password"] == "always" and options["account_password"] is not None,
            certificate_based_auth=certificates and {key: value for key, value in certificates.items() if value},
        )


def view(config: DirectoryConfig) -> dict[str, Any]:
    """Return what can be changed of a directory config, as options; {} when it does not exist."""
    if config is None:
        return {}
    certificates = {"status": DISABLED, **(config.get("certificate_based_auth_properties") or {})}
    return {
        "organizational_units": list(config.get("organizational_unit_distinguished_names") or []),
        "account_name": config.get("account_name"),
        "certificate_based_auth": certificates,
    }


def view_after(before: DirectoryConfig, wish: Wish) -> dict[str, Any]:
    """Return the view of the directory config as it is to be. What differs in case only is left as it is."""
    current = view(before) or {"organizational_units": [], "account_name": None}
    current.setdefault("certificate_based_auth", {"status": DISABLED})
    account = wish.account_name
    if account is None or account.lower() == str(current["account_name"]).lower():
        account = current["account_name"]
    return {
        "organizational_units": _units_after(current["organizational_units"], wish),
        "account_name": account,
        "certificate_based_auth": {**current["certificate_based_auth"], **(wish.certificate_based_auth or {})},
    }


def _units_after(current: list[str], wish: Wish) -> list[str]:
    if wish.units is None:
        return current
    wanted = _distinct(wish.units)
    there = {unit.lower() for unit in current}
    kept = [unit for unit in current if not wish.purge_units or unit.lower() in {one.lower() for one in wanted}]
    return kept + [unit for unit in wanted if unit.lower() not in there]


def _distinct(units: Iterable[str]) -> list[str]:
    return list({unit.lower(): unit for unit in units}.values())


def password_is_set(before: DirectoryConfig, after: Mapping[str, Any], wish: Wish) -> bool:
    """Say whether the account's password is written: the service takes it with the account's name only."""
    return before is None or wish.always_set_password or view(before)["account_name"] != after["account_name"]


def require_possible(before: DirectoryConfig, after: Mapping[str, Any], wish: Wish) -> None:
    """Raise AppStreamError when something is missing that the calls to come need."""
    told = f"Directory config {wish.name}"
    if before is None:
        wanted = {
            "organizational_units": wish.units,
            "account_name": wish.account_name,
            "account_password": wish.account_password,
        }
        missing = [option for option, value in wanted.items() if not value]
        if missing:
            raise AppStreamError(f"{told} does not exist, and to create it {' and '.join(missing)} must be set")
    if password_is_set(before, after, wish) and not wish.account_password:
        raise AppStreamError(
            f"{told} is to get account {after['account_name']}, for which account_password must be set too"
        )
    if password_is_set(before, after, wish) and not after["account_name"]:
        raise AppStreamError(f"{told} has no account yet, account_name must be set with account_password")
    certificates = after["certificate_based_auth"]
    if certificates["status"] != DISABLED and not certificates.get("certificate_authority_arn"):
        raise AppStreamError(f"{told} needs certificate_authority_arn for certificate-based authentication")


def request_for(before: DirectoryConfig, after: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return the parameters of CreateDirectoryConfig or UpdateDirectoryConfig, without the name; {}: nothing to do."""
    current = view(before) or {"certificate_based_auth": {"status": DISABLED}}
    request: dict[str, Any] = {}
    if after["organizational_units"] != current.get("organizational_units"):
        request["OrganizationalUnitDistinguishedNames"] = after["organizational_units"]
    if password_is_set(before, after, wish):
        request["ServiceAccountCredentials"] = {
            "AccountName": after["account_name"],
            "AccountPassword": wish.account_password,
        }
    if after["certificate_based_auth"] != current["certificate_based_auth"]:
        names = {"status": "Status", "certificate_authority_arn": "CertificateAuthorityArn"}
        properties = {names[key]: value for key, value in after["certificate_based_auth"].items()}
        request["CertificateBasedAuthProperties"] = properties
    return request


def diff(before: DirectoryConfig, after: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Return what differs, for diff mode; that the password is written shows, but nothing of the password."""
    written = {"account_password": "(to be written)"} if password_is_set(before, after, wish) else {}
    return {"before": view(before), "after": {**after, **written}}


def predicted(before: DirectoryConfig, after: Mapping[str, Any], wish: Wish) -> DirectoryConfig:
    """Return the directory config as it would be, as far as that can be known."""
    name = wish.name if before is None else before["directory_name"]
    return {
        **(before or {}),
        "directory_name": name,
        "organizational_unit_distinguished_names": after["organizational_units"],
        "account_name": after["account_name"],
        "certificate_based_auth_properties": after["certificate_based_auth"],
    }


def carry_out(client: Any, before: DirectoryConfig, wish: Wish) -> DirectoryConfig:
    """Create or change the directory config and return it. Raises AppStreamError."""
    after = view_after(before, wish)
    request = request_for(before, after, wish)
    if before is None:
        try:
            return directory_configs.create_directory_config(client, wish.name, request)
        except AppStreamError as error:
            if error.code != ALREADY_EXISTS:
                raise
            # The answer to a call that was repeated got lost, or somebody else was faster.
            current = directory_configs.describe_directory_config(client, wish.name)
            if current is None:
                raise
            return carry_out(client, current, wish)
    if not request:
        return before
    units = view(before)["organizational_units"]
    lost = [unit for unit in units if unit not in after["organizational_units"]]
    return directory_configs.update_directory_config(client, before["directory_name"], request, lost)
