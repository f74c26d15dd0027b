# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Who is meant by the ways people write accounts: a name, ``CORP\\name``, a UPN, a SID or a distinguished name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .connection import Directory, Entry, escape
from .errors import ActiveDirectoryError
from .names import distinguished_name_problems, domain_of
from .security_descriptors import build_sid, parse_sid

SID = re.compile(r"S-1-\d+(-\d+){1,15}\Z", re.I)
_ATTRIBUTES = ("objectSid", "sAMAccountName", "objectClass")


@dataclass(frozen=True)
class Principal:
    """An account or group. ``name`` and ``distinguished_name`` are None for a SID that is not of this domain."""

    sid: str
    name: str | None
    distinguished_name: str | None

    def __str__(self) -> str:
        return self.name or self.sid


def find_principal(directory: Directory, who: str) -> Principal:
    """Return the account or group somebody means.

    Raises ActiveDirectoryError, of kind NOT_FOUND when there is none. A SID of another domain, or a well-known one, is
    taken as it is.
    """
    entry = _find(directory, who)
    sid = entry.first("objectSid") if entry else None
    if entry and sid:
        return Principal(parse_sid(sid), entry.text("sAMAccountName"), entry.distinguished_name)
    if entry:
        raise ActiveDirectoryError(
            f"{who} is neither an account nor a security group", kind=ActiveDirectoryError.REFUSED_VALUE
        )
    if SID.match(who) and not who.startswith(f"{domain_sid(directory)}-"):
        return Principal(who.upper(), None, None)
    raise ActiveDirectoryError(
        f"Domain {domain_of(directory.base)} has no account or group {who}",
        remedy="Name it by its sAMAccountName, CORP\\name, user principal name, SID or distinguished name.",
        kind=ActiveDirectoryError.NOT_FOUND,
    )


def _find(directory: Directory, who: str) -> Entry | None:
    if SID.match(who):
        return _first(directory, f"(objectSid={_escape_bytes(build_sid(who))})")
    if "=" in who:
        if distinguished_name_problems("", who):
            raise ActiveDirectoryError(f"{who!r} is not a distinguished name", kind=ActiveDirectoryError.REFUSED_VALUE)
        return directory.read(who, _ATTRIBUTES)
    prefix, separator, name = who.rpartition("\\")
    if separator:
        _check_domain(directory, prefix, who)
        return _first(directory, f"(sAMAccountName={escape(name)})")
    found = _first(directory, f"(userPrincipalName={escape(who)})") if "@" in who else None
    account, _at, suffix = who.partition("@")
    # Every account has a UPN of its name and the domain's, whatever userPrincipalName says (MS-ADTS 5.1.1.1.1).
    if found or suffix.lower() not in ("", domain_of(directory.base)):
        return found
    return _first(directory, f"(sAMAccountName={escape(account)})")


def _first(directory: Directory, expression: str) -> Entry | None:
    return next(iter(directory.search(directory.base, expression, _ATTRIBUTES)), None)


def _escape_bytes(value: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in value)


def domain_sid(directory: Directory) -> str:
    head = directory.read(directory.base, ["objectSid"])
    value = head.first("objectSid") if head else None
    return parse_sid(value) if value else "S-1-5-21"


def _check_domain(directory: Directory, prefix: str, who: str) -> None:
    """Refuse a name of another domain, of which the directory could only find a namesake."""
    own = netbios_name(directory)
    if prefix.lower() in (own.lower(), domain_of(directory.base)):
        return
    raise ActiveDirectoryError(
        f"{who} is not of domain {own}",
        remedy="Give the SID of an account of another domain, or of a built-in one.",
        kind=ActiveDirectoryError.REFUSED_VALUE,
    )


def netbios_name(directory: Directory) -> str:
    """Return the domain's NetBIOS name, the CORP of ``CORP\\name`` (MS-ADTS 6.1.1.2.1.1)."""
    found = directory.search(
        f"CN=Partitions,{directory.configuration}",
        f"(&(objectClass=crossRef)(nCName={escape(directory.base)}))",
        ["nETBIOSName"],
        below="children",
    )
    return next((entry.text("nETBIOSName") or "" for entry in found), "")
