# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to Windows and Image Assistant, whose answers are turned round one by one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import WIN_COMMAND
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service import capture as capturing
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service import report, windows

OPTIONS = {
    "image_assistant_path": "image-assistant.exe",
    "image_name": "verify",
    "taken_image_name": "golden",
    "unfindable": "x" * 48,
}
AWS_CLI = "C:\\Program Files\\Amazon\\AWSCLIV2\\aws.exe"
KEYS = ("Name", "AbsoluteAppPath", "DisplayName", "AbsoluteIconPath", "WorkingDirectory", "LaunchParameters")
ICONS = "C:\\ProgramData\\Amazon\\Photon\\AppCatalogHelper\\AppIcons"


class Builder:
    """A builder as it is assumed to be, in which anything can be otherwise."""

    def __init__(self, **otherwise: Any) -> None:
        self.otherwise = otherwise
        self.catalog: list[dict[str, str]] = []
        self.left: set[str] = set()

    def run(self, module: str, arguments: Mapping[str, Any], **_keywords: Any) -> Mapping[str, Any]:
        name = module.rpartition(".")[2]
        if name == "win_command":
            return self._command(list(arguments["argv"]))
        return getattr(self, f"_{name}")(arguments)

    def _command(self, argv: list[str]) -> dict[str, Any]:
        if argv[0] == "msiexec.exe":
            return {"rc": self.otherwise.get("msiexec", 1639), "stdout": ""}
        operation, given = argv[1], dict(zip(argv[2::2], argv[3::2]))
        if "--no-such-option" in argv:
            return {"rc": self.otherwise.get("parser", 1), "stdout": "", "stderr": "unknown option"}
        status, message, more = getattr(self, f"_do_{operation.replace('-', '_')}")(argv, given)
        return {"rc": status, "stdout": json.dumps({"status": status, "message": message, **more}), "stderr": ""}

    def _do_list_applications(self, _argv: list[str], _given: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        keys = self.otherwise.get("keys", KEYS)
        shown = [{key: value for key, value in one.items() if key in keys} for one in self.catalog]
        return 0, "Success", {"applications": shown}

    def _do_add_application(self, argv: list[str], given: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        if given["--absolute-app-path"].startswith("C:\\Users"):
            return self.otherwise.get("users", 255), "not supported", {}
        asked = given["--name"].removeprefix(windows.PREFIX)
        parameters = next(value for name, value in windows.LAUNCH_PARAMETERS.items() if name.startswith(asked))
        if self.otherwise.get("parameters"):
            parameters = self.otherwise["parameters"](parameters)
        icon = f"{self.otherwise.get('icons', ICONS)}\\a.png"
        values = (given["--name"], windows.PROGRAM, "Verify", icon, "C:\\Windows\\System32", parameters)
        self.catalog.append(dict(zip(KEYS, values)))
        return 0, "Success", {}

    def _do_remove_application(self, _argv: list[str], given: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        self.catalog = [one for one in self.catalog if one["Name"] != given["--name"]]
        return 0, "Success", {}

    def _do_create_image(self, argv: list[str], given: dict[str, str]) -> tuple[int, str, dict[str, Any]]:
        assert "--dry-run" in argv
        wrong = not self.catalog or given["--name"] == "golden"
        return (1, "refused", {}) if wrong and not self.otherwise.get("dry_run_says_nothing") else (0, "Success", {})

    def _win_stat(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        there = self.otherwise.get("files", [AWS_CLI, *self.otherwise.get("more_files", [])])
        return {"stat": {"exists": arguments["path"] in there}}

    def _win_service_info(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"services": [{"name": "wuauserv", "start_mode": self.otherwise.get("wuauserv", "disabled")}]}

    def _win_reg_stat(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        policy = self.otherwise.get("policy")
        return {"exists": policy is not None, "value": policy}

    def _slurp(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"content": base64.b64encode(self.otherwise["agents"]).decode()}

    def _win_copy(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.left.add(arguments["dest"])
        return {"changed": True}

    def _win_file(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        self.left.discard(arguments["path"])
        return {"changed": True}

    def _win_shell(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"rc": self.otherwise.get("shell", 1), "stdout": "", "failed": True}

    def _capture_preflight(self, _arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {"problems": self.otherwise.get("problems", []), "warnings": []}

    def _secret_scan(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        assert arguments["secrets"] == {"probe": OPTIONS["unfindable"]}
        return {"failed": self.otherwise.get("scan_fails", False), "msg": "did not come to an end", "seconds": 60}


def answers_of(builder: Builder) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for probe in windows.PROBES.values():
        found.update(probe(builder.run, OPTIONS))
    return found


def test_a_builder_as_it_is_assumed_to_be() -> None:
    builder = Builder()
    answers = answers_of(builder)
    assert report.different(answers) == []
    assert builder.catalog == [] and builder.left == set(), "what was added has been removed"
    asked = {name for name, one in answers.items() if "seen" in one}
    wanted = {name for name, entry in report.entries().items() if entry["probe"] in windows.PROBES}
    assert wanted - asked == {"agents_json_form"}, "there is none on a base image"


_AGENTS_FILE = {"more_files": [windows._AGENTS]}


@pytest.mark.parametrize(
    ("name", "otherwise"),
    [
        ("stock_preflight", {"problems": ["a reboot is pending"]}),
        ("ssm_registration", {"more_files": [windows._REGISTRATION]}),
        ("execution_policy", {"policy": "Restricted"}),
        ("aws_cli_path", {"files": ["C:\\Program Files\\Amazon\\AWSCLI\\bin\\aws.exe"]}),
        ("windows_update_service", {"wuauserv": "manual"}),
        ("agents_json_form", {**_AGENTS_FILE, "agents": b"[]"}),
        ("shell_exit_code", {"shell": 5}),
        ("msiexec_refusals", {"msiexec": 0}),
        ("list_applications_keys", {"keys": ("Name", "AbsoluteAppPath")}),
        ("hyphen_launch_parameters", {"parameters": lambda value: f'"{value}"'}),
        ("quoted_launch_parameters", {"parameters": lambda value: value.replace('"', "")}),
        ("backslash_launch_parameters", {"parameters": lambda value: value.rstrip("\\")}),
        ("extracted_icon_place", {"icons": "C:\\Elsewhere"}),
        ("parser_error", {"parser": 2}),
        ("programs_of_users_refused", {"users": 1}),
        ("dry_run_tells_empty_catalog", {"dry_run_says_nothing": True}),
        ("dry_run_tells_taken_name", {"dry_run_says_nothing": True}),
        ("scan_ends_in_time", {"scan_fails": True}),
    ],
)
def test_what_is_otherwise_is_told(name: str, otherwise: dict[str, Any]) -> None:
    assert name in report.different(answers_of(Builder(**otherwise)))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_agents_json_in_any_encoding(encoding: str) -> None:
    builder = Builder(**_AGENTS_FILE, agents='{"Agents": []}'.encode(encoding))
    assert windows.settings(builder.run, OPTIONS)["agents_json_form"]["seen"] == "an object with a list Agents"


class Capturing:
    """A builder of which an image is taken, with a clock that moves when somebody sleeps."""

    def __init__(self, answer: Any, off: float = 15, snapshotting: float = 10, visible: float = 20) -> None:
        self.answer, self.now = answer, 0.0
        self.off, self.snapshotting, self.visible = off, snapshotting, visible

    def run(self, module: str, _arguments: Mapping[str, Any], **_keywords: Any) -> Mapping[str, Any]:
        if module == WIN_COMMAND:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer
        if self.now >= self.off:
            raise ConnectionError("gone")
        return {"ping": "pong"}

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def capture(self) -> Any:
        return capturing.capture(
            capturing.Capture(
                program="image-assistant.exe",
                image_name="verify",
                tags={},
                run_module=self.run,
                image_is_visible=lambda: self.now >= self.visible,
                builder_is_snapshotting=lambda: self.now >= self.snapshotting,
                clock=lambda: self.now,
                sleep=self.sleep,
            )
        )


SUCCESS = {"rc": 0, "stdout": '{"status": 0, "message": "Success"}', "stderr": ""}


def test_what_follows_create_image_is_timed() -> None:
    answers = Capturing(SUCCESS).capture()
    assert report.different(answers) == []
    assert answers["duration_power_off_after_create_image"]["seen"] == 16.0
    late = Capturing(SUCCESS, off=120, snapshotting=90, visible=200).capture()
    assert set(report.different(late)) == {name for name in answers if name.startswith("duration_")}


@pytest.mark.parametrize("lost", [ConnectionError("reset"), {"module_stdout": "", "rc": -1}])
def test_an_answer_that_never_arrives(lost: Any) -> None:
    assert report.different(Capturing(lost).capture()) == ["create_image_answer_arrives"]


def test_what_never_happens_is_not_asked() -> None:
    answers = Capturing(SUCCESS, visible=float("inf")).capture()
    assert answers["duration_image_visible"] == {"not_asked": "it had not happened after 600 seconds"}


def test_a_refusal_begins_nothing() -> None:
    refused = {"rc": 1, "stdout": '{"status": 1, "message": "no"}', "stderr": ""}
    with pytest.raises(AnsibleActionFail, match="create-image was refused"):
        Capturing(refused).capture()
