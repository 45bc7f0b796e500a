import type { Fixer } from "./fixer.ts";

/** How builders connect to the machine. */
export const communicatorFixers: readonly Fixer[] = [
  renameArgument({ name: "sshkeypath", from: "ssh_key_path", to: "ssh_private_key_file", kind: "string" }),
  renameArgument({
    name: "sshdisableagent",
    from: "ssh_disable_agent",
    to: "ssh_disable_agent_forwarding",
    kind: "boolean",
  }),
  renameArgument({ name: "ssh-wait-timeout", from: "ssh_wait_timeout", to: "ssh_timeout", kind: "string" }),
  {
    name: "comm-config",
    summary: 'Renames "ssh_host_port_min", "ssh_host_port_max" and "ssh_skip_nat_mapping" of VirtualBox builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("virtualbox-")) {
        document.rename(builder, "ssh_host_port_min", "host_port_min");
        document.rename(builder, "ssh_host_port_max", "host_port_max");
        document.rename(builder, "ssh_skip_nat_mapping", "skip_nat_mapping", { kind: "boolean" });
      }
    },
  },
  {
    name: "qemu-host-port",
    summary: 'Renames "ssh_host_port_min" and "ssh_host_port_max" of QEMU builders.',
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders("qemu")) {
        document.rename(builder, "ssh_host_port_min", "host_port_min", { overwrite: true });
        document.rename(builder, "ssh_host_port_max", "host_port_max", { overwrite: true });
      }
    },
  },
];

interface Renamed {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly kind: "string" | "boolean";
}

/** For every builder, whatever its type. */
function renameArgument({ name, from, to, kind }: Renamed): Fixer {
  return {
    name,
    summary: `Renames "${from}" in builders to "${to}".`,
    appliesOnLoad: true,
    fix(document) {
      for (const builder of document.builders()) document.rename(builder, from, to, { kind });
    },
  };
}
