# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The ten packages of the guide, installed as they stand there, and one module that needs no role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from appstream_simulator.windows.machine.shelf import Shelf
from windows_box import HOST, run_role, run_tasks, start_windows_box
from workplace import Workplace, open_workplace

REPOSITORY = Path(__file__).resolve().parents[2]
GUIDE = REPOSITORY / "docs" / "docsite" / "rst" / "guide_applications.rst"
AUTHCODE = "Authcode-of-the-vendor-7"
WINGET = {
    "name": "winget-images",
    "install": {"kind": "winget", "package": "Example.Images"},
    "verify": [{"file": "C:\\Program Files\\Example Images\\images.exe"}],
}
SITE = "HKLM:\\SOFTWARE\\Example\\Site"
CAD = "{A26C0000-0000-4000-8000-000000000001}"
CREDENTIALS = {"statistics": {"authcode": AUTHCODE}}
SHELF: dict[str, Any] = {
    "installers": [
        {
            "name": "viewer-setup",
            "kind": "exe",
            "display_name": "Example Viewer",
            "registry_key": "ExampleViewer",
            "silent_arguments": ["/S"],
            "needs": [{"argument": "/config"}],
            "files": [{"path": "C:\\Program Files\\Example Viewer\\viewer.exe", "version": "1.0.0.0"}],
        },
        {
            "name": "viewer",
            "kind": "zip",
            "urls": ["https://packages.example.com/viewer/viewer.zip"],
            "contents": [
                {"path": "Build\\setup.exe", "installer": "viewer-setup"},
                {"path": "Build\\settings.ini", "text": "[settings]"},
            ],
        },
        {
            "name": "reader",
            "kind": "exe",
            "urls": ["https://packages.example.com/reader/reader.exe"],
            "display_name": "Example Reader",
            "registry_key": "ExampleReader",
            "silent_arguments": ["/quiet"],
            "files": [
                {"path": "C:\\Program Files\\Example Reader\\reader.exe", "version": "9.0.0.0"},
                {"path": "C:\\Users\\Public\\Desktop\\Reader.lnk", "text": "link"},
            ],
            "registry": [
                {
                    "key": "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
                    "name": "ReaderUpdate",
                    "data": "update.exe",
                }
            ],
            "services": [{"name": "ReaderUpdate", "path": "C:\\Program Files\\Example Reader\\update.exe"}],
            "uninstaller": {
                "path": "C:\\Program Files\\Example Reader\\uninstall.exe",
                "silent_arguments": ["/quiet"],
            },
        },
    ]
}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A running builder, and a web server and a share with the packages."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "shelf.yml").write_text(yaml.safe_dump(SHELF))
    with open_workplace(folder / "project", shelf_files=[str(path) for path in shelves(folder)]) as workplace:
        (workplace.folder / "files").mkdir(exist_ok=True)
        (workplace.folder / "files" / "licence.dat.j2").write_text("{{ licence_server }} {{ application_folder }}\n")
        start_windows_box(workplace)
        yield workplace


def shelves(folder: Path) -> list[Path]:
    return [REPOSITORY / "simulator" / "examples" / "production_shelf.yml", folder / "shelf.yml"]


def packages(folder: Path) -> list[dict[str, Any]]:
    """The examples of the guide, with the checksums of the stand-ins."""
    installers = Shelf(shelves(folder)).installers.values()
    checksums = {place: f"sha256:{one.digest}" for one in installers for place in (*one.urls, *one.unc_paths)}
    blocks = re.findall(r"code-block:: yaml\n\n((?:   .*\n|\n)+)", GUIDE.read_text().partition("Ten packages\n---")[2])
    found: list[dict[str, Any]] = []
    for block in blocks:
        for application in yaml.safe_load(block):
            install = application["install"]
            on_share = install["source"].startswith("\\\\")
            install["checksum"] = checksums[
                f"{install['source']}\\{install['file']}" if on_share else install["source"]
            ]
            found.append(application)
    return found


def test_the_ten_packages_of_the_guide(box: Workplace) -> None:
    applications = packages(box.folder.parent)
    assert len(applications) == 10
    box.control("journal", method="DELETE")
    variables = {"licence_server": "licences.example.com"}
    options = {"list": applications, "credentials": CREDENTIALS, "poll_interval": 1}
    extra = ["--extra-vars", json.dumps(variables)]
    run = run_role(box, "install_applications", *extra, "-vvv", **options)
    assert run.exit_code == 0, run.output
    assert AUTHCODE not in run.output, "a secret is shown"
    assert not box.journal("unhandled")
    box.control("journal", method="DELETE")
    again = run_role(box, "install_applications", *extra, **options)
    assert again.exit_code == 0 and "changed=0" in again.output, again.output
    assert len(box.journal("module")) <= 6, "an unchanged list takes few runs on Windows"


