# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""The IAM policies are those of the recordings, as narrow as AWS's reference allows, and what the documents show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import documents
import pytest
import recording
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight import permissions
from appstream_simulator.aws.authorization import reference
from scopes import BUILD, CLEAN_UP, DISTRIBUTE, PURPOSES, VERIFY_SERVICE

# Rights of a build that the preflight neither has nor asks about: only with a lock in a table.
_NOT_ASKED_ABOUT = {"dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem"}


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def statements() -> Iterator[tuple[str, dict[str, Any]]]:
    """All statements, each with the purpose of its policy."""
    for purpose in PURPOSES:
        for statement in documents.document(purpose)["Statement"]:
            yield purpose, statement


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_policy_is_what_was_recorded(purpose: str) -> None:
    recorded = recording.read(purpose)
    written = (documents.FOLDER / f"{purpose}.json").read_text(encoding="utf-8")
    assert written == documents.text(documents.document(purpose)), "run tools/policies"
    found = {action for one in documents.document(purpose)["Statement"] for action in one["Action"]}
    assert recorded and found == set(recorded)


def test_the_documents_show_the_policies() -> None:
    assert documents.README.read_text(encoding="utf-8") == documents.readme(), "run tools/policies"
    assert documents.GUIDE.read_text(encoding="utf-8") == documents.guide(), "run tools/policies"


def test_a_right_in_no_scope_is_refused() -> None:
    with pytest.raises(ValueError, match=r"build: no scope has ec2:RunInstances on ec2:instance"):
        documents.statements(BUILD, {"ec2:RunInstances": {"ec2:instance"}})


def test_statements_name_only_what_the_reference_has() -> None:
    """Otherwise they would allow nothing, or less than they seem to."""
    for purpose, statement in statements():
        kinds = {recording.kind_of(arn) for arn in listed(statement["Resource"])}
        asked = {key.partition("/")[0] for keys in statement.get("Condition", {}).values() for key in keys}
        for action in (one.partition(":")[2] for one in statement["Action"] if one.startswith("appstream:")):
            known = reference.action(action)
            types = {f"appstream:{one.rstrip('*')}" for one in known.types}
            assert kinds & types or kinds == {"*"}, (purpose, statement)
            assert kinds != {"*"} or not types, f"{purpose}: {action} can be limited to {types}"
            assert asked <= {*known.keys, "aws:RequestedRegion"}, (purpose, action)


def test_required_types_are_all_allowed() -> None:
    for purpose in PURPOSES:
        made = documents.document(purpose)["Statement"]
        for action in {one for statement in made for one in statement["Action"] if one.startswith("appstream:")}:
            resources = [arn for one in made if action in one["Action"] for arn in listed(one["Resource"])]
            required = [one[:-1] for one in reference.action(action.partition(":")[2]).types if one.endswith("*")]
            allowed = {recording.kind_of(arn) for arn in resources}
            assert {f"appstream:{kind}" for kind in required} <= allowed, (purpose, action)


def test_what_changes_image_builders_and_images_asks_for_the_tag() -> None:
    """All but what creates and tags them is allowed for those of this collection alone, by their tag or their name."""
    narrow = ("appstream:DeleteImage", "appstream:DeleteImageBuilder", "appstream:StopImageBuilder")
    for purpose, statement in statements():
        named = all("/euc-appstream-verify" in arn for arn in listed(statement["Resource"]))
        if purpose in (BUILD, CLEAN_UP, DISTRIBUTE) and set(narrow) & set(statement["Action"]) and not named:
            assert statement["Condition"] == {"Null": {"aws:ResourceTag/euc.appstream:recipe": "false"}}


def test_the_preflight_knows_the_rights_of_a_build() -> None:
    known = {*permissions.ACTIONS, *permissions.ASKED, *permissions.ASKED_BY_PREFLIGHT_ONLY}
    assert known == set(recording.read(BUILD)) - _NOT_ASKED_ABOUT
    kinds = {permissions.BASE_IMAGE: "image", permissions.ROLE: "iam:role", permissions.ANY: "*"}
    for action, recorded in recording.read(BUILD).items():
        if action in permissions.ACTIONS:
            asked = {kinds.get(one, one) for one in permissions.ACTIONS[action].resources}
            assert {kind.removeprefix("appstream:") for kind in recorded} == asked, action


def test_what_asks_changes_only_what_has_its_name() -> None:
    """But for what it asks of AWS's own images, and for what knows no resources."""
    for statement in documents.document(VERIFY_SERVICE)["Statement"]:
        for arn in listed(statement["Resource"]):
            assert "/euc-appstream-verify" in arn or arn in ("*", "arn:aws:appstream:*::image/*"), statement


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("*", "*"),
        ("arn:aws:appstream:eu-west-1::image/x", "appstream:image"),
        ("arn:aws:appstream:eu-west-1:123456789012:image-builder/x", "appstream:image-builder"),
        ("arn:aws:iam::123456789012:role/path/x", "iam:role"),
        ("arn:aws:s3:::bucket/key/a:b", "s3:object"),
        ("arn:aws:s3:::bucket", "s3:bucket"),
        ("arn:aws-us-gov:ec2:us-gov-west-1:123456789012:vpc/vpc-1", "ec2:vpc"),
    ],
)
def test_kinds_of_resources(arn: str, kind: str) -> None:
    assert recording.kind_of(arn) == kind


def test_rights_that_are_not_known_are_an_error() -> None:
    call = {"service": "ec2", "operation": "RunInstances", "needs": None}
    with pytest.raises(ValueError, match="ec2:RunInstances"):
        recording.rights_of([call])


def test_recordings_grow(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "FOLDER", tmp_path / "recorded")
    recording.add("x", {"a:B": {"a:c"}})
    recording.add("x", {"a:B": {"*"}, "a:A": {"*"}})
    assert recording.read("x") == {"a:A": {"*"}, "a:B": {"*", "a:c"}}
    assert recording.beyond({"a:B": {"a:c", "a:d"}, "a:E": {"*"}}, recording.read("x")) == ["a:B on a:d", "a:E on *"]
