# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AppStream's exceptions, and those any AWS JSON service may answer with.

The names are the error codes on the wire; botocore's service model knows the first group and gives their HTTP status.
"""

from __future__ import annotations

from typing import ClassVar


class AppStreamError(Exception):
    """An error answered to the caller; the class name is the error code."""

    code: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.code = cls.__name__

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConcurrentModificationException(AppStreamError):
    """Something else is being done to the resource."""


class DryRunOperationException(AppStreamError):
    """A dry run has found nothing wrong."""


class IncompatibleImageException(AppStreamError):
    """The image does not support what was asked for."""


class InvalidParameterCombinationException(AppStreamError):
    """An incorrect combination of parameters, or a missing parameter."""


class InvalidRoleException(AppStreamError):
    """The IAM role cannot be used."""


class LimitExceededException(AppStreamError):
    """A quota of the account is used up. The service does not say which."""

    def __init__(self, message: str = "The requested limit exceeds the permitted limit for an account.") -> None:
        super().__init__(message)


class OperationNotPermittedException(AppStreamError):
    """The operation is not permitted in the resource's state."""


class ResourceAlreadyExistsException(AppStreamError):
    """The name is taken."""


class ResourceInUseException(AppStreamError):
    """Something else still needs the resource."""


class ResourceNotAvailableException(AppStreamError):
    """The resource exists but cannot be used now."""


class ResourceNotFoundException(AppStreamError):
    """There is no such resource."""


class SerializationException(AppStreamError):
    """The request cannot be read: not JSON, or a member has the wrong type."""


class ValidationException(AppStreamError):
    """A member of the request breaks a constraint of the service model."""


class UnknownOperationException(AppStreamError):
    """The service has no such operation."""


class SimulatorNotImplemented(AppStreamError):
    """AWS has this operation, the simulator does not (not an AWS code)."""


class InternalFailure(AppStreamError):
    """The simulator itself failed."""


class AccessDeniedException(AppStreamError):
    """IAM does not allow the operation."""


class InvalidSignatureException(AppStreamError):
    """The signature is not the one of the access key."""


class UnrecognizedClientException(AppStreamError):
    """There is no such access key."""
