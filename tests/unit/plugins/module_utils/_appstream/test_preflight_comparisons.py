# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""What a preflight compares, on its own: names of quotas, trust policies, answers of IAM, routes, severities."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight import (
    hosts,
    iam_checks,
    network_checks,
    quota_names,
    reading,
    source_checks,
)
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.finding import Decision, Finding
from ansible_collections.euc.appstream.plugins.module_utils._appstream.preflight.severities import (
    CHECKS,
    SEVERITIES,
    severities,
)
from hypothesis import given
from hypothesis import strategies as st

REPOSITORY = Path(__file__).resolve().parents[5]
SERVICE = "appstream.amazonaws.com"
# As accounts list them, newest first; the last two are made up after their pattern.
LISTED = {
    "Standard medium streaming instances for image builders": 5,
    "Standard medium streaming instances for fleets": 50,
    "BYOL Standard large streaming instances for image builders": 1,
    "Standard large streaming instances for image builders": 4,
    "Compute-optimized 2xlarge streaming instances for image builders": 0,
    "Memory-optimized large streaming instances for image builders": 3,
    "Memory-optimized z1d large streaming instances for image builders": 2,
    "Graphics G4DN xlarge streaming instances for image builders": 7,
    "Graphics design large streaming instances for image builders": 6,
    "GeneralPurpose.m6a.large streaming instances for image builders": 8,
}
QUOTAS = [
    *({"QuotaName": name, "QuotaCode": f"L-{name}", "Value": float(value)} for name, value in LISTED.items()),
    {
        "QuotaName": "Graphics newest for image builders",
        "QuotaCode": "L-X",
        "Value": 9.0,
        "Description": "The maximum number of stream.graphics.g9.xlarge.",
    },
    {"QuotaName": "Image builders", "QuotaCode": "L-DE32F884", "Value": 20.0},
]  # fmt: skip


@pytest.mark.parametrize(
    ("instance_type", "value"),
    [
        ("stream.standard.medium", 5),
        ("stream.standard.large", 4),
        ("stream.compute.2xlarge", 0),
        ("stream.memory.large", 3),
        ("stream.memory.z1d.large", 2),
        ("stream.graphics.g4dn.xlarge", 7),
        ("stream.graphics-design.large", 6),
        ("GeneralPurpose.m6a.large", 8),
        ("stream.graphics.g9.xlarge", 9),
        ("stream.graphics.g9.xlarge2", None),
        ("stream.graphics.g9.2xlarge", None),
        ("stream.standard.small", None),
        ("stream", None),
        ("", None),
    ],
)
def test_the_quota_of_an_instance_type(instance_type: str, value: int | None) -> None:
    assert quota_names.of_instance_type(QUOTAS, instance_type) == value


def test_totals_are_found_by_their_code() -> None:
    assert quota_names.total(QUOTAS, quota_names.IMAGE_BUILDERS) == 20
    assert quota_names.total(QUOTAS, quota_names.IMAGES) is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_name_of_a_quota_breaks_the_comparison(name: str, instance_type: str) -> None:
    found = quota_names.of_instance_type([{"QuotaName": f"{name} for image builders", "Value": 3.0}], instance_type)
    assert found in (None, 3)


