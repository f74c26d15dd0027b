# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Export tasks of images: one function per API operation, taking a client and plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import NOT_FOUND, call, call_known, call_tokens, require_support
from ..core.errors import AppStreamError

# Amazon EC2's answers about an AMI that is no more, or never was.
_GONE_CODES = frozenset({"InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"})


def create_export_image_task(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to export an image that has just been read from CreateExportImageTask parameters; returns the task.

    Not tried again when it is unknown whether it had an effect, see ``retries.ONCE_ONLY``. Raises AppStreamError.
    """
    answer = call_known(client, "create_export_image_task", f"image {request['ImageName']}", **request)
    return to_ansible_dict(answer["ExportImageTask"])


def get_export_image_task(client: Any, task_id: str) -> dict[str, Any] | None:
    """Return one export task, None when there is none of that id. Raises AppStreamError."""
    require_support(client, "GetExportImageTask", {})
    try:
        answer = call(client, "get_export_image_task", f"export image task {task_id}", TaskId=task_id)
    except AppStreamError as error:
        if error.code != NOT_FOUND:
            raise
        return None
    return to_ansible_dict(answer["ExportImageTask"])


def list_export_image_tasks(client: Any, filters: Mapping[str, Sequence[str]] | None = None) -> list[dict[str, Any]]:
    """Return the export tasks of the account and Region, the newest first. Raises AppStreamError.

    ``filters`` is handed to the service, which documents no names of filters.
    """
    wanted = [{"Name": name, "Values": list(values)} for name, values in (filters or {}).items()]
    require_support(client, "ListExportImageTasks", {})
    found = call_tokens(
        client,
        "list_export_image_tasks",
        "all export image tasks",
        "ExportImageTasks",
        **({"Filters": wanted} if wanted else {}),
    )
    found.sort(key=lambda task: task["CreatedDate"], reverse=True)
    return [to_ansible_dict(task) for task in found]


def is_older(task: Mapping[str, Any], image: Mapping[str, Any]) -> bool:
    """Say whether a task is older than the image, and so one of a former image of the same name."""
    begun, created = task.get("created_date"), image.get("created_time")
    return bool(begun and created) and datetime.fromisoformat(str(begun)) < datetime.fromisoformat(str(created))


def ami_is_gone(ec2_client: Any, ami_id: str) -> bool:
    """Say whether an AMI is no more. Raises AppStreamError, also when the credentials may not look."""
    try:
        answer = call(ec2_client, "describe_images", f"AMI {ami_id}", ImageIds=[ami_id])
    except AppStreamError as error:
        if error.code not in _GONE_CODES:
            raise
        return True
    return not answer.get("Images")
