"""The simulated Windows side: WinRM hosts that Ansible, pywinrm and pypsrp reach over real sockets."""
