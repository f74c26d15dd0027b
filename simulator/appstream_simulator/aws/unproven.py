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
        "agent access settings": InvalidParameterCombinationException,
        "agent access settings both updated and deleted": InvalidParameterCombinationException,
        "streaming URL validity out of range": InvalidParameterCombinationException,
        # Images.
        "deleting a public image": OperationNotPermittedException,
        "deleting an image on its way": ConcurrentModificationException,
        # Directory configs.
        "directory config in use": ResourceInUseException,
        "organizational unit in use": ResourceInUseException,
        # Others.
        "token of another listing": InvalidParameterCombinationException,
        "more than 50 tags": LimitExceededException,
    }
)


def refusal(situation: str, message: str) -> AppStreamError:
    """The exception for a situation of `REFUSALS`, to be raised."""
    return REFUSALS[situation](message)
