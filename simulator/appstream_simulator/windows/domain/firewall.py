# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Windows Defender Firewall as far as group policy rules it: who may connect to which TCP port of a member.

Nothing may, unless a rule of policy admits it; the rules that Windows brings along are taken for inactive. The network
interface is of the profile Domain.
That the interface of a builder has the profile Domain is assumed [network_profile].
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from appstream_simulator.windows.machine.registry import Registry

POLICY_KEY = "HKLM\\Software\\Policies\\Microsoft\\WindowsFirewall"
RULES_KEY = f"{POLICY_KEY}\\FirewallRules"
PROFILE_KEY = f"{POLICY_KEY}\\DomainProfile"

_TCP = 6
_PROFILES = frozenset({"Domain", "Private", "Public"})
_ACTIONS = frozenset({"Allow", "Block"})
_BOOLEANS = {"TRUE": True, "FALSE": False}
# Tokens that may come more than once, and those that may not (MS-GPFAS 2.2.2.19). Others are not simulated.
_REPEATABLE = frozenset({"Profile", "LPort", "LPort2_10", "RA4", "RA6"})
_SINGLE = frozenset({"Action", "Active", "Dir", "Protocol", "App", "Name", "Desc", "EmbedCtxt"})
# Local ports that are no numbers; WinRM's are never among them.
_PORT_KEYWORDS = {
    "LPort": frozenset({"RPC", "RPC-EPMap", "Teredo"}),
    "LPort2_10": frozenset({"IPTLSIn", "IPHTTPSIn"}),
}
_LOCAL_SUBNET = "LocalSubnet"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class RuleError(ValueError):
    """The text is no firewall rule, or one that the simulator does not understand."""


@dataclass(frozen=True)
class Source:
    """Remote addresses from `first` to `last`; the machine's own subnet when there are none."""

    first: Address | None = None
    last: Address | None = None


@dataclass(frozen=True)
class Rule:
    """A firewall rule.

    Attributes:
        ports: ranges of local ports; None for all.
        sources: None for all.
        application: empty for all.
    """

    action: str
    active: bool
    inbound: bool
    protocol: int | None
    profiles: frozenset[str]
    ports: tuple[range, ...] | None
    sources: tuple[Source, ...] | None
    application: str


@dataclass(frozen=True)
class Firewall:
    """The firewall of one machine.

    Attributes:
        rules: those that concern WinRM: active, inbound, TCP, of the profile Domain, for the system's own ports.
        default_action: Allow or Block, for what no rule speaks of.
        subnet: what `LocalSubnet` means.
    """

    rules: tuple[Rule, ...]
    default_action: str
    subnet: Network


def of_policy(registry: Registry, subnet: Network, report: Callable[[str, str], None]) -> Firewall:
    """The firewall that the policy in the registry makes.

    Args:
        report: told the name of a rule that is ignored, and why.
    """
    rules = []
    for name, value in registry.values(RULES_KEY).items():
        try:
            if not isinstance(value.data, str) or value.kind != "String":
                raise RuleError("a rule is a REG_SZ")
            rules.append(parse(value.data))
        except RuleError as error:
            report(name, str(error))
    # MS-GPFAS 2.2.3: the profile's state, and 0 for allowing what no rule speaks of.
    enabled, inbound = (registry.get(PROFILE_KEY, name) for name in ("EnableFirewall", "DefaultInboundAction"))
    if enabled is not None and enabled.data == 0:
        return Firewall((), "Allow", subnet)
    action = "Allow" if inbound is not None and inbound.data == 0 else "Block"
    return Firewall(tuple(rule for rule in rules if _concerns_winrm(rule)), action, subnet)


def _concerns_winrm(rule: Rule) -> bool:
    # WinRM is behind HTTP.sys, whose ports belong to the process System.
    return (
        rule.active
        and rule.inbound
        and rule.protocol in (None, _TCP)
        and "Domain" in rule.profiles
        and rule.application.lower() in ("", "system")
    )


def opens(firewall: Firewall, port: int) -> bool:
    """Whether anybody at all could be admitted to the port."""
    return firewall.default_action == "Allow" or any(
        rule.action == "Allow" and _covers(rule, port) for rule in firewall.rules
    )


def admits(firewall: Firewall, source: str, port: int) -> bool:
    """Whether a connection from this address is let through: blocking rules win over allowing ones."""
    address = ipaddress.ip_address(source)
    actions = {
        rule.action for rule in firewall.rules if _covers(rule, port) and _comes_from(rule, address, firewall.subnet)
    }
    if "Block" in actions:
        return False
    return "Allow" in actions or firewall.default_action == "Allow"


def _covers(rule: Rule, port: int) -> bool:
    return rule.ports is None or any(port in ports for ports in rule.ports)


