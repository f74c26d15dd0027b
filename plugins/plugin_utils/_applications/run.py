# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""One run of the task that installs an application: what it works with, and what it has done so far.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.euc.appstream.plugins.plugin_utils._applications.arguments import (
    APPLICATION_FOLDER,
    has_secret,
    resolved,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._progress import elapsed_text, show
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_job import PLAIN, Account, Host, Process

NEWS_AFTER = 30.0
"""Seconds that a step must take before it is shown at normal verbosity."""


class StepError(Exception):
    """A step failed; ``result`` is that of the module, or ``{"msg": ...}``."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        super().__init__(str(result.get("msg") or "no reason given"))
        self.result = result


@dataclass
class Run:
    """What the task works with, and what it has done so far.

    Attributes:
        entry: the application as planned; ``application`` as described, with all defaults.
        settings: options of the task that are not of the application.
        step: what is being done, for messages.
        changed: whether anything on the host was changed.
        restart: whether an installer has asked for a restart.
        leftovers: files on the host that go at the end.
    """

    host: Host
    entry: Mapping[str, Any]
    application: Mapping[str, Any]
    settings: Mapping[str, Any]
    step: str = ""
    changed: bool = False
    restart: bool = False
    rebooted: bool = False
    leftovers: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def install(self) -> Mapping[str, Any]:
        install: Mapping[str, Any] = self.application.get("install") or {}
        return install

    @property
    def credentials(self) -> Mapping[str, Any]:
        credentials: Mapping[str, Any] = self.settings["credentials"]
        return credentials

    def credential(self, name: str) -> Mapping[str, Any]:
        """An entry of the credentials, empty for no name."""
        return self.credentials[name] if name else {}

    def resolved(self, value: Any) -> Any:
        """The value with its placeholders replaced."""
        return resolved(value, self.entry["content"], self.credentials)

    def process(self, *values: Any) -> Process:
        """How the installer runs; ``values`` are its arguments as described, which may name secrets."""
        variables = self.entry["environment"]
        environment = {APPLICATION_FOLDER.strip("%"): self.entry["content"], **self.resolved(variables)}
        return Process(environment, self._account(), secret=has_secret([variables, *values]))

    def _account(self) -> Account | None:
        # The agent of Windows Update refuses logons over the network (Microsoft's KB 2773898).
        name = self.entry["run_as"] or ("SYSTEM" if self.entry["kind"] == "msu" else "")
        if not name:
            return None
        if name not in self.credentials:
            return Account(name)
        return Account(str(self.credentials[name]["username"]), str(self.credentials[name]["password"]))

    def job(self, module: str, arguments: Mapping[str, Any], process: Process = PLAIN) -> dict[str, Any]:
        """Result of a module that takes its time, as a job that is ended after the application's ``timeout``."""
        interval = max(1, int(self.settings["poll_interval"]))
        result = self.host.run_job(module, arguments, process, time_limit=self.entry["timeout"], interval=interval)
        if result.get("results_file"):
            self.leftovers.append(str(result["results_file"]))
        return result

    @contextlib.contextmanager
    def doing(self, step: str) -> Iterator[None]:
        """Note a step; one that takes its time is shown."""
        self.step = step
        began = time.monotonic()

        def news() -> None:
            show(f"{self.entry['name']}: {step[0].lower()}{step[1:]} ({elapsed_text(time.monotonic() - began)})")

        timer = threading.Timer(NEWS_AFTER, news)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def require(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result of a module; raises StepError when it failed."""
    if result.get("failed"):
        raise StepError(result)
    return result
