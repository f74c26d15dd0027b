# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules and roles against a real domain controller.

Run them beside it: `python -m appstream_simulator.domain_controller.run FOLDER pytest tests/active_directory`.
Every test makes its own organizational units and accounts; all share one domain.
"""

from __future__ import annotations

import importlib
import io
import itertools
import json
import os
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis_profiles
import ldap
import ldap.modlist
import ldif
import pytest
from ansible.module_utils import _internal as module_internals
from ansible.module_utils.testing import patch_module_args
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
from appstream_simulator.domain_controller import samba
from return_values import return_value_problems

REPOSITORY = Path(__file__).resolve().parents[2]
_SEARCH_PATH = os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(REPOSITORY / ".build" / "collections")).split(":")
_AnsibleCollectionFinder(paths=[*_SEARCH_PATH, *sys.path])._install()

hypothesis_profiles.load()

DOMAIN, BASE, SERVER = samba.DOMAIN, samba.BASE, samba.FQDN
# All workers share one domain.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
_NUMBERS = (f"{_WORKER}-{number}" for number in itertools.count(1))


@dataclass
class Account:
    """An account of the domain, made by a test."""

    name: str
    password: str = field(repr=False)
    distinguished_name: str
    sid: str


def _text_of(identifier: bytes) -> str:
    """A security identifier as text (MS-DTYP 2.4.2)."""
    authority = int.from_bytes(identifier[2:8], "big")
    parts = [int.from_bytes(identifier[start : start + 4], "little") for start in range(8, len(identifier), 4)]
    return "-".join(str(part) for part in ("S", identifier[0], authority, *parts))


class Domain:
    """The domain as its administrator sees it, apart from the collection's own code: LDAP and Samba's own tools."""

    def __init__(self, folder: Path, administrator_password: str) -> None:
        self.folder = folder
        self.administrator_password = administrator_password
        self.ca_file = folder / "private" / "tls" / "ca.pem"
        self.ldap = ldap.initialize(f"ldaps://{SERVER}")
        self.ldap.set_option(ldap.OPT_X_TLS_CACERTFILE, str(self.ca_file))
        self.ldap.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
        self.ldap.set_option(ldap.OPT_REFERRALS, 0)
        self.ldap.simple_bind_s(f"CN=Administrator,CN=Users,{BASE}", administrator_password)

    def samba_tool(self, *arguments: str) -> str:
        """Output of samba-tool on the controller's own database; fails the test when it fails."""
        command = ["samba-tool", *arguments, f"--configfile={self.folder}/etc/smb.conf"]
        finished = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        assert finished.returncode == 0, f"{arguments}: {finished.stdout}{finished.stderr}"
        return finished.stdout

    def entry(self, name: str, *attributes: str) -> dict[str, list[bytes]]:
        """An object in the controller's database, all of it if no attributes are named; {} when there is none."""
        command = ["ldbsearch", "--url", f"{self.folder}/private/sam.ldb", "--basedn", name, "--scope", "base"]
        wanted = attributes or ("*", "nTSecurityDescriptor")
        finished = subprocess.run([*command, *wanted], capture_output=True, check=False, stdin=subprocess.DEVNULL)
        if finished.returncode == 32:  # noSuchObject
            return {}
        assert finished.returncode == 0, finished.stdout
        records = ldif.LDIFRecordList(io.BytesIO(finished.stdout))
        records.parse()
        return dict(records.all_records[0][1]) if records.all_records else {}

    def exists(self, name: str) -> bool:
        """Whether there is an object of this distinguished name."""
        return bool(self.entry(name, "objectClass"))

    def attribute(self, name: str, attribute: str) -> str | None:
        """The first value of an object's attribute."""
        values = self.entry(name, attribute).get(attribute)
        return values[0].decode() if values else None

    def access_control_list(self, name: str) -> str:
        """The security descriptor of an object in SDDL."""
        return self.samba_tool("dsacl", "get", f"--objectdn={name}").split("\n", 1)[1].strip()

    def organizational_unit(self, name: str | None = None) -> str:
        """Make an organizational unit at the head of the domain; its distinguished name."""
        unit = f"OU={name or f'Unit{next(_NUMBERS)}'},{BASE}"
        self.ldap.add_s(unit, ldap.modlist.addModlist({"objectClass": [b"organizationalUnit"]}))
        return unit

    def account(self, *groups: str) -> Account:
        """Make an account that is in no group but Domain Users and those named."""
        name, password = f"user{next(_NUMBERS)}", f"P{secrets.token_urlsafe(12)}-aA1"
        distinguished_name = f"CN={name},CN=Users,{BASE}"
        attributes = {
            "objectClass": [b"user"],
            "sAMAccountName": [name.encode()],
            "userPrincipalName": [f"{name}@{DOMAIN}".encode()],
            "unicodePwd": [f'"{password}"'.encode("utf-16-le")],
            "userAccountControl": [b"512"],
        }
        self.ldap.add_s(distinguished_name, ldap.modlist.addModlist(attributes))
        for group in groups:
            found = self.ldap.search_s(BASE, ldap.SCOPE_SUBTREE, f"(sAMAccountName={group})", ["1.1"])
            self.ldap.modify_s(found[0][0], [(ldap.MOD_ADD, "member", [distinguished_name.encode()])])
        identifier = self.ldap.search_s(distinguished_name, ldap.SCOPE_BASE, attrlist=["objectSid"])[0][1]["objectSid"][
            0
        ]
        return Account(name, password, distinguished_name, _text_of(identifier))

    def logon(self, account: Account | None = None) -> dict[str, Any]:
        """Options with which a module logs on as this account, as the administrator without one."""
        return {
            "domain_server": SERVER,
            "domain_username": account.name if account else "Administrator",
            "domain_password": account.password if account else self.administrator_password,
        }

    def run(
        self, module: str, *, account: Account | None = None, check_mode: bool = False, **options: Any
    ) -> dict[str, Any]:
        """Run a module of the collection in this process; what it returns, with `failed` when it failed."""
        loaded = importlib.import_module(f"ansible_collections.euc.appstream.plugins.modules.{module}")
        printed, stdout = io.StringIO(), sys.stdout
        arguments = {**self.logon(account), **options, "_ansible_check_mode": check_mode, "_ansible_diff": True}
        ticket_cache = os.environ.pop("KRB5CCNAME", None)
        try:
            sys.stdout = printed
            with patch_module_args(arguments), pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
                # As in a module's own process, whatever of the controller other tests have imported in this one.
                patch.setattr(module_internals, "is_controller", False)
                loaded.main()
        finally:
            sys.stdout = stdout
            os.environ.pop("KRB5CCNAME", None)
            if ticket_cache:
                os.environ["KRB5CCNAME"] = ticket_cache
        assert self.administrator_password not in printed.getvalue()
        assert account is None or account.password not in printed.getvalue()
        result: dict[str, Any] = json.loads(printed.getvalue())
        assert return_value_problems(loaded.RETURN, result) == []
        return result


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The domain of the controller these tests run beside."""
    return Domain(Path(os.environ["DOMAIN_CONTROLLER_FOLDER"]), os.environ["DOMAIN_ADMINISTRATOR_PASSWORD"])
