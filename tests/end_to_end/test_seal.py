"""Sealing: a builder full of litter and secrets, what is found, what goes, and what a builder from its image has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from windows_box import HOST, machine, run_role, run_tasks, start_windows_box
from workplace import PASSWORD, SECRET_KEY, Run, Workplace, open_workplace

LICENCE = "L1cence&Key"
TRANSCRIPTS = "C:\\Transcripts"
TRANSCRIPTION = "HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\PowerShell\\Transcription"
HISTORY = "AppData\\Roaming\\Microsoft\\Windows\\PowerShell\\PSReadLine\\ConsoleHost_history.txt"
MANIFEST = "C:\\ProgramData\\Amazon\\Photon\\Prewarm\\PrewarmManifest.txt"
# Virtual seconds at 1200 a real one: as long as a builder may take to be copied and cut off after create-image.
LEISURELY = {"snapshot_begins": 6000, "power_off_after_create_image": 6000, "image_visible": 6000}

# What litters the builder with secrets, by the place at which the scan is to find them.
SECRET_FILES = {
    "C:\\Windows\\Temp\\install.log": f"/PASSWORD={PASSWORD}",
    f"{TRANSCRIPTS}\\20261124\\PowerShell_transcript.txt": f"-Key '{LICENCE}'",
    f"C:\\Users\\installer\\{HISTORY}": f"net use \\\\files {PASSWORD}",
    "C:\\Install\\answers.xml": "<Key>L1cence&amp;Key</Key>",
}
OTHER_FILES = {
    "C:\\Users\\installer\\.ansible_async\\123.4": "{}",
    MANIFEST: "C:\\Windows\\explorer.exe",
}
FOLDERS = sorted({path.rpartition("\\")[0] for path in {**SECRET_FILES, **OTHER_FILES}})
LISTENERS = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\WSMAN\\Listener\\"
VENDOR = "HKLM:\\SOFTWARE\\Vendor"
REMOVED = {
    ("account", "helper"),
    ("profile", "helper"),
    ("scheduled_task", "\\Build\\Download"),
    ("listener", "*+HTTP port 5985"),
    ("permissions", MANIFEST),
    ("file", "C:\\Windows\\Temp\\install.log"),
    ("file", f"{TRANSCRIPTS}\\20261124"),
    ("file", f"C:\\Users\\installer\\{HISTORY}"),
    ("file", "C:\\Users\\installer\\.ansible_async\\123.4"),
    ("file", "C:\\Install"),
}
SCHEDULED_TASK = {
    "name": "Download",
    "path": "\\Build",
    "actions": [{"path": "cmd.exe", "arguments": "/c exit"}],
    "username": "SYSTEM",
}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("seal") / "project", durations=LEISURELY) as workplace:
        hosts = {HOST: {"ansible_host": start_windows_box(workplace)}}
        https = {"ansible_port": 5986, "ansible_winrm_ca_trust_path": workplace.ca_file}
        workplace.write_inventory({"children": {"appstream_image_builders": {"hosts": hosts}}}, **https)
        yield workplace


def seal(workplace: Workplace, *arguments: str, capture: str = "", **options: Any) -> Run:
    values = {
        "accounts": ["installer", "helper"],
        "scheduled_tasks": ["\\Build\\Down*"],
        "temporary_paths": ["C:\\Install"],
        "secrets": {"vendor": {"username": "unattended", "licence": LICENCE}},
        **options,
    }
    roles = [{"role": "euc.appstream.seal_image_builder", "vars": prefixed("seal_image_builder", values)}]
    shown = ["seal_image_builder_result", "seal_image_builder_after_start"]
    if capture:
        values = {"name": capture, "image_builder_name": HOST, "wait_delay": 1}
        roles.append({"role": "euc.appstream.capture_image", "vars": prefixed("capture_image", values)})
        shown.append("capture_image_start")
    post_tasks = [{"ansible.builtin.debug": {"var": name}} for name in shown]
    play = {"hosts": HOST, "gather_facts": False, "roles": roles, "post_tasks": post_tasks}
    return workplace.run_playbook([play], *arguments)


def prefixed(role: str, values: dict[str, Any]) -> dict[str, Any]:
    return {f"{role}_{name}": value for name, value in values.items()}


def scan(workplace: Workplace, *arguments: str) -> Run:
    folders = ["C:\\Windows\\Temp", "C:\\Users", "C:\\Install", TRANSCRIPTS]
    task = {"euc.appstream.secret_scan": {"secrets": {"licence": LICENCE}, "folders": folders}}
    return workplace.run_playbook([{"hosts": HOST, "gather_facts": False, "tasks": [task]}], *arguments)


def reported(run: Run, name: str) -> Any:
    """A variable that a debug task has shown."""
    found = re.search(rf"^    {name}:.*\n(?:    .*\n)*", run.output, re.MULTILINE)
    assert found, run.output
    return yaml.safe_load(found[0])[name]


def changes(run: Run) -> int:
    found = re.search(r"changed=(\d+)", run.output)
    assert found, run.output
    return int(found[1])


def names(entries: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(entry["kind"], entry["name"]) for entry in entries}


def litter(workplace: Workplace) -> None:
    win, application = "ansible.windows.", workplace.seven_zip()["install"]
    setup = {"path": application["source"], "arguments": ["/S"], "product_id": "7-Zip"}
    entry = {"name": "7zip", "path": "C:\\Program Files\\7-Zip\\7zFM.exe"}
    run = run_tasks(
        workplace,
        {f"{win}win_file": {"path": "{{ item }}", "state": "directory"}, "loop": FOLDERS},
        {
            f"{win}win_copy": {"dest": "{{ item.path }}", "content": "{{ item.text }}"},
            "loop": [{"path": path, "text": text} for path, text in {**SECRET_FILES, **OTHER_FILES}.items()],
        },
        {f"{win}win_acl": {"path": MANIFEST, "user": "Everyone", "type": "allow", "rights": "FullControl"}},
        {f"{win}win_regedit": {"path": TRANSCRIPTION, "name": "OutputDirectory", "data": TRANSCRIPTS}},
        {f"{win}win_regedit": {"path": VENDOR, "name": "Key", "data": LICENCE}},
        {"community.windows.win_scheduled_task": SCHEDULED_TASK},
        {f"{win}win_user": {"name": "helper", "password": "Helper-Pass-1", "groups": ["Administrators"]}},
        {f"{win}win_user_profile": {"username": "helper", "state": "present"}},
        {f"{win}win_package": setup},
        {"euc.appstream.application_catalog": {"applications": [entry]}},
    )
    assert run.exit_code == 0, run.output


def test_paths_that_take_windows_away_are_refused(box: Workplace) -> None:
    paths = [
        "C:\\Windows\\*",
        "C:\\*",
        "relative\\x",
        "C:\\Temp\\..\\Windows",
        "C:\\Windows\\System32\\a",
        "C:\\Wi*\\x",
        "C:\\users",
    ]

    run = run_role(box, "seal_image_builder", temporary_paths=[*paths, "C:\\Temp\\*", "C:\\Users\\x\\.y\\*"])

    assert run.exit_code != 0
    refused = f"no path for temporary_paths or log_paths: {', '.join(paths)}; give absolute paths"
    assert refused in run.output.replace("\\\\", "\\")


def test_from_litter_to_a_clean_image(box: Workplace) -> None:
    litter(box)

    found = scan(box, "-vvvv")
    assert found.exit_code != 0
    for place in (*SECRET_FILES, "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: Key"):
        assert place in found.output, place
    for secret in (PASSWORD, SECRET_KEY, LICENCE):
        assert secret not in found.output

    planned = seal(box, "--check", scan=False)
    assert planned.exit_code == 0, planned.output
    sealed = seal(box, scan=False)
    assert sealed.exit_code == 0, sealed.output
    result = reported(sealed, "seal_image_builder_result")
    assert names(result["removed"]) >= REMOVED
    assert names(reported(planned, "seal_image_builder_result")["removed"]) >= REMOVED
    kept = {"account": "installer", "profile": "installer", "listener": "*+HTTPS port 5986"}
    assert names(result["kept"]) >= set(kept.items())
    (thumbprint,) = re.findall(r"\b[0-9A-F]{40}\b", str(reported(sealed, "seal_image_builder_after_start")))
    assert reported(sealed, "seal_image_builder_after_start") == [
        ["net", "user", "installer", "/delete"],
        ["certutil", "-delstore", "My", thumbprint],
        ["reg", "delete", f"{LISTENERS}*+HTTPS", "/f"],
    ]

    failed = seal(box)
    assert failed.exit_code != 0
    assert "vendor.licence in HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor: Key (registry value)" in failed.output
    assert changes(failed) == 0
    assert run_tasks(box, {"ansible.windows.win_regedit": {"path": VENDOR, "state": "absent"}}).exit_code == 0

    captured = seal(box, capture="clean")
    assert captured.exit_code == 0, captured.output
    assert changes(captured) == 1, captured.output  # the image
    assert reported(captured, "capture_image_start")["after_start"]["status"] == "done", captured.output

    start_windows_box(box, "heir", {"ImageName": "clean"})
    heir = machine(box, "heir")
    assert "7zip-exe" in heir["products"]
    assert heir["winrm"] == {"accounts": [], "listeners": [], "certificates": []}
    assert [box.control("search", {"builder": "heir", "text": text}) for text in (PASSWORD, LICENCE)] == [[], []]
    assert [entry for entry in box.journal() if entry["kind"] in ("unhandled", "error")] == []
