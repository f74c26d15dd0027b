# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The control plane: time, faults, outcomes, logs and state of a running simulator, over HTTP with JSON bodies.

All paths are below `/_simulator/`; the README lists them.
"""

from __future__ import annotations

import base64
import json
import re
import traceback
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from appstream_simulator import __version__
from appstream_simulator.aws import earlier_images, machines, sessions
from appstream_simulator.aws.fleet import Fleet
from appstream_simulator.aws.models import AppStreamBackend, all_backends
from appstream_simulator.aws.stack_operations import fleets_of

if TYPE_CHECKING:
    from appstream_simulator.server import Server

PREFIX = "/_simulator/"

Handler = Callable[[Any], Any]


class Control:
    """A WSGI application that works on one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._routes: dict[str, Handler] = {
            "GET health": self._health,
            "GET clock": self._clock,
            "POST clock": self._set_clock,
            "GET faults/aws": lambda _: server.gateway.faults.list(),
            "POST faults/aws": lambda body: _add_all(server.gateway.faults.add, body),
            "DELETE faults/aws": lambda _: server.gateway.faults.clear(),
            "GET faults/windows": lambda _: server.site.faults.list(),
            "POST faults/windows": lambda body: _add_all(server.site.faults.add, body),
            "DELETE faults/windows": lambda _: server.site.faults.clear(),
            "GET calls": lambda _: server.calls.entries(),
            "DELETE calls": lambda _: server.calls.clear(),
            "GET journal": lambda _: server.journal.entries(),
            "DELETE journal": lambda _: server.journal.clear(),
            "GET state": self._state,
            "GET outcomes": lambda _: server.simulation.outcomes.list(),
            "POST outcomes": self._add_outcomes,
            "DELETE outcomes": lambda _: server.simulation.outcomes.clear(),
            "GET sessions": self._sessions,
            "POST sessions": self._begin_session,
            "DELETE sessions": self._end_session,
            "POST images": self._add_image,
            "POST search": self._search,
            "POST reset": lambda _: server.reset(),
        }

    def __call__(self, environment: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environment)
        return self._answer(request)(environment, start_response)

    def _answer(self, request: Request) -> Response:
        route = f"{request.method} {request.path.removeprefix(PREFIX).rstrip('/')}"
        handler = self._routes.get(route) or self._files_of(route, request.args.get("path", "C:\\"))
        if handler is None:
            return _json({"error": f"no such control: {route}", "controls": sorted(self._routes)}, 404)
        try:
            result = handler(json.loads(request.get_data() or b"null"))
        except (ValueError, TypeError, KeyError, re.error) as error:
            return _json({"error": f"{type(error).__name__}: {error}"}, 400)
        except Exception as error:
            traceback.print_exception(error)
            return _json({"error": f"{type(error).__name__}: {error}"}, 500)
        return _json({} if result is None else result, 500 if route == "GET health" and result["errors"] else 200)

    def _health(self, _: Any) -> dict[str, Any]:
        errors = list(self._server.simulation.errors)
        return {"status": "failing" if errors else "ok", "version": __version__, "errors": errors}

    def _files_of(self, route: str, path: str) -> Handler | None:
        """What `GET machines/<builder>/files?path=` answers: a file's content, or the names in a directory."""
        found = re.fullmatch(r"GET machines/([^/]+)/files", route)
        if found is None:
            return None

        def read(_: Any) -> dict[str, Any]:
            machines = [item for item in self._server.site.machines() if item.request.builder_name == found[1]]
            machine = machines[-1] if machines else None
            if machine is None or not machine.disk.exists(path):
                raise ValueError(f"there is no machine {found[1]}, or nothing at {path} on it")
            if machine.disk.is_directory(path):
                return {"path": path, "names": machine.disk.list(path)}
            return {"path": path, "base64": base64.b64encode(machine.disk.read(path)).decode()}

        return read

    def _clock(self, _: Any) -> dict[str, float]:
        clock = self._server.clock
        return {"now": clock.now(), "speed": clock.speed}

    def _set_clock(self, body: Any) -> dict[str, float]:
        unknown = set(body) - {"speed", "advance"}
        if unknown:
            raise ValueError(f"the clock has no {', '.join(sorted(unknown))}")
        if "speed" in body:
            self._server.clock.set_speed(float(body["speed"]))
        if "advance" in body:
            self._server.ticker.advance(float(body["advance"]))
        # What is due by now has happened when the answer is there.
        self._server.ticker.catch_up()
        return self._clock(None)

    def _add_outcomes(self, body: Any) -> list[dict[str, Any]]:
        outcomes = self._server.simulation.outcomes
        with self._server.simulation.lock:
            _add_all(outcomes.add, body)
            return outcomes.list()

    def _add_image(self, body: Any) -> dict[str, Any]:
        """An account has an image that nobody has to make: body as for `earlier_images.add`."""
        with self._server.simulation.lock:
            return earlier_images.add(body)

    def _search(self, body: Any) -> list[str]:
        """Where on the disk of a builder's machine, on or off, a text stands."""
        found = [machine for machine in self._server.site.machines() if machine.builder_name == body["builder"]]
        if not found:
            raise ValueError(f"there is no machine of an image builder {body['builder']}")
        places: list[str] = found[-1].places_of(str(body["text"]))
        return places

    def _sessions(self, _: Any) -> list[dict[str, Any]]:
        self._server.ticker.tick()
        with self._server.simulation.lock:
            return [{**_whose(backend), **one.describe()} for backend, fleet in _all_fleets() for one in fleet.sessions]

    def _begin_session(self, body: Any) -> dict[str, Any]:
        """A user comes to a fleet, the first of this name: body as for `sessions.begin`."""
        self._server.ticker.tick()
        with self._server.simulation.lock:
            backend = next((one for one in all_backends() if body["fleet"] in one.fleets), None)
            if backend is None:
                raise ValueError(f"there is no fleet {body['fleet']}")
            return {**_whose(backend), **sessions.begin(backend, body).describe()}

    def _end_session(self, body: Any) -> None:
        """The user of the session with this `id` logs off."""
        with self._server.simulation.lock:
            found = [(*both, one) for both in _all_fleets() for one in both[1].sessions if one.id == body["id"]]
            if not found:
                raise ValueError(f"there is no session {body['id']}")
            sessions.end(*found[0])

    def _state(self, _: Any) -> dict[str, Any]:
        self._server.ticker.tick()
        with self._server.simulation.lock:
            backends = all_backends()
            builders = [_builder(backend, name) for backend in backends for name in backend.image_builders]
            images = [_image(backend, name) for backend in backends for name in backend.images]
            fleets = [_fleet(backend, name) for backend in backends for name in backend.fleets]
            stacks = [_stack(backend, name) for backend in backends for name in backend.stacks]
        # Machines have locks of their own and may be calling back.
        return {
            "clock": self._clock(None),
            "builders": builders,
            "images": images,
            "fleets": fleets,
            "stacks": stacks,
            "machines": machines.describe(self._server.site),
        }


