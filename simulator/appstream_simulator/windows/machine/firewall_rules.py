# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules of Windows Defender Firewall that a machine has of its own, besides those of group policy.

They are kept where Windows keeps them, as texts in the registry (MS-GPFAS 2.2.2.19 has the grammar), so an image has
those of its builder. A rule's properties here are those of the COM interface INetFwRule3, in its spellings (Microsoft,
"INetFwRule interface"). The rules that Windows brings along are not there.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from appstream_simulator.windows.domain import firewall

from .registry import Registry

POLICY_KEY = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
PROFILE_KEYS = ("DomainProfile", "StandardProfile", "PublicProfile")
RULES_KEY = f"{POLICY_KEY}\\FirewallRules"
IN, OUT = 1, 2
BLOCK, ALLOW = 0, 1
TCP, UDP, ICMPV4, ICMPV6, ANY_PROTOCOL = 6, 17, 1, 58, 256
PROFILES = {"Domain": 1, "Private": 2, "Public": 4}
ALL_PROFILES = 0x7FFFFFFF
EVERYTHING = "*"

_VERSION = "v2.30"
_PORT_KEYWORDS = frozenset({"rpc", "rpc-epmap", "teredo", "iphttps", "iptlsin", "iphttpsin", "ply2disc", "mdns"})
_ADDRESS_KEYWORDS = {
    name.lower(): name for name in ("LocalSubnet", "DNS", "DHCP", "WINS", "DefaultGateway", "Intranet", "Internet")
}
# EdgeTraversalOptions 2 and 3, and SecureFlags 1 to 4, as tokens of a rule.
_DEFER = {2: "App", 3: "User"}
_SECURITY = {1: "AuthenticateNoEncap", 2: "Authenticate", 3: "AnyEncrypt", 4: "AuthenticateEncrypt"}


class RuleValueError(ValueError):
    """A property does not take this value: E_INVALIDARG, as .NET words it."""

    def __init__(self) -> None:
        super().__init__("Value does not fall within the expected range.")


@dataclass(frozen=True)
class FirewallRule:
    """A rule, by the properties of INetFwRule3. Ports are None unless the protocol is TCP or UDP.

    Attributes:
        identifier: the name of its value in the registry; empty for one that is not there yet.
    """

    name: str
    description: str = ""
    direction: int = IN
    action: int = ALLOW
    application: str = ""
    group: str = ""
    service: str = ""
    enabled: bool = False
    profiles: int = ALL_PROFILES
    local_addresses: str = EVERYTHING
    remote_addresses: str = EVERYTHING
    local_ports: str | None = None
    remote_ports: str | None = None
    protocol: int = ANY_PROTOCOL
    interface_types: str = "All"
    edge_traversal: int = 0
    secure_flags: int = 0
    icmp_types: str | None = None
    identifier: str = field(default="", compare=False)

    def with_protocol(self, protocol: int) -> FirewallRule:
        """The rule for another protocol, whose ports or ICMP types are all of them."""
        ports = EVERYTHING if protocol in (TCP, UDP) else None
        icmp = EVERYTHING if protocol in (ICMPV4, ICMPV6) else None
        return replace(self, protocol=protocol, local_ports=ports, remote_ports=ports, icmp_types=icmp)


def ports(rule: FirewallRule, value: str) -> str:
    """What a property for ports makes of a value.

    Raises:
        RuleValueError: no ports, or the rule's protocol has none.
    """
    if rule.protocol not in (TCP, UDP) or not all(_is_port(part) for part in value.split(",")):
        raise RuleValueError
    return value


def _is_port(part: str) -> bool:
    if part == EVERYTHING or part.lower() in _PORT_KEYWORDS:
        return True
    numbers = [int(number) for number in part.split("-")] if re.fullmatch(r"\d{1,5}(?:-\d{1,5})?", part) else []
    return bool(numbers) and numbers == sorted(numbers) and numbers[-1] <= 65535


def icmp_types(rule: FirewallRule, value: str) -> str:
    """What the property for ICMP types and codes makes of a value.

    Raises:
        RuleValueError: no types, or the rule's protocol is not ICMP.
    """
    parts = value.split(",")
    if rule.protocol not in (ICMPV4, ICMPV6) or not all(re.fullmatch(r"\*|\d{1,3}:(?:\*|\d{1,3})", p) for p in parts):
        raise RuleValueError
    return value


def addresses(value: str) -> str:
    """What a property for addresses makes of a value: an address or a subnet gets its mask.

    Raises:
        RuleValueError: something is no address, subnet, range or keyword.
    """
    return ",".join(_address(part) for part in value.split(","))


