# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One process: moto with AppStream, the control plane and the Windows machines."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from appstream_simulator import assumptions, networks
from appstream_simulator.aws.gateway import Environment, Gateway, StartResponse
from appstream_simulator.aws.plugin import register
from appstream_simulator.aws.simulation import Simulation, set_running
from appstream_simulator.aws.ticker import Ticker
from appstream_simulator.clock import Clock
from appstream_simulator.control import PREFIX, Control
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings

MOTO_RESET = "/moto-api/reset"


class Server:
    """The simulator. There can be one in a process, because moto's state is the process's.

    Args:
        settings: how it is set up.
        site: the Windows machines; by default real ones, a test may give a stand-in.
        host, port: where the AWS endpoint listens; port 0 takes a free one.

    Raises:
        networks.NetworkTakenError: another simulator has the network, or all are taken. Stand-ins need none.
    """

    def __init__(
        self, settings: Settings | None = None, site: Any = None, host: str = "127.0.0.1", port: int = 0
    ) -> None:
        self.settings = settings or Settings()
        self.clock = Clock(self.settings.speed)
        self.journal = Journal(self.clock.now, self.settings.journal_file)
        self.calls = Journal(self.clock.now)
        self.site = site if site is not None else self._windows_site()
        register()
        self.simulation = Simulation(self.clock, self.settings, self.journal, self.site)
        self.gateway = Gateway(DomainDispatcherApplication(create_backend_app), self.simulation, self.calls)
        self.ticker = Ticker(self.simulation)
        self._control = Control(self)
        # One line per request would drown what matters; the call log has them all.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._http = make_server(host, port, self._application, threaded=True, request_handler=MotoRequestHandler)
        self.endpoint = f"http://{host}:{self._http.server_port}"
        self._claim = networks.claim(self.settings.network, self.endpoint) if site is None else None
        self.simulation.network = self.network
        if hasattr(self.site, "options"):
            self.site.options.aws_endpoint = self.endpoint

    @property
    def network(self) -> IPv4Network | None:
        """Where image builders must be; None with stand-ins for machines."""
        return self._claim.network if self._claim else None

    def start(self) -> Server:
        """Serve in threads of this process.

        Raises:
            RuntimeError: another simulator is running in this process.
        """
        set_running(self.simulation)
        assumptions.use(self.settings.assumptions)
        BackendDict.reset()
        os.environ["MOTO_PORT"] = str(self._http.server_port)
        threading.Thread(target=self._http.serve_forever, name="aws-endpoint", daemon=True).start()
        self.ticker.start()
        return self

    def stop(self) -> None:
        """End everything: endpoint, transitions, machines and their listeners."""
        self._http.shutdown()
        self._http.server_close()
        self.ticker.stop()
        self.simulation.worker.stop()
        self.site.close()
        if self._claim:
            self._claim.close()
        BackendDict.reset()
        assumptions.use({})
        set_running(None)

    def reset(self) -> None:
        """Back to the beginning: no builders, images, machines, faults, outcomes, calls; the clock goes on."""
        with self.simulation.lock:
            BackendDict.reset()
            self.simulation.outcomes.clear()
            self.simulation.errors.clear()
        self.gateway.faults.clear()
        self.site.faults.clear()
        # Jobs for machines of before come first, then the machines go.
        self.simulation.worker.drain()
        for machine in self.site.machines():
            self.site.remove(machine.request.key)
        self.calls.clear()
        self.journal.clear()

    def _windows_site(self) -> Any:
        # Not needed, and not loaded, by those who bring a stand-in.
        from appstream_simulator.windows.machine.site import Site

        site = Site(self.clock, self.journal, self.settings)
        site.options.older_agent_output = self.settings.older_agent_output
        site.options.one_token_values = self.settings.one_token_values
        site.options.first_boot_applies_policy = self.settings.first_boot_applies_policy
        return site

    def _application(self, environment: Environment, start_response: StartResponse) -> Iterable[bytes]:
        path = environment.get("PATH_INFO", "")
        if path == MOTO_RESET:
            # moto's own reset would leave the machines behind.
            environment["PATH_INFO"] = path = f"{PREFIX}reset"
        if path.startswith(PREFIX):
            return self._control(environment, start_response)
        return self.gateway(environment, start_response)
