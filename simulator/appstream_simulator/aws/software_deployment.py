# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Licence-included software gets onto an image builder and off it. Called with the simulation's lock held.

A builder is PENDING_SYNCING_APPS, then SYNCING_APPS, then RUNNING: at creation on its way to RUNNING for the first
time, later when a deployment is started. That the guest goes on running meanwhile is unproven
[guest_runs_during_deployment].
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appstream_simulator.aws import software_association as associations
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.aws.software_association import SoftwareAssociation

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend


def prepare(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Give a new builder the software of its image, and what its creation is to install and to uninstall.

    To uninstall what the image does not have is no error (unproven [uninstalling_what_is_not_there]).
    """
    for name in builder.image.software:
        set_status(backend, builder, name, associations.INSTALLED)
    for name in builder.request.get("SoftwaresToUninstall", []):
        if name in builder.software:
            set_status(backend, builder, name, associations.PENDING_UNINSTALLATION)
    for name in builder.request.get("SoftwaresToInstall", []):
        if name not in builder.software:
            set_status(backend, builder, name, associations.PENDING_INSTALLATION)


def set_status(backend: AppStreamBackend, builder: ImageBuilder, name: str, status: str | None) -> None:
    """Give an association another status and forget its errors; None ends it."""
    known = builder.software.get(name)
    if status is None:
        builder.software.pop(name, None)
    elif known is None:
        builder.software[name] = SoftwareAssociation(name, next(backend.serials), status)
    else:
        known.status, known.errors = status, []


def is_pending(builder: ImageBuilder) -> bool:
    """Whether software waits for the agent to install or to uninstall it."""
    return any(association.status in associations.WHEN_DONE for association in builder.software.values())


def begin(backend: AppStreamBackend, builder: ImageBuilder, retry: bool) -> bool:
    """Deploy what is staged, and what failed before when that is asked for. Says whether there is anything."""
    becomes = {**associations.WHEN_DEPLOYED, **(associations.WHEN_RETRIED if retry else {})}
    concerned = [one for one in builder.software.values() if one.status in becomes]
    for association in concerned:
        set_status(backend, builder, association.name, becomes[association.status])
    if concerned:
        _sync(backend, builder)
    return bool(concerned)


def _sync(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """From RUNNING by way of the two states back to RUNNING, unless something else happens to the builder."""
    clock, duration = backend.simulation.clock, backend.simulation.duration
    builder.enter("PENDING_SYNCING_APPS")
    visit = builder.visit

    def install(due: float) -> None:
        if builder.visit == visit:
            builder.enter("SYNCING_APPS")
            backend.timetable.at(due + duration("SYNCING_APPS"), finish)

    def finish(_: float) -> None:
        if builder.visit == visit + 1:
            builder.enter("RUNNING")
            settle(backend, builder)

    backend.timetable.at(clock.now() + duration("PENDING_SYNCING_APPS"), install)


def settle(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """End all that is pending, as the outcomes in force want it. The builder is RUNNING in any case."""
    for association in list(builder.software.values()):
        if association.status not in associations.WHEN_DONE:
            continue
        outcome = backend.simulation.outcomes.take("software", association.name)
        if outcome is None:
            set_status(backend, builder, association.name, associations.WHEN_DONE[association.status])
        else:
            association.status = associations.WHEN_FAILED[association.status]
            association.errors = [{"ErrorCode": outcome.error_code, "ErrorMessage": outcome.text}]
