# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Applications of every kind and from every source on one builder, how they fail, and that nothing is done twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from application_shelf import BUCKET, SHARE, SHARE_PASSWORD, TOKEN, WEB_PASSWORD, Content, archive, upload, write_shelf
from windows_box import HOST, newest_base_image, start_windows_box
from workplace import PASSWORD, SECRET_KEY, Run, Workplace, open_workplace

CREDENTIALS = {
    "files": {"username": "reader", "password": SHARE_PASSWORD},
    "web": {"username": "reader", "password": WEB_PASSWORD},
    "token": {"headers": {"Authorization": f"Bearer {TOKEN}"}},
    "intruder": {"username": "reader", "password": "Password-of-nobody-5"},
    "automation": {"username": "installer", "password": PASSWORD},
}
SECRETS = (SHARE_PASSWORD, WEB_PASSWORD, TOKEN, PASSWORD, SECRET_KEY, "Password-of-nobody-5", "X-Amz-Signature")
PROGRAM_FILES = "C:\\Program Files"


def write_project(workplace: Workplace, content: Content) -> None:
    """A project with files that are installed, and a role that installs something itself."""
    files = workplace.folder / "files"
    (files / "suite" / "x86").mkdir(parents=True)
    (files / "putty.msi").write_bytes(content.bytes("putty"))
    (files / "suite" / "x86" / "setup.exe").write_bytes(content.bytes("legacy-agent"))
    (files / "suite" / "licence.txt").write_text("A licence.\n")
    (files / "portable.zip").write_bytes(archive())
    (files / "configure.cmd").write_text(
        "@echo off\r\nmkdir C:\\Configured\r\n>C:\\Configured\\%1.txt echo %EDITION%\r\n"
    )
    (files / "prepare.ps1").write_text(
        "$ErrorActionPreference = 'Stop'\nNew-Item -ItemType Directory -Path 'C:\\Prepared' | Out-Null\n"
        "Set-Content -Path 'C:\\Prepared\\done.txt' -Value 'done'\n"
    )
    folder = {"ansible.windows.win_file": {"path": "C:\\Estate\\{{ estate_name }}", "state": "directory"}}
    told = {"name": "told", "ansible.windows.win_file": {"path": "C:\\Estate\\handled", "state": "touch"}}
    workplace.write_role("estate", [{**folder, "notify": "told"}], handlers=[told])
    upload(workplace.client("s3"), content)


