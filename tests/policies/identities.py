"""IAM users of a simulated account who have one of the policies, whole or without an action."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import documents
import scopes
from workplace import Workplace, open_workplace

ACCOUNT = "123456789012"
WHOLE = "whole"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
"""Of a user whose calls are recorded."""

Policy = Mapping[str, Any]


@contextmanager
def open_enforced(folder: Path, **settings: Any) -> Iterator[Workplace]:
    """A simulated account where policies count."""
    more = {f"{kind}_quota": 500 for kind in ("fleet", "image", "image_builder", "stack")} | settings
    with open_workplace(folder, enforce_policies=True, **more) as opened:
        yield opened


def policy(purpose: str) -> dict[str, Any]:
    """A policy as it is in docs/policies, with what users replace replaced."""
    text = (documents.FOLDER / f"{purpose}.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text.replace(scopes.ACCOUNT, ACCOUNT))
    return found


def actions(purpose: str) -> list[str]:
    """All actions of a policy."""
    return sorted({action for statement in policy(purpose)["Statement"] for action in statement["Action"]})


def without(whole: Policy, action: str) -> dict[str, Any]:
    """A policy without an action; what is left without any action goes."""
    kept = [{**one, "Action": [name for name in one["Action"] if name != action]} for one in whole["Statement"]]
    return {**whole, "Statement": [one for one in kept if one["Action"]]}


def lacking(action: str) -> str:
    """What is named after an action that somebody lacks: users, recipes, image builders."""
    return f"lacks-{action.replace(':', '-').lower()}"


def make_user(workplace: Workplace, name: str, document: Policy) -> dict[str, str]:
    """A user with this policy; its keys as modules of AWS take them."""
    iam = workplace.client("iam")
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="purpose", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}


def make_users(workplace: Workplace, purpose: str) -> dict[str, dict[str, str]]:
    """Keys of the user who has the whole policy of a purpose, and of one for each action without which that is."""
    whole = policy(purpose)
    users = {WHOLE: whole, **{lacking(action): without(whole, action) for action in actions(purpose)}}
    return {name: make_user(workplace, name, document) for name, document in users.items()}


def environment(keys: Mapping[str, str]) -> dict[str, str]:
    """Keys as the environment has them."""
    return {"AWS_ACCESS_KEY_ID": keys["access_key"], "AWS_SECRET_ACCESS_KEY": keys["secret_key"]}


def refused(workplace: Workplace, keys: Mapping[str, str]) -> list[str]:
    """Calls with these keys that policies did not allow."""
    return [
        f"{call['service']}:{call['operation']}"
        for call in workplace.calls()
        if call["access_key"] == keys["access_key"] and call["denied"]
    ]


def make_session(workplace: Workplace, name: str, document: Policy) -> dict[str, str]:
    """A session of a role with this policy; its keys as the environment has them."""
    iam = workplace.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="purpose", PolicyDocument=json.dumps(document))
    made = workplace.client("sts").assume_role(RoleArn=arn, RoleSessionName="run")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": made["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
        "AWS_SESSION_TOKEN": made["SessionToken"],
    }
