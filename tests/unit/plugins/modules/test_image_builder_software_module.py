# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules image_builder_software and image_builder_software_info against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core import progress
from ansible_collections.euc.appstream.plugins.modules import image_builder_software as software
from ansible_collections.euc.appstream.plugins.modules import image_builder_software_info as software_info
from image_builder_account import count, let_time_pass, states_of

Run = Callable[..., dict[str, Any]]

OFFICE = "Microsoft_Office_2024_LTSC_Standard_64Bit"
VISIO = "Microsoft_Visio_2024_LTSC_Professional_64Bit"
OLD_OFFICE = OFFICE.replace("2024", "2021")
IMAGE = "AppStream-WinServer2022-09-09-2026"
STAGING = ["AssociateSoftwareToImageBuilder", "DisassociateSoftwareFromImageBuilder"]
DEPLOY = "StartSoftwareDeploymentToImageBuilder"


@pytest.fixture(autouse=True)
def _passing_time(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    let_time_pass(simulated, monkeypatch)


@pytest.fixture
def design(simulated: Any) -> Any:
    """A client of the account that has the running image builder `design`; its making is not counted."""
    appstream = simulated.client("appstream")
    create(simulated, "design")
    simulated.advance(900)
    simulated.server.calls.clear()
    return appstream


def create(simulated: Any, name: str, **options: Any) -> None:
    request = {"InstanceType": "stream.standard.medium", "ImageName": IMAGE, **options}
    simulated.client("appstream").create_image_builder(Name=name, **request)


def shown(result: dict[str, Any]) -> dict[str, str]:
    """The statuses a module has returned, by name."""
    assert result["software_associations"] == (result["image_builder"] or {}).get("software_associations", [])
    return {one["software_name"]: one["status"] for one in result["software_associations"]}


def statuses(appstream: Any, name: str = "design") -> dict[str, str]:
    """The statuses there really are."""
    (builder,) = appstream.describe_image_builders(Names=[name])["ImageBuilders"]
    found = appstream.describe_software_associations(AssociatedResource=builder["Arn"])["SoftwareAssociations"]
    return {one["SoftwareName"]: one["Status"] for one in found}


def test_installs_and_a_second_run_changes_nothing(run_simulated: Run, simulated: Any, design: Any) -> None:
    result = run_simulated(software, name="design", softwares=[OFFICE, VISIO, OFFICE])
    assert (result["changed"], result["actions"]) == (True, ["associate", "deploy"])
    assert shown(result) == statuses(design) == dict.fromkeys((OFFICE, VISIO), "INSTALLED")
    assert states_of(result) == ["RUNNING", "PENDING_SYNCING_APPS", "SYNCING_APPS", "RUNNING"]
    assert result["diff"] == {"before": {}, "after": dict.fromkeys((OFFICE, VISIO), "INSTALLED")}
    simulated.server.calls.clear()
    again = run_simulated(software, name="design", softwares=[VISIO])
    assert (again["changed"], again["actions"], simulated.operations()) == (False, [], [])
    assert again["diff"]["before"] == again["diff"]["after"]


def test_removes(run_simulated: Run, simulated: Any, design: Any) -> None:
    run_simulated(software, name="design", softwares=[OFFICE, VISIO])
    result = run_simulated(software, name="design", softwares=[VISIO], state="absent")
    assert (result["changed"], result["actions"]) == (True, ["disassociate", "deploy"])
    assert shown(result) == statuses(design) == {OFFICE: "INSTALLED"}
    again = run_simulated(software, name="design", softwares=[VISIO], state="absent")
    assert (again["changed"], again["actions"]) == (False, [])


def test_purging_makes_room_for_another_year(run_simulated: Run, simulated: Any, design: Any) -> None:
    run_simulated(software, name="design", softwares=[OLD_OFFICE])
    simulated.server.calls.clear()
    refused = run_simulated(software, name="design", softwares=[OFFICE])
    assert refused["failed"]
    assert "mixes the years 2021 and 2024" in refused["msg"]
    assert "purge: true" in refused["remedy"]
    assert (refused["changed"], refused["actions"], states_of(refused)) == (False, [], ["RUNNING"])
    assert shown(refused) == {OLD_OFFICE: "INSTALLED"}
    assert simulated.operations() == []
    result = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert result["actions"] == ["disassociate", "associate", "deploy"]
    assert shown(result) == statuses(design) == {OFFICE: "INSTALLED"}
    emptied = run_simulated(software, name="design", softwares=[], purge=True)
    assert (shown(emptied), statuses(design)) == ({}, {})


def test_staging_alone(run_simulated: Run, simulated: Any, design: Any) -> None:
    result = run_simulated(software, name="design", softwares=[OFFICE], deploy=False)
    assert (result["changed"], result["actions"]) == (True, ["associate"])
    assert shown(result) == {OFFICE: "STAGED_FOR_INSTALLATION"}
    assert result["diff"]["after"] == shown(result)
    again = run_simulated(software, name="design", softwares=[OFFICE], deploy=False)
    assert (again["changed"], again["actions"]) == (False, [])
    # What others have staged is deployed along.
    result = run_simulated(software, name="design", softwares=[VISIO])
    assert shown(result) == dict.fromkeys((OFFICE, VISIO), "INSTALLED")
    result = run_simulated(software, name="design", softwares=[VISIO], state="absent", deploy=False)
    assert shown(result)[VISIO] == "STAGED_FOR_UNINSTALLATION"
    result = run_simulated(software, name="design", softwares=[OFFICE])
    assert (result["changed"], result["actions"], shown(result)) == (True, ["deploy"], {OFFICE: "INSTALLED"})


def test_what_is_only_staged_is_taken_back_without_a_deployment(run_simulated: Run, design: Any) -> None:
    run_simulated(software, name="design", softwares=[OFFICE], deploy=False)
    result = run_simulated(software, name="design", softwares=[OFFICE], state="absent")
    assert (result["changed"], result["actions"], shown(result)) == (True, ["disassociate"], {})


def test_without_waiting(run_simulated: Run, simulated: Any, design: Any) -> None:
    result = run_simulated(software, name="design", softwares=[OFFICE], wait=False)
    assert (result["changed"], shown(result)) == (True, {OFFICE: "PENDING_INSTALLATION"})
    again = run_simulated(software, name="design", softwares=[OFFICE], wait=False)
    assert (again["changed"], again["actions"]) == (False, [])
    simulated.advance(240)
    again = run_simulated(software, name="design", softwares=[OFFICE], wait=False)
    assert (again["changed"], shown(again)) == (False, {OFFICE: "INSTALLED"})


@pytest.mark.parametrize(
    ("options", "after"),
    [
        ({"softwares": [OFFICE]}, {VISIO: "INSTALLED", OFFICE: "INSTALLED"}),
        ({"softwares": [OFFICE], "purge": True}, {OFFICE: "INSTALLED"}),
        ({"softwares": [OFFICE], "deploy": False}, {VISIO: "INSTALLED", OFFICE: "STAGED_FOR_INSTALLATION"}),
        (
            {"softwares": [OFFICE], "purge": True, "deploy": False},
            {VISIO: "STAGED_FOR_UNINSTALLATION", OFFICE: "STAGED_FOR_INSTALLATION"},
        ),
        ({"softwares": [VISIO], "state": "absent"}, {}),
        ({"softwares": [VISIO]}, {VISIO: "INSTALLED"}),
    ],
)
def test_check_mode_does_nothing_and_says_what_happens(
    run_simulated: Run, simulated: Any, design: Any, options: dict[str, Any], after: dict[str, str]
) -> None:
    run_simulated(software, name="design", softwares=[VISIO])
    simulated.server.calls.clear()
    predicted = run_simulated(software, check_mode=True, name="design", **options)
    assert simulated.operations() == []
    assert shown(predicted) == after
    really = run_simulated(software, name="design", **options)
    assert (predicted["changed"], predicted["diff"]) == (really["changed"], really["diff"])
    assert shown(really) == after


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": "not legal"}, "is not legal"),
        ({"softwares": [OFFICE, OLD_OFFICE]}, "mixes the years 2021 and 2024"),
        ({"softwares": [OFFICE, VISIO.replace("64", "32")]}, "mixes the architectures 32Bit and 64Bit"),
        ({"softwares": [""]}, "empty name"),
        ({"softwares": [""], "state": "absent"}, "empty name"),
    ],
)
def test_nothing_is_asked_with_options_that_cannot_be(
    run_simulated: Run, simulated: Any, options: dict[str, Any], text: str
) -> None:
    simulated.server.calls.clear()
    result = run_simulated(software, **{"name": "design", "softwares": [OFFICE], **options})
    assert result["failed"]
    assert text in result["msg"]
    assert simulated.server.calls.entries() == []


