# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Modules directory_config and directory_config_info, against the simulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.aws import AnsibleAppStreamModule
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config import api
from ansible_collections.euc.appstream.plugins.module_utils._appstream.directory_config.resource import DirectoryConfig
from ansible_collections.euc.appstream.plugins.modules import directory_config, directory_config_info

Run = Callable[..., dict[str, Any]]

DOMAIN = "corp.example.com"
BUILDERS = "OU=Builders,DC=corp,DC=example,DC=com"
FLEETS = "OU=Fleets,DC=corp,DC=example,DC=com"
AUTHORITY = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"
UNITS = "OrganizationalUnitDistinguishedNames"
ACCOUNT = "ServiceAccountCredentials"
CERTIFICATES = "CertificateBasedAuthProperties"
PASSWORD = "Zr7-join-secret"
CREATION = {
    "directory_name": DOMAIN,
    "organizational_units": [BUILDERS],
    "account_name": "CORP\\join",
    "account_password": PASSWORD,
}


def stored(simulated: Any) -> list[dict[str, Any]]:
    return simulated.client("appstream").describe_directory_configs()["DirectoryConfigs"]


def password_of(simulated: Any) -> Any:
    """What reached the service last, which no module and no call of the service ever returns."""
    return [request for request in simulated.sent if ACCOUNT in request][-1][ACCOUNT]["AccountPassword"]


@pytest.fixture(autouse=True)
def _keep_requests(simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is sent to the service, which its log of calls doesn't."""
    simulated.sent = []

    def keeping(original: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
        def call(client: Any, operation: str, about: str, **parameters: Any) -> dict[str, Any]:
            simulated.sent.append(parameters)
            return original(client, operation, about, **parameters)

        return call

    for name in ("call", "call_known"):
        monkeypatch.setattr(api, name, keeping(getattr(api, name)))


def test_created_once(run_simulated: Run, simulated: Any) -> None:
    predicted = run_simulated(directory_config, check_mode=True, **CREATION)
    assert (predicted["changed"], stored(simulated), simulated.operations()) == (True, [], [])
    result = run_simulated(directory_config, **CREATION)
    assert result["changed"]
    assert result["diff"] == predicted["diff"]
    assert {**result["directory_config"], **predicted["directory_config"]} == {
        **result["directory_config"],
        "certificate_based_auth_properties": {"status": "DISABLED"},
    }
    assert result["directory_config"]["account_name"] == "CORP\\join"
    assert password_of(simulated) == PASSWORD
    for check_mode in (False, True):
        assert not run_simulated(directory_config, check_mode=check_mode, **CREATION)["changed"]
    assert simulated.operations() == ["CreateDirectoryConfig"]


@pytest.mark.parametrize("missing", ["organizational_units", "account_name", "account_password"])
def test_creation_needs_everything(run_simulated: Run, simulated: Any, missing: str) -> None:
    options = {option: value for option, value in CREATION.items() if option != missing}
    for check_mode in (False, True):
        result = run_simulated(directory_config, check_mode=check_mode, **options)
        assert result["failed"] and f"to create it {missing} must be set" in result["msg"]
    assert simulated.operations() == []


@pytest.mark.parametrize(
    ("changes", "written", "units"),
    [
        ({}, [], [BUILDERS]),
        ({"organizational_units": [BUILDERS.lower()], "account_name": "corp\\JOIN"}, [], [BUILDERS]),
        ({"directory_name": "CORP.example.com"}, [], [BUILDERS]),
        ({"organizational_units": [FLEETS, BUILDERS]}, [UNITS], [BUILDERS, FLEETS]),
        ({"organizational_units": [FLEETS]}, [UNITS], [FLEETS]),
        (
            {"organizational_units": [FLEETS], "purge_organizational_units": False},
            [UNITS],
            [BUILDERS, FLEETS],
        ),
        ({"organizational_units": [], "purge_organizational_units": False}, [], [BUILDERS]),
        ({"account_name": "CORP\\other", "account_password": "x"}, [ACCOUNT], [BUILDERS]),
        ({"account_password": "x"}, [], [BUILDERS]),
        ({"account_password": "x", "update_password": "always"}, [ACCOUNT], [BUILDERS]),
        ({"update_password": "always"}, [], [BUILDERS]),
        (
            {"certificate_based_auth": {"status": "ENABLED", "certificate_authority_arn": AUTHORITY}},
            [CERTIFICATES],
            [BUILDERS],
        ),
        ({"certificate_based_auth": {"status": "DISABLED"}}, [], [BUILDERS]),
    ],
)
def test_only_what_differs_is_written(
    run_simulated: Run, simulated: Any, changes: dict[str, Any], written: list[str], units: list[str]
) -> None:
    run_simulated(directory_config, **CREATION)
    simulated.sent.clear()
    options = {"directory_name": DOMAIN, **changes}
    predicted = run_simulated(directory_config, check_mode=True, **options)
    assert simulated.sent == []
    result = run_simulated(directory_config, **options)
    assert result.get("failed") is None, result
    assert predicted["changed"] == result["changed"] == bool(written)
    assert predicted["diff"] == result["diff"]
    assert [member for request in simulated.sent for member in request if member != "DirectoryName"] == written
    assert stored(simulated)[0][UNITS] == units
    is_settled = options.get("update_password") != "always" or "account_password" not in options
    assert run_simulated(directory_config, **options)["changed"] is not is_settled


def test_certificates_keep_their_authority(run_simulated: Run, simulated: Any) -> None:
    on = {"status": "ENABLED", "certificate_authority_arn": AUTHORITY}
    run_simulated(directory_config, **CREATION, certificate_based_auth=on)
    strict = {"status": "ENABLED_NO_DIRECTORY_LOGIN_FALLBACK"}
    result = run_simulated(directory_config, directory_name=DOMAIN, certificate_based_auth=strict)
    assert result["diff"]["before"]["certificate_based_auth"] == on
    assert result["directory_config"]["certificate_based_auth_properties"] == {**on, **strict}
    assert not run_simulated(directory_config, directory_name=DOMAIN, certificate_based_auth=strict)["changed"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"account_name": "CORP\\other"}, "for which account_password must be set too"),
        ({"certificate_based_auth": {"status": "ENABLED"}}, "needs certificate_authority_arn"),
    ],
)
def test_changes_that_lack_something(run_simulated: Run, simulated: Any, changes: Any, text: str) -> None:
    run_simulated(directory_config, **CREATION)
    result = run_simulated(directory_config, directory_name=DOMAIN, **changes)
    assert result["failed"] and text in result["msg"]
    assert simulated.operations() == ["CreateDirectoryConfig"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"directory_name": "CORP"}, "fully qualified"),
        ({"organizational_units": ["CN=Computers,DC=corp,DC=example,DC=com"]}, "must start with OU="),
        ({"organizational_units": ["OU=x, DC=corp,DC=example,DC=com"]}, "spaces around its commas"),
        ({"organizational_units": ["OU=x,DC=other,DC=example,DC=com"]}, "is in domain other.example.com"),
        ({"organizational_units": []}, "has at least one"),
        ({"account_name": "join"}, "of the form DOMAIN\\user"),
        ({"account_password": "x" * 128}, "account_password has 128 characters"),
        ({"certificate_based_auth": {"status": "ENABLED", "certificate_authority_arn": "x"}}, "is not of the form arn"),
    ],
)
def test_bad_values_are_refused_before_aws_is_asked(
    run_simulated: Run, simulated: Any, options: dict[str, Any], text: str
) -> None:
    result = run_simulated(directory_config, **{**CREATION, **options})
    assert result["failed"] and text in result["msg"]
    assert list(simulated.server.calls.entries()) == []


