# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an image builder reads from S3 with the credentials of its IAM role.

The role's policies are looked at, its trust policy and those of the bucket are not.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.s3.exceptions import MissingBucket, S3ClientError
from moto.s3.models import s3_backends

from appstream_simulator.windows.machine.requests import S3Error


def read(account_id: str, role_arn: str, bucket: str, key: str) -> bytes:
    """Content of an object.

    As S3 does, it tells that there is no such key only to those who may list the bucket.

    Raises:
        S3Error: 403 or 404.
    """
    partition, role_name = role_arn.split(":")[1], role_arn.rpartition("/")[2]
    policies = _policies(account_id, partition, role_name)
    if not _permits(policies, "s3:GetObject", f"arn:{partition}:s3:::{bucket}/{key}"):
        raise S3Error(403)
    try:
        found = s3_backends[account_id][partition].get_object(bucket, key)
    except MissingBucket as error:
        raise S3Error(404) from error
    except S3ClientError as error:
        raise S3Error(403) from error
    if found is None:
        raise S3Error(404 if _permits(policies, "s3:ListBucket", f"arn:{partition}:s3:::{bucket}") else 403)
    content: bytes = found.value
    return content


def _policies(account_id: str, partition: str, role_name: str) -> list[Any]:
    backend = iam_backends[account_id][partition]
    try:
        inline = [backend.get_role_policy(role_name, name)[1] for name in backend.list_role_policies(role_name)]
        attached, _marker = backend.list_attached_role_policies(role_name)
    except NotFoundException as error:
        raise S3Error(403) from error
    return [*inline, *attached]


def _permits(policies: list[Any], action: str, resource: str) -> bool:
    results = [IAMPolicy(policy).is_action_permitted(action, resource) for policy in policies]
    return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results
