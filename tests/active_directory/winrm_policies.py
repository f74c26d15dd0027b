# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Policies as the tests of module `ad_winrm_policy` see them: in Samba's own database and on its own disk."""

from __future__ import annotations

import functools
import itertools
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ldap
from ansible_collections.euc.appstream.plugins.module_utils._active_directory.security_descriptors import parse_sid
from conftest import BASE, DOMAIN, SERVER, Account, Domain

MODULE = "ad_winrm_policy"
POLICIES = f"CN=Policies,CN=System,{BASE}"
CREATORS = "Group Policy Creator Owners"
# Class groupPolicyContainer, attributes gPLink and gPOptions.
CLASS_POLICY = "f30e3bc2-9ff0-11d1-b603-0000f80367c1"
LINK_ATTRIBUTES = ("f30e3bbe-9ff0-11d1-b603-0000f80367c1", "f30e3bbf-9ff0-11d1-b603-0000f80367c1")
_NUMBERS = itertools.count(1)
# Names differ from run to run, for a controller that lives longer than one.
_RUN = secrets.token_hex(2)


def entries(
    domain: Domain, base: str, *attributes: str, scope: str = "base", expression: str = "(objectClass=*)"
) -> list[dict[str, list[str]]]:
    """Objects as the administrator sees them, by attribute in lower case; `dn` is one of them."""
    scopes = {"base": ldap.SCOPE_BASE, "one": ldap.SCOPE_ONELEVEL, "sub": ldap.SCOPE_SUBTREE}
    found = _connection(domain).search_ext_s(base, scopes[scope], expression, list(attributes) or None)
    return [
        {"dn": [name], **{key.lower(): [_text(key, value) for value in values] for key, values in held.items()}}
        for name, held in found
        if name
    ]


def _text(attribute: str, value: bytes) -> str:
    return parse_sid(value) if attribute.lower() == "objectsid" else value.decode("utf-8", "replace")


@functools.cache
def _connection(domain: Domain) -> Any:
    """A connection apart from the collection's own; ldbsearch would take a process for every look."""
    ldap.set_option(ldap.OPT_REFERRALS, 0)
    connection = ldap.initialize(f"ldaps://{SERVER}")
    connection.set_option(ldap.OPT_X_TLS_CACERTFILE, str(domain.ca_file))
    connection.set_option(ldap.OPT_X_TLS_NEWCTX, 0)
    connection.simple_bind_s(f"Administrator@{DOMAIN}", domain.administrator_password)
    return connection


def change(domain: Domain, ldif: str) -> None:
    """Change the controller's database as nobody may refuse it."""
    command = ["ldbmodify", "-H", f"{domain.folder}/private/sam.ldb"]
    subprocess.run(command, input=ldif, text=True, check=True, capture_output=True)


def add(domain: Domain, name: str, **attributes: str) -> None:
    """Add an object."""
    _connection(domain).add_s(name, [(key, [value.encode()]) for key, value in attributes.items()])


