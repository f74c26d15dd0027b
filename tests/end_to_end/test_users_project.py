"""A project as the README lays it out: a playbook of one line, and beside it what plain Ansible would find there."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from windows_box import start_windows_box
from workplace import Run, Workplace, open_workplace

NEXT = "next-builder"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def note(name: str, text: str) -> dict[str, Any]:
    """A task that writes a line into a file of the builder, where a test can read what a role has seen."""
    return {
        "name": f"Note {name}",
        "ansible.windows.win_copy": {"content": text, "dest": f"C:\\Notes\\{name}.txt"},
    }


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))


def write_project(workplace: Workplace) -> None:
    folder = workplace.folder
    # The inventory has no connection settings: those are beside the playbook.
    (folder / "inventory" / "group_vars" / "appstream_image_builders.yml").rename(folder / "connection.yml")
    write(folder / "group_vars" / "appstream_image_builders.yml", (folder / "connection.yml").read_text())
    write(folder / "group_vars" / "all.yml", {"company": "Acme", "subnet": workplace.subnet_id})
    write(folder / "host_vars" / "design.yml", {"of_the_host": "host_vars of {{ inventory_hostname }}"})
    write(folder / "vars" / "site.yml", {"of_the_site": "Zürich"})
    write(folder / "files" / "motto.txt", "a file of the project")
    write(folder / "files" / "start.bat", "exit /b 0\r\n")
    write(folder / "files" / "settings.ini", "[x]\r\n")
    (folder / "files" / "icon.png").write_bytes(PNG)
    write(folder / "templates" / "greeting.j2", "Hello {{ company }}")
    workplace.write_role("inner", [note("inner", "included by {{ ansible_parent_role_names | first }}")])
    workplace.write_role(
        "project",
        [
            {"name": "Make the folder", "ansible.windows.win_file": {"path": "C:\\Notes", "state": "directory"}},
            {"name": "A role beside it", "ansible.builtin.include_role": {"name": "inner"}},
            {"name": "Variables of the project", "ansible.builtin.include_vars": {"file": "vars/site.yml"}},
            note("project", "{{ company }} {{ of_the_host }} {{ of_the_site }} {{ playbook_dir }}"),
            note("lookup", "{{ lookup('ansible.builtin.file', 'motto.txt') }}"),
            note("template", "{{ lookup('ansible.builtin.template', 'greeting.j2') }}"),
            # A role without vars/ finds nothing, also not the collection's own.
            note(
                "found",
                "{{ query('ansible.builtin.first_found', {'files': ['main.yml'], 'paths': ['vars'], 'skip': true}) }}",
            ),
            note("searched", "{{ ansible_search_path | join(' ') }}"),
        ],
    )
    precedence = [f"from_{place}" for place in ("defaults", "role_vars", "include_vars", "task", "block")]
    write(folder / "roles" / "precedence" / "defaults" / "main.yml", {"from_defaults": "role", "lazy": "role"})
    write(folder / "roles" / "precedence" / "vars" / "main.yml", {"from_role_vars": "role"})
    write(folder / "roles" / "precedence" / "vars" / "further.yml", {"from_include_vars": "role"})
    told = " ".join(f"{name}={{{{ {name} }}}}" for name in precedence)
    workplace.write_role(
        "precedence",
        [
            {"name": "Include variables", "ansible.builtin.include_vars": {"file": "further.yml"}},
            {
                "vars": {"from_block": "role"},
                "block": [{**note("precedence", told), "vars": {"from_task": "role"}}],
            },
            note("lazy", "{{ lazy }}"),
        ],
    )
    workplace.write_role(
        "twice",
        [
            {
                **note("twice-{{ version }}", "{{ version }} {{ edition | default('none') }}"),
                "notify": "Restart after {{ version }}",
            }
        ],
        handlers=[note("handled-{{ version }}", "{{ version }}") | {"name": "Restart after {{ version }}"}],
    )
    workplace.write_role(
        "app",
        [
            note("app-{{ app_name }}", "{{ app_name }} {{ app_product | default('none') }} {{ who }}"),
            note("app-searched", "{{ ansible_search_path | join(' ') }}"),
        ],
    )


def application(name: str, install: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "install": install, "verify": [{"file": f"C:\\Notes\\app-{name}.txt"}]}


def recipe(workplace: Workplace) -> dict[str, Any]:
    return workplace.light(
        "design",
        image_name="design-1",
        builder={"instance_type": "stream.standard.medium", "subnet_id": "{{ subnet }}"},
        vars={
            "who": "{{ inventory_hostname }} on {{ ansible_facts['hostname'] }}",
            "lazy": "{{ ansible_facts['os_family'] }}",
            **dict.fromkeys(
                ("from_defaults", "from_role_vars", "from_include_vars", "from_task", "from_block"), "recipe"
            ),
        },
        roles=[
            "project",
            "precedence",
            {"name": "twice", "vars": {"version": 1, "edition": "{{ company }} {{ ansible_facts['os_family'] }}"}},
            {"name": "twice", "vars": {"version": 2}},
            {"name": "twice", "vars": {"version": 3}, "when": "company != 'Acme'"},
        ],
        applications=[
            application("one", {"role": "app", "vars": {"app_name": "one", "app_product": "7-Zip"}}),
            application("two", {"role": {"name": "app"}, "vars": {"app_name": "two"}}),
            workplace.seven_zip(launch={"path": "C:\\Program Files\\7-Zip\\7zFM.exe", "icon": "icon.png"}),
        ],
        dynamic_app_catalog="false",
        sessions={
            "session_scripts": {"files": [{"src": "start.bat"}]},
            "default_profile": {"files": [{"src": "files/settings.ini", "dest": "AppData\\Roaming\\settings.ini"}]},
        },
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("project") / "project") as workplace:
        write_project(workplace)
        yield workplace


@pytest.fixture(scope="module")
def built(project: Workplace) -> Run:
    run = project.build([recipe(project)])
    assert run.exit_code == 0, run.output
    start_windows_box(project, NEXT, {"ImageName": "design-1"})
    return run


def noted(project: Workplace, name: str) -> str:
    """What a role has written; the builder was started from the image, and nobody can log on to it."""
    path = quote(f"C:\\Notes\\{name}.txt")
    return base64.b64decode(project.control(f"machines/{NEXT}/files?path={path}")["base64"]).decode()


def names(project: Workplace, path: str) -> list[str]:
    return list(project.control(f"machines/{NEXT}/files?path={quote(path)}")["names"])


def test_roles_variables_files_and_lookups_beside_the_playbook_are_found(project: Workplace, built: Run) -> None:
    assert noted(project, "inner") == "included by project"
    assert noted(project, "project") == f"Acme host_vars of design Zürich {project.folder}"
    assert noted(project, "lookup") == "a file of the project"
    assert noted(project, "template") == "Hello Acme"


def test_lookups_of_a_role_see_no_folder_of_the_collection(project: Workplace, built: Run) -> None:
    assert noted(project, "found") == "[]"
    folder = project.folder
    for role, name in (("project", "searched"), ("app", "app-searched")):
        searched = [f"{folder}/roles/{role}", f"{folder}/roles/{role}/tasks", str(folder)]
        assert noted(project, name).split() == searched


def test_relative_files_of_every_key_are_found_in_the_project(project: Workplace, built: Run) -> None:
    assert "settings.ini" in names(project, "C:\\Users\\Default\\AppData\\Roaming")
    assert "start.bat" in names(project, "C:\\AppStream\\SessionScripts")
    assert [entry["name"] for entry in project.manifest()["images"][0]["applications"]] == ["one", "two", "7zip"]


def test_variables_of_a_recipe_are_those_of_a_play(project: Workplace, built: Run) -> None:
    told = "from_defaults=recipe from_role_vars=role from_include_vars=role from_task=role from_block=role"
    assert noted(project, "precedence") == told
    assert noted(project, "lazy") == "Windows"


def test_a_role_is_run_several_times_each_with_its_own_parameters(project: Workplace, built: Run) -> None:
    assert noted(project, "twice-1") == "1 Acme Windows"
    assert noted(project, "twice-2") == "2 none"
    assert {name for name in names(project, "C:\\Notes") if name.startswith(("twice", "handled"))} == {
        "twice-1.txt",
        "twice-2.txt",
        "handled-1.txt",
        "handled-2.txt",
    }, "what is not wanted is not run, and each run's handler is"


def test_nothing_leaks_from_one_application_into_the_next(project: Workplace, built: Run) -> None:
    hostname = next(one for one in (noted(project, "app-one").split()[-1],))
    assert noted(project, "app-one") == f"one 7-Zip design on {hostname}"
    assert noted(project, "app-two") == f"two none design on {hostname}"


def test_the_playbook_by_name_works_in_the_folder_where_it_is_started(project: Workplace, built: Run) -> None:
    command = project.command([{**recipe(project), "image_name": "design-2"}], "--check")
    command[command.index("site.yml")] = "euc.appstream.build_images"
    run = project.run(command)
    assert run.exit_code == 0, run.output
    assert "design: image design-2" in run.output
