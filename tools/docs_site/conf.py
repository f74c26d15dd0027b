# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of Sphinx for the documentation site, see tools/docs."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

project = html_title = html_short_title = "euc.appstream"
copyright = "The euc.appstream team"

extensions = ["sphinx_antsibull_ext"]
default_role = "any"
highlight_language = "YAML+Jinja"
pygments_style = "ansible"

html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_use_index = False
html_copy_source = False

# Labels of Ansible's own documentation that the pages refer to. Intersphinx would fetch its inventory
# at every build; with these it needs no network. A label in neither place is a warning as always.
_ANSIBLE = "https://docs.ansible.com/ansible/latest"
_PAGES = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}
_PLUGIN_OF_OTHERS = re.compile(r"ansible_collections\.(?!euc\.appstream\.)(\w+)\.(\w+)\.(\w+?)(__\w+-.*)?")


def elsewhere(
    app: Sphinx, environment: BuildEnvironment, node: nodes.Element, content: nodes.Element
) -> nodes.Element | None:
    """Return a link to Ansible's own documentation for a label of that, None for any other."""
    label = node["reftarget"]
    plugin = _PLUGIN_OF_OTHERS.fullmatch(label)
    page = "collections/{}/{}/{}.html".format(*plugin.groups()) if plugin else _PAGES.get(label)
    return nodes.reference("", "", content, internal=False, refuri=f"{_ANSIBLE}/{page}") if page else None


def setup(app: Sphinx) -> None:
    """Tell Sphinx of what is defined here."""
    app.connect("missing-reference", elsewhere)