def _comes_from(rule: Rule, address: Address, subnet: Network) -> bool:
    return rule.sources is None or any(_matches(source, address, subnet) for source in rule.sources)


def _matches(source: Source, address: Address, subnet: Network) -> bool:
    if source.first is None or source.last is None:
        return address in subnet
    return source.first.version == address.version and int(source.first) <= int(address) <= int(source.last)


def parse(text: str) -> Rule:
    """Read a rule (MS-GPFAS 2.2.2.19).

    Raises:
        RuleError: it does not follow the grammar, or has a token that the simulator does not go by.
    """
    version = re.match(r"v2\.(\d{1,3})\|", text)
    if version is None or int(version[1]) > 255 or not text.endswith("|") or len(text) == version.end():
        raise RuleError("a rule begins with `v2.<minor>|`, has fields and ends with `|`")
    fields = [_field(part) for part in text[version.end() : -1].split("|")]
    for key, number in Counter(key for key, _value in fields).items():
        if number > 1 and key in _SINGLE:
            raise RuleError(f"{key} may appear once only")
    if int(version[1]) < 10 and any(key == "LPort2_10" for key, _value in fields):
        raise RuleError("LPort2_10 needs version 2.10")
    return _rule({key: value for key, value in fields if key in _SINGLE}, fields)


def _field(part: str) -> tuple[str, str]:
    key, equals, value = part.partition("=")
    if not equals or not value:
        raise RuleError(f"{part!r} is no field")
    if key not in _REPEATABLE | _SINGLE:
        raise RuleError(f"the token {key} is not simulated")
    return key, value


def _rule(single: dict[str, str], fields: list[tuple[str, str]]) -> Rule:
    ports = tuple(ports for key, value in fields if key in _PORT_KEYWORDS for ports in _ports(key, value))
    protocol = _number(single["Protocol"], 255) if "Protocol" in single else None
    has_ports = any(key in _PORT_KEYWORDS for key, _value in fields)
    if has_ports and protocol not in (_TCP, 17):
        raise RuleError("ports need Protocol=6 or Protocol=17")
    sources = tuple(_source(key, value) for key, value in fields if key in ("RA4", "RA6"))
    profiles = frozenset(_one_of("Profile", value, _PROFILES) for key, value in fields if key == "Profile")
    return Rule(
        action=_one_of("Action", single.get("Action", ""), _ACTIONS),
        active=_BOOLEANS[_one_of("Active", single.get("Active", "FALSE"), _BOOLEANS)],
        inbound=_one_of("Dir", single.get("Dir", ""), frozenset({"In", "Out"})) == "In",
        protocol=protocol,
        profiles=profiles or _PROFILES,
        ports=ports if has_ports else None,
        sources=sources or None,
        application=single.get("App", ""),
    )


def _one_of(key: str, value: str, allowed: Any) -> str:
    if value not in allowed:
        raise RuleError(f"{key} is one of {', '.join(sorted(allowed))}, not {value!r}")
    return value


def _number(text: str, largest: int) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > largest:
        raise RuleError(f"{text!r} is no number up to {largest}")
    return int(text)


def _ports(key: str, value: str) -> list[range]:
    if value in _PORT_KEYWORDS[key]:
        return []
    first, dash, last = value.partition("-")
    if bool(dash) != (key == "LPort2_10"):
        raise RuleError("a single port is an LPort, a range of ports an LPort2_10")
    low, high = _number(first, 65535), _number(last if dash else first, 65535)
    if low > high:
        raise RuleError(f"the range of ports {value} is upside down")
    return [range(low, high + 1)]


def _source(key: str, value: str) -> Source:
    if value == _LOCAL_SUBNET:
        return Source()
    version = 4 if key == "RA4" else 6
    try:
        first, last = _subnet(value, version) if "/" in value else _range(value)
    except ValueError as error:
        raise RuleError(f"{key}={value}: {error}") from error
    if first.version != version or last.version != version or int(first) > int(last):
        raise RuleError(f"{key}={value} is no range of IPv{version} addresses")
    return Source(first, last)


def _range(value: str) -> tuple[Address, Address]:
    first, dash, last = value.partition("-")
    return ipaddress.ip_address(first), ipaddress.ip_address(last if dash else first)


def _subnet(value: str, version: int) -> tuple[Address, Address]:
    """First and last address of a subnet: with a prefix below 32 or 128 or, in IPv4, a mask (2.2.2.10, 2.2.2.12)."""
    base, _slash, size = value.partition("/")
    if size.isdecimal() and int(size) >= (32 if version == 4 else 128):
        raise ValueError("a prefix this long is not allowed; give the address alone")
    network = ipaddress.ip_network(f"{base}/{size}")
    if not size.isdecimal() and str(network.netmask) != size:
        raise ValueError("the mask is none")
    return network[0], network[-1]
