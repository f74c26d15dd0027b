# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which exception answers which situation, where no source we have proves it.

The service model lists the errors of an operation but not when each is raised. Everything that is our own choice is in
this table and nowhere else, so that one edit follows the first observation of the real service.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from appstream_simulator.aws.exceptions import (
    AppStreamError,
    ConcurrentModificationException,
    IncompatibleImageException,
    InvalidParameterCombinationException,
    InvalidRoleException,
    LimitExceededException,
    OperationNotPermittedException,
    ResourceInUseException,
    ResourceNotAvailableException,
    ResourceNotFoundException,
)

REFUSALS: Mapping[str, type[AppStreamError]] = MappingProxyType(
    {
        # The guide only says that the action is unavailable. ConcurrentModificationException ("wait a few minutes and
        # try again") is in the model's list of each of these operations.
        "StartImageBuilder while moving": ConcurrentModificationException,
        "StopImageBuilder while moving": ConcurrentModificationException,
        "DeleteImageBuilder while moving": ConcurrentModificationException,
        "UpdateImageBuilder while moving": ConcurrentModificationException,
        # The model lists no ConcurrentModificationException for this one.
        "CreateImageBuilderStreamingURL while moving": OperationNotPermittedException,
        # The model lists no OperationNotPermittedException for StartImageBuilder.
        "StartImageBuilder in an idle state": ResourceNotAvailableException,
        "StopImageBuilder in an idle state": OperationNotPermittedException,
        "DeleteImageBuilder in an idle state": OperationNotPermittedException,
        "UpdateImageBuilder in an idle state": OperationNotPermittedException,
        "CreateImageBuilderStreamingURL in an idle state": OperationNotPermittedException,
        # Creating: all classes are in the model's list of CreateImageBuilder.
        "not exactly one of ImageName and ImageArn": InvalidParameterCombinationException,
        "image without image builder support": IncompatibleImageException,
        "unknown instance type": InvalidParameterCombinationException,
        # The message is from a report of the real error, which does not show the class.
        "instance family not supported by the image": InvalidParameterCombinationException,
        "not exactly one subnet": InvalidParameterCombinationException,
        "subnet not found": ResourceNotFoundException,
        "security group not found": ResourceNotFoundException,
        "security group of another VPC": InvalidParameterCombinationException,
        "role does not exist": InvalidRoleException,
        "role does not trust the service": InvalidRoleException,
        "directory config not found": ResourceNotFoundException,
        "organizational unit not in directory config": InvalidParameterCombinationException,
        "domain name without organizational unit": InvalidParameterCombinationException,
        "root volume out of range": InvalidParameterCombinationException,
        "root volume smaller than the image's": InvalidParameterCombinationException,
        "unknown agent version": InvalidParameterCombinationException,
        "IMDSv1 off on an old agent": IncompatibleImageException,
        "unknown software": InvalidParameterCombinationException,
        "software of several years or architectures": InvalidParameterCombinationException,
        "software for another Windows": IncompatibleImageException,
        "software on an old agent": IncompatibleImageException,
        # Licence-included software on an existing builder.
        "AssociateSoftwareToImageBuilder while moving": ConcurrentModificationException,
        "AssociateSoftwareToImageBuilder in an idle state": OperationNotPermittedException,
        "DisassociateSoftwareFromImageBuilder while moving": ConcurrentModificationException,
        "DisassociateSoftwareFromImageBuilder in an idle state": OperationNotPermittedException,
        "StartSoftwareDeploymentToImageBuilder while moving": ConcurrentModificationException,
        "StartSoftwareDeploymentToImageBuilder in an idle state": OperationNotPermittedException,
        "no software named": InvalidParameterCombinationException,
        "disassociating what is not associated": ResourceNotFoundException,
        "deploying software while an image is begun": ConcurrentModificationException,
        # It might as well be accepted and do nothing.
        "nothing to deploy": OperationNotPermittedException,
        "software of another kind of resource": OperationNotPermittedException,
        "agent access settings": InvalidParameterCombinationException,
        "agent access settings both updated and deleted": InvalidParameterCombinationException,
        "streaming URL validity out of range": InvalidParameterCombinationException,
        # Images.
        "image shared for another purpose": OperationNotPermittedException,
        "sharing with the own account": ResourceNotAvailableException,
        "sharing with a malformed account id": ResourceNotFoundException,
        "deleting permissions that are not there": ResourceNotFoundException,
        "deleting a public image": OperationNotPermittedException,
        "deleting an image on its way": ConcurrentModificationException,
        "copying a public image": IncompatibleImageException,
        "no such destination Region": ResourceNotFoundException,
        "updating a public image": OperationNotPermittedException,
        "updating an image that is not AVAILABLE": OperationNotPermittedException,
        "updating an image that managed updates do not support": IncompatibleImageException,
        "reserved name of an updated image": OperationNotPermittedException,
        # Importing and exporting. The model's lists have no class of their own for any of these.
        "not exactly one of SourceAmiId and WorkspaceImageId": InvalidParameterCombinationException,
        "importing an AMI without a role": InvalidParameterCombinationException,
        "importing the AMI of another account": OperationNotPermittedException,
        "AMI does not meet the requirements": IncompatibleImageException,
        "application named twice": InvalidParameterCombinationException,
        "exporting a public image": OperationNotPermittedException,
        "exporting another platform": OperationNotPermittedException,
        # It might as well be accepted, and the task fail.
        "AMI name taken": OperationNotPermittedException,
        "AMI name being exported to": ConcurrentModificationException,
        # TaskId is not marked as required.
        "no export task named": ResourceNotFoundException,
        # Fleets and sessions.
        "StartFleet while moving": OperationNotPermittedException,
        "StartFleet in an idle state": OperationNotPermittedException,
        # The model lists no OperationNotPermittedException for these two.
        "StopFleet while moving": ConcurrentModificationException,
        "DeleteFleet while moving": ConcurrentModificationException,
        "DeleteFleet in an idle state": ResourceInUseException,
        "UpdateFleet while moving": OperationNotPermittedException,
        # The guide says that the fleet has to be STOPPED, for which other attributes have this class.
        "image of another operating system on a running fleet": ResourceInUseException,
        "instance type of another family": InvalidParameterCombinationException,
        "image without multi-session support": IncompatibleImageException,
        "no fleet named": InvalidParameterCombinationException,
        "member of another fleet type": InvalidParameterCombinationException,
        "member missing for the fleet type": InvalidParameterCombinationException,
        "platform of another fleet type": InvalidParameterCombinationException,
        "wrong kind of compute capacity": InvalidParameterCombinationException,
        "fleet number out of range": InvalidParameterCombinationException,
        "fleet attribute both updated and deleted": InvalidParameterCombinationException,
        "fleet without subnets in its VPC": InvalidParameterCombinationException,
        "subnets of several VPCs": InvalidParameterCombinationException,
        "elastic fleet in one Availability Zone": InvalidParameterCombinationException,
        "draining a single-session fleet": OperationNotPermittedException,
        "sessions limit out of range": InvalidParameterCombinationException,
        # Directory configs.
        "directory config in use": ResourceInUseException,
        "organizational unit in use": ResourceInUseException,
        # Stacks. The model describes these rules without saying how breaking them is answered.
        "stack attribute both updated and deleted": InvalidParameterCombinationException,
        "stack setting named twice": InvalidParameterCombinationException,
        "MaximumLength of a user setting": InvalidParameterCombinationException,
        "admin consent for another storage connector": InvalidParameterCombinationException,
        # The model does not require domains; the console does.
        "storage connector without domains": InvalidParameterCombinationException,
        # Both are what Terraform's AWS provider takes for granted.
        "application settings without a settings group": InvalidParameterCombinationException,
        "settings group of disabled application settings": InvalidParameterCombinationException,
        "associating an associated fleet": OperationNotPermittedException,
        # The guide says of the console that this is unavailable.
        "associating a second fleet": OperationNotPermittedException,
        "disassociating a fleet that is not associated": ResourceNotFoundException,
        "disassociating a fleet with active sessions": ResourceInUseException,
        # Others.
        "token of another listing": InvalidParameterCombinationException,
        "more than 50 tags": LimitExceededException,
    }
)

