# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The collection's PowerShell on a real PowerShell 7: all of it parsed, and run what does not need Windows.

These tests are a stage of their own, `tools/test powershell`, which says that it did not run where there is no `pwsh`.
What they do not prove: that Windows PowerShell 5.1 takes a text (see tests/unit/test_powershell_texts.py), and what
scripts do that ask Windows.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import powershell_texts
import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _builder_paths, _windows_job
from ansible_collections.euc.appstream.plugins.plugin_utils._sealing import files

_LONGEST = 300
# Reads a list of {place, text}; gives {place, errors, newer}: what PowerShell's own parser objects to, and operators
# that Windows PowerShell does not have.
_PARSE = r"""
param([string]$File)
$texts = Get-Content -Raw -LiteralPath $File | ConvertFrom-Json
$found = foreach ($one in $texts) {
    $tokens = $null
    $problems = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($one.text, [ref]$tokens, [ref]$problems)
    $newer = $tree.FindAll({
        $node = $args[0]
        $node.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' -or
            "$($node.Operator)" -in 'QuestionQuestion', 'QuestionQuestionEquals' -or $node.NullConditional
    }, $true)
    [pscustomobject]@{
        place = $one.place
        errors = @($problems | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.Message)" })
        newer = @($newer | ForEach-Object { "line $($_.Extent.StartLineNumber): $($_.Extent.Text)" })
    }
}
ConvertTo-Json -InputObject @($found) -Depth 4 -Compress
"""
# Runs a script with parameters as Ansible's module does: the first error ends it.
_RUN = r"""
param([string]$Script, [string]$Parameters)
$ErrorActionPreference = 'Stop'
$given = @{}
$read = Get-Content -Raw -LiteralPath $Parameters | ConvertFrom-Json
foreach ($property in $read.PSObject.Properties) { $given[$property.Name] = $property.Value }
$block = [scriptblock]::Create((Get-Content -Raw -LiteralPath $Script))
ConvertTo-Json -InputObject @(& $block @given) -Depth 5 -Compress
"""


def pwsh(folder: Path, script: str, *arguments: str) -> Any:
    """What a script prints, as JSON; fails the test when it fails."""
    file = folder / "script.ps1"
    file.write_text(script)
    command = ["pwsh", "-NoProfile", "-NonInteractive", "-File", str(file), *arguments]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LONGEST)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return json.loads(finished.stdout)


def run(folder: Path, text: str, **parameters: Any) -> Any:
    """What a script of the collection outputs."""
    script, given = folder / "given.ps1", folder / "parameters.json"
    script.write_text(text)
    given.write_text(json.dumps(parameters))
    return pwsh(folder, _RUN, str(script), str(given))


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every text as PowerShell's parser sees it, by place."""
    folder = tmp_path_factory.mktemp("parse")
    texts = [{"place": one.place, "text": one.text} for one in powershell_texts.all_texts()]
    # What must be found, or else nothing is looked for.
    texts += [{"place": "broken", "text": "if ($a) {"}, {"place": "newer", "text": "$a ? 1 : 2; $b ?? 3; f && g"}]
    (folder / "texts.json").write_text(json.dumps(texts))
    found = pwsh(folder, _PARSE, str(folder / "texts.json"))
    return {one["place"]: one for one in found}


def test_the_parser_finds_what_it_is_to_find(parsed: dict[str, dict[str, Any]]) -> None:
    assert parsed["broken"]["errors"] and len(parsed["newer"]["newer"]) == 3


@pytest.mark.parametrize("place", [one.place for one in powershell_texts.all_texts()])
def test_powershell_parses_it(parsed: dict[str, dict[str, Any]], place: str) -> None:
    assert (parsed[place]["errors"], parsed[place]["newer"]) == ([], [])


def test_what_paths_are(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")

    kinds = run(tmp_path, _builder_paths._SCRIPT, Path=[str(tmp_path / "a.txt"), str(tmp_path), str(tmp_path / "gone")])

    assert kinds == [1, 2, 0]


@pytest.mark.parametrize(("content", "seconds"), [('{"finished": 1}', 60), ('{"finished": 0}', 1), (None, 1)])
def test_a_job_is_waited_for(tmp_path: Path, content: str | None, seconds: int) -> None:
    status = tmp_path / "job"
    if content is not None:
        status.write_text(content)

    assert run(tmp_path, _windows_job._WAIT, Path=str(status), Seconds=seconds, Interval=1) == [content or ""]


def test_items_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.log").write_text("a")
    (folder / "b.log").write_text("b")
    kept = tmp_path / "kept.log"
    kept.write_text("c")

    run(tmp_path, files.REMOVE_ITEMS, Path=[str(folder / "*"), str(tmp_path / "gone" / "*")])

    assert list(folder.iterdir()) == [] and kept.exists()
