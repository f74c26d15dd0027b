# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An interpreter for a subset of Windows PowerShell 5.1, whose scripts act on a simulated machine.

What is outside of the subset is refused before anything of a script is done; see the simulator's README for the list.
"""
