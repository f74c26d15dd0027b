# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to the probes' own fleet, in the states that it goes through anyway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core.calls import call_pages
from ..core.reconcile import Connect
from ..fleet.api import describe_fleet
from .asking import Question, Subject, ask, ask_all, ask_in_state, asked
from .refused import fleet_request
from .seen import ACCEPTED, Answer, Answers, not_asked, seen, why_nothing

_OTHER_FAMILY = "stream.compute.large"


def fleet_stopped(connect: Connect, subject: Subject) -> Answers:
    """Make the fleet, and a second one without instances for a while; ask while they are STOPPED.

    Raises AppStreamError.
    """
    client, name = connect("appstream"), subject.name
    made, result = asked(client, "create_fleet", **fleet_request(subject))
    if made.get("seen") != ACCEPTED:
        return why_nothing("fleet_type_by_default", made)
    both = {"Name": name, "VpcConfig": subject.vpc_config, "AttributesToDelete": ["VPC_CONFIGURATION"]}
    questions = (
        Question("stop_stopped_fleet", "stop_fleet", {"Name": name}),
        Question("instance_type_of_another_family", "update_fleet", {"Name": name, "InstanceType": _OTHER_FAMILY}),
        Question("fleet_attribute_both_updated_and_deleted", "update_fleet", both),
    )
    return {
        "fleet_type_by_default": seen(result["Fleet"].get("FleetType")),
        **ask_all(client, questions),
        "vpc_config_member_stays": _groups_stay(client, subject),
        **_associations(client, subject),
    }


def fleet_starting(connect: Connect, subject: Subject) -> Answers:
    """Start it, and ask while it is STARTING. Raises AppStreamError."""
    client, name = connect("appstream"), subject.name
    questions = (
        Question("start_fleet_while_moving", "start_fleet", {"Name": name}),
        Question("update_fleet_while_moving", "update_fleet", {"Name": name, "DisplayName": "verify"}),
        Question("delete_fleet_while_moving", "delete_fleet", {"Name": name}),
    )
    return _ask_on_its_way(client, name, "start_fleet", "STARTING", questions)


def fleet_running(connect: Connect, subject: Subject) -> Answers:
    """Ask while it is RUNNING. Raises AppStreamError."""
    client, name = connect("appstream"), subject.name
    own = (describe_fleet(client, name) or {}).get("platform")
    public = call_pages(client, "describe_images", "AWS's images", "Images", Type="PUBLIC")
    other = next((one["Name"] for one in public if _is_other_windows(one, own)), None)
    questions = (
        Question("start_fleet_in_an_idle_state", "start_fleet", {"Name": name}),
        Question(
            "image_of_another_operating_system_on_a_running_fleet",
            "update_fleet",
            {"Name": name, "ImageName": other} if other else None,
            "there is no image of another operating system",
        ),
        Question("delete_fleet_in_an_idle_state", "delete_fleet", {"Name": name}),
    )
    return ask_in_state(client, questions, {"RUNNING"}, lambda: _state(client, name))


def fleet_stopping(connect: Connect, subject: Subject) -> Answers:
    """Stop it, and ask once more while it is STOPPING. Raises AppStreamError."""
    client, name = connect("appstream"), subject.name
    once_more = Question("stop_fleet_while_moving", "stop_fleet", {"Name": name})
    return _ask_on_its_way(client, name, "stop_fleet", "STOPPING", [once_more])


def fleet_restarted(connect: Connect, subject: Subject) -> Answers:
    """Start it once more, and stop it while it is STARTING. Raises AppStreamError."""
    client, name = connect("appstream"), subject.name
    stop = Question("stop_starting_fleet", "stop_fleet", {"Name": name})
    return _ask_on_its_way(client, name, "start_fleet", "STARTING", [stop])


def _ask_on_its_way(client: Any, name: str, operation: str, state: str, questions: Sequence[Question]) -> Answers:
    """Start or stop the fleet, and ask while it is on its way. Raises AppStreamError."""
    begun = ask(client, operation, Name=name)
    if begun.get("seen") != ACCEPTED:
        return why_nothing(questions[0].about, begun)
    return ask_in_state(client, questions, {state}, lambda: _state(client, name))


def _state(client: Any, name: str) -> str | None:
    return (describe_fleet(client, name) or {}).get("state")


def _is_other_windows(image: Any, platform: Any) -> bool:
    found = str(image.get("Platform", ""))
    usable = image.get("State") == "AVAILABLE" and image.get("ImageBuilderSupported")
    return bool(usable) and found.startswith("WINDOWS") and found != platform and "Graphics" not in image["Name"]


def _groups_stay(client: Any, subject: Subject) -> Answer:
    if not subject.security_group_ids:
        return not_asked("it takes a security group")
    ask(client, "update_fleet", Name=subject.name, VpcConfig={"SubnetIds": [subject.subnet_id]})
    _answer, result = asked(client, "describe_fleets", Names=[subject.name])
    found = result["Fleets"][0].get("VpcConfig") or {} if result.get("Fleets") else {}
    return seen(bool(found.get("SecurityGroupIds")))


def _associations(client: Any, subject: Subject) -> Answers:
    """Ask about the stack of the probes, which has a fleet then, and a second fleet."""
    stack, second = {"StackName": subject.name}, subject.another("second")
    first = ask(client, "associate_fleet", **stack, FleetName=subject.name)
    ask(client, "create_fleet", **{**fleet_request(subject), "Name": second})
    refused = str(first.get("not_asked") or "the fleet could not be associated with the stack")
    is_associated = first.get("seen") == ACCEPTED
    pair = {**stack, "FleetName": subject.name} if is_associated else None
    pair_of_second = {**stack, "FleetName": second} if is_associated else None
    answers = ask_all(
        client,
        (
            Question("associating_an_associated_fleet", "associate_fleet", pair, refused),
            Question("disassociating_a_fleet_that_is_not_associated", "disassociate_fleet", pair_of_second, refused),
            Question("associating_a_second_fleet", "associate_fleet", pair_of_second, refused),
        ),
    )
    for fleet in (subject.name, second):
        ask(client, "disassociate_fleet", **stack, FleetName=fleet)
    ask(client, "delete_fleet", Name=second)
    return answers
