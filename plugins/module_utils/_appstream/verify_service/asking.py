# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""How a question is put to AWS: one call, whose refusal is the answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..core.calls import ACCESS_DENIED_CODES
from ..core.retries import retrying
from .seen import ACCEPTED, EMPTY, Answer, Answers, not_asked, seen

try:
    from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
except ImportError:
    pass  # AnsibleAWSModule reports a missing botocore

# "User: … is not authorized to perform: appstream:CreateFleet on resource: …", see the IAM user guide.
_ACTION = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z0-9]+)")


@dataclass(frozen=True)
class Subject:
    """What the questions are asked about.

    Attributes:
        name: what the names of all that is made begin with; the image builder, the fleet and the stack have just it.
        tags: on all that is made.
        base_image: name of a public image, which instances of ``instance_type`` can be made of.
        image: name of the image that was made of the image builder; empty when there is none.
        former_address: of the image builder before it was stopped; empty when that is not known.
        domain: as ``domain`` of module ``image_builder``; empty without one.
    """

    name: str
    region: str = ""
    account: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    base_image: str = ""
    image: str = ""
    instance_type: str = ""
    subnet_id: str = ""
    security_group_ids: tuple[str, ...] = ()
    domain: Mapping[str, str] = field(default_factory=dict)
    former_address: str = ""

    def another(self, about: str) -> str:
        """Return a name that nothing has, for what a question may make although it should be refused."""
        return f"{self.name}-{about.replace('_', '-')}"[:100]

    @property
    def vpc_config(self) -> dict[str, Any]:
        """VpcConfig of what is made."""
        groups = {"SecurityGroupIds": list(self.security_group_ids)} if self.security_group_ids else {}
        return {"SubnetIds": [self.subnet_id], **groups}


@dataclass(frozen=True)
class Question:
    """A call that should be refused.

    ``about`` is the id of the assumption, ``request`` None when it can't be asked here, ``reason`` then says why.
    """

    about: str
    operation: str
    request: Mapping[str, Any] | None
    reason: str = ""


def ask_all(client: Any, questions: Iterable[Question]) -> Answers:
    """Put questions, one after the other."""
    return {
        one.about: not_asked(one.reason) if one.request is None else ask(client, one.operation, **one.request)
        for one in questions
    }


def ask_in_state(
    client: Any, questions: Sequence[Question], states: Collection[str], state_of: Callable[[], str | None]
) -> Answers:
    """As ``ask_all``, where the answers count only if the state was one of ``states`` the whole time.

    What is accepted may have changed it. Raises what ``state_of`` raises.
    """
    before = state_of()
    if before not in states:
        return {one.about: not_asked(f"it was {before} by then") for one in questions}
    answers = ask_all(client, questions)
    after = state_of()
    if after in states or any(one.get("seen") == ACCEPTED for one in answers.values()):
        return answers
    return {one.about: not_asked(f"it was {after} before everything was asked") for one in questions}


def ask(client: Any, operation: str, **request: Any) -> Answer:
    """Return what a call is answered with: ``accepted``, or the code of its refusal.

    Only throttling, failures of the service and lost connections are tried again. Raises BotoCoreError.
    """
    return asked(client, operation, **request)[0]


def ask_for_list(client: Any, operation: str, member: str, **request: Any) -> Answer:
    """As ``ask``, of a listing that may as well be empty."""
    answer, result = asked(client, operation, **request)
    return seen(EMPTY) if answer.get("seen") == ACCEPTED and not result.get(member) else answer


def asked(client: Any, operation: str, **request: Any) -> tuple[Answer, dict[str, Any]]:
    """As ``ask``, with what the service answered; {} when it refused."""
    call = getattr(client, operation, None)
    if call is None:
        return not_asked(f"the installed botocore does not know {operation}"), {}
    try:
        return seen(ACCEPTED), dict(retrying(lambda: call(**request)))
    except ParamValidationError:
        return not_asked("the installed botocore refuses to send it"), {}
    except ClientError as error:
        found = error.response.get("Error", {})
        code, message = str(found.get("Code", "")), str(found.get("Message", ""))
        if code in ACCESS_DENIED_CODES:
            return not_asked(f"the credentials may not call {_denied(message) or operation}"), {}
        return seen(code, message), {}
    except BotoCoreError as error:
        return not_asked(f"{operation} got no answer: {type(error).__name__}"), {}


def _denied(message: str) -> str:
    """Return the action that AWS says is not allowed: that of a tag or a role may be another than the call's."""
    found = _ACTION.search(message)
    return found.group(1) if found else ""
