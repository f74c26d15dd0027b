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
from appstream_simulator.windows.machine.accounts import ADMINISTRATOR
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
    """Why what is on the disk makes no image; empty when it does.

    The guide (tutorial-image-builder.md) says that with a renamed Administrator "image creation will fail". How it
    fails is unproven.
    """
    if not isinstance(image.disk, Disk) or image.disk.accounts.administrator == ADMINISTRATOR:
        return ""
    return "An internal error occurred while creating the image."


def remove(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """Throw the machine away."""
    simulation, key = backend.simulation, builder.arn
    simulation.worker.submit(lambda: simulation.site.remove(key))


def describe(site: Any) -> list[dict[str, Any]]:
    """All machines, for the state dump."""
    return [machine.describe() for machine in site.machines()]
