# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Questions to the probes' own image builder, in the states that it goes through anyway.

Each function asks in one state. That it comes there is up to who calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..core.reconcile import Connect
from ..core.states import eni_address
from ..image_builder.api import describe_image_builder
from .asking import Question, Subject, ask, ask_in_state, asked
from .seen import ACCEPTED, Answers, not_asked, seen, why_nothing

SOFTWARE = "Microsoft_Office_2021_LTSC_Professional_Plus_64Bit"
"""Licence-included software, which nothing here associates: that costs a fee."""

_AGENT_ACCESS = {"Settings": [{"AgentAction": "COMPUTER_VISION", "Permission": "ENABLED"}]}
_TOO_LONG = 604801
_ON_ITS_WAY = frozenset({"PENDING", "UPDATING_AGENT", "DELETING"})


def image_builder_pending(connect: Connect, subject: Subject) -> Answers:
    """Ask while it is on its way to RUNNING. Raises AppStreamError."""
    client = connect("appstream")
    questions = (
        Question("start_image_builder_while_moving", "start_image_builder", {"Name": subject.name}),
        Question("update_image_builder_while_moving", "update_image_builder", _display(subject)),
        Question(
            "create_image_builder_streaming_url_while_moving", "create_image_builder_streaming_url", _url(subject)
        ),
        *_software(subject, "while_moving"),
        # Last, because it may be stopped then.
        Question("stop_image_builder_while_moving", "stop_image_builder", {"Name": subject.name}),
    )
    return ask_in_state(client, questions, _ON_ITS_WAY, lambda: _state(client, subject))


def image_builder_running(connect: Connect, subject: Subject) -> Answers:
    """Ask while it is RUNNING. Raises AppStreamError."""
    client = connect("appstream")
    named = {"ImageBuilderName": subject.name}
    questions = (
        Question("start_image_builder_in_an_idle_state", "start_image_builder", {"Name": subject.name}),
        Question("update_image_builder_in_an_idle_state", "update_image_builder", _display(subject)),
        Question("streaming_url_validity_out_of_range", "create_image_builder_streaming_url", _url(subject, _TOO_LONG)),
        Question("no_software_named", "associate_software_to_image_builder", {**named, "SoftwareNames": []}),
        Question(
            "disassociating_what_is_not_associated",
            "disassociate_software_from_image_builder",
            {**named, "SoftwareNames": [SOFTWARE]},
        ),
        Question("nothing_to_deploy", "start_software_deployment_to_image_builder", named),
    )
    return ask_in_state(client, questions, {"RUNNING"}, lambda: _state(client, subject))


def image_builder_stopping(connect: Connect, subject: Subject) -> Answers:
    """Stop it, and see what is said of it right afterwards. Raises AppStreamError."""
    client = connect("appstream")
    stopped = ask(client, "stop_image_builder", Name=subject.name)
    if stopped.get("seen") != ACCEPTED:
        return why_nothing("state_after_stop", stopped)
    return {"state_after_stop": seen(_state(client, subject))}


def image_builder_stopped(connect: Connect, subject: Subject) -> Answers:
    """Ask while it is STOPPED. Raises AppStreamError."""
    client = connect("appstream")
    both = {"Name": subject.name, "AgentAccessConfig": _AGENT_ACCESS, "AttributesToDelete": ["AGENT_ACCESS_CONFIG"]}
    questions = (
        Question("stop_image_builder_in_an_idle_state", "stop_image_builder", {"Name": subject.name}),
        Question(
            "create_image_builder_streaming_url_in_an_idle_state", "create_image_builder_streaming_url", _url(subject)
        ),
        Question("agent_access_settings_both_updated_and_deleted", "update_image_builder", both),
        *_software(subject, "in_an_idle_state"),
    )
    return ask_in_state(client, questions, {"STOPPED"}, lambda: _state(client, subject))


def image_builder_restarted(connect: Connect, subject: Subject) -> Answers:
    """See whether it has another address than before. Raises AppStreamError."""
    found = describe_image_builder(connect("appstream"), subject.name) or {}
    address = eni_address(found)
    if not address or not subject.former_address:
        return {"address_changes_at_start": not_asked("one of the addresses is not known")}
    return {"address_changes_at_start": seen(address != subject.former_address)}


def image_builder_deleting(connect: Connect, subject: Subject) -> Answers:
    """Delete it while it is RUNNING, and ask once more while it goes. Raises AppStreamError.

    Where only a stopped one can be deleted that is the answer; to stop it and to call again is up to the caller.
    """
    client = connect("appstream")
    state = _state(client, subject)
    answer, result = asked(client, "delete_image_builder", Name=subject.name)
    answers: Answers = {"delete_running_image_builder": answer} if state == "RUNNING" else {}
    if answer.get("seen") != ACCEPTED:
        return answers
    if state == "RUNNING":
        answers["deleted_running_builder_state"] = seen(_state_in(result))
    once_more = Question("delete_image_builder_while_moving", "delete_image_builder", {"Name": subject.name})
    return {**answers, **ask_in_state(client, [once_more], _ON_ITS_WAY, lambda: _state(client, subject))}


def _state(client: Any, subject: Subject) -> str | None:
    return (describe_image_builder(client, subject.name) or {}).get("state")


def _state_in(result: Mapping[str, Any]) -> str:
    return str((result.get("ImageBuilder") or {}).get("State"))


def _display(subject: Subject) -> dict[str, str]:
    return {"Name": subject.name, "DisplayName": "verify"}


def _url(subject: Subject, validity: int = 60) -> dict[str, Any]:
    return {"Name": subject.name, "Validity": validity}


def _software(subject: Subject, when: str) -> list[Question]:
    named = {"ImageBuilderName": subject.name}
    return [
        Question(
            f"disassociate_software_from_image_builder_{when}",
            "disassociate_software_from_image_builder",
            {**named, "SoftwareNames": [SOFTWARE]},
        ),
        Question(
            f"start_software_deployment_to_image_builder_{when}", "start_software_deployment_to_image_builder", named
        ),
    ]
