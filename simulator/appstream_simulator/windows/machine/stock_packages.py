# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""App packages that Windows brings along for every new user.

Names and publishers are those of Microsoft's "Overview of apps on Windows client devices"; versions are made up. Which
of them the base images of AppStream still have is unproven [stock_app_packages].
"""

from __future__ import annotations

from . import appx
from .appx import AppPackage
from .disk import Disk

PROVISIONED = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Appx\\AppxAllUserStore\\Applications"
WINDOWS_APPS = "C:\\Program Files\\WindowsApps"

_PUBLISHER = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
_SERVER_2025 = ("DesktopAppInstaller", "SecHealthUI", "WindowsTerminal")
_CLIENT = (
    *_SERVER_2025,
    "BingNews",
    "BingWeather",
    "GamingApp",
    "MicrosoftSolitaireCollection",
    "WindowsCalculator",
    "WindowsFeedbackHub",
    "XboxGamingOverlay",
    "ZuneMusic",
)
_NAMES = {"WINDOWS_SERVER_2025": _SERVER_2025, "WINDOWS_11": _CLIENT}


def provision(disk: Disk, platform: str) -> None:
    """Put the packages of a platform on a disk."""
    for name in _NAMES.get(platform, ()):
        package = AppPackage(f"Microsoft.{name}", _PUBLISHER, "2026.101.1.0", "neutral", resource="~")
        folder = f"{WINDOWS_APPS}\\{package.full_name}"
        disk.make_directories(folder)
        disk.write(f"{folder}\\{appx.MANIFEST}", appx.manifest_of(package))
        disk.registry.set(f"{PROVISIONED}\\{package.full_name}", "Path", f"{folder}\\{appx.MANIFEST}")
