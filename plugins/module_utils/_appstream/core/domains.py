# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The names of Active Directory domains (Microsoft's "Naming conventions in Active Directory")."""

from __future__ import annotations

import re

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN_NAME = re.compile(rf"(?:{LABEL}\.)+{LABEL}\Z")
DOMAIN_NAME_LENGTH = 255


def domain_name_problems(option: str, name: str) -> list[str]:
    """Check a domain's fully qualified name; returns what is wrong with it."""
    if DOMAIN_NAME.match(name) and len(name) <= DOMAIN_NAME_LENGTH:
        return []
    return [f"{option} {name!r} is not a fully qualified domain name such as corp.example.com"]
