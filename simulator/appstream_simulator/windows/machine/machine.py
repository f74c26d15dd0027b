# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One Windows machine: what it is, what is on it, and whether it is on. Implements `protocol.host.Host`."""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from appstream_simulator.clock import Clock
from appstream_simulator.journal import Journal
from appstream_simulator.settings import Settings
from appstream_simulator.windows.domain import member_start
from appstream_simulator.windows.domain.membership import Membership
from appstream_simulator.windows.domain.policy import ComputerPolicy
from appstream_simulator.windows.protocol.host import ModuleCall, ProcessResult
from appstream_simulator.windows.protocol.pac import LogonInformation

from . import (
    description,
    domain_logon,
    dynamic_app_catalog,
    environment,
    modules,
    new_disk,
    pending_restart,
    processes,
    profiles,
    running,
    scheduled_tasks,
    security_identifiers,
    stock_traits,
    text_places,
    windows_updates,
    winrm_settings,
)
from .accounts import ADMINISTRATORS, WINRM_GROUPS
from .disk import Disk
from .machine_options import MachineOptions
from .requests import MachineRequest
from .services import start_automatic_services, start_late_services
from .shelf import Shelf

# The delay of a shutdown is there for the client to get its answer, and clients live in real time: however fast the
# clock runs, this much of the delay is waited for in real seconds.
_GRACE = 1.0
# How long Windows goes on servicing after a boot that had something to finish, in virtual seconds; assumed
# [servicing_seconds].
_SERVICING_SECONDS = 20.0


class PoweredOffError(ConnectionError):
    """The machine went off while something was running on it."""


class WinRM(Protocol):
    """The WinRM service of a running machine; `protocol.listener.Listener` is one."""

    def start(self) -> None:
        """Open the ports."""
        ...

    def stop(self) -> None:
        """Close them and reset every connection."""
        ...

    def refresh(self) -> None:
        """Open and close ports as listeners have come and gone; established connections live on."""
        ...


