# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Modules of other collections, Windows features, DISM and signatures."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine import appx, program_files, shell_links
from appstream_simulator.windows.machine.appx import AppPackage
from appstream_simulator.windows.machine.shelf import Shelf
from appstream_simulator.windows.machine.shell_links import ShellLink
from hypothesis import given
from hypothesis import strategies as st
from simulated_machine import World

SHELF = """
installers:
  - {name: signed, kind: exe, registry_key: Signed, signer: "CN=Example Corporation, O=Example", files: [
      {path: 'C:\\Program Files\\Signed\\signed.exe', version: 1.2.3.4}]}
  - {name: tampered, kind: exe, registry_key: Tampered, signer: CN=Example, signature_status: HashMismatch}
  - {name: viewer, kind: msix, identity: Example.Viewer, publisher: CN=Example, display_version: 1.2.0.0,
     urls: ["https://apps.example.net/viewer.msix"]}
  - {name: tool, kind: file, text: "tool", urls: ["https://apps.example.net/tool.txt"]}
  - {name: failing, kind: exe, registry_key: Failing, exit_code: 1603, silent_arguments: [/S]}
chocolatey:
  - {name: putty.install, version: "0.80", installs: putty}
  - {name: putty.install, version: "0.81", installs: putty}
  - {name: needs-restart, version: "2.0", installs: needs-restart}
  - {name: failing, version: "1.0", installs: failing}
  - {name: internal, version: "1.0", source: "https://feed.example.net/nuget"}
"""


@pytest.fixture
def stocked(world: World, tmp_path: Path) -> World:
    """A machine in a world with more on its shelf."""
    file = tmp_path / "stocked.yml"
    file.write_text(SHELF)
    world.machine.shelf = Shelf([file])
    return world


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


UNZIP = {"src": "C:\\a.zip", "dest": "C:\\Tools\\a"}


def test_unzip(world: World) -> None:
    world.write(
        "C:\\a.zip", zipped({"bin/": b"", "bin/tool.exe": b"MZ", "bin/data/größe.txt": b"x", "read me.txt": b""})
    )
    assert world.module("community.windows.win_unzip", UNZIP, check_mode=True)["changed"]
    assert not world.machine.disk.exists("C:\\Tools")
    result = world.module("community.windows.win_unzip", {**UNZIP, "delete_archive": True})
    assert (result["changed"], result["removed"], result["dest"]) == (True, True, "C:\\Tools\\a")
    assert world.machine.disk.list("C:\\Tools\\a") == ["bin", "read me.txt"]
    assert world.machine.disk.read("C:\\Tools\\a\\bin\\data\\größe.txt") == b"x"
    assert not world.machine.disk.exists("C:\\a.zip")


def test_untar(world: World) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        entry = tarfile.TarInfo("tool/tool.exe")
        entry.size = 2
        archive.addfile(entry, io.BytesIO(b"MZ"))
    world.write("C:\\a.tar.gz", stream.getvalue())
    assert world.module("community.windows.win_unzip", {"src": "C:\\a.tar.gz", "dest": "C:\\Tools"})["changed"]
    assert world.machine.disk.read("C:\\Tools\\tool\\tool.exe") == b"MZ"


@pytest.mark.parametrize(
    ("content", "further", "message"),
    [
        (b"no zip", {}, "End of Central Directory record could not be found."),
        (zipped({"../../evil.txt": b"x"}), {}, "would extract outside the destination"),
        (zipped({}), {"password": "x"}, "(PSCX) is required"),
        (zipped({}), {"src": "C:\\gone.zip"}, "File 'C:\\gone.zip' does not exist."),
    ],
)
def test_archives_that_cannot_be_unpacked(world: World, content: bytes, further: dict[str, Any], message: str) -> None:
    world.write("C:\\a.zip", content)
    assert message in world.module("community.windows.win_unzip", {**UNZIP, **further})["msg"]
    assert not world.machine.disk.exists("C:\\evil.txt")


def test_shortcuts(world: World) -> None:
    dest = "C:\\Users\\Public\\Desktop\\Viewer.lnk"
    options = {
        "src": "notepad",
        "dest": dest,
        "arguments": "-x %SystemRoot%",
        "icon": "C:\\a.ico,0",
        "hotkey": "Alt+Ctrl+U",
    }
    first = world.module("community.windows.win_shortcut", options)
    assert (first["changed"], first["src"], first["args"]) == (
        True,
        "C:\\Windows\\System32\\notepad.exe",
        "-x C:\\Windows",
    )
    assert (first["windowstyle"], first["icon"], first["hotkey"]) == ("normal", "C:\\a.ico,0", "Alt+Ctrl+U")
    assert not world.module("community.windows.win_shortcut", options)["changed"]
    assert world.module("community.windows.win_shortcut", {"dest": dest, "icon": "C:\\a.ico"})["changed"]
    assert world.module("community.windows.win_shortcut", {"dest": dest, "run_as_admin": True})["changed"]
    assert shell_links.parse(world.machine.disk.read(dest)).run_as_admin
    assert world.module("community.windows.win_shortcut", {"dest": dest, "state": "absent"})["changed"]
    assert not world.module("community.windows.win_shortcut", {"dest": dest, "state": "absent"})["changed"]


