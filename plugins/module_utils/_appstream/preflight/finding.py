# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a preflight knows of AWS, and what it found out about each recipe. Nothing here calls AWS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from ..core import states
from ..core.tags import IMAGE_TAG, RECIPE_TAG
from .severities import CHECKS, ERROR, OFF

Recipe = Mapping[str, Any]
Resource = Optional[dict[str, Any]]


@dataclass(frozen=True)
class Quotas:
    """How many image builders and images the account may have in the Region.

    Attributes:
        image_builders, images: 0 where that is not to be checked.
        by_instance_type: how many image builders of an instance type; types that are left out have no known quota.
        image_builders_source, images_source: where the numbers come from, in words.
    """

    image_builders: int
    images: int
    by_instance_type: Mapping[str, int] = field(default_factory=dict)
    image_builders_source: str = ""
    images_source: str = ""


@dataclass(frozen=True)
class Role:
    """An IAM role as it is; ``trust`` is its trust policy, None when there is no such role."""

    trust: Mapping[str, Any] | None


@dataclass(frozen=True)
class Decision:
    """Whether a call is allowed, as IAM's policy simulator says.

    Attributes:
        decision: ``allowed``, ``explicitDeny`` or ``implicitDeny``.
        missing: context keys that conditions ask for and that were not given: the real answer may be another one.
        by_organization: a service control policy of the organization, or a permissions boundary, is what denies it.
    """

    action: str
    resource: str
    decision: str
    missing: Sequence[str] = ()
    by_organization: bool = False


@dataclass(frozen=True)
class Facts:
    """What there is, in snake_case form. None stands for what may not be read, or could not be, or is not checked.

    Attributes:
        account: of the credentials in use; empty when it is not known.
        route_tables: by the id of each subnet that a recipe names.
        on_the_internet: whether a host is, of those that could be resolved.
        roles: by ARN.
        decisions: by action and ARN.
        objects: of S3 by source, the size in bytes; None when there is no such object.
        unread_objects: why the others are not among them.
        unread: name of a check, and why what it compares with could not be read.
    """

    image_builders: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    own_images: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    public_images: Sequence[dict[str, Any]] = ()
    images_by_arn: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    subnets: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    security_groups: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    directory_configs: Sequence[dict[str, Any]] | None = ()
    account: str = ""
    route_tables: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    on_the_internet: Mapping[str, bool] = field(default_factory=dict)
    vpc_endpoints: Mapping[str, dict[str, Any]] | None = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    objects: Mapping[str, int | None] = field(default_factory=dict)
    unread_objects: Mapping[str, str] = field(default_factory=dict)
    unread: Sequence[tuple[str, str]] = ()


def _of_check(check: str, texts: Iterable[str]) -> list[str]:
    """Texts with the name of their check, which is what the user can make less serious."""
    return [f"{text} (check {check})" for text in texts]


@dataclass
class Finding:
    """What was found out about one recipe."""

    recipe: Recipe
    builder_name: str
    image_name: str
    image: Resource
    image_builder: Resource
    severities: Mapping[str, str] = field(default_factory=lambda: dict(CHECKS))
    base_image: Resource = None
    replace_failed: bool = False
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The recipe's name."""
        return str(self.recipe["name"])

    @property
    def place(self) -> Mapping[str, Any]:
        """The recipe's options of the image builder."""
        return self.recipe.get("builder") or {}

    @property
    def needs_image(self) -> bool:
        """Whether an image has still to be begun."""
        return self.image is None or states.image_is(states.FAILED, self.image.get("state"))

    @property
    def is_ours(self) -> bool:
        """Whether the image builder of this name was made for this recipe."""
        tags: Mapping[str, str] = (self.image_builder or {}).get("tags", {})
        return tags.get(RECIPE_TAG) == self.name

    @property
    def image_is_ours(self) -> bool:
        """Whether the image of this name was made for this recipe, or is being made by its image builder."""
        if (self.image or {}).get("tags", {}).get(RECIPE_TAG) == self.name:
            return True
        return self.is_ours and (self.image_builder or {}).get("tags", {}).get(IMAGE_TAG) == self.image_name

    def report(self, check: str, texts: Iterable[str]) -> None:
        """Add what a check has found wrong, as the check's severity says."""
        severity = self.severities[check]
        if severity != OFF:
            (self.problems if severity == ERROR else self.warnings).extend(_of_check(check, texts))

    def refuse(self, texts: Iterable[str]) -> None:
        """Add what is wrong whatever the severities say: somebody else's image or image builder is at stake."""
        self.problems.extend(texts)

    def warn(self, check: str, texts: Iterable[str]) -> None:
        """Add what may be unwanted, or could not be asked: a warning at most."""
        if self.severities[check] != OFF:
            self.warnings.extend(_of_check(check, texts))

    def values(self) -> dict[str, Any]:
        """Return the finding as a return value of module ``preflight``."""
        return {
            "name": self.name,
            "builder_name": self.builder_name,
            "image_name": self.image_name,
            "image": self.image,
            "image_builder": self.image_builder,
            "base_image": self.base_image,
            "replace_failed": self.replace_failed,
            "problems": self.problems,
            "warnings": self.warnings,
        }
