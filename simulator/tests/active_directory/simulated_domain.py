# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tests' hands in the domain: its administrator over LDAP and with Samba's own tools."""

from __future__ import annotations

import itertools
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ldap
import ldap.modlist
from appstream_simulator.domain_controller import samba

BASE = samba.BASE
DOMAIN = samba.DOMAIN
ADDRESS = samba.ADDRESS
ADMINISTRATOR = f"CN=Administrator,CN=Users,{BASE}"

_COMPUTER = "bf967a86-0de6-11d0-a285-00aa003049e2"
# What AWS's guide demands of a service account at least: Create Computer Objects, Reset and Change Password, Write
# Description.
_JOIN_RIGHTS = (
    f"(OA;CI;CC;{_COMPUTER};;{{sid}})"
    f"(OA;CIIO;CR;00299570-246d-11d0-a768-00aa006e0529;{_COMPUTER};{{sid}})"
    f"(OA;CIIO;CR;ab721a53-1e2f-11d0-9819-00aa0040529b;{_COMPUTER};{{sid}})"
    f"(OA;CIIO;RPWP;bf967950-0de6-11d0-a285-00aa003049e2;{_COMPUTER};{{sid}})"
)
_NORMAL, _DISABLED, _NO_EXPIRY = 0x200, 0x2, 0x10000


@dataclass
class Account:
    """A user of the domain."""

    name: str
    password: str = field(repr=False)
    dn: str = ""


@dataclass
class Domain:
    """The domain of the environment's controller."""

    folder: Path
    administrator_password: str = field(repr=False)
    _serials: Any = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.ldap = ldap.initialize(f"ldaps://{samba.FQDN}")
        self.ldap.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.folder / "private" / "tls" / "ca.pem"))
        self.ldap.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        self.ldap.set_option(ldap.OPT_REFERRALS, 0)
        self.ldap.simple_bind_s(ADMINISTRATOR, self.administrator_password)

    def unique(self, word: str) -> str:
        """A name nothing else in the domain has."""
        return f"{word}{os.getpid()}x{next(self._serials)}"

    def create_unit(self, parent: str = BASE) -> str:
        """A new organizational unit; its distinguished name."""
        name = self.unique("Unit")
        dn = f"OU={name},{parent}"
        self.ldap.add_s(dn, ldap.modlist.addModlist({"objectClass": [b"organizationalUnit"]}))
        return dn

    def create_account(self, **changes: bytes) -> Account:
        """A new user with a password of its own; `changes` replaces attributes afterwards."""
        name = self.unique("svc")
        account = Account(name, f"Secret-{name}-9Zq!", f"CN={name},CN=Users,{BASE}")
        attributes = {
            "objectClass": [b"user"],
            "sAMAccountName": [name.encode()],
            "userPrincipalName": [f"{name}@{DOMAIN}".encode()],
            "unicodePwd": [f'"{account.password}"'.encode("utf-16-le")],
            "userAccountControl": [str(_NORMAL | _NO_EXPIRY).encode()],
        }
        self.ldap.add_s(account.dn, ldap.modlist.addModlist(attributes))
        self.replace(account.dn, **changes)
        return account

    def disabled(self) -> dict[str, bytes]:
        """Changes that disable a user."""
        return {"userAccountControl": str(_NORMAL | _NO_EXPIRY | _DISABLED).encode()}

    def replace(self, dn: str, **values: bytes | None) -> None:
        """Replace attributes; None removes one."""
        if values:
            self.ldap.modify_s(dn, [(ldap.MOD_REPLACE, name, value) for name, value in values.items()])

    def may_join(self, account: Account, unit: str) -> None:
        """Give an account the rights to join computers in a unit."""
        self.add_access(unit, _JOIN_RIGHTS.format(sid=self.sid(account.dn)))

    def add_access(self, dn: str, sddl: str) -> None:
        """Put access control entries in front of an object's list."""
        self.samba_tool("dsacl", "set", f"--objectdn={dn}", f"--sddl={sddl}")

    def sid(self, dn: str) -> str:
        """The SID of an account, as text."""
        data = self.read(dn)["objectSid"][0]
        numbers = [int.from_bytes(data[start : start + 4], "little") for start in range(8, len(data), 4)]
        return "-".join(["S-1", str(int.from_bytes(data[2:8], "big")), *map(str, numbers)])

    def read(self, dn: str) -> dict[str, list[bytes]]:
        """All attributes of an object."""
        ((_, attributes),) = self.ldap.search_s(dn, ldap.SCOPE_BASE)
        return dict(attributes)

    def computers(self, base: str = BASE) -> dict[str, dict[str, list[bytes]]]:
        """Computers below an object, by distinguished name; not the controller."""
        found = self.ldap.search_s(base, ldap.SCOPE_SUBTREE, "(&(objectClass=computer)(primaryGroupID=515))")
        return {dn: attributes for dn, attributes in found if dn}

    def samba_tool(self, *arguments: str) -> str:
        """Output of samba-tool on the controller's own database."""
        return self._tool(*arguments, f"--configfile={self.folder}/etc/smb.conf")

    def remote_samba_tool(self, *arguments: str) -> str:
        """Output of samba-tool as the domain's administrator over the network."""
        return self._tool(*arguments, "-H", f"ldap://{samba.FQDN}", "-U", "Administrator")

    def _tool(self, *arguments: str) -> str:
        finished = subprocess.run(
            ["samba-tool", *arguments],
            env={**os.environ, "PASSWD": self.administrator_password},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert finished.returncode == 0, f"samba-tool {arguments[:2]}: {finished.stdout}{finished.stderr}"
        return finished.stdout


def of_environment() -> Domain:
    """The domain of `appstream_simulator.domain_controller.run`, which has to be around these tests."""
    folder, password = os.environ.get("DOMAIN_CONTROLLER_FOLDER"), os.environ.get("DOMAIN_ADMINISTRATOR_PASSWORD")
    if not folder or not password:
        raise RuntimeError("run these tests with: python -m appstream_simulator.domain_controller.run FOLDER pytest …")
    return Domain(Path(folder), password)
