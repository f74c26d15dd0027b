# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The licence-included applications a builder can be given (service model: CreateImageBuilder.SoftwaresToInstall)."""

from __future__ import annotations

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