def test_names_nobody_knows_are_the_services_to_judge(run_simulated: Run, design: Any) -> None:
    result = run_simulated(software, name="design", softwares=["Microsoft_Access_2027"])
    assert result["error"]["code"] == "InvalidParameterCombinationException"
    assert "Microsoft_Access_2027 on image builder design" in result["msg"]


def test_software_for_another_windows(run_simulated: Run, simulated: Any) -> None:
    create(simulated, "older", ImageName="AppStream-WinServer2019-09-09-2026")
    simulated.advance(600)
    simulated.server.calls.clear()
    result = run_simulated(software, name="older", softwares=[OFFICE])
    assert f"{OFFICE} cannot be installed on WINDOWS_SERVER_2019" in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize("check_mode", [True, False])
def test_only_a_running_builder_will_do(run_simulated: Run, simulated: Any, design: Any, check_mode: bool) -> None:
    run_simulated(software, name="design", softwares=[OFFICE])
    design.stop_image_builder(Name="design")
    simulated.server.calls.clear()
    for state in ("STOPPING", "STOPPED"):
        result = run_simulated(software, check_mode, name="design", softwares=[VISIO])
        assert result["failed"]
        assert f"is {state}, and software" in result["msg"]
        assert "module euc.appstream.image_builder" in result["msg"]
        assert shown(result) == {OFFICE: "INSTALLED"}
        simulated.advance(120)
    assert simulated.operations() == []
    # What is as it should be can be stopped.
    assert not run_simulated(software, check_mode, name="design", softwares=[OFFICE])["changed"]


