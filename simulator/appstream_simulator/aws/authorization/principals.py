# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whose an access key is, and which statements count for whoever has it. Users, roles and policies are moto's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.exceptions import NoSuchEntity, NotFoundException
from moto.iam.models import Policy, iam_backends
from moto.sts.models import sts_backends

from appstream_simulator.aws.policy_evaluation import Statement, statements_of

ROLE, USER = "role", "user"


@dataclass(frozen=True)
class Principal:
    """Who makes a call.

    Attributes:
        arn: as messages have it, for a session of a role that of the session.
        statements: of all policies.
        boundary: statements of the permissions boundary, None when there is none.
    """

    arn: str
    statements: list[Statement]
    boundary: list[Statement] | None


def of_access_key(account: str, partition: str, access_key: str) -> Principal | None:
    """Who has an access key; None for one that nobody made, which is the root user's."""
    backend = iam_backends[account][partition]
    for user in backend.users.values():
        if any(key.access_key_id == access_key for key in user.access_keys):
            return _principal(backend, USER, user.name, user.arn)
    for session in sts_backends[account][partition].assumed_roles:
        if session.access_key_id == access_key:
            return _principal(backend, ROLE, session.role_arn.rpartition("/")[2], session.arn)
    return None


def _principal(backend: Any, kind: str, name: str, arn: str) -> Principal:
    statements, boundary = of_name(backend, kind, name)
    return Principal(arn, statements, boundary)


def of_name(backend: Any, kind: str, name: str) -> tuple[list[Statement], list[Statement] | None]:
    """The statements of a user or role, and those of its boundary; none of them when it does not exist."""
    try:
        record = backend.get_role(name) if kind == ROLE else backend.get_user(name)
    except (NoSuchEntity, NotFoundException):
        return [], None
    documents = _of_role(backend, name) if kind == ROLE else _of_user(backend, name)
    boundary_arn = getattr(record, "permissions_boundary_arn", None)
    boundary = list(statements_of([_document(backend.get_policy(boundary_arn))])) if boundary_arn else None
    return list(statements_of(documents)), boundary


def _of_role(backend: Any, name: str) -> Iterator[Mapping[str, Any]]:
    for policy in backend.list_role_policies(name):
        yield _document(backend.get_role_policy(name, policy)[1])
    attached, _marker = backend.list_attached_role_policies(name)
    yield from map(_document, attached)


def _of_user(backend: Any, name: str) -> Iterator[Mapping[str, Any]]:
    for policy in backend.list_user_policies(name):
        yield _document(backend.get_user_policy(name, policy))
    attached, _marker = backend.list_attached_user_policies(name)
    yield from map(_document, attached)
    for group in backend.get_groups_for_user(name):
        for policy in backend.list_group_policies(group.name):
            yield _document(backend.get_group_policy(group.name, policy))
        attached, _marker = backend.list_attached_group_policies(group.name)
        yield from map(_document, attached)


def _document(policy: Any) -> Mapping[str, Any]:
    """The document of one of moto's policies, in whatever form it hands it out."""
    if isinstance(policy, Policy):
        policy = next(version.document for version in policy.versions if version.is_default)
    if isinstance(policy, Mapping):
        policy = policy["policy_document"]
    document: Mapping[str, Any] = json.loads(policy)
    return document
