# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""In front of moto: call log, faults, rights, one request at a time, clear errors instead of moto's HTML pages."""

from __future__ import annotations

import io
import socket
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

from appstream_simulator.aws import bucket_regions, further_operations, protocols, regions
from appstream_simulator.aws.authorization import enforcement
from appstream_simulator.aws.authorization.need import Need
from appstream_simulator.aws.faults import Fault, Faults
from appstream_simulator.aws.models import all_backends
from appstream_simulator.aws.requests import Caller, identify
from appstream_simulator.aws.simulation import Simulation
from appstream_simulator.aws.wire_errors import error_response
from appstream_simulator.journal import Journal

Environment = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environment, StartResponse], Iterable[bytes]]

# In the environment of a request that policies do not allow.
_DENIED = "appstream_simulator.denied"


class Gateway:
    """The AWS endpoint as a WSGI application.

    Args:
        application: moto.
        calls: the log of AWS calls; it never holds request bodies or secrets.
    """

    def __init__(self, application: Application, simulation: Simulation, calls: Journal) -> None:
        self._application = application
        self._simulation = simulation
        self._calls = calls
        self.faults = Faults()

    def __call__(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environment)
        # Read outside the lock; moto reads it again.
        environment["wsgi.input"] = io.BytesIO(request.get_data(cache=True))
        caller = identify(request)
        body = request.get_data(as_text=True)
        fault = self.faults.for_call(caller.call, body, self._state_of_builder)
        if fault is not None and fault.delay:
            time.sleep(fault.delay)
        needs = self._needs(request, caller)
        response = self._answer(request, environment, caller, fault, needs)
        self.faults.note(caller.call, body, lambda: response.get_data().decode(errors="replace"))
        dropped = fault is not None and bool(fault.drop)
        self._calls.record(
            "call",
            service=caller.service,
            operation=caller.operation,
            account=caller.account,
            access_key=caller.access_key,
            region=caller.region,
            status=0 if dropped else response.status_code,
            fault=fault is not None,
            needs=None if needs is None else enforcement.described(needs),
            denied=_DENIED in environment,
        )
        if dropped:
            _cut(environment)
        return response(environment, start_response)

    def _state_of_builder(self, name: str) -> str:
        """The state that a call made now is answered with."""
        with self._simulation.lock:
            for backend in all_backends():
                backend.tick()
            found = [one.image_builders[name] for one in all_backends() if name in one.image_builders]
        return found[0].state if found else "ABSENT"

    def _needs(self, request: Request, caller: Caller) -> list[Need] | None:
        """The rights that a call needs; None when that is not known, or the request can't be read."""
        if not caller.access_key or regions.problem(caller.service, caller.region):
            return None
        try:
            with self._simulation.lock:
                return enforcement.needs(request, caller)
        except (NotImplementedError, ValueError):
            return None

    def _refusal(
        self, request: Request, environment: Environment, caller: Caller, needs: list[Need] | None
    ) -> Response | None:
        """The answer to a call that policies do not allow, where the settings say that they count."""
        if not self._simulation.settings.enforce_policies or not caller.access_key:
            return None
        try:
            with self._simulation.lock:
                refused = enforcement.refusal(request, caller, needs)
        except NotImplementedError as error:
            message = f"The simulator does not simulate {error}."
            refused = error_response(request, caller.service, "SimulatorNotImplemented", message, 400)
        if refused is not None:
            environment[_DENIED] = True
        return refused

    def _answer(
        self,
        request: Request,
        environment: Environment,
        caller: Caller,
        fault: Fault | None,
        needs: list[Need] | None,
    ) -> Response:
        if fault is not None and fault.drop is True:
            return Response()
        if fault is not None and fault.code and not fault.drop:
            return error_response(request, caller.service, fault.code, fault.message, fault.status)
        # A request without a signature names no Region.
        problem = regions.problem(caller.service, caller.region) if caller.access_key else ""
        if problem:
            # 400, so that no client tries again; the simulator itself has not failed.
            return error_response(request, caller.service, "SimulatorNoEndpoint", problem, 400)
        refused = bucket_regions.refusal(request, caller.region) if caller.service == "s3" else None
        refused = refused or self._refusal(request, environment, caller, needs)
        return refused or self._moto(request, environment, caller)

    def _moto(self, request: Request, environment: Environment, caller: Caller) -> Response:
        if caller.service == "appstream" and not caller.access_key:
            # moto would ask S3. That AppStream has the code of other services is unproven [unsigned_request].
            code, message = "MissingAuthenticationTokenException", "The request is not signed."
            return error_response(request, caller.service, code, message)
        if caller.service != "appstream" and protocols.answered_in(request.headers) is protocols.CBOR:
            message = f"Only AppStream is simulated with rpc-v2-cbor, not {caller.call}."
            return error_response(request, caller.service, "SimulatorNotImplemented", message)
        try:
            with self._simulation.lock:
                response = further_operations.answer(request, caller, self._simulation) or Response.from_app(
                    self._application, environment, buffered=True
                )
        except NotImplementedError as error:
            message = f"The simulator does not simulate {caller.call}: {error}"
            return error_response(request, caller.service, "SimulatorNotImplemented", message, 400)
        except Exception as error:
            # Loud on both ends.
            traceback.print_exception(error)
            self._simulation.report(error)
            message = f"simulator error: {type(error).__name__}: {error}"
            return error_response(request, caller.service, "InternalFailure", message, 500)
        # S3 itself answers a HEAD of what is not there like this.
        if response.status_code in (404, 405) and response.mimetype == "text/html" and caller.service != "s3":
            message = f"The simulator has no route for {caller.call}."
            return error_response(request, caller.service, "SimulatorNotImplemented", message, 400)
        return response


def _cut(environment: Environment) -> None:
    connection: socket.socket = environment["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionAbortedError("the connection is dropped by a fault")
