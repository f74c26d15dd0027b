# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How image builders and images get from state to state.

Sources: developer guide ("Tutorial: Create a Custom Image", step 6; actions of image builders) and the states of the
service model. All functions are called with the simulation's lock held.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from appstream_simulator.assumptions import answer
from appstream_simulator.aws import (
    agent_versions,
    domain_join,
    domain_membership,
    machines,
    network,
    notifications,
    software_deployment,
)
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.image_builder import ImageBuilder

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend


def start(backend: AppStreamBackend, builder: ImageBuilder, agent_version: str) -> None:
    """Provision an instance: PENDING to RUNNING, by way of a newer agent and licence-included software if there is any.

    Args:
        agent_version: what the instance is to run; an update is a state of its own on the way.
    """
    route = ["PENDING"]
    if agent_version != builder.agent_version:
        route.append("UPDATING_AGENT")
    if software_deployment.is_pending(builder):
        route += ["PENDING_SYNCING_APPS", "SYNCING_APPS"]
    builder.agent_version = agent_version
    builder.latest_agent = agent_version == agent_versions.VERSIONS[-1]
    builder.errors, builder.state_change_reason = [], None
    _travel(backend, builder, [*route, "RUNNING"], backend.simulation.clock.now())


def stop(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """STOPPING to STOPPED; the guest is cut off at once. An image not yet begun never appears (unproven
    [stop_before_snapshot_gives_image_up])."""
    _give_up_next_image(backend, builder)
    machines.power_off(backend, builder)
    _travel(backend, builder, ["STOPPING", "STOPPED"], backend.simulation.clock.now())


def delete(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    """DELETING to gone. An image still being made from it fails: what it is copied from is no more (unproven
    [image_of_deleted_builder_fails]).

    A RUNNING one is cut off at once and PENDING before: Terraform's AWS provider waits in both states for it to be
    gone. That PENDING comes first, and in which state the answer shows it, is unproven [deleted_running_builder_state].
    """
    now = backend.simulation.clock.now()
    _give_up_next_image(backend, builder)
    for image in backend.images.values():
        if image.state == "PENDING" and image.attributes.get("ImageBuilderName") == builder.name:
            message = f"The image builder {builder.name} was deleted before the image was available."
            image.fail("IMAGE_BUILDER_NOT_AVAILABLE", "INTERNAL_SERVICE_ERROR", message, now)
    if builder.state == "RUNNING":
        machines.power_off(backend, builder)
        _delete_later(backend, builder, now)
    else:
        _travel(backend, builder, ["DELETING", "GONE"], now)


def _delete_later(backend: AppStreamBackend, builder: ImageBuilder, now: float) -> None:
    builder.enter(answer("deleted_running_builder_state"))
    visit = builder.visit

    def begin(due: float) -> None:
        if builder.visit == visit:
            _travel(backend, builder, ["DELETING", "GONE"], due)

    backend.timetable.at(now + backend.simulation.duration("deletion_begins"), begin)


def restart(backend: AppStreamBackend, builder: ImageBuilder, down: bool) -> None:
    """The guest restarts itself: REBOOTING while it is down, RUNNING when it is back. The interface stays."""
    if down and builder.state == "RUNNING":
        builder.enter("REBOOTING")
    elif not down and builder.state == "REBOOTING":
        builder.enter("RUNNING")


def take_image(backend: AppStreamBackend, builder: ImageBuilder, image: Image) -> None:
    """create-image was accepted, which means no more than that: the builder is SNAPSHOTTING a while later.

    Until then it is RUNNING and nothing of the image shows, but its name is taken.
    """
    accepted = backend.simulation.clock.now()
    image.visible = False
    image.never_appears = backend.simulation.outcomes.take("image", image.name, "ABSENT") is not None
    backend.images[image.name] = image
    builder.next_image = image

    def begin(due: float) -> None:
        # Stopped, and maybe started, in the meantime.
        if builder.next_image is image:
            builder.next_image = None
            _snapshot(backend, builder, image, accepted, due)

    backend.timetable.at(accepted + backend.simulation.duration("snapshot_begins"), begin)


def _snapshot(backend: AppStreamBackend, builder: ImageBuilder, image: Image, accepted: float, begun: float) -> None:
    """The builder is SNAPSHOTTING and loses its guest; the image is final, and the builder ends STOPPED.

    The guide says that the image is Available and that the builder is then stopped automatically, so that is the order
    by default, weak as the evidence is; by the duration `image_final_after_stopped` it is the other way round.

    Args:
        accepted: when create-image was accepted: the cut and the appearance of the image count from there, but neither
            comes before `begun`.
    """
    duration = backend.simulation.duration
    stopped = begun + duration("SNAPSHOTTING")
    _travel(backend, builder, ["SNAPSHOTTING", "STOPPED"], begun)
    power_off = max(begun, min(accepted + duration("power_off_after_create_image"), stopped))
    backend.timetable.at(power_off, lambda _: machines.snapshot(backend, builder, image))
    visible = max(begun, accepted + duration("image_visible"))
    backend.timetable.at(visible, lambda _: setattr(image, "visible", not image.never_appears))
    later = duration("image_final_after_stopped")
    final = max(begun, stopped + (abs(later) if answer("builder_stops_before_image_is_available") else later))
    backend.timetable.at(final, lambda due: _finish(backend, image, due))


def _give_up_next_image(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    image, builder.next_image = builder.next_image, None
    if image is not None:
        del backend.images[image.name]
        backend.tags.pop(image.arn, None)


def delete_image(backend: AppStreamBackend, image: Image) -> None:
    """DELETING to gone."""
    image.state = "DELETING"

    def gone(_: float) -> None:
        del backend.images[image.name]
        backend.tags.pop(image.arn, None)

    backend.timetable.at(backend.simulation.clock.now() + backend.simulation.duration("image_deleting"), gone)


def _finish(backend: AppStreamBackend, image: Image, when: float) -> None:
    if image.never_appears:
        backend.images.pop(image.name, None)
        return
    image.visible = True
    if image.state != "PENDING":
        return
    finish_image(backend, image, "INTERNAL_ERROR", when, machines.image_problem(image))


def finish_image(
    backend: AppStreamBackend, image: Image, reason_code: str, when: float, problem: str | None = None
) -> None:
    """An image in the making is AVAILABLE; or FAILED, for this reason, by an outcome or because of a problem."""
    outcome = backend.simulation.outcomes.take("image", image.name)
    if outcome is not None and outcome.state == "PENDING":
        again = when + abs(backend.simulation.duration("image_final_after_stopped"))
        backend.timetable.at(again, lambda due: finish_image(backend, image, reason_code, due, problem))
        return
    if outcome is not None:
        is_usual = outcome.message is None and reason_code == "IMAGE_UPDATE_FAILURE"
        message = notifications.update_failed(image.name) if is_usual else outcome.text
        image.fail(reason_code, outcome.error_code, message, when)
    elif problem:
        image.fail(reason_code, "INTERNAL_SERVICE_ERROR", problem, when)
    else:
        image.state = "AVAILABLE"


def _travel(backend: AppStreamBackend, builder: ImageBuilder, route: list[str], when: float) -> None:
    """Enter the first state of the route at this virtual time and the others when the ones before have lasted."""
    state, *rest = route
    builder.enter(state)
    _arrived(backend, builder, state)
    if not rest:
        return
    visit = builder.visit

    def go_on(due: float) -> None:
        if builder.visit != visit:
            return
        if state != "PENDING":
            _travel(backend, builder, rest, due)
            return
        ahead = _provisioned(backend, builder, rest, due)
        if ahead is rest and domain_membership.is_asked_for(backend, builder):
            _travel_once_joined(backend, builder, rest, due)
        else:
            _travel(backend, builder, ahead, due)

    backend.timetable.at(when + backend.simulation.duration(state), go_on)


def _travel_once_joined(backend: AppStreamBackend, builder: ImageBuilder, route: list[str], when: float) -> None:
    """Stay PENDING until the worker has joined the machine to its domain, and go on as if that had taken no time."""
    visit = builder.visit

    def then(error: domain_join.DomainJoinError | None) -> None:
        # A reset in the meantime has forgotten the builder.
        if backend.image_builders.get(builder.name) is not builder or builder.visit != visit:
            return
        if error is None:
            _travel(backend, builder, route, when)
        else:
            builder.fail(error.code, str(error), when)
            _travel(backend, builder, ["FAILED"], when)
        # What came due while the worker was busy.
        backend.tick()

    domain_membership.establish(backend, builder, then)


def _arrived(backend: AppStreamBackend, builder: ImageBuilder, state: str) -> None:
    if state == "RUNNING":
        software_deployment.settle(backend, builder)
        machines.power_on(backend, builder)
    elif state in ("STOPPED", "FAILED", "DELETING"):
        _release_interface(builder)
    elif state == "GONE":
        machines.remove(backend, builder)
        domain_membership.forget(backend, builder)
        backend.tags.pop(builder.arn, None)
        del backend.image_builders[builder.name]


def _release_interface(builder: ImageBuilder) -> None:
    if builder.network_interface is not None:
        builder.last_address = builder.address
        builder.network_interface.delete()
        builder.network_interface = None


def _provisioned(backend: AppStreamBackend, builder: ImageBuilder, route: list[str], when: float) -> list[str]:
    """The rest of the way after PENDING: as planned, or to where a provisioning error leads."""
    outcome = backend.simulation.outcomes.take("builder", builder.name)
    if outcome is not None and outcome.state == "RUNNING":
        return route  # without the network interface
    if outcome is not None:
        if outcome.error_code:
            builder.fail(outcome.error_code, outcome.text, when)
        return ["PENDING", *route] if outcome.state == "PENDING" else [outcome.state]
    if machines.never_starts(builder.image):
        return ["PENDING", *route]
    try:
        _connect(backend, builder)
        _join(backend, builder)
    except (network.NetworkError, domain_join.DomainJoinError) as error:
        builder.fail(error.code, str(error), when)
        return ["FAILED"]
    return route


def _connect(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    vpc_config = builder.request.get("VpcConfig")
    if not vpc_config:
        return
    account, region = backend.account_id, backend.region_name
    subnet = vpc_config["SubnetIds"][0]
    description = f"AppStream image builder {builder.name}"
    avoid = builder.last_address if answer("address_changes_at_start") else None
    interface = network.create_interface(account, region, vpc_config, description, avoid)
    builder.network_interface = interface
    if builder.request.get("EnableDefaultInternetAccess") and not network.has_internet_gateway(account, region, subnet):
        raise network.NetworkError("IGW_NOT_ATTACHED", "No internet gateway is attached to the VPC of the subnet.")


def _join(backend: AppStreamBackend, builder: ImageBuilder) -> None:
    join = builder.request.get("DomainJoinInfo")
    if join:
        config = backend.directory_configs[join["DirectoryName"]]
        in_vpc = bool(builder.request.get("VpcConfig"))
        domain_join.check(config, join["OrganizationalUnitDistinguishedName"], in_vpc)
