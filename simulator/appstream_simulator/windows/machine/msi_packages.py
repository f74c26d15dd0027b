# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What installing a real MSI comes to: its tables as files, registry values, services and shortcuts of one machine.

Read are Property, Directory, Component, Feature, FeatureComponents, File, Media with embedded cabinets, Registry,
ServiceInstall, ServiceControl, Shortcut, CreateFolder, LaunchCondition and Upgrade (Microsoft: "Database Tables").
Tables that would do more are named in `Product.beyond`.
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import msi_conditions, shell_links
from .msi_database import Database, MsiError, Row
from .shelf_items import InstalledFile, InstalledRegistryValue, InstalledService, Installer
from .shell_links import ShellLink

__all__ = ["MsiError", "Product", "Surroundings", "product"]

# Tables with an effect on the machine that is not simulated.
_BEYOND = frozenset(
    {
        "AppId",
        "BindImage",
        "Class",
        "CustomAction",
        "DuplicateFile",
        "Environment",
        "Extension",
        "Font",
        "IniFile",
        "MIME",
        "MoveFile",
        "MsiAssembly",
        "MsiLockPermissionsEx",
        "ODBCDataSource",
        "ODBCDriver",
        "ProgId",
        "SelfReg",
        "TypeLib",
    }
)
_SIXTY_FOUR_BIT = 0x100
_ROOTS = {0: "HKLM\\SOFTWARE\\Classes", 1: "HKCU", 2: "HKLM", 3: "HKU"}
_START_MODES = {2: "auto", 3: "manual", 4: "disabled"}
_STARTS_AT_INSTALLATION = 0x1
_ONLY_DETECT, _MIN_INCLUSIVE, _MAX_INCLUSIVE = 0x2, 0x100, 0x200


@dataclass(frozen=True)
class Surroundings:
    """Where a product is to be installed.

    Attributes:
        properties: given on the command line.
        profile: directory of the user who installs.
        build: of Windows, e.g. 20348.
        installed: versions of the products that are there, by upgrade code and product code.
    """

    properties: Mapping[str, str]
    profile: str
    build: int
    installed: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Product:
    """A product: what it installs, and what it wants first.

    Attributes:
        installer: its files, registry values, services and uninstall entry.
        directories: which it makes, the deepest first.
        upgrade_code: common to all versions.
        replaces: product codes of installed versions that are removed.
        refusal: the message of a launch condition that does not hold.
        beyond: what of it is not simulated.
        size: bytes of its files.
    """

    installer: Installer
    directories: tuple[str, ...]
    upgrade_code: str
    replaces: tuple[str, ...]
    refusal: str
    beyond: tuple[str, ...]
    size: int


def product(content: bytes, surroundings: Surroundings) -> Product:
    """The product in an MSI file.

    Raises:
        MsiError: it is no database, or its cabinets cannot be read.
    """
    return _Reader(Database(content), surroundings).product()


