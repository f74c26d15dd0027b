# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The check of a preflight about what the recipe fetches from S3. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .finding import Facts, Finding
from .inquiry import COULD_NOT_BE_CHECKED

BY_ROLE = "builder_role"
"""The image builder fetches the object with the credentials of its own IAM role."""


def bucket_and_key(source: str) -> tuple[str, str]:
    """Bucket and key of ``s3://bucket/key``."""
    bucket, _slash, key = source[len("s3://") :].partition("/")
    return bucket, key


def check_sources(finding: Finding, facts: Facts) -> None:
    """Report objects of S3 that are not there."""
    for entry in finding.recipe.get("s3_sources") or []:
        report = finding.warn if entry.get("access") == BY_ROLE else finding.report
        report("sources", source_problems(entry, facts.objects))
        reason = facts.unread_objects.get(entry["source"])
        finding.warn("sources", [f"{COULD_NOT_BE_CHECKED}: {reason}"] if reason else [])


def source_problems(entry: Mapping[str, Any], objects: Mapping[str, int | None]) -> Iterator[str]:
    """Check that an object is there and not empty."""
    source = entry["source"]
    if source not in objects:
        return
    size = objects[source]
    if size is None:
        seen = " as far as the controller's credentials can see" if entry.get("access") == BY_ROLE else ""
        yield f"{source} does not exist{seen}"
    elif size == 0:
        yield f"{source} is empty"
