# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Group policy objects as an administrator makes them: created by samba-tool, filled over SMB and LDAP."""

from __future__ import annotations

import struct
import uuid
from dataclasses import dataclass
from typing import Any

import ldap.modlist
import smbclient
from appstream_simulator.domain_controller import samba
from ldap.controls import RequestControl
from simulated_domain import BASE, DOMAIN, Domain

REGISTRY = "[{35378EAC-683F-11D2-A89A-00C04FBBCFA2}{D02B1F72-3407-48AE-BA88-E8213C6761F1}]"
SECURITY = "[{827D319E-6EAC-11D2-A4EA-00C04F79F83A}{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}]"
SCRIPTS = "[{42B5FAAE-6536-11D2-AE5A-0000F87571E3}{40B6664F-4972-11D1-A7CA-0000F87571E3}]"
PREFERENCES = (
    "[{00000000-0000-0000-0000-000000000000}{79F92669-4224-476C-9C5C-6EFB4D87DF4A}]"
    "[{17D89FEC-5C44-4972-B12D-241CAEF74509}{79F92669-4224-476C-9C5C-6EFB4D87DF4A}]"
)


@dataclass
class Author:
    """The domain's administrator at work."""

    domain: Domain

    def __post_init__(self) -> None:
        smbclient.register_session(
            samba.FQDN,
            username=f"{samba.NETBIOS_NAME}\\Administrator",
            password=self.domain.administrator_password,
            auth_protocol="ntlm",
        )

    def create(
        self, files: dict[str, bytes] | None = None, extensions: str = "", version: int = 1, **attributes: Any
    ) -> str:
        """A new object with these files (names with `/`) and this version; its GUID."""
        guid = f"{{{uuid.uuid4()}}}".upper()
        values = {
            "objectClass": [b"groupPolicyContainer"],
            "displayName": [self.domain.unique("Policy").encode()],
            "gPCFileSysPath": [rf"\\{DOMAIN}\sysvol\{DOMAIN}\Policies\{guid}".encode()],
            "gPCFunctionalityVersion": [b"2"],
        }
        self.domain.ldap.add_s(self.dn(guid), ldap.modlist.addModlist(values))
        self.fill(guid, files, extensions, version, **attributes)
        return guid

    def create_with_samba_tool(self) -> tuple[str, str]:
        """A new object as samba-tool makes it, version 0; its GUID and name."""
        name = self.domain.unique("Policy")
        output = self.domain.remote_samba_tool("gpo", "create", name)
        return output.partition("{")[2].partition("}")[0].join("{}"), name

    def fill(self, guid: str, files: dict[str, bytes] | None, extensions: str, version: int, **attributes: Any) -> None:
        """Give an object these files and this version."""
        gpt = f"[General]\r\nVersion={version}\r\ndisplayName=New Group Policy Object\r\n".encode()
        self.write(guid, {"GPT.INI": gpt, **(files or {})})
        values = {"gPCMachineExtensionNames": extensions.encode() or None, "versionNumber": str(version).encode()}
        self.domain.replace(self.dn(guid), **{**values, **attributes})

    def dn(self, guid: str) -> str:
        """The distinguished name of an object."""
        return f"CN={guid},CN=Policies,CN=System,{BASE}"

    def write(self, guid: str, files: dict[str, bytes]) -> None:
        """Write files of an object."""
        for name, content in files.items():
            path = self.path(guid, name)
            smbclient.makedirs(path.rpartition("\\")[0], exist_ok=True)
            with smbclient.open_file(path, mode="wb") as file:
                file.write(content)

    def remove(self, guid: str, name: str) -> None:
        """Remove a file of an object."""
        smbclient.remove(self.path(guid, name))

    def path(self, guid: str, name: str) -> str:
        """Where a file is."""
        return rf"\\{samba.FQDN}\SYSVOL\{DOMAIN}\Policies\{guid}\{name}".replace("/", "\\")

    def link(self, container: str, *links: tuple[str, int]) -> None:
        """Replace the links of a container by these, objects with their options, in this order."""
        text = "".join(f"[LDAP://{self.dn(guid)};{options}]" for guid, options in links)
        self.domain.replace(container, gPLink=text.encode() or None)

    def drop_access(self, guid: str, sid: bytes, right: uuid.UUID) -> None:
        """Remove the entries that give a trustee an extended right on an object."""
        flags = RequestControl("1.2.840.113556.1.4.801", True, b"\x30\x03\x02\x01\x04")  # the access list alone
        ((_, attributes),) = self.domain.ldap.search_ext_s(
            self.dn(guid), ldap.SCOPE_BASE, attrlist=["nTSecurityDescriptor"], serverctrls=[flags]
        )
        descriptor = attributes["nTSecurityDescriptor"][0]
        start = int.from_bytes(descriptor[16:20], "little")
        revision, _size, count = struct.unpack_from("<HHH", descriptor, start)
        position, kept = start + 8, []
        for _ in range(count):
            length = int.from_bytes(descriptor[position + 2 : position + 4], "little")
            kept.append(descriptor[position : position + length])
            position += length
        wanted = [entry for entry in kept if not (entry.endswith(sid) and right.bytes_le in entry)]
        assert len(wanted) == count - 1
        entries = b"".join(wanted)
        header = struct.pack("<HHHH", revision, 8 + len(entries), len(wanted), 0)
        control = struct.pack("<BBHIIII", 1, 0, int.from_bytes(descriptor[2:4], "little"), 0, 0, 0, 20)
        change = [(ldap.MOD_REPLACE, "nTSecurityDescriptor", control + header + entries)]
        self.domain.ldap.modify_ext_s(self.dn(guid), change, serverctrls=[flags])


def registry_file(*values: tuple[str, str, int, bytes]) -> bytes:
    """A Registry.pol."""
    return b"PReg\1\0\0\0" + b"".join(_registry_value(*value) for value in values)


def _registry_value(key: str, name: str, kind: int, data: bytes) -> bytes:
    def text(value: str) -> bytes:
        return value.encode("utf-16-le")

    numbers = (struct.pack("<I", number) for number in (kind, len(data)))
    parts = [text(f"{key}\0"), text(f"{name}\0"), *numbers, data]
    return text("[") + text(";").join(parts) + text("]")


def utf_16(*lines: str) -> bytes:
    """Lines of a file of the security or scripts extension."""
    return b"\xff\xfe" + "".join(f"{line}\r\n" for line in lines).encode("utf-16-le")
