# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a policy that makes image builders reachable over WinRM consists of: its files, from the module's options.

Pure: nothing is asked. ``problems`` checks options, ``settings_of`` reads them, ``files`` and ``extensions`` say what
the policy is to hold, ``shown`` what present files hold, and ``foreign`` what of that this module never writes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import policy_addresses, policy_startup_script, registry_policy
from .names import distinguished_name_problems
from .policy_files import (
    LocalGroup,
    Member,
    Sections,
    UnreadableFile,
    build_groups,
    build_ini,
    build_scripts,
    key_of,
    parse_groups,
    parse_ini,
)
from .registry_policy import RegistryValue
from .security_descriptors import ADMINISTRATORS

REGISTRY = "Machine\\Registry.pol"
TEMPLATE = "Machine\\Microsoft\\Windows NT\\SecEdit\\GptTmpl.inf"
GROUPS = "Machine\\Preferences\\Groups\\Groups.xml"
SCRIPTS = "Machine\\Scripts\\psscripts.ini"
# The list of scripts that are not PowerShell's: empty, and there because Windows' own tools always write both.
OTHER_SCRIPTS = "Machine\\Scripts\\scripts.ini"
SCRIPT = f"Machine\\Scripts\\Startup\\{policy_startup_script.NAME}"

_WINRM = "Software\\Policies\\Microsoft\\Windows\\WinRM\\Service"
_FIREWALL = "Software\\Policies\\Microsoft\\WindowsFirewall"
_RULES = f"{_FIREWALL}\\FirewallRules"
_RULE_NAMES = {
    5985: ("AppStream-ImageBuilder-WinRM-HTTP-In", "AppStream image builder: WinRM over HTTP"),
    5986: ("AppStream-ImageBuilder-WinRM-HTTPS-In", "AppStream image builder: WinRM over HTTPS"),
}
# Version 2.10 of the policy's format (MS-GPFAS 2.2.2.17 and 2.2.3), which every Windows since 2008 R2 reads.
_FIREWALL_VERSION, _RULE_VERSION = 0x20A, "v2.10"
PROFILES = {"domain": "Domain", "private": "Private", "public": "Public"}
# Values this module writes, by key and name in lower case; any other value is somebody else's.
_VALUES = {
    *((_WINRM.lower(), name.lower()) for name in ("AllowAutoConfig", "IPv4Filter", "IPv6Filter")),
    *((_WINRM.lower(), name.lower()) for name in ("AllowBasic", "AllowUnencryptedTraffic", "AllowCredSSP")),
    (f"{_WINRM}\\WinRS".lower(), "allowremoteshellaccess"),
    (_FIREWALL.lower(), "policyversion"),
    *((_RULES.lower(), identifier.lower()) for identifier, _name in _RULE_NAMES.values()),
}
# Identifies the item of Groups.xml as written here.
_GROUP_ITEM = "{5E4F58F1-9D52-4B40-8E0D-4A7B4D0E54A3}"
_GUID = re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}\Z", re.I)
_SERVICE = '"WinRM",2,""'
_SCRIPTS_EXTENSION: dict[str, tuple[str, ...]] = {
    "{42B5FAAE-6536-11D2-AE5A-0000F87571E3}": ("{40B6664F-4972-11D1-A7CA-0000F87571E3}",)
}

# Client-side extensions with their tools' extensions, by the file they process (MS-GPOL 2.2.2; GPMC writes the same).
_EXTENSIONS: dict[str, dict[str, tuple[str, ...]]] = {
    REGISTRY: {
        "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}": (
            "{B05566AC-FE9C-4368-BE01-7A4CBB6CBA11}",
            "{D02B1F72-3407-48AE-BA88-E8213C6761F1}",
        )
    },
    TEMPLATE: {"{827D319E-6EAC-11D2-A4EA-00C04F79F83A}": ("{803E14A0-B4FB-11D0-A0D0-00A0C90F574B}",)},
    GROUPS: {
        "{00000000-0000-0000-0000-000000000000}": ("{79F92669-4224-476C-9C5C-6EFB4D87DF4A}",),
        "{17D89FEC-5C44-4972-B12D-241CAEF74509}": ("{79F92669-4224-476C-9C5C-6EFB4D87DF4A}",),
    },
    SCRIPTS: _SCRIPTS_EXTENSION,
    OTHER_SCRIPTS: _SCRIPTS_EXTENSION,
}

