# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Handlers of one recipe and of several, and whole roles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.release import __version__ as ansible_version
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content import examination
from ansible_collections.euc.appstream.plugins.plugin_utils._recipe.role_content.examination import RoleUse
from examined_roles import DEBUG, clean, only, trusted

HAS_END_ROLE = tuple(map(int, ansible_version.split(".")[:2])) >= (2, 18)
REPOSITORY = Path(__file__).resolve().parents[6]


# --- handlers


@pytest.mark.parametrize(
    "handlers",
    [
        {"r/handlers/main.yml": "- name: Restart it\n  debug:\n"},
        {"r/handlers/main.yml": "- name: Other\n  debug:\n  listen: Restart it\n"},
        {"r/handlers/main.yml": "- name: '{{ nowhere }}'\n  debug:\n  listen: [x, Restart it]\n"},
        {"r/handlers/main.yml": "- import_tasks: x.yml\n", "r/handlers/x.yml": "- name: Restart it\n  debug:\n"},
        {"r/handlers/main.yml": "- name: Restart it\n  include_tasks: x.yml\n", "r/handlers/x.yml": DEBUG},
        {"r/handlers/main.yml": "- name: Restart {{ what }}\n  debug:\n", "r/vars/main.yml": "what: it\n"},
        {"r/meta/main.yml": "dependencies: [s]\n", "s/handlers/main.yml": "- name: Restart it\n  debug:\n"},
        {"r/z.yml": DEBUG, "later/handlers/main.yml": "- name: Restart it\n  debug:\n"},
    ],
)
def test_a_handler_that_is_there_is_found(write, examine, handlers):
    write({"r": "- debug:\n  notify: Restart it\n", "later": DEBUG, **handlers})
    content = clean(examine("r", "later"))
    assert [one.name for one in content.notified] == ["Restart it"]
    assert content.handlers


@pytest.mark.parametrize("notified", ["r : Restart it", "r : topic", "corp.r.x : Restart it"])
def test_a_handler_is_found_by_the_name_with_its_role(write, examine, notified):
    write({"r": f"- debug:\n  notify: '{notified}'\n"})
    write({"r/handlers/main.yml": "- name: Restart it\n  debug:\n  listen: topic\n"})
    content = examine("r")
    assert len(content.problems) == int("corp" in notified)


def test_a_handler_of_an_included_role_is_found(write, examine):
    write({"r": "- include_role: {name: s}\n- debug:\n  notify: [Restart it]\n", "s": DEBUG})
    write({"s/handlers/main.yml": "- name: Restart it\n  debug:\n"})
    clean(examine("r"))


TEMPLATED = {
    "f": "- debug:\n  notify: Reboot after {{ feature }}\n",
    "f/handlers/main.yml": "- name: Reboot after {{ feature }}\n  debug:\n",
}


def test_a_name_with_a_parameter_of_the_role_is_known(write, examine):
    write(TEMPLATED)
    uses = [RoleUse("f", variables={"feature": one}, where=f"roles[{n}]") for n, one in enumerate(["IIS", "DNS"])]
    content = clean(examine(*uses))
    assert [one.names[0] for one in content.handlers] == ["Reboot after IIS", "Reboot after DNS"]
    assert [one.name for one in content.notified] == ["Reboot after IIS", "Reboot after DNS"]


@pytest.mark.parametrize("variables", [{"feature": "IIS"}, {}])
def test_a_name_with_a_variable_of_the_host_is_refused(write, examine, variables):
    write(TEMPLATED)
    problem = only(examine("f", **variables))
    assert problem.startswith("role f, roles/f/tasks/main.yml:1: 'Reboot after ")
    assert "can only be the handler 'Reboot after {{ feature }}' (roles/f/handlers/main.yml:1)" in problem
    assert "give the variable as a plain value in the role's own vars in the recipe, rather than" in problem


@pytest.mark.parametrize(
    ("notify", "found"),
    [
        ("'{{ nowhere }}'", True),
        ("'Restart {{ ansible_facts.hostname }}'", True),
        ("'Reload {{ nowhere }}'", False),
        ("'{{ names }}'", True),
        ("'{{ names + [\"x\"] }}'", False),
        ("'Restart {{ item }}'\n  loop: [it, it]", True),
        ("'Restart {{ item }}'\n  loop: [it, her]", False),
        ("'Restart {{ item }}'\n  loop: '{{ nowhere }}'", True),
    ],
)
def test_a_notification_with_a_template(write, examine, notify, found):
    write({"r": f"- debug:\n  notify: {notify}\n", "r/defaults/main.yml": "names: [Restart it]\n"})
    write({"r/handlers/main.yml": "- name: Restart it\n  debug:\n"})
    assert len(examine("r").problems) == int(not found)


def test_a_notification_of_a_file_that_may_not_be_included_says_so(write, examine):
    write({"r": "- include_tasks: '{{ nowhere }}.yml'\n", "r/x.yml": "- debug:\n  notify: nobody\n"})
    assert "it cannot be known before the build whether this is included" in only(examine("r"))


# --- several recipes


def mixed(examine, **recipes):
    return examination.mixed_up({name: examine(*roles) for name, roles in recipes.items()})


