# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail, AnsibleConnectionFailure
from ansible_collections.euc.appstream.plugins.action import image_capture
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import waits

PENDING = {"name": "design", "state": "PENDING", "arn": "arn:aws:appstream:x"}
SUCCESS = {"rc": 0, "stdout": '{"status": 0, "message": "Success"}', "stderr": ""}
LISTING = {
    "rc": 0,
    "stdout": '{"status": 0, "message": "Success", "applications": [{"Name": "npp"}]}',
    "stderr": "",
}
DROPPED = {"failed": True, "rc": -1, "module_stdout": "", "module_stderr": "", "msg": "MODULE FAILURE"}


def refusal(status: int, message: str) -> dict[str, Any]:
    stdout = json.dumps({"status": status, "message": message})
    return {"failed": True, "rc": status, "stdout": stdout, "stderr": "", "msg": "non-zero return code"}


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class World:
    """AWS and the builder.

    ``images``: answers of image_info in turn, the last one for ever. ``answers``: those of the builder.
    """

    def __init__(self, images: list[Any], answers: list[Any], builders: list[dict[str, Any]] | None = None) -> None:
        self.images, self.answers, self.builders = images, answers, builders or []
        self.asked: list[dict[str, Any]] = []
        self.argv: list[list[str]] = []

    def of_aws(self, action, task_vars, module, arguments):
        self.asked.append(arguments)
        if module == "image_builder_info":
            return {"image_builders": self.builders}
        if module == "image_builder":
            self.begun_at_tagging = len(self.argv)
            return {"failed": True, "msg": "no permission"} if arguments["name"] == "foreign" else {"changed": True}
        image = self.images.pop(0) if len(self.images) > 1 else self.images[0]
        if isinstance(image, str):
            return {"failed": True, "msg": image}
        return {"images": [image] if image else []}

    def on_host(self, action, task_vars, module, arguments, *, read_only=False):
        if action._task.check_mode and not read_only:
            raise AssertionError(f"{arguments} was run in check mode")
        self.argv.append(arguments["argv"][1:] if "argv" in arguments else [arguments["_raw_params"]])
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def run(make_action, monkeypatch):
    def run(world: World, check_mode=False, **options):
        monkeypatch.setattr(image_capture, "ask_aws", world.of_aws)
        monkeypatch.setattr(image_capture, "run_on_host", world.on_host)
        monkeypatch.setattr(waits, "time", Clock())
        action = make_action(image_capture.ActionModule, {"name": "design", **options}, check_mode=check_mode)
        return action.run(task_vars={})

    return run


def test_dry_run_then_for_real(run):
    world = World([None, PENDING], [LISTING, SUCCESS, SUCCESS])
    result = run(world, description="For designers", tags={"CostCenter": 42})
    assert (result["changed"], result["image"]) == (True, PENDING)
    assert result["image_assistant"] == {"status": 0, "message": "Success", "connection_lost": False}
    listing, dry_run, real = world.argv
    assert listing == ["list-applications"]
    assert "--dry-run" in dry_run
    assert real == [argument for argument in dry_run if argument != "--dry-run"]
    assert real[-3:] == ["--tags", "CostCenter", "42"]
    assert "--use-latest-agent-version" in real


@pytest.mark.parametrize("state", ["AVAILABLE", "PENDING", "COPYING", "SOME_NEW_STATE"])
def test_an_existing_image_is_left_alone(run, state):
    world = World([{**PENDING, "state": state}], [])
    result = run(world)
    assert (result["changed"], result["image"]["state"]) == (False, state)
    assert result["image_assistant"]["status"] is None
    assert world.argv == []


def test_a_failed_image_is_told_with_its_errors(run):
    failed = {
        **PENDING,
        "state": "FAILED",
        "image_errors": [{"error_code": "INTERNAL_SERVICE_ERROR", "error_message": "snapshot failed"}],
    }
    with pytest.raises(AnsibleActionFail, match=r"snapshot failed.*stays taken") as raised:
        run(World([failed], []))
    assert raised.value.result["image"] == failed


def test_an_image_on_its_way_out_is_no_success(run):
    with pytest.raises(AnsibleActionFail, match="is being deleted"):
        run(World([{**PENDING, "state": "DELETING"}], []))


def test_an_image_that_fails_at_once_is_a_failure(run):
    world = World([None, {**PENDING, "state": "FAILED"}], [LISTING, SUCCESS, SUCCESS])
    with pytest.raises(AnsibleActionFail, match="design is FAILED"):
        run(world)


@pytest.mark.parametrize(
    "loss",
    [
        DROPPED,
        {"unreachable": True, "msg": "no route"},
        AnsibleConnectionFailure("winrm connection error"),
        ConnectionResetError("reset by peer"),
        TimeoutError("timed out"),
    ],
)
def test_a_lost_connection_is_pending_until_the_image_shows_up(run, loss):
    world = World([None, None, "throttled", None, PENDING], [LISTING, SUCCESS, loss])
    result = run(world)
    assert (result["changed"], result["image"]) == (True, PENDING)
    assert result["image_assistant"]["connection_lost"] is True
    assert result["image_assistant"]["status"] is None
    assert len(world.asked) == 5