class Machine:
    """A Windows machine. It starts off; `power_on` boots it.

    Args:
        request: the image builder it belongs to.
        settings: accounts and durations.
        winrm: makes the WinRM service of a machine on an address.
    """

    def __init__(
        self,
        request: MachineRequest,
        *,
        clock: Clock,
        journal: Journal,
        settings: Settings,
        shelf: Shelf,
        winrm: Callable[[Machine, str], WinRM],
        options: MachineOptions,
    ) -> None:
        self.request = request
        self._lock = threading.RLock()
        self.clock = clock
        self.journal = journal
        self.shelf = shelf
        self.options = options
        self._durations = settings.durations
        self.builder_name = request.builder_name
        self.domain = request.domain
        # The service gives computers names of its own making; the form is that of EC2's Windows images.
        self.computer_name = f"EC2AMAZ-{hashlib.sha256(request.key.encode()).hexdigest()[:7].upper()}"
        self.fqdn = f"{self.computer_name}.{self.domain}" if self.domain else self.computer_name
        self.address: str | None = None
        self.boot_time = clock.now()
        self.disk = new_disk.disk_of(request, clock, shelf, settings)
        self.membership: Membership | None = None
        self._boots_as_member = 0
        self._logons: dict[str, domain_logon.Token] = {}
        if request.membership:
            self.join(request.membership)
        self.client_certificates = [] if request.closed else settings.client_certificates
        # What win_updates has running, by the name that cancels it.
        self.processes_of_updates: dict[str, Any] = {}
        self._winrm = winrm
        self._state = "off"
        self._off = threading.Event()
        self._off.set()
        self._shutdown: threading.Event | None = None
        self._listener: WinRM | None = None
        self.running = running.RunningProcesses()
        self.windows_installer = threading.Lock()

    # Domain

    def join(self, membership: Membership) -> None:
        """Make the machine, which is off, a member of a domain; the next boot finds its policy.

        As on Windows, the domain's administrators become administrators, its users become users of the machine. Who
        they are turns out when the first of the domain's accounts logs on: their identifiers follow from its own.
        """
        with self._lock:
            if membership == self.membership:
                return
            self._boots_as_member = 0
            accounts = self.disk.accounts
            accounts.forget_names()
            accounts.add_member(ADMINISTRATORS, f"{membership.netbios_name}\\{domain_logon.DOMAIN_ADMINISTRATORS}")
            accounts.add_member("Users", f"{membership.netbios_name}\\{domain_logon.DOMAIN_USERS}")
            self.membership = membership
            self.domain = membership.domain
            self.computer_name = membership.computer_name
            self.fqdn = membership.fqdn

    # Power

    def power_on(self, address: str) -> None:
        """Boot; WinRM answers on `address` after durations["boot"] virtual seconds. Nothing happens when it is on."""
        with self._lock:
            if self._state != "off":
                return
            self.address = address
            self._off = threading.Event()
            self._state = "booting"
            self._in_background(self._boot, self._off, self._durations["boot"])

    def power_off(self) -> None:
        """Pull the plug: connections are reset at once, what runs on the machine dies; the disk stays."""
        with self._lock:
            listener, self._listener = self._listener, None
            was_on, self._state = self._state != "off", "off"
            self._off.set()
            self._cancel_shutdown()
            self.address = None
        if listener:
            listener.stop()
        if was_on:
            self.record("power", state="off")

    def restart(self, delay: float) -> None:
        """Restart the guest `delay` virtual seconds from now; returns at once."""
        self.schedule_restart(delay)

    def schedule_restart(self, delay: float) -> bool:
        """As `restart`; says whether it was scheduled, which it is not when a shutdown is already under way."""
        return self._schedule(self._restart, delay)

    def power_off_later(self, delay: float) -> bool:
        """Power off `delay` virtual seconds from now; returns at once and says whether it was scheduled."""
        return self._schedule(lambda _off: self.power_off(), delay)

    def abort_shutdown(self) -> bool:
        """Take back a scheduled restart or power-off; says whether there was one."""
        with self._lock:
            return self._cancel_shutdown()

    def _cancel_shutdown(self) -> bool:
        shutdown, self._shutdown = self._shutdown, None
        if shutdown is None or shutdown.is_set():
            return False
        shutdown.set()
        return True

    def _schedule(self, action: Callable[[threading.Event], None], delay: float) -> bool:
        with self._lock:
            if self._state == "off" or self._shutdown is not None:
                return False
            self._shutdown = threading.Event()
            self._in_background(self._after_delay, action, delay, self._shutdown, self._off)
            return True

    def _after_delay(
        self,
        action: Callable[[threading.Event], None],
        delay: float,
        cancelled: threading.Event,
        off: threading.Event,
    ) -> None:
        started = time.monotonic()
        if not self.clock.sleep(delay, cancelled=cancelled):
            return
        if not cancelled.wait(max(0.0, min(delay, _GRACE) - (time.monotonic() - started))) and not off.is_set():
            action(off)

    def _restart(self, off: threading.Event) -> None:
        with self._lock:
            if off.is_set():
                return
            listener, self._listener = self._listener, None
            off.set()  # ends what runs on the machine
            off = self._off = threading.Event()
            self._state = "restarting"
        if listener:
            listener.stop()
        self.record("power", state="restarting")
        self.request.on_restart(True)
        seconds, never = self._durations["REBOOTING"], False
        while self.options.faults.never_returns(self.builder_name):
            if not never:
                self.record("fault", fault="no_return")
            never = True
            if not self.clock.sleep(seconds, cancelled=off):
                return
        self._boot(off, seconds)
        if not off.is_set():
            self.request.on_restart(False)

    def _boot(self, off: threading.Event, seconds: float) -> None:
        if not self.clock.sleep(seconds, cancelled=off):
            return
        policy = self._find_policy()
        with self._lock:
            if off.is_set() or self.address is None:
                return
            self.boot_time = self.clock.now()
            self._logons = {}
            pending_restart.set_servicing(self.disk, in_progress=pending_restart.is_servicing_pending(self.disk))
            pending_restart.clear(self.disk)
            if stock_traits.RENEWED_RESTART in self.disk.traits:
                pending_restart.renew(self.disk)
            for drive in list(self.disk.attached):
                self.disk.detach(drive)
            profiles.boot(self.disk)
            windows_updates.boot(self.disk, self.shelf.updates)
            self.processes_of_updates.clear()
            if policy:
                member_start.apply(self.disk, policy, self.record)
            start_automatic_services(self.disk.services)
        if policy:
            # They may wait, and the machine can be switched off meanwhile.
            try:
                member_start.run_startup_scripts(self, policy)
            except PoweredOffError:
                return
        with self._lock:
            if off.is_set() or self.address is None:
                return
            start_late_services(self.disk.services)
            self._shutdown = None
            try:
                self._listener = self._winrm(self, self.address)
                self._listener.start()
            except OSError as error:
                self.record("error", what="WinRM cannot listen", address=self.address, error=str(error))
                return
            self._state = "on"
        self.record("power", state="on", address=self.address)
        scheduled_tasks.run_triggered(self, "boot")
        self._in_background(self._finish_servicing, off)

    def _finish_servicing(self, off: threading.Event) -> None:
        if self.clock.sleep(_SERVICING_SECONDS, cancelled=off):
            pending_restart.set_servicing(self.disk, in_progress=False)

    def _find_policy(self) -> ComputerPolicy | None:
        """The policy to apply at this boot; it takes a while to read, so nothing is locked meanwhile."""
        if self.membership is None:
            return None
        self._boots_as_member += 1
        if self._boots_as_member == 1 and not self.options.first_boot_applies_policy:
            return None
        return member_start.find(self.membership, self.options.read_policy, self.record)

    def _in_background(self, function: Callable[..., None], *arguments: Any) -> None:
        self.clock.start(function, *arguments, name=f"machine {self.builder_name}")

    # Time passing for what runs on the machine

    def spend(self, seconds: float) -> None:
        """Let virtual seconds pass.

        Raises:
            PoweredOffError: the machine went off meanwhile.
        """
        if not running.sleep(self.clock, seconds, self._off):
            raise PoweredOffError(f"{self.builder_name} went off")

    def wait_for_power_off(self) -> None:
        """Hang until the machine goes off.

        Raises:
            PoweredOffError: always, in the end.
        """
        running.sleep(self.clock, math.inf, self._off)
        raise PoweredOffError(f"{self.builder_name} went off")

    @contextmanager
    def disk_in_use(self) -> Iterator[None]:
        """Guards a change of many parts of the disk: none is half done in a snapshot or after power-off.

        Raises:
            PoweredOffError: the machine is off.
        """
        with self._lock:
            if self._off.is_set():
                raise PoweredOffError(f"{self.builder_name} went off")
            yield

    # State

    def refresh_winrm(self) -> None:
        """Let WinRM see that listeners have been made or deleted."""
        with self._lock:
            listener = self._listener
        if listener:
            listener.refresh()

    def snapshot(self) -> Disk:
        """A copy of the disk: what an image taken now contains. Making one switches Windows Update off."""
        with self._lock:
            twin = self.disk.copy()
        problem = dynamic_app_catalog.problem(twin)
        if problem:
            self.record("error", what=dynamic_app_catalog.AGENTS, error=problem)
        windows_updates.disable(twin)
        return twin

    def describe(self) -> dict[str, Any]:
        """State for the control plane, JSON-able."""
        return description.of(self, self._state)

    def places_of(self, text: str) -> list[str]:
        """Where on the disk a text stands, in files (as UTF-8 or UTF-16, or in their names) and in the registry."""
        with self._lock:
            return text_places.places(self.disk, text)

    def record(self, kind: str, **fields: Any) -> None:
        """Write to the journal, under the builder's name."""
        self.journal.record(kind, host=self.builder_name, **fields)

    # protocol.host.Host

    def accounts(self) -> Mapping[str, str]:
        """Who may log on over WinRM, with passwords: local users by their groups, and the accounts of the settings.

        The latter stand for what group policy would provide, so a machine that waits for policy does not have them.
        """
        local = {
            user.name: user.password
            for user in self.disk.accounts.users.values()
            if user.password and not user.disabled and WINRM_GROUPS & set(self.disk.accounts.groups_of(user.name))
        }
        return {**local, **self.disk.provided_accounts}

    def log_on(self, information: LogonInformation) -> bool:
        """Note the logon of an account of the domain; says whether it may use WinRM."""
        with self._lock:
            token = domain_logon.token(self.disk.accounts, information)
            self._logons[information.account.lower()] = token
            return not WINRM_GROUPS.isdisjoint(token.local_groups)

    def may_log_on(self, user: str, password: str) -> bool:
        """Whether this is an account that may log on over WinRM, and its password; spelt as for `check_password`."""
        known = {name.lower(): secret for name, secret in self.accounts().items()}
        return any(known.get(name) == password for name in self._spellings(user))

    def check_password(self, user: str, password: str) -> bool:
        """Whether this is an account and its password; local ones may be given as `.\\name` or `COMPUTER\\name`."""
        local = {user.name: user.password for user in self.disk.accounts.users.values() if not user.disabled}
        known = {name.lower(): secret for name, secret in {**local, **self.disk.provided_accounts}.items() if secret}
        return any(known.get(name) == password for name in self._spellings(user))

    def is_administrator(self, user: str) -> bool:
        """Whether the account is a local administrator: SYSTEM, the accounts of the settings, members of the group.

        For accounts of the domain their last logon counts: until they log on again they stay what they were.
        """
        if security_identifiers.find(self.disk.accounts, self.computer_name, user) == security_identifiers.SYSTEM:
            return True
        token = self._logons.get(user.lower())
        if token:
            return ADMINISTRATORS in token.local_groups
        given = {name.lower() for name in self.disk.provided_accounts}
        members = {member.lower() for member in self.disk.accounts.groups[ADMINISTRATORS]}
        return any(name in given or name in members for name in self._spellings(user))

    def _spellings(self, user: str) -> list[str]:
        domain, _backslash, name = user.lower().rpartition("\\")
        if domain in ("", ".", self.computer_name.lower()):
            return [user.lower(), name, f"{self.computer_name.lower()}\\{name}", f".\\{name}"]
        return [user.lower()]

    def environment(self, user: str) -> Mapping[str, str]:
        """Environment variables of a new process of this user."""
        with self.logged_on(user):
            return environment.of_process(
                self.disk.registry,
                self.computer_name,
                user,
                self.profile_directory(user),
                service=self.identifier(user) in security_identifiers.SERVICE_ACCOUNTS,
            )

    def identifier(self, user: str) -> str:
        """The security identifier of an account that has logged on."""
        return security_identifiers.of_logon(self.disk.accounts, self.computer_name, user)

    def profile_directory(self, user: str) -> str:
        """The directory of a user's profile."""
        return profiles.directory_of_user(self.disk, self.computer_name, user)

    @contextmanager
    def logged_on(self, user: str) -> Iterator[None]:
        """While in this context the user is logged on: his profile is there and his registry hive loaded."""
        with profiles.logged_on(self.disk, self.computer_name, user, self.record):
            yield

    def registry_number(self, key: str, name: str) -> int | None:
        """The number in a registry value; None when there is no such value, or no number in it."""
        value = self.disk.registry.get(key, name)
        return value.data if value and isinstance(value.data, int) else None

    def run_process(
        self,
        command_line: str,
        *,
        stdin: bytes = b"",
        user: str,
        environment: Mapping[str, str] | None = None,
        working_directory: str = "",
    ) -> ProcessResult:
        """Run a native command line to its end.

        Raises:
            FileNotFoundError: no such program.
            PoweredOffError: the machine went off meanwhile.
        """
        with self.logged_on(user):
            return processes.run(
                self,
                command_line,
                stdin=stdin,
                user=user,
                extra_environment=environment,
                working_directory=working_directory,
            )

    def has_program(self, name: str, *, user: str, environment: Mapping[str, str], working_directory: str) -> bool:
        """Whether there is a program of this name or path that `run_process` can do anything with."""
        variables = {**self.environment(user), **environment}
        found = processes.resolve_program(self, name, variables, working_directory)
        return found is not None and not processes.is_beyond_the_simulator(self, found)

    def set_winrm(self, path: str, *, on: bool) -> bool:
        """Change a setting of the WinRM service (`service/auth/Basic`); False when policy says what it is."""
        setting = winrm_settings.named(path)
        return setting is not None and winrm_settings.change(self, setting, on=on)

    def run_module(self, call: ModuleCall) -> dict[str, Any]:
        """Result of an Ansible module; one the simulator does not have fails and is journalled as `unhandled`."""
        with self.logged_on(call.user):
            return modules.run(self, call)
