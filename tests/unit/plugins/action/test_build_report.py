# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.action import build_report

IMAGES = [
    {
        "name": "design",
        "image": {"name": "design-1", "state": "AVAILABLE"},
        "phases": [{"name": "a", "started": "2026-11-22T12:00:00Z"}],
        "finished": "2026-11-22T12:01:01Z",
    },
    {"name": "cad", "failed": True, "failed_step": "a", "message": "no"},
]


def full_disk(_manifest, _path):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def run(make_action, monkeypatch, tmp_path):
    printed = []
    monkeypatch.setattr(build_report, "show", printed.append)

    def run(check_mode=False, run_id="run-1", **changes):
        arguments = {"run": {"id": run_id}, "directory": str(tmp_path / "reports"), "images": IMAGES, **changes}
        result = make_action(build_report.ActionModule, arguments, check_mode=check_mode).run(task_vars={})
        return result, printed

    return run


def test_writes_prints_and_returns(run, tmp_path):
    result, printed = run()
    path = tmp_path / "reports" / "run-1.json"
    assert result["path"] == str(path)
    assert json.loads(path.read_text()) == result["manifest"]
    assert "\n".join(printed) == "\n".join(result["summary"])
    assert [len(printed), printed[-1]] == [2, result["summary"][-1]], "the summary first, whatever writing takes"
    assert result["summary"][-1] == f"Report: {path}"
    assert result["failures"] == [{"name": "cad", "step": "a", "message": "no"}]
    assert result["changed"] is False
    assert result["ansible_stats"] == {"data": result["stats"], "per_host": False, "aggregate": True}


def test_without_a_folder_nothing_is_written(run, tmp_path):
    result, _printed = run(directory="")
    assert result["path"] == "" and list(tmp_path.iterdir()) == []
    assert result["stats"]["appstream_image_design"]["manifest"]["images"][0]["name"] == "design"


def test_check_mode_prints_only(run, tmp_path):
    result, printed = run(check_mode=True)
    assert printed[-1].startswith("Check mode: no report was written")
    assert not (tmp_path / "reports").exists()
    assert result["manifest"]["images"][0]["seconds"] == 61


@pytest.mark.parametrize("run_id", ["../run", "a/b", "", ".hidden", "a b"])
def test_run_ids_that_are_no_file_names(run, run_id):
    with pytest.raises(AnsibleActionFail, match="becomes a file name"):
        run(run_id=run_id)


@pytest.mark.parametrize("how", ["file", "loop", "full"])
def test_a_report_that_can_not_be_written_hides_nothing(run, tmp_path, monkeypatch, how):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    if how == "full":
        monkeypatch.setattr(build_report, "write_manifest", full_disk)
    result, printed = run(directory=str(tmp_path / how / "reports"))
    summary, last, content = printed
    assert "design-1, AVAILABLE" in summary and "cad: FAILED" in summary
    assert "could not be written" in last
    assert json.loads(content) == result["manifest"]
    assert "could not be written" in result["warnings"][0]
    assert (result["path"], result.get("failed", False)) == ("", False)
    assert result["ansible_stats"]["data"]["appstream_image_design"]["manifest_path"] is None


def test_what_is_left_to_do_is_said_and_no_failure(run):
    result, [summary, _last] = run(images=[{**IMAGES[0], "left_to_do": ["remove the builder"]}])
    assert "    LEFT TO DO: remove the builder" in summary.splitlines()
    assert (result["failures"], result["failure_message"]) == ([], "")
    assert result["warnings"] == ["design: remove the builder"]
    assert result["stats"]["appstream_image_design"]["left_to_do"] == ["remove the builder"]


def test_misspelt_options_are_refused(run):
    with pytest.raises(AnsibleActionFail, match="fase"):
        run(images=[{"name": "x", "fase": []}])


def test_the_folder_is_made_absolute(run, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result, _printed = run(directory="out")
    assert Path(result["path"]) == tmp_path / "out" / "run-1.json"