def _address(part: str) -> str:
    if part == EVERYTHING or part.lower() in _ADDRESS_KEYWORDS:
        return _ADDRESS_KEYWORDS.get(part.lower(), part)
    try:
        if "-" in part:
            first, last = (ipaddress.ip_address(end) for end in part.split("-"))
            if first.version != last.version or int(first) > int(last):
                raise RuleValueError
            return f"{first}-{last}"
        network = ipaddress.ip_network(part, strict=False)
    except ValueError as error:
        raise RuleValueError from error
    return str(network) if network.version == 6 else f"{network.network_address}/{network.netmask}"


def is_off(registry: Registry) -> bool:
    """Whether the machine's own settings switch the firewall off for all profiles."""
    values = [registry.get(f"{POLICY_KEY}\\{name}", "EnableFirewall") for name in PROFILE_KEYS]
    return all(value is not None and value.data == 0 for value in values)


def rules(registry: Registry) -> list[FirewallRule]:
    """The machine's own rules; values that are none count for nothing."""
    found = []
    for name, value in registry.values(RULES_KEY).items():
        with contextlib.suppress(RuleValueError):
            found += [parse(value.data, identifier=name)] if isinstance(value.data, str) else []
    return found


def save(registry: Registry, rule: FirewallRule) -> None:
    """Add a rule, or keep the changes to one that is there."""
    number = len(registry.values(RULES_KEY))
    identifier = rule.identifier or f"{{{str(uuid.uuid5(uuid.NAMESPACE_OID, f'{rule.name}/{number}')).upper()}}}"
    registry.set(RULES_KEY, identifier, text_of(rule))


def remove(registry: Registry, name: str) -> None:
    """Remove the first rule of this name, as INetFwRules::Remove does."""
    found = next((rule for rule in rules(registry) if rule.name.lower() == name.lower()), None)
    if found:
        registry.delete(RULES_KEY, found.identifier)


def text_of(rule: FirewallRule) -> str:
    """The rule as the registry has it.

    Raises:
        RuleValueError: a text holds the character that ends a field.
    """
    fields = list(_fields(rule))
    if any("|" in value for _key, value in fields):
        raise RuleValueError
    return f"{_VERSION}|" + "".join(f"{key}={value}|" for key, value in fields)


def _fields(rule: FirewallRule) -> Iterator[tuple[str, str]]:
    yield "Action", "Allow" if rule.action == ALLOW else "Block"
    yield "Active", str(rule.enabled).upper()
    yield "Dir", "In" if rule.direction == IN else "Out"
    if rule.protocol != ANY_PROTOCOL:
        yield "Protocol", str(rule.protocol)
    if rule.profiles != ALL_PROFILES:
        yield from (("Profile", name) for name, bit in PROFILES.items() if rule.profiles & bit)
    for key, value in (("LPort", rule.local_ports), ("RPort", rule.remote_ports)):
        yield from ((f"{key}2_10" if _is_range(part) else key, part) for part in _parts(value))
    for key, value in (("LA", rule.local_addresses), ("RA", rule.remote_addresses)):
        yield from (token for part in _parts(value) for token in _address_fields(key, part))
    icmp = "ICMP4" if rule.protocol == ICMPV4 else "ICMP6"
    yield from ((icmp, part) for part in _parts(rule.icmp_types))
    if rule.interface_types != "All":
        yield from (("IFType", part) for part in rule.interface_types.split(","))
    texts = {"App": rule.application, "Svc": rule.service, "Name": rule.name}
    texts |= {"Desc": rule.description, "EmbedCtxt": rule.group}
    yield from ((key, text) for key, text in texts.items() if text)
    if rule.edge_traversal:
        yield ("Defer", _DEFER[rule.edge_traversal]) if rule.edge_traversal in _DEFER else ("Edge", "TRUE")
    if rule.secure_flags:
        yield "Security", _SECURITY[rule.secure_flags]


def _is_range(part: str) -> bool:
    return re.fullmatch(r"\d+-\d+", part) is not None or part.lower() in ("iptlsin", "iphttpsin")


def _parts(value: str | None) -> list[str]:
    return [] if value in (None, "", EVERYTHING) else str(value).split(",")


def _address_fields(key: str, part: str) -> list[tuple[str, str]]:
    if part.lower() in _ADDRESS_KEYWORDS:
        return [(f"{key}4", part), (f"{key}6", part)]
    return [(f"{key}{6 if ':' in part else 4}", part.removesuffix("/255.255.255.255").removesuffix("/128"))]