# The options of module ``ad_winrm_policy`` that have defaults, for those who ask what it would write.
DEFAULTS: Mapping[str, Any] = {
    "guid": None,
    "link": True,
    "allow_any_controller": False,
    "administrators_method": "preferences",
    "http": True,
    "https": False,
    "listener_addresses": ["*"],
    "firewall_profiles": ["domain"],
    "allow_basic": False,
    "allow_unencrypted": False,
    "allow_credssp": False,
    "allow_insecure": False,
    "purge": False,
    "state": "present",
}


@dataclass(frozen=True)
class Group:
    """The group that becomes local administrator: its SID, and ``CORP\\\\name``."""

    sid: str
    name: str


@dataclass(frozen=True)
class Settings:
    """What the policy sets. ``controllers`` empty: any; filters as WinRM's policy has them."""

    http: bool
    https: bool
    controllers: tuple[str, ...]
    ipv4_filter: str
    ipv6_filter: str
    profiles: tuple[str, ...]
    allow_basic: bool
    allow_unencrypted: bool
    allow_credssp: bool
    administrators_method: str
    administrators: Group


def problems(options: Mapping[str, Any]) -> list[str]:
    """Check the module's options, before anything is asked. Returns problems, none when all is fine."""
    guid = options["guid"]
    found = [] if not guid or _GUID.match(guid) else [f"guid {guid!r} is not a GUID in braces"]
    if not options["name"].strip():
        found.append("name must not be empty")
    if options["state"] == "absent":
        return found
    found += [
        f"{option} is needed for state present"
        for option in ("organizational_unit", "controller_networks", "administrators_group")
        if not options[option]
    ]
    unit = options["organizational_unit"]
    unit_problems = distinguished_name_problems("organizational_unit", unit)
    if unit and not unit_problems and not re.match(r"\s*OU\s*=", unit, re.IGNORECASE):
        unit_problems = [
            f"organizational_unit {unit!r} is no organizational unit: give image builders one of their own"
        ]
    found += unit_problems
    if options["controller_networks"]:
        network_problems = policy_addresses.controller_network_problems(
            options["controller_networks"], options["allow_any_controller"]
        )
        found += network_problems or policy_addresses.listener_problems(
            options["listener_addresses"], options["controller_networks"]
        )
    if not options["http"] and not options["https"]:
        found.append("http and https are both false, which leaves no way to connect")
    if not options["firewall_profiles"]:
        found.append("firewall_profiles must name at least one profile")
    for option in ("allow_basic", "allow_unencrypted"):
        if options[option] and not options["allow_insecure"]:
            found.append(f"{option} lets passwords or data travel readable: leave it out, or say allow_insecure: true")
    return found


def settings_of(options: Mapping[str, Any], administrators: Group) -> Settings:
    """Return what checked options ask for."""
    filters = ("", "")
    if options["http"]:
        filters = policy_addresses.listener_filters(options["listener_addresses"], options["controller_networks"])
    return Settings(
        http=options["http"],
        https=options["https"],
        controllers=policy_addresses.controller_networks(options["controller_networks"]),
        ipv4_filter=filters[0],
        ipv6_filter=filters[1],
        profiles=tuple(profile for profile in PROFILES if profile in options["firewall_profiles"]),
        allow_basic=options["allow_basic"],
        allow_unencrypted=options["allow_unencrypted"],
        allow_credssp=options["allow_credssp"],
        administrators_method=options["administrators_method"],
        administrators=administrators,
    )


def files(settings: Settings) -> dict[str, bytes]:
    """Return the policy's files by path below its folder, without gpt.ini."""
    wanted = {REGISTRY: registry_policy.build(registry_values(settings)), TEMPLATE: build_ini(_template(settings))}
    if settings.administrators_method == "preferences":
        wanted[GROUPS] = build_groups([_local_group(settings.administrators)])
    if settings.https:
        wanted[SCRIPTS] = build_scripts(
            {"Startup": [f"0CmdLine={policy_startup_script.NAME}", "0Parameters="]},
        )
        wanted[OTHER_SCRIPTS] = build_scripts({})
        wanted[SCRIPT] = policy_startup_script.CONTENT
    return wanted


