# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import errno
import json
import stat
from pathlib import Path

import pytest
from ansible_collections.euc.appstream.plugins.plugin_utils import _build_report as report

PHASES = [
    {"name": "provision_image_builder", "started": "2026-11-22T12:00:00Z"},
    {"name": "install_applications", "started": "2026-11-22T12:01:10.000000Z"},
]
BUILT = {
    "name": "design",
    "image": {"name": "design-1", "arn": "arn:aws:appstream:x", "state": "AVAILABLE", "platform": "WINDOWS"},
    "base_image": {"name": "AppStream-WinServer2022-11-10-2026"},
    "builder_name": "design-builder",
    "applications": [{"name": "npp", "version": "8.6", "checksum": "sha256:1", "source": "https://x"}],
    "phases": PHASES,
    "finished": "2026-11-22T12:01:40Z",
    "failed": False,
}
FAILED = {
    "name": "cad",
    "base_image": "AppStream-WinServer2019",
    "builder_name": "cad-builder",
    "phases": PHASES[:1],
    "finished": "2026-11-22T12:01:05Z",
    "failed": True,
    "failed_step": "install_applications",
    "failed_task": "Install CAD",
    "message": "exit code 1603",
    "on_error": "keep",
    "builder_outcome": "Image builder cad-builder was kept: open the console",
}
RUN = {"id": "run-1", "started": "2026-11-22T12:00:00Z"}


def test_manifest():
    manifest = report.build_manifest(RUN, "Nightly", [BUILT, FAILED])
    assert manifest["schema"] == report.SCHEMA
    assert manifest["run"]["id"] == "run-1"
    assert manifest["run"]["finished"].endswith("Z")
    built, failed = manifest["images"]
    assert built["image"] == {"name": "design-1", "arn": "arn:aws:appstream:x", "state": "AVAILABLE"}
    assert built["seconds"] == 100.0
    assert built["applications"] == BUILT["applications"]
    assert failed["image"] == {"name": None, "arn": None, "state": None}
    assert failed["applications"] == []
    assert json.loads(json.dumps(manifest)) == manifest


def test_versions_of_what_built_it():
    versions = report.build_manifest(RUN, "t", [])["versions"]
    assert versions["ansible-core"]
    assert all(versions[name] for name in report.COLLECTIONS)
    assert report.collection_version("nobody.nothing") is None


def test_summary():
    manifest = report.build_manifest(RUN, "Nightly", [BUILT, FAILED])
    assert report.summary_lines(manifest, check_mode=False) == [
        "Nightly (run run-1)",
        "  design: design-1, AVAILABLE",
        "    arn:aws:appstream:x",
        "    base image AppStream-WinServer2022-11-10-2026",
        "    provision_image_builder 1:10, install_applications 0:30; total 1:40",
        "  cad: FAILED in install_applications (task Install CAD): exit code 1603",
        "    Image builder cad-builder was kept: open the console",
        "    base image AppStream-WinServer2019",
        "    provision_image_builder 1:05; total 1:05",
    ]


def test_summary_of_a_failure_nobody_knows_anything_of():
    manifest = report.build_manifest(RUN, "t", [{"name": "x", "failed": True}])
    lines = report.summary_lines(manifest, check_mode=False)
    assert lines[1:] == ["  x: FAILED in an unknown step: no reason given"]


def test_summary_in_check_mode():
    planned = {"name": "design", "image": {"name": "design-1"}, "base_image": "b"}
    lines = report.summary_lines(report.build_manifest(RUN, "t", [planned]), check_mode=True)
    assert lines[1] == "  design: design-1, would be built"
    assert "no report was written" in report.report_line(Path("/r.json"), check_mode=True)


def test_failures():
    assert report.failures([BUILT, FAILED]) == [
        {"name": "cad", "step": "install_applications", "task": "Install CAD", "message": "exit code 1603"}
    ]


@pytest.mark.parametrize(
    ("phases", "finished", "seconds"),
    [
        ([], None, []),
        ([], "2026-11-22T12:00:00Z", []),
        (PHASES, "2026-11-22T12:01:40Z", [70.0, 30.0]),
        (PHASES, None, [70.0, 0.0]),
    ],
)
def test_each_phase_lasts_until_the_next(phases, finished, seconds):
    assert [phase["seconds"] for phase in report.timed_phases(phases, finished)] == seconds