@pytest.mark.parametrize(
    ("builders", "told"),
    [
        ([{"name": "b", "state": "RUNNING"}], "Image builder b is RUNNING: nothing was begun"),
        ([{"name": "b", "state": "SNAPSHOTTING"}], "Image builder b is SNAPSHOTTING: the image is being made"),
        ([{"name": "b", "state": "FAILED"}], "Image builder b is FAILED: see its state_change_reason"),
        ([], "Look at the image builder: if it is RUNNING"),
    ],
)
def test_an_image_that_never_shows_up(run, builders, told):
    world = World([None], [LISTING, SUCCESS, DROPPED], builders)
    with pytest.raises(AnsibleActionFail, match=rf"within 60 seconds.*got no answer.*{told}"):
        run(world, builder_name="b", appear_timeout=60)
    assert 5 <= len(world.asked) <= 9


def test_the_last_trouble_with_aws_is_told(run):
    world = World([None, "expired token"], [LISTING, SUCCESS, SUCCESS])
    with pytest.raises(AnsibleActionFail, match=r"answered Success.*expired token"):
        run(world, appear_timeout=1)


@pytest.mark.parametrize("status", [1, 255])
def test_a_received_failure_is_a_failure(run, status):
    world = World([None], [LISTING, SUCCESS, refusal(status, "An image with the given name already exists")])
    with pytest.raises(AnsibleActionFail, match=rf"create-image failed \(status {status}\): An image with"):
        run(world)


def test_an_image_begun_by_a_killed_run_is_waited_for(run):
    taken = refusal(1, "An image with the given name already exists")
    result = run(World([None, None, PENDING], [LISTING, taken]))
    assert (result["changed"], result["image"], result["image_assistant"]["status"]) == (False, PENDING, 1)


def test_an_image_the_tool_knows_of_but_aws_never_shows(run):
    world = World([None], [LISTING, refusal(1, "An image with the given name already exists")])
    with pytest.raises(AnsibleActionFail, match=r"no image design showed up.*answered An image with the given name"):
        run(world)


def test_a_refused_dry_run_ends_it(run):
    world = World([None], [LISTING, refusal(1, "Administrator privileges are required to perform this operation")])
    with pytest.raises(AnsibleActionFail, match=r"dry-run was refused.*Administrator"):
        run(world)
    assert len(world.argv) == 2


@pytest.mark.parametrize("loss", [DROPPED, AnsibleConnectionFailure("refused"), ConnectionResetError("reset")])
def test_a_dry_run_whose_connection_is_lost_is_a_failure(run, loss):
    with pytest.raises(AnsibleActionFail, match="dry-run got no answer, no image was begun"):
        run(World([None], [LISTING, loss]))


def test_a_tool_that_can_not_be_started_is_a_failure_not_a_lost_connection(run):
    missing = {"failed": True, "rc": 2, "cmd": "x", "msg": "Failed to run: file not found"}
    with pytest.raises(AnsibleActionFail, match="could not be started"):
        run(World([None], [LISTING, SUCCESS, missing]))


def test_an_empty_catalog_is_refused_before(run):
    world = World([None], [SUCCESS])
    with pytest.raises(AnsibleActionFail, match=r"catalog is empty.*dynamic_app_catalog: true"):
        run(world)
    assert world.argv == [["list-applications"]]


@pytest.mark.parametrize("stdout", ['{"status": 0, "applications": [{"Name": "npp",}]}', "oops"])
def test_an_unreadable_catalog_is_left_to_the_dry_run(run, stdout):
    world = World([None, PENDING], [{"rc": 0, "stdout": stdout, "stderr": ""}, SUCCESS, SUCCESS])
    assert run(world)["changed"]
    assert "--dry-run" in world.argv[1]


@pytest.mark.parametrize(
    "listing", [refusal(1, "Disk full"), {**SUCCESS, "stdout": '{"status": 1, "message": "Disk full"'}]
)
def test_a_catalog_that_can_not_be_listed_is_a_failure(run, listing):
    world = World([None], [listing])
    with pytest.raises(
        AnsibleActionFail, match=r"no image was begun: list-applications failed \(status 1\): Disk full"
    ):
        run(world)
    assert world.argv == [["list-applications"]]


@pytest.mark.parametrize("stdout", ["", '{"status": -1, "message": "Unexpected"}'])
def test_minus_one_of_the_tool_itself_is_no_lost_connection(run, stdout):
    ended = {"failed": True, "rc": -1, "stdout": stdout, "stderr": "", "msg": "non-zero return code"}
    with pytest.raises(AnsibleActionFail, match=r"create-image failed \(status -1\)"):
        run(World([None], [LISTING, SUCCESS, ended]))


