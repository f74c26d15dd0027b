# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which group policy objects are linked for a computer, in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINK = re.compile(r"\[LDAP://([^;\[\]]+);(\d{1,10})\]", re.IGNORECASE)
_DISABLED, _ENFORCED = 1, 2


class LinkError(ValueError):
    """A gPLink attribute is malformed."""


@dataclass(frozen=True)
class Container:
    """The domain or an organizational unit.

    Attributes:
        links: its gPLink.
        blocks_inheritance: its gPOptions has bit 0 set.
    """

    name: str
    links: str
    blocks_inheritance: bool


def in_order(containers: Iterable[Container]) -> list[str]:
    """Distinguished names of the linked objects in the order they are applied: the later wins.

    Links of a container further in win over those further out; enforced ones come last of all, those further out after
    those further in, and are not blocked (MS-GPOL 3.2.5.1.5). Within one container the link that is *last* in gPLink
    wins: it is number 1 in the management console. (So read, independently of each other, Samba's libgpo, ALT's ADMC
    and the Active Directory Management Framework; new links are put in front by the console and have the last number.)

    Args:
        containers: from the domain to the organizational unit the computer is in.

    Raises:
        LinkError: a gPLink is malformed.
    """
    ordinary: list[str] = []
    enforced: list[str] = []
    for container in containers:
        links = _links(container)
        if container.blocks_inheritance:
            ordinary = []
        ordinary += [name for name, options in links if not options & _ENFORCED]
        enforced = [name for name, options in links if options & _ENFORCED] + enforced
    order = ordinary + enforced
    keys = [name.lower() for name in order]
    # An object that is linked twice counts where it is applied last.
    return [name for position, name in enumerate(order) if keys[position] not in keys[position + 1 :]]


def _links(container: Container) -> list[tuple[str, int]]:
    text = container.links.strip()  # Windows leaves a space when the last link is removed
    if _LINK.sub("", text):
        raise LinkError(f"gPLink of {container.name} is malformed: {text}")
    links = [(name, int(options)) for name, options in _LINK.findall(text)]
    return [(name, options) for name, options in links if not options & _DISABLED]
