# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a machine's own registry, services and certificates make of its WinRM service.

The defaults are Windows' (`winrm get winrm/config/service`); the machine's own settings override them, and those of
group policy both (WindowsRemoteManagement.admx). Without policy there is no HTTP listener: how AppStream ships its base
images is not documented, and here it is taken for closed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from . import winrm_settings
from .registry import Registry
from .services import Service
from .winrm_settings import POLICY_KEY

SHELL_KEY = f"{POLICY_KEY}\\WinRS"
# Where WinRM keeps the listeners that are not policy's.
LISTENERS_KEY = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener"
HTTP_LISTENER_KEY = f"{LISTENERS_KEY}\\*+HTTP"
HTTPS_LISTENER_KEY = f"{LISTENERS_KEY}\\*+HTTPS"


@dataclass(frozen=True)
class WinRMConfiguration:
    """The WinRM service of a machine.

    Attributes:
        http: there is an HTTP listener on the machine's address.
        thumbprint: of the certificate of the HTTPS listener; empty when there is no such listener.
        http_of_policy: the HTTP listener is policy's.
        problems: settings that are not what they should be, and so have no effect.
    """

    http: bool
    thumbprint: str
    basic: bool
    unencrypted: bool
    credssp: bool
    negotiate: bool
    kerberos: bool
    shells: bool
    http_of_policy: bool = False
    problems: tuple[str, ...] = ()


def configuration(registry: Registry, services: Mapping[str, Service], address: str) -> WinRMConfiguration:
    """How WinRM of a machine at this address is configured."""
    service = services.get("winrm")
    running = service is not None and service.state == "running"
    selected, problems = _selected(_text(registry, POLICY_KEY, "IPv4Filter"), address)
    of_policy = running and winrm_settings.flag(registry, POLICY_KEY, "AllowAutoConfig") is True and selected
    return WinRMConfiguration(
        http=of_policy or (running and registry.has_key(HTTP_LISTENER_KEY)),
        http_of_policy=of_policy,
        thumbprint=_text(registry, HTTPS_LISTENER_KEY, "certThumbprint") if running else "",
        basic=winrm_settings.is_on(registry, winrm_settings.BASIC),
        unencrypted=winrm_settings.is_on(registry, winrm_settings.UNENCRYPTED),
        credssp=winrm_settings.is_on(registry, winrm_settings.CREDSSP),
        negotiate=winrm_settings.is_on(registry, winrm_settings.NEGOTIATE),
        kerberos=winrm_settings.is_on(registry, winrm_settings.KERBEROS),
        shells=winrm_settings.flag(registry, SHELL_KEY, "AllowRemoteShellAccess") is not False,
        problems=problems,
    )


def _text(registry: Registry, key: str, name: str) -> str:
    value = registry.get(key, name)
    return value.data if value is not None and isinstance(value.data, str) else ""


def _selected(address_filter: str, address: str) -> tuple[bool, tuple[str, ...]]:
    """Whether IPv4Filter takes an address of the machine in, and what of it is malformed.

    It is `*` or ranges `first-last`, separated by commas; blank is none.
    """
    if address_filter.strip() == "*":
        return True, ()
    own, selected, problems = ipaddress.ip_address(address), False, []
    for part in filter(None, (part.strip() for part in address_filter.split(","))):
        first, _dash, last = part.partition("-")
        try:
            low, high = ipaddress.IPv4Address(first.strip()), ipaddress.IPv4Address(last.strip())
        except ValueError:
            problems.append(f"IPv4Filter: {part!r} is no range of addresses")
            continue
        selected = selected or int(low) <= int(own) <= int(high)
    return selected, tuple(problems)