def registry_values(settings: Settings) -> list[RegistryValue]:
    """Return the values of Registry.pol.

    AllowAutoConfig makes Windows create the HTTP listener on those of its own addresses that the filters select; with
    empty filters on none.
    """
    values = [
        registry_policy.number(_WINRM, "AllowAutoConfig", 1),
        registry_policy.text(_WINRM, "IPv4Filter", settings.ipv4_filter),
        registry_policy.text(_WINRM, "IPv6Filter", settings.ipv6_filter),
        registry_policy.number(_WINRM, "AllowBasic", int(settings.allow_basic)),
        registry_policy.number(_WINRM, "AllowUnencryptedTraffic", int(settings.allow_unencrypted)),
        registry_policy.number(_WINRM, "AllowCredSSP", int(settings.allow_credssp)),
        registry_policy.number(f"{_WINRM}\\WinRS", "AllowRemoteShellAccess", 1),
        registry_policy.number(_FIREWALL, "PolicyVersion", _FIREWALL_VERSION),
    ]
    ports = [port for port, wanted in ((5985, settings.http), (5986, settings.https)) if wanted]
    return values + [
        registry_policy.text(_RULES, _RULE_NAMES[port][0], _firewall_rule(port, settings)) for port in ports
    ]


def _firewall_rule(port: int, settings: Settings) -> str:
    """An inbound rule (MS-GPFAS 2.2.2.19); a rule without profiles is for all of them. http.sys listens as System."""
    chosen = () if len(settings.profiles) == len(PROFILES) else settings.profiles
    profiles = "".join(f"Profile={PROFILES[profile]}|" for profile in chosen)
    sources = policy_addresses.remote_addresses(settings.controllers)
    return (
        f"{_RULE_VERSION}|Action=Allow|Active=TRUE|Dir=In|Protocol=6|{profiles}LPort={port}|{sources}App=System|"
        f"Name={_RULE_NAMES[port][1]}|Desc=Managed by Ansible (euc.appstream)|EmbedCtxt=AppStream image builders|"
    )


def _template(settings: Settings) -> dict[str, list[str]]:
    """The security template (MS-GPSB 2.2): WinRM starts by itself, and keeps its access list.

    ``__Memberof`` adds; ``__Members`` would replace all members of the group.
    """
    sections = {
        "Unicode": ["Unicode=yes"],
        "Version": ['signature="$CHICAGO$"', "Revision=1"],
        "Service General Setting": [_SERVICE],
    }
    if settings.administrators_method == "restricted_groups":
        sections["Group Membership"] = [f"*{settings.administrators.sid}__Memberof = *{ADMINISTRATORS}"]
    return sections


def _local_group(administrators: Group) -> LocalGroup:
    member = Member(administrators.name, administrators.sid)
    return LocalGroup(_GROUP_ITEM, ADMINISTRATORS, "Administrators (built-in)", "U", (member,))


def extensions(paths: Iterable[str]) -> str:
    """Return gPCMachineExtensionNames for these files: an extension that is not listed does not run."""
    listed = {extension: tools for path in paths for extension, tools in _EXTENSIONS.get(path, {}).items()}
    return "".join(f"[{extension}{''.join(sorted(listed[extension]))}]" for extension in sorted(listed))


def foreign_extensions(names: str) -> list[str]:
    """Return the client-side extensions of a gPCMachineExtensionNames that none of this policy's files needs."""
    known = {extension for listed in _EXTENSIONS.values() for extension in listed}
    found = [name.upper() for name in re.findall(r"\[(\{[^}]*\})", names)]
    return [name for name in found if name not in known]


def canonical_path(path: str) -> str:
    """Return the path as written here of a path of any case; others as they are."""
    known = {one.lower(): one for one in (*_EXTENSIONS, SCRIPT)}
    return known.get(path.lower(), path)


def is_own(path: str) -> bool:
    """Whether a file at this path, as ``canonical_path`` gives it, is one this module writes."""
    return path in _EXTENSIONS or path == SCRIPT


