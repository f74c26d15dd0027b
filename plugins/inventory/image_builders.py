# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
name: image_builders
version_added: 0.1.0
short_description: Running image builders of Amazon AppStream 2.0 as hosts
description:
  - Makes hosts of the image builders of Amazon AppStream 2.0 (also named Amazon WorkSpaces Applications), so that
    plays and ad-hoc commands reach them without anybody writing down addresses.
  - Is configured by a YAML file whose name ends in C(appstream.yml) or C(appstream.yaml), such as
    C(design.appstream.yml).
  - Every host is in group C(appstream_image_builders), whose C(group_vars) say how to connect, as for the playbooks
    of this collection. This plugin sets C(ansible_host) and no other connection variable.
  - One call to AWS is made per Region and page of image builders, and one per image builder for its tags.
author:
  - The euc.appstream team (@euc)
options:
  plugin:
    description: Marks the file as one for this plugin.
    type: str
    required: true
    choices:
      - euc.appstream.image_builders
  regions:
    description:
      - The Regions to read.
      - The one of O(region), the environment or the profile is read when this is not set.
    type: list
    elements: str
    default: []
  states:
    description:
      - The states whose image builders become hosts, or V(all).
      - Only C(RUNNING) ones can be connected to. Hosts in other states have no C(ansible_host); they are of use for
        tasks that are delegated to the controller, such as starting them with M(euc.appstream.image_builder).
      - An image builder that is C(RUNNING) and has no address in a VPC cannot be reached and is always left out. Run
        with C(-v) to be told.
    type: list
    elements: str
    default:
      - RUNNING
  filters:
    description:
      - Only image builders that match all these filters become hosts.
      - A filter is C(name), C(display_name), C(description), C(platform), C(instance_type), C(image_name),
        C(image_arn), C(directory_name) or C(organizational_unit) of the domain, C(subnet_id), C(security_group_id),
        C(iam_role_arn), C(tag-key), or C(tag:KEY) with the key of a tag.
      - Its value is text or a list of texts of which one must match. C(*) stands for any text and C(?) for one
        character. Case matters, except in C(directory_name) and C(organizational_unit).
      - AppStream has no filters of its own, so they are applied to its answer. Tags are read only of image builders
        that match everything else.
    type: dict
    default: {}
  exclude_filters:
    description: Image builders that match any of these dictionaries of filters, as in O(filters), are left out.
    type: list
    elements: dict
    default: []
  include_tags:
    description:
      - Whether to read tags. That costs one more call to AWS per image builder.
      - They are read anyway when O(filters) or O(exclude_filters) need them.
    type: bool
    default: true
  include_temporary:
    description:
      - Whether to take in the image builders that AppStream itself makes while it updates an image (managed image
        updates).
      - They sit in no VPC and are never C(RUNNING), so O(states) must name their states C(UPDATING) and
        C(PENDING_QUALIFICATION) too.
    type: bool
    default: false
  hostname:
    description:
      - A Jinja2 expression that gives a host its name. It sees what O(compose) sees.
      - An image builder has a name of its own in its account and Region. Hosts that would have the same name in
        several Regions are named C(NAME@REGION), all of them. Set this to V(name ~ '@' ~ region) to have it so
        always.
      - A host with the name of one that another inventory source defines is the same host to Ansible.
    type: str
    default: name
  hostvars_prefix:
    description: What the names of the host variables begin with, except C(ansible_host).
    type: str
    default: ''
  hostvars_suffix:
    description: What the names of the host variables end with, except C(ansible_host).
    type: str
    default: ''
  default_groups:
    description:
      - Whether to make groups of what every image builder has, besides C(appstream_image_builders).
      - They are C(platform_PLATFORM), C(state_STATE), C(directory_DOMAIN) and C(region_REGION) in lower case, and
        C(tag_KEY_VALUE). Characters that are not allowed in names of groups become C(_), as in
        C(directory_corp_example_com).
    type: bool
    default: true
  strict_permissions:
    description:
      - Whether it is an error when the credentials may not read a Region's image builders or their tags.
      - With V(false) a warning is shown instead. Such a Region is left out; without their tags image builders are
        kept, unless a filter needs tags.
    type: bool
    default: true