def test_what_was_to_be_around_them_is_there(box: Workplace) -> None:
    looks = {
        "path": {"ansible.windows.win_reg_stat": {
            "path": "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment", "name": "Path"}},
        "policy": {"ansible.windows.win_reg_stat": {
            "path": "HKLM:\\SOFTWARE\\Policies\\Example\\Browser", "name": "DefaultBrowserSettingEnabled"}},
        "run": {"ansible.windows.win_reg_stat": {
            "path": "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "name": "ReaderUpdate"}},
        "service": {"ansible.windows.win_service_info": {"name": "ReaderUpdate"}},
        "shortcut": {"ansible.windows.win_stat": {"path": "C:\\Users\\Public\\Desktop\\Reader.lnk"}},
        "configuration": {"ansible.windows.slurp": {"src": "C:\\Program Files\\Example Office\\configuration.xml"}},
        "fetched": {"ansible.windows.win_stat": {"path": "C:\\Windows\\Temp\\euc.appstream"}},
    }  # fmt: skip
    tasks = [{**task, "register": f"seen_{name}"} for name, task in looks.items()]
    claims = [
        "'Example JDK' in seen_path.value and 'system32' in seen_path.value | lower",
        "seen_policy.value == 0",
        "not seen_run.exists",
        "seen_service.services[0].start_mode == 'disabled' and seen_service.services[0].state == 'stopped'",
        "not seen_shortcut.stat.exists",
        "'ProPlus2024Volume' in seen_configuration.content | b64decode",
        "not seen_fetched.stat.exists",
    ]
    run = run_tasks(box, *tasks, {"ansible.builtin.assert": {"that": claims}})
    assert run.exit_code == 0, run.output


def test_the_module_needs_no_role_and_removes_what_is_there(box: Workplace) -> None:
    reader = {"name": "reader", "state": "absent", "install": {"product_id": "ExampleReader", "arguments": ["/quiet"]}}
    package = {"name": "notes", "state": "absent", "install": {"kind": "msix", "product_id": "Example.Notes"}}
    tasks = [{"name": f"Remove {one['name']}", "euc.appstream.application": one} for one in (reader, package)]
    predicted = box.run_playbook([{"hosts": HOST, "gather_facts": False, "tasks": tasks}], "--check", "--diff")
    assert predicted.exit_code == 0 and "reader would be removed: it is there" in predicted.output, predicted.output
    run = run_tasks(box, *tasks)
    assert run.exit_code == 0 and "changed=2" in run.output, run.output
    again = run_tasks(box, *tasks)
    assert again.exit_code == 0 and "changed=0" in again.output, again.output


def test_as_system_without_a_password_and_refused_before_anything_is_done(box: Workplace) -> None:
    applications = {one["name"]: one for one in packages(box.folder.parent)}
    viewer = applications["viewer"]
    viewer["install"] |= {"run_as": "SYSTEM", "arguments": ["/S", "/config=%APPLICATION_FOLDER%\\Build\\settings.ini"]}
    run = run_tasks(box, {"name": "Install the viewer", "euc.appstream.application": viewer})
    assert run.exit_code == 0 and "changed=1" in run.output, run.output
    box.control("journal", method="DELETE")
    wrong = {"name": "x", "install": {"source": "https://x/y.rpm"}, "path_entries": ["Tools"]}
    run = run_tasks(box, {"name": "Install x", "euc.appstream.application": wrong})
    told = " ".join(run.output.split())
    assert run.exit_code == 2 and "Application x:" in told and "it is not clear how it is installed" in told
    assert "path_entries: Tools must be the absolute path of one folder" in told and not box.journal("module")


def further_kinds(folder: Path) -> list[dict[str, Any]]:
    """Kinds and forms of arguments that the guide's packages do not have."""
    installers = Shelf(shelves(folder)).installers
    place = "https://packages.example.com"

    def source(name: str) -> dict[str, Any]:
        entry = installers[name]
        return {"source": entry.urls[0], "checksum": f"sha256:{entry.digest}"}

    assert installers["editor"].urls[0].startswith(place)
    return [
        {"name": "cad-update", "version": "26.1", "install": {**source("cad-update"), "product_id": CAD}},
        {
            "name": "portable",
            "install": {**source("portable"), "destination": "C:\\Tools\\Portable"},
            "shortcuts": [{"name": "Portable", "target": "C:\\Tools\\Portable\\portable\\run.cmd"}],
            "verify": [{"file": "C:\\Tools\\Portable\\portable\\run.cmd"}],
        },
        {
            "name": "editor",
            "install": {**source("editor"), "arguments": "/S /D=C:\\Program Files\\My Editor"},
            "verify": [{"file": "C:\\Program Files\\My Editor\\editor.exe"}],
        },
        {
            "name": "images",
            "install": {**source("images"), "arguments": ["/VERYSILENT", "/DIR=C:\\Program Files\\My Images"]},
            "verify": [{"file": "C:\\Program Files\\My Images\\images.exe"}],
        },
        {
            "name": "tweaks",
            "install": {"source": "tweaks.reg"},
            "verify": [{"registry": "HKLM:\\SOFTWARE\\Example\\Tweaks", "name": "Mode", "value": 1}],
        },
        {
            "name": "site",
            "files": [
                {"content": "server=%CREDENTIAL:statistics.authcode%", "dest": "C:\\ProgramData\\Site\\site.ini"}
            ],
            "registry": [{"path": SITE, "name": "Servers", "data": ["a", "b c"], "type": "multistring"}],
            "after_install": [{"script": "New-Item -ItemType Directory -Path 'C:\\Site' | Out-Null"}],
            "verify": [
                {"file": "C:\\ProgramData\\Site\\site.ini"},
                {"file": "C:\\Site"},
                {"registry": SITE, "name": "Servers", "value": ["a", "b c"]},
            ],
        },
    ]


def test_further_kinds_and_forms_of_arguments(box: Workplace) -> None:
    tweaks = "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Example\\Tweaks]\r\n"
    (box.folder / "files" / "tweaks.reg").write_text(f'{tweaks}"Mode"=dword:00000001\r\n', newline="")
    cad = next(one for one in packages(box.folder.parent) if one["name"] == "cad")
    applications = [cad, *further_kinds(box.folder.parent)]
    options = {"list": applications, "credentials": CREDENTIALS, "poll_interval": 1}
    run = run_role(box, "install_applications", "-v", **options)
    assert run.exit_code == 0, run.output
    assert AUTHCODE not in run.output and not box.journal("unhandled")
    again = run_role(box, "install_applications", **options)
    assert again.exit_code == 0 and "changed=0" in again.output, again.output


def test_packages_of_package_managers(box: Workplace) -> None:
    package = {"package": "example-editor", "package_version": "8.0.0", "package_params": "/InstallDir:C:\\Choco"}
    install = {**package, "package_pinned": True, "package_features": {"allowGlobalConfirmation": True}}
    editor = {"name": "choco-editor", "install": install, "verify": [{"file": "C:\\Choco\\editor.exe"}]}
    run = run_tasks(box, {"name": "Install the editor", "euc.appstream.application": editor})
    assert run.exit_code == 0 and "changed=1" in run.output, run.output
    gone = {"name": "choco-editor", "state": "absent", "install": {"package": "example-editor"}}
    run = run_tasks(box, {"name": "Remove the editor", "euc.appstream.application": gone})
    assert run.exit_code == 0 and "changed=1" in run.output, run.output
    run = run_tasks(box, {"name": "Install images", "euc.appstream.application": WINGET})
    assert run.exit_code == 2 and "this builder has no winget" in " ".join(run.output.split()), run.output


PSRP = {"ansible_connection": "psrp", "ansible_psrp_auth": "ntlm", "ansible_psrp_protocol": "http"}


def test_in_anybodys_play_with_keywords_of_ansibles_own(box: Workplace) -> None:
    """Over psrp, in a loop, as another user, with an environment and no_log."""
    lines = ["@echo off", "if not exist C:\\Editions mkdir C:\\Editions", ">C:\\Editions\\%1.txt echo %EDITION%", ""]
    (box.folder / "files" / "edition.cmd").write_text("\r\n".join(lines), newline="")
    application = {
        "name": "edition-{{ item }}",
        "install": {"source": "edition.cmd", "arguments": ["{{ item }}"], "creates": "C:\\Editions\\{{ item }}.txt"},
    }
    task = {
        "name": "Install editions",
        "euc.appstream.application": application,
        "loop": ["one", "two"],
        "become": True,
        "become_method": "ansible.builtin.runas",
        "become_user": "SYSTEM",
        "environment": {"EDITION": "Enterprise"},
        "no_log": True,
        "register": "installed",
    }
    read = {"ansible.windows.slurp": {"src": "C:\\Editions\\two.txt"}, "register": "seen"}
    claims = [
        "seen.content | b64decode is search('Enterprise')",
        "installed.results | selectattr('changed') | length == 2",
    ]
    tasks = [task, read, {"ansible.builtin.assert": {"that": claims}}]
    run = box.run_playbook([{"hosts": HOST, "gather_facts": False, "vars": PSRP, "tasks": tasks}])
    assert run.exit_code == 0 and "edition-one" not in run.output, run.output


def test_winget_where_the_builder_has_it(box: Workplace) -> None:
    pages = box.client("appstream").get_paginator("describe_images").paginate(Type="PUBLIC").build_full_result()
    names = [image["Name"] for image in pages["Images"] if image["Name"].startswith("AppStream-WinServer2025-")]
    start_windows_box(box, name="newer-box", image={"ImageName": max(names)})
    task = {"name": "Install images", "euc.appstream.application": WINGET}
    run = run_tasks(box, task, hosts="newer-box")
    assert run.exit_code == 0 and "changed=1" in run.output, run.output
    again = run_tasks(box, task, hosts="newer-box")
    assert again.exit_code == 0 and "changed=0" in again.output, again.output
    gone = {**WINGET, "state": "absent", "verify": []}
    run = run_tasks(box, {"name": "Remove images", "euc.appstream.application": gone}, hosts="newer-box")
    assert run.exit_code == 0 and "changed=1" in run.output, run.output
