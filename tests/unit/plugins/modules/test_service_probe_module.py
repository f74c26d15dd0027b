# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Module service_probe on the simulated AWS: as it is nothing is different, and each answer turned round is told.

Only the probes that ask about an answer run for it, each with its image builder, image or fleet brought to its state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service import asking
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.probes import PROBES, READ_ONLY
from ansible_collections.euc.appstream.plugins.modules import service_probe
from ansible_collections.euc.appstream.plugins.plugin_utils._verify_service import report
from appstream_simulator import assumptions
from appstream_simulator.aws import image_taking
from appstream_simulator.settings import Settings
from appstream_simulator.windows.machine.requests import CreateImage
from assumptions_page import entries, is_asked, read
from image_builder_account import IMAGE, backend, subnet
from simulated_account import Simulated, add_image

Run = Callable[..., dict[str, Any]]

NAME = "euc-appstream-verify"
IMAGE_NAME = "euc-appstream-verify-image"
TAGS = {"euc.appstream:verify_service": "run-1"}

ALL = {entry["id"]: entry for entry in entries(read()) if is_asked(entry)}
OF_AWS = {name: entry for name, entry in ALL.items() if entry["probe"] in PROBES and "duration" not in entry}
TURNED = [name for name, entry in OF_AWS.items() if assumptions.is_settable(entry)]

# What a question can't be asked of in the account of these tests.
NOT_ASKED_HERE = {"organizational_unit_not_in_directory_config"}


@pytest.fixture(autouse=True)
def _as_assumed(simulated: Simulated) -> Iterator[None]:
    settings = simulated.server.simulation.settings
    # Otherwise no quota of an instance type is listed.
    settings.instance_quotas = {"stream.standard.small": 5}
    yield
    assumptions.use({})
    usual = Settings(speed=0)
    settings.instance_quotas, settings.page_size = usual.instance_quotas, usual.page_size


def turn(simulated: Simulated, seen: dict[str, Any]) -> None:
    """Let the simulator do otherwise, as its setting ``assumptions`` does."""
    wanted = Settings(assumptions=seen)
    assumptions.use(seen)
    simulated.server.simulation.settings.page_size = wanted.page_size


def other(entry: dict[str, Any]) -> Any:
    """An answer that is not the one that is assumed."""
    if "situation" not in entry:
        return entry["other"]
    return next(name for name in ("ResourceInUseException", "LimitExceededException") if name != entry["assumed"])


def ask(run: Run, simulated: Simulated, probe: str) -> dict[str, Any]:
    """Bring the account where a probe asks, and run it."""
    options: dict[str, Any] = {
        "base_image": IMAGE,
        "subnet_id": subnet(simulated),
        "instance_type": "stream.standard.small",
        "tags": TAGS,
    }
    if probe.startswith("image_builder_"):
        options.update(_builder_for(probe, simulated))
    elif probe.startswith("image_"):
        options.update(_image_for(probe, simulated))
    elif probe.startswith("fleet_"):
        options.update(_fleet_for(probe, simulated, options["subnet_id"]))
    result = run(service_probe, probes=[probe], name=NAME, **options)
    assert not result.get("failed"), result
    answers: dict[str, Any] = result["answers"]
    return answers


def _builder_for(probe: str, simulated: Simulated) -> dict[str, Any]:
    client = simulated.client("appstream")
    client.create_image_builder(
        Name=NAME,
        InstanceType="stream.standard.small",
        ImageName=IMAGE,
        VpcConfig={"SubnetIds": [subnet(simulated)]},
    )
    if probe == "image_builder_pending":
        return {}
    simulated.advance(900)
    former = backend().image_builder(NAME).address
    if probe in ("image_builder_stopped", "image_builder_restarted"):
        client.stop_image_builder(Name=NAME)
        simulated.advance(300)
    if probe == "image_builder_restarted":
        client.start_image_builder(Name=NAME)
        simulated.advance(900)
    return {"former_address": former or ""}


def _image_for(probe: str, simulated: Simulated) -> dict[str, Any]:
    if probe == "image_available":
        _make_image(simulated)
    else:
        add_image(IMAGE_NAME, state="PENDING" if probe == "image_pending" else "AVAILABLE", tags=TAGS)
    return {"image": IMAGE_NAME}


def _make_image(simulated: Simulated) -> None:
    """As Image Assistant on the image builder asks for it; time passes until it is AVAILABLE."""
    _builder_for("image_builder_running", simulated)
    request = CreateImage(
        name=IMAGE_NAME,
        display_name="",
        description="",
        tags=TAGS,
        use_latest_agent_version=True,
        dynamic_app_catalog=False,
        applications=[],
    )
    image_taking.accept(backend(), backend().image_builder(NAME), request)
    for _step in range(100):
        if backend().images[IMAGE_NAME].state == "AVAILABLE":
            return
        simulated.advance(30)
    raise AssertionError("the image was never AVAILABLE")


