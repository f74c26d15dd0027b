# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""AWS's error codes in the words of the troubleshooting pages: what is wrong and what to do.

Sources: the administration guide's "Troubleshooting notification codes", "Troubleshooting Active Directory" and
"Service quotas" pages, and the API reference's error descriptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .credentials import SECRET_KEY

_OU_PERMISSIONS = (
    "Give the directory config's service account the permissions Create Computer Object, Change Password, Reset "
    "Password and Write Description on the OU (and let it reuse existing computer objects), then start the image "
    "builder again."
)
_PASSWORD = (
    "The directory config's service account has a wrong or expired password: set the right one in the directory "
    "config (update_password: always), then create the image builder again."
)
_OU_NAME = (
    "The OU's distinguished name is wrong: it must start with OU=, must not contain spaces around commas, and must "
    "name an existing OU listed in the directory config."
)
_SERVICE_ROLE = (
    "Restore the service role AmazonAppStreamServiceAccess with the managed policy of the same name; it must be "
    "allowed to manage network interfaces and to describe subnets and security groups."
)

# Codes of ImageBuilderErrors[] and ImageErrors[] (FleetErrorCode) and of StateChangeReason.
REMEDIES: Mapping[str, str] = {
    "DOMAIN_JOIN_ERROR_ACCESS_DENIED": _OU_PERMISSIONS,
    "DOMAIN_JOIN_ERROR_DS_MACHINE_ACCOUNT_QUOTA_EXCEEDED": _OU_PERMISSIONS,
    "DOMAIN_JOIN_ERROR_LOGON_FAILURE": _PASSWORD,
    "DOMAIN_JOIN_NERR_PASSWORD_EXPIRED": _PASSWORD,
    "DOMAIN_JOIN_ERROR_FILE_NOT_FOUND": _OU_NAME,
    "DOMAIN_JOIN_ERROR_INVALID_PARAMETER": _OU_NAME,
    "DOMAIN_JOIN_ERROR_MORE_DATA": _OU_NAME,
    "DOMAIN_JOIN_ERROR_NO_SUCH_DOMAIN": (
        "The domain cannot be found from the subnet: the VPC's DHCP options set must name the domain's DNS "
        "servers, and security groups and routes must let the image builder reach the domain controllers."
    ),
    "DOMAIN_JOIN_ERROR_NOT_SUPPORTED": (
        "The image cannot join a domain: use an image made from a base image published on or after 2017-07-24."
    ),
    "DOMAIN_JOIN_NERR_INVALID_WORKGROUP_NAME": "The directory config's directory name must be the domain's FQDN.",
    "DOMAIN_JOIN_NERR_WORKSTATION_NOT_STARTED": (
        "The Workstation service does not run in the image: enable it in the image the builder starts from."
    ),
    "DOMAIN_JOIN_INTERNAL_SERVICE_ERROR": (
        "Look at the OU: the computer object may have been moved out of it, its distinguished name may have spaces "
        "around commas, or computer object reuse is blocked (KB5020276) after a change of the service account."
    ),
    "INTERNAL_SERVICE_ERROR": (
        "Try again. If the message speaks of a user name or password, the computer object in the domain has been "
        "deleted or disabled: create the image builder again."
    ),
    "INTERNAL_ERROR": "Try again; if it keeps failing, contact AWS Support with the image builder's ARN.",
    "IMAGE_UNAVAILABLE": "The image the builder starts from is gone or deprecated: choose a newer one.",
    "IMAGE_NOT_FOUND": "The image the builder starts from is gone or deprecated: choose a newer one.",
    "IMAGE_BUILDER_NOT_AVAILABLE": (
        "The image builder was stopped or deleted, or rebooted, while the image was being taken: take the image again."
    ),
    "IMAGE_COPY_FAILURE": "Copy the image again; the destination Region's quotas and the image's agent version matter.",
    "IMAGE_UPDATE_FAILURE": (
        "The managed update failed on this image: start an image builder from it, see that it comes up, and try again."
    ),
    "IMAGE_IMPORT_FAILURE": "See that the AMI meets the requirements for imported images, then import it again.",
    "NETWORK_INTERFACE_LIMIT_EXCEEDED": "Delete unused network interfaces, or ask for a higher quota of them.",
    "SUBNET_HAS_INSUFFICIENT_IP_ADDRESSES": "Free addresses in the subnet, or use a subnet with free ones.",
    "SUBNET_NOT_FOUND": "Use a subnet that exists in this account and Region.",
    "INVALID_SUBNET_CONFIGURATION": "Use a subnet in an Availability Zone that offers the instance type.",
    "SECURITY_GROUPS_NOT_FOUND": "Use security groups that exist in the subnet's VPC.",
    "IGW_NOT_ATTACHED": (
        "Default internet access needs a public subnet: attach an internet gateway to the VPC and route to it, or "
        "turn default internet access off."
    ),
    "IAM_SERVICE_ROLE_IS_MISSING": _SERVICE_ROLE,
    "IAM_SERVICE_ROLE_MISSING_ENI_DESCRIBE_ACTION": _SERVICE_ROLE,
    "IAM_SERVICE_ROLE_MISSING_ENI_CREATE_ACTION": _SERVICE_ROLE,
    "IAM_SERVICE_ROLE_MISSING_ENI_DELETE_ACTION": _SERVICE_ROLE,
    "IAM_SERVICE_ROLE_MISSING_DESCRIBE_SUBNET_ACTION": _SERVICE_ROLE,
    "IAM_SERVICE_ROLE_MISSING_DESCRIBE_SECURITY_GROUPS_ACTION": _SERVICE_ROLE,
    "MACHINE_ROLE_IS_MISSING": "The image builder's IAM role is gone: create it, or create the builder with another.",
    "STS_DISABLED_IN_REGION": "Activate AWS STS for this Region in the account's IAM settings.",
    "FLEET_STOPPED": "The fleet was stopped before its instances were there: start it again.",
    "FLEET_INSTANCE_PROVISIONING_FAILURE": "Try again; if it keeps failing, try another instance type or subnet.",
    "VALIDATION_ERROR": "Correct what the error message names, then try again.",
    # Error codes of API calls.
    "AccessDeniedException": "Allow this action in the IAM policy of the credentials in use.",
    "UnauthorizedOperation": "Allow this action in the IAM policy of the credentials in use.",
    # Where the clock is wrong, and of credentials that are refused, credentials.py says more.
    "InvalidSignatureException": SECRET_KEY,
    "SignatureDoesNotMatch": SECRET_KEY,
    "LimitExceededException": (
        "A quota is used up: delete what is no longer needed or ask for more in Service Quotas (by default 10 "
        "image builders and 10 images per Region, fewer per instance type, and 0 for graphics instances)."
    ),
    "InvalidRoleException": (
        "The IAM role must exist in this account and trust appstream.amazonaws.com, and must not be a service "
        "role. A role created within the last minutes may not be known yet: run again."
    ),
    "InvalidAccountStatusException": "The AWS account is not verified yet, or suspended: contact AWS Support.",
    "IncompatibleImageException": (
        "The image is too old or of the wrong platform for this: choose a newer base image, or use the latest "
        "agent version."
    ),
    "ResourceNotAvailableException": (
        "The image is deprecated or not AVAILABLE: choose a newer one. If the message speaks of capacity, try again "
        "later, or choose another instance type or a subnet in another Availability Zone."
    ),
    "RequestLimitExceededException": (
        "Amazon EC2 throttles the Describe calls of this AWS account, and AppStream needs them: poll less, try "
        "again later."
    ),
    "OperationNotPermittedException": "The operation is not legal in the resource's present state.",
    # Error codes of Directory Service.
    "DirectoryLimitExceededException": (
        "The Region's quota of directories is used up: delete one that is no longer needed, or ask for more in "
        "Service Quotas."
    ),
    "DirectoryUnavailableException": "The directory cannot be used just now: wait until its stage is Active.",
    "EntityDoesNotExistException": "The directory is gone: run again.",
    "InvalidParameterException": "Correct what the error message names, then try again.",
    "ServiceException": "AWS Directory Service failed inside: try again; if it keeps failing, contact AWS Support.",
    "TagLimitExceededException": "A directory has at most 50 tags: remove some.",
    "UnsupportedOperationException": (
        "Directory Service does not offer this for the directory's type, edition or Region: choose another."
    ),
}