def test_other_spaces_are_warned_of(run_simulated: Run) -> None:
    spacious = {**CREATION, "organizational_units": ["OU=Image Builders,DC=corp,DC=example,DC=com"]}
    result = run_simulated(directory_config, check_mode=True, **spacious)
    assert "contains spaces" in str(result["warnings"])


def test_what_is_in_use_is_named(run_simulated: Run, simulated: Any) -> None:
    run_simulated(directory_config, **CREATION)
    ec2 = simulated.client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    simulated.client("appstream").create_image_builder(
        Name="design",
        InstanceType="stream.standard.medium",
        ImageName="AppStream-WinServer2022-09-09-2026",
        VpcConfig={"SubnetIds": [subnet]},
        DomainJoinInfo={"DirectoryName": DOMAIN, "OrganizationalUnitDistinguishedName": BUILDERS},
    )
    for options in ({"organizational_units": [FLEETS]}, {"state": "absent"}):
        result = run_simulated(directory_config, directory_name=DOMAIN, **options)
        assert result["used_by"] == {"image_builders": ["design"], "fleets": []}
        assert result["error"]["code"] == "ResourceInUseException"
        assert "still used by image builders design: An error" in result["msg"]
        assert "Delete the image builders" in result["remedy"]
    unused = run_simulated(directory_config, directory_name=DOMAIN, organizational_units=[BUILDERS, FLEETS])
    assert unused["changed"]