class _Reader:
    def __init__(self, database: Database, surroundings: Surroundings) -> None:
        self.database = database
        self.surroundings = surroundings
        self.properties = {**database.properties, **surroundings.properties, **_of_windows(surroundings.build)}
        self.per_user = self.properties.get("ALLUSERS", "") not in ("1", "2")
        self.problems: list[str] = []
        self._directory_rows = {row["Directory"]: row for row in database.rows("Directory")}
        self._standard = _standard_directories(self.properties, surroundings.profile, per_user=self.per_user)
        self._replaced = self._related_products()
        self._components = {row["Component"]: row for row in database.rows("Component")}
        self._installed_components = self._chosen_components()
        self._file_rows = {row["File"]: row for row in database.rows("File")}

    def product(self) -> Product:
        properties = self.properties
        files = [*self._files(), *self._shortcuts()]
        self.problems += [table for table in self.database.tables() if table in _BEYOND]
        installer = Installer(
            name=properties.get("ProductName", ""),
            kind="msi",
            display_name=properties.get("ProductName", ""),
            display_version=properties.get("ProductVersion", ""),
            publisher=properties.get("Manufacturer", ""),
            product_code=properties["ProductCode"],
            architecture=self.database.architecture,
            install_location=properties.get("ARPINSTALLLOCATION", ""),
            files=tuple(files),
            registry=tuple(self._registry()),
            services=tuple(self._services()),
            per_user=self.per_user,
        )
        return Product(
            installer=installer,
            directories=self._made_directories(),
            upgrade_code=properties.get("UpgradeCode", self._upgrade_code()),
            replaces=tuple(self._replaced),
            refusal=self._refusal(),
            beyond=tuple(self.problems),
            size=sum(int(row["FileSize"] or 0) for row in self._file_rows.values()),
        )

    def _holds(self, condition: str | None) -> bool:
        try:
            return msi_conditions.holds(condition or "", self.properties)
        except msi_conditions.ConditionError as error:
            self.problems.append(f"condition {error}")
            return True

    def _refusal(self) -> str:
        for row in self.database.rows("LaunchCondition"):
            if not self._holds(row["Condition"]):
                return self._formatted(row["Description"] or "")
        return ""

    def _upgrade_code(self) -> str:
        return next((str(row["UpgradeCode"]) for row in self.database.rows("Upgrade")), "")

    def _related_products(self) -> list[str]:
        """FindRelatedProducts: sets the properties of the Upgrade table; gives what RemoveExistingProducts removes."""
        removed = []
        for row in self.database.rows("Upgrade"):
            versions = self.surroundings.installed.get(str(row["UpgradeCode"]).upper(), {})
            related = [
                code
                for code, version in versions.items()
                if code.upper() != self.database.properties["ProductCode"].upper() and _in_range(version, row)
            ]
            if related:
                self.properties[row["ActionProperty"]] = ";".join(related)
            if not int(row["Attributes"] or 0) & _ONLY_DETECT:
                removed += related
        return removed

    def _chosen_components(self) -> set[str]:
        """Those of the features whose level is not above INSTALLLEVEL."""
        limit = int(self.properties.get("INSTALLLEVEL", "1"))
        if self.properties.get("ADDLOCAL", "ALL") != "ALL":
            self.problems.append("ADDLOCAL")
        features = {row["Feature"] for row in self.database.rows("Feature") if 0 < int(row["Level"] or 0) <= limit}
        chosen = {row["Component_"] for row in self.database.rows("FeatureComponents") if row["Feature_"] in features}
        return {name for name in chosen if self._holds(self._components[name]["Condition"])}

    def _of_chosen(self, table: str) -> list[Row]:
        return [row for row in self.database.rows(table) if row["Component_"] in self._installed_components]

    def _directory(self, key: str) -> str:
        """The place of a directory: as a property says, a standard folder, or below its parent."""
        if key in self.surroundings.properties:
            return self.surroundings.properties[key].rstrip("\\")
        if key in self._standard:
            return self._standard[key]
        row = self._directory_rows[key]
        target = str(row["DefaultDir"]).partition(":")[0]
        name = target.rpartition("|")[2]
        parent = row["Directory_Parent"]
        if not parent or parent == key:
            return self._standard["TARGETDIR"]
        above = self._directory(parent)
        return above if name == "." else ntpath.join(above, name)

    def _component_directory(self, component: str) -> str:
        return self._directory(self._components[component]["Directory_"])

    def _file_path(self, key: str) -> str:
        row = self._file_rows[key]
        return ntpath.join(self._component_directory(row["Component_"]), str(row["FileName"]).rpartition("|")[2])

    def _files(self) -> list[InstalledFile]:
        contents = self.database.contents()
        return [
            InstalledFile(self._file_path(key), version=str(row["Version"] or ""), content=contents.get(key))
            for key, row in self._file_rows.items()
            if row["Component_"] in self._installed_components
        ]

    def _made_directories(self) -> tuple[str, ...]:
        standard = {path.lower() for path in self._standard.values()}
        keys = {self._components[name]["Directory_"] for name in self._installed_components}
        keys |= {row["Directory_"] for row in self._of_chosen("CreateFolder") + self._of_chosen("Shortcut")}
        found = set()
        for path in map(self._directory, keys):
            while path.lower() not in standard and len(path) > len("C:\\"):
                found.add(path)
                path = ntpath.dirname(path)
        return tuple(sorted(found, key=len, reverse=True))

    def _registry(self) -> list[InstalledRegistryValue]:
        values = []
        for row in self._of_chosen("Registry"):
            root = _ROOTS.get(row["Root"], "HKCU" if self.per_user else "HKLM")
            key = self._formatted(row["Key"])
            wide = int(self._components[row["Component_"]]["Attributes"] or 0) & _SIXTY_FOUR_BIT
            if root == "HKLM" and not wide and key.upper().startswith("SOFTWARE\\"):
                key = f"SOFTWARE\\WOW6432Node\\{key[9:]}"
            if row["Name"] in ("+", "-", "*") and row["Value"] is None:
                continue
            data, kind = _registry_data(self._formatted(str(row["Value"] or "")))
            name = self._formatted(row["Name"] or "")
            values.append(InstalledRegistryValue(f"{root}\\{key}", name, data, kind))
        return values

    def _services(self) -> list[InstalledService]:
        events = {row["Name"]: int(row["Event"] or 0) for row in self._of_chosen("ServiceControl")}
        found = []
        for row in self._of_chosen("ServiceInstall"):
            path = self._file_path(self._components[row["Component_"]]["KeyPath"])
            arguments = self._formatted(row["Arguments"] or "")
            found.append(
                InstalledService(
                    name=self._formatted(row["Name"]),
                    path=f'"{path}" {arguments}'.strip() if arguments or " " in path else path,
                    display_name=self._formatted(row["DisplayName"] or row["Name"]),
                    start_mode=_START_MODES.get(int(row["StartType"]), "manual"),
                    started=bool(events.get(row["Name"], 0) & _STARTS_AT_INSTALLATION),
                )
            )
        return found

    def _shortcuts(self) -> list[InstalledFile]:
        found = []
        for row in self._of_chosen("Shortcut"):
            target = str(row["Target"])
            if not target.startswith("["):
                # The name of a feature: an advertised shortcut, which leads to the component's key file.
                target = f"[#{self._components[row['Component_']]['KeyPath']}]"
            link = ShellLink(
                target=self._formatted(target),
                arguments=self._formatted(row["Arguments"] or ""),
                directory=self._directory(row["WkDir"]) if row["WkDir"] else "",
                description=row["Description"] or "",
            )
            name = str(row["Name"]).rpartition("|")[2]
            path = ntpath.join(self._directory(row["Directory_"]), f"{name}.lnk")
            found.append(InstalledFile(path, content=shell_links.build(link)))
        return found

    def _formatted(self, text: str) -> str:
        """A Formatted text: [Property], [DirectoryKey], [#FileKey], [$Component], [~] left as it is."""

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name == "~":
                return found[0]
            if name[:1] in "#!":
                return self._file_path(name[1:]) if name[1:] in self._file_rows else ""
            if name[:1] == "$":
                return f"{self._component_directory(name[1:])}\\"
            if name in self._directory_rows or name in self._standard:
                return f"{self._directory(name)}\\"
            return self.properties.get(name, "")

        return re.sub(r"\[([^\[\]{}]+)\]", value, text)