_PENDING_TOO_LONG = (
    "An image builder is usually ready within 25 minutes. Look whether the service role, the subnet's free "
    "addresses and, with a domain join, DNS and the computer object in the OU are as they should be."
)
_NO_ADDRESS = (
    "AWS reports no private address of it, so it can't be reached. Look whether the subnet has free addresses and the "
    "service role may create network interfaces, then create the image builder again."
)
_DIRECTORY_TOO_LONG = (
    "A directory usually takes 20 to 45 minutes. Running again continues to wait for it; if it stays in this stage, "
    "contact AWS Support with the directory's id."
)
_DIRECTORY_FAILED = (
    "Look at the stage reason and at the two subnets (free addresses, different Availability Zones), delete the "
    "directory with state: absent, and create it again."
)
_DIRECTORY_BROKEN = (
    "Look at the directory's health and at its security group and network ACLs, or restore it from a snapshot; contact "
    "AWS Support with the directory's id if that does not help."
)
STAGE_REMEDIES: Mapping[str, str] = {
    "Failed": _DIRECTORY_FAILED,
    "Inoperable": _DIRECTORY_BROKEN,
    "RestoreFailed": _DIRECTORY_BROKEN,
    "Requested": _DIRECTORY_TOO_LONG,
    "Creating": _DIRECTORY_TOO_LONG,
    "Created": _DIRECTORY_TOO_LONG,
    "Deleting": _DIRECTORY_TOO_LONG,
}