def parse(text: str, identifier: str = "") -> FirewallRule:
    """Read what `text_of` has written.

    Raises:
        RuleValueError: somebody else has written it.
    """
    try:
        return _parsed(text, identifier)
    except (ValueError, KeyError) as error:
        raise RuleValueError from error


def _parsed(text: str, identifier: str) -> FirewallRule:
    found: dict[str, list[str]] = {}
    for part in text.split("|")[1:-1]:
        key, _equals, value = part.partition("=")
        found.setdefault(key, []).append(value)

    def one(key: str) -> str:
        return found.get(key, [""])[0]

    rule = FirewallRule(
        name=one("Name"),
        description=one("Desc"),
        direction=OUT if one("Dir") == "Out" else IN,
        action=ALLOW if one("Action") == "Allow" else BLOCK,
        application=one("App"),
        group=one("EmbedCtxt"),
        service=one("Svc"),
        enabled=one("Active") == "TRUE",
        profiles=sum(PROFILES[name] for name in found.get("Profile", [])) or ALL_PROFILES,
        local_addresses=_joined_addresses(found, "LA"),
        remote_addresses=_joined_addresses(found, "RA"),
        interface_types=",".join(found.get("IFType", ["All"])),
        edge_traversal=next((n for n, name in _DEFER.items() if name == one("Defer")), int(one("Edge") == "TRUE")),
        secure_flags=next((n for n, name in _SECURITY.items() if name == one("Security")), 0),
        identifier=identifier,
    ).with_protocol(int(one("Protocol") or ANY_PROTOCOL))
    given = {
        "local_ports": [*found.get("LPort", []), *found.get("LPort2_10", [])],
        "remote_ports": [*found.get("RPort", []), *found.get("RPort2_10", [])],
        "icmp_types": [*found.get("ICMP4", []), *found.get("ICMP6", [])],
    }
    joined: dict[str, Any] = {name: ",".join(parts) for name, parts in given.items() if parts}
    return replace(rule, **joined)


def _joined_addresses(found: dict[str, list[str]], key: str) -> str:
    parts = dict.fromkeys(part for version in "46" for part in found.get(f"{key}{version}", []))
    return addresses(",".join(parts)) if parts else EVERYTHING


def for_winrm(registry: Registry) -> tuple[firewall.Rule, ...]:
    """Those that rule who reaches WinRM, which belongs to the process System and to no service or remote port."""
    given = (rule for rule in rules(registry) if rule.enabled and rule.direction == IN and not rule.service)
    return tuple(
        _incoming(rule)
        for rule in given
        if rule.protocol in (TCP, ANY_PROTOCOL)
        and rule.application.lower() in ("", "system")
        and rule.local_addresses == EVERYTHING
        and rule.remote_ports in (None, EVERYTHING)
    )


def merged_with_policy(registry: Registry) -> tuple[firewall.Rule, ...]:
    """Those of a member of a domain that count besides policy's; all, unless AllowLocalPolicyMerge says none does."""
    merge = registry.get(firewall.PROFILE_KEY, "AllowLocalPolicyMerge")
    if merge is not None and merge.data == 0:
        return ()
    return tuple(rule for rule in for_winrm(registry) if "Domain" in rule.profiles)


def _incoming(rule: FirewallRule) -> firewall.Rule:
    """The rule for the profile it is for, with ports that are names left out, as WinRM's have numbers."""
    numbers = [[int(end) for end in part.split("-")] for part in _parts(rule.local_ports) if part[:1].isdigit()]
    return firewall.Rule(
        action="Allow" if rule.action == ALLOW else "Block",
        active=True,
        inbound=True,
        protocol=None if rule.protocol == ANY_PROTOCOL else rule.protocol,
        profiles=frozenset(name for name, bit in PROFILES.items() if rule.profiles & bit),
        ports=tuple(range(ends[0], ends[-1] + 1) for ends in numbers) if _parts(rule.local_ports) else None,
        sources=tuple(_source(part) for part in _parts(rule.remote_addresses)) or None,
        application=rule.application,
    )


def _source(part: str) -> firewall.Source:
    """Addresses that a keyword stands for other than the local subnet are not known here: nobody has them."""
    if part == "LocalSubnet":
        return firewall.Source()
    if part in _ADDRESS_KEYWORDS.values():
        nobody = ipaddress.ip_address("0.0.0.0")
        return firewall.Source(nobody, nobody)
    if "-" in part:
        first, last = (ipaddress.ip_address(end) for end in part.split("-"))
        return firewall.Source(first, last)
    network = ipaddress.ip_network(part)
    return firewall.Source(network[0], network[-1])