def _builder(backend: AppStreamBackend, name: str) -> dict[str, Any]:
    builder = backend.image_builders[name]
    return {**_whose(backend), **builder.describe(), "Tags": backend.tags.get(builder.arn, {})}


def _image(backend: AppStreamBackend, name: str) -> dict[str, Any]:
    image = backend.images[name]
    return {**_whose(backend), **image.describe(), "Tags": backend.tags.get(image.arn, {}), "Visible": image.visible}


def _all_fleets() -> list[tuple[AppStreamBackend, Fleet]]:
    return [(backend, fleet) for backend in all_backends() for fleet in backend.fleets.values()]


def _fleet(backend: AppStreamBackend, name: str) -> dict[str, Any]:
    fleet = backend.fleets[name]
    instances = [
        {
            "InstanceId": instance.id,
            "ImageName": instance.image.name if instance.image else None,
            "Ready": instance.is_ready,
            "Draining": instance.is_draining,
            "Sessions": [session.id for session in instance.sessions],
        }
        for instance in fleet.instances
    ]
    tags = backend.tags.get(fleet.arn, {})
    return {**_whose(backend), **fleet.describe(), "Tags": tags, "Instances": instances}


def _stack(backend: AppStreamBackend, name: str) -> dict[str, Any]:
    stack = backend.stacks[name]
    tags = backend.tags.get(stack.arn, {})
    return {**_whose(backend), **stack.describe(), "Tags": tags, "Fleets": fleets_of(backend, name)}


def _whose(backend: AppStreamBackend) -> dict[str, str]:
    return {"Account": backend.account_id, "Region": backend.region_name}


def _add_all(add: Callable[[Any], None], body: Any) -> None:
    for rule in body if isinstance(body, list) else [body]:
        add(rule)


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, default=str), status=status, content_type="application/json")
