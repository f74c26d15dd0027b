# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Every PowerShell text of the collection is one that Windows PowerShell 5.1 takes."""

from __future__ import annotations

from pathlib import Path

import powershell_texts
import pytest
from powershell_syntax import problems
from powershell_texts import PowerShellText, looks_like_powershell

TEXTS = powershell_texts.all_texts()


@pytest.mark.parametrize("one", TEXTS, ids=[one.place for one in TEXTS])
def test_windows_powershell_takes_it(one: PowerShellText) -> None:
    assert problems(one.text) == []


def test_texts_of_every_kind_are_found() -> None:
    """The search itself works: without this, a place that is not looked into would pass unnoticed."""
    places = {one.place.partition(":")[0] for one in TEXTS}
    assert {
        "plugins/module_utils/_active_directory/policy_startup_script.py",
        "plugins/plugin_utils/_applications/state.py",
        "plugins/plugin_utils/_builder_paths.py",
        "plugins/plugin_utils/_sealing/files.py",
        "docs/docsite/rst/guide_connections.rst",
    } <= places


def test_every_script_handed_to_powershell_is_among_them() -> None:
    assert powershell_texts.scripts_without_a_text() == []


def test_tasks_and_files_of_roles_are_looked_into(tmp_path: Path) -> None:
    tasks = tmp_path / "roles" / "some" / "tasks" / "main.yml"
    tasks.parent.mkdir(parents=True)
    tasks.write_text(
        "- name: Shell\n  ansible.windows.win_shell: Get-Item {{ path }}\n"
        "- block:\n    - name: Script\n      win_powershell: {script: \"$a = '{{ b }}'\"}\n"
        "    - name: Other\n      ansible.windows.win_command: hostname\n      vars: {key: !unsafe text}\n"
    )
    template = tmp_path / "roles" / "some" / "templates" / "a.ps1.j2"
    template.parent.mkdir()
    template.write_text("{% if x %}\nGet-Item {{ y }}\n{% endif %}\n")
    guide = tmp_path / "docs" / "docsite" / "rst" / "guide.rst"
    guide.parent.mkdir(parents=True)
    guide.write_text("Text\n\n.. code-block:: powershell\n\n   Get-Item a\n\n   Get-Item b\n\nMore\n")

    found = [
        *powershell_texts.texts_of_tasks(tmp_path),
        *powershell_texts.texts_of_files(tmp_path),
        *powershell_texts.texts_of_guides(tmp_path),
    ]

    assert [(one.place.rpartition("/")[2], one.text.split()) for one in found] == [
        ("main.yml: Shell", ["Get-Item", "1"]),
        ("main.yml: Script", ["$a", "=", "'1'"]),
        ("a.ps1.j2", ["Get-Item", "1"]),
        ("guide.rst: 1", ["Get-Item", "a", "Get-Item", "b"]),
    ]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("$name = 'a'", True),
        ("param([string[]]$Path)\nforeach ($one in $Path) { $one }", True),
        ("    Get-Item -LiteralPath C:\\x", True),
        ("a | Out-Null", True),
        ("powershell.exe -NoProfile -Command Remove-LocalGroupMember x", True),
        ("Run Remove-Item on it.", False),
        ("Ask Get-WinEvent, or the event viewer.", False),
        ("$name == 1", False),
    ],
)
def test_what_powershell_looks_like(text: str, is_one: bool) -> None:
    assert looks_like_powershell(text) is is_one


@pytest.mark.parametrize(
    "text",
    [
        "$a ?? 1",
        "$a ??= 1",
        "$a?.Length",
        "${a}?[0]",
        "$a ? 1 : 2",
        "Get-Item a && Get-Item b",
        "Get-Item a || Get-Item b",
        "1..3 | ForEach-Object -Parallel { $_ }",
        "'{}' | ConvertFrom-Json -AsHashtable",
        "function f { process { 1 } clean { 2 } }",
        "if ($IsWindows) { 1 }",
        "Get-Content a -AsByteStream",
        "if ($a) { Get-Item b",
        "Get-Item 'b",
        "{parameters}\n)",
    ],
)
def test_what_windows_powershell_does_not_take(text: str) -> None:
    assert problems(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "[Collections.Generic.List[object]]::new()",
        "for ($i = 1; $i -le 3; $i++) { try { f; break } catch { if ($i -ge 3) { throw } } }",
        "$x = if ($a) { 1 } else { 2 }",
        "Get-Process | ForEach-Object { Invoke-Command -AsJob { 1 } }",
        "@'\na && b\n'@",
    ],
)
def test_what_windows_powershell_takes(text: str) -> None:
    assert problems(text) == []