def _registry_data(text: str) -> tuple[str | int | bytes | list[str], str]:
    """Data and type of a value in the Registry table, by the marks at its beginning."""
    if "[~]" in text:
        return [part for part in text.split("[~]") if part], "MultiString"
    if text.startswith("#x"):
        return bytes.fromhex(text[2:]), "Binary"
    if text.startswith("#%"):
        return text[2:], "ExpandString"
    if re.fullmatch(r"#[+-]?\d+", text):
        return int(text[1:]), "DWord"
    return text.removeprefix("#") if text.startswith("##") else text, "String"


def _numbers(version: str) -> tuple[int, ...]:
    """Windows Installer looks at the first three numbers of a version."""
    numbers = [int(number) for number in re.findall(r"\d+", version)][:3]
    return tuple(numbers + [0] * (3 - len(numbers)))


def _in_range(version: str, row: Row) -> bool:
    attributes, found = int(row["Attributes"] or 0), _numbers(version)
    low, high = row["VersionMin"], row["VersionMax"]
    if low and (found < _numbers(low) or (found == _numbers(low) and not attributes & _MIN_INCLUSIVE)):
        return False
    return not (high and (found > _numbers(high) or (found == _numbers(high) and not attributes & _MAX_INCLUSIVE)))


def _of_windows(build: int) -> dict[str, str]:
    """Properties Windows Installer sets; VersionNT stays at 603 on everything newer."""
    return {
        "Privileged": "1",
        "VersionNT": "603",
        "VersionNT64": "603",
        "Msix64": "6",
        "MsiNTProductType": "3",
        "WindowsBuild": "9600" if build > 9600 else str(build),
        "UILevel": "2",
    }


def _standard_directories(properties: Mapping[str, str], profile: str, *, per_user: bool) -> dict[str, str]:
    """System folder properties (Microsoft: "Property Reference"), and the root of everything else."""
    menu = f"{profile}\\AppData\\Roaming" if per_user else "C:\\ProgramData"
    desktop = f"{profile}\\Desktop" if per_user else "C:\\Users\\Public\\Desktop"
    return {
        "TARGETDIR": properties.get("TARGETDIR", "C:\\").rstrip("\\") or "C:",
        "ProgramFiles64Folder": "C:\\Program Files",
        "ProgramFilesFolder": "C:\\Program Files (x86)",
        "CommonFiles64Folder": "C:\\Program Files\\Common Files",
        "CommonFilesFolder": "C:\\Program Files (x86)\\Common Files",
        "CommonAppDataFolder": "C:\\ProgramData",
        "AppDataFolder": f"{profile}\\AppData\\Roaming",
        "LocalAppDataFolder": f"{profile}\\AppData\\Local",
        "PersonalFolder": f"{profile}\\Documents",
        "TempFolder": f"{profile}\\AppData\\Local\\Temp",
        "ProgramMenuFolder": f"{menu}\\Microsoft\\Windows\\Start Menu\\Programs",
        "StartMenuFolder": f"{menu}\\Microsoft\\Windows\\Start Menu",
        "StartupFolder": f"{menu}\\Microsoft\\Windows\\Start Menu\\Programs\\Startup",
        "DesktopFolder": desktop,
        "FontsFolder": "C:\\Windows\\Fonts",
        "WindowsFolder": "C:\\Windows",
        "SystemFolder": "C:\\Windows\\SysWOW64",
        "System64Folder": "C:\\Windows\\System32",
        "WindowsVolume": "C:",
        "ROOTDRIVE": "C:",
    }
