"""What the collection does on the controller, in an estate whose variables are all meant for Windows hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from workplace import PASSWORD, Run, Workplace

COMMON: dict[str, Any] = {
    "ansible_port": 5985,
    "ansible_user": "installer",
    "ansible_password": PASSWORD,
    "ansible_python_interpreter": "C:\\nothing",
    "ansible_remote_tmp": "C:\\Windows\\Temp",
}
WINRM: dict[str, Any] = {**COMMON, "ansible_connection": "winrm", "ansible_winrm_transport": "ntlm"}
# Shell powershell, which people set with winrm too; since ansible-core 2.21 no Windows host can be reached in that way.
PSRP: dict[str, Any] = {
    **COMMON,
    "ansible_connection": "psrp",
    "ansible_psrp_auth": "ntlm",
    "ansible_psrp_protocol": "http",
    "ansible_shell_type": "powershell",
}


def write_group_all(workplace: Workplace, variables: dict[str, Any]) -> None:
    """Let the variables be those of all hosts there are; group appstream_image_builders has none of its own."""
    folder = workplace.folder / "inventory" / "group_vars"
    (folder / "appstream_image_builders.yml").unlink()
    (folder / "all.yml").write_text(yaml.safe_dump(variables))


def assert_available(workplace: Workplace, run: Run) -> None:
    assert run.exit_code == 0, run.output
    assert [image["State"] for image in workplace.images().values()] == ["AVAILABLE"]
    assert workplace.builders() == {}
    assert PASSWORD not in run.output


@pytest.mark.parametrize("variables", [{**WINRM, "ansible_shell_type": "cmd"}, PSRP], ids=["winrm", "psrp"])
def test_extra_variables_for_windows(workplace: Workplace, variables: dict[str, Any]) -> None:
    run = workplace.build([workplace.light("design")], build_image_connect_timeout=60, **variables)
    assert_available(workplace, run)


def test_group_variables_for_windows(workplace: Workplace) -> None:
    write_group_all(workplace, PSRP)
    run = workplace.build([workplace.light("design")], build_image_connect_timeout=60)
    assert_available(workplace, run)


def test_become_of_a_play_is_that_of_its_windows_hosts(workplace: Workplace) -> None:
    workplace.write_inventory(
        {"children": {"appstream_image_builders": {"hosts": {"windows-box": {"ansible_host": "192.0.2.1"}}}}},
        ansible_become_method="runas",
    )
    play = {
        "hosts": "windows-box",
        "gather_facts": False,
        "become": True,
        "become_user": "SYSTEM",
        "roles": [{"role": "euc.appstream.remove_image_builder", "vars": {"remove_image_builder_name": "nowhere"}}],
        "tasks": [{"euc.appstream.image_builder_info": {"names": ["nowhere"]}}],
    }
    run = workplace.run_playbook([play])
    assert run.exit_code == 0, run.output


@pytest.mark.oldest
def test_oldest_supported_core(workplace: Workplace, oldest_ansible: Path) -> None:
    environment = {
        "PATH": f"{oldest_ansible}/bin:{workplace.environment['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(oldest_ansible / "collections"),
    }
    variables = {**WINRM, "ansible_shell_type": "powershell"}
    run = workplace.build([workplace.light("design")], environment=environment, **variables)
    assert_available(workplace, run)
