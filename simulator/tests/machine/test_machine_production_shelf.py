# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The forms in which production software comes: each of the example shelf is installed as its maker has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from appstream_simulator.windows.machine.shelf import Shelf
from simulated_machine import World

EXAMPLES = Path(__file__).parents[2] / "examples" / "production_shelf.yml"
FOLDER = "C:\\Media"
PROGRAMS = "C:\\Program Files"


@pytest.fixture
def packaged(world: World) -> World:
    """A machine with every file of the example shelf in one folder, by the name it is downloaded under."""
    world.machine.shelf = Shelf([EXAMPLES])
    for installer in world.machine.shelf.installers.values():
        if any(url.startswith("https://packages.example.com/") for url in installer.urls):
            world.module("win_file", {"path": FOLDER, "state": "directory"})
            url = installer.urls[0]
            dest = f"{FOLDER}\\{'statistics.exe' if installer.name == 'statistics' else installer.file_name}"
            assert world.module("win_get_url", {"url": url, "dest": dest})["status_code"] == 200
    return world


def run(world: World, line: str, folder: str = FOLDER) -> Any:
    return world.module("win_command", {"cmd": line, "chdir": folder})["rc"]


def there(world: World, path: str) -> bool:
    return world.machine.disk.is_file(f"{PROGRAMS}\\{path}")


def licence_server(world: World) -> Any:
    value = world.machine.disk.registry.get("HKLM\\SOFTWARE\\Example\\CAD", "LicenceServer")
    return value.data if value else None


@pytest.mark.parametrize(
    ("arguments", "server", "directory"),
    [
        ("TRANSFORMS=lab.mst", "27000@licences.example.com", "Example CAD"),
        ('LICENCESERVER=27000@own INSTALLDIR="C:\\Program Files\\CAD 26"', "27000@own", "CAD 26"),
    ],
)
def test_cad(packaged: World, arguments: str, server: str, directory: str) -> None:
    package = {"path": f"{FOLDER}\\cad-2026.msi", "arguments": arguments, "chdir": FOLDER}
    assert packaged.module("win_package", package)["rc"] == 0
    assert (licence_server(packaged), there(packaged, f"{directory}\\cad.exe")) == (server, True)
    assert packaged.module("win_package", {"path": f"{FOLDER}\\cad-2026.1.msp"})["rc"] == 0


def test_cad_with_its_arguments_as_a_list(packaged: World) -> None:
    arguments = ["INSTALLDIR=C:\\Program Files\\CAD 26"]
    result = packaged.module("win_package", {"path": f"{FOLDER}\\cad-2026.msi", "arguments": arguments})
    assert (result["rc"], licence_server(packaged)) == (1639, None)


def test_office(packaged: World) -> None:
    assert run(packaged, "setup.exe /configure configuration.xml") == 17002
    packaged.write(f"{FOLDER}\\configuration.xml", b"<Configuration/>")
    assert run(packaged, "setup.exe /configure configuration.xml") == 0
    written = packaged.machine.disk.read(f"{PROGRAMS}\\Example Office\\configuration.xml")
    assert written == b"<Configuration/>"


def test_statistics(packaged: World) -> None:
    line = 'statistics.exe /s /v"/qn AUTHCODE={} ADDLOCAL=core,help"'
    assert run(packaged, line.format("1234")) == 1
    packaged.write(f"{FOLDER}\\licence.dat")
    assert run(packaged, line.format("0000")) == 3
    assert run(packaged, line.format("1234")) == 0
    assert packaged.machine.disk.registry.texts("HKLM\\SOFTWARE\\Example\\Statistics") == {"Features": "core,help"}


def test_java_and_browser(packaged: World) -> None:
    for name in ("jdk-21.msi", "browser.msi"):
        assert packaged.module("win_package", {"path": f"{FOLDER}\\{name}"})["rc"] == 0
    assert packaged.process("cmd /c echo %JAVA_HOME%").stdout == b"C:\\Program Files\\Example JDK\r\n"
    assert run(packaged, "sc.exe config BrowserUpdate start= disabled") == 0
    assert packaged.machine.disk.services["browserupdate"].start_mode == "disabled"


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("editor-setup.exe /S /D=C:\\Program Files\\My Editor", "My Editor\\editor.exe"),
        ('images-setup.exe /VERYSILENT /DIR="C:\\Program Files\\My Images"', "My Images\\images.exe"),
    ],
)
def test_setup_programs_of_the_usual_makers(packaged: World, line: str, path: str) -> None:
    assert run(packaged, line) == 0
    assert there(packaged, path)


def test_a_setup_program_in_a_zip_and_on_an_image(packaged: World) -> None:
    unzip = {"src": f"{FOLDER}\\modelling.zip", "dest": "C:\\Out"}
    assert packaged.module("community.windows.win_unzip", unzip)["changed"]
    assert run(packaged, "Build\\setup.exe /quiet", "C:\\Out") == 2
    assert run(packaged, "setup.exe /quiet", "C:\\Out\\Build") == 0
    image = {"image_path": f"{FOLDER}\\modelling.iso"}
    (drive,) = packaged.module("community.windows.win_disk_image", image)["mount_paths"]
    assert run(packaged, "setup.exe /quiet", f"{drive}Build") == 0


def test_what_has_only_to_be_unpacked(packaged: World) -> None:
    packaged.machine.disk.make_directories("C:\\Tools")
    assert run(packaged, "tar -xf portable.tar.gz -C C:\\Tools") == 0
    assert packaged.process("cmd /c C:\\Tools\\portable\\run.cmd").stdout == b"hello\r\n"


def test_a_packaged_application(packaged: World) -> None:
    line = "Invoke-AppDeployToolkit.exe -DeploymentType {} -DeployMode Silent"
    assert [run(packaged, line.format(kind)) for kind in ("Repair", "Install")] == [60001, 3010]


def test_printer_driver_font_app_and_update(packaged: World) -> None:
    unzip = {"src": f"{FOLDER}\\driver.zip", "dest": "C:\\Driver"}
    assert packaged.module("community.windows.win_unzip", unzip)["changed"]
    assert run(packaged, "pnputil /add-driver C:\\Driver\\printer.inf /install") == 259
    copied = {"src": f"{FOLDER}\\house.ttf", "dest": "C:\\Windows\\Fonts\\house.ttf", "remote_src": True}
    assert packaged.module("win_copy", copied)["changed"]
    app = f"dism /Online /Add-ProvisionedAppxPackage /PackagePath:{FOLDER}\\notes.msix /SkipLicense"
    assert run(packaged, app) == 0
    update = f"dism /Online /Add-Package /PackagePath:{FOLDER}\\windows10.0-kb5060001-x64.msu /NoRestart"
    assert run(packaged, update) == 3010
