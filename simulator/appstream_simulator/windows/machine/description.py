# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the control plane tells of a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import dynamic_app_catalog, installation, pending_restart, stock_traits
from .winrm_configuration import LISTENERS_KEY, configuration

if TYPE_CHECKING:
    from .machine import Machine


def of(machine: Machine, power: str) -> dict[str, Any]:
    """State of a machine, JSON-able."""
    disk = machine.disk
    winrm = configuration(disk.registry, disk.services, machine.address or "0.0.0.0")
    policy = ["*+HTTP of policy"] if winrm.http_of_policy else []
    return {
        "builder": machine.builder_name,
        "computer_name": machine.computer_name,
        "fqdn": machine.fqdn,
        "platform": machine.request.platform,
        "address": machine.address,
        "power": power,
        "boot_time": machine.boot_time,
        "restart_pending": bool(pending_restart.reasons(disk)),
        "products": sorted(
            item.name for item in machine.shelf.installers.values() if installation.is_installed(disk, item)
        ),
        "applications": [dict(entry) for entry in disk.application_catalog],
        "dynamic_app_providers": dynamic_app_catalog.problem(disk) or dynamic_app_catalog.providers(disk),
        "node": stock_traits.node_of(disk),
        "winrm": {
            "accounts": sorted(machine.accounts()),
            "listeners": sorted([*disk.registry.key_names(LISTENERS_KEY), *policy]),
            "certificates": sorted(certificate.subject for certificate in disk.certificates.values()),
        },
    }
