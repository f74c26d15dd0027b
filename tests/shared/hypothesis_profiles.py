# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

"""Settings of hypothesis for the whole repository: each `conftest.py` at the top of a folder of tests loads them.

Examples are derived from the test alone, so that every run has the same ones, of one file or of all, here and in CI: a
change is never refused for an example that another run would not have met. ``EUC_APPSTREAM_RANDOM_EXAMPLES=1`` searches
further.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

REPRODUCIBLE = os.environ.get("EUC_APPSTREAM_RANDOM_EXAMPLES") != "1"

# How long an example takes says nothing on a busy machine, and the tree stays clean.
REPOSITORY = settings(
    deadline=None,
    database=None,
    derandomize=REPRODUCIBLE,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
HOSTILE = settings(REPOSITORY, max_examples=int(os.environ.get("EUC_APPSTREAM_HOSTILE_EXAMPLES", "10000")))
"""For readers of what others have written: many inputs, each of them quickly read. The whole run has fewer."""


def load() -> None:
    """Make the repository's profile the one in force."""
    settings.register_profile("repository", REPOSITORY)
    settings.register_profile("hostile", HOSTILE)
    settings.load_profile("repository")
    if REPRODUCIBLE and hasattr(providers, "_get_local_constants"):
        # Examples also hold constants out of the modules loaded so far, which differ with the tests that are run.
        providers._get_local_constants = lambda: providers._local_constants
