# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The base of every module that works on Active Directory: its common options, and how it fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import connection, kerberos
from .connection import Directory, Logon, connect
from .errors import ActiveDirectoryError
from .names import DOMAIN_NAME

# The names are those of microsoft.ad's modules where there is the same thing.
LOGON_OPTIONS: dict[str, Any] = {
    "domain_server": {"type": "str"},
    "domain_name": {"type": "str"},
    "domain_username": {"type": "str"},
    "domain_password": {"type": "str", "no_log": True},
    "domain_authentication": {"type": "str", "choices": ["kerberos", "simple"], "default": "kerberos"},
    "domain_ca_path": {"type": "path"},
    "domain_timeout": {"type": "int", "default": 30},
}


class AnsibleActiveDirectoryModule(AnsibleModule):  # type: ignore[misc]  # ansible-core is untyped
    """AnsibleModule with the options that say how to log on to the domain."""

    def __init__(self, argument_spec: dict[str, Any], **kwargs: Any) -> None:
        required = [*kwargs.pop("required_one_of", []), ("domain_server", "domain_name")]
        super().__init__(argument_spec={**LOGON_OPTIONS, **argument_spec}, required_one_of=required, **kwargs)

    def fail_json_active_directory(self, error: ActiveDirectoryError) -> NoReturn:  # type: ignore[misc]  # never returns
        """End the module with the error's message and what the error knows."""
        values: dict[str, Any] = {**error.result, "error_kind": error.kind}
        if error.cause:
            values["cause"] = error.cause
        if error.remedy:
            values["remedy"] = error.remedy
        self.fail_json(msg=str(error), **values)

    def refuse(self, problems: list[str]) -> None:
        """End the module when there are problems with its options; nothing has been read or written by then."""
        if problems:
            self.fail_json(msg="; ".join(problems))

    @contextmanager
    def directory(self) -> Iterator[Directory]:
        """A logged-on connection for as long as the context lasts. Raises ActiveDirectoryError."""
        self.check_libraries()
        opened = connect(self.logon())
        try:
            yield opened
        finally:
            opened.close()

    def logon(self) -> Logon:
        """How to log on, by the module's options. Fails the module when they contradict each other."""
        given = self.params
        problems = []
        for option in ("domain_server", "domain_name"):
            if given[option] and not DOMAIN_NAME.match(given[option]):
                problems.append(f"{option} {given[option]!r} is not a full DNS name")
        if given["domain_password"] is not None and not given["domain_username"]:
            problems.append("domain_password needs domain_username")
        if given["domain_authentication"] == "simple" and not (given["domain_username"] and given["domain_password"]):
            problems.append("domain_authentication simple needs domain_username and domain_password")
        self.refuse(problems)
        return Logon(
            server=given["domain_server"],
            domain_name=given["domain_name"],
            username=given["domain_username"],
            password=given["domain_password"],
            authentication=given["domain_authentication"],
            ca_path=given["domain_ca_path"],
            timeout=given["domain_timeout"],
        )

    def check_libraries(self) -> None:
        """End the module when a Python library is missing."""
        if connection.LDAP_IMPORT_ERROR:
            self.fail_json(msg=missing_required_lib("python-ldap"), exception=connection.LDAP_IMPORT_ERROR)
        if self.params["domain_authentication"] == "kerberos" and kerberos.KRB5_IMPORT_ERROR:
            self.fail_json(msg=missing_required_lib("pyspnego[kerberos]"), exception=kerberos.KRB5_IMPORT_ERROR)
