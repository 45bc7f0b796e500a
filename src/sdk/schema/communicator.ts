import type * as z from "zod";
import { choice, defaultText, duration, flag, integer, list, sensitive, text } from "./field.ts";
import { conflict, error, requires, rule } from "./rules.ts";
import type { ConfigIssue } from "./schema.ts";
import { winrmFields } from "./winrm.ts";

const port = (description: string) => integer(description).min(1).max(65535);

/** How to reach and enter the guest. Spread into the schema of every builder. */
const loginFields = {
  communicator: choice(
    ["ssh", "winrm", "none"],
    "How provisioners reach the machine: `winrm` is for Windows, which knows `ssh` too. `none` means not at all: then there can be no provisioners in the guest.",
  ).default("ssh"),
  pause_before_connecting: duration(
    "How long to leave the machine alone after the first good login, before connecting for good.",
  ).default(0),
  ssh_host: defaultText(text("Address of the machine."), "what the builder finds out").optional(),
  ssh_port: port("Port of the SSH server in the machine.").default(22),
  ssh_username: text("The user to log in as.").optional(),
  ssh_password: sensitive(
    text("Password, used for `password` and for `keyboard-interactive` authentication."),
  ).optional(),
  ssh_private_key_file: text(
    "Private key to log in with, in OpenSSH or PEM form. `~` is your home directory.",
  ).optional(),
  ssh_private_key_passphrase: sensitive(text("Passphrase of the private key file.")).optional(),
  ssh_certificate_file: text("OpenSSH user certificate that belongs to the private key.").optional(),
  ssh_agent_auth: flag("Log in with the keys of your SSH agent (`SSH_AUTH_SOCK`), and no others.").default(false),
  ssh_disable_agent_forwarding: flag("Do not offer your SSH agent to commands in the machine.").default(false),
  ssh_keypair_name: text("Name of an existing key pair, for builders whose platform knows key pairs.").optional(),
  temporary_key_pair_name: defaultText(
    text("Name of the key pair made for this build."),
    "`imgbuild-` and random letters",
  ).optional(),
  temporary_key_pair_type: defaultText(
    choice(
      ["rsa", "ecdsa", "ed25519", "dsa"],
      "Type of the key pair made for this build. `dsa` is refused by present SSH servers and by us.",
    ),
    "`ed25519`, unless the platform asks for another",
  ).optional(),
  temporary_key_pair_bits: defaultText(
    integer("Size of that key in bits: `rsa` from 1024, `ecdsa` 256, 384 or 521. Ignored for `ed25519`."),
    "4096 for `rsa`, 521 for `ecdsa`",
  ).optional(),
  ssh_clear_authorized_keys: flag("Remove the key made for this build from the machine after provisioning.").default(
    false,
  ),
};

const sessionFields = {
  ssh_timeout: defaultText(duration("How long to wait until the machine can be logged in to."), "5m").optional(),
  ssh_handshake_attempts: defaultText(
    integer(
      "How many times the server may refuse the login before the build fails. When only `ssh_timeout` is set and the machine installs itself first (the installer may run an SSH server of its own), the timeout alone decides.",
    ).min(1),
    "a few",
  ).optional(),
  ssh_handshake_timeout: duration(
    "How long a server may stay silent during a handshake, the opening of a channel or of SFTP. Every byte it sends starts the time anew, so that slow machines are never cut off.",
  ).default(90_000),
  ssh_pty: flag("Give every command a terminal (`xterm`, 80 columns, 40 rows).").default(false),
  ssh_ciphers: list(text("A cipher."), "Ciphers to offer, best first.").optional(),
  ssh_key_exchange_algorithms: list(text("An algorithm."), "Key exchange algorithms to offer, best first.").optional(),
  ssh_host_key: text(
    "The only host key to accept: a fingerprint (`SHA256:…`) or a public key (`ssh-ed25519 AAAA…`). Without it the first key seen is remembered for the run.",
  ).optional(),
  ssh_file_transfer_method: defaultText(
    choice(["scp", "sftp"], "Force one way of copying files instead of the best one the machine supports."),
    "what the machine supports best",
  ).optional(),
  ssh_keep_alive_interval: duration(
    "How often to ask a silent server whether it is alive. After three questions without an answer the connection counts as dead. A negative value turns it off.",
  ).default(10_000),
  ssh_read_write_timeout: duration("Fail when a command prints nothing for this long. 0 means never.").default(0),
};