def test_a_dynamic_catalog_may_be_empty(run):
    world = World([None, PENDING], [SUCCESS, SUCCESS])
    assert run(world, dynamic_app_catalog=True)["changed"]
    assert all("--enable-dynamic-app-catalog" in argv for argv in world.argv)


@pytest.mark.parametrize(("image", "changed"), [(None, True), (PENDING, False)])
def test_check_mode_only_reads(run, image, changed):
    world = World([image], [LISTING])
    result = run(world, check_mode=True)
    assert result["changed"] is changed
    assert world.argv == ([["list-applications"]] if changed else [])


def test_limits_are_checked_before_anybody_is_asked(run):
    world = World([None], [])
    with pytest.raises(AnsibleActionFail, match="display_name has 101 characters"):
        run(world, display_name="d" * 101)
    assert world.asked == []


def test_aws_options_are_passed_on_as_given(run):
    world = World([PENDING], [])
    run(world, aws_region="eu-central-1", secret_key="s3cr3t", profile="build")
    expected = {"aws_region": "eu-central-1", "secret_key": "s3cr3t", "profile": "build"}
    assert world.asked == [{"names": ["design"], "include_tags": False, **expected}]


def test_trouble_with_aws_before_anything_began(run):
    with pytest.raises(AnsibleActionFail, match="image_info failed on the controller: no credentials"):
        run(World(["no credentials"], []))


AFTER_START = [["net", "user", "installer", "/delete"], ["winrm", "delete", "winrm/config/Listener?Address=*"]]
SILENT = {"rc": 0, "stdout": "", "stderr": ""}


def test_after_the_start_everything_runs_in_one_go(run):
    world = World([None, PENDING], [LISTING, SUCCESS, SUCCESS, SILENT])
    result = run(world, after_start=AFTER_START)
    assert result["after_start"] == {"status": "done", "failed": [], "message": ""}
    assert "warnings" not in result
    (line,) = world.argv[-1]
    assert line.index("net user installer /delete") < line.index("winrm delete winrm/config/Listener?Address=*")


@pytest.mark.parametrize(
    ("answer", "status", "warning"),
    [
        ({**SILENT, "stdout": "after_start 0 failed\r\n"}, "failed", "not removed .*net user installer /delete"),
        (DROPPED, "unknown", "MODULE FAILURE.*look at a builder started from the image"),
        (AnsibleConnectionFailure("refused"), "unknown", "refused"),
    ],
)
def test_nothing_that_happens_after_the_start_is_a_failure(run, answer, status, warning):
    result = run(World([None, PENDING], [LISTING, SUCCESS, SUCCESS, answer]), after_start=AFTER_START)
    assert (result["changed"], result["image"], result["after_start"]["status"]) == (True, PENDING, status)
    (told,) = result["warnings"]
    assert re.search(warning, told)


def test_the_builder_gets_its_tags_right_before_the_start(run):
    world = World([None, PENDING], [LISTING, SUCCESS, SUCCESS])
    run(world, builder_name="design", builder_tags={"sealed": True}, region="eu-central-1")
    (tagged,) = [asked for asked in world.asked if "tags" in asked]
    assert tagged == {
        "name": "design", "state": "present", "tags": {"sealed": "True"}, "purge_tags": False, "wait": False,
        "region": "eu-central-1",
    }  # fmt: skip
    assert world.begun_at_tagging == 2, "after the dry run"


def test_a_builder_that_cannot_be_tagged_keeps_nobody_from_the_image(run):
    world = World([None, PENDING], [LISTING, SUCCESS, SUCCESS])
    result = run(world, builder_name="foreign", builder_tags={"a": "b"})
    assert result["image"] == PENDING
    assert "foreign did not get the tags a" in result["builder_tags_missing"]
    assert "no permission" in result["builder_tags_missing"]
    assert result["warnings"] == [result["builder_tags_missing"]]


def test_tags_of_a_builder_without_a_name(run):
    with pytest.raises(AnsibleActionFail, match="builder_tags needs builder_name"):
        run(World([None], []), builder_tags={"a": "b"})


def test_after_a_lost_answer_it_is_tried_once(run):
    world = World([None, PENDING], [LISTING, SUCCESS, DROPPED, SILENT])
    result = run(world, after_start=AFTER_START)
    assert (result["image_assistant"]["connection_lost"], result["after_start"]["status"]) == (True, "done")


def test_an_image_that_is_there_already_has_no_start(run):
    world = World([PENDING], [])
    assert run(world, after_start=AFTER_START)["after_start"]["status"] == "not_run"


def test_a_start_that_fails_has_nothing_after_it(run):
    world = World([None], [LISTING, SUCCESS, refusal(1, "Disk full")])
    with pytest.raises(AnsibleActionFail, match="Disk full"):
        run(world, after_start=AFTER_START)
    assert len(world.argv) == 3


def test_what_cmd_would_interpret_is_refused_before_anybody_is_asked(run):
    world = World([None], [])
    with pytest.raises(AnsibleActionFail, match=r"after_start\[0\]: 'a&b'"):
        run(world, after_start=[["net", "user", "a&b"]])
    assert world.asked == []
