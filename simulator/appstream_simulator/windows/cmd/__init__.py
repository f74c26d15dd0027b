# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command interpreter cmd.exe: what its language and its built-in commands do on a simulated machine.

Written from Microsoft's reference of the commands and from what is published about how cmd.exe reads a line (percent
signs first, then quotes, carets and operators, variables of `for`, delayed expansion last).
"""