# Whether a copy has the description of its source when CopyImage names none.
COPIES_KEEP_DESCRIPTION = False

# What stands before the "random 10-digit suffix" of the image builder of a managed image update.
TEMPORARY_IMAGE_BUILDER_NAME = "{name}-{digits}"

# ListExportImageTasks.Filters: the model says that tasks can be filtered by state and creation date, and no names.
EXPORT_TASK_FILTERS: Mapping[str, str] = MappingProxyType(
    {"state": "State", "image-arn": "ImageArn", "ami-name": "AmiName", "task-id": "TaskId"}
)

# CreateImportedImage.AgentSoftwareVersion when it is left out.
DEFAULT_AGENT_OF_IMPORTED_IMAGES = "CURRENT_LATEST"

# UserSettings of a stack that sets none. The acceptance tests of Terraform's AWS provider find eight, and a plan that
# sets exactly these permissions is one without changes (the model says that all actions are enabled).
# SMART_CARD_REDIRECTION, which is newer than these tests, is not among them: that it is shown once it has been set, and
# not before, is unproven (the model says that it is ENABLED on stacks older than it that have a fleet).
USER_SETTINGS_BY_DEFAULT: Mapping[str, str] = MappingProxyType(
    {
        "CLIPBOARD_COPY_FROM_LOCAL_DEVICE": "ENABLED",
        "CLIPBOARD_COPY_TO_LOCAL_DEVICE": "ENABLED",
        "FILE_UPLOAD": "ENABLED",
        "FILE_DOWNLOAD": "ENABLED",
        "PRINTING_TO_LOCAL_DEVICE": "ENABLED",
        "DOMAIN_PASSWORD_SIGNIN": "ENABLED",
        "DOMAIN_SMART_CARD_SIGNIN": "DISABLED",
        "AUTO_TIME_ZONE_REDIRECTION": "DISABLED",
    }
)


def refusal(situation: str, message: str) -> AppStreamError:
    """The exception for a situation of `REFUSALS`, to be raised."""
    return REFUSALS[situation](message)