def _fleet_for(probe: str, simulated: Simulated, subnet_id: str) -> dict[str, Any]:
    client = simulated.client("appstream")
    vpc = simulated.client("ec2").describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    groups = simulated.client("ec2").describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    if probe == "fleet_stopped":
        client.create_stack(Name=NAME)
        return {"security_group_ids": [groups["SecurityGroups"][0]["GroupId"]]}
    request = {"InstanceType": "stream.standard.small", "ImageName": IMAGE, "ComputeCapacity": {"DesiredInstances": 1}}
    client.create_fleet(Name=NAME, **request, VpcConfig={"SubnetIds": [subnet_id]})
    if probe in ("fleet_running", "fleet_stopping"):
        client.start_fleet(Name=NAME)
        simulated.advance(900)
    return {}


@pytest.mark.parametrize("probe", list(PROBES))
def test_nothing_is_different_from_what_is_assumed(run_simulated: Run, simulated: Simulated, probe: str) -> None:
    """And everything is asked that the list says the probe asks."""
    answers = ask(run_simulated, simulated, probe)
    assert report.different(answers) == []
    asked = {name for name, answer in answers.items() if "seen" in answer}
    wanted = {name for name, entry in OF_AWS.items() if entry["probe"] == probe}
    assert wanted - asked <= NOT_ASKED_HERE and asked <= wanted
    if probe in READ_ONLY:
        assert simulated.operations() == []


@pytest.mark.parametrize("name", [name for name in TURNED if name not in NOT_ASKED_HERE])
def test_an_answer_turned_round_is_told(run_simulated: Run, simulated: Simulated, name: str) -> None:
    entry = OF_AWS[name]
    turned = other(dict(entry))
    turn(simulated, {name: turned})
    answers = ask(run_simulated, simulated, entry["probe"])
    assert answers[name]["seen"] == turned
    assert name in report.different(answers)
    assert report.simulator_settings(answers)["assumptions"][name] == turned
    assumptions.check(report.simulator_settings(answers)["assumptions"])


def test_most_of_the_list_can_be_turned_round() -> None:
    assert len(TURNED) >= 80


def test_in_check_mode_nothing_is_changed(run_simulated: Run, simulated: Simulated) -> None:
    options = {"base_image": IMAGE, "subnet_id": subnet(simulated), "name": NAME}
    result = run_simulated(service_probe, check_mode=True, probes=["read_only", "stack", "refused_fleets"], **options)
    assert {ALL[name]["probe"] for name in result["answers"]} == {"read_only"}
    assert simulated.operations() == []


def test_what_the_credentials_may_not_ask_is_not_asked(run_simulated: Run, simulated: Simulated) -> None:
    simulated.fail(match="appstream:DescribeStacks", code="AccessDeniedException")
    answers = ask(run_simulated, simulated, "read_only")
    assert answers["missing_stack"] == {"not_asked": "the credentials may not call describe_stacks"}
    assert answers["missing_fleet"]["seen"] == "ResourceNotFoundException"


def test_the_right_that_is_missing_is_named(simulated: Simulated) -> None:
    message = "User: u is not authorized to perform: appstream:TagResource on resource: r"
    simulated.fail(match="appstream:CreateStack", code="AccessDeniedException", message=message)
    answer = asking.ask(simulated.client("appstream"), "create_stack", Name=NAME)
    assert answer == {"not_asked": "the credentials may not call appstream:TagResource"}


@pytest.mark.parametrize(
    ("probe", "operation", "about"),
    [
        ("stack", "CreateStack", "user_settings_by_default"),
        ("image_builder_stopping", "StopImageBuilder", "state_after_stop"),
        ("image_deleting", "DeleteImage", "deleting_an_image_on_its_way"),
        ("fleet_stopped", "CreateFleet", "fleet_type_by_default"),
        ("fleet_stopped", "AssociateFleet", "associating_a_second_fleet"),
        ("fleet_starting", "StartFleet", "start_fleet_while_moving"),
        ("fleet_stopping", "StopFleet", "stop_fleet_while_moving"),
        ("fleet_restarted", "StartFleet", "stop_starting_fleet"),
    ],
)
def test_a_probe_that_may_not_begin_says_why(
    run_simulated: Run, simulated: Simulated, probe: str, operation: str, about: str
) -> None:
    message = f"User: u is not authorized to perform: appstream:{operation} on resource: r"
    simulated.fail(match=f"appstream:{operation}", code="AccessDeniedException", message=message)
    answers = ask(run_simulated, simulated, probe)
    assert answers[about] == {"not_asked": f"the credentials may not call appstream:{operation}"}


def test_a_throttled_question_is_asked_again(run_simulated: Run, simulated: Simulated) -> None:
    simulated.fail(match="appstream:UpdateFleet", times=1, code="ThrottlingException")
    assert report.different(ask(run_simulated, simulated, "refused_fleets")) == []


def test_what_should_have_been_refused_is_tagged_or_gone(run_simulated: Run, simulated: Simulated) -> None:
    """As when AWS takes what is assumed to be refused: this account has what a question says is missing."""
    simulated.client("appstream").create_directory_config(
        DirectoryName="euc-verify.invalid", OrganizationalUnitDistinguishedNames=["OU=None,DC=euc-verify,DC=invalid"]
    )
    answers = ask(run_simulated, simulated, "refused_image_builders")
    assert answers["directory_config_not_found"]["seen"] == "accepted"
    (made,) = backend().image_builders.values()
    assert made.name.startswith(NAME) and backend().tags[made.arn] == TAGS
