# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Versions of the AppStream agent, named by release date (MM-DD-YYYY) as in the developer guide."""

from __future__ import annotations

from datetime import date, datetime

LATEST = "LATEST"
# Oldest first. The last is what LATEST stands for. The dates are the simulator's own
# but for that of the first agent that installs licence-included software.
VERSIONS = ("06-20-2023", "09-09-2024", "10-02-2025", "03-10-2026", "09-02-2026")

# IMDSv1 can be turned off from this release on (service model, CreateImageBuilder.DisableIMDSV1).
IMDSV1_OFF_SINCE = date(2024, 1, 16)


def resolve(version: str | None, installed: str) -> str:
    """The version an instance ends up with: the one asked for, or the one its image has.

    Raises:
        ValueError: there is no such version.
    """
    if version is None:
        return installed
    if version == LATEST:
        return VERSIONS[-1]
    if version in VERSIONS:
        return version
    raise ValueError(f"unknown agent version {version}")


def release_date(version: str) -> date:
    """The date in a version's name."""
    return datetime.strptime(version, "%m-%d-%Y").date()
