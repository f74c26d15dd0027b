# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""From an empty domain to an image built over Kerberos, as a user runs it; and what goes wrong on the way."""

from __future__ import annotations

import itertools
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from appstream_simulator.domain_controller import samba
from appstream_simulator.domain_controller.namespaces import CONTROLLER_ADDRESS
from conftest import BASE, DOMAIN, REPOSITORY, Domain

sys.path.insert(0, str(REPOSITORY / "tests" / "end_to_end"))
from workplace import Run, Workplace, open_workplace

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_NETWORKS = itertools.count(20 + 100 * (_WORKER % 2))


class Environment:
    """One user's environment: an organizational unit, accounts and a simulated AWS account of their own."""

    def __init__(self, workplace: Workplace, domain: Domain, number: int) -> None:
        self.workplace = workplace
        self.domain = domain
        self.unit = f"OU=Image{number},{BASE}"
        self.join_name, self.install_name = f"join{number}", f"install{number}"
        self.join_password, self.install_password = (f"P{secrets.token_urlsafe(12)}-aA1" for _account in range(2))
        vpc = workplace.client("ec2").describe_vpcs(Filters=[{"Name": "cidr", "Values": [f"10.{number}.0.0/16"]}])
        self.variables: dict[str, Any] = {
            "prepare_network_vpc_id": vpc["Vpcs"][0]["VpcId"],
            "prepare_network_domain_name": DOMAIN,
            "prepare_network_dns_servers": [samba.ADDRESS],
            "prepare_network_controller_cidrs": [f"{CONTROLLER_ADDRESS}/32"],
            "prepare_network_security_group_name": "image-builders",
            "prepare_network_adopt_security_group": True,
            "prepare_directory_domain_name": DOMAIN,
            "prepare_directory_username": f"Administrator@{DOMAIN.upper()}",
            "prepare_directory_password": domain.administrator_password,
            "prepare_directory_organizational_unit": self.unit,
            "prepare_directory_policy_name": f"WinRM {number}",
            "prepare_directory_administrators_group": f"Installers{number}",
            "prepare_directory_join_account": {"name": self.join_name, "password": self.join_password},
            "prepare_directory_install_account": {"name": self.install_name, "password": self.install_password},
            "prepare_directory_controller_networks": [CONTROLLER_ADDRESS],
        }
        self.connect_with()

    @property
    def secrets(self) -> list[str]:
        return [self.join_password, self.install_password, self.domain.administrator_password]

    def connect_with(self, **settings: Any) -> None:
        """Write the inventory as the guide shows it: the account, and nothing about Kerberos."""
        folder = self.workplace.folder / "inventory"
        (folder / "group_vars").mkdir(parents=True, exist_ok=True)
        hosts = {"all": {"children": {"appstream_image_builders": {}}}}
        (folder / "hosts.yml").write_text(yaml.safe_dump(hosts))
        connection = {
            "ansible_connection": "winrm",
            "ansible_user": f"{self.install_name}@{DOMAIN.upper()}",
            "ansible_password": self.install_password,
            "connect_image_builder_policy_name": f"{self.variables['prepare_directory_policy_name']}",
            **settings,
        }
        (folder / "group_vars" / "appstream_image_builders.yml").write_text(yaml.safe_dump(connection))

    def prepare(self, *arguments: str, **changes: Any) -> Run:
        """Run prepare_environment."""
        file = self.workplace.folder / "environment.yml"
        file.write_text(yaml.safe_dump({**self.variables, **changes}))
        command = ["ansible-playbook", "-i", str(self.workplace.folder / "inventory"), "-e", f"@{file}"]
        run = self.workplace.run([*command, "euc.appstream.prepare_environment", *arguments])
        self.assert_silent(run)
        return run

    def builder(self, unit: str) -> dict[str, Any]:
        """The part of a recipe that says where the builder is, and in which organizational unit."""
        return {
            "instance_type": "stream.standard.medium",
            "subnet_id": self.workplace.subnet_id,
            "security_group_ids": [self.workplace.security_group_id],
            "domain": {"directory_name": DOMAIN, "organizational_unit": unit},
        }

    def build(self, **variables: Any) -> Run:
        """Build one image whose builder joins the domain."""
        recipe = self.workplace.recipe("design", builder=self.builder(self.unit))
        run = self.workplace.build([recipe], **variables)
        self.assert_silent(run)
        return run

    def write_recipes(self, **hosts: dict[str, Any]) -> None:
        """Add recipes to the inventory as hosts, each with variables of its own."""
        recipe = self.workplace.light("unnamed", builder=self.builder(self.unit))
        common = {f"appstream_{key}": value for key, value in recipe.items() if key != "name"}
        group = {"hosts": hosts, "vars": common}
        inventory = {"all": {"children": {"appstream_image_builders": {}, "appstream_images": group}}}
        (self.workplace.folder / "inventory" / "hosts.yml").write_text(yaml.safe_dump(inventory))

    def assert_silent(self, run: Run) -> None:
        assert not [secret for secret in self.secrets if secret in run.output], "a password was printed"

    def logons(self) -> set[tuple[str, str, str]]:
        """How and as whom the builders were logged on to, and with what outcome."""
        entries = [entry for entry in self.workplace.journal("auth") if "scheme" in entry]
        return {(entry["scheme"], str(entry["user"]), entry["outcome"]) for entry in entries}


