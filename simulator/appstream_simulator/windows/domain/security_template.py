# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reader of GptTmpl.inf: services, restricted groups, user rights and the Administrator's name (MS-GPSB 2.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from appstream_simulator.windows.domain.policy import RestrictedGroup
from appstream_simulator.windows.domain.policy_files import (
    PolicyFileError,
    assignment,
    assignments,
    sections_of,
    text_of,
)

# MS-GPSB 2.2.8: name, start type and security descriptor; the name may do without quotation marks.
_SERVICE = re.compile(r'^(?:"([^"]+)"\s*|([^",]+)),\s*([234])\s*,\s*"([^"]*)"$')
_KNOWN_SECTIONS = (
    "unicode",
    "version",
    "service general setting",
    "group membership",
    "system access",
    "privilege rights",
)
_ADMINISTRATOR_NAME = "newadministratorname"


@dataclass(frozen=True)
class SecurityTemplate:
    """What a template says.

    Attributes:
        services: start type by service name.
        administrator_name: what the built-in Administrator is called from now on; empty when it stays as it is.
        privilege_rights: who has a user right, identifiers or names by the right's name.
        ignored: sections and settings of the template that are not simulated.
    """

    services: dict[str, int] = field(default_factory=dict)
    restricted_groups: list[RestrictedGroup] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    administrator_name: str = ""
    privilege_rights: dict[str, list[str]] = field(default_factory=dict)


def parse(data: bytes) -> SecurityTemplate:
    """Read a template.

    Raises:
        PolicyFileError: it is malformed.
    """
    sections = sections_of(text_of(data))
    if assignments(sections.get("version", [])).get("signature") != '"$CHICAGO$"':
        raise PolicyFileError('not a security template: no signature="$CHICAGO$" in [Version]')
    if assignments(sections.get("unicode", [])).get("unicode", "").lower() != "yes":
        raise PolicyFileError("not a security template: no Unicode=yes in [Unicode]")
    ignored = [f"section [{name}]" for name in sections if name not in _KNOWN_SECTIONS]
    services: dict[str, int] = {}
    for line in sections.get("service general setting", []):
        name, start, descriptor = _service(line)
        if name.lower() in {known.lower() for known in services}:
            raise PolicyFileError(f"the service {name} comes twice")
        services[name] = start
        if descriptor:
            ignored.append(f"security descriptor of the service {name}")
    access = assignments(sections.get("system access", []))
    ignored += [f"[System Access] {name}" for name in access if name != _ADMINISTRATOR_NAME]
    return SecurityTemplate(
        services,
        _restricted_groups(sections.get("group membership", [])),
        ignored,
        access.get(_ADMINISTRATOR_NAME, "").strip('"'),
        _privilege_rights(sections.get("privilege rights", [])),
    )


def _privilege_rights(lines: list[str]) -> dict[str, list[str]]:
    """MS-GPSB 2.2.3: `SeInteractiveLogonRight = *S-1-5-32-544,name`; nobody has a right that is set to nothing."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, value = assignment(line)
        if name.lower() in (known.lower() for known in found):
            raise PolicyFileError(f"{name} is set twice")
        found[name] = [_without_asterisk(entry.strip()) for entry in value.split(",") if entry.strip()]
    return found


def _service(line: str) -> tuple[str, int, str]:
    matched = _SERVICE.match(line)
    if matched is None:
        raise PolicyFileError(f"not a service setting: {line!r}")
    quoted, plain, start, descriptor = matched.groups()
    return (quoted or plain).strip(), int(start), descriptor


def _restricted_groups(lines: list[str]) -> list[RestrictedGroup]:
    """MS-GPSB 2.2.5: `group__Memberof = …` and `group__Members = …`; a SID has an asterisk in front."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in lines:
        name, value = assignment(line)
        group, separator, kind = name.rpartition("__")
        kind = kind.lower()
        if not separator or not group or kind not in ("memberof", "members"):
            raise PolicyFileError(f"not a group membership: {line!r}")
        entries = found.setdefault(_without_asterisk(group), {})
        if kind in entries:
            raise PolicyFileError(f"{name} is set twice")
        entries[kind] = [_without_asterisk(entry.strip()) for entry in value.split(",") if entry.strip()]
    return [RestrictedGroup(group, entry.get("memberof"), entry.get("members")) for group, entry in found.items()]


def _without_asterisk(name: str) -> str:
    if not name.startswith("*"):
        return name
    if not re.fullmatch(r"\*S-1(-\d+)+", name, re.IGNORECASE):
        raise PolicyFileError(f"not a SID: {name}")
    return name[1:].upper()
