# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the policy of one computer from its domain controller. Runs in `member`'s process."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from appstream_simulator.windows.domain import extensions, policy_links
from appstream_simulator.windows.domain.directory import Attributes, Computer, Directory
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy, PolicyObject
from appstream_simulator.windows.domain.policy_files import PolicyFileError, version_of
from appstream_simulator.windows.domain.security_descriptor import (
    CONTROL_ACCESS,
    READ_PROPERTY,
    SecurityDescriptorError,
    grants,
)
from appstream_simulator.windows.domain.sysvol import Sysvol

# The extended right Apply-Group-Policy (MS-ADTS 5.1.3.2.1).
_APPLY_GROUP_POLICY = uuid.UUID("edacfd8f-ffb3-11d1-b41d-00a0c968f939")
# Everybody who has logged on is in these two and no list of groups says so.
_AUTHENTICATED_USERS, _EVERYONE = "S-1-5-11", "S-1-1-0"
_MACHINE_DISABLED = 2  # flags of a group policy container (MS-GPOL 2.2.4)
_FUNCTIONALITY_VERSION = 2


@dataclass
class _Findings:
    objects: list[PolicyObject] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def read(membership: Membership) -> ComputerPolicy:
    """The policy that applies, as MS-GPOL 3.2.5.1 has a client find it. Links of sites are not followed.

    Raises:
        ldap.LDAPError, smbprotocol.exceptions.SMBException, OSError, ValueError: the controller cannot be reached.
        LookupError: the machine has no account.
    """
    directory = Directory(membership)
    computer = directory.computer(membership.computer_name)
    findings = _Findings()
    findings.errors += [f"{site} has policy linked to it; that is not simulated" for site in directory.linked_sites()]
    try:
        names = policy_links.in_order(directory.containers(computer.name))
        sysvol = Sysvol(membership)
        for name in names:
            _read_object(directory, sysvol, computer, name, findings)
    except (policy_links.LinkError, PolicyFileError) as error:
        # Without a gpt.ini Windows gives up on all objects (event 1058).
        return ComputerPolicy([], [*findings.errors, str(error)], findings.skipped)
    return ComputerPolicy(findings.objects, findings.errors, findings.skipped)


def _read_object(directory: Directory, sysvol: Sysvol, computer: Computer, name: str, findings: _Findings) -> None:
    attributes = directory.policy_object(name)
    if attributes is None or "versionNumber" not in attributes:
        findings.skipped.append(f"{name}: does not exist, or the computer may not see it")
        return
    try:
        reason = _why_not(attributes, computer)
    except SecurityDescriptorError as error:
        findings.errors.append(f"{name}: {error}")
        return
    if reason:
        findings.skipped.append(f"{name}: {reason}")
        return
    if _text(attributes, "gPCWQLFilter").strip():
        findings.errors.append(f"{name}: has a WMI filter; that is not simulated")
        return
    _add(sysvol, attributes, findings)


def _why_not(attributes: Attributes, computer: Computer) -> str:
    """Why an object does not apply, empty when it does."""
    sids = computer.sids | {_AUTHENTICATED_USERS, _EVERYONE}
    descriptor = attributes.get("nTSecurityDescriptor", [b""])[0]
    if not grants(descriptor, sids, READ_PROPERTY):
        return "the computer may not read it"
    if not grants(descriptor, sids, CONTROL_ACCESS, _APPLY_GROUP_POLICY):
        return "the computer has not the right to apply it (security filtering)"
    if int(_text(attributes, "flags") or "0") & _MACHINE_DISABLED:
        return "its computer half is disabled"
    if int(_text(attributes, "gPCFunctionalityVersion") or "0") != _FUNCTIONALITY_VERSION:
        return "it is of another kind (gPCFunctionalityVersion)"
    if not _machine_half(int(_text(attributes, "versionNumber"))):
        return "its computer half is empty (version 0)"
    return ""


def _add(sysvol: Sysvol, attributes: Attributes, findings: _Findings) -> None:
    guid, display_name = _text(attributes, "cn").upper(), _text(attributes, "displayName")
    folder = sysvol.folder(_text(attributes, "gPCFileSysPath"))
    data = sysvol.read(rf"{folder}\gpt.ini")
    if data is None:
        raise PolicyFileError(f"{guid} ({display_name}) has no gpt.ini")
    version, stored = _machine_half(version_of(data)), _machine_half(int(_text(attributes, "versionNumber")))
    if not version:
        findings.skipped.append(f"{guid}: its computer half is empty (version 0 in gpt.ini)")
        return
    settings = extensions.read(
        _text(attributes, "gPCMachineExtensionNames"), lambda path: sysvol.read(rf"{folder}\{path}")
    )
    if version != stored:
        settings.ignored.append(f"the version is {stored} in the directory and {version} in gpt.ini")
    findings.objects.append(
        PolicyObject(
            guid=guid,
            name=display_name,
            version=stored,
            **settings.fields,
            errors=settings.errors,
            ignored=settings.ignored,
        )
    )


def _machine_half(version: int) -> int:
    return version & 0xFFFF


def _text(attributes: Attributes, name: str) -> str:
    return attributes.get(name, [b""])[0].decode()
