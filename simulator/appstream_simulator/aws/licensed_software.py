# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The licence-included applications a builder can be given, and which of them go together.

Sources: service model, CreateImageBuilder.SoftwaresToInstall; developer guide, "Manage License Included Applications".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType

from appstream_simulator.aws import agent_versions
from appstream_simulator.aws.unproven import refusal

# The agent that installs it.
AGENT_SINCE = date(2025, 10, 2)
# The platforms of each year.
PLATFORMS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "2021": frozenset({"WINDOWS_SERVER_2019", "WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025"}),
        "2024": frozenset({"WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025"}),
    }
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


def check_names(names: Iterable[str]) -> None:
    """Raise the service's error unless it has all these applications."""
    for name in names:
        if name not in SOFTWARE_NAMES:
            raise refusal("unknown software", f"There is no license included application {name}.")


def check_agent(version: str) -> None:
    """Raise the service's error unless this version of the agent can install applications."""
    if agent_versions.release_date(version) < AGENT_SINCE:
        message = f"The agent {version} does not support license included applications."
        raise refusal("software on an old agent", message)


def check_set(names: Collection[str], platform: str) -> None:
    """Raise the service's error unless these applications go together, and with the platform."""
    if len({(year(name), architecture(name)) for name in names}) > 1:
        message = "The license included applications must be of one year and one architecture."
        raise refusal("software of several years or architectures", message)
    for name in names:
        if platform not in PLATFORMS[year(name)]:
            raise refusal("software for another Windows", f"{name} cannot be installed on {platform}.")
