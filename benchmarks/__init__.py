# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What building images costs the controller, beside a hand-written script; see docs/docsite/rst/benchmark.rst."""