def test_what_people_and_awx_get_of_failures():
    manifest = report.build_manifest(RUN, "t", [BUILT, FAILED])
    failed = report.failures(manifest["images"])
    assert (
        report.failure_message(failed, 2) == "1 of 2 images failed. cad failed at install_applications: exit code 1603"
    )
    assert report.failure_message([], 2) == ""
    handed = report.stats(manifest, Path("/r.json"))
    assert set(handed) == {"appstream_image_design", "appstream_image_cad"}
    built, broken = handed["appstream_image_design"], handed["appstream_image_cad"]
    expected = {"recipe": "design", "run": "run-1", "name": "design-1", "arn": "arn:aws:appstream:x", "failed": False}
    assert expected.items() <= built.items() and built["state"] == "AVAILABLE"
    assert built["manifest_path"] == "/r.json" and built["manifest"]["images"] == [manifest["images"][0]]
    assert (broken["failed"], broken["step"], broken["message"]) == (True, "install_applications", "exit code 1603")
    assert report.stats(manifest, None)["appstream_image_cad"]["manifest_path"] is None


def test_slices_of_a_job_hand_over_variables_of_their_own():
    one, other = (report.build_manifest(RUN, "t", [{**BUILT, "name": name}]) for name in ("a-1", "b.2"))
    assert [*report.stats(one, None), *report.stats(other, None)] == ["appstream_image_a_1", "appstream_image_b_2"]


def test_a_hand_over_that_would_be_too_long_says_what_it_goes_without():
    long = {**BUILT, "seal": {"removed": [{"name": "x" * 100}] * 1000}, "warnings": ["short"]}
    handed = report.stats(report.build_manifest(RUN, "t", [long]), None)["appstream_image_design"]
    assert len(json.dumps(handed)) <= report.LONGEST_HAND_OVER
    assert handed["left_out"] == ["seal"] and handed["manifest"]["images"][0]["warnings"] == ["short"]


def test_output_of_what_failed_is_shown_unless_the_message_has_it():
    failed = {
        **FAILED,
        "failed_role": "corp.cad",
        "failed_place": "main.yml:3",
        "stdout": "a\nb",
        "stderr": "exit code 1603",
    }
    lines = report.summary_lines(report.build_manifest(RUN, "t", [failed]), check_mode=False)
    assert lines[1] == "  cad: FAILED in install_applications (task corp.cad : Install CAD, main.yml:3): exit code 1603"
    assert lines[2:4] == ["    stdout: a", "    stdout: b"]
    assert not [line for line in lines if "stderr" in line]


@pytest.mark.parametrize(
    ("environment", "path", "lost"),
    [
        ({"JOB_ID": "7", "AWX_PRIVATE_DATA_DIR": "/tmp/awx_7"}, "/tmp/awx_7/project/reports/r.json", True),
        ({"JOB_ID": "7", "AWX_PRIVATE_DATA_DIR": "/tmp/awx_7"}, "/runner/project/reports/r.json", True),
        ({"JOB_ID": "7", "AWX_PRIVATE_DATA_DIR": "/tmp/awx_7"}, "/var/lib/awx/reports/r.json", False),
        ({"AWX_PRIVATE_DATA_DIR": "/tmp/awx_7"}, "/tmp/awx_7/r.json", False),
        ({}, "/runner/project/r.json", False),
    ],
)
def test_a_folder_that_awx_deletes_is_called_so(environment, path, lost):
    assert report.thrown_away_by_awx(Path(path), environment) is lost
    line = report.report_line(Path(path), False, environment)
    assert ("AWX deletes" in line) is lost


@pytest.mark.parametrize(
    ("path", "problem", "line"),
    [
        (Path("/r.json"), "", "Report: /r.json"),
        (None, "", "Report: no file was written, because no directory is given"),
        (None, "it could not be written", "Report: it could not be written. It follows as JSON:"),
    ],
)
def test_where_the_report_is(path, problem, line):
    assert report.report_line(path, False, {}, problem) == line


def test_writing(tmp_path):
    path = tmp_path / "a" / "b" / "run-1.json"
    report.write_manifest({"schema": 1}, path)
    report.write_manifest({"schema": 2}, path)
    assert json.loads(path.read_text()) == {"schema": 2}
    assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    assert [entry.name for entry in path.parent.iterdir()] == ["run-1.json"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "run-1.json"
    report.write_manifest({"schema": 1}, path)
    with pytest.raises(TypeError):
        report.write_manifest({"schema": object()}, path)
    assert json.loads(path.read_text()) == {"schema": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["run-1.json"]


@pytest.mark.parametrize("folder", ["", "missing", "missing/below", "there"])
def test_folders_that_can_be_written_to(tmp_path, folder):
    (tmp_path / "there").mkdir()
    before = sorted(tmp_path.rglob("*"))
    assert report.report_problems(str(tmp_path / folder) if folder else "") == []
    assert sorted(tmp_path.rglob("*")) == before, "nothing is left behind"


@pytest.mark.parametrize("folder", ["file", "file/below", "loop"])
def test_folders_that_can_not_be_written_to(tmp_path, folder):
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    [problem] = report.report_problems(str(tmp_path / folder))
    assert problem.startswith(f"appstream_report_directory {tmp_path / folder}: no report could be written")


def test_a_full_disk(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(report.os, "fsync", full)
    assert "No space left" in report.report_problems(str(tmp_path))[0]