def test_a_client_is_opened_once(run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def client(module: Any, service: str, **more: Any) -> Any:
        opened.append(service)
        return simulated.client(service, **more)

    monkeypatch.setattr(AnsibleAppStreamModule, "client", client)
    assert run_simulated(directory_config, **CREATION)["changed"]
    assert opened == ["appstream"]


def test_deleted_once(run_simulated: Run, simulated: Any) -> None:
    run_simulated(directory_config, **CREATION)
    absent = {"directory_name": "Corp.Example.com", "state": "absent"}
    predicted = run_simulated(directory_config, check_mode=True, **absent)
    assert predicted["changed"] and stored(simulated)
    result = run_simulated(directory_config, **absent)
    assert (result["changed"], result["directory_config"], result["diff"]) == (True, None, predicted["diff"])
    assert stored(simulated) == []
    assert not run_simulated(directory_config, **absent)["changed"]


def test_a_lost_answer_to_creating_and_deleting(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:CreateDirectoryConfig", drop="after", times=1)
    assert run_simulated(directory_config, **CREATION)["changed"]
    simulated.fail(match="appstream:DeleteDirectoryConfig", drop="after", times=1)
    assert run_simulated(directory_config, directory_name=DOMAIN, state="absent")["changed"]
    assert stored(simulated) == []


def test_one_that_somebody_else_creates_meanwhile_is_changed(
    run_simulated: Run, simulated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_simulated(directory_config, **CREATION)
    simulated.server.calls.clear()
    describe, early = api.describe_directory_configs, [[]]
    monkeypatch.setattr(api, "describe_directory_configs", lambda client: early.pop() if early else describe(client))
    result = run_simulated(directory_config, **{**CREATION, "organizational_units": [FLEETS]})
    assert (result["changed"], result["actions"], stored(simulated)[0][UNITS]) == (True, ["update"], [FLEETS])
    assert result["diff"]["before"] == {}
    assert simulated.operations() == ["CreateDirectoryConfig", "UpdateDirectoryConfig"]


def test_one_that_is_not_found_for_a_while(run_simulated: Run, simulated: Any) -> None:
    run_simulated(directory_config, **CREATION)
    simulated.fail(match="appstream:UpdateDirectoryConfig", code="ResourceNotFoundException", status=400, times=5)
    result = run_simulated(directory_config, directory_name=DOMAIN, organizational_units=[FLEETS])
    assert (result["changed"], result["actions"], stored(simulated)[0][UNITS]) == (True, ["update"], [FLEETS])


def test_a_failure_returns_what_is_there(run_simulated: Run, simulated: Any) -> None:
    simulated.fail(match="appstream:(Create|Update).*", code="AccessDeniedException", status=400)
    refused = run_simulated(directory_config, **CREATION)
    assert (refused["changed"], refused["actions"], refused["directory_config"]) == (False, [], None)
    simulated.server.gateway.faults.clear()
    created = run_simulated(directory_config, **CREATION)
    assert created["actions"] == ["create"]
    simulated.fail(match="appstream:(Create|Update).*", code="AccessDeniedException", status=400)
    for changes in ({"organizational_units": [FLEETS]}, {"account_name": "CORP\\other"}):
        refused = run_simulated(directory_config, directory_name=DOMAIN, **changes)
        assert (refused["failed"], refused["changed"], refused["actions"]) == (True, False, [])
        assert refused["directory_config"] == created["directory_config"]


def test_no_plan_has_the_password(simulated: Any) -> None:
    for update_password in ("on_create", "always"):
        options = {
            **dict.fromkeys(directory_config.ARGUMENT_SPEC),
            **CREATION,
            "state": "present",
            "update_password": update_password,
        }
        resource = DirectoryConfig(options, simulated.client)
        for before in (None, {"directory_name": DOMAIN, "account_name": "CORP\\other"}):
            plan = resource.plan(before)
            assert [step.name for step in plan.steps] == ["update" if before else "create"]
            assert PASSWORD not in f"{plan!r}{plan.steps!r}{resource!r}{plan.diff}"


@pytest.mark.parametrize("update_password", ["on_create", "always"])
def test_nothing_shows_the_password(run_simulated: Run, simulated: Any, update_password: str) -> None:
    results = [run_simulated(directory_config, **CREATION, update_password=update_password)]
    simulated.fail(match="appstream:.*Directory.*", code="AccessDeniedException")
    results.append(run_simulated(directory_config, **CREATION, update_password=update_password))
    assert results[-1]["error"]["code"] == "AccessDeniedException"
    assert "IAM policy" in results[-1]["remedy"]
    for result in results:
        assert PASSWORD not in str(result)


def test_info(run_simulated: Run) -> None:
    assert run_simulated(directory_config_info)["directory_configs"] == []
    run_simulated(directory_config, **CREATION)
    other = {
        **CREATION,
        "directory_name": "a.example.com",
        "organizational_units": ["OU=x,DC=a,DC=example,DC=com"],
    }
    run_simulated(directory_config, **other)
    for names, found in (
        (None, ["a.example.com", DOMAIN]),
        ([], []),
        (["CORP.example.com", "none.example.com"], [DOMAIN]),
    ):
        configs = run_simulated(directory_config_info, **({} if names is None else {"names": names}))
        assert [one["directory_name"] for one in configs["directory_configs"]] == found
    assert configs["directory_configs"][0]["organizational_unit_distinguished_names"] == [BUILDERS]
    assert configs["directory_configs"][0]["account_name"] == "CORP\\join"
