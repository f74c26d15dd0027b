# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tags of an existing resource as steps of a plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .reconcile import Step
from .tags import tag_stages, write_tags
from .waits import Resource


def tag_steps(
    client: Any,
    resource: Resource,
    after: Mapping[str, str],
    *,
    write: Callable[..., None] = write_tags,
    key: str = "arn",
    is_listed: bool = False,
) -> list[Step]:
    """Return a step for each call that gives an existing resource its tags; none when there is no resource.

    ``write`` is called as ``tags.write_tags``, with what the resource has as its ``key`` to name it. ``is_listed``: the
    steps are among the actions that are returned, as ``untag`` and ``tag``.
    """
    if resource is None:
        return []

    def writing(stage: dict[str, str]) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def write_stage(seen: dict[str, Any]) -> dict[str, Any]:
            write(client, seen[key], seen["tags"], stage)
            return {**seen, "tags": stage}

        return write_stage

    current: Mapping[str, str] = resource["tags"]
    steps = []
    for stage in tag_stages(current, after):
        name = "untag" if stage.keys() < current.keys() else "tag"
        steps.append(Step(name if is_listed else "", writing(stage)))
        current = stage
    return steps
