# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The licence-included applications a builder can be given (service model: CreateImageBuilder.SoftwaresToInstall)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

# The agent that installs it (developer guide, licence-included applications).
AGENT_SINCE = date(2025, 10, 2)
# The platforms of the years that are not for all of them (developer guide, licence-included applications).
PLATFORMS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"2024": frozenset({"WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025"})}
)

SOFTWARE_NAMES = frozenset(
    {
        "Microsoft_Office_2021_LTSC_Professional_Plus_32Bit",
        "Microsoft_Office_2021_LTSC_Professional_Plus_64Bit",
        "Microsoft_Office_2024_LTSC_Professional_Plus_32Bit",
        "Microsoft_Office_2024_LTSC_Professional_Plus_64Bit",
        "Microsoft_Visio_2021_LTSC_Professional_32Bit",
        "Microsoft_Visio_2021_LTSC_Professional_64Bit",
        "Microsoft_Visio_2024_LTSC_Professional_32Bit",
        "Microsoft_Visio_2024_LTSC_Professional_64Bit",
        "Microsoft_Project_2021_Professional_32Bit",
        "Microsoft_Project_2021_Professional_64Bit",
        "Microsoft_Project_2024_Professional_32Bit",
        "Microsoft_Project_2024_Professional_64Bit",
        "Microsoft_Office_2021_LTSC_Standard_32Bit",
        "Microsoft_Office_2021_LTSC_Standard_64Bit",
        "Microsoft_Office_2024_LTSC_Standard_32Bit",
        "Microsoft_Office_2024_LTSC_Standard_64Bit",
        "Microsoft_Visio_2021_LTSC_Standard_32Bit",
        "Microsoft_Visio_2021_LTSC_Standard_64Bit",
        "Microsoft_Visio_2024_LTSC_Standard_32Bit",
        "Microsoft_Visio_2024_LTSC_Standard_64Bit",
        "Microsoft_Project_2021_Standard_32Bit",
        "Microsoft_Project_2021_Standard_64Bit",
        "Microsoft_Project_2024_Standard_32Bit",
        "Microsoft_Project_2024_Standard_64Bit",
    }
)


def year(name: str) -> str:
    """The year in a name of `SOFTWARE_NAMES`, such as '2024'."""
    return name.split("_")[2]


def architecture(name: str) -> str:
    """The architecture in a name of `SOFTWARE_NAMES`: '32Bit' or '64Bit'."""
    return name.split("_")[-1]
