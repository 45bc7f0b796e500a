import type { Fixer } from "./fixer.ts";

/** How builders connect to the machine. */
export const communicatorFixers: readonly Fixer[] = [
  renameArgument("sshkeypath", "ssh_key_path", "ssh_private_key_file"),
  renameArgument("sshdisableagent", "ssh_disable_agent", "ssh_disable_agent_forwarding"),
  renameArgument("ssh-wait-timeout", "ssh_wait_timeout", "ssh_timeout"),
  {
    name: "comm-config",
    summary: 'Renames "ssh_host_port_min", "ssh_host_port_max" and "ssh_skip_nat_mapping" of VirtualBox builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("virtualbox-")) {
        document.rename(builder, "ssh_host_port_min", "host_port_min");
        document.rename(builder, "ssh_host_port_max", "host_port_max");
        document.rename(builder, "ssh_skip_nat_mapping", "skip_nat_mapping");
      }
    },
  },
  {
    name: "qemu-host-port",
    summary: 'Renames "ssh_host_port_min" and "ssh_host_port_max" of QEMU builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("qemu")) {
        document.rename(builder, "ssh_host_port_min", "host_port_min");
        document.rename(builder, "ssh_host_port_max", "host_port_max");
      }
    },
  },
];

/** For every builder, whatever its type. */
function renameArgument(name: string, from: string, to: string): Fixer {
  return {
    name,
    summary: `Renames "${from}" in builders to "${to}".`,
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders()) document.rename(builder, from, to);
    },
  };
}
