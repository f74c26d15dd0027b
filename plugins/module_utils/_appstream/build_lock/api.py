# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What the build lock asks of AWS: tags of an image builder, and items of a table in DynamoDB; all with AWS's time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..core.calls import call, time_of
from .holders import LOCK_TAG


def read(client: Any, arn: str) -> tuple[dict[str, str], datetime]:
    """Return the tags of a resource and the time at which AWS has read them. Raises AppStreamError."""
    answer = call(client, "list_tags_for_resource", arn, ResourceArn=arn)
    return dict(answer.get("Tags") or {}), time_of(answer)


def write(client: Any, arn: str, tags: Mapping[str, str]) -> None:
    """Set tags of a resource and leave the others alone. Raises AppStreamError."""
    call(client, "tag_resource", arn, ResourceArn=arn, Tags=dict(tags))


def remove(client: Any, arn: str, runs: Iterable[str]) -> None:
    """Remove the locks of runs. Raises AppStreamError."""
    call(client, "untag_resource", arn, ResourceArn=arn, TagKeys=[LOCK_TAG + run for run in runs])


def get_item(client: Any, table: str, key: str) -> tuple[dict[str, str], datetime]:
    """Return the item of a lock, empty when there is none, and AWS's time. Raises AppStreamError."""
    answer = call(
        client, "get_item", _about(table, key), TableName=table, Key={"lock": {"S": key}}, ConsistentRead=True
    )
    item = {name: value.get("S", "") for name, value in (answer.get("Item") or {}).items()}
    return item, time_of(answer)


def put_item(client: Any, table: str, key: str, item: Mapping[str, str], seen: Mapping[str, str]) -> None:
    """Write the item of a lock if it is as it was ``seen``, see ``get_item``.

    Raises AppStreamError, with the code ConditionalCheckFailedException when somebody else was faster.
    """
    parameters: dict[str, Any] = {"Item": {name: {"S": value} for name, value in item.items() if value}}
    parameters["Item"]["lock"] = {"S": key}
    call(client, "put_item", _about(table, key), TableName=table, **parameters, **_condition(seen))


def delete_item(client: Any, table: str, key: str, seen: Mapping[str, str]) -> None:
    """Delete the item of a lock if it is as it was ``seen``. Raises AppStreamError as ``put_item``."""
    call(client, "delete_item", _about(table, key), TableName=table, Key={"lock": {"S": key}}, **_condition(seen))


def _condition(seen: Mapping[str, str]) -> dict[str, Any]:
    if not seen:
        return {"ConditionExpression": "attribute_not_exists(#lock)", "ExpressionAttributeNames": {"#lock": "lock"}}
    return {
        "ConditionExpression": "#run = :run AND #renewed = :renewed",
        "ExpressionAttributeNames": {"#run": "run", "#renewed": "renewed"},
        "ExpressionAttributeValues": {":run": {"S": seen["run"]}, ":renewed": {"S": seen["renewed"]}},
    }


def _about(table: str, key: str) -> str:
    return f"lock {key} of table {table}"
