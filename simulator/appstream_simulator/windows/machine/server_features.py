# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Roles and features of Windows Server, and the optional features of the same names that DISM knows.

Names, display names and the tree are Windows Server 2022's, a part of them (Microsoft: "Roles, role services, and
features included in Windows Server"). Which are installed is kept in the registry where Server Manager caches it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from . import installation
from .disk import Disk

_STATE_KEY = "HKLM\\SOFTWARE\\Microsoft\\ServerManager\\ServicingStorage\\ServerComponentCache"
_INSTALLED, _AVAILABLE = 1, 0


class FeatureError(Exception):
    """What Server Manager's cmdlets end with."""


@dataclass(frozen=True)
class Feature:
    """One role, role service or feature.

    Attributes:
        kind: Role, Role Service or Feature.
        optional: its name as an optional feature of DISM.
        installed: on a stock server.
        removed: its files are not on a stock server, so a source is needed.
        restart: installing or removing it needs a restart.
        default: comes with its parent.
        tool: a management tool of its parent.
        needs: features that come with it.
    """

    name: str
    display_name: str
    parent: str = ""
    kind: str = "Feature"
    optional: str = ""
    installed: bool = False
    removed: bool = False
    restart: bool = False
    default: bool = False
    tool: bool = False
    needs: tuple[str, ...] = ()


def _service(name: str, display_name: str, parent: str, optional: str = "", *, default: bool = False) -> Feature:
    return Feature(name, display_name, parent, "Role Service", optional, default=default)