def test_a_builder_that_does_not_exist(run_simulated: Run) -> None:
    result = run_simulated(software, name="nobody", softwares=[OFFICE])
    assert "does not exist" in result["msg"]
    result = run_simulated(software, name="nobody", softwares=[OFFICE], state="absent")
    assert (result["changed"], result["image_builder"], shown(result)) == (False, None, {})


def test_a_builder_on_its_way_is_waited_for(run_simulated: Run, simulated: Any) -> None:
    create(simulated, "design", SoftwaresToInstall=[VISIO])
    result = run_simulated(software, name="design", softwares=[VISIO])
    assert (result["changed"], shown(result), result["actions"]) == (False, {VISIO: "INSTALLED"}, [])
    assert states_of(result)[0] == "PENDING"
    create(simulated, "second")
    result = run_simulated(software, name="second", softwares=[VISIO])
    assert (result["changed"], shown(result)) == (True, {VISIO: "INSTALLED"})


def test_failures_are_reported_and_retried_when_asked_for(run_simulated: Run, simulated: Any, design: Any) -> None:
    rule = {"software": f"{OFFICE}|{VISIO}", "error_code": "1603", "message": "Setup failed.", "times": 5}
    simulated.server.simulation.outcomes.add(rule)
    result = run_simulated(software, name="design", softwares=[OFFICE, VISIO])
    assert result["failed"]
    for name in (OFFICE, VISIO):
        assert f"{name} FAILED_TO_INSTALL: 1603: Setup failed." in result["msg"]
    assert "retry_failed: true" in result["remedy"]
    assert (result["changed"], result["actions"]) == (True, ["associate", "deploy"])
    assert states_of(result) == ["RUNNING", "PENDING_SYNCING_APPS", "SYNCING_APPS", "RUNNING"]
    assert shown(result) == dict.fromkeys((OFFICE, VISIO), "FAILED_TO_INSTALL")
    assert result["software_associations"][0]["deployment_error"][0]["error_code"] == "1603"
    simulated.server.calls.clear()
    for check_mode in (True, False):
        again = run_simulated(software, check_mode, name="design", softwares=[OFFICE])
        assert (again["failed"], again["changed"], again["actions"]) == (True, False, [])
    assert simulated.operations() == []
    # Once per task: it fails again.
    retried = run_simulated(software, name="design", softwares=[OFFICE], retry_failed=True)
    assert (retried["failed"], retried["actions"]) == (True, ["deploy"])
    predicted = run_simulated(software, check_mode=True, name="design", softwares=[OFFICE], retry_failed=True)
    assert predicted["diff"]["after"] == dict.fromkeys((OFFICE, VISIO), "INSTALLED")
    retried = run_simulated(software, name="design", softwares=[OFFICE], retry_failed=True)
    # The fifth failure is Visio's or Office's, whichever came first.
    assert "INSTALLED" in shown(retried).values()
    final = run_simulated(software, name="design", softwares=[OFFICE, VISIO], retry_failed=True)
    assert shown(final) == dict.fromkeys((OFFICE, VISIO), "INSTALLED")