@pytest.fixture
def environment(tmp_path: Path, domain: Domain, request: pytest.FixtureRequest) -> Iterator[Environment]:
    """A fresh environment; a test may pass further settings of the simulator as the fixture's parameter."""
    number = next(_NETWORKS)
    settings = {"accounts": {}, "active_directory": True, **getattr(request, "param", {})}
    with open_workplace(tmp_path / "project", f"10.{number}", **settings) as workplace:
        yield Environment(workplace, domain, number)


def told(run: Run) -> str:
    return " ".join(run.output.split())


def test_from_nothing_to_an_image(environment: Environment) -> None:
    before = environment.prepare("--tags", "verify")
    assert before.exit_code == 2, before.output
    for missing in ("organizational unit", "directory config", "join account", "DHCP options"):
        assert missing in told(before), f"{missing}: {before.output}"

    planned = environment.prepare("--check")
    assert planned.exit_code == 0, planned.output
    assert environment.unit not in environment.domain.samba_tool("ou", "list", "--full-dn"), "--check writes nothing"

    prepared = environment.prepare()
    assert prepared.exit_code == 0, prepared.output
    again = environment.prepare()
    assert again.exit_code == 0 and "changed=0" in again.output, again.output

    run = environment.build(
        remove_image_builder_computer_account=True,
        remove_image_builder_domain_username="Administrator",
        remove_image_builder_domain_password=environment.domain.administrator_password,
    )
    assert run.exit_code == 0, run.output
    assert [image["State"] for image in environment.workplace.images().values()] == ["AVAILABLE"]
    accepted = {(scheme, user) for scheme, user, outcome in environment.logons() if outcome == "accepted"}
    assert {user.lower() for _scheme, user in accepted} == {f"corp\\{environment.install_name}"}
    assert {scheme for scheme, _user in accepted} <= {"Kerberos", "Negotiate"}
    assert "EC2AMAZ" not in environment.domain.samba_tool("ou", "listobjects", environment.unit)


@pytest.fixture
def former_group(environment: Environment) -> Iterator[str]:
    """The group that an earlier version made by default, in the organizational unit of the image builders."""
    domain, name = environment.domain, "AppStreamImageInstallers"
    del environment.variables["prepare_directory_administrators_group"]
    domain.samba_tool("ou", "create", environment.unit)
    domain.samba_tool("group", "add", name, f"--groupou={environment.unit.partition(',DC=')[0]}")
    yield name
    domain.samba_tool("group", "delete", name)


@pytest.mark.parametrize("environment", [{"first_boot_applies_policy": False}], indirect=True)
def test_a_builder_whose_policy_comes_late_is_restarted_once(environment: Environment, former_group: str) -> None:
    """Over HTTPS, with the listener that the policy's start-up script makes, by the group of an earlier version."""
    https = {"prepare_directory_https": True, "prepare_network_winrm_ports": [5986]}
    for arguments in ((), ("--tags", "verify")):
        prepared = environment.prepare(*arguments, **https)
        assert prepared.exit_code == 0, prepared.output
    members = environment.domain.samba_tool("group", "listmembers", former_group).split()
    assert members == [environment.install_name]
    assert "AppStreamInstallers" not in environment.domain.samba_tool("group", "list").split()
    environment.connect_with(
        ansible_port=5986, ansible_winrm_transport="kerberos", ansible_winrm_server_cert_validation="ignore"
    )
    run = environment.build(connect_image_builder_policy_wait_timeout=10)
    assert run.exit_code == 0, run.output
    assert len(environment.workplace.calls("StartImageBuilder")) == 1
    assert [image["State"] for image in environment.workplace.images().values()] == ["AVAILABLE"]
    assert {entry["transport"] for entry in environment.workplace.journal("auth")} == {"https"}


