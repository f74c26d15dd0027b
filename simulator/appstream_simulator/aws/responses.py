# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From a request to the operation and back (file and class names are what moto looks for)."""

from __future__ import annotations

import traceback
import uuid
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from moto.core.exceptions import _RESTError
from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

from appstream_simulator.aws import (
    copy_operations,
    directory_config,
    export_operations,
    fleet_operations,
    image_builder_operations,
    image_operations,
    import_operations,
    managed_update,
    permission_operations,
    protocols,
    sessions,
    software_operations,
    stack_operations,
    tag_operations,
)
from appstream_simulator.aws.exceptions import (
    AccessDeniedException,
    AppStreamError,
    InternalFailure,
    InvalidSignatureException,
    SerializationException,
    SimulatorNotImplemented,
    UnknownOperationException,
    UnrecognizedClientException,
)
from appstream_simulator.aws.models import AppStreamBackend, appstream_backends
from appstream_simulator.aws.simulation import running
from appstream_simulator.aws.validation import validate

Operation = Callable[[AppStreamBackend, dict[str, Any]], dict[str, Any]]

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "CreateImageBuilder": image_builder_operations.create_image_builder,
        "DescribeImageBuilders": image_builder_operations.describe_image_builders,
        "StartImageBuilder": image_builder_operations.start_image_builder,
        "StopImageBuilder": image_builder_operations.stop_image_builder,
        "DeleteImageBuilder": image_builder_operations.delete_image_builder,
        "UpdateImageBuilder": image_builder_operations.update_image_builder,
        "CreateImageBuilderStreamingURL": image_builder_operations.create_image_builder_streaming_url,
        "AssociateSoftwareToImageBuilder": software_operations.associate_software_to_image_builder,
        "DisassociateSoftwareFromImageBuilder": software_operations.disassociate_software_from_image_builder,
        "StartSoftwareDeploymentToImageBuilder": software_operations.start_software_deployment_to_image_builder,
        "DescribeSoftwareAssociations": software_operations.describe_software_associations,
        "DescribeImages": image_operations.describe_images,
        "DeleteImage": image_operations.delete_image,
        "CopyImage": copy_operations.copy_image,
        "CreateUpdatedImage": managed_update.create_updated_image,
        "UpdateImagePermissions": permission_operations.update_image_permissions,
        "DeleteImagePermissions": permission_operations.delete_image_permissions,
        "DescribeImagePermissions": permission_operations.describe_image_permissions,
        "CreateImportedImage": import_operations.create_imported_image,
        "CreateExportImageTask": export_operations.create_export_image_task,
        "GetExportImageTask": export_operations.get_export_image_task,
        "ListExportImageTasks": export_operations.list_export_image_tasks,
        "CreateFleet": fleet_operations.create_fleet,
        "DescribeFleets": fleet_operations.describe_fleets,
        "UpdateFleet": fleet_operations.update_fleet,
        "StartFleet": fleet_operations.start_fleet,
        "StopFleet": fleet_operations.stop_fleet,
        "DeleteFleet": fleet_operations.delete_fleet,
        "DescribeSessions": sessions.describe_sessions,
        "ExpireSession": sessions.expire_session,
        "DrainSessionInstance": sessions.drain_session_instance,
        "CreateStack": stack_operations.create_stack,
        "DescribeStacks": stack_operations.describe_stacks,
        "UpdateStack": stack_operations.update_stack,
        "DeleteStack": stack_operations.delete_stack,
        "AssociateFleet": stack_operations.associate_fleet,
        "DisassociateFleet": stack_operations.disassociate_fleet,
        "ListAssociatedFleets": stack_operations.list_associated_fleets,
        "ListAssociatedStacks": stack_operations.list_associated_stacks,
        "TagResource": tag_operations.tag_resource,
        "UntagResource": tag_operations.untag_resource,
        "ListTagsForResource": tag_operations.list_tags_for_resource,
        "CreateDirectoryConfig": directory_config.create_directory_config,
        "DescribeDirectoryConfigs": directory_config.describe_directory_configs,
        "UpdateDirectoryConfig": directory_config.update_directory_config,
        "DeleteDirectoryConfig": directory_config.delete_directory_config,
    }
)

