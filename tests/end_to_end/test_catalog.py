"""The application catalog on a running builder: hostile content, icons and manifests, there and back."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from windows_box import HOST
from workplace import Run, Workplace

IMAGE_ASSISTANT = "C:\\Program Files\\Amazon\\Photon\\ConsoleImageBuilder\\image-assistant.exe"
PSRP = {"ansible_connection": "psrp", "ansible_psrp_auth": "ntlm", "ansible_psrp_protocol": "http"}

# What Windows allows in the name of a file, and what it doesn't.
IN_FILE_NAMES = [
    "100%",
    "%TEMP%",
    "a^b",
    "a&b",
    "a;b",
    "$env",
    "`tick",
    "wow!",
    "(x86)",
    "it's",
    "--force",
    "-dash",
    "Größe",
    "日本語",
    "🎨🖌️",
    "a,b=c+d",
    "[1]",
    "{{x}}",
    "{%raw%}",
    "#@~",
    "a..b",
]
IN_TEXTS = [
    *IN_FILE_NAMES,
    '"',
    '""',
    '"quoted"',
    'say"hi"',
    "back\\slash",
    "end\\",
    'end\\"',
    "\\\\",
    "a|b",
    "a>b<c",
    "*?",
    "{%x%}",
]
PARAMETERS = [
    "-x",
    "--",
    "--name other",
    "-File \"C:\\a b\\c.ps1\" -Mode 'x y'",
    '"C:\\Program Files\\a.txt"',
    '"C:\\ends in a backslash\\\\"',
    "C:\\ends in a backslash\\",
    ' "" "" ',
    '""',
    '"',
    'a\\\\\\"b',
    "%PATH% ^& echo | more > nul",
    "$(Get-Date); `whoami` !x! (y)",
    "  two  spaces  ",
    "/c:1=2,3",
    "--tags=a b",
    "🎨 -größe=日本",
    "{{ lookup('pipe', 'id') }}",
]


def applications() -> list[dict[str, str]]:
    """50 of them, with every fragment in every place where Windows and Image Assistant allow it."""
    found = []
    for number in range(50):
        in_file, in_text = IN_FILE_NAMES[number % len(IN_FILE_NAMES)], IN_TEXTS[number % len(IN_TEXTS)]
        folder = f"C:\\Hostile\\{number} {in_file}"
        parameters = PARAMETERS[number % len(PARAMETERS)]
        found.append(
            {
                "name": f"{number}{in_text}",
                "display_name": f"{in_text.lstrip('-') or number} {in_text}",
                "path": f"{folder}\\{in_file}{'.bat' if number % 7 == 0 else '.exe'}",
                "working_directory": f"{folder}\\" if number % 2 else folder,
                "launch_parameters": parameters if number < len(PARAMETERS) else f"{parameters} {in_text}",
            }
        )
    return found


def catalog(register: str, applications: Any, **options: Any) -> dict[str, Any]:
    """A task; `variables` are its own."""
    variables = options.pop("variables", {})
    arguments = {"applications": applications, **options}
    return {"euc.appstream.application_catalog": arguments, "register": register, "vars": variables}


def play(box: Workplace, *tasks: dict[str, Any]) -> tuple[Run, dict[str, Any]]:
    """Run tasks on the box; gives what they registered, too."""
    results = box.folder / "results.json"
    results.unlink(missing_ok=True)
    names = [task["register"] for task in tasks if "register" in task]
    content = "{{ dict(names | zip(names | map('extract', hostvars[host]))) | to_json }}"
    run = box.run_playbook(
        [
            {"hosts": HOST, "gather_facts": False, "tasks": list(tasks)},
            {
                "hosts": "localhost",
                "gather_facts": False,
                "connection": "local",
                "vars": {"names": names, "host": HOST},
                "tasks": [{"ansible.builtin.copy": {"content": content, "dest": str(results), "mode": "0600"}}],
            },
        ]
    )
    return run, json.loads(results.read_text()) if results.exists() else {}


def test_fifty_hostile_applications_there_and_back(box: Workplace) -> None:
    wanted = applications()
    for application in wanted:
        program = box.folder / "programs" / Path(*application["path"].split("\\")[2:])
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_bytes(b"MZ")
    (box.folder / "applications.json").write_text(json.dumps(wanted))
    from_file = "{{ lookup('ansible.builtin.file', 'applications.json') | from_json }}"
    read_back = {"ansible.windows.win_command": {"argv": [IMAGE_ASSISTANT, "list-applications"]}}

    run, results = play(
        box,
        {"ansible.windows.win_copy": {"src": "programs/", "dest": "C:\\Hostile\\"}},
        catalog("added", from_file),
        {**read_back, "register": "listed"},
        catalog("again", from_file),
        catalog("removed", from_file, state="absent"),
        catalog("added_by_psrp", from_file, variables=PSRP),
        {**read_back, "register": "listed_after_psrp"},
        catalog("again_by_psrp", from_file, variables=PSRP),
        catalog("removed_by_psrp", from_file, state="absent", variables=PSRP),
    )

    assert run.exit_code == 0, run.output[-3000:]
    for way in ("", "_by_psrp"):
        assert len(results[f"added{way}"]["added"]) == 50
        # The list before and after, one search for all paths.
        assert results[f"added{way}"]["commands"] == 50 + 3
        assert (results[f"again{way}"]["changed"], results[f"again{way}"]["commands"]) == (False, 1)
        assert results[f"removed{way}"]["removed"] == [application["name"] for application in wanted]
        assert results[f"removed{way}"]["applications"] == []
    for listed in ("listed", "listed_after_psrp"):
        entries = json.loads(results[listed]["stdout"])["applications"]
        for entry, application in zip(entries, wanted, strict=True):
            assert entry["Name"] == application["name"]
            assert entry["AbsoluteAppPath"] == application["path"]
            assert entry["DisplayName"] == application["display_name"]
            assert entry["WorkingDirectory"] == application["working_directory"].rstrip("\\")
            assert entry["LaunchParameters"] == application["launch_parameters"]


def test_icons_and_manifests(box: Workplace) -> None:
    notepad = {"name": "notepad", "path": "C:\\Windows\\System32\\notepad.exe"}
    events = [
        ("CreateFile", "C:\\Windows\\System32\\notepad.exe", "SUCCESS"),
        ("Load Image", "C:\\WINDOWS\\SYSTEM32\\NOTEPAD.EXE", "SUCCESS"),
        ("Load Image", "C:\\Windows\\explorer.exe", "SUCCESS"),
        ("ReadFile", "C:\\Windows\\System32\\hostname.exe", "FAST IO DISALLOWED"),
        ("ReadFile", "C:\\Windows\\gone.dll", "SUCCESS"),
        ("RegOpenKey", "HKLM\\Software", "SUCCESS"),
    ]
    rows = [("Operation", "Path", "Result"), *events]
    export = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    (box.folder / "start.csv").write_text(export, encoding="utf-16")
    (box.folder / "gone.txt").write_text("C:\\Windows\\gone.dll\n")
    (box.folder / "manifest.txt").write_text("C:\\Windows\\explorer.exe\n", encoding="utf-8-sig")
    traced = {**notepad, "icon": "from_program", "trace": "start.csv"}
    listed = {**notepad, "name": "listed", "icon": "default", "manifest": "manifest.txt"}
    icon = "{{ traced.applications[0].icon }}"
    manifest = "{{ traced.applications[0].manifest }}"
    refused = {"gone": {"trace": "gone.txt"}, "ico": {"icon": "tool.ico"}, "nul": {"launch_parameters": "a\0b"}}

    run, results = play(
        box,
        {**catalog("traced", [traced, listed]), "diff": True},
        catalog("traced_again", [traced, listed]),
        {"ansible.windows.slurp": {"src": icon}, "register": "icon"},
        {"ansible.windows.slurp": {"src": manifest}, "register": "manifest"},
        {
            "ansible.windows.slurp": {"src": "C:\\ProgramData\\Amazon\\Photon\\Prewarm\\PrewarmManifest.txt"},
            "register": "merged",
        },
        *({**catalog(name, [{**notepad, **changes}]), "ignore_errors": True} for name, changes in refused.items()),
    )

    assert run.exit_code == 0, run.output[-3000:]
    (warning,) = results["traced"]["warnings"]
    assert warning == (
        "notepad: 1 of 3 files of trace start.csv do not exist on the builder and were left out of the optimisation "
        "manifest: C:\\Windows\\gone.dll"
    )
    assert set(results["traced"]["diff"]["after"]) == {"notepad", "listed"}
    assert (results["traced_again"]["changed"], results["traced_again"]["commands"]) == (False, 2)
    assert base64.b64decode(results["icon"]["content"]).startswith(b"\x89PNG")
    files = b"C:\\Windows\\System32\\notepad.exe\r\nC:\\Windows\\explorer.exe\r\n"
    assert base64.b64decode(results["manifest"]["content"]) == files
    assert base64.b64decode(results["merged"]["content"]) == files
    assert "notepad: 1 of 1 files of trace gone.txt do not exist on the builder" in results["gone"]["msg"]
    assert "let icon be from_program" in results["ico"]["msg"]
    assert "must not contain line breaks, other control characters" in results["nul"]["msg"]
    assert box.journal("unhandled") == []
