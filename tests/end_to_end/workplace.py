"""A simulated AWS account with Windows builders, and a user who runs `ansible-playbook` against it."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import recording
import simulators
import yaml
from appstream_simulator.windows.machine.shelf import Shelf

REPOSITORY = Path(__file__).resolve().parents[2]
INTERPRETER = Path(__file__).parent / "interpreter"
"""In PYTHONPATH: makes runs cheaper."""
REGION = "eu-west-1"
PASSWORD = secrets.token_urlsafe(16)
SECRET_KEY = secrets.token_urlsafe(24)
ACCESS_KEY = "AKIASIMULATEDACCESS1"
"""Of the root user. What a run calls for a purpose has a key of its own, which is the root user's, too."""
RECORD = "EUC_APPSTREAM_RECORD_RIGHTS"
"""In the environment: the rights that runs need are added to the recordings, not compared with them."""
COMPARE = "EUC_APPSTREAM_COMPARE_RIGHTS"
"""In the environment: a run that needs a right beyond its purpose's recording fails."""
OPENED: list[Path] = []
"""Folders of all workplaces of this process, which are searched for secrets at its end."""


# What playbooks are for, by their name.
_PURPOSES = {
    "site": "build",
    "build_images": "build",
    "clean_up": "clean_up",
    "verify_service": "verify_service",
    **dict.fromkeys(("fleet", "image_copy", "image_permission", "stack"), "distribute"),
}


@dataclasses.dataclass
class Run:
    """A finished `ansible-playbook`: its exit code and everything it printed."""

    exit_code: int
    output: str


