# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Decides which listeners and certificates of WinRM go before an image is taken, and when.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LISTENERS_KEY = r"HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WSMAN\Listener"
"""Where WinRM keeps its own listeners, each a key such as ``*+HTTPS``.

``winrm.cmd`` tells the same, but it is a script for VBScript, an optional feature from Windows Server 2025 on.
"""
POLICY_KEY = r"HKLM:\SOFTWARE\Policies\Microsoft\Windows\WinRM"
SERVICE_POLICY_KEY = rf"{POLICY_KEY}\Service"
FIREWALL_KEY = r"HKLM:\SOFTWARE\Policies\Microsoft\WindowsFirewall\FirewallRules"

IN_USE = "in use by this connection; goes right after the image has been started"
OF_POLICY = "from group policy, whose values go right after the image has been started"

_PORTS = {"HTTP": 5985, "HTTPS": 5986}


@dataclass(frozen=True)
class Listener:
    """A listener of WinRM's own, or of group policy, which has one for HTTP at most and no key for it."""

    address: str
    transport: str
    port: int
    thumbprint: str = ""
    of_policy: bool = False

    @property
    def name(self) -> str:
        """As the registry names it, with its port."""
        return f"{self.address}+{self.transport} port {self.port}"

    @property
    def removal(self) -> list[str]:
        """The command that removes it."""
        return ["reg", "delete", _native(rf"{LISTENERS_KEY}\{self.address}+{self.transport}"), "/f"]


def listeners(keys: Mapping[str, Mapping[str, Any]], policy: Mapping[str, Any]) -> list[Listener]:
    """The listeners of a builder.

    ``keys``: names and values of the keys below LISTENERS_KEY; ``policy``: values of SERVICE_POLICY_KEY. Raises
    ValueError when one is not understood, so that none is overlooked.
    """
    found = [_listener(name, values) for name, values in keys.items()]
    if {name.lower(): value for name, value in policy.items()}.get("allowautoconfig") == 1:
        found.insert(0, Listener("*", "HTTP", _PORTS["HTTP"], of_policy=True))
    return found


def _listener(name: str, values: Mapping[str, Any]) -> Listener:
    address, plus, transport = name.rpartition("+")
    known = {key.lower(): value for key, value in values.items()}
    if not plus or transport.upper() not in _PORTS:
        raise ValueError(f"a key that is no listener: {name}")
    port = known.get("port", _PORTS[transport.upper()])
    if not isinstance(port, int):
        raise ValueError(f"the port of listener {name} is no number: {port}")
    thumbprint = str(known.get("certthumbprint") or "").replace(" ", "").upper()
    return Listener(address, transport.upper(), port, thumbprint)


def policy_removals(
    has_policy: bool, rules: Mapping[str, Any], used: Sequence[Listener]
) -> tuple[list[list[str]], list[str]]:
    """Commands that remove what group policy opened, which stays in the image, and names of the firewall rules meant.

    ``has_policy``: there is a POLICY_KEY. ``rules``: values of FIREWALL_KEY; those go that let something in on a port
    of WinRM. An image is no member of the domain, and nobody applies policy again on instances without one.
    """
    ports = {str(port) for port in (*_PORTS.values(), *(listener.port for listener in used))}
    opened = [name for name, rule in rules.items() if _opens(str(rule), ports)]
    firewall = [["reg", "delete", _native(FIREWALL_KEY), "/v", name, "/f"] for name in opened]
    policy = [["reg", "delete", _native(POLICY_KEY), "/f"]] if has_policy else []
    return [*firewall, *policy], opened


def _opens(rule: str, ports: set[str]) -> bool:
    """Whether a rule (MS-GPFAS 2.2.2.19: fields ``Key=value`` between bars) lets something in on one of the ports."""
    fields = [part.partition("=")[::2] for part in rule.split("|")]
    is_inbound = ("Dir", "In") in fields and ("Action", "Allow") in fields
    return is_inbound and any(name.startswith("LPort") and value in ports for name, value in fields)


def _native(key: str) -> str:
    return key.replace("HKLM:", "HKLM", 1)


def used_listeners(listeners: Sequence[Listener], transport: str, port: int) -> list[Listener]:
    """Those that a connection may have come by: of its transport and port, of its transport, or any."""
    of_transport = [listener for listener in listeners if listener.transport == transport.upper()]
    exact = [listener for listener in of_transport if listener.port == port]
    return exact or of_transport or list(listeners)


def plan(
    listeners: Sequence[Listener],
    certificates: Iterable[Mapping[str, Any]],
    *,
    transport: str,
    port: int,
    computer_names: Sequence[str],
    patterns: Sequence[str],
) -> dict[str, list[Any]]:
    """What goes now, what goes after the start of the image, and what stays.

    A certificate goes when a listener refers to it, when it is issued to one of ``computer_names`` (also to one that
    begins with such a name and a dot), or when its subject matches one of ``patterns``. The listener of group policy
    goes with the policy's values.

    Returns ``listeners`` (dictionaries with ``name`` and ``command``) and ``certificates`` (``thumbprint``,
    ``subject``) that go now, ``after_start`` (command lines as lists, certificates before listeners), ``kept``
    (``kind``, ``name``, ``reason``), and ``untrusted``: thumbprints of all of them, which the computer must not trust
    as authorities any more.
    """
    used = used_listeners(listeners, transport, port)
    own = [listener for listener in listeners if not listener.of_policy]
    deferred = [listener for listener in own if listener in used]
    in_use = {listener.thumbprint for listener in deferred if listener.thumbprint}
    referred = {listener.thumbprint for listener in own if listener.thumbprint}
    build = [
        certificate
        for certificate in certificates
        if certificate["thumbprint"].upper() in referred
        or _issued_to(certificate, computer_names)
        or _matches(certificate, patterns)
    ]
    later = [certificate for certificate in build if certificate["thumbprint"].upper() in in_use]
    kept = [
        {"kind": "listener", "name": listener.name, "reason": OF_POLICY} for listener in listeners if listener.of_policy
    ]
    kept += [{"kind": "listener", "name": listener.name, "reason": IN_USE} for listener in deferred]
    kept += [{"kind": "certificate", "name": certificate["subject"], "reason": IN_USE} for certificate in later]
    return {
        "listeners": [
            {"name": listener.name, "command": listener.removal} for listener in own if listener not in deferred
        ],
        "certificates": [
            {"thumbprint": certificate["thumbprint"], "subject": certificate["subject"]}
            for certificate in build
            if certificate not in later
        ],
        "after_start": [
            *(["certutil", "-delstore", "My", certificate["thumbprint"]] for certificate in later),
            *(listener.removal for listener in deferred),
        ],
        "kept": kept,
        "untrusted": [certificate["thumbprint"] for certificate in build],
    }


def _issued_to(certificate: Mapping[str, Any], computer_names: Sequence[str]) -> bool:
    common_name = re.search(r"(?:^|,\s*)CN=([^,]+)", certificate["subject"])
    names = {str(name).lower() for name in certificate.get("dns_names") or []}
    if common_name:
        names.add(common_name[1].strip().lower())
    return any(
        name == wanted.lower() or name.startswith(f"{wanted.lower()}.")
        for name in names
        for wanted in computer_names
        if wanted
    )


def _matches(certificate: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    subject = str(certificate["subject"]).lower()
    return any(fnmatch.fnmatchcase(subject, pattern.lower()) for pattern in patterns)