def reading_role(workplace: Workplace) -> str:
    """A machine role that may read the installers."""
    iam = workplace.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "appstream.amazonaws.com"}, "Action": "sts:AssumeRole"}
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/installers/*"}
    role = iam.create_role(RoleName="installers", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))["Role"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [read]})
    iam.put_role_policy(RoleName="installers", PolicyName="read", PolicyDocument=policy)
    return str(role["Arn"])


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """A running builder, and a project with files that are installed on it."""
    folder = tmp_path_factory.mktemp("applications")
    shelf = write_shelf(folder)
    with open_workplace(folder / "project", shelf_files=[str(shelf)]) as workplace:
        write_project(workplace, Content(shelf))
        start_windows_box(
            workplace, image={"ImageName": newest_base_image(workplace), "IamRoleArn": reading_role(workplace)}
        )
        yield workplace


@pytest.fixture(scope="module")
def content(box: Workplace) -> Content:
    return Content(box.folder.parent / "shelf.yml")


def install(
    box: Workplace, applications: list[dict[str, Any]], *arguments: str, **options: Any
) -> tuple[Run, dict[str, Any]]:
    """Run the role, and its results by application; those are empty when the play did not get to writing them."""
    variables = {
        "install_applications_list": applications,
        "install_applications_poll_interval": 1,
        "appstream_report_directory": str(box.folder / "reports"),
        **{f"install_applications_{name}": value for name, value in options.items()},
    }
    results = box.folder / "results.json"
    results.unlink(missing_ok=True)
    (box.folder / "credentials.yml").write_text(json.dumps({"install_applications_credentials": CREDENTIALS}))
    write = {
        "ansible.builtin.copy": {
            "content": "{{ install_applications_result | to_json }}",
            "dest": str(results),
            "mode": "0600",
        },
        "delegate_to": "localhost",
        "vars": {"ansible_connection": "local"},
        "when": "install_applications_result is defined",
        "changed_when": False,
        "check_mode": False,
    }
    role = {"ansible.builtin.include_role": {"name": "euc.appstream.install_applications"}}
    play = {
        "hosts": HOST,
        "gather_facts": False,
        "vars_files": ["credentials.yml"],
        "vars": variables,
        "tasks": [{"block": [role], "always": [write]}],
    }
    run = box.run_playbook([play], *arguments)
    return run, {one["name"]: one for one in json.loads(results.read_text())} if results.exists() else {}


def modules(box: Workplace, *names: str) -> list[str]:
    """Modules of these names that have run on the box since the journal was cleared, in order."""
    short = [entry["name"].rpartition(".")[2] for entry in box.journal("module")]
    return [name for name in short if name in names]


def setup(name: str, content: Content, **install: Any) -> dict[str, Any]:
    """A setup program of the test's shelf, by its URL."""
    return {
        "name": name,
        "install": {
            "source": f"https://apps.example.com/{name}/{name}.exe",
            "checksum": content.checksum(name),
            "arguments": ["/S"],
            "product_id": name,
            **install,
        },
    }


def everything(box: Workplace, content: Content) -> list[dict[str, Any]]:
    """One application of each kind and from each source."""
    from_share = {"source": f"{SHARE}\\protected", "file": "protected.exe", "credential": "files"}
    presigned = {"source": f"s3://{BUCKET}/installers/signed.exe", "signer": "CN=Example Corporation,*"}
    by_role = {"source": f"s3://{BUCKET}/installers/role-read.exe", "s3_access": "builder_role"}
    return [
        {**setup("role-read", content, **by_role), "depends_on": ["signed"]},
        box.seven_zip(),
        {**setup("signed", content, **presigned), "version": "1.2"},
        setup("headers", content, credential="token", run_as="automation", environment={"LICENCE": "site"}),
        setup("basic", content, credential="web", checksum="none"),
        setup("protected", content, **from_share),
        {
            "name": "putty",
            "install": {"source": "putty.msi", "arguments": ["/qn", "ADDLOCAL=ALL"]},
            "verify": [{"file": f"{PROGRAM_FILES}\\PuTTY\\putty.exe", "version": "0.81"}],
        },
        {
            "name": "agent",
            "install": {
                "source": "suite",
                "file": "x86/setup.exe",
                "arguments": ["/quiet"],
                "product_id": "LegacyAgent",
            },
            "verify": [
                {
                    "registry": "HKLM:\\SOFTWARE\\WOW6432Node\\Example\\Legacy Agent",
                    "name": "Version",
                    "value": "3.2.1",
                },
                {"service": "LegacyAgent"},
            ],
        },
        {
            "name": "driver",
            "install": {
                "source": "\\\\files.example.com\\software\\needs-restart\\needs-restart-2.0.msi",
                "checksum": content.checksum("needs-restart"),
                "creates": f"{PROGRAM_FILES}\\Needs Restart\\control.exe",
            },
        },
        {
            "name": "store-app",
            "install": {
                "source": "https://apps.example.com/store-app/store-app.msix",
                "checksum": content.checksum("store-app"),
                "product_id": "Example.StoreApp",
            },
        },
        {
            "name": "portable",
            "version": "7",
            "install": {
                "source": "portable.zip",
                "destination": "C:\\Tools\\portable",
                "creates": "C:\\Tools\\portable\\data\\readme.txt",
                "shortcuts": [{"name": "Portable", "target": "portable.exe", "arguments": ["--open", "a b"]}],
            },
        },
        {
            "name": "configure",
            "install": {"source": "configure.cmd", "arguments": ["done"], "environment": {"EDITION": "Enterprise"}},
            "verify": [{"command": ["cmd.exe", "/c", "type", "C:\\Configured\\done.txt"], "output": "^Enterprise"}],
        },
        {"name": "prepare", "install": {"source": "prepare.ps1"}, "verify": [{"file": "C:\\Prepared\\done.txt"}]},
        {"name": "vlc", "install": {"package": "vlc", "package_version": "3.0.21"}},
        {"name": "telnet", "install": {"features": ["Telnet-Client"]}},
        {
            "name": "estate",
            "install": {"role": "estate", "vars": {"estate_name": "office"}, "creates": "C:\\Estate\\handled"},
        },
        {"name": "windows", "verify": [{"file": "C:\\Windows\\explorer.exe"}]},
    ]


def test_every_kind_and_source(box: Workplace, content: Content) -> None:
    box.control("journal", method="DELETE")
    run, results = install(box, everything(box, content), "-vvv")
    assert run.exit_code == 0, run.output
    assert not [secret for secret in SECRETS if secret in run.output]
    assert {name: result["version"] for name, result in results.items()} == {
        "7zip": "24.09",
        "signed": "1.2.3",
        "role-read": "1.2.3",
        "headers": "1.2.3",
        "basic": "1.2.3",
        "protected": "1.2.3",
        "putty": "0.81.0.0",
        "agent": "3.2.1",
        "driver": None,
        "store-app": "3.1.0.0",
        "portable": "7",
        "configure": None,
        "prepare": None,
        "vlc": "3.0.21",
        "telnet": None,
        "estate": None,
        "windows": None,
    }
    assert list(results).index("signed") < list(results).index("role-read")
    assert {name for name, result in results.items() if not result["changed"]} == {"windows"}
    assert "TASK [euc.appstream.install_applications : Install signed 1.2]" in run.output
    assert [entry["state"] for entry in box.journal("power")].count("restarting") == 1
    assert not box.journal("unhandled")


def test_nothing_is_done_twice(box: Workplace, content: Content) -> None:
    box.control("journal", method="DELETE")
    run, results = install(box, everything(box, content))
    assert run.exit_code == 0, run.output
    assert "changed=0" in run.output
    assert not any(result["changed"] for result in results.values())
    touched = ("win_get_url", "win_copy", "win_package", "win_unzip", "win_chocolatey", "win_feature", "win_regedit")
    assert modules(box, *touched) == []


def failing(content: Content) -> dict[str, tuple[dict[str, Any], str]]:
    """By name: an application that can't be installed, and what the user is told of it."""

    def never(name: str, entry: str, **install: Any) -> dict[str, Any]:
        made = {"product_id": None, "creates": f"C:\\Elsewhere\\{name}.exe"}
        return {**setup(entry, content, **{**made, **install}), "name": name}

    broken = "\\\\files.example.com\\software\\broken\\broken-1.0.msi"
    wrong = "sha256:" + "0" * 64
    on_share = {"source": f"{SHARE}\\protected", "file": "protected.exe"}
    return {
        "bad-checksum": (
            never("bad-checksum", "signed", checksum=wrong),
            "did not match '" + "0" * 64,
        ),
        "bad-copy": (
            never("bad-copy", "protected", **on_share, credential="files", checksum=wrong),
            f"the SHA-256 of what was fetched is {content.checksum('protected')[7:]}, not {'0' * 64}.",
        ),
        "broken": (
            {"name": "broken", "install": {"source": broken, "checksum": content.checksum("broken")}},
            "exit code 1603 (fatal error during installation). The log of the installer says",
        ),
        "hangs": (
            setup("hangs", content, timeout=2),
            "it did not end within its timeout of 2 s. See that it runs silently",
        ),
        "huge": (setup("huge", content), "Give the image builder a larger root volume"),
        "no-server": (
            {"name": "no-server", "install": {"source": "\\\\nowhere.example.com\\a\\b.msi", "checksum": wrong}},
            "network path was not found. See that the builder reaches the file server",
        ),
        "intruder": (
            never("intruder", "protected", **on_share, credential="intruder"),
            "does not exist. Correct the path, and see that the builder reaches the file server",
        ),
        "stranger": (
            never("stranger", "protected", **on_share),
            "ccess is denied. See that the account may read the source",
        ),
        "no-token": (
            never("no-token", "headers"),
            '(403) Forbidden." See that the URL is still valid',
        ),
        "gone": (
            {
                "name": "gone",
                "install": {"source": f"s3://{BUCKET}/gone.msi", "checksum": wrong, "s3_access": "builder_role"},
            },
            "Correct bucket and key",
        ),
        "forged": (
            never("forged", "signed", signer="CN=Someone Else*"),
            "is Valid, by CN=Example Corporation, O=Example Corporation, C=US, but must be Valid, by CN=Someone Else*.",
        ),
        "tampered": (
            setup("tampered", content, signer="CN=Example*"),
            "is HashMismatch, by CN=Example Corporation, but must",
        ),
        "nothing-left": (
            never("nothing-left", "basic", credential="web"),
            "it ended with success, but afterwards C:\\Elsewhere\\nothing-left.exe is not there.",
        ),
        "dependent": (
            {"name": "dependent", "depends_on": ["broken"], "install": {"features": ["Telnet-Client"]}},
            "it depends on broken, which could not be installed.",
        ),
        "missing-feature": (
            {"name": "missing-feature", "install": {"features": ["No-Such-Feature"]}},
            "No-Such-Feature",
        ),
        "left-to-others": (
            {"name": "left-to-others", "verify": [{"service": "Viewer"}]},
            "there is no service Viewer.",
        ),
    }


def test_failures_are_told_and_passed_over_when_not_required(box: Workplace, content: Content) -> None:
    failures = failing(content)
    applications = [{**application, "required": False} for application, _told in failures.values()]
    run, results = install(box, [*applications, setup("restart-at-last", content)], "-v", reboot_timeout=60)
    assert run.exit_code == 0, run.output
    assert not [secret for secret in SECRETS if secret in run.output]
    told = {name: results[name]["message"] for name in failures}
    assert {name: text for name, text in told.items() if failures[name][1] not in text} == {}
    assert all(text.startswith(f"Application {name} could not be installed") for name, text in told.items())
    assert {name for name, result in results.items() if not result["failed"]} == {"restart-at-last"}
    log = Path(told["broken"].rpartition("Its log is on the controller: ")[2])
    assert log == box.folder / "reports" / "logs" / HOST / "broken-msiexec.log"
    assert "Return value 3" in log.read_text(encoding="utf-16")
    assert (log.stat().st_mode & 0o777, log.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_long_installer_outlives_its_connection_and_what_failed_is_installed_next_time(
    box: Workplace, content: Content
) -> None:
    corrected = {
        "bad-checksum": setup("signed", content),
        "bad-copy": setup("protected", content, source=f"{SHARE}\\protected\\protected.exe", credential="files"),
        "no-token": setup("headers", content, credential="token"),
        "nothing-left": setup("basic", content, credential="web"),
        "dependent": {"install": {"features": ["Telnet-Client"]}},
    }
    again = [{**application, "name": name} for name, application in corrected.items()]
    changed = next(application for application in everything(box, content) if application["name"] == "putty")
    changed["install"]["arguments"] = ["ADDLOCAL=Basic"]
    box.control("journal", method="DELETE")
    box.control("faults/windows", {"kind": "drop", "match": "win_powershell", "after": 1, "times": 1})
    run, results = install(box, [setup("long", content, timeout=90000), *again, changed])
    box.control("faults/windows", method="DELETE")
    assert run.exit_code == 0, run.output
    assert box.journal("fault")
    assert all(result["version"] or name == "dependent" for name, result in results.items())
    assert results["long"]["changed"] and not any(result["failed"] for result in results.values())
    history = [entry["kind"] for entry in box.journal() if entry.get("installer") == "putty"]
    assert history == ["uninstall", "install"], "a product whose description has changed is installed anew"


def test_a_windows_installer_that_is_busy_is_tried_again(box: Workplace, content: Content) -> None:
    box.control("faults/windows", [{"kind": "busy", "host": HOST, "times": 2}])
    source = "https://downloads.example.com/notepad-plus-plus/npp.8.6.9.Installer.x64.msi"
    checksum = f"sha256:{box.checksums['notepadpp']}"
    application = {"name": "npp", "install": {"source": source, "checksum": checksum, "retry_delay": 1}}
    run, results = install(box, [application])
    assert run.exit_code == 0, run.output
    assert results["npp"]["changed"] is True and results["npp"]["failed"] is False
    assert [entry["fault"] for entry in box.journal("fault")].count("busy") == 2


def test_what_would_be_installed_is_told_in_check_mode(box: Workplace, content: Content) -> None:
    changed = {**box.seven_zip(), "version": "25"}
    run, results = install(box, [changed, setup("tampered", content)], "--check")
    assert run.exit_code == 0, run.output
    told = " ".join(run.output.split())
    assert (
        "7zip would be installed (exe, from https://downloads.example.com/7-zip/7z2409-x64.exe): its version is 24.09"
        in told
    )
    assert "tampered would be installed" in told
    assert not any(result["changed"] for result in results.values())


def test_what_is_required_stops_the_image_such_as_a_restart_that_windows_does_not_come_back_from(
    box: Workplace, content: Content
) -> None:
    box.control("faults/windows", {"kind": "refuse", "match": "shutdown.exe", "when": "after"})
    applications = [
        setup("tampered", content, reboot="always"),
        setup("hangs", content),
    ]
    run, results = install(box, applications, reboot_timeout=3, image_builder_name=HOST)
    box.control("faults/windows", method="DELETE")
    assert run.exit_code == 2
    assert "Windows has not come back from the restart within 3 s" in results["tampered"]["message"]
    assert "Raise install_applications_reboot_timeout" in " ".join(run.output.split())
    assert [(result["changed"], result["failed"]) for result in results.values()] == [(True, True), (False, False)]
