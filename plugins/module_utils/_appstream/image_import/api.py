# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Importing images: one function per use of the API operation, taking a client and plain values."""

from __future__ import annotations

from typing import Any

from ..core.aws import to_ansible_dict
from ..core.calls import call
from ..core.errors import AppStreamError

OPERATION = "CreateImportedImage"
# A dry run that finds nothing wrong is answered with this error (API reference, CreateImportedImage).
DRY_RUN_SUCCEEDED = "DryRunOperationException"


def create_imported_image(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to import an image from CreateImportedImage parameters. Raises AppStreamError."""
    answer = call(client, "create_imported_image", f"image {request['Name']}", **request)
    return to_ansible_dict(answer["Image"])


def check_imported_image(client: Any, request: dict[str, Any]) -> None:
    """Have the service check CreateImportedImage parameters. Raises the AppStreamError the import would end with."""
    try:
        call(client, "create_imported_image", f"image {request['Name']}", **request, DryRun=True)
    except AppStreamError as error:
        if error.code != DRY_RUN_SUCCEEDED:
            raise
