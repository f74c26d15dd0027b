# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Tasks that many of these tests write, and what they expect of a content."""

from __future__ import annotations

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19
    trust_as_template = None

PAUSE = "- ansible.builtin.pause: {seconds: 1}\n"
DEBUG = "- ansible.builtin.debug: {msg: hello}\n"
MISSING = "- nowhere.tools.install: {name: x}\n"
ONE_MISSING = "the module nowhere.tools.install is missing"


def trusted(text):
    """The text as one that may be a template."""
    return trust_as_template(text) if trust_as_template else text


def only(content):
    assert content.warnings == ()
    assert len(content.problems) == 1, content.problems
    return content.problems[0]


def clean(content):
    assert (content.problems, content.warnings) == ((), ())
    return content