def test_failed_software_can_be_taken_off(run_simulated: Run, simulated: Any, design: Any) -> None:
    simulated.server.simulation.outcomes.add({"software": OFFICE, "error_code": "1603", "times": 2})
    run_simulated(software, name="design", softwares=[OFFICE])
    other = run_simulated(software, name="design", softwares=[VISIO])
    assert (other["changed"], shown(other)) == (True, {OFFICE: "FAILED_TO_INSTALL", VISIO: "INSTALLED"})
    result = run_simulated(software, name="design", softwares=[OFFICE], state="absent")
    assert result["failed"]
    assert f"{OFFICE} FAILED_TO_UNINSTALL" in result["msg"]
    result = run_simulated(software, name="design", softwares=[OFFICE], state="absent", retry_failed=True)
    assert (result["changed"], result["actions"], shown(result)) == (True, ["deploy"], {VISIO: "INSTALLED"})


def test_time_is_up(run_simulated: Run, simulated: Any, design: Any) -> None:
    result = run_simulated(software, name="design", softwares=[OFFICE], wait_timeout=0)
    assert result["failed"]
    assert "still PENDING_SYNCING_APPS" in result["msg"]
    assert (result["actions"], shown(result)) == (["associate", "deploy"], {OFFICE: "PENDING_INSTALLATION"})
    resumed = run_simulated(software, name="design", softwares=[OFFICE])
    assert (resumed["changed"], resumed["actions"], shown(resumed)) == (False, [], {OFFICE: "INSTALLED"})


@pytest.mark.parametrize("operation", [*STAGING, DEPLOY, "DescribeSoftwareAssociations", "DescribeImageBuilders"])
def test_throttling_passes(run_simulated: Run, simulated: Any, design: Any, operation: str) -> None:
    run_simulated(software, name="design", softwares=[OLD_OFFICE])
    simulated.fail(match=f".*:{operation}", times=3)
    result = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert (result["changed"], shown(result)) == (True, {OFFICE: "INSTALLED"})


@pytest.mark.parametrize("operation", [*STAGING, DEPLOY])
def test_an_answer_lost_after_the_call_was_carried_out(
    run_simulated: Run, simulated: Any, design: Any, operation: str
) -> None:
    run_simulated(software, name="design", softwares=[OLD_OFFICE])
    simulated.fail(match=f".*:{operation}", drop="after", times=1)
    result = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert (result["changed"], shown(result), statuses(design)) == (True, {OFFICE: "INSTALLED"}, {OFFICE: "INSTALLED"})
    assert result["actions"] == ["disassociate", "associate", "deploy"]


@pytest.mark.parametrize("operation", [*STAGING, DEPLOY])
def test_not_found_passes_for_what_was_just_read(
    run_simulated: Run, simulated: Any, design: Any, operation: str
) -> None:
    run_simulated(software, name="design", softwares=[OLD_OFFICE])
    simulated.fail(match=f"appstream:{operation}", code="ResourceNotFoundException", times=3)
    result = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert (result["actions"], shown(result)) == (["disassociate", "associate", "deploy"], {OFFICE: "INSTALLED"})


def test_a_name_of_another_form_is_not_tried_again(run_simulated: Run, simulated: Any, design: Any) -> None:
    simulated.fail(match=f"appstream:{STAGING[0]}", code="ResourceNotFoundException")
    simulated.server.calls.clear()
    result = run_simulated(software, name="design", softwares=["Microsoft_Offfice"])
    assert (result["error"]["code"], result["changed"]) == ("ResourceNotFoundException", False)
    assert count(simulated, STAGING[0]) == 1


def test_what_is_no_longer_there_is_not_tried_to_be_removed_again(
    run_simulated: Run, simulated: Any, design: Any
) -> None:
    """An answer that got lost: the second try is refused, because nothing is left to remove."""
    run_simulated(software, name="design", softwares=[OFFICE], deploy=False)
    simulated.server.calls.clear()
    simulated.fail(match=f"appstream:{STAGING[1]}", drop="after", times=1)
    result = run_simulated(software, name="design", softwares=[OFFICE], state="absent")
    assert (result["changed"], result["actions"], shown(result)) == (True, ["disassociate"], {})
    assert count(simulated, STAGING[1]) == 2


