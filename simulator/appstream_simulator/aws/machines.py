# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The Windows machines behind image builders: what the AWS half tells them and what they tell it.

A builder in a VPC has a machine; one without is reachable by no one, so it has none. Machines are told by the worker,
never under the simulation's lock; they call back from threads of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws.image import Image
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.windows.machine import sysprep
from appstream_simulator.windows.machine.disk import Disk
from appstream_simulator.windows.machine.requests import MachineRequest

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend


def create(backend: AppStreamBackend, builder: ImageBuilder, request: Callable[[], MachineRequest]) -> None:
    """Set up the machine of a new builder, switched off. The request is asked for when the jobs before are done."""
    if not builder.request.get("VpcConfig"):
        return
    simulation = backend.simulation

    def job() -> None:
        simulation.site.create(request())

    simulation.worker.submit(job)


def power_on(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Switch the machine on at the builder's address."""
    address = builder.address
    if address is None:
        return
    simulation = backend.simulation

    def job() -> None:
        simulation.site.get(builder.arn).power_on(address)

    simulation.worker.submit(job)


def power_off(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Cut the machine off."""
    simulation = backend.simulation

    def job() -> None:
        machine = simulation.site.get(builder.arn)
        if machine is not None:
            machine.power_off()

    simulation.worker.submit(job)


def snapshot(backend: AppStreamBackend, builder: ImageBuilder, image: Image) -> None:
    """Keep the machine's disk in the image and cut the machine off."""
    simulation = backend.simulation

    def job() -> None:
        machine = simulation.site.get(builder.arn)
        if machine is not None:
            image.disk = machine.snapshot()
            machine.power_off()

    simulation.worker.submit(job)


def image_problem(image: Image) -> str:
    """Why there can be no image of what is on the disk, or was when it was begun; empty when there can."""
    return image.problem or (sysprep.problem(image.disk) if isinstance(image.disk, Disk) else "")


def never_starts(image: Image | None) -> bool:
    """Whether what is on the disk keeps builders and fleets of an image from ever starting."""
    return image is not None and isinstance(image.disk, Disk) and sysprep.never_starts(image.disk)


def remove(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Throw the machine away."""
    simulation, key = backend.simulation, builder.arn
    simulation.worker.submit(lambda: simulation.site.remove(key))


def describe(site: Any) -> list[dict[str, Any]]:
    """All machines, for the state dump."""
    return [machine.describe() for machine in site.machines()]