def test_shortcuts_to_urls_and_to_nowhere(world: World) -> None:
    url = {"src": "https://example.com/", "dest": "C:\\Users\\Public\\Desktop\\Site.url"}
    assert world.module("community.windows.win_shortcut", url)["changed"]
    assert not world.module("community.windows.win_shortcut", url)["changed"]
    failed = world.module("community.windows.win_shortcut", {"src": "C:\\a.exe", "dest": "C:\\gone\\a.lnk"})
    assert "Unable to save shortcut" in failed["msg"]
    assert "must end with .lnk or .url" in world.module("community.windows.win_shortcut", {"dest": "C:\\a.txt"})["msg"]


_TEXT = st.text(st.characters(codec="utf-16", exclude_characters="\0"), max_size=40)


@given(st.builds(ShellLink, target=_TEXT, arguments=_TEXT, directory=_TEXT, description=_TEXT, icon=_TEXT))
def test_shortcuts_survive_their_file(link: ShellLink) -> None:
    assert shell_links.parse(shell_links.build(link)) == link


@given(st.binary(max_size=200))
def test_any_bytes_are_a_shortcut_or_refused(data: bytes) -> None:
    try:
        shell_links.parse(data)
    except shell_links.ShellLinkError:
        return


def test_file_versions(world: World) -> None:
    world.write("C:\\a.exe", program_files.content("a", "2.1"))
    world.write("C:\\b.dll", b"MZ")
    version = world.module("community.windows.win_file_version", {"path": "C:\\a.exe"})["win_file_version"]
    assert (version["file_version"], version["file_minor_part"], version["path"]) == ("2.1.0.0", "1", "C:\\a.exe")
    empty = world.module("community.windows.win_file_version", {"path": "C:\\b.dll"})["win_file_version"]
    assert (empty["file_version"], empty["file_version_raw"]) == ("", "0.0.0.0")
    for path, message in (("C:\\gone.exe", "does not exist"), ("C:\\Windows", "does not exist")):
        assert message in world.module("community.windows.win_file_version", {"path": path})["msg"]


def test_features(world: World) -> None:
    web = {"name": ["Web-Server"], "include_management_tools": True}
    assert world.module("win_feature", web, check_mode=True)["changed"]
    first = world.module("win_feature", web)
    names = {item["display_name"] for item in first["feature_result"]}
    assert (first["exitcode"], first["reboot_required"]) == ("Success", False)
    assert {"Web Server (IIS)", "Static Content", "IIS Management Console"} <= names
    assert "HTTP Redirection" not in names
    again = world.module("win_feature", web)
    assert (again["changed"], again["exitcode"], again["feature_result"]) == (False, "NoChangeNeeded", [])
    info = world.module("win_feature_info", {"name": "web-mgmt-*"})
    assert [item["install_state"] for item in info["features"]] == ["Installed", "Installed"]
    assert not world.module("win_feature_info", {"name": "gone"})["exists"]
    removed = world.module("win_feature", {"name": ["Web-WebServer"], "state": "absent"})
    assert "Web Server" in {item["display_name"] for item in removed["feature_result"]}
    assert world.module("win_feature_info", {"name": "Web-Server"})["features"][0]["installed"]
    assert world.machine.snapshot().registry.has_key("HKLM\\SOFTWARE\\Microsoft\\ServerManager")


def test_features_that_need_a_restart_a_source_or_a_name(world: World) -> None:
    restart = world.module("win_feature", {"name": ["Containers"]})
    assert (restart["exitcode"], restart["reboot_required"]) == ("SuccessRestartRequired", True)
    assert world.machine.describe()["restart_pending"]
    for name, message in (("NET-Framework-Core", "0x800f081f"), ("Gone", "name is not valid: 'Gone'")):
        assert message in world.module("win_feature", {"name": [name]})["msg"]
    missing = world.module("win_feature", {"name": ["NET-Framework-Core"], "source": "C:\\sxs"})
    assert missing["msg"] == "Failed to find source path C:\\sxs for feature install"
    world.machine.disk.make_directories("C:\\sxs")
    assert world.module("win_feature", {"name": ["NET-Framework-Core"], "source": "C:\\sxs"})["changed"]
    assert not world.module("win_optional_feature", {"name": ["NetFx3"]})["changed"]