@pytest.mark.parametrize("plugin", ["winrm", "psrp"])
def test_a_password_that_the_domain_refuses_ends_in_a_second(environment: Environment, plugin: str) -> None:
    """In the plan, before there is a builder; where the plan was not to ask, at its first logon, without a restart."""
    assert environment.prepare().exit_code == 0
    environment.connect_with(ansible_connection=plugin, ansible_password="not the password")
    wrong = f"The password of {environment.install_name}@{DOMAIN.upper()} is wrong."
    run = environment.build()
    assert run.exit_code == 2 and wrong in told(run), run.output
    assert not environment.workplace.calls("CreateImageBuilder")

    run = environment.build(appstream_preflight={"kerberos": False})
    assert run.exit_code == 2 and wrong in told(run), run.output
    (image,) = environment.workplace.manifest()["images"]
    assert image["failed_step"] == "connect", image
    connected = next(phase for phase in image["phases"] if phase["name"] == "connect")
    assert connected["seconds"] < 15, connected
    assert not environment.workplace.calls("StartImageBuilder"), "the builder is not restarted for it"
    assert environment.workplace.builders() == {}


def test_an_account_of_the_command_line(environment: Environment) -> None:
    """As a machine credential of AWX gives it: the directory is asked with it, too."""
    assert environment.prepare().exit_code == 0
    variables = environment.workplace.folder / "inventory" / "group_vars" / "appstream_image_builders.yml"
    variables.write_text(yaml.safe_dump({"ansible_connection": "winrm"}))
    password = environment.workplace.folder / "password"
    password.write_text(environment.install_password)
    given = ["-u", f"{environment.install_name}@{DOMAIN.upper()}", "--connection-password-file", str(password)]
    recipe = environment.workplace.light("design", builder=environment.builder(environment.unit))
    run = environment.workplace.build([recipe], *given)
    environment.assert_silent(run)
    assert run.exit_code == 0, run.output
    assert [image["State"] for image in environment.workplace.images().values()] == ["AVAILABLE"]


def test_each_builder_by_its_own_rules(environment: Environment) -> None:
    """Five images in one run: over psrp, wrong password, a stranger, no policy, no right to join."""
    domain, workplace = environment.domain, environment.workplace
    assert environment.prepare().exit_code == 0
    stranger, unopened, unjoinable = domain.account(), domain.organizational_unit(), domain.organizational_unit()
    delegation = {"principal": environment.join_name, "delegation": "join_computers"}
    assert domain.run("ad_delegation", organizational_unit=unopened, **delegation)["changed"]
    units = [environment.unit, unopened, unjoinable]
    workplace.client("appstream").update_directory_config(
        DirectoryName=DOMAIN, OrganizationalUnitDistinguishedNames=units
    )
    as_stranger = {"ansible_user": f"{stranger.name}@{DOMAIN.upper()}", "ansible_password": stranger.password}
    environment.write_recipes(
        over_psrp={"ansible_connection": "psrp"},
        misspelt={"ansible_password": "not the password"},
        stranger=as_stranger,
        unopened={"appstream_builder": environment.builder(unopened)},
        unjoinable={"appstream_builder": environment.builder(unjoinable)},
    )
    run = workplace.build(None, build_image_connect_timeout=30, connect_image_builder_policy_restart=False)
    environment.assert_silent(run)
    assert run.exit_code == 2, run.output
    assert [name.rsplit("-", 1)[0] for name in workplace.images()] == ["over_psrp"]
    images = {image["name"]: image for image in workplace.manifest()["images"]}
    assert not images["over_psrp"]["failed"]
    for name, message in {
        "misspelt": f"The password of {environment.install_name}@{DOMAIN.upper()} is wrong",
        "stranger": "the account is not let in",
        "unopened": "does not have group policy object",
        "unjoinable": "DOMAIN_JOIN_ERROR_ACCESS_DENIED",
    }.items():
        assert message in " ".join(images[name]["message"].split()), f"{name}: {images[name]['message']}"
    assert workplace.builders() == {}, "no builder is left behind"
    assert "EC2AMAZ" in domain.samba_tool("ou", "listobjects", environment.unit), "accounts stay unless asked"