const routeFields = {
  ssh_bastion_host: text("Jump host through which the machine is reached.").optional(),
  ssh_bastion_port: port("Port of the jump host.").default(22),
  ssh_bastion_username: text("User on the jump host.").optional(),
  ssh_bastion_password: sensitive(text("Password on the jump host.")).optional(),
  ssh_bastion_agent_auth: flag("Log in to the jump host with the keys of your SSH agent.").default(false),
  ssh_bastion_interactive: flag(
    "Answer the jump host's `keyboard-interactive` questions yourself, on the terminal: a one-time code, for example. You are asked once for all connections. Without it the password answers them.",
  ).default(false),
  ssh_bastion_private_key_file: defaultText(
    text("Private key for the jump host."),
    "`ssh_private_key_file`",
  ).optional(),
  ssh_bastion_certificate_file: text("OpenSSH user certificate for the jump host.").optional(),
  ssh_bastion_host_key: text("The only host key to accept from the jump host.").optional(),
  ssh_proxy_host: text("SOCKS5 proxy through which the machine is reached.").optional(),
  ssh_proxy_port: port("Port of the proxy.").default(1080),
  ssh_proxy_username: text("User name for the proxy.").optional(),
  ssh_proxy_password: sensitive(text("Password for the proxy.")).optional(),
  ssh_local_tunnels: list(
    text("`PORT:HOST:PORT`"),
    "Ports on this computer that lead to an address seen from the machine, as `ssh -L`.",
  ).default([]),
  ssh_remote_tunnels: list(
    text("`PORT:HOST:PORT`"),
    "Ports in the machine that lead to an address seen from this computer, as `ssh -R`.",
  ).default([]),
};

export const communicatorFields = { ...loginFields, ...sessionFields, ...routeFields, ...winrmFields };

export type CommunicatorConfig = Readonly<z.output<z.ZodObject<typeof communicatorFields>>>;

/** For builders that forward a port of this computer to the machine. */
export const hostPortFields = {
  host_port_min: port("Lowest port of this computer to forward to the machine's SSH or WinRM port.").default(2222),
  host_port_max: port("Ports of this computer below this one may be forwarded.").default(4444),
  skip_nat_mapping: flag("Forward no port; the machine is reachable by itself.").default(false),
};

/** Old names, for the `renamed` table of a builder's schema. */
export const communicatorRenamed = { ssh_wait_timeout: "ssh_timeout" } as const;

/** Old names of `hostPortFields`. */
export const hostPortRenamed = {
  ssh_host_port_min: "host_port_min",
  ssh_host_port_max: "host_port_max",
  ssh_skip_nat_mapping: "skip_nat_mapping",
} as const;

export interface CommunicatorRuleOptions {
  /** The template has to say where the machine is, and how to log in (`null`). */
  readonly needsHost?: boolean;
  /** `false` when the builder finds the user name itself. */
  readonly username?: boolean;
}

export function communicatorRules({ username = true, needsHost = false }: CommunicatorRuleOptions = {}) {
  const users = [needed("ssh_username", "the user to log in as"), needed("winrm_username", "the user to log in as")];
  const hosts = [
    needed("ssh_host", "the address of the machine"),
    needed("winrm_host", "the address of the machine"),
    needsCredential,
    needed("winrm_password", "the user's password"),
  ];
  return [
    ...(username ? users : []),
    ...(needsHost ? hosts : []),
    requires("ssh_certificate_file", "ssh_private_key_file"),
    bastionNeedsLogin,
    oneRoute,
    tunnelSyntax("ssh_local_tunnels"),
    tunnelSyntax("ssh_remote_tunnels"),
    keyBits,
  ];
}

/** `HOST` may be an IPv6 address in brackets. */
export const tunnelPattern = /^(\d+):(\[[^\]]+\]|[^:]+):(\d+)$/;