def test_workstations_have_no_features_for_servers(new_world: Callable[..., World]) -> None:
    world = new_world(platform="WINDOWS_11")
    result = world.module("win_feature", {"name": ["Telnet-Client"]})
    assert "The term 'Install-WindowsFeature' is not recognized" in result["msg"]
    assert world.module("win_optional_feature", {"name": ["TelnetClient"]})["changed"]


def test_optional_features(world: World) -> None:
    telnet = {"name": ["TelnetClient"]}
    assert world.module("win_optional_feature", telnet, check_mode=True)["changed"]
    assert world.module("win_optional_feature", telnet)["changed"]
    assert not world.module("win_optional_feature", telnet)["changed"]
    assert world.module("win_feature_info", {"name": "Telnet-Client"})["features"][0]["installed"]
    assert world.module("win_optional_feature", {**telnet, "state": "absent"})["changed"]
    assert world.module("win_optional_feature", {"name": ["SMB1Protocol"]})["reboot_required"]
    assert world.module("win_optional_feature", {"name": ["Gone"]})["msg"] == "Failed to find feature 'Gone'"
    child = {"name": ["IIS-DefaultDocument"]}
    assert "parent features are disabled" in world.module("win_optional_feature", child)["msg"]
    assert world.module("win_optional_feature", {**child, "include_parent": True})["changed"]


DISM = "Dism.exe /Online"


def test_provisioned_app_packages(stocked: World) -> None:
    viewer = stocked.machine.shelf.installers["viewer"]
    path = stocked.write("C:\\Temp\\viewer.msix", viewer.content)
    add = f"{DISM} /Add-ProvisionedAppxPackage /PackagePath:{path} /SkipLicense"
    assert stocked.process(add).exit_code == 0
    listing = stocked.process(f"{DISM} /Get-ProvisionedAppxPackages").stdout.decode()
    name = f"Example.Viewer_1.2.0.0_x64__{appx.publisher_id('CN=Example')}"
    assert "DisplayName : Example.Viewer\r\nVersion : 1.2.0.0\r\nArchitecture : x64\r\n" in listing
    assert f"PackageName : {name}\r\n" in listing
    assert stocked.machine.disk.is_file(f"C:\\Program Files\\WindowsApps\\{name}\\AppxManifest.xml")
    assert stocked.process(f"{DISM} /Remove-ProvisionedAppxPackage /PackageName:{name}").exit_code == 0
    assert "PackageName" not in stocked.process(f"{DISM} /Get-ProvisionedAppxPackages").stdout.decode()
    assert stocked.process(f"{DISM} /Remove-ProvisionedAppxPackage /PackageName:{name}").exit_code == 2


def test_publisher_identifiers_are_those_of_windows() -> None:
    microsoft = "CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, S=Washington, C=US"
    assert appx.publisher_id(microsoft) == "8wekyb3d8bbwe"


@pytest.mark.parametrize(
    ("content", "exit_code", "message"),
    [
        (appx.build(AppPackage("A", "CN=A", "1.0.0.0", signed=False), {}), 0x800B0100 - (1 << 32), "No signature was"),
        (b"no package", 0x80073CF0 - (1 << 32), "0x80073cf0"),
        (None, 3, "The system cannot find the path specified."),
    ],
)
def test_app_packages_dism_does_not_take(world: World, content: bytes | None, exit_code: int, message: str) -> None:
    if content is not None:
        world.write("C:\\a.msix", content)
    result = world.process(f"{DISM} /Add-ProvisionedAppxPackage /PackagePath:C:\\a.msix /SkipLicense")
    assert result.exit_code == exit_code
    assert message in result.stdout.decode()


def test_dism_features(world: World) -> None:
    assert world.process(f"{DISM} /Enable-Feature /FeatureName:TelnetClient /NoRestart").exit_code == 0
    assert world.process(f"{DISM} /Enable-Feature /FeatureName:SMB1Protocol /NoRestart").exit_code == 3010
    assert world.process(f"{DISM} /Disable-Feature /FeatureName:TelnetClient").exit_code == 0
    unknown = world.process(f"{DISM} /Enable-Feature /FeatureName:Gone")
    assert b"Feature name Gone is unknown." in unknown.stdout
    assert world.process(f"{DISM} /Cleanup-Image").exit_code == 1
    assert [entry["what"] for entry in world.journal.entries("unhandled")] == ["dism"]