notes:
  - "Host variables are the attributes of the image builder by the names that M(euc.appstream.image_builder_info)
    returns: C(state), C(instance_type), C(platform), C(image_arn), C(vpc_config), C(domain_join_info),
    C(network_access_configuration) and so on; and C(region). Ansible reserves the names C(name) and C(tags),
    therefore these two are C(image_builder_name) and C(image_builder_tags)."
  - O(compose), O(groups), O(keyed_groups) and O(hostname) see the host variables, and besides them C(name) and
    C(tags).
  - C(ansible_host) is the address of the network interface in your VPC. It may be another after every start, so an
    address from the cache may be out of date.
  - AWS does not tell the name of an image builder in its domain, which Kerberos needs. Role
    P(euc.appstream.connect_image_builder#role) looks it up when it is given O(ignore:connect_image_builder_name); in
    plays without it set C(ansible_winrm_kerberos_hostname_override) or C(ansible_psrp_negotiate_hostname_override) to
    what M(euc.appstream.ad_image_builder_info) finds.
  - Image builders with Linux are hosts too, unless O(filters) names the platforms that are wanted.
  - The cache holds the image builders and no credentials. Its entries depend on the options that choose image
    builders and on the account options (O(access_key), O(profile), O(assume_role_arn), O(endpoint_url)), so that a
    changed file is read anew and accounts are kept apart. Credentials that botocore finds elsewhere are not looked at
    for this.
  - O(strict) is about expressions. Whether a source that cannot be read ends the run is said by Ansible's settings
    C(ANSIBLE_INVENTORY_UNPARSED_FAILED) and C(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED).
  - Needs the permissions C(appstream:DescribeImageBuilders) and, with O(include_tags),
    C(appstream:ListTagsForResource).
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - euc.appstream._boto3.inventory
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
seealso:
  - module: euc.appstream.image_builder_info
  - module: euc.appstream.image_builder
"""

EXAMPLES = r"""
# design.appstream.yml: what runs in the Region of the environment.
plugin: euc.appstream.image_builders

---
# group_vars/appstream_image_builders.yml beside it says how to connect. Then, for example:
#   ansible -i design.appstream.yml appstream_image_builders -m ansible.windows.win_ping
ansible_connection: winrm
ansible_port: 5985
ansible_winrm_transport: ntlm
ansible_user: installer
ansible_password: "{{ lookup('ansible.builtin.env', 'WINDOWS_PASSWORD') }}"

---
# Only the builders of one team in two Regions, whose Windows is of 2022 or 2025, without those under test.
plugin: euc.appstream.image_builders
regions:
  - eu-central-1
  - eu-west-1
filters:
  tag:Team: design
  platform:
    - WINDOWS_SERVER_2022
    - WINDOWS_SERVER_2025
exclude_filters:
  - name: test-*
  - tag:Stage: [test, development]

---
# In another account, with a role. Hosts always carry their Region in their name.
plugin: euc.appstream.image_builders
profile: automation
assume_role_arn: arn:aws:iam::123456789012:role/read-image-builders
regions: [eu-west-1]
hostname: name ~ '@' ~ region

---
# Groups and variables of one's own.
plugin: euc.appstream.image_builders
default_groups: false
strict: true
keyed_groups:
  - key: tags.CostCenter                                 # cost_center_42
    prefix: cost_center
    default_value: none
  - key: instance_type.split('.')[1]                     # family_graphics
    prefix: family
groups:
  in_domain: domain_join_info is defined
  made_by_build_images: "'euc.appstream:recipe' in tags"
compose:
  # Builders outside the domain have another account; the others keep what group_vars say.
  ansible_user: domain_join_info is defined | ternary('installer@CORP.EXAMPLE.COM', 'installer')
  subnet_id: vpc_config.subnet_ids[0]

---
# The stopped ones too, to start them: they have no ansible_host, so delegate to the controller.
#   - hosts: state_stopped
#     gather_facts: false
#     tasks:
#       - euc.appstream.image_builder:
#           name: "{{ image_builder_name }}"
#           region: "{{ region }}"
#         delegate_to: localhost
plugin: euc.appstream.image_builders
states: [RUNNING, STOPPED]

---
# Read at most every ten minutes; --flush-cache reads at once.
plugin: euc.appstream.image_builders
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.ansible/appstream_cache
cache_timeout: 600

---
# AWX: put the file into the project, say as inventory/design.appstream.yml with inventory/group_vars beside it. Add an
# inventory source "Sourced from a Project" with that file and an Amazon Web Services credential, which the plugin finds
# in the environment. A Machine credential of the job template gives user and password of Windows.
plugin: euc.appstream.image_builders
regions: [eu-west-1]
"""

from collections.abc import Iterator
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.calls import ACCESS_DENIED_CODES
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.errors import AppStreamError
from ansible_collections.euc.appstream.plugins.module_utils._appstream.core.tags import with_tags
from ansible_collections.euc.appstream.plugins.module_utils._appstream.image_builder.api import describe_image_builders
from ansible_collections.euc.appstream.plugins.plugin_utils import _image_builder_hosts as hosts
from ansible_collections.euc.appstream.plugins.plugin_utils._aws_inventory import (
    AppStreamInventoryBase,
    never_a_template,
)


class InventoryModule(AppStreamInventoryBase):
    """Reads image builders and adds them as hosts."""

    NAME = "euc.appstream.image_builders"
    INVENTORY_FILE_SUFFIXES = ("appstream.yml", "appstream.yaml")
    cached_by = ("states", "filters", "exclude_filters", "include_tags", "include_temporary", "strict_permissions")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the image builders to the inventory, from the cache where ``cache`` and the options say so.

        Raises AnsibleParserError.
        """
        super().parse(inventory, loader, path, cache=cache)
        try:
            selection = self._selection()
            was_cached, builders = self.get_cached_result(path, cache)
            if not was_cached:
                builders = [one for region in self.regions() for one in self._builders_of(region, selection)]
            self._add_hosts(builders)
        except ValueError as error:
            raise AnsibleParserError(f"{path}: {error}") from error
        self.update_cached_result(path, cache, builders)

    def _selection(self) -> hosts.Selection:
        """Return what the options say about which image builders are wanted. Raises ValueError."""
        return hosts.Selection(
            states=hosts.read_states(self.get_option("states")),
            filters=hosts.read_filters(self.get_option("filters"), "filters"),
            exclude=hosts.read_exclude_filters(self.get_option("exclude_filters")),
            include_temporary=self.get_option("include_temporary"),
        )

    def _builders_of(self, region: str, selection: hosts.Selection) -> list[dict[str, Any]]:
        """Return the wanted image builders of a Region, by name, with ``region`` and ``tags``."""
        client = self.appstream_client(region)
        try:
            found = describe_image_builders(client)
        except AppStreamError as error:
            self._not_read("image builders", region, "appstream:DescribeImageBuilders", error)
            return []
        candidates = [{**one, "region": region} for one in found if hosts.may_be_selected(one, selection)]
        if self.get_option("include_tags") or selection.by_tags:
            candidates = self._with_tags(client, region, candidates, selection)
        return sorted(
            (one for one in candidates if hosts.is_selected(one, selection)), key=lambda one: str(one["name"])
        )

    def _with_tags(
        self, client: Any, region: str, builders: list[dict[str, Any]], selection: hosts.Selection
    ) -> list[dict[str, Any]]:
        """Return image builders with their tags; none when those may not be read and a filter needs them."""
        try:
            return [with_tags(client, builder) for builder in builders]
        except AppStreamError as error:
            self._not_read("tags of image builders", region, "appstream:ListTagsForResource", error)
            return [] if selection.by_tags else [{**builder, "tags": {}} for builder in builders]

    def _not_read(self, what: str, region: str, permission: str, error: AppStreamError) -> None:
        """Warn of what could not be read when the permission is missing and may be, raise otherwise."""
        told = f"Cannot read the {what} of Region {region}: {error}"
        if error.code not in ACCESS_DENIED_CODES:
            raise AnsibleParserError(told) from error
        if self.get_option("strict_permissions"):
            remedy = f"It is {permission}. Or leave the Region out of regions, or set strict_permissions to false."
            raise AnsibleParserError(f"{told} {remedy}") from error
        self.warn(told)

    def _add_hosts(self, builders: list[dict[str, Any]]) -> None:
        """Add image builders as hosts. Raises ValueError when names are not unique."""
        self.inventory.add_group(hosts.GROUP)
        named = [(self._hostname(builder), builder) for builder in self._reachable(builders)]
        for name, (_wanted, builder) in zip(hosts.unique_names(named), named):
            self._add_host(name, builder)

    def _reachable(self, builders: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Leave out what is running without an address."""
        for builder in builders:
            if hosts.is_running(builder) and not hosts.address_of(builder):
                told = f"Image builder {builder['name']} of Region {builder['region']} is left out"
                self.display.v(f"{told}: it is RUNNING and has no address in a VPC")
            else:
                yield builder

    def _variables(self, builder: dict[str, Any]) -> dict[str, Any]:
        """Return the variables of an image builder's host."""
        prefix, suffix = (self.get_option(option) or "" for option in ("hostvars_prefix", "hostvars_suffix"))
        variables: dict[str, Any] = never_a_template(hosts.host_variables(builder, prefix, suffix))
        return variables

    def _expression_variables(self, builder: dict[str, Any]) -> dict[str, Any]:
        """Return what the expressions of options see of an image builder."""
        reserved = {name: builder[name] for name in hosts.RESERVED_NAMES if name in builder}
        return {**self._variables(builder), **never_a_template(reserved)}

    def _hostname(self, builder: dict[str, Any]) -> str:
        """Return what option ``hostname`` gives for an image builder. Raises ValueError."""
        expression = self.get_option("hostname")
        try:
            name = self._compose(expression, self._expression_variables(builder))
        except AnsibleError as error:
            raise ValueError(f"hostname: {expression} fails for image builder {builder['name']}: {error}") from error
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"hostname: {expression} gives no text for image builder {builder['name']}")
        return str(name)

    def _add_host(self, name: str, builder: dict[str, Any]) -> None:
        """Add one image builder with its variables and groups."""
        self.inventory.add_host(name, group=hosts.GROUP)
        for variable, value in self._variables(builder).items():
            self.inventory.set_variable(name, variable, value)
        for group in hosts.groups_of(builder) if self.get_option("default_groups") else []:
            self.inventory.add_host(name, group=self.inventory.add_group(self._sanitize_group_name(group)))
        strict, variables = self.get_option("strict"), self._expression_variables(builder)
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)