def test_a_reading_that_fails_after_a_call_does_not_repeat_the_call(
    run_simulated: Run, simulated: Any, design: Any
) -> None:
    reading = "appstream:DescribeSoftwareAssociations"
    # One reading before, one after each call: that after the deployment fails, however often it is tried again.
    simulated.fail(match=reading, code="ServiceUnavailable", status=503, after=2, times=60)
    simulated.server.calls.clear()
    result = run_simulated(software, name="design", softwares=[OFFICE])
    assert (result["actions"], shown(result)) == (["associate", "deploy"], {OFFICE: "INSTALLED"})
    assert simulated.operations() == [STAGING[0], DEPLOY]


def test_progress_shows_what_is_waited_for(run_simulated: Run, design: Any) -> None:
    lines: list[str] = []

    def show(name: str, text: str, elapsed: float, is_new: bool) -> None:
        lines.extend([f"{name}: {text}"] if is_new else [])

    with progress.showing(show):
        run_simulated(software, name="design", softwares=[OFFICE])
    waiting = f"SYNCING_APPS, waiting for {OFFICE}"
    assert lines == ["design: RUNNING", f"design: PENDING_{waiting}", f"design: {waiting}", "design: RUNNING"]


def test_a_refusal_in_the_middle_is_continued_by_the_next_run(run_simulated: Run, simulated: Any, design: Any) -> None:
    run_simulated(software, name="design", softwares=[OLD_OFFICE])
    simulated.fail(match=f".*:{DEPLOY}", code="AccessDeniedException", times=1)
    result = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert result["failed"]
    assert result["error"]["code"] == "AccessDeniedException"
    assert (result["changed"], result["actions"]) == (True, ["disassociate", "associate"])
    assert shown(result) == {OLD_OFFICE: "STAGED_FOR_UNINSTALLATION", OFFICE: "STAGED_FOR_INSTALLATION"}
    again = run_simulated(software, name="design", softwares=[OFFICE], purge=True)
    assert (again["actions"], shown(again)) == (["deploy"], {OFFICE: "INSTALLED"})


def test_an_older_botocore_is_reported_before_anything(
    run_simulated: Run, simulated: Any, design: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = design.meta.service_model
    known = [name for name in model.operation_names if name != DEPLOY]
    monkeypatch.setattr(model, "operation_names", known)
    result = run_simulated(software, name="design", softwares=[OFFICE])
    assert f"botocore does not know {DEPLOY}" in result["msg"]
    assert simulated.operations() == []


def test_more_than_a_page(run_simulated: Run, simulated: Any, design: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated.server.simulation.settings, "page_size", 1)
    result = run_simulated(software, name="design", softwares=[VISIO, OFFICE])
    assert [one["software_name"] for one in result["software_associations"]] == [OFFICE, VISIO]


def test_info_of_builders_and_images(run_simulated: Run, simulated: Any, design: Any) -> None:
    run_simulated(software, name="design", softwares=[VISIO])
    result = run_simulated(software_info, name="design")
    assert (result["changed"], shown(result)) == (False, {VISIO: "INSTALLED"})
    assert result["arn"] == result["image_builder"]["arn"]
    by_arn = run_simulated(software_info, arn=result["arn"])
    assert by_arn["software_associations"] == result["software_associations"]
    image = run_simulated(software_info, image_name=IMAGE)
    assert (image["arn"].rsplit("/")[-1], image["software_associations"]) == (IMAGE, [])


@pytest.mark.parametrize(
    "selector",
    [
        {"name": "nobody"},
        {"image_name": "nothing"},
        {"arn": "arn:aws:appstream:eu-west-1:123456789012:image/nothing"},
    ],
)
def test_info_of_what_does_not_exist(run_simulated: Run, selector: dict[str, str]) -> None:
    result = run_simulated(software_info, **selector)
    assert (result["arn"], result["software_associations"]) == (None, [])


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({}, "one of the following is required"),
        ({"name": "a", "arn": "b"}, "mutually exclusive"),
        ({"name": "not legal"}, "is not legal"),
        ({"image_name": "not legal"}, "is none an image can have"),
        ({"arn": "design"}, "is not of the form"),
    ],
)
def test_info_that_cannot_be_asked_for(run_simulated: Run, simulated: Any, selector: dict[str, str], text: str) -> None:
    simulated.server.calls.clear()
    result = run_simulated(software_info, **selector)
    assert result["failed"]
    assert text in result["msg"]
    assert simulated.server.calls.entries() == []