# What the name in a request names, by how the operation's own name ends.
_RESOURCES: Mapping[str, str] = MappingProxyType(
    {"ImageBuilder": "image-builder", "ImageBuilderStreamingURL": "image-builder", "Fleet": "fleet", "Stack": "stack"}
)

# moto answers a failed authentication with XML and names of other services' errors.
_AUTHENTICATION_ERRORS: Mapping[str, type[AppStreamError]] = MappingProxyType(
    {
        "SignatureDoesNotMatch": InvalidSignatureException,
        "InvalidClientTokenId": UnrecognizedClientException,
    }
)


class AppStreamResponse(BaseResponse):
    """One request."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name="appstream")
        self._protocol = protocols.JSON
        self._action = ""

    def call_action(self) -> Any:
        """Authenticate, validate, carry out and serialise; every error is answered as the protocol has it."""
        self._protocol = protocols.answered_in(self.headers)
        try:
            status, body = 200, self._body(self._result())
        except AppStreamError as error:
            status, body = _error(self._protocol, error)
        except Exception as error:
            # Loud on both ends: a client that retries a 500 still shows this text at last.
            traceback.print_exception(error)
            running().report(error)
            failure = InternalFailure(f"simulator error: {type(error).__name__}: {error}")
            status, body = _error(self._protocol, failure)
        headers = {**self.response_headers, **self._protocol.answer_headers(), "x-amzn-RequestId": str(uuid.uuid4())}
        return status, {**headers, "status": str(status)}, body

    def _result(self) -> Any:
        self._action = protocols.operation_of(self.method, self.path, self.headers)
        model = get_service_model("appstream")
        if self._action not in model.operation_names:
            raise UnknownOperationException(f"AppStream has no operation {self._action}.")
        self._authenticate()
        if self._action not in OPERATIONS:
            raise SimulatorNotImplemented(f"The simulator does not simulate {self._action}.")
        request = self._request()
        validate(model.operation_model(self._action).input_shape, request)
        backend: AppStreamBackend = appstream_backends[self.current_account][self.region]
        with running().lock:
            backend.tick()
            return OPERATIONS[self._action](backend, request)

    def _body(self, result: Any) -> str | bytes:
        operation = get_service_model("appstream").operation_model(self._action)
        body: str | bytes = self._protocol.serializer(operation).serialize(result)["body"]
        return body

    def _get_action(self) -> str:
        """What moto checks IAM policies with."""
        return self._action

    def _authenticate(self) -> None:
        try:
            self._authenticate_and_authorize_normal_action(self._determine_resource())
        except _RESTError as error:
            raise _AUTHENTICATION_ERRORS.get(error.error_type, AccessDeniedException)(error.message) from None

    def _determine_resource(self) -> str:
        """The ARN moto checks IAM policies with, '*' where there is no single one."""
        try:
            request = self._request()
        except SerializationException:
            return "*"
        name = request.get("Name") or request.get("ImageBuilderName")
        kind = next((kind for end, kind in _RESOURCES.items() if self._action.endswith(end)), None)
        if name and kind:
            return f"arn:{self.partition}:appstream:{self.region}:{self.current_account}:{kind}/{name}"
        return str(request.get("ResourceArn") or "*")

    def _request(self) -> dict[str, Any]:
        try:
            request = self._protocol.read(self.body) if self.body else {}
        except ValueError as error:
            raise SerializationException(f"The request is not {self._protocol.name}: {error}.") from None
        if not isinstance(request, dict):
            raise SerializationException("The request is not a structure.")
        return {name: value for name, value in request.items() if value is not None}


def _error(protocol: protocols.Protocol, error: AppStreamError) -> tuple[int, bytes]:
    """Status and body of an error; codes outside the service's model are fine."""
    status = 500 if isinstance(error, InternalFailure) else protocols.error_statuses().get(error.code, 400)
    return status, protocol.error(error.code, error.message)