@pytest.mark.parametrize(
    ("policy", "trusted"),
    [
        ({}, False),
        ({"Statement": []}, False),
        ({"Statement": {"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}}, True),
        ({"Statement": [{"Effect": "Allow", "Principal": {"Service": [SERVICE, "x"]}, "Action": ["sts:*"]}]}, True),
        ({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "STS:assumerole"}]}, True),
        ({"Statement": [{"Effect": "Deny", "Principal": {"Service": SERVICE}, "Action": "sts:AssumeRole"}]}, False),
        ({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}, False),
        ({"Statement": [{"Effect": "Allow", "Principal": {"Service": SERVICE}, "Action": "sts:TagSession"}]}, False),
        ({"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "*"}]}, False),
    ],
)
def test_trust_policies(policy: dict[str, Any], trusted: bool) -> None:
    assert iam_checks.trusts(policy, SERVICE) is trusted


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Service", "AWS", "x"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["Principal", "Action", "Condition"]), JSON))
def test_no_trust_policy_breaks_the_check(statement: dict[str, Any]) -> None:
    statement["Effect"] = "Allow"
    assert iam_checks.trusts({"Statement": [statement, statement]}, SERVICE) in (True, False)


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::111122223333:role/builder", "builder"),
        ("arn:aws-us-gov:iam::111122223333:role/path/to/builder", "builder"),
        ("arn:aws:iam::111122223333:user/builder", None),
        ("arn:aws:sts::111122223333:assumed-role/builder/x", None),
        ("builder", None),
        ("", None),
    ],
)
def test_names_of_roles(arn: str, name: str | None) -> None:
    assert iam_checks.role_name(arn) == name


@pytest.mark.parametrize(
    ("identity", "role", "root", "user", "partition"),
    [
        ("arn:aws:iam::111122223333:root", None, True, False, "aws"),
        ("arn:aws:iam::111122223333:user/path/ci", None, False, True, "aws"),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/images/run", "images", False, False, "aws-us-gov"),
        ("arn:aws:sts::111122223333:federated-user/x", None, False, False, "aws"),
        ("", None, False, False, "aws"),
    ],
)
def test_identities(identity: str, role: str | None, root: bool, user: bool, partition: str) -> None:
    seen = (iam_checks.assumed_role_name(identity), iam_checks.is_root(identity), iam_checks.is_user(identity))
    assert (*seen, iam_checks.partition_of(identity)) == (role, root, user, partition)


def test_answers_of_the_policy_simulator_in_both_forms() -> None:
    one = {"EvalActionName": "iam:PassRole", "EvalResourceName": "*", "EvalDecision": "allowed"}
    assert reading._decisions(one) == [Decision("iam:PassRole", "*", "allowed")]
    several = {
        **one,
        "EvalDecision": "implicitDeny",
        "OrganizationsDecisionDetail": {"AllowedByOrganizations": False},
        "ResourceSpecificResults": [
            {"EvalResourceName": "a", "EvalResourceDecision": "allowed"},
            {"EvalResourceName": "b", "EvalResourceDecision": "explicitDeny", "MissingContextValues": ["aws:x"]},
        ],
    }
    assert reading._decisions(several) == [
        Decision("iam:PassRole", "a", "allowed", (), by_organization=True),
        Decision("iam:PassRole", "b", "explicitDeny", ("aws:x",), by_organization=True),
    ]


@pytest.mark.parametrize(
    ("decision", "text"),
    [
        (Decision("a:B", "*", "implicitDeny"), "may not call a:B: it is denied because no policy allows it"),
        (Decision("a:B", "x", "explicitDeny"), "may not call a:B for x: it is denied explicitly by a policy"),
        (
            Decision("a:B", "*", "implicitDeny", by_organization=True),
            "by a policy of the organization or a permissions",
        ),
        (Decision("a:B", "*", "implicitDeny", ("aws:x",)), "a:B may be denied: policies have conditions about aws:x"),
    ],
)
def test_denials_in_words(decision: Decision, text: str) -> None:
    assert text in iam_checks.denial(decision)


@pytest.mark.parametrize(
    ("routes", "target"),
    [
        ([], None),
        ([{"destination_cidr_block": "10.0.0.0/8", "gateway_id": "local"}], None),
        ([{"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1", "state": "active"}], "nat-1"),
        ([{"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1", "state": "blackhole"}], None),
        ([{"destination_cidr_block": "0.0.0.0/0", "core_network_arn": "arn"}], "arn"),
        ([{"destination_cidr_block": "0.0.0.0/0", "of_the_future_id": "x"}], "somewhere"),
        ([{"destination_ipv6_cidr_block": "::/0", "gateway_id": "igw-1"}], None),
    ],
)
def test_default_routes(routes: list[dict[str, Any]], target: str | None) -> None:
    assert network_checks.default_route({"routes": routes}) == target


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("downloads.example.com", True),
        ("93.184.216.34", True),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("[fd00::1]", False),
        ("files", False),
        ("files.corp.local", False),
        ("localhost.", False),
        ("", False),
    ],
)
def test_hosts_by_their_names(host: str, expected: bool) -> None:
    assert hosts.may_be_on_the_internet(host) is expected


def test_bucket_and_key() -> None:
    assert source_checks.bucket_and_key("s3://b/folder/k.msi") == ("b", "folder/k.msi")


# Severities ----------------------------------------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(sorted(CHECKS)), st.sampled_from([*SEVERITIES, "Off", "WARNING", False])))
def test_severities_that_are_given_win(given_: dict[str, Any]) -> None:
    chosen = severities(given_)
    assert set(chosen) == set(CHECKS) and set(chosen.values()) <= set(SEVERITIES)
    assert all(chosen[name] == CHECKS[name] for name in CHECKS if name not in given_)


def test_everything_wrong_with_severities_is_named() -> None:
    with pytest.raises(ValueError, match=r"nets is no check.*\(there are base_image.*quotas: severe is no severity"):
        severities({"nets": "error", "quotas": "severe"})


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_finding_goes_where_its_severity_says(severity: str) -> None:
    finding = Finding({"name": "x"}, "x", "x", None, None, severities({"quotas": severity}))
    finding.report("quotas", ["found"])
    finding.warn("quotas", ["doubted"])
    finding.refuse(["refused"])
    found, doubted = "found (check quotas)", "doubted (check quotas)"
    assert finding.problems == ([found, "refused"] if severity == "error" else ["refused"])
    assert finding.warnings == {"error": [doubted], "warning": [found, doubted], "off": []}[severity]


# What the README and the guide say ------------------------------------------------------------------------------------


def test_the_guide_has_every_check_and_its_severity() -> None:
    text = (REPOSITORY / "docs" / "docsite" / "rst" / "guide_preflight.rst").read_text(encoding="utf-8")
    rows = re.findall(r"^   \* - ``(\w+)``\n     - (\w+)$", text, re.MULTILINE)
    assert rows == list(CHECKS.items())


def test_the_module_documents_every_check() -> None:
    text = (REPOSITORY / "plugins" / "modules" / "preflight.py").read_text(encoding="utf-8")
    assert all(f"C({name})" in text for name in CHECKS)