type NeededArgument = "ssh_username" | "ssh_host" | "winrm_username" | "winrm_host" | "winrm_password";

function needed(name: NeededArgument, what: string) {
  const wanted = name.startsWith("winrm_") ? "winrm" : "ssh";
  return rule(communicatorFields, ["communicator", name], ({ communicator, [name]: value }) => {
    if (communicator !== wanted || value) return [];
    return [missing(`"${name}" (${what}) is required when the communicator is "${wanted}".`)];
  });
}

const needsCredential = rule(
  communicatorFields,
  ["communicator", "ssh_password", "ssh_private_key_file", "ssh_agent_auth"],
  ({ communicator, ssh_password, ssh_private_key_file, ssh_agent_auth }) => {
    if (communicator !== "ssh" || ssh_password || ssh_private_key_file || ssh_agent_auth) return [];
    const detail =
      'One of "ssh_password", "ssh_private_key_file" and "ssh_agent_auth" is required when the communicator is "ssh".';
    return [missing(detail)];
  },
);

const bastionNeedsLogin = rule(
  communicatorFields,
  [
    "ssh_bastion_host",
    "ssh_bastion_username",
    "ssh_bastion_password",
    "ssh_bastion_private_key_file",
    "ssh_bastion_agent_auth",
    "ssh_bastion_interactive",
    "ssh_private_key_file",
  ],
  (args) => {
    if (!args.ssh_bastion_host) return [];
    if (!args.ssh_bastion_username) return [missing('"ssh_bastion_host" needs "ssh_bastion_username".')];
    if (args.ssh_bastion_password || args.ssh_bastion_private_key_file || args.ssh_private_key_file) return [];
    if (args.ssh_bastion_agent_auth || args.ssh_bastion_interactive) return [];
    const detail =
      'The jump host needs one of "ssh_bastion_password", "ssh_bastion_private_key_file", "ssh_bastion_agent_auth" and "ssh_bastion_interactive".';
    return [missing(detail)];
  },
);

const oneRoute = rule(
  communicatorFields,
  ["ssh_bastion_host", "ssh_proxy_host"],
  ({ ssh_bastion_host, ssh_proxy_host }) => {
    if (!ssh_bastion_host || !ssh_proxy_host) return [];
    return [conflict(["ssh_proxy_host"], 'Only one of "ssh_bastion_host" and "ssh_proxy_host" may be set.')];
  },
);

function tunnelSyntax<Name extends "ssh_local_tunnels" | "ssh_remote_tunnels">(name: Name) {
  return rule(communicatorFields, [name], ({ [name]: tunnels }) =>
    tunnels.flatMap((tunnel, index) => {
      if (tunnelPattern.test(tunnel)) return [];
      const detail = `A tunnel is written "PORT:HOST:PORT", for example "8080:localhost:80", not "${tunnel}".`;
      return [error("invalid-argument", [name, index], "Invalid value", detail)];
    }),
  );
}

const keyBits = rule(
  communicatorFields,
  ["temporary_key_pair_type", "temporary_key_pair_bits"],
  ({ temporary_key_pair_type: type, temporary_key_pair_bits: bits }) => {
    if (type === "dsa") return invalid("temporary_key_pair_type", NO_DSA);
    if (!bits) return [];
    if (type === "ecdsa" && ![256, 384, 521].includes(bits)) {
      return invalid("temporary_key_pair_bits", `An ecdsa key has 256, 384 or 521 bits, not ${bits}.`);
    }
    if (type === "rsa" && (bits < 1024 || bits > 16_384)) {
      return invalid("temporary_key_pair_bits", `An rsa key has 1024 to 16384 bits, not ${bits}.`);
    }
    return [];
  },
);

const NO_DSA = 'SSH servers no longer accept "dsa" keys. Use "ed25519", or "rsa" for very old guests.';

function missing(detail: string): ConfigIssue {
  return error("missing-argument", [], "Missing argument", detail);
}

function invalid(name: string, detail: string): ConfigIssue[] {
  return [error("invalid-argument", [name], "Invalid value", detail)];
}
