# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The API operations on export tasks. Each takes the back end and the validated request and returns the response.

Sources: developer guide, "Export Image", and the service model. A task cannot be cancelled or deleted; how long the
service keeps it is unproven [export_tasks_kept], here it is for ever.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from appstream_simulator.aws import image_access, source_ami
from appstream_simulator.aws.exceptions import (
    ResourceNotFoundException,
    SimulatorNotImplemented,
)
from appstream_simulator.aws.export_task import ExportTask
from appstream_simulator.aws.image import Image
from appstream_simulator.aws.pages import page
from appstream_simulator.aws.placement import check_role
from appstream_simulator.aws.unproven import export_task_filters, refusal

if TYPE_CHECKING:
    from appstream_simulator.aws.models import AppStreamBackend

Request = dict[str, Any]
Response = dict[str, Any]

# "Only Microsoft Windows Server 2022 and 2025 images can be exported."
_PLATFORMS = ("WINDOWS_SERVER_2022", "WINDOWS_SERVER_2025")
# Service model, ListExportImageTasks.MaxResults.
_DEFAULT_PAGE = 50


def create_export_image_task(backend: AppStreamBackend, request: Request) -> Response:
    """CreateExportImageTask."""
    image = _exportable(backend, request["ImageName"])
    check_role(backend, request["IamRoleArn"])
    _check_ami_name(backend, request["AmiName"])
    now = backend.simulation.clock.now()
    task = ExportTask(
        task_id=str(uuid.uuid4()),
        serial=next(backend.serials),
        image=image,
        ami_name=request["AmiName"],
        created=now,
        ami_description=request.get("AmiDescription"),
        tags=request.get("TagSpecifications"),
    )
    backend.export_tasks[task.task_id] = task
    backend.timetable.at(now + backend.simulation.duration("EXPORTING"), lambda _: _finish(backend, task))
    return {"ExportImageTask": task.describe()}


def get_export_image_task(backend: AppStreamBackend, request: Request) -> Response:
    """GetExportImageTask."""
    if "TaskId" not in request:
        raise refusal("no export task named", "The TaskId must be specified.")
    task = backend.export_tasks.get(request["TaskId"])
    if task is None:
        raise ResourceNotFoundException(f"The export image task {request['TaskId']} does not exist.")
    return {"ExportImageTask": task.describe()}


def list_export_image_tasks(backend: AppStreamBackend, request: Request) -> Response:
    """ListExportImageTasks: a task is listed when every filter has one of its values."""
    found = list(backend.export_tasks.values())
    for condition in request.get("Filters", []):
        member = export_task_filters().get(condition["Name"])
        if member is None:
            raise SimulatorNotImplemented(f"The simulator does not know the filter {condition['Name']}.")
        found = [task for task in found if task.describe().get(member) in condition["Values"]]
    return page("ExportImageTasks", found, {**request, "MaxResults": request.get("MaxResults") or _DEFAULT_PAGE})


def _exportable(backend: AppStreamBackend, name: str) -> Image:
    if name in backend.public:
        raise refusal("exporting a public image", f"The image {name} is not owned by this account.")
    image = backend.own_image(name)
    image_access.require_available(image)
    if image.platform not in _PLATFORMS:
        message = f"The image {name} has the platform {image.platform}, which cannot be exported."
        raise refusal("exporting another platform", message)
    return image


def _check_ami_name(backend: AppStreamBackend, name: str) -> None:
    """The name "must be unique within your account and region"."""
    if name in source_ami.names(backend):
        raise refusal("AMI name taken", f"An AMI with the name {name} already exists.")
    if any(task.ami_name == name and task.state == "EXPORTING" for task in backend.export_tasks.values()):
        raise refusal("AMI name being exported to", f"An export to an AMI with the name {name} is in progress.")


def _finish(backend: AppStreamBackend, task: ExportTask) -> None:
    outcome = backend.simulation.outcomes.take("export", task.ami_name)
    if outcome is not None:
        task.fail(outcome.state, outcome.error_code, outcome.text)
        return
    if task.ami_name in source_ami.names(backend):
        # EC2's code and text.
        task.fail("FAILED", "InvalidAMIName.Duplicate", f"AMI name {task.ami_name} is already in use by another AMI.")
        return

    def describe(ami: Any) -> None:
        ami.description = task.ami_description or ""
        ami.ebs_snapshot.volume.size = task.image.root_volume_gb
        ami.add_tags(dict(task.tags or {}))

    task.ami_id = source_ami.register(backend, task.ami_name, describe)
    task.state = "COMPLETED"
