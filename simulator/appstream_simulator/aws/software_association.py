# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A licence-included application on an image builder or in an image, and how its status changes.

Sources: SoftwareDeploymentStatus in the service model, and the developer guide, "Image Builder Actions" (Manage license
included applications): what failed to install is tried again or uninstalled, what failed to uninstall can be
uninstalled again. That no status stands for what is uninstalled says that the association is gone then. The other
transitions are unproven [software_transitions]; all are in the tables below.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from appstream_simulator.aws.image import without_none

STAGED_FOR_INSTALLATION = "STAGED_FOR_INSTALLATION"
PENDING_INSTALLATION = "PENDING_INSTALLATION"
INSTALLED = "INSTALLED"
STAGED_FOR_UNINSTALLATION = "STAGED_FOR_UNINSTALLATION"
PENDING_UNINSTALLATION = "PENDING_UNINSTALLATION"
FAILED_TO_INSTALL = "FAILED_TO_INSTALL"
FAILED_TO_UNINSTALL = "FAILED_TO_UNINSTALL"

# No status: there is no association.
AFTER_ASSOCIATION: Mapping[str | None, str] = MappingProxyType(
    {
        None: STAGED_FOR_INSTALLATION,
        STAGED_FOR_UNINSTALLATION: STAGED_FOR_INSTALLATION,
        FAILED_TO_UNINSTALL: STAGED_FOR_INSTALLATION,
    }
)
AFTER_DISASSOCIATION: Mapping[str, str | None] = MappingProxyType(
    {
        STAGED_FOR_INSTALLATION: None,
        INSTALLED: STAGED_FOR_UNINSTALLATION,
        FAILED_TO_INSTALL: STAGED_FOR_UNINSTALLATION,
        FAILED_TO_UNINSTALL: STAGED_FOR_UNINSTALLATION,
    }
)
WHEN_DEPLOYED: Mapping[str, str] = MappingProxyType(
    {STAGED_FOR_INSTALLATION: PENDING_INSTALLATION, STAGED_FOR_UNINSTALLATION: PENDING_UNINSTALLATION}
)
WHEN_RETRIED: Mapping[str, str] = MappingProxyType(
    {FAILED_TO_INSTALL: PENDING_INSTALLATION, FAILED_TO_UNINSTALL: PENDING_UNINSTALLATION}
)
# How a deployment ends, well and not well.
WHEN_DONE: Mapping[str, str | None] = MappingProxyType({PENDING_INSTALLATION: INSTALLED, PENDING_UNINSTALLATION: None})
WHEN_FAILED: Mapping[str, str] = MappingProxyType(
    {PENDING_INSTALLATION: FAILED_TO_INSTALL, PENDING_UNINSTALLATION: FAILED_TO_UNINSTALL}
)
# The application is on the disk.
PRESENT = frozenset({INSTALLED, STAGED_FOR_UNINSTALLATION, PENDING_UNINSTALLATION, FAILED_TO_UNINSTALL})
# The application is not there, or is about to go: no rule counts it.
LEAVING = frozenset({STAGED_FOR_UNINSTALLATION, PENDING_UNINSTALLATION})


@dataclass
class SoftwareAssociation:
    """One association.

    Attributes:
        serial: position in listings.
        status: of SoftwareDeploymentStatus.
        errors: the API's DeploymentError.
    """

    name: str
    serial: int
    status: str
    errors: list[dict[str, str]] = field(default_factory=list)

    def describe(self) -> dict[str, Any]:
        """The API's SoftwareAssociations (one of them, in spite of the name)."""
        return without_none(
            {"SoftwareName": self.name, "Status": self.status, "DeploymentError": self.errors or None},
        )


def present(associations: Mapping[str, SoftwareAssociation]) -> list[str]:
    """The names of what is on the disk: an image taken now has these."""
    return [name for name, association in associations.items() if association.status in PRESENT]


def staying(associations: Mapping[str, SoftwareAssociation]) -> list[str]:
    """The names of what is there or to come, and not to go: they must go together."""
    return [name for name, association in associations.items() if association.status not in LEAVING]
