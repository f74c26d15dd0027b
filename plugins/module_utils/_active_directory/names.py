# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Distinguished names, domain names and account names.

Distinguished names are compared as the directory does: case and the spaces around separators do not matter
(RFC 4514, MS-ADTS 3.1.1.3.1.2).
"""

from __future__ import annotations

import re

DOMAIN_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+\Z", re.I
)
_SPECIAL = re.compile(r'[,+"\\<>;=]')
_ESCAPED = re.compile(rb"\\([0-9a-fA-F]{2}|.)", re.DOTALL)
_ESCAPED_SPACE = re.compile(r"(?<!\\)(\\\\)*\\ \Z")


def escape_value(value: str) -> str:
    """Return a name as it is written in a distinguished name, for example ``Smith\\, John`` (RFC 4514 2.4)."""
    escaped = _SPECIAL.sub(lambda found: f"\\{found[0]}", value).replace("\x00", "\\00")
    if escaped.endswith(" "):
        escaped = f"{escaped[:-1]}\\ "
    return f"\\{escaped}" if escaped.startswith((" ", "#")) else escaped


def unescape_value(value: str) -> str:
    """Return a name written in a distinguished name as it is shown to people; hexadecimal pairs are bytes of UTF-8."""
    raw = _ESCAPED.sub(
        lambda found: bytes.fromhex(found[1].decode()) if len(found[1]) == 2 else found[1],
        value.encode("utf-8", "replace"),
    )
    return raw.decode("utf-8", "replace")


def parts(distinguished_name: str) -> list[str]:
    """Return a distinguished name's relative names, outermost last, without spaces around commas and ``=``."""
    found, current, escaped = [], "", False
    for character in distinguished_name:
        if character == "," and not escaped:
            found.append(current)
            current = ""
        else:
            current += character
        escaped = character == "\\" and not escaped
    found.append(current)
    return [re.sub(r"^(\w+) *= *", lambda begin: f"{begin[1]}=", _trim(part)) for part in found]


def _trim(part: str) -> str:
    trimmed = part.lstrip(" ")
    while trimmed.endswith(" ") and not _ESCAPED_SPACE.search(trimmed):
        trimmed = trimmed[:-1]
    return trimmed


def normalized(distinguished_name: str) -> str:
    """Return a form in which equal distinguished names are equal texts."""
    return ",".join(
        part.partition("=")[0].lower() + "=" + escape_value(unescape_value(part.partition("=")[2]).lower())
        for part in parts(distinguished_name)
    )


def same(one: str, other: str) -> bool:
    """Whether two distinguished names name the same object."""
    return normalized(one) == normalized(other)


def is_below(distinguished_name: str, ancestor: str) -> bool:
    """Whether an object lies below another, or is it."""
    return (f",{normalized(distinguished_name)}").endswith(f",{normalized(ancestor)}")


def parent(distinguished_name: str) -> str:
    """Return the distinguished name of the container an object lies in."""
    return ",".join(parts(distinguished_name)[1:])


def domain_of(distinguished_name: str) -> str:
    """Return the DNS name of the domain an object lies in: its ``DC=`` parts."""
    labels = [part.partition("=") for part in parts(distinguished_name)]
    return ".".join(unescape_value(value) for key, _equals, value in labels if key.upper() == "DC").lower()


def base_of(domain_name: str) -> str:
    """Return the distinguished name of a domain's head, for example ``DC=corp,DC=example,DC=com``."""
    return ",".join(f"DC={label}" for label in domain_name.split("."))


def distinguished_name_problems(option: str, value: str | None) -> list[str]:
    """Check that a text is a distinguished name inside a domain. Returns problems, none when it is or is not given."""
    if not value:
        return []
    found = parts(value)
    if all(re.match(r"(?i)(CN|OU|DC)=.+\Z", part, re.DOTALL) for part in found) and found[-1].upper().startswith("DC="):
        return []
    return [f"{option} {value!r} is not a distinguished name such as OU=Builders,DC=corp,DC=example,DC=com"]


def account_part(username: str) -> str:
    """Return the account's plain name of ``CORP\\\\name``, ``name@corp.example.com`` or ``name``."""
    return username.rpartition("\\")[2].partition("@")[0]


def principal_of(username: str, domain_name: str) -> str:
    """Return the Kerberos principal of a user name in any of its forms.

    A realm is the domain's DNS name in upper case (MS-KILE 3.1.5.1.2). A suffix other than the domain's is kept: it may
    be a UPN suffix or another domain's realm.
    """
    account, at, suffix = username.rpartition("\\")[2].partition("@")
    if not at:
        return f"{account}@{domain_name.upper()}"
    return f"{account}@{suffix.upper() if suffix.lower() == domain_name.lower() else suffix}"


def simple_bind_name(username: str, domain_name: str) -> str:
    """Return what a simple bind takes as name: a UPN, ``CORP\\\\name`` or a distinguished name (MS-ADTS 5.1.1.1.1)."""
    if "\\" in username or "@" in username or "=" in username:
        return username
    return f"{username}@{domain_name}"
