# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""A directory config as a managed resource: organizational units, the account that joins computers, certificates.

The account's password is in the parameters and in the request alone, which is made when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.errors import AppStreamError
from ..core.reconcile import ManagedResource, Plan, Step
from ..core.settings import changes, desired_settings, update_request, view, view_after
from ..core.waits import Resource
from . import api
from .rules import directory_config_problems, organizational_units_warnings
from .settings import ACCOUNT, DISABLED, SETTINGS, units_after


class DirectoryConfig(ManagedResource):
    """The directory config that module ``directory_config`` describes."""

    result_key = "directory_config"

    @property
    def name(self) -> str:
        """The name of the domain."""
        return str(self.params["directory_name"])

    @property
    def about(self) -> str:
        """What messages call the directory config."""
        return f"Directory config {self.name}"

    def problems(self) -> list[str]:
        """Return what is wrong with the parameters."""
        return directory_config_problems(self.params)

    def read(self) -> Resource:
        """Return the directory config, of the account only its name."""
        return api.describe_directory_config(self.connect("appstream"), self.name)

    def plan(self, before: Resource) -> Plan:
        """Return what is to become of the directory config."""
        if self.params["state"] == "absent":
            return Plan(view(SETTINGS, before), {}, steps=[self._deletion()] if before else [])
        current: dict[str, Any] = before or {"directory_name": self.name}
        units = units_after(current, self.params["organizational_units"], self.params["purge_organizational_units"])
        found = changes(SETTINGS, current, {**desired_settings(SETTINGS, self.params), "organizational_units": units})
        settings = view_after(SETTINGS, current, found)
        request = update_request(SETTINGS, found)
        writes_password = before is None or self._always_writes_password or ACCOUNT in request
        self._require_possible(before, settings, writes_password)
        account = settings["account_name"] if writes_password else None
        if before is None:
            steps = [self._creation(request, account)]
        else:
            lost = [unit for unit in view(SETTINGS, before).get("organizational_units", []) if unit not in units]
            steps = [self._update(request, account, lost)] if request or account else []
        return Plan(
            view(SETTINGS, before),
            # That the password is written shows, but nothing of the password.
            {**settings, **({"account_password": "(to be written)"} if writes_password else {})},
            warnings=organizational_units_warnings(self.params["organizational_units"]),
            steps=steps,
            predicted={
                **current,
                "organizational_unit_distinguished_names": units,
                "account_name": settings.get("account_name"),
                "certificate_based_auth_properties": settings["certificate_based_auth"],
            },
        )

    @property
    def _always_writes_password(self) -> bool:
        return self.params["update_password"] == "always" and self.params["account_password"] is not None

    def _require_possible(self, before: Resource, settings: Mapping[str, Any], writes_password: bool) -> None:
        """Raise AppStreamError when something is missing that the calls to come need."""
        needed = ("organizational_units", "account_name", "account_password")
        missing = [option for option in needed if not self.params[option]]
        if before is None and missing:
            raise AppStreamError(f"{self.about} does not exist, and to create it {' and '.join(missing)} must be set")
        if writes_password and not self.params["account_password"]:
            raise AppStreamError(
                f"{self.about} is to get account {settings['account_name']}, for which account_password must be set too"
            )
        if writes_password and not settings.get("account_name"):
            raise AppStreamError(f"{self.about} has no account yet, account_name must be set with account_password")
        certificates = settings["certificate_based_auth"]
        if certificates["status"] != DISABLED and not certificates.get("certificate_authority_arn"):
            raise AppStreamError(f"{self.about} needs certificate_authority_arn for certificate-based authentication")

    def _whole(self, request: Mapping[str, Any], account: str | None) -> dict[str, Any]:
        """Return a request with the password of ``account``, None when it is not to be written.

        The service takes the password together with the account's name only.
        """
        if account is None:
            return dict(request)
        return {**request, ACCOUNT: {"AccountName": account, "AccountPassword": self.params["account_password"]}}

    def _creation(self, request: Mapping[str, Any], account: str | None) -> Step:
        def create(config: dict[str, Any]) -> dict[str, Any]:
            return api.create_directory_config(self.connect("appstream"), self.name, self._whole(request, account))

        return Step("create", create)

    def _update(self, request: Mapping[str, Any], account: str | None, lost: list[str]) -> Step:
        """``lost`` are the organizational units it will no longer have."""

        def update(config: dict[str, Any]) -> dict[str, Any]:
            name, whole = config["directory_name"], self._whole(request, account)
            return api.update_directory_config(self.connect("appstream"), name, whole, lost)

        return Step("update", update)

    def _deletion(self) -> Step:
        def delete(config: dict[str, Any]) -> None:
            api.delete_directory_config(self.connect("appstream"), config["directory_name"])

        return Step("delete", delete)