FEATURES = (
    Feature("AD-Domain-Services", "Active Directory Domain Services", kind="Role"),
    Feature("DHCP", "DHCP Server", kind="Role", optional="DHCPServer"),
    Feature("DNS", "DNS Server", kind="Role", optional="DNS-Server-Full-Role"),
    Feature("FileAndStorage-Services", "File and Storage Services", kind="Role", installed=True),
    Feature("File-Services", "File and iSCSI Services", "FileAndStorage-Services", "Role Service", "File-Services"),
    _service("FS-FileServer", "File Server", "File-Services", "CoreFileServer"),
    Feature("Storage-Services", "Storage Services", "FileAndStorage-Services", "Role Service", installed=True),
    Feature("Hyper-V", "Hyper-V", kind="Role", optional="Microsoft-Hyper-V", restart=True),
    Feature(
        "Print-Services", "Print and Document Services", kind="Role", optional="Printing-Server-Foundation-Features"
    ),
    _service("Print-Server", "Print Server", "Print-Services", "Printing-Server-Role", default=True),
    Feature("Remote-Desktop-Services", "Remote Desktop Services", kind="Role", optional="Remote-Desktop-Services"),
    Feature("RDS-RD-Server", "Remote Desktop Session Host", "Remote-Desktop-Services", "Role Service", restart=True),
    Feature("Web-Server", "Web Server (IIS)", kind="Role", optional="IIS-WebServerRole"),
    _service("Web-WebServer", "Web Server", "Web-Server", "IIS-WebServer", default=True),
    _service("Web-Common-Http", "Common HTTP Features", "Web-WebServer", "IIS-CommonHttpFeatures", default=True),
    _service("Web-Default-Doc", "Default Document", "Web-Common-Http", "IIS-DefaultDocument", default=True),
    _service("Web-Dir-Browsing", "Directory Browsing", "Web-Common-Http", "IIS-DirectoryBrowsing", default=True),
    _service("Web-Http-Errors", "HTTP Errors", "Web-Common-Http", "IIS-HttpErrors", default=True),
    _service("Web-Static-Content", "Static Content", "Web-Common-Http", "IIS-StaticContent", default=True),
    _service("Web-Http-Redirect", "HTTP Redirection", "Web-Common-Http", "IIS-HttpRedirect"),
    _service("Web-Health", "Health and Diagnostics", "Web-WebServer", "IIS-HealthAndDiagnostics", default=True),
    _service("Web-Http-Logging", "HTTP Logging", "Web-Health", "IIS-HttpLogging", default=True),
    _service("Web-Performance", "Performance", "Web-WebServer", "IIS-Performance", default=True),
    _service(
        "Web-Stat-Compression",
        "Static Content Compression",
        "Web-Performance",
        "IIS-HttpCompressionStatic",
        default=True,
    ),
    _service("Web-Security", "Security", "Web-WebServer", "IIS-Security", default=True),
    _service("Web-Filtering", "Request Filtering", "Web-Security", "IIS-RequestFiltering", default=True),
    _service("Web-Basic-Auth", "Basic Authentication", "Web-Security", "IIS-BasicAuthentication"),
    _service("Web-App-Dev", "Application Development", "Web-WebServer", "IIS-ApplicationDevelopment"),
    Feature(
        "Web-Net-Ext45",
        ".NET Extensibility 4.8",
        "Web-App-Dev",
        "Role Service",
        "IIS-NetFxExtensibility45",
        needs=("NET-Framework-45-ASPNET",),
    ),
    Feature(
        "Web-Asp-Net45",
        "ASP.NET 4.8",
        "Web-App-Dev",
        "Role Service",
        "IIS-ASPNET45",
        needs=("Web-Net-Ext45", "Web-ISAPI-Ext", "Web-ISAPI-Filter", "NET-Framework-45-ASPNET"),
    ),
    _service("Web-ISAPI-Ext", "ISAPI Extensions", "Web-App-Dev", "IIS-ISAPIExtensions"),
    _service("Web-ISAPI-Filter", "ISAPI Filters", "Web-App-Dev", "IIS-ISAPIFilter"),
    Feature(
        "Web-Mgmt-Tools", "Management Tools", "Web-Server", "Role Service", "IIS-WebServerManagementTools", tool=True
    ),
    Feature(
        "Web-Mgmt-Console",
        "IIS Management Console",
        "Web-Mgmt-Tools",
        "Role Service",
        "IIS-ManagementConsole",
        default=True,
    ),
    Feature("NET-Framework-Features", ".NET Framework 3.5 Features", optional="NetFx3ServerFeatures"),
    Feature(
        "NET-Framework-Core",
        ".NET Framework 3.5 (includes .NET 2.0 and 3.0)",
        "NET-Framework-Features",
        optional="NetFx3",
        removed=True,
        default=True,
    ),
    Feature("NET-Framework-45-Features", ".NET Framework 4.8 Features", installed=True),
    Feature(
        "NET-Framework-45-Core",
        ".NET Framework 4.8",
        "NET-Framework-45-Features",
        optional="NetFx4",
        installed=True,
    ),
    Feature("NET-Framework-45-ASPNET", "ASP.NET 4.8", "NET-Framework-45-Features", optional="NetFx4Extended-ASPNET45"),
    Feature(
        "NET-WCF-Services45", "WCF Services", "NET-Framework-45-Features", optional="WCF-Services45", installed=True
    ),
    Feature("BitLocker", "BitLocker Drive Encryption", optional="BitLocker", restart=True),
    Feature("Containers", "Containers", optional="Containers", restart=True),
    Feature("Failover-Clustering", "Failover Clustering", optional="FailoverCluster-FullServer", restart=True),
    Feature("GPMC", "Group Policy Management"),
    Feature("MSMQ", "Message Queuing", optional="MSMQ"),
    Feature("MSMQ-Services", "Message Queuing Services", "MSMQ", optional="MSMQ-Services", default=True),
    Feature("MSMQ-Server", "Message Queuing Server", "MSMQ-Services", optional="MSMQ-Server", default=True),
    Feature("NFS-Client", "Client for NFS", optional="ClientForNFS-Infrastructure"),
    Feature("RSAT", "Remote Server Administration Tools"),
    Feature("RSAT-Role-Tools", "Role Administration Tools", "RSAT"),
    Feature("RSAT-AD-Tools", "AD DS and AD LDS Tools", "RSAT-Role-Tools"),
    Feature(
        "RSAT-AD-PowerShell",
        "Active Directory module for Windows PowerShell",
        "RSAT-AD-Tools",
        optional="ActiveDirectory-PowerShell",
    ),
    Feature("RSAT-DNS-Server", "DNS Server Tools", "RSAT-Role-Tools", optional="DNS-Server-Tools"),
    Feature("FS-SMB1", "SMB 1.0/CIFS File Sharing Support", optional="SMB1Protocol", restart=True),
    Feature("SNMP-Service", "SNMP Service", optional="SNMP"),
    Feature("Server-Media-Foundation", "Media Foundation", optional="ServerMediaFoundation", restart=True),
    Feature("Search-Service", "Windows Search Service", optional="SearchEngine-Server-Package", restart=True),
    Feature("Telnet-Client", "Telnet Client", optional="TelnetClient"),
    Feature("TFTP-Client", "TFTP Client", optional="TFTP"),
    Feature("WebDAV-Redirector", "WebDAV Redirector", optional="WebDAV-Redirector", restart=True),
    Feature(
        "Windows-Defender", "Microsoft Defender Antivirus", optional="Windows-Defender", installed=True, restart=True
    ),
    Feature("PowerShellRoot", "Windows PowerShell", installed=True),
    Feature("PowerShell", "Windows PowerShell 5.1", "PowerShellRoot", installed=True),
    Feature("Windows-Server-Backup", "Windows Server Backup", optional="WindowsServerBackup"),
    Feature("WoW64-Support", "WoW64 Support", installed=True),
    Feature("XPS-Viewer", "XPS Viewer", optional="Xps-Foundation-Xps-Viewer", installed=True),
)


@cache
def _by_name() -> dict[str, Feature]:
    return {feature.name.lower(): feature for feature in FEATURES}


def number(feature: Feature) -> int:
    """The Id of a feature; Windows' own numbers are others."""
    return FEATURES.index(feature) + 1


