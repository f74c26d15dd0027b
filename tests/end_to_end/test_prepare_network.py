"""Role prepare_network on the simulated account: what it makes, that it makes it once, what it refuses and verifies."""

from __future__ import annotations

import json
import secrets
from typing import Any

import yaml
from workplace import Workplace

PASSWORD = f"{secrets.token_urlsafe(16)}-aA1"
CONTROLLERS = ["10.9.0.0/28", "2001:db8:9::/64"]
SERVERS = ["10.0.1.10", "10.0.2.10"]
TAG = "euc.appstream:prepared-by"


def vpc_of(workplace: Workplace) -> str:
    return workplace.client("ec2").describe_subnets(SubnetIds=[workplace.subnet_id])["Subnets"][0]["VpcId"]


def options(workplace: Workplace, **changes: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "vpc_id": vpc_of(workplace),
        "domain_name": "corp.example.com",
        "dns_servers": SERVERS,
        "controller_cidrs": CONTROLLERS,
        "tags": {"CostCenter": "42"},
        **changes,
    }
    return {f"prepare_network_{name}": value for name, value in wanted.items()}


def play(workplace: Workplace, *steps: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A play that runs entry points of the role, `check` being main in check mode; see `told`."""
    tasks: list[dict[str, Any]] = []
    for number, (entry_point, variables) in enumerate(steps):
        role: dict[str, Any] = {"name": "euc.appstream.prepare_network", "tasks_from": entry_point}
        if entry_point == "check":
            role |= {"tasks_from": "main", "apply": {"check_mode": True}}
        tasks.append({"name": "Run", "ansible.builtin.include_role": role, "vars": variables})
        fact = "prepare_network_verification" if entry_point == "verify" else "prepare_network_result"
        keep = {
            "content": f"{{{{ {fact} | to_json }}}}",
            "dest": f"{workplace.folder}/told_{number}.json",
            "mode": "600",
        }
        tasks.append({"name": "Keep", "ansible.builtin.copy": keep, "check_mode": False, "changed_when": False})
    return {"hosts": "localhost", "gather_facts": False, "tasks": tasks}


def told(workplace: Workplace) -> list[Any]:
    """What the entry points of the last play set, in order."""
    found = [json.loads(path.read_text()) for path in sorted(workplace.folder.glob("told_*.json"))]
    for path in workplace.folder.glob("told_*.json"):
        path.unlink()
    return found


def group_of(workplace: Workplace, group_id: str) -> dict[str, Any]:
    return workplace.client("ec2").describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]


def inbound(group: dict[str, Any]) -> set[tuple[str, int, str]]:
    return {
        (permission["IpProtocol"], permission["FromPort"], network.get("CidrIp") or network["CidrIpv6"])
        for permission in group["IpPermissions"]
        for network in [*permission["IpRanges"], *permission["Ipv6Ranges"]]
    }


def writes(workplace: Workplace) -> list[str]:
    names = {str(call["operation"]) for call in workplace.calls()}
    return sorted(name for name in names if not name.startswith(("Describe", "Get")))


def test_prepares_once_and_verifies(workplace: Workplace) -> None:
    ec2 = workplace.client("ec2")
    before = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "ntp-servers", "Values": ["169.254.169.123"]}])
    ec2.associate_dhcp_options(DhcpOptionsId=before["DhcpOptions"]["DhcpOptionsId"], VpcId=vpc_of(workplace))
    vpc = ec2.describe_vpcs(VpcIds=[vpc_of(workplace)])["Vpcs"][0]
    subnet = {"cidr": vpc["CidrBlock"].replace(".0.0/16", ".7.0/24"), "az": "eu-west-1b", "name": "builders"}
    downloads = {"ports": ["443"], "cidrs": ["0.0.0.0/0"], "description": "Downloads"}
    wanted = options(workplace, subnets=[subnet], egress=[downloads], winrm_ports=[5985, 5986])
    workplace.control("calls", method="DELETE")

    run = workplace.run_playbook(
        [play(workplace, ("check", wanted), ("verify", wanted), ("main", wanted), ("verify", wanted))]
    )
    assert run.exit_code == 0, run.output
    predicted, early, result, late = told(workplace)
    assert predicted["security_group_id"] is None
    assert [check["ok"] for check in early] == [False, False, False], "check mode has written nothing"
    assert early[1]["found"] == "no such security group"
    assert [check["ok"] for check in late] == [True, True, True], late

    group = group_of(workplace, result["security_group_id"])
    assert inbound(group) == {("tcp", port, network) for port in (5985, 5986) for network in CONTROLLERS}
    outbound = {network["CidrIp"] for entry in group["IpPermissionsEgress"] for network in entry["IpRanges"]}
    assert outbound == {*(f"{server}/32" for server in SERVERS), "0.0.0.0/0"}
    everywhere = [entry for entry in group["IpPermissionsEgress"] if entry["IpRanges"][0]["CidrIp"] == "0.0.0.0/0"]
    assert [entry["FromPort"] for entry in everywhere] == [443], "the rule that lets out everything is gone"
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert tags == {"CostCenter": "42", TAG: "prepare_network"}

    vpc = ec2.describe_vpcs(VpcIds=[vpc_of(workplace)])["Vpcs"][0]
    assert vpc["DhcpOptionsId"] == result["dhcp_options_id"]
    sets = {one["DhcpOptionsId"]: one["DhcpConfigurations"] for one in ec2.describe_dhcp_options()["DhcpOptions"]}
    assert before["DhcpOptions"]["DhcpOptionsId"] in sets, "the old options are kept"
    handed_out = {entry["Key"]: [value["Value"] for value in entry["Values"]] for entry in sets[vpc["DhcpOptionsId"]]}
    assert handed_out == {
        "domain-name": ["corp.example.com"],
        "domain-name-servers": SERVERS,
        "ntp-servers": ["169.254.169.123"],
    }
    assert ec2.describe_subnets(SubnetIds=result["subnet_ids"])["Subnets"][0]["AvailabilityZone"] == "eu-west-1b"

    # Somebody opens WinRM to everybody, which is no longer so after the next run; then nothing is left to do.
    everybody = {"IpProtocol": "tcp", "FromPort": 5985, "ToPort": 5985, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[everybody])
    workplace.control("calls", method="DELETE")
    again = workplace.run_playbook([play(workplace, ("main", wanted), ("main", wanted))])
    assert again.exit_code == 0 and "changed=1 " in again.output, again.output
    assert told(workplace) == [result, result]
    assert writes(workplace) == ["RevokeSecurityGroupIngress"]
    assert inbound(group_of(workplace, group["GroupId"])) == inbound(group)


def test_refuses_before_anything_is_written(workplace: Workplace) -> None:
    cases = {
        "would open WinRM to everybody": options(workplace, controller_cidrs=["10.0.0.0/24", "::/0"]),
        "must name the networks of the controllers": options(workplace, controller_cidrs=[]),
        "No network of the form": options(workplace, controller_cidrs=["controller.example.com"]),
        "was not made by this role": options(
            workplace, security_group_name="image-builders", manage_dhcp_options=False
        ),
        "at most four DNS servers": options(workplace, dns_servers=[f"10.0.0.{number}" for number in range(5)]),
    }
    refused = [
        {
            "name": "Refuse",
            "block": [
                {"name": "Run", "ansible.builtin.include_role": {"name": "euc.appstream.prepare_network"}, "vars": case}
            ],
            "rescue": [
                {"name": "Show", "ansible.builtin.debug": {"msg": "{{ ansible_failed_result | to_json }}"}},
            ],
        }
        for case in cases.values()
    ]
    workplace.control("calls", method="DELETE")
    missing = {"prepare_network_vpc_id": "vpc-00000000000000000"}
    run = workplace.run_playbook(
        [{"hosts": "localhost", "gather_facts": False, "tasks": refused}, play(workplace, ("verify", missing))]
    )
    assert run.exit_code == 0 and f"rescued={len(cases) + 1} " in run.output, run.output
    printed = " ".join(run.output.split())
    assert [words for words in cases if words not in printed] == []
    assert [check["ok"] for check in told(workplace)[0]] == [False], "an unknown VPC is told of, not a failure"
    assert writes(workplace) == []


def test_prepare_environment_makes_a_managed_directory_and_uses_its_name_servers(workplace: Workplace) -> None:
    ec2, vpc = workplace.client("ec2"), vpc_of(workplace)
    places = zip(("eu-west-1a", "eu-west-1b"), (5, 6), strict=True)
    network = workplace.client("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"].rsplit(".", 2)[0]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{network}.{number}.0/24", AvailabilityZone=zone)["Subnet"]["SubnetId"]
        for zone, number in places
    ]
    wanted = {"name": "corp.example.com", "password": PASSWORD, "subnet_ids": subnets}
    variables = {
        "appstream_managed_directory": wanted,
        # Its domain controllers are simulated no further than their addresses.
        "prepare_environment_directory": False,
        "prepare_network_vpc_id": vpc,
        "prepare_network_controller_cidrs": CONTROLLERS,
    }
    file = workplace.folder / "environment.yml"
    file.write_text(yaml.safe_dump(variables))
    command = ["ansible-playbook", "-i", "localhost,", "-e", f"@{file}", "euc.appstream.prepare_environment"]
    planned = workplace.run([*command, "--check", "-vvv"])
    assert planned.exit_code == 0, planned.output
    assert workplace.client("ds").describe_directories()["DirectoryDescriptions"] == []

    run = workplace.run(command)
    assert run.exit_code == 0, run.output
    assert "3 checks passed" in run.output
    assert PASSWORD not in planned.output + run.output
    (directory,) = workplace.client("ds").describe_directories()["DirectoryDescriptions"]
    options_id = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"]
    (found,) = ec2.describe_dhcp_options(DhcpOptionsIds=[options_id])["DhcpOptions"]
    settings = {one["Key"]: [value["Value"] for value in one["Values"]] for one in found["DhcpConfigurations"]}
    assert sorted(settings["domain-name-servers"]) == sorted(directory["DnsIpAddrs"])
