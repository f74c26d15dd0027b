# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""community.windows.win_firewall_rule.

The rules that Windows brings along are not simulated: a task about one of them, by its name or by its group, fails.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from .. import environment, firewall_rules
from ..firewall_rules import FirewallRule, RuleValueError
from .task import Option, Task

OPTIONS = {
    "name": Option(),
    "description": Option(),
    "direction": Option(),
    "action": Option(),
    "program": Option(),
    "group": Option(),
    "service": Option(),
    "enabled": Option("bool", aliases=("enable",)),
    "profiles": Option("list", aliases=("profile",)),
    "localip": Option(),
    "remoteip": Option(),
    "localport": Option(),
    "remoteport": Option(),
    "protocol": Option(),
    "interfacetypes": Option("list"),
    "edge": Option(),
    "security": Option(),
    "icmp_type_code": Option("list"),
    "state": Option(default="present"),
}

# The module's options with the COM property and the attribute that each is compared with, in the module's order.
_COMPARED = (
    ("description", "Description", "description"),
    ("direction", "Direction", "direction"),
    ("action", "Action", "action"),
    ("program", "ApplicationName", "application"),
    ("group", "Grouping", "group"),
    ("service", "ServiceName", "service"),
    ("enabled", "Enabled", "enabled"),
    ("profiles", "Profiles", "profiles"),
    ("localip", "LocalAddresses", "local_addresses"),
    ("remoteip", "RemoteAddresses", "remote_addresses"),
    ("localport", "LocalPorts", "local_ports"),
    ("remoteport", "RemotePorts", "remote_ports"),
    ("protocol", "Protocol", "protocol"),
    ("interfacetypes", "InterfaceTypes", "interface_types"),
    ("edge", "EdgeTraversalOptions", "edge_traversal"),
    ("security", "SecureFlags", "secure_flags"),
    ("icmp_type_code", "IcmpTypesAndCodes", "icmp_types"),
)
_PROTOCOLS = {
    "tcp": firewall_rules.TCP,
    "udp": firewall_rules.UDP,
    "icmpv4": firewall_rules.ICMPV4,
    "icmpv6": firewall_rules.ICMPV6,
}
_DIRECTIONS = {"in": firewall_rules.IN, "out": firewall_rules.OUT}
_ACTIONS = {"allow": firewall_rules.ALLOW, "block": firewall_rules.BLOCK}
_INTERFACES = {"wireless": "Wireless", "lan": "Lan", "ras": "RemoteAccess"}
_EDGE = {"no": 0, "yes": 1, "deferapp": 2, "deferuser": 3}
_SECURITY = {"notrequired": 0, "authnoencap": 1, "authenticate": 2, "authdynenc": 3, "authenc": 4}
# "Remote Desktop - User Mode (TCP-In)" and its like: group, perhaps more, and direction.
_WINDOWS_OWN = re.compile(
    r"(?:Core Networking|Distributed Transaction Coordinator|File and Printer Sharing|Network Discovery"
    r"|Performance Logs and Alerts|Remote [A-Z][A-Za-z ]{1,40}|Windows Defender Firewall Remote Management"
    r"|Windows Management Instrumentation|Windows Remote Management) (?:- |\()[^()]{0,80}\(?[^()]{0,60}(?:In|Out)\)"
)


def run(task: Task) -> dict[str, Any]:
    """Make, change or remove the rules of a name, or change or remove those of a group."""
    task.refuse_other_options(OPTIONS)
    options = task.options(OPTIONS)
    if not options["name"] and not options["group"]:
        task.fail("Either name or group must be specified")
    registry = task.disk.registry
    key, value = ("name", options["name"]) if options["name"] else ("group", options["group"])
    existing = [rule for rule in firewall_rules.rules(registry) if getattr(rule, key).lower() == value.lower()]
    if not existing and _is_windows_own(key, value):
        task.machine.record("unhandled", what="win_firewall_rule", text=value)
        task.fail(f"appstream-simulator: the firewall rules that Windows brings along are not simulated: {value}")
    try:
        wanted = _wanted(task, options)
        if options["state"] == "absent":
            result = _remove(task, options, existing)
        elif existing:
            result = _change(task, options, existing, wanted)
        else:
            result = _create(task, options, wanted)
    except RuleValueError as error:
        task.fail(str(error))
    diff = result.pop("prepared")
    return {**result, "diff": {"prepared": diff}} if task.call.diff else result


def _is_windows_own(key: str, value: str) -> bool:
    """Whether a name or a group is one of Windows' own; the groups of those are resources of FirewallAPI.dll."""
    return value.startswith("@") if key == "group" else _WINDOWS_OWN.fullmatch(value) is not None