def require_server(platform: str, cmdlet: str) -> None:
    """Server Manager's cmdlets exist on servers only.

    Raises:
        FeatureError: a Windows for workstations.
    """
    if not platform.startswith("WINDOWS_SERVER"):
        raise FeatureError(
            f"The term '{cmdlet}' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program. Check the spelling of the name, or if a path was included, verify that the path is correct and "
            "try again."
        )


def named(name: str) -> Feature:
    """The feature of a name, in any case.

    Raises:
        FeatureError: there is none.
    """
    feature = _by_name().get(name.lower())
    if feature is None:
        raise FeatureError(
            f"ArgumentNotValid: The role, role service, or feature name is not valid: '{name}'. The name was not found."
        )
    return feature


def optional(name: str) -> Feature | None:
    """The feature that DISM knows under this name."""
    wanted = name.lower()
    return next((feature for feature in FEATURES if feature.optional and feature.optional.lower() == wanted), None)


def state(disk: Disk, feature: Feature) -> str:
    """Installed, Available or Removed."""
    kept = disk.registry.get(f"{_STATE_KEY}\\{feature.name}", "InstallState")
    if kept is None:
        return "Installed" if feature.installed else "Removed" if feature.removed else "Available"
    return "Installed" if kept.data == _INSTALLED else "Available"


def parents(feature: Feature) -> list[Feature]:
    """Parent, its parent and so on."""
    found = []
    while feature.parent:
        feature = named(feature.parent)
        found.append(feature)
    return found


def _below(feature: Feature) -> list[Feature]:
    children = [child for child in FEATURES if child.parent == feature.name]
    return [item for child in children for item in (child, *_below(child))]


def _with_what_comes_along(feature: Feature) -> list[Feature]:
    children = [child for child in FEATURES if child.parent == feature.name and child.default]
    needed = [named(name) for name in feature.needs]
    return [feature, *(item for other in (*children, *needed) for item in _with_what_comes_along(other))]


def to_install(
    disk: Disk, features: Iterable[Feature], *, with_sub_features: bool, with_tools: bool, source: str | None
) -> list[Feature]:
    """What installing these changes, in the order of the catalogue.

    Raises:
        FeatureError: the files of one are neither on the disk nor at a source.
    """
    wanted: list[Feature] = []
    for feature in features:
        wanted += _with_what_comes_along(feature)
        if with_sub_features:
            wanted += [item for child in _below(feature) for item in _with_what_comes_along(child)]
        if with_tools:
            tools = [child for child in FEATURES if child.tool and child.parent == feature.name]
            wanted += [item for tool in tools for item in _with_what_comes_along(tool)]
    return _missing(disk, [*wanted, *(parent for item in wanted for parent in parents(item))], source)


def to_enable(disk: Disk, features: Sequence[Feature], *, with_parents: bool, source: str | None) -> list[Feature]:
    """What enabling optional features changes: no others but, if so wanted, their parents.

    Raises:
        FeatureError: a parent is disabled, or files are missing.
    """
    above = [parent for feature in features for parent in parents(feature) if parent.optional]
    disabled = [parent for parent in above if parent not in features and state(disk, parent) != "Installed"]
    if disabled and not with_parents:
        raise FeatureError("One or several parent features are disabled so current feature can not be enabled.")
    return _missing(disk, [*features, *disabled], source)


def _missing(disk: Disk, wanted: Iterable[Feature], source: str | None) -> list[Feature]:
    change = [feature for feature in FEATURES if feature in set(wanted) and state(disk, feature) != "Installed"]
    if not source and any(state(disk, feature) == "Removed" for feature in change):
        raise FeatureError(
            "The request to add or remove features on the specified server failed.\r\nInstallation of one or more "
            'roles, role services, or features failed.\r\nThe source files could not be found. Use the "Source" option '
            "to specify the location of the files that are required to restore the feature. For more information on "
            "specifying a source location, see https://go.microsoft.com/fwlink/?LinkId=243077. Error: 0x800f081f"
        )
    return change


def to_remove(disk: Disk, features: Iterable[Feature], *, with_tools: bool) -> list[Feature]:
    """What removing these changes: everything below them, and what needs them.

    Tools stay unless they are wanted gone, and so does what is above.
    """
    going: set[Feature] = set()
    for feature in features:
        below = [child for child in _below(feature) if with_tools or not _is_tool(child)]
        going |= {feature, *below}
    names = {feature.name for feature in going}
    going |= {feature for feature in FEATURES if names.intersection(feature.needs)}
    return [feature for feature in FEATURES if feature in going and state(disk, feature) == "Installed"]


def _is_tool(feature: Feature) -> bool:
    return feature.tool or any(parent.tool for parent in parents(feature))


def apply(disk: Disk, change: Iterable[Feature], *, present: bool) -> None:
    """Install or remove these; a restart is pending afterwards when one of them needs it."""
    for feature in change:
        value = _INSTALLED if present else _AVAILABLE
        disk.registry.set(f"{_STATE_KEY}\\{feature.name}", "InstallState", value, "DWord")
        if feature.restart:
            installation.mark_servicing_pending(disk)
