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

_HEADING = re.compile(r"Listener(?: \[Source=\"(?P<source>[^\"]*)\"\])?")
_FIELD = re.compile(r"\s+(?P<name>\w+)(?: = (?P<value>.*))?")

IN_USE = "in use by this connection; goes right after the image has been started"
OF_POLICY = "from group policy, with which it goes"


@dataclass(frozen=True)
class Listener:
    """A listener as ``winrm enumerate winrm/config/listener`` prints it; ``source`` is GPO for one of group policy."""

    address: str
    transport: str
    port: int
    thumbprint: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        """As the registry names it, with its port."""
        return f"{self.address}+{self.transport} port {self.port}"

    @property
    def selector(self) -> str:
        """What ``winrm delete`` is told."""
        return f"winrm/config/Listener?Address={self.address}+Transport={self.transport}"


def parse_listeners(text: str) -> list[Listener]:
    """The listeners in the output of ``winrm enumerate winrm/config/listener``.

    Raises ValueError when it has none of the form that Windows prints, so that none is overlooked.
    """
    blocks: list[dict[str, str]] = []
    for line in text.splitlines():
        heading, field = _HEADING.fullmatch(line.rstrip()), _FIELD.fullmatch(line.rstrip())
        if heading:
            blocks.append({"source": heading["source"] or ""})
        elif field and blocks:
            blocks[-1][field["name"].lower()] = (field["value"] or "").strip()
        elif line.strip():
            raise ValueError(f"winrm printed a line that is not understood: {line.strip()}")
    try:
        return [_listener(block) for block in blocks]
    except KeyError as error:
        raise ValueError(f"winrm printed a listener without {error}") from error


def _listener(block: Mapping[str, str]) -> Listener:
    thumbprint = block.get("certificatethumbprint", "").replace(" ", "").upper()
    return Listener(block["address"], block["transport"].upper(), int(block["port"]), thumbprint, block["source"])


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
    begins with such a name and a dot), or when its subject matches one of ``patterns``. Listeners of group policy and
    their certificates stay.

    Returns ``listeners`` (dictionaries with ``name`` and ``selector``) and ``certificates`` (``thumbprint``,
    ``subject``) that go now, ``after_start`` (command lines as lists, certificates before listeners), ``kept``
    (``kind``, ``name``, ``reason``), and ``untrusted``: thumbprints of all of them, which the computer must not trust
    as authorities any more.
    """
    used = used_listeners(listeners, transport, port)
    own = [listener for listener in listeners if not listener.source]
    deferred = [listener for listener in own if listener in used]
    untouchable = {listener.thumbprint for listener in listeners if listener.source}
    in_use = {listener.thumbprint for listener in deferred if listener.thumbprint}
    referred = {listener.thumbprint for listener in own if listener.thumbprint}
    build = [
        certificate
        for certificate in certificates
        if certificate["thumbprint"].upper() not in untouchable
        and (
            certificate["thumbprint"].upper() in referred
            or _issued_to(certificate, computer_names)
            or _matches(certificate, patterns)
        )
    ]
    later = [certificate for certificate in build if certificate["thumbprint"].upper() in in_use]
    kept = [
        {"kind": "listener", "name": listener.name, "reason": OF_POLICY} for listener in listeners if listener.source
    ]
    kept += [{"kind": "listener", "name": listener.name, "reason": IN_USE} for listener in deferred]
    kept += [{"kind": "certificate", "name": certificate["subject"], "reason": IN_USE} for certificate in later]
    return {
        "listeners": [
            {"name": listener.name, "selector": listener.selector} for listener in own if listener not in deferred
        ],
        "certificates": [
            {"thumbprint": certificate["thumbprint"], "subject": certificate["subject"]}
            for certificate in build
            if certificate not in later
        ],
        "after_start": [
            *(["certutil", "-delstore", "My", certificate["thumbprint"]] for certificate in later),
            *(["winrm", "delete", listener.selector] for listener in deferred),
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
