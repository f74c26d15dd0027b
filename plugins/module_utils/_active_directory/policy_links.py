# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Where a group policy object is linked: attribute gPLink of organizational units, domains and sites (MS-GPOL 2.2.2).

A link is changed only if the attribute still is what was read, so that a link somebody else sets meanwhile survives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .connection import Directory, escape
from .errors import ActiveDirectoryError
from .names import normalized

_ITEM = re.compile(r"\[LDAP://([^\];]*);(\d{1,10})\]", re.I)
DISABLED, ENFORCED = 1, 2


@dataclass(frozen=True)
class Link:
    """A place a policy is linked to, with the options of the link, and the whole attribute there as it was read.

    ``options`` is None when it is not linked there.
    """

    place: str
    options: int | None
    attribute: str | None
    may_write: bool

    @property
    def shown(self) -> str | None:
        """The link's state as people read it, None without a link."""
        if self.options is None:
            return None
        state = "disabled" if self.options & DISABLED else "enabled"
        return f"{state}, enforced" if self.options & ENFORCED else state


def options_in(attribute: str | None, policy: str) -> int | None:
    """Return the options with which a policy, by distinguished name, is linked; None when it is not."""
    for name, options in _ITEM.findall(attribute or ""):
        if normalized(name) == normalized(policy):
            return int(options)
    return None


def with_link(attribute: str | None, policy: str) -> str:
    """Return gPLink with the policy linked and the link not disabled.

    A new link comes last, where MS-GPOL 3.3.5.7 puts one whose place nobody has asked for. All else stays as it is.
    """
    current = (attribute or "").strip()
    options = options_in(current, policy)
    if options is None:
        return f"{current}[LDAP://{policy};0]"
    return _replaced(current, policy, f"[LDAP://{policy};{options & ~DISABLED}]")


def without_link(attribute: str | None, policy: str) -> str | None:
    """Return gPLink without the policy, None when no link is left. All else stays as it is."""
    return _replaced(attribute or "", policy, "").strip() or None


def _replaced(attribute: str, policy: str, item: str) -> str:
    wanted = normalized(policy)
    return _ITEM.sub(lambda found: item if normalized(found[1]) == wanted else found[0], attribute)


def find_links(directory: Directory, guid: str) -> list[str]:
    """Return the distinguished names of everything in the domain, and of sites, that the policy is linked to.

    Raises ActiveDirectoryError.
    """
    expression = f"(gPLink=*{escape(guid)}*)"
    found = directory.search(directory.base, expression, ["gPLink"])
    found += directory.search(f"CN=Sites,{directory.configuration}", expression, ["gPLink"])
    return [entry.distinguished_name for entry in found]


def read_link(directory: Directory, place: str, policy: str | None) -> Link:
    """Return how a policy is linked at a place, and whether this account may change that.

    ``policy`` is None while it does not exist. Raises ActiveDirectoryError, of kind NOT_FOUND without such a place.
    """
    # Constructed by the domain controller for who asks (MS-ADTS 3.1.1.4.5.9).
    entry = directory.read(place, ["gPLink", "allowedAttributesEffective"])
    if entry is None:
        raise ActiveDirectoryError(
            f"There is no organizational unit {place}",
            remedy="Create it first, or check its distinguished name.",
            kind=ActiveDirectoryError.NOT_FOUND,
        )
    attribute = entry.text("gPLink")
    may_write = "gplink" in {name.lower() for name in entry.texts("allowedAttributesEffective")}
    options = options_in(attribute, policy) if policy else None
    return Link(entry.distinguished_name, options, attribute, may_write)


def require_rights(directory: Directory, links: Iterable[Link], remedy: str) -> None:
    """Raise ActiveDirectoryError when this account may not change one of these links."""
    denied = [link.place for link in links if not link.may_write]
    if denied:
        raise ActiveDirectoryError(
            f"{directory.username} is not allowed to change gPLink of {' nor of '.join(denied)}; nothing was changed",
            remedy=f"It needs {right_on(denied[0])}{remedy}",
            kind=ActiveDirectoryError.DENIED,
        )


def right_on(place: str) -> str:
    """Return the name of the right to link policies."""
    return f"the right 'Write gPLink' (with 'Write gPOptions': 'Manage Group Policy links') on {place}"


def write_link(directory: Directory, link: Link, attribute: str | None) -> None:
    """Write gPLink at a link's place, if it still is what was read. Raises ActiveDirectoryError."""
    now, later = (text.encode() if text is not None else None for text in (link.attribute, attribute))
    if now != later:
        directory.swap(link.place, [("gPLink", now, later)], needs=right_on(link.place))