CHOCOLATEY = "chocolatey.chocolatey.win_chocolatey"


def test_chocolatey(stocked: World) -> None:
    package = {"name": ["putty.install"]}
    check = stocked.module(CHOCOLATEY, package, check_mode=True)
    assert (check["changed"], check["skipped"]) == (True, True)
    first = stocked.module(CHOCOLATEY, {**package, "version": "0.80"})
    assert (first["changed"], first["rc"], first["choco_cli_version"]) == (True, 0, "2.4.3")
    assert "Chocolatey was missing" in first["warnings"][0]
    assert stocked.machine.disk.is_file("C:\\ProgramData\\chocolatey\\bin\\choco.exe")
    assert stocked.machine.describe()["products"] == ["putty"]
    assert not stocked.module(CHOCOLATEY, package)["changed"]
    other = stocked.module(CHOCOLATEY, {**package, "version": "0.81"})
    assert "already installed with version(s) '0.80' but was expecting '0.81'" in other["msg"]
    assert stocked.module(CHOCOLATEY, {**package, "state": "latest"})["changed"]
    assert not stocked.module(CHOCOLATEY, {**package, "state": "latest"})["changed"]
    assert stocked.module(CHOCOLATEY, {**package, "state": "absent"})["changed"]
    assert stocked.machine.describe()["products"] == []
    assert not stocked.module(CHOCOLATEY, {**package, "state": "absent"})["changed"]


def test_chocolatey_exit_codes(stocked: World) -> None:
    assert stocked.module(CHOCOLATEY, {"name": ["needs-restart"]})["rc"] == 3010
    failed = stocked.module(CHOCOLATEY, {"name": ["failing"]})
    assert (failed["rc"], failed["msg"]) == (1603, "Error installing package(s) 'failing'")
    gone = stocked.module(CHOCOLATEY, {"name": ["gone"]})
    assert gone["rc"] == 1
    assert "gone not installed. The package was not found with the source(s) listed." in gone["stdout"]
    assert gone["command"].startswith("C:\\ProgramData\\chocolatey\\bin\\choco.exe install gone ")
    internal = {"name": ["internal"], "source": "https://feed.example.net/nuget"}
    assert stocked.module(CHOCOLATEY, internal)["changed"]


def test_chocolatey_cannot_be_had(world: World, stocked: World, new_world: Callable[..., World]) -> None:
    source = {"name": ["internal"], "source": "https://gone.example.net/nuget"}
    assert "could not be resolved: 'gone.example.net'" in stocked.module(CHOCOLATEY, source)["msg"]
    older = new_world(platform="WINDOWS_SERVER_2019")
    assert "requires .NET Framework 4.8" in older.module(CHOCOLATEY, {"name": ["putty.install"]})["msg"]
    refused = stocked.module(CHOCOLATEY, {"name": ["a"], "choco_args": ["--skip-automatic"]})
    assert "without the options choco_args" in refused["msg"]


SIGNATURE = """
param ([string] $Path)
$signature = Get-AuthenticodeSignature -LiteralPath $Path
"$($signature.Status)"
"$($signature.SignerCertificate.Subject)"
"""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("signed", ["Valid", "CN=Example Corporation, O=Example"]),
        ("tampered", ["HashMismatch", "CN=Example"]),
        ("viewer", ["NotSigned", ""]),
        ("tool", ["UnknownError", ""]),
    ],
)
def test_signatures(stocked: World, name: str, expected: list[str]) -> None:
    installer = stocked.machine.shelf.installers[name]
    path = stocked.write(f"C:\\Temp\\{installer.file_name}", installer.content)
    script = {"script": SIGNATURE, "parameters": {"Path": path}}
    assert stocked.module("win_powershell", script)["output"] == expected
    stocked.write(path, installer.content + b" ")
    assert stocked.module("win_powershell", script)["output"][1] == ""


def test_other_forms_of_the_signature_script(stocked: World) -> None:
    script = (
        "param($File)\n$s = Get-AuthenticodeSignature -FilePath $File -ErrorAction Stop\n"
        "$s.Status.ToString()\n$s.SignerCertificate.Subject"
    )
    path = stocked.write("C:\\a.exe", b"MZ")
    result = stocked.module("win_powershell", {"script": script, "parameters": {"File": path}})
    assert result["output"] == ["NotSigned", None]
    options = {"script": script, "parameters": {"File": "C:\\gone.exe"}, "error_action": "stop"}
    missing = stocked.module("win_powershell", options)
    assert missing["failed"]
    assert missing["error"][0]["exception"]["message"] == "File C:\\gone.exe was not found."
