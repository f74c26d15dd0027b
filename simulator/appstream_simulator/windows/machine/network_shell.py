# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""netsh.exe: `advfirewall` (rules of the machine's own, profiles on and off) and `winhttp` (the proxy).

Source: Microsoft's references of the contexts. Rules are those of `firewall_rules`, so that whoever blocks WinRM's port
is out. Anything else is journalled as `unhandled`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from appstream_simulator.windows.protocol.host import ProcessResult

from . import environment, firewall_rules
from .firewall_rules import FirewallRule, RuleValueError

if TYPE_CHECKING:
    from .processes import Process

_OK = b"Ok.\r\n\r\n"
_ELEVATION = b"The requested operation requires elevation (Run as administrator).\r\n\r\n"
_NO_RULE = b"No rules match the specified criteria.\r\n\r\n"
_PROFILES = {
    "domainprofile": ("DomainProfile",),
    "privateprofile": ("StandardProfile",),
    "publicprofile": ("PublicProfile",),
    "allprofiles": firewall_rules.PROFILE_KEYS,
}
_PROXY_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections"
_PROTOCOLS = {"tcp": 6, "udp": 17, "icmpv4": 1, "icmpv6": 58, "any": 256}
_DIRECT = b"\r\nCurrent WinHTTP proxy settings:\r\n\r\n    Direct access (no proxy server).\r\n\r\n"


def run(process: Process) -> ProcessResult:
    """One run of netsh with a whole command."""
    words = process.arguments[1:]
    low = [word.lower() for word in words]
    if low[:3] == ["advfirewall", "firewall", "add"] and low[3:4] == ["rule"]:
        return _add(process, words[4:])
    if low[:3] == ["advfirewall", "firewall", "delete"] and low[3:4] == ["rule"]:
        return _delete(process, words[4:])
    if low[:2] == ["advfirewall", "set"] and len(low) == 5 and low[2] in _PROFILES and low[3] == "state":
        return _set_state(process, low[2], low[4])
    if low[:1] == ["winhttp"]:
        return _proxy(process, words[1:])
    return process.unhandled("program")


def _given(words: list[str]) -> dict[str, str] | None:
    """Parameters `name=value`, also those written with blanks around the equals sign."""
    text = "\n".join(words).replace("\n=\n", "=").replace("=\n", "=").replace("\n=", "=")
    parts = [part.partition("=") for part in text.split("\n")]
    return {name.lower(): value for name, _equals, value in parts} if all(equals for _n, equals, _v in parts) else None


def _add(process: Process, words: list[str]) -> ProcessResult:
    given = _given(words)
    known = {"name", "dir", "action", "program", "service", "description", "enable", "profile", "localip", "remoteip"}
    known |= {"localport", "remoteport", "protocol"}
    if given is None or set(given) - known or not {"name", "dir", "action"} <= set(given):
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(1, _ELEVATION)
    if given["dir"].lower() not in ("in", "out") or given["action"].lower() not in ("allow", "block"):
        return process.unhandled("program")
    protocol = _PROTOCOLS.get(given.get("protocol", "any").lower())
    if protocol is None:
        return process.unhandled("program")
    try:
        rule = _rule(process, given, protocol)
    except (RuleValueError, KeyError):
        return ProcessResult(1, b"A specified value is not valid.\r\n\r\n")
    firewall_rules.save(process.machine.disk.registry, rule)
    return ProcessResult(0, _OK)


def _rule(process: Process, given: dict[str, str], protocol: int) -> FirewallRule:
    profiles = {name.lower(): bit for name, bit in firewall_rules.PROFILES.items()}
    asked = [name.strip().lower() for name in given.get("profile", "any").split(",")]
    rule = FirewallRule(
        given["name"],
        description=given.get("description", ""),
        direction=firewall_rules.IN if given["dir"].lower() == "in" else firewall_rules.OUT,
        action=firewall_rules.ALLOW if given["action"].lower() == "allow" else firewall_rules.BLOCK,
        application=environment.expand(given.get("program", ""), process.environment),
        service=given.get("service", ""),
        enabled=given.get("enable", "yes").lower() == "yes",
        profiles=firewall_rules.ALL_PROFILES if asked == ["any"] else sum(profiles[name] for name in set(asked)),
    ).with_protocol(protocol)
    changes: dict[str, Any] = {}
    for name, attribute in (("localip", "local_addresses"), ("remoteip", "remote_addresses")):
        if given.get(name, "any").lower() != "any":
            changes[attribute] = firewall_rules.addresses(given[name])
    for name, attribute in (("localport", "local_ports"), ("remoteport", "remote_ports")):
        if given.get(name, "any").lower() != "any":
            changes[attribute] = firewall_rules.ports(rule, given[name])
    return replace(rule, **changes)


def _delete(process: Process, words: list[str]) -> ProcessResult:
    given = _given(words)
    if given is None or set(given) != {"name"}:
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(1, _ELEVATION)
    registry = process.machine.disk.registry
    names = [rule.name for rule in firewall_rules.rules(registry)]
    found = [name for name in names if name.lower() == given["name"].lower()]
    for name in found:
        firewall_rules.remove(registry, name)
    if not found:
        return ProcessResult(1, _NO_RULE)
    return ProcessResult(0, f"\r\nDeleted {len(found)} rule(s).\r\n".encode() + _OK)


def _set_state(process: Process, profile: str, state: str) -> ProcessResult:
    if state not in ("on", "off"):
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(1, _ELEVATION)
    for name in _PROFILES[profile]:
        process.machine.disk.registry.set(
            f"{firewall_rules.POLICY_KEY}\\{name}", "EnableFirewall", int(state == "on"), "DWord"
        )
    return ProcessResult(0, _OK)


def _proxy(process: Process, words: list[str]) -> ProcessResult:
    """`set proxy`, `show proxy` and `reset proxy`; what Windows keeps in a binary value is a text here."""
    low = [word.lower() for word in words]
    registry = process.machine.disk.registry
    value = registry.get(_PROXY_KEY, "WinHttpSettings")
    if low == ["show", "proxy"]:
        return ProcessResult(0, _shown(str(value.data)).encode() if value and value.data else _DIRECT)
    if low[1:2] != ["proxy"] or low[0] not in ("set", "reset"):
        return process.unhandled("program")
    if not process.administrator:
        return ProcessResult(1, _ELEVATION)
    if low == ["reset", "proxy"]:
        registry.delete(_PROXY_KEY, "WinHttpSettings")
        return ProcessResult(0, _DIRECT)
    parts = [re.sub(r"\A(?:proxy-server|bypass-list)=", "", word, flags=re.IGNORECASE).strip('"') for word in words[2:]]
    if not 1 <= len(parts) <= 2:
        return process.unhandled("program")
    registry.set(_PROXY_KEY, "WinHttpSettings", "\n".join(parts))
    return ProcessResult(0, _shown("\n".join(parts)).encode())


def _shown(text: str) -> str:
    server, _line, bypass = text.partition("\n")
    return (
        "\r\nCurrent WinHTTP proxy settings:\r\n\r\n"
        f"    Proxy Server(s) :  {server}\r\n    Bypass List     :  {bypass or '(none)'}\r\n\r\n"
    )
