# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Begins an image, and takes the times of what follows: the end of the connection, SNAPSHOTTING, the image in sight.

Private to the euc.appstream collection.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansible.errors import AnsibleActionFail
from ansible_collections.euc.appstream.plugins.module_utils._appstream.verify_service.seen import (
    Answers,
    not_asked,
    seen,
)
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_assistant_commands as commands
from ansible_collections.euc.appstream.plugins.plugin_utils._image_assistant import (
    WIN_COMMAND,
    ConnectionLostError,
    connection_lost,
    outcome_of,
)
from ansible_collections.euc.appstream.plugins.plugin_utils._windows_host import RunModule

PAUSE = 2.0
PATIENCE = 600.0
"""Seconds until everything must have happened that is waited for."""

_QUESTIONS = ("duration_power_off_after_create_image", "duration_snapshot_begins", "duration_image_visible")


@dataclass(frozen=True)
class Capture:
    """What is begun, and how its progress is seen.

    Attributes:
        image_is_visible, builder_is_snapshotting: ask AWS.
    """

    program: str
    image_name: str
    tags: Mapping[str, str]
    run_module: RunModule
    image_is_visible: Callable[[], bool]
    builder_is_snapshotting: Callable[[], bool]
    clock: Callable[[], float] = field(default=time.monotonic)
    sleep: Callable[[float], None] = field(default=time.sleep)


def capture(subject: Capture) -> Answers:
    """Begin the image and watch. Raises AnsibleActionFail when Image Assistant refuses it."""
    argv = commands.create_image(subject.program, name=subject.image_name, tags=subject.tags)
    arrived, text = _begin(subject, argv)
    begun = subject.clock()
    times: dict[str, float] = {}
    signs: Mapping[str, Callable[[], bool]] = {
        "duration_snapshot_begins": subject.builder_is_snapshotting,
        "duration_image_visible": subject.image_is_visible,
        # Last, because a connection that is gone may be noticed only after a while.
        "duration_power_off_after_create_image": lambda: not _answers(subject.run_module),
    }
    while len(times) < len(signs) and subject.clock() - begun < PATIENCE:
        for name, has_happened in signs.items():
            asked = subject.clock()
            if name not in times and has_happened():
                times[name] = round(asked - begun, 1)
        subject.sleep(PAUSE)
    late = not_asked(f"it had not happened after {PATIENCE:g} seconds")
    return {
        "create_image_answer_arrives": seen(arrived, text),
        **{name: seen(times[name]) if name in times else late for name in _QUESTIONS},
    }


def _begin(subject: Capture, argv: list[str]) -> tuple[bool, str]:
    try:
        outcome = outcome_of(subject.run_module(WIN_COMMAND, {"argv": argv}))
    except ConnectionLostError as error:
        return False, str(error)
    except AnsibleActionFail:
        raise
    except Exception as error:  # connection plugins raise whatever their transport library does
        return False, str(error)
    if not outcome.succeeded:
        raise AnsibleActionFail(f"create-image was refused (status {outcome.status}): {outcome.message}")
    return True, outcome.message


def _answers(run_module: RunModule) -> bool:
    try:
        result = run_module("ansible.windows.win_ping", {})
    except Exception:  # connection plugins raise whatever their transport library does
        return False
    return not result.get("failed") and not connection_lost(result)
