"""Modules on directories and directory configs in a user's play on the simulated account, the password never shown."""

from __future__ import annotations

import json
from typing import Any

from workplace import Run, Workplace

DOMAIN = "corp.example.com"
BUILDERS = "OU=Builders,DC=corp,DC=example,DC=com"
FLEETS = "OU=Fleets,DC=corp,DC=example,DC=com"
PASSWORD = "Zr7-secret-of-the-domain"


def play(workplace: Workplace, *tasks: tuple[str, dict[str, Any]]) -> tuple[Run, list[dict[str, Any]]]:
    """Run modules of the collection in one play as talkative as can be; what each of them returned."""
    listed: list[dict[str, Any]] = []
    for number, (module, options) in enumerate(tasks):
        keywords = {name: options.pop(name) for name in ("check_mode", "ignore_errors") if name in options}
        task = {"name": module, f"euc.appstream.{module}": options, "register": f"result_{number}", **keywords}
        keep = {"content": f"{{{{ result_{number} | to_json }}}}", "dest": f"{workplace.folder}/result_{number}.json"}
        listed += [task, {"name": "Keep", "ansible.builtin.copy": {**keep, "mode": "600"}, "changed_when": False}]
    (workplace.folder / "ansible.cfg").write_text("[defaults]\nverbosity = 4\n[diff]\nalways = true\n")
    run = workplace.run_playbook([{"hosts": "localhost", "gather_facts": False, "tasks": listed}])
    assert run.exit_code == 0, run.output
    files = [workplace.folder / f"result_{number}.json" for number in range(len(tasks))]
    results = [json.loads(file.read_text()) for file in files]
    for told in (run.output, json.dumps(results), (workplace.folder / "output.txt").read_text()):
        assert PASSWORD not in told
    return run, results


def test_a_directory_config_through_its_life(workplace: Workplace) -> None:
    environment = "{{ lookup('ansible.builtin.file', 'password.txt') }}"
    (workplace.folder / "password.txt").write_text(PASSWORD)
    account = {"account_name": "CORP\\join", "account_password": environment}
    wanted = {"directory_name": DOMAIN, "organizational_units": [BUILDERS, FLEETS], **account}
    absent = {"directory_name": DOMAIN, "state": "absent"}
    run, results = play(
        workplace,
        ("directory_config", {**wanted, "check_mode": True}),
        ("directory_config", dict(wanted)),
        ("directory_config", dict(wanted)),
        ("directory_config", {**wanted, "update_password": "always"}),
        ("directory_config_info", {"names": [DOMAIN]}),
        (
            "directory_config",
            {**wanted, "organizational_units": ["CN=Computers,DC=corp,DC=example,DC=com"], "ignore_errors": True},
        ),
    )
    assert [result["changed"] for result in results[:4]] == [True, True, False, True]
    assert [f'"{unit}"' in run.output for unit in (BUILDERS, FLEETS)] == [True, True], "the difference is shown"
    assert results[4]["directory_configs"] == [results[1]["directory_config"]]
    assert results[4]["directory_configs"][0]["account_name"] == "CORP\\join"
    assert "must start with OU=" in results[5]["msg"]
    assert len(workplace.calls("CreateDirectoryConfig")) == len(workplace.calls("UpdateDirectoryConfig")) == 1

    workplace.client("appstream").create_image_builder(
        Name="design",
        InstanceType="stream.standard.medium",
        ImageName="AppStream-WinServer2022-09-09-2026",
        VpcConfig={"SubnetIds": [workplace.subnet_id]},
        DomainJoinInfo={"DirectoryName": DOMAIN, "OrganizationalUnitDistinguishedName": BUILDERS},
    )
    _run, results = play(workplace, ("directory_config", {**absent, "ignore_errors": True}))
    assert results[0]["used_by"] == {"image_builders": ["design"], "fleets": []}


def test_a_managed_directory_through_its_life(workplace: Workplace) -> None:
    ec2 = workplace.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.77.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.77.{number}.0/24", AvailabilityZone=f"eu-west-1{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    wanted = {
        "name": DOMAIN,
        "password": PASSWORD,
        "vpc_id": vpc,
        "subnet_ids": [subnet["SubnetId"] for subnet in subnets],
        "tags": {"CostCenter": "42"},
        "wait_delay": 1,
    }
    run, results = play(
        workplace,
        ("managed_directory", dict(wanted)),
        ("managed_directory", dict(wanted)),
        ("managed_directory_info", {"names": [DOMAIN]}),
        ("managed_directory", {"name": DOMAIN, "state": "absent", "wait_delay": 1}),
    )
    assert [result["changed"] for result in results] == [True, False, False, True]
    directory = results[0]["directory"]
    assert (directory["stage"], directory["edition"], directory["tags"]) == ("Active", "Standard", {"CostCenter": "42"})
    assert directory["dns_ip_addrs"] and results[2]["directories"] == [directory]
    assert f"{DOMAIN}: Active" in run.output, "progress is shown"
    assert workplace.client("ds").describe_directories()["DirectoryDescriptions"] == []