@dataclasses.dataclass
class Workplace:
    """One simulator process, one network in it, one project folder of a user."""

    folder: Path
    endpoint: str
    ca_file: str
    subnet_id: str = ""
    security_group_id: str = ""
    network: str = ""
    checksums: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: os.environ[name]
            for name in ("PATH", "LANG", "ANSIBLE_COLLECTIONS_PATH", "PYTHONPYCACHEPREFIX")
            if name in os.environ
        }
        collections = str(REPOSITORY / ".build" / "collections")
        return {
            "ANSIBLE_COLLECTIONS_PATH": collections,
            **kept,
            "PYTHONPATH": str(INTERPRETER),
            "HOME": str(self.folder / "home"),
            "ANSIBLE_FORCE_COLOR": "0",
            "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
            "ANSIBLE_SHOW_CUSTOM_STATS": "1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "WINDOWS_PASSWORD": PASSWORD,
        }

    def renew_network(self) -> None:
        """Make the network anew, after the simulator has been reset."""
        make_network(self, self.network)

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of the simulated account."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def control(self, path: str, body: Any = None, method: str | None = None) -> Any:
        """Ask or tell the simulator's control plane; `body` makes it a POST."""
        request = urllib.request.Request(
            f"{self.endpoint}/_simulator/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method or ("GET" if body is None else "POST"),
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    # What the user writes -------------------------------------------------------------------------------------------

    def write_inventory(self, extra: dict[str, Any] | None = None, **connection: Any) -> None:
        """An inventory with the connection settings of the builders, as a user keeps them in group_vars."""
        inventory = self.folder / "inventory"
        (inventory / "group_vars").mkdir(parents=True, exist_ok=True)
        hosts: dict[str, Any] = {"all": {"children": {"appstream_image_builders": {}}}}
        hosts["all"].update(extra or {})
        (inventory / "hosts.yml").write_text(yaml.safe_dump(hosts))
        settings = {
            "ansible_connection": "winrm",
            "ansible_port": 5985,
            "ansible_winrm_transport": "ntlm",
            "ansible_user": "installer",
            "ansible_password": "{{ lookup('ansible.builtin.env', 'WINDOWS_PASSWORD') }}",
            **connection,
        }
        (inventory / "group_vars" / "appstream_image_builders.yml").write_text(yaml.safe_dump(settings))

    def light(self, name: str, **changes: Any) -> dict[str, Any]:
        """A recipe for tests of something else: unless `changes` says so nothing is installed, and little is sealed."""
        sealed = {
            "remove_access": False,
            "scan": False,
            "manifest_permissions": False,
            "remove_hybrid_activation": False,
        }
        default = {"applications": None, "dynamic_app_catalog": True, "seal": sealed}
        return self.recipe(name, **{**default, **changes})

    def host(self, **changes: Any) -> dict[str, Any]:
        """Variables of a host that is an image, by default of a light recipe."""
        recipe = self.light("unnamed", **changes)
        return {f"appstream_{key}": value for key, value in recipe.items() if key != "name"}

    def write_images(self, hosts: dict[str, dict[str, Any]], **connection: Any) -> None:
        """An inventory whose hosts are images, each with variables of its own."""
        self.write_inventory(
            {"children": {"appstream_image_builders": {}, "appstream_images": {"hosts": hosts}}}, **connection
        )

    def recipe(self, name: str, **changes: Any) -> dict[str, Any]:
        """A recipe with one application; `changes` replace its keys, None takes a key away."""
        recipe: dict[str, Any] = {
            "name": name,
            "base_image": {"platform": "WINDOWS_SERVER_2022"},
            "builder": {
                "instance_type": "stream.standard.medium",
                "subnet_id": self.subnet_id,
                "security_group_ids": [self.security_group_id],
            },
            "applications": [self.seven_zip()],
            "tags": {"CostCenter": "42"},
        }
        recipe.update(changes)
        return {key: value for key, value in recipe.items() if value is not None}

    def seven_zip(self, **changes: Any) -> dict[str, Any]:
        """The application of the shelf that is installed and registered in most tests."""
        return {
            "name": "7zip",
            "display_name": "7-Zip",
            "install": {
                "source": "https://downloads.example.com/7-zip/7z2409-x64.exe",
                "checksum": f"sha256:{self.checksums['7zip-exe']}",
                "arguments": ["/S"],
                "product_id": "7-Zip",
            },
            "launch": {"path": "C:\\Program Files\\7-Zip\\7zFM.exe"},
            **changes,
        }

    def write_role(self, name: str, tasks: list[dict[str, Any]], **files: Any) -> None:
        """A role in the user's own roles folder; `files` are its other parts, such as handlers."""
        for part, content in {"tasks": tasks, **files}.items():
            folder = self.folder / "roles" / name / part
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "main.yml").write_text(yaml.safe_dump(content, sort_keys=False))

    def command(self, recipes: list[dict[str, Any]] | None, *arguments: str, **variables: Any) -> list[str]:
        extra = {
            "build_image_wait_delay": 1,
            "install_applications_poll_interval": 1,
            "appstream_report_directory": str(self.folder / "reports"),
            **variables,
        }
        if recipes is not None:
            extra["appstream_images"] = recipes
        (self.folder / "extra.yml").write_text(yaml.safe_dump(extra))
        inventory = str(self.folder / "inventory")
        return [
            "ansible-playbook",
            "-i",
            inventory,
            "-e",
            f"@{self.folder}/extra.yml",
            "site.yml",
            *arguments,
        ]

    def run_playbook(self, plays: list[dict[str, Any]], *arguments: str, purpose: str = "") -> Run:
        """Run plays of the user's own against the same inventory."""
        (self.folder / "own.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
        command = ["ansible-playbook", "-i", str(self.folder / "inventory"), "own.yml", *arguments]
        return self.run(command, purpose=purpose)

    def build(
        self,
        recipes: list[dict[str, Any]] | None,
        *arguments: str,
        environment: dict[str, str] | None = None,
        **variables: Any,
    ) -> Run:
        """Run build_images to its end."""
        return self.run(self.command(recipes, *arguments, **variables), environment)

    def run(self, command: list[str], environment: dict[str, str] | None = None, purpose: str = "") -> Run:
        """Run a command as the user, in the project folder.

        What it calls for a purpose, by default that of a playbook of the collection, is in that one's recording.
        """
        purpose = purpose or self.purpose_of(command)
        key = (environment or {}).get("AWS_ACCESS_KEY_ID") or f"AKIASIMULATED{purpose.upper().replace('_', '')}"
        finished = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, "AWS_ACCESS_KEY_ID": key, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=600,
            check=False,
        )
        (self.folder / "output.txt").write_text(finished.stdout)
        # Not every end-to-end test has been recorded yet: what one needs beyond is seen where somebody asks.
        if purpose and {RECORD, COMPARE} & os.environ.keys():
            self._compare_rights(purpose, [call for call in self.calls() if call["access_key"] == key])
        return Run(finished.returncode, finished.stdout)

    def purpose_of(self, command: list[str]) -> str:
        """The purpose of a command, as recordings name it; empty when it has none."""
        files = {Path(one).stem for one in command if one.endswith(".yml") and not one.startswith("@")}
        named = {one.removeprefix("euc.appstream.") for one in command if one.startswith("euc.appstream.")} | files
        if "prepare_environment" in named or (
            "own" in files and "prepare_network" in (self.folder / "own.yml").read_text()
        ):
            return "verify" if "verify" in command else "prepare"
        found = {purpose for known, purpose in _PURPOSES.items() if known in named}
        return found.pop() if found else ""

    @staticmethod
    def _compare_rights(purpose: str, calls: list[dict[str, Any]]) -> None:
        rights = recording.rights_of(calls)
        if RECORD in os.environ:
            recording.add(purpose, rights)
        beyond = recording.beyond(rights, recording.read(purpose))
        assert not beyond, f"rights that are in no recording of {purpose}: {beyond}; see tools/policies"

    def build_and_kill(self, recipes: list[dict[str, Any]], moment: Callable[[], bool]) -> None:
        """Run build_images and kill -9 it and all its workers as soon as `moment` holds."""
        self.kill(self.command(recipes), moment)

    def kill(self, command: list[str], moment: Callable[[], bool]) -> None:
        """Run a command and kill -9 it and all its workers as soon as `moment` holds."""
        playbook = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=(self.folder / "killed.txt").open("wb"),
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self.wait_for(lambda: moment() or playbook.poll() is not None, 240)
            assert playbook.poll() is None, (self.folder / "killed.txt").read_text()
        finally:
            for process in [playbook.pid, *descendants(playbook.pid)]:
                with_suppressed_kill(process)
            playbook.wait()

    @staticmethod
    def wait_for(condition: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {seconds} s")
            time.sleep(0.1)

    # What AWS and Windows saw ---------------------------------------------------------------------------------------

    def builders(self) -> dict[str, dict[str, Any]]:
        return {
            builder["Name"]: builder for builder in self.client("appstream").describe_image_builders()["ImageBuilders"]
        }

    def images(self) -> dict[str, dict[str, Any]]:
        return {image["Name"]: image for image in self.client("appstream").describe_images(Type="PRIVATE")["Images"]}

    def calls(self, operation: str | None = None) -> list[dict[str, Any]]:
        calls = self.control("calls")
        return [call for call in calls if operation in (None, call["operation"])]

    def journal(self, kind: str | None = None) -> list[dict[str, Any]]:
        return [entry for entry in self.control("journal") if kind in (None, entry["kind"])]

    def manifest(self) -> dict[str, Any]:
        """The newest manifest of this workplace."""
        newest = max((self.folder / "reports").glob("*.json"), key=lambda path: path.stat().st_mtime)
        return json.loads(newest.read_text())


def descendants(process: int) -> list[int]:
    """Every process below this one; workers of ansible-core 2.21 have sessions of their own, a group is not enough."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found: list[int] = []
    waiting = [process]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def with_suppressed_kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


@contextmanager
def open_workplace(folder: Path, network: str | None = None, **settings: Any) -> Iterator[Workplace]:
    """Start a simulator, and stop it at the end.

    Its builders get addresses in `network`.1.0/24; without one, in a network that nobody else uses.
    """
    if network:
        settings["network"] = f"{network}.0.0/16"
    (folder / "home").mkdir(parents=True)
    OPENED.append(folder)
    settings_file = folder / "simulator.yml"
    settings_file.write_text(yaml.safe_dump({"accounts": {"installer": PASSWORD}, "speed": 1200, **settings}))
    settings_file.chmod(0o600)
    ready = folder / "ready.json"
    log = folder / "simulator.log"
    simulator = simulators.start(settings_file, folder / "simulator", ready, log)
    try:
        Workplace.wait_for(lambda: ready.exists() or not simulator.is_alive(), 60)
        assert simulator.is_alive(), log.read_text()
        facts = json.loads(ready.read_text())
        workplace = Workplace(folder, facts["endpoint"], facts["ca_file"])
        workplace.checksums = {entry["name"]: entry["sha256"] for entry in Shelf().listing()}
        make_network(workplace, facts["network"].removesuffix(".0.0/16"))
        workplace.write_inventory()
        # With the default of 0.001 the many waits of these tests would cost as much as their work.
        (folder / "ansible.cfg").write_text("[defaults]\ninternal_poll_interval = 0.005\n")
        # A project as the README shows it: a playbook of one line, with roles/, group_vars/ and files/ beside it.
        (folder / "site.yml").write_text("- import_playbook: euc.appstream.build_images\n")
        yield workplace
    finally:
        simulator.terminate()
        simulator.join(20)


def make_network(workplace: Workplace, network: str) -> None:
    workplace.network = network
    ec2 = workplace.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"{network}.0.0/16")["Vpc"]["VpcId"]
    workplace.subnet_id = ec2.create_subnet(VpcId=vpc, CidrBlock=f"{network}.1.0/24")["Subnet"]["SubnetId"]
    # To the company's network, and from there to the internet.
    gateway = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    [table] = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", TransitGatewayId=gateway)
    group = ec2.create_security_group(GroupName="image-builders", Description="WinRM from the controller", VpcId=vpc)
    workplace.security_group_id = group["GroupId"]
    workplace.control("calls", method="DELETE")