_EXPORT = (
    "See that the IAM role trusts appstream.amazonaws.com and may use ec2:CopyImage, ec2:DescribeImages and "
    "ec2:CreateTags, and that no other AMI has the name, then export the image again."
)
# By state of an export task, whose error codes are documented nowhere.
EXPORT_REMEDIES: Mapping[str, str] = {
    "FAILED": _EXPORT,
    "TIMED_OUT": "Export the image again; if it keeps timing out, contact AWS Support with the task's id.",
    "EXPORTING": "Running again continues to wait for it.",
}

# The developer guide, "Install or uninstall license included applications".
SOFTWARE_REMEDY = (
    "With retry_failed: true the deployment is tried again. If that fails, too, connect to the image builder, turn on "
    "verbose logging of Office and look at its logs, or take the software off with state: absent."
)


_FLEET_FELL_BACK = (
    "AWS gives no reason. Often the quota of the instance type is 0 or used up, as in new accounts: look at the "
    "AppStream quotas in Service Quotas, at the fleet's notifications in the console, and start it again."
)
_FLEET_TOO_LONG = (
    "A fleet usually runs within 20 minutes, but may take hours when AWS is short of the instance type. Running again "
    "continues to wait for it. Look at the fleet's notifications in the console, the subnets' free addresses and, with "
    "a domain join, DNS and the computer objects in the OU."
)


def remedy_for(code: str) -> str | None:
    """Return what to do about an AWS error code, None when nothing is known about it."""
    return REMEDIES.get(code)


def _errors(resource: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (code, message) of all AWS says is wrong with a resource in snake_case form."""
    members = ("image_builder_errors", "image_errors", "fleet_errors", "error_details")
    listed: list[Mapping[str, Any]] = next((resource[member] for member in members if resource.get(member)), [])
    found = [(error.get("error_code") or "", error.get("error_message") or "") for error in listed]
    reason = resource.get("state_change_reason") or {}
    if reason:
        found.append((reason.get("code") or "", reason.get("message") or ""))
    found += [_deployment_failure(software) for software in failed_software(resource)]
    if resource.get("stage_reason"):
        found.append(("", str(resource["stage_reason"])))
    return found


def failed_software(resource: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return those of a resource's software associations whose deployment has failed."""
    associations = resource.get("software_associations") or []
    return [software for software in associations if str(software["status"]).startswith("FAILED")]


def _deployment_failure(software: Mapping[str, Any]) -> tuple[str, str]:
    errors = software.get("deployment_error") or []
    texts = [": ".join(filter(None, (error.get("error_code"), error.get("error_message")))) for error in errors]
    return f"{software['software_name']} {software['status']}", ", ".join(texts)


def reported_errors(resource: Mapping[str, Any] | None) -> str | None:
    """Return AWS's own words about what is wrong with a resource, None when it says nothing."""
    texts = [": ".join(part for part in error if part) for error in _errors(resource or {})]
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def remedies(resource: Mapping[str, Any] | None) -> str | None:
    """Return what to do about the errors AWS reports on a resource, None when nothing is known."""
    stage = (resource or {}).get("stage")
    if stage:
        return STAGE_REMEDIES.get(stage)
    if "task_id" in (resource or {}):
        return EXPORT_REMEDIES.get((resource or {}).get("state") or "")
    if failed_software(resource or {}):
        return SOFTWARE_REMEDY
    codes = [code for code, _message in _errors(resource or {})]
    # The state change reason is INTERNAL_ERROR also when the errors tell exactly what is wrong.
    telling = [code for code in codes if code != "INTERNAL_ERROR"] or codes
    known = _joined(remedy_for(code) for code in telling)
    return _fleet_remedy(resource or {}, known) if "compute_capacity_status" in (resource or {}) else known


def _fleet_remedy(fleet: Mapping[str, Any], known: str | None) -> str | None:
    """The guide tells the same of fleets as of image builders."""
    if known is None and not _errors(fleet) and fleet.get("state") == "STOPPED":
        return _FLEET_FELL_BACK
    return known and known.replace("image builder", "fleet").replace("the builder", "the fleet")


def time_out_remedy(resource: Mapping[str, Any] | None) -> str | None:
    """Return what to look at when a resource did not get where it should within the time given."""
    known = remedies(resource)
    if not known and "compute_capacity_status" in (resource or {}):
        return _FLEET_TOO_LONG
    if known or resource is None or "instance_type" not in resource:
        return known
    if resource.get("state") == "RUNNING" and not resource.get("network_access_configuration"):
        return _NO_ADDRESS
    return _PENDING_TOO_LONG if resource.get("state") == "PENDING" else None


def _joined(texts: Iterable[str | None]) -> str | None:
    return " ".join(dict.fromkeys(text for text in texts if text)) or None
