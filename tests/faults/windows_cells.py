# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Faults of the way to the image builder, and on it, at every step that works there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from cell import SURVIVED, Cell, Expected
from workplace import Workplace


@dataclasses.dataclass(frozen=True)
class Step:
    """A step that works on the builder: the task that a fault strikes, and what of a recipe makes the step.

    Attributes:
        strikes: the task, for people.
        match: regular expression that finds it among all that the image makes Windows do.
    """

    name: str
    strikes: str
    match: str
    recipe: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def installed(workplace: Workplace) -> list[dict[str, Any]]:
    """An application that is installed, and not in the catalog."""
    return [workplace.seven_zip(launch=None)]


def registered(workplace: Workplace) -> list[dict[str, Any]]:
    """An application of Windows' own, which is only put into the catalog."""
    return [{"name": "notepad", "launch": {"path": "C:\\Windows\\System32\\notepad.exe"}}]


_SESSIONS = {
    "default_profile": {"registry": [{"key": "Software\\Example", "name": "First", "data": 0, "type": "dword"}]}
}
_SEAL = {"scan": False, "manifest_permissions": False, "remove_hybrid_activation": False}

STEPS = (
    Step("connect", "facts", '"gather_subset": \\["all"\\]'),
    Step("windows", "win_timezone", "win_timezone", {"windows": {"time_zone": "UTC"}}),
    Step("roles", "a task of a role", "win_ping", {"roles": ["baseline"]}),
    Step("install", "win_get_url", "win_get_url", {"applications": installed}),
    Step("sessions", "default profile", "NTUSER.DAT", {"sessions": _SESSIONS}),
    Step("catalog", "add-application", "add-application", {"applications": registered, "dynamic_app_catalog": False}),
    Step("check", "services", "win_service_info"),
    Step("seal", "certificates", "win_certificate_info", {"seal": _SEAL}),
    Step("capture", "create-image", '"create-image"(?!.*dry-run)'),
)

# A client that goes on with a new connection is unknown there, which is answered 400.
_CUT = "(?i)connection|Bad HTTP response"
_LOST = "(?i)connection|connect|reset"


@dataclasses.dataclass(frozen=True)
class Fault:
    """What goes wrong, as a rule of the simulator, and how the last message says so."""

    text: str
    rule: Mapping[str, Any]
    cause: str = _LOST
    remedy: str = ""
    variables: Mapping[str, Any] = dataclasses.field(default_factory=dict)


_IMPATIENT = {"ansible_winrm_read_timeout_sec": 8, "ansible_winrm_operation_timeout_sec": 6}
_HTTPS = {"ansible_port": 5986, "ansible_winrm_ca_trust_path": "{ca_file}"}

LASTING = (
    Fault("connections refused", {"kind": "refuse"}, remedy="was lost"),
    Fault("logon refused (401)", {"kind": "unauthorized"}, "(?i)credentials|let", "(?i)password|account"),
    Fault("another certificate", {"kind": "certificate"}, "(?i)certificate", "another|trust", variables=_HTTPS),
    Fault(
        "no answer any more",
        {"kind": "hang"},
        "(?i)timed out|no answer",
        "was lost",
        variables=_IMPATIENT,
    ),
)
PASSING = (
    Fault("connection dropped once, before", {"kind": "drop", "times": 1}, _CUT, "was lost"),
    Fault("connection dropped once, after", {"kind": "drop", "when": "after", "times": 1}, _CUT, "was lost"),
)


def cells() -> Iterator[Cell]:
    """Each fault at each step."""
    for step in STEPS:
        for fault in PASSING:
            # Whether a task was carried out is not known, and not every task may be repeated. What waits for the
            # builder to answer goes on, and what asks for the image sees in AWS whether there is one.
            survived = step.name == "connect" or (step.name, fault.rule.get("when")) == ("capture", "after")
            failed = Expected("ABSENT", "ABSENT", 2, step.name, fault.cause, fault.remedy)
            yield _cell(step, fault, "Windows, passing", SURVIVED if survived else failed)
    for step in STEPS:
        for fault in LASTING:
            failed = Expected("ABSENT", "ABSENT", 2, step.name, fault.cause, fault.remedy)
            yield _cell(step, fault, f"Windows, {fault.text}", failed)
    yield from _disk_full()
    yield from _endless()


def _cell(step: Step, fault: Fault, batch: str, expected: Expected) -> Cell:
    rule = {"host": "^{name}$", "match": step.match, **fault.rule}
    variables = {**fault.variables, "build_image_connect_timeout": 60}
    return Cell(
        step.name, step.strikes, fault.text, batch, expected, recipe=step.recipe, variables=variables, windows=(rule,)
    )


def _disk_full() -> Iterator[Cell]:
    for step in STEPS:
        if step.name not in ("install", "sessions"):
            continue
        rule = {"host": "^{name}$", "match": step.match, "kind": "full"}
        # The registry takes no space in the simulator: what fails is the next step that writes a file.
        failing = "check" if step.name == "sessions" else step.name
        expected = Expected("ABSENT", "ABSENT", 2, failing, "not enough space")
        yield Cell(
            step.name,
            step.strikes,
            "disk of the builder full",
            "Windows, never ending",
            expected,
            step.recipe,
            windows=(rule,),
        )


def _endless() -> Iterator[Cell]:
    """What begins and never ends."""
    rule = {"host": "^{name}$", "kind": "no_return"}
    # Nobody can delete an image builder that is REBOOTING.
    failed = Expected("REBOOTING", "ABSENT", 2, "", "(?i)timed out|time-?out|not come back")
    restarting = {
        "roles": ({"roles": ["restart"]}, {}),
        "install": ({"applications": needing_restart}, {"install_applications_reboot_timeout": 10}),
        "check": ({"roles": ["pending_restart"]}, {"seal_image_builder_reboot_timeout": 10}),
    }
    for step, (recipe, variables) in restarting.items():
        expected = dataclasses.replace(failed, failed_step=step)
        waiting = {**variables, "remove_image_builder_wait_timeout": 60}
        yield Cell(
            step, "restart", "it never ends", "Windows, never ending", expected, recipe, waiting, windows=(rule,)
        )
    hanging = Expected("ABSENT", "ABSENT", 2, "install", "timeout of 2 s", "raise timeout")
    recipe, repaired = {"applications": never_ending}, {"applications": installed}
    yield Cell("install", "installer", "it never ends", "Windows, never ending", hanging, recipe, repaired=repaired)


def never_ending(workplace: Workplace) -> list[dict[str, Any]]:
    """An application whose installer never ends, and is given two seconds."""
    source = "https://apps.example.com/hangs/hangs.exe"
    install = {
        "source": source,
        "checksum": f"sha256:{workplace.checksums['hangs']}",
        "arguments": ["/S"],
        "timeout": 2,
    }
    return [{"name": "hangs", "install": install}]


def needing_restart(workplace: Workplace) -> list[dict[str, Any]]:
    """An application whose installer asks for a restart."""
    source = "https://downloads.example.com/needs-restart/needs-restart-2.0.msi"
    checksum = f"sha256:{workplace.checksums['needs-restart']}"
    return [{"name": "needs-restart", "install": {"source": source, "checksum": checksum}}]
