# Copyright: (c) 2026, The euc.appstream team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The simulated Windows machines themselves: disk, registry, services, accounts, programs and Ansible's modules.

`site.Site` is the way in: it creates a `machine.Machine` per image builder and switches it on and off.
"""