def foreign(present: Mapping[str, bytes | None]) -> list[str]:
    """Say what in files of a policy, by path as ``canonical_path`` gives it, this module never writes.

    A file of this module's that cannot be read counts as damaged, not as somebody else's.
    """
    finders = {
        REGISTRY: _foreign_values,
        TEMPLATE: _foreign_lines,
        GROUPS: _foreign_groups,
        SCRIPTS: _foreign_scripts,
        OTHER_SCRIPTS: _all_lines,
    }
    found = []
    for path in sorted(present):
        content = present[path]
        if path in finders and content is not None:
            try:
                found += [f"{path}: {what}" for what in finders[path](content)]
            except UnreadableFile:
                continue
        elif path != SCRIPT:
            found.append(path)
    return found


def _foreign_values(data: bytes) -> list[str]:
    values = registry_policy.parse(data)
    return [f"{value.key}\\{value.name}" for value in values if (value.key.lower(), value.name.lower()) not in _VALUES]


def _foreign_lines(data: bytes) -> list[str]:
    sections = parse_ini(data)
    own = {"unicode": r".*", "version": r".*", "service general setting": r'"?WinRM"?\s*,.*'}
    own["group membership"] = rf"\*S-1-5-21-[-\d]+__Memberof\s*=\s*\*{ADMINISTRATORS}"
    return [
        f"[{section}] {line}"
        for section, lines in sections.items()
        for line in lines
        if not re.match(own.get(section.lower(), r"\Z.") + r"\s*\Z", line, re.IGNORECASE)
    ]


def _foreign_groups(data: bytes) -> list[str]:
    return [f"item {group.name}" for group in parse_groups(data) if group.identifier.upper() != _GROUP_ITEM]


def _all_lines(data: bytes) -> list[str]:
    return [f"[{section}] {line}" for section, lines in parse_ini(data).items() for line in lines]


def _foreign_scripts(data: bytes) -> list[str]:
    own = ("0cmdline=" + policy_startup_script.NAME, "0parameters=")
    return [
        f"[{section}] {line}"
        for section, lines in parse_ini(data).items()
        for line in lines
        if section.lower() != "startup" or line.lower() not in own
    ]


def shown(path: str, data: bytes | None) -> Any:
    """Return what a file of a policy holds, for people: structures for files this module writes."""
    readers = {
        REGISTRY: _shown_values,
        TEMPLATE: _shown_sections,
        GROUPS: _shown_groups,
        SCRIPTS: _shown_sections,
        OTHER_SCRIPTS: _shown_sections,
    }
    if data is None:
        return "not of this module"
    try:
        return data.decode("ascii").splitlines() if path == SCRIPT else readers[path](data)
    except (UnreadableFile, UnicodeDecodeError) as error:
        return f"unreadable: {error}"


def fingerprint(data: bytes) -> str:
    """Return what tells contents apart that are shown alike."""
    return f"SHA-256 {hashlib.sha256(data).hexdigest()}"


def _shown_values(data: bytes) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for value in registry_policy.parse(data):
        found.setdefault(value.key, {})[value.name] = registry_policy.shown(value)
    return found


def _shown_sections(data: bytes) -> dict[str, dict[str, str]]:
    sections: Sections = parse_ini(data)
    return {name: {key_of(line): line.partition("=")[2].strip() for line in lines} for name, lines in sections.items()}


def _shown_groups(data: bytes) -> list[dict[str, Any]]:
    return [
        {
            "group": group.name,
            "sid": group.sid,
            "action": group.action,
            "removes_other_members": group.replaces,
            "members": [_shown_member(member) for member in group.members],
        }
        for group in parse_groups(data)
    ]


def _shown_member(member: Member) -> dict[str, str]:
    return {"name": member.name, "sid": member.sid, "action": member.action}


def summary(settings: Settings) -> dict[str, Any]:
    """Return what the policy sets, as return value."""
    ports: Sequence[int] = [port for port, wanted in ((5985, settings.http), (5986, settings.https)) if wanted]
    return {
        "ports": list(ports),
        "controller_networks": list(settings.controllers) or ["any"],
        "listener_addresses": [text for text in (settings.ipv4_filter, settings.ipv6_filter) if text],
        "firewall_profiles": list(settings.profiles),
        "allow_basic": settings.allow_basic,
        "allow_unencrypted": settings.allow_unencrypted,
        "allow_credssp": settings.allow_credssp,
        "administrators_method": settings.administrators_method,
        "administrators_group": {"name": settings.administrators.name, "sid": settings.administrators.sid},
    }