class Place:
    """A test's own organizational unit, group and policy name."""

    def __init__(self, domain: Domain, suffix: str = "") -> None:
        number = f"{_RUN}-{next(_NUMBERS)}"
        self.domain = domain
        self.name = f"WinRM {number}{suffix}"
        self.group = f"Installers{number}{suffix}"
        self.unit = f"OU=Builders{number}{suffix},{BASE}"
        group = f"CN={self.group},CN=Users,{BASE}"
        add(domain, self.unit, objectClass="organizationalUnit")
        add(domain, group, objectClass="group", sAMAccountName=self.group)
        self.sid = entries(domain, group, "objectSid")[0]["objectsid"][0]

    @property
    def options(self) -> dict[str, Any]:
        """Options of a policy as simple as can be."""
        return {
            "name": self.name,
            "organizational_unit": self.unit,
            "controller_networks": ["10.1.2.0/24", "10.9.9.9"],
            "administrators_group": self.group,
        }

    def run(self, **changes: Any) -> dict[str, Any]:
        """Run the module with these options, some changed; None takes one away."""
        options = {key: value for key, value in {**self.options, **changes}.items() if value is not None}
        return self.domain.run(MODULE, **options)

    def present(self, **changes: Any) -> dict[str, Any]:
        """Run it and expect it not to fail."""
        result = self.run(**changes)
        assert not result.get("failed"), result
        return result

    def absent(self, account: Account | None = None, **changes: Any) -> dict[str, Any]:
        """Run it with state absent and nothing but the name."""
        return self.domain.run(MODULE, account=account, name=self.name, state="absent", **changes)

    def guids(self) -> list[str]:
        """The policies of this name."""
        found = entries(self.domain, POLICIES, "displayName", "cn", scope="one")
        return [entry["cn"][0] for entry in found if self.name in entry.get("displayname", [])]

    def link(self) -> str | None:
        """The organizational unit's gPLink as it is stored."""
        return next(iter(entries(self.domain, self.unit, "gPLink")[0].get("gplink", [])), None)

    def folder(self, guid: str) -> Path:
        """The policy's folder on the controller's disk."""
        return sysvol(self.domain) / guid

    def content(self, guid: str) -> dict[str, Any]:
        """All of the policy that counts: attributes, what lies below, files, and the link; without its version."""
        wanted = ("displayName", "flags", "gPCFileSysPath", "gPCFunctionalityVersion", "gPCMachineExtensionNames")
        name = f"CN={guid},{POLICIES}"
        return {
            "objects": sorted(entry["dn"][0] for entry in entries(self.domain, name, scope="sub")),
            "attributes": dict(entries(self.domain, name, *wanted)[0]),
            "files": {path: data for path, data in self.files(guid).items() if path != "gpt.ini"},
            "link": self.link(),
        }

    def files(self, guid: str) -> dict[str, bytes]:
        """The policy's files by path."""
        folder = self.folder(guid)
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def versions(self, guid: str) -> tuple[int, int]:
        """The version in the directory and that in gpt.ini."""
        stored = entries(self.domain, f"CN={guid},{POLICIES}", "versionNumber")[0]["versionnumber"][0]
        matched = re.search(r"(?m)^Version=(\d+)\r?$", self.files(guid)["gpt.ini"].decode("ascii"))
        assert matched
        return int(stored), int(matched[1])

    def marks(self, guid: str) -> dict[str, str]:
        """What moves with any write: uSNChanged of every object concerned, time of change of every file and folder."""
        objects = entries(self.domain, f"CN={guid},{POLICIES}", "uSNChanged", scope="sub")
        objects += entries(self.domain, self.unit, "uSNChanged")
        found = {entry["dn"][0]: entry["usnchanged"][0] for entry in objects}
        for path in (self.folder(guid), *self.folder(guid).rglob("*")):
            found[str(path)] = f"{path.stat().st_mtime_ns} {path.stat().st_ctime_ns}"
        return found


def sysvol(domain: Domain) -> Path:
    """The folder of all policies on the controller's disk."""
    return domain.folder / "state" / "sysvol" / DOMAIN / "Policies"


def everything(domain: Domain) -> dict[str, Any]:
    """All policies with their files, and all links: what an unfinished or undone run may have left."""
    return {
        "objects": sorted(entry["dn"][0] for entry in entries(domain, POLICIES, "dn", scope="sub")),
        "files": sorted(_paths(sysvol(domain))),
        "links": {
            entry["dn"][0]: entry["gplink"][0]
            for entry in entries(domain, BASE, "gPLink", scope="sub", expression="(gPLink=*)")
        },
    }


def _paths(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        yield str(path.relative_to(folder))


def grant(domain: Domain, name: str, *sddl: str) -> None:
    """Add entries to an object's access list."""
    for entry in sddl:
        domain.samba_tool("dsacl", "set", f"--objectdn={name}", f"--sddl={entry}")


def may_link(account: Account) -> list[str]:
    """The entries that let an account link policies to an organizational unit."""
    return [f"(OA;CI;RPWP;{attribute};;{account.sid})" for attribute in LINK_ATTRIBUTES]