def _wanted(task: Task, options: dict[str, Any]) -> FirewallRule:
    """The rule that the options describe; what they leave out is as in a new rule."""

    def given(name: str) -> Any:
        value = options[name]
        return None if isinstance(value, str) and value.lower() == "any" else value

    rule = FirewallRule(name=options["name"] or "", enabled=options["enabled"] is not False)
    if given("protocol") is not None:
        rule = rule.with_protocol(_protocol(task, options["protocol"]))
    values: dict[str, Any] = {"description": options["description"], "group": options["group"]}
    if given("program"):
        values["application"] = environment.expand(options["program"], task.variables)
    values["service"] = given("service")
    for option, attribute in (("localport", "local_ports"), ("remoteport", "remote_ports")):
        values[attribute] = None if given(option) is None else firewall_rules.ports(rule, options[option])
    for option, attribute in (("localip", "local_addresses"), ("remoteip", "remote_addresses")):
        values[attribute] = None if given(option) is None else firewall_rules.addresses(options[option])
    icmp = ",".join(options["icmp_type_code"] or ())
    values["icmp_types"] = firewall_rules.icmp_types(rule, icmp) if icmp not in ("", "any") else None
    values["direction"] = _DIRECTIONS.get(options["direction"])
    values["action"] = _ACTIONS.get(options["action"])
    values["profiles"] = _profiles(task, options["profiles"]) if options["profiles"] else None
    if options["interfacetypes"] and [str(name).lower() for name in options["interfacetypes"]] != ["any"]:
        values["interface_types"] = ",".join(
            dict.fromkeys(_interface(task, name) for name in options["interfacetypes"])
        )
    values["edge_traversal"] = _EDGE.get(options["edge"])
    values["secure_flags"] = _SECURITY.get(options["security"])
    rule = replace(rule, **{name: value for name, value in values.items() if value is not None})
    firewall_rules.text_of(rule)
    return rule


def _protocol(task: Task, text: str) -> int:
    if text.isdecimal():
        return int(text)
    lower = text.lower()
    found = next((number for name, number in _PROTOCOLS.items() if lower == name or _is_icmp(lower, name)), None)
    return task.fail(f"Unknown protocol '{text}'.") if found is None else found


def _is_icmp(text: str, name: str) -> bool:
    return name.startswith("icmp") and text.startswith(name)


def _profiles(task: Task, names: list[str]) -> int:
    known = {name.lower(): bit for name, bit in firewall_rules.PROFILES.items()}
    for name in names:
        if str(name).lower() not in known:
            task.fail(f"Unknown profile '{name}'.")
    total = sum({known[str(name).lower()] for name in names})
    return firewall_rules.ALL_PROFILES if total == sum(known.values()) else total


def _interface(task: Task, name: str) -> str:
    return _INTERFACES.get(name.lower()) or task.fail(f"Unknown interface type '{name}'.")


def _create(task: Task, options: dict[str, Any], wanted: FirewallRule) -> dict[str, Any]:
    if not options["name"]:
        return {"changed": False, "prepared": ""}
    if not task.check_mode:
        firewall_rules.save(task.disk.registry, wanted)
    prepared = f"+[{wanted.name}]\n" + "".join(_line("+", name, wanted, attribute) for _, name, attribute in _COMPARED)
    return {"changed": True, "msg": f"Firewall rule '{options['name']}' created.", "prepared": prepared}


def _remove(task: Task, options: dict[str, Any], existing: list[FirewallRule]) -> dict[str, Any]:
    if not existing:
        message = f"Firewall rule '{options['name']}' does not exist."
        if not options["name"]:
            message = f"No firewall rules in group '{options['group']}' exist."
        return {"changed": False, "msg": message, "prepared": ""}
    prepared = ""
    for rule in existing:
        prepared += f"-[{rule.name}]\n" + "".join(_line("-", name, rule, attribute) for _, name, attribute in _COMPARED)
        if not task.check_mode:
            firewall_rules.remove(task.disk.registry, rule.name)
    names = "', '".join(rule.name for rule in existing)
    return {"changed": True, "msg": f"Firewall rule(s) '{names}' removed.", "prepared": prepared}


def _change(task: Task, options: dict[str, Any], existing: list[FirewallRule], wanted: FirewallRule) -> dict[str, Any]:
    changed: list[str] = []
    unchanged: list[str] = []
    prepared = ""
    for rule in existing:
        prepared += f"[{rule.name}]\n"
        differing = [
            (name, attribute)
            for option, name, attribute in _COMPARED
            if options[option] is not None and not _is_same(attribute, rule, wanted)
        ]
        for name, attribute in differing:
            prepared += _line("-", name, rule, attribute) + _line("+", name, wanted, attribute)
        (changed if differing else unchanged).append(rule.name)
        if differing and not task.check_mode:
            firewall_rules.save(task.disk.registry, _with(rule, wanted, [attribute for _name, attribute in differing]))
    message = f"Firewall rule(s) changed '{_joined(changed)}' - unchanged '{_joined(unchanged)}'"
    return {"changed": bool(changed), "msg": message, "prepared": prepared}


def _with(rule: FirewallRule, wanted: FirewallRule, attributes: list[str]) -> FirewallRule:
    """The rule with these attributes of another, set one after the other: ports are set before the protocol is."""
    for attribute in attributes:
        value = getattr(wanted, attribute)
        if attribute in ("local_ports", "remote_ports") and value is not None:
            firewall_rules.ports(rule, value)
        if attribute == "protocol":
            rule = (
                rule
                if {rule.protocol, value} <= {firewall_rules.TCP, firewall_rules.UDP}
                else rule.with_protocol(value)
            )
        rule = replace(rule, **{attribute: value})
    return rule


def _is_same(attribute: str, rule: FirewallRule, wanted: FirewallRule) -> bool:
    """PowerShell compares texts without regard to case; for addresses the order does not count, either."""
    present, new = (str(getattr(item, attribute)).lower() for item in (rule, wanted))
    return sorted(present.split(",")) == sorted(new.split(",")) if "addresses" in attribute else present == new


def _line(sign: str, name: str, rule: FirewallRule, attribute: str) -> str:
    value = getattr(rule, attribute)
    return f"{sign}{name}='{'' if value is None else value}'\n"


def _joined(names: list[str]) -> str:
    return "', '".join(names)
