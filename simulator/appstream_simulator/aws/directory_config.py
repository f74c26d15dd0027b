# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Directory configs: the domains image builders can be joined to, and their operations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws.exceptions import ResourceAlreadyExistsException, ResourceNotFoundException
from appstream_simulator.aws.image import timestamp, without_none
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.unproven import refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]


@dataclass
class DirectoryConfig:
    """One directory config. The API never returns the account's password; a real domain join needs it."""

    name: str
    serial: int
    organizational_units: list[str]
    account_name: str | None
    certificate_based_authentication: dict[str, str] | None
    created: float
    account_password: str | None = field(default=None, repr=False)

    def describe(self) -> dict[str, Any]:
        """The API's DirectoryConfig."""
        return without_none(
            {
                "DirectoryName": self.name,
                "OrganizationalUnitDistinguishedNames": self.organizational_units,
                "ServiceAccountCredentials": {"AccountName": self.account_name} if self.account_name else None,
                "CertificateBasedAuthProperties": self.certificate_based_authentication,
                "CreatedTime": timestamp(self.created),
            }
        )

    def has_unit(self, name: str) -> bool:
        """Whether this organizational unit is listed; distinguished names do not care about case."""
        return name.lower() in {unit.lower() for unit in self.organizational_units}


def create_directory_config(backend: AppStreamBackend, request: Request) -> dict[str, Any]:
    """CreateDirectoryConfig."""
    name = request["DirectoryName"]
    if name in backend.directory_configs:
        raise ResourceAlreadyExistsException(f"The directory config {name} already exists.")
    credentials = request.get("ServiceAccountCredentials", {})
    config = DirectoryConfig(
        name=name,
        serial=next(backend.serials),
        organizational_units=list(request["OrganizationalUnitDistinguishedNames"]),
        account_name=credentials.get("AccountName"),
        account_password=credentials.get("AccountPassword"),
        certificate_based_authentication=request.get("CertificateBasedAuthProperties"),
        created=backend.simulation.clock.now(),
    )
    backend.directory_configs[name] = config
    return {"DirectoryConfig": config.describe()}


def describe_directory_configs(backend: AppStreamBackend, request: Request) -> dict[str, Any]:
    """DescribeDirectoryConfigs."""
    names = request.get("DirectoryNames")
    found = [_find(backend, name) for name in names] if names else list(backend.directory_configs.values())
    return page("DirectoryConfigs", found, request)


def update_directory_config(backend: AppStreamBackend, request: Request) -> dict[str, Any]:
    """UpdateDirectoryConfig. A list of organizational units replaces the old one (unproven [updated_units_replace])."""
    config = _find(backend, request["DirectoryName"])
    units = request.get("OrganizationalUnitDistinguishedNames")
    if units is not None:
        kept = {unit.lower() for unit in units}
        lost = [unit for unit in _units_in_use(backend, config.name) if unit.lower() not in kept]
        if lost:
            raise refusal("organizational unit in use", f"The organizational unit {lost[0]} is in use.")
        config.organizational_units = list(units)
    credentials = request.get("ServiceAccountCredentials", {})
    config.account_name = credentials.get("AccountName", config.account_name)
    config.account_password = credentials.get("AccountPassword", config.account_password)
    if "CertificateBasedAuthProperties" in request:
        config.certificate_based_authentication = request["CertificateBasedAuthProperties"]
    return {"DirectoryConfig": config.describe()}


def delete_directory_config(backend: AppStreamBackend, request: Request) -> dict[str, Any]:
    """DeleteDirectoryConfig."""
    config = _find(backend, request["DirectoryName"])
    if _units_in_use(backend, config.name):
        raise refusal("directory config in use", f"The directory config {config.name} is in use.")
    del backend.directory_configs[config.name]
    return {}


def _find(backend: AppStreamBackend, name: str) -> DirectoryConfig:
    try:
        return backend.directory_configs[name]
    except KeyError:
        raise ResourceNotFoundException(f"The directory config {name} does not exist.") from None


def _units_in_use(backend: AppStreamBackend, directory: str) -> list[str]:
    joins = [builder.request.get("DomainJoinInfo", {}) for builder in backend.image_builders.values()]
    joins += [fleet.settings.get("DomainJoinInfo", {}) for fleet in backend.fleets.values()]
    return [
        join["OrganizationalUnitDistinguishedName"]
        for join in joins
        if join.get("DirectoryName") == directory and join.get("OrganizationalUnitDistinguishedName")
    ]
