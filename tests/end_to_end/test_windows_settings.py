"""Windows settings, sessions, the default profile and what is looked at before the capture, on one running builder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from windows_box import HOST, start_windows_box
from workplace import Run, Workplace, open_workplace

SYSTEM_POLICIES = "HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
SESSION_MANAGER = "HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
SCRIPTS = "C:\\AppStream\\SessionScripts"
POWERSHELL = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"
NOTEPAD = "C:\\Windows\\notepad.exe"
USER_PASSWORD = "Correct-Horse-9"
# The second is offered once the first is complete; the third fails, and the restart undoes the fourth.
UPDATES: list[dict[str, Any]] = [
    {
        "id": "11111111-0000-0000-0000-000000000001",
        "title": "Servicing stack",
        "kb": "5000001",
        "reboot_required": True,
    },
    {"id": "11111111-0000-0000-0000-000000000002", "title": "Cumulative update", "kb": "5000002"},
    {"id": "11111111-0000-0000-0000-000000000003", "title": "Bad update", "kb": "5000003", "fails_with": 0x80240020},
]
UPDATES.append(
    {**UPDATES[0], "id": UPDATES[0]["id"][:-1] + "4", "title": "Undone", "kb": "5000004", "rolls_back": True}
)
UPDATES[1]["after"] = [UPDATES[0]["id"]]

WINDOWS = {
    "updates": {"reject_list": ["KB5000003", "^Undone"]},
    "time_zone": "Tokyo Standard Time",
    "regional_settings": {"format": "ja-JP", "location": 122, "system_locale": "ja-JP"},
    "environment": {"LICENSE_SERVER": "27000@licenses.example.com", "GONE": None},
    "services": [{"name": "Spooler", "state": "stopped", "start_mode": "disabled"}],
    "features": [{"name": ["WebDAV-Redirector"]}],
    "optional_features": [{"name": ["TelnetClient"]}],
    "registry_policies": [
        {"path": "Microsoft\\Edge", "name": "HideFirstRunExperience", "data": 1, "type": "dword"},
        {"path": SYSTEM_POLICIES, "name": "SoftwareSASGeneration", "data": 1, "type": "dword"},
        {"path": "Microsoft\\Gone", "name": "x", "state": "absent"},
    ],
}
SESSIONS: dict[str, Any] = {
    "session_scripts": {
        "files": [{"src": "start.ps1"}, {"src": "end.bat", "dest": "C:\\Scripts\\end.bat"}],
        "session_start": {
            "executables": [
                {"context": "user", "filename": POWERSHELL, "arguments": f'-File "{SCRIPTS}\\start.ps1"'},
            ],
            "waiting_time": 30,
        },
        "session_termination": {
            "executables": [{"context": "system", "filename": "C:\\Scripts\\end.bat", "s3_log_enabled": False}]
        },
    },
    "dynamic_app_providers": [{"display_name": "Provider", "path": NOTEPAD}],
    "default_profile": {
        "registry": [
            {"key": "Software\\Example", "name": "FirstRun", "data": 7, "type": "dword"},
            {"key": "HKCU:\\Software\\Gone", "state": "absent"},
        ],
        "files": [{"src": "settings.ini", "dest": "AppData\\Roaming\\Example\\settings.ini"}],
    },
}


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    """As the box of all files, with updates of Windows on offer and files in the user's project."""
    folder = tmp_path_factory.mktemp("box")
    (folder / "updates.yml").write_text(yaml.safe_dump({"installers": [], "updates": UPDATES}))
    with open_workplace(folder / "project", shelf_files=[str(folder / "updates.yml")]) as opened:
        start_windows_box(opened)
        (opened.folder / "files").mkdir()
        for name in ("start.ps1", "end.bat", "settings.ini"):
            (opened.folder / "files" / name).write_text(f"this is {name}\r\n")
        (opened.folder / "files" / "broken.json").write_text('{"SessionStart": ')
        yield opened


def prefixed(role: str, options: dict[str, Any]) -> dict[str, Any]:
    return {f"{role}_{option}": value for option, value in options.items()}


