# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Streaming sessions: their API operations, and how the control plane lets users come and go.

Sources: the service model for the operations; developer guide, "Fleet Types" (a user of an On-Demand fleet waits one
to two minutes) and "Manage Multi-Session Fleet Instances". Unproven [describe_sessions_of_nothing, expire_no_session,
duration_expired_session_listed]: that DescribeSessions answers with an empty list for a fleet or stack that does not
exist and ExpireSession does nothing for a session that does not (neither lists such an error), and for how long a
session that has ended is still shown as EXPIRED.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import fleet_capacity
from appstream_simulator.aws.exceptions import InvalidParameterCombinationException, ResourceNotFoundException
from appstream_simulator.aws.fleet import DEFAULTS, Fleet
from appstream_simulator.aws.fleet_instance import FleetInstance, Session
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.unproven import refusal, require_accepted

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

# DescribeSessions.Limit in the service model: the documentation gives default and maximum.
_DEFAULT_LIMIT, _HIGHEST_LIMIT = 20, 50
_AUTHENTICATION_TYPES = ("API", "SAML", "USERPOOL", "AWS_AD")


def describe_sessions(backend: AppStreamBackend, request: Request) -> Response:
    """DescribeSessions. Without an AuthenticationType it is about users who came with a streaming URL."""
    if "UserId" in request and "AuthenticationType" not in request:
        raise InvalidParameterCombinationException("If you specify a user ID, specify the authentication type too.")
    limit = request.get("Limit", _DEFAULT_LIMIT)
    if not 1 <= limit <= _HIGHEST_LIMIT:
        raise refusal("sessions limit out of range", f"Limit must be between 1 and {_HIGHEST_LIMIT}, not {limit}.")
    wanted: dict[str, Any] = {
        "StackName": request["StackName"],
        "AuthenticationType": request.get("AuthenticationType", "API"),
        **{member: request[member] for member in ("UserId", "InstanceId") if member in request},
    }
    fleet = backend.fleets.get(request["FleetName"])
    if fleet is None or request["StackName"] not in backend.stacks:
        message = f"The fleet {request['FleetName']} or the stack {request['StackName']} does not exist."
        require_accepted("describe_sessions_of_nothing", message)
    sessions = [session for session in fleet.sessions if wanted.items() <= session.describe().items()] if fleet else []
    return page("Sessions", sessions, {**request, "MaxResults": limit})


def expire_session(backend: AppStreamBackend, request: Request) -> Response:
    """ExpireSession."""
    for fleet, session in _all_sessions(backend):
        if session.id == request["SessionId"]:
            end(backend, fleet, session)
            return {}
    require_accepted("expire_no_session", f"The session {request['SessionId']} does not exist.")
    return {}


def drain_session_instance(backend: AppStreamBackend, request: Request) -> Response:
    """DrainSessionInstance: the session's instance takes no new ones and is replaced once all have ended."""
    identifier = request["SessionId"]
    found = (pair for pair in _all_sessions(backend) if pair[1].id == identifier and pair[1].state != "EXPIRED")
    fleet, session = next(found, (None, None))
    if fleet is None or session is None:
        raise ResourceNotFoundException(f"The session {identifier} does not exist.")
    if not fleet.is_multi_session:
        raise refusal("draining a single-session fleet", f"The fleet {fleet.name} is not a multi-session fleet.")
    session.instance.is_draining = True
    return {}


def begin(backend: AppStreamBackend, body: Mapping[str, Any]) -> Session:
    """A user comes: what `POST sessions` asks for.

    Args:
        body: `fleet`, `stack` and `user`; `authentication_type` is API by default.

    Raises:
        ValueError: the fleet is not RUNNING, not the stack's, or has nothing free; there is no such way to log on.
    """
    fleet: Fleet = backend.fleets[body["fleet"]]
    authentication = body.get("authentication_type", "API")
    if authentication not in _AUTHENTICATION_TYPES:
        raise ValueError(f"authentication_type must be one of {', '.join(_AUTHENTICATION_TYPES)}")
    if fleet.state != "RUNNING" or (fleet.name, body["stack"]) not in backend.associations:
        raise ValueError(f"fleet {fleet.name} is {fleet.state}, or not associated with the stack {body['stack']}")
    now = backend.simulation.clock.now()
    session = Session(
        id=str(uuid.uuid4()),
        serial=next(backend.serials),
        user=body["user"],
        stack=body["stack"],
        fleet=fleet.name,
        authentication_type=authentication,
        instance=_instance(backend, fleet),
        is_multi_session=fleet.is_multi_session,
        begun=now,
        ends=now + fleet.settings.get("MaxUserDurationInSeconds", DEFAULTS["MaxUserDurationInSeconds"]),
    )
    session.instance.sessions.append(session)
    fleet.sessions.append(session)
    _schedule(backend, fleet, session)
    return session


def end(backend: AppStreamBackend, fleet: Fleet, session: Session) -> None:
    """A session is over; it is listed as EXPIRED for a while."""
    if session.state == "EXPIRED":
        return
    session.state = "EXPIRED"
    session.instance.sessions.remove(session)
    if fleet.is_elastic:
        fleet_capacity.terminate(fleet, session.instance)
    else:
        fleet_capacity.session_ended(backend, fleet, session.instance)
    due = backend.simulation.clock.now() + backend.simulation.duration("expired_session_listed")
    backend.timetable.at(due, lambda _: fleet.sessions.remove(session))


def _schedule(backend: AppStreamBackend, fleet: Fleet, session: Session) -> None:
    """The user of an Always-On fleet is connected at once, others while an instance is started for them."""
    backend.timetable.at(session.ends, lambda _: end(backend, fleet, session))
    if fleet.type == "ALWAYS_ON":
        return
    session.state = "PENDING"

    def connected(_: float) -> None:
        if session.state == "PENDING":
            session.state = "ACTIVE"

    backend.timetable.at(session.begun + backend.simulation.duration("session_starting"), connected)


def _instance(backend: AppStreamBackend, fleet: Fleet) -> FleetInstance:
    if not fleet.is_elastic:
        free = fleet_capacity.free_instance(fleet)
        if free is None:
            raise ValueError(f"fleet {fleet.name} has no instance free")
        return free
    if len(fleet.instances) >= fleet.settings["MaxConcurrentSessions"]:
        raise ValueError(f"fleet {fleet.name} has as many sessions as it may have")
    instance = FleetInstance(id=f"i-{secrets.token_hex(9)[:17]}", image=None, is_ready=True)
    fleet_capacity.connect(backend, fleet, instance)
    fleet.instances.append(instance)
    return instance


def _all_sessions(backend: AppStreamBackend) -> Iterator[tuple[Fleet, Session]]:
    return ((fleet, session) for fleet in backend.fleets.values() for session in fleet.sessions)
