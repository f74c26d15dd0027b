# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a new machine is told about its image builder, and how it calls back."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from appstream_simulator.aws import builder_s3, domain_membership, image_taking, lifecycle, security_groups
from appstream_simulator.aws.image_builder import ImageBuilder
from appstream_simulator.windows.machine.requests import CreateImage, MachineRequest

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend


def machine_request(backend: AppStreamBackend, builder: ImageBuilder) -> MachineRequest:
    """The request for the machine of a builder; its callbacks come from the machine's threads and take the lock."""
    simulation = backend.simulation

    def is_current() -> bool:
        return backend.image_builders.get(builder.name) is builder

    def on_create_image(request: CreateImage) -> None:
        with simulation.lock:
            backend.tick()
            image_taking.accept(backend, builder, request)

    def image_name_exists(name: str) -> bool:
        with simulation.lock:
            return bool(backend.image_name_exists(name))

    def on_restart(down: bool) -> None:
        with simulation.lock:
            if is_current():
                lifecycle.restart(backend, builder, down)

    def admits(source_address: str, port: int) -> bool:
        if not simulation.settings.active_directory:
            return True
        account, region = backend.account_id, backend.region_name
        with simulation.lock:
            if builder.network_interface is None:
                return False
            groups = security_groups.of_interface(account, region, builder.network_interface)
            return security_groups.admits(account, region, groups, source_address, port)

    role_arn = builder.request.get("IamRoleArn")
    return MachineRequest(
        key=builder.arn,
        builder_name=builder.name,
        platform=builder.image.platform,
        image_arn=builder.image.arn,
        instance_type=builder.request["InstanceType"],
        region=backend.region_name,
        account_id=backend.account_id,
        domain=builder.request.get("DomainJoinInfo", {}).get("DirectoryName"),
        disk=builder.image.disk,
        on_create_image=on_create_image,
        image_name_exists=image_name_exists,
        on_restart=on_restart,
        admits=admits,
        closed=domain_membership.is_asked_for(backend, builder),
        root_volume_gb=builder.root_volume["VolumeSizeInGb"],
        iam_role_arn=role_arn,
        read_s3=functools.partial(builder_s3.read, backend.account_id, role_arn) if role_arn else None,
    )