def test_handlers_of_one_name_in_different_roles_are_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: Restart it\n", "b": DEBUG, "c": DEBUG})
    write({f"{role}/handlers/main.yml": "- name: Restart it\n  debug:\n" for role in "ab"})
    problems = mixed(examine, design=["a"], office=["b"], other=["c"])
    assert problems["other"] == ()
    assert problems["design"] == problems["office"]
    assert problems["design"] == (
        "handler 'Restart it': the image design notifies that of role a (roles/a/handlers/main.yml:1), but the image "
        "office has one in role b (roles/b/handlers/main.yml:1), and images of one run share their handlers: build "
        "them in separate runs (with --limit, or as separate job templates), or give the handlers different names",
    )


def test_handlers_of_one_topic_in_different_roles_are_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: changed\n", "b": DEBUG})
    write({"a/handlers/main.yml": "- name: x\n  debug:\n  listen: changed\n"})
    write({"b/handlers/main.yml": "- name: y\n  debug:\n  listen: changed\n"})
    assert len(mixed(examine, design=["a"], office=["b"])["design"]) == 1


def test_the_same_role_in_several_recipes_is_not_mixed_up(write, examine):
    write({"a": "- debug:\n  notify: Restart it\n", "b": DEBUG})
    write({f"{role}/handlers/main.yml": f"- name: Restart {role}\n  debug:\n  listen: Restart it\n" for role in "ab"})
    assert mixed(examine, design=["a", "b"], office=["a", "b"]) == {"design": (), "office": ()}
    assert mixed(examine, design=["b"], office=["b"]) == {"design": (), "office": ()}
    assert mixed(examine) == {}


# --- whole roles


def test_a_realistic_role_has_no_problem(write, examine):
    write(
        {
            "corp.agent": """\
                - name: Load what differs
                  ansible.builtin.include_vars: "{{ item }}"
                  with_first_found:
                    - "{{ ansible_facts.os_family }}-{{ ansible_facts.distribution_version }}.yml"
                    - "{{ ansible_facts.os_family }}.yml"

                - name: Install
                  ansible.builtin.include_tasks: "install-{{ ansible_facts.os_family | lower }}.yml"

                - name: Configure
                  when: agent_configure | bool
                  block:
                    - name: Write the configuration
                      ansible.windows.win_template: {src: a.j2, dest: 'C:\\a'}
                      notify: Restart the agent
                      register: agent_written
                    - name: Restart now
                      ansible.builtin.meta: flush_handlers
                      when: agent_written is changed
                  rescue:
                    - ansible.builtin.fail: {msg: "{{ ansible_failed_result.msg }}"}
                  always:
                    - ansible.windows.win_file: {path: 'C:\\t', state: absent}

                - name: Registered?
                  ansible.builtin.include_role:
                    name: corp.register
                  vars: {register_name: "{{ inventory_hostname }}"}
                  loop: "{{ agent_servers }}"
                  loop_control: {loop_var: register_server}
                  when: register_server.active | default(true)
                """,
            "corp.agent/install-windows.yml": """\
                - name: Install {{ agent_package.name }}
                  ansible.windows.win_package: {path: "{{ agent_package.path }}", state: present}
                  register: agent_installed
                  until: agent_installed is success
                - name: Reboot
                  ansible.windows.win_reboot:
                  when: agent_installed.reboot_required
                """,
            "corp.agent/install-debian.yml": "- corp.linux.apt_repo: {name: x}\n",
            "corp.agent/handlers/main.yml": "- name: Restart the agent\n  ansible.windows.win_service: {name: a}\n",
            "corp.agent/defaults/main.yml": "agent_configure: true\nagent_servers: [{name: a}, {name: b}]\n",
            "corp.agent/vars/Windows.yml": "agent_package: {name: a, path: a.msi}\n",
            "corp.agent/meta/main.yml": "dependencies: [{role: corp.base, vars: {base_level: 2}}]\n",
            "corp.agent/meta/argument_specs.yml": """\
                argument_specs:
                  main:
                    short_description: The agent
                    options:
                      agent_servers: {type: list, elements: dict, required: true}
                """,
            "corp.base": "- ansible.windows.win_regedit: {path: 'HKLM:\\\\X'}\n  when: base_level > 1\n",
            "corp.register": "- ansible.windows.win_uri: {url: https://example.com}\n  delegate_to: localhost\n",
        }
    )
    use = RoleUse("corp.agent", variables={"agent_configure": trusted("{{ yes_of_recipe }}")})
    content = clean(examine(use, yes_of_recipe=True))
    assert [one.role for one in content.handlers] == ["corp.agent"]


def test_the_roles_of_the_end_to_end_tests_have_no_problem():
    loader = DataLoader()
    loader.set_basedir(str(REPOSITORY / "tests" / "end_to_end"))
    uses = [RoleUse("acme.windows_baseline"), RoleUse("acme.java_runtime", where="roles[2]")]
    uses.append(RoleUse("acme.windows_baseline", tasks_from="record", where="roles[3]"))
    content = clean(examination.examine(uses, examination.Surroundings(loader)))
    assert list(content.paths) == ["roles[1]", "roles[2]", "roles[3]"]
    assert {Path(one.role_path).name for one in content.handlers} == {"acme.windows_baseline", "acme.java_runtime"}


def test_what_is_found_is_plain_data(write, examine):
    write(TEMPLATED)
    content = examine(RoleUse("f", variables={"feature": "IIS"}))
    data = [vars(one) for one in (*content.handlers, *content.notified)]
    assert json.loads(json.dumps(data)) == [
        {key: list(value) if isinstance(value, tuple) else value for key, value in one.items()} for one in data
    ]
    assert {type(value) for one in data for value in one.values()} == {str, tuple}