def role(name: str, **options: Any) -> dict[str, Any]:
    return {"role": f"euc.appstream.{name}", "vars": prefixed(name, options)}


def play(*tasks: dict[str, Any], roles: Any = (), hosts: str = HOST, **keywords: Any) -> dict[str, Any]:
    return {"hosts": hosts, "gather_facts": False, "roles": list(roles), "tasks": list(tasks), **keywords}


def refusal(told: str, task: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A block that prints REFUSED if the task fails with a message that matches; with another it fails."""
    return {
        "name": f"Expect {told}",
        "block": [task],
        "rescue": [
            {
                "ansible.builtin.assert": {
                    "that": "reason is search(told)",
                    "fail_msg": "{{ told }} is not in: {{ reason }}",
                    "success_msg": "REFUSED",
                }
            }
        ],
        "vars": {"told": told, "reason": "{{ ansible_failed_result.msg | default(ansible_failed_result) }}"},
        **keywords,
    }


def include(name: str, tasks_from: str = "main", **options: Any) -> dict[str, Any]:
    arguments = {"name": f"euc.appstream.{name}", "tasks_from": tasks_from}
    return {"ansible.builtin.include_role": arguments, "vars": prefixed(name, options)}


def told(run: Run) -> str:
    return " ".join(run.output.split())


def test_everything_is_set_once(box: Workplace) -> None:
    roles = [role("configure_windows", **WINDOWS), role("configure_sessions", **SESSIONS)]
    show = [{"ansible.builtin.debug": {"var": "configure_windows_result"}}]
    predicted = box.run_playbook([play(roles=roles)], "--check")
    assert predicted.exit_code == 0, predicted.output
    nothing_yet = [
        {"ansible.windows.win_stat": {"path": "C:\\Scripts"}, "register": "looked"},
        {"ansible.builtin.assert": {"that": "not looked.stat.exists"}},
    ]
    one_round = [
        include("configure_windows", updates={**WINDOWS["updates"], "time_budget": 1}),
        is_true(
            "configure_windows_result.rebooted",
            "configure_windows_result.updates.installed == ['Servicing stack']",
            "configure_windows_result.updates.remaining == ['Cumulative update']",
        ),
    ]
    first = box.run_playbook([play(*nothing_yet, *one_round), play(*show, roles=roles)])
    assert first.exit_code == 0, first.output
    assert re.search(r"installed: - Cumulative update", told(first)), first.output
    again = box.run_playbook([play(*show, *looks(), roles=roles)])
    assert again.exit_code == 0, again.output
    assert "changed=0" in again.output, again.output


def looks() -> list[dict[str, Any]]:
    """Tasks that fail unless the builder is as WINDOWS and SESSIONS ask for."""
    config = {
        "SessionStart": {
            "executables": [{"context": "user", "filename": POWERSHELL, "arguments": f'-File "{SCRIPTS}\\start.ps1"'}],
            "waitingTime": 30,
        },
        "SessionTermination": {
            "executables": [{"context": "system", "filename": "C:\\Scripts\\end.bat", "s3LogEnabled": False}]
        },
    }
    agents = {"Agents": [{"DisplayName": "Provider", "Path": NOTEPAD}]}
    files = {
        f"{SCRIPTS}\\config.json": config,
        "C:\\ProgramData\\Amazon\\AppStream\\AppCatalogHelper\\DynamicAppCatalog\\Agents.json": agents,
    }
    values = {
        ("HKLM:\\SOFTWARE\\Policies\\Microsoft\\Edge", "HideFirstRunExperience"): 1,
        (
            f"{SESSION_MANAGER}\\Environment",
            "LICENSE_SERVER",
        ): "27000@licenses.example.com",
        ("HKLM:\\SYSTEM\\CurrentControlSet\\Control\\TimeZoneInformation", "TimeZoneKeyName"): "Tokyo Standard Time",
        ("HKU:\\.DEFAULT\\Control Panel\\International", "LocaleName"): "ja-JP",
    }
    return [
        {"ansible.windows.slurp": {"src": "{{ item }}"}, "loop": list(files), "register": "files"},
        {
            "ansible.windows.win_reg_stat": {"path": "{{ item.0 }}", "name": "{{ item.1 }}"},
            "loop": [list(place) for place in values],
            "register": "values",
        },
        {
            "ansible.windows.win_service_info": {"name": "{{ item }}"},
            "loop": ["Spooler", "wuauserv"],
            "register": "services",
        },
        {
            "ansible.builtin.assert": {
                "that": [
                    "files.results | map(attribute='content') | map('b64decode') | map('from_json') == wanted.contents",
                    "values.results | map(attribute='value') | list == wanted.data",
                    "services.results | map(attribute='services') | map('first') | map(attribute='start_mode') | list "
                    "== ['disabled', 'disabled']",
                ]
            },
            "vars": {"wanted": {"contents": list(files.values()), "data": list(values.values())}},
        },
    ]


def as_user(user: str, module: str, /, **arguments: Any) -> dict[str, Any]:
    """A task that runs as a user of the builder, with that user's profile."""
    return {
        f"ansible.windows.{module}": arguments,
        "become": True,
        "become_method": "ansible.builtin.runas",
        "become_user": user,
        "vars": {"ansible_become_password": USER_PASSWORD},
        "register": "looked",
    }


def a_user(name: str, *groups: str) -> dict[str, Any]:
    return {
        "ansible.windows.win_user": {
            "name": name,
            "password": USER_PASSWORD,
            "groups": list(groups) or ["Users"],
            "groups_action": "replace",
        },
        "no_log": True,
    }


def example_value(user: str, name: str) -> dict[str, Any]:
    return as_user(user, "win_reg_stat", path="HKCU:\\Software\\Example", name=name)


def is_true(*conditions: str) -> dict[str, Any]:
    return {"ansible.builtin.assert": {"that": list(conditions), "quiet": True}}


def test_what_is_wrong_is_refused(box: Workplace) -> None:
    alone = [
        refusal(expected, include(name, "check", **{option: value}))
        for name, option, value, expected in (
            ("configure_windows", "environment", {"AWS_SECRET_ACCESS_KEY": "hidden-away"}, "holds AWS credentials"),
            (
                "configure_windows",
                "environment",
                {"KEY": "AKIA" + "IOSFODNN7EXAMPLE"},
                "looks like an AWS access key id",
            ),
            ("configure_windows", "services", [{"name": "WinRM", "state": "stopped"}], "is configured through"),
            ("configure_windows", "registry_policies", [{"path": "HKLM:\\X", "name": "a"}], "is no key below"),
            ("configure_sessions", "session_scripts", {"config": {"X": 1}}, "X is no key; known are SessionStart"),
            ("configure_sessions", "session_scripts", {"config": "broken.json"}, "config is not valid JSON"),
            ("configure_sessions", "default_profile", {"from_user": "a/b"}, "is no user: write"),
        )
    ]
    script = {"context": "user", "filename": "C:\\nowhere.bat"}
    providers = [{"display_name": "P", "path": "C:\\nowhere.exe"}]
    on_the_builder = [
        refusal("There is no service Nobody", include("configure_windows", services=[{"name": "Nobody"}])),
        refusal("isn't supported on the machine", include("configure_windows", time_zone="Nowhere Time")),
        refusal(
            "Updates of Windows could not be installed.*Bad update.*0x80240020",
            include("configure_windows", updates={"accept_list": ["KB5000003"]}),
        ),
        refusal(
            "each reboot undoes them: Undone", include("configure_windows", updates={"accept_list": ["KB5000004"]})
        ),
        refusal(
            "Session scripts name what is not on the image builder: C:.nowhere.bat",
            include("configure_sessions", session_scripts={"session_start": {"executables": [script]}}),
        ),
        refusal("are not on the image builder", include("configure_sessions", dynamic_app_providers=providers)),
    ]
    run = box.run_playbook([play(*alone, hosts="localhost"), play(*on_the_builder)])
    assert run.exit_code == 0, run.output
    assert run.output.count("REFUSED") == len(alone) + len(on_the_builder), run.output
    assert "hidden-away" not in run.output


def test_new_users_begin_with_the_default_profile(box: Workplace) -> None:
    copy = {"euc.appstream.default_profile": {"profile": "bob"}, "register": "copied"}
    run = box.run_playbook(
        [
            play(
                include("configure_sessions", default_profile=SESSIONS["default_profile"]),
                a_user("bob"),
                refusal("has no profile on the image builder; let the user log on once", copy),
                refusal("is not known to the image builder", {"euc.appstream.default_profile": {"profile": "nobody"}}),
                refusal(
                    "is no member of one; for a user of the builder itself write",
                    {"euc.appstream.default_profile": {"profile": "CORP\\anna"}},
                ),
                example_value("bob", "FirstRun"),
                is_true("looked.value == 7"),
                as_user(
                    "bob",
                    "win_stat",
                    path="C:\\Users\\bob\\AppData\\Roaming\\Example\\settings.ini",
                    get_checksum=False,
                ),
                is_true("looked.stat.exists"),
                as_user("bob", "win_regedit", path="HKCU:\\Software\\Example", name="FirstRun", data=8, type="dword"),
                a_user("bob", "Users", "Administrators"),
                refusal("is a local administrator", copy),
                a_user("bob"),
                {**as_user("bob", "win_wait_for", port=1, timeout=36000), "async": 40000, "poll": 0},
                refusal("is logged on .*; log the user off or reboot the image builder", copy),
                {"ansible.windows.win_reboot": {}},
                copy,
                is_true("copied is changed"),
                copy,
                is_true("copied is not changed"),
                a_user("carol"),
                example_value("carol", "FirstRun"),
                is_true("looked.value == 8"),
            )
        ]
    )
    assert run.exit_code == 0, run.output
    assert run.output.count("REFUSED") == 5, run.output


def test_what_breaks_appstream_is_refused_before_the_capture(box: Workplace) -> None:
    provider = "{e7c1bab5-4b49-4e64-a966-8d99686f8c7c}"
    environment = {"level": "machine", "variables": {"AWS_SECRET_ACCESS_KEY": "hidden-away"}}
    baseline = "C:\\Windows\\Temp\\baseline.inf"
    template = """[Unicode]
Unicode=yes
[Version]
signature="$CHICAGO$"
[System Access]
NewAdministratorName = "root"
[Privilege Rights]
SeDenyInteractiveLogonRight = *S-1-5-32-545
"""
    (box.folder / "files" / "baseline.inf").write_text(template, encoding="utf-16")
    run = box.run_playbook(
        [
            play(
                {"ansible.windows.win_reboot": {}},
                {"euc.appstream.capture_preflight": {}, "register": "sound"},
                is_true("sound.problems == []"),
                *(
                    {"ansible.windows.win_regedit": {"path": path, "name": name, "data": data, "type": kind}}
                    for path, name, data, kind in (
                        (SYSTEM_POLICIES, "LegalNoticeText", "Beware", "string"),
                        (SYSTEM_POLICIES, "ExcludedCredentialProviders", provider, "string"),
                        (SESSION_MANAGER, "PendingFileRenameOperations", ["\\??\\C:\\old", ""], "multistring"),
                    )
                ),
                {"ansible.windows.win_environment": environment},
                {"ansible.windows.win_copy": {"src": "baseline.inf", "dest": baseline}},
                {
                    "ansible.windows.win_command": {
                        "argv": ["secedit.exe", "/configure", "/db", "secedit.sdb", "/cfg", baseline, "/quiet"]
                    }
                },
                {"euc.appstream.capture_preflight": {"fail": False}, "register": "found"},
                {"ansible.builtin.debug": {"var": "found.problems"}},
                refusal("no image can be taken of this builder yet", {"euc.appstream.capture_preflight": {}}),
            )
        ]
    )
    assert run.exit_code == 0, run.output
    assert "REFUSED" in run.output, run.output
    for problem in (
        "LegalNoticeText is set",
        "credential provider e7c1bab5",
        "AWS_SECRET_ACCESS_KEY holds AWS credentials",
        "the built-in Administrator is renamed to root",
        "Users must not log on locally",
        "a reboot is pending",
    ):
        assert problem in told(run), run.output
    assert "hidden-away" not in run.output
