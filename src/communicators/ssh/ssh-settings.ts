import { readFile } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import { errorMessage } from "../../lib/error-text.ts";
import { BuildError } from "../../sdk/error.ts";
import { expandPath } from "../../sdk/expand-path.ts";
import type { Run } from "../../sdk/run.ts";
import type { CommunicatorConfig } from "../../sdk/schema/communicator.ts";
import { supportedCiphers, supportedKeyExchanges } from "./algorithms.ts";
import { parseCertificate } from "./certificate.ts";
import { HostKeys } from "./host-keys.ts";
import { parsePrivateKey } from "./private-key.ts";
import type { PromptAnswer, Certificate, Credentials, Route, SshSettings } from "./settings.ts";
import { parseTunnel } from "./tunnels.ts";

/** A key made for this build, or given by the platform. */
export interface GivenKey {
  readonly privateKey: string;
}

/** Reads the key files and the environment a configuration names. Rejects with a BuildError that names the file. */
export async function readSshSettings(run: Run, config: CommunicatorConfig, key?: GivenKey): Promise<SshSettings> {
  keepSecret(run, config.ssh_password, config.ssh_username);
  const agent = run.host.env["SSH_AUTH_SOCK"];
  return {
    credentials: await guestCredentials(run, config, agent, key),
    hostKeys: new HostKeys(config.ssh_host_key),
    route: await readRoute(run, config, agent),
    ciphers: known("ssh_ciphers", config.ssh_ciphers, supportedCiphers),
    keyExchange: known("ssh_key_exchange_algorithms", config.ssh_key_exchange_algorithms, supportedKeyExchanges),
    silenceLimitMs: config.ssh_handshake_timeout,
    keepAliveMs: keepAliveMs(config),
    readWriteTimeoutMs: config.ssh_read_write_timeout,
    forwardedAgent: config.ssh_disable_agent_forwarding ? undefined : agent,
    pty: config.ssh_pty,
    transferMethod: config.ssh_file_transfer_method,
    localTunnels: config.ssh_local_tunnels.map(parseTunnel),
    remoteTunnels: config.ssh_remote_tunnels.map(parseTunnel),
  };
}

/** As in Packer, 0 means the default and a negative value turns it off. */
function keepAliveMs({ ssh_keep_alive_interval: interval }: CommunicatorConfig): number | undefined {
  if (interval < 0) return undefined;
  return interval || 10_000;
}

async function guestCredentials(
  run: Run,
  config: CommunicatorConfig,
  agent: string | undefined,
  key: GivenKey | undefined,
): Promise<Credentials> {
  const username = config.ssh_username ?? "";
  const { ssh_private_key_file: file, ssh_password: password } = config;
  const given = { password, answer: answerWith(password) };
  if (config.ssh_agent_auth) return { username, ...given, agent: needAgent("ssh_agent_auth", agent) };
  const fromFile = await readKey(run, file, config.ssh_private_key_passphrase);
  const privateKey = fromFile ?? (key && parsePrivateKey(key.privateKey, "the key made for this build", undefined));
  return { username, ...given, privateKey, certificate: await readCertificate(run, config.ssh_certificate_file) };
}

async function readRoute(run: Run, config: CommunicatorConfig, agent: string | undefined): Promise<Route> {
  if (config.ssh_proxy_host) {
    const { ssh_proxy_host: host, ssh_proxy_port: port } = config;
    const { ssh_proxy_username: username, ssh_proxy_password: password } = config;
    keepSecret(run, password, username);
    return { kind: "socks", proxy: { host, port, username, password } };
  }
  if (!config.ssh_bastion_host) return { kind: "direct" };
  const { ssh_bastion_host: host, ssh_bastion_port: port } = config;
  const credentials = await bastionCredentials(run, config, agent);
  const hostKeys = new HostKeys(config.ssh_bastion_host_key);
  return { kind: "bastion", server: { host, port, credentials, hostKeys }, once: config.ssh_bastion_interactive };
}

async function bastionCredentials(
  run: Run,
  config: CommunicatorConfig,
  agent: string | undefined,
): Promise<Credentials> {
  const password = config.ssh_bastion_password;
  keepSecret(run, password, config.ssh_bastion_username);
  const answer = config.ssh_bastion_interactive ? askUser(run, config.ssh_bastion_host) : answerWith(password);
  const given = { username: config.ssh_bastion_username ?? "", password, answer };
  if (config.ssh_bastion_agent_auth) return { ...given, agent: needAgent("ssh_bastion_agent_auth", agent) };
  const file = config.ssh_bastion_private_key_file ?? config.ssh_private_key_file;
  return {
    ...given,
    privateKey: await readKey(run, file, config.ssh_private_key_passphrase),
    certificate: await readCertificate(run, config.ssh_bastion_certificate_file),
  };
}

/** For a server that asks for the password as a question. */
function answerWith(password: string | undefined): PromptAnswer | undefined {
  if (password === undefined) return undefined;
  return (_title, questions) => Promise.resolve(questions.map(() => password));
}

function askUser(run: Run, host = ""): PromptAnswer {
  return async (title, questions) => {
    if (title !== "") run.say(title);
    const answers: string[] = [];
    for (const { prompt, echo } of questions) {
      const question = prompt.trim();
      const typed = await run.askUser(`${host}: ${question}`, { hidden: !echo });
      if (typed === undefined) throw noTerminal(host, question);
      if (!echo && typed !== "") run.secret(typed);
      answers.push(typed);
    }
    return answers;
  };
}

function noTerminal(host: string, question: string): BuildError {
  return new BuildError(`The jump host ${host} asks "${question}", but there is no terminal to answer it on`, {
    hint: "Run imgbuild on a terminal, or use ssh_bastion_password without ssh_bastion_interactive.",
  });
}

/** A password that is the user name is no secret, and masking it would blank out half of the output ("vagrant"). */
function keepSecret(run: Run, password: string | undefined, username: string | undefined): void {
  if (password && password !== username) run.secret(password);
}

function needAgent(option: string, agent: string | undefined): string {
  if (agent) return agent;
  throw new BuildError(`${option} is set, but no SSH agent is running`, {
    hint: "SSH_AUTH_SOCK is not set. Start an agent and add the key:\n    eval $(ssh-agent) && ssh-add",
  });
}

/** What reading a key or certificate takes of a run. */
type KeyReader = Pick<Run, "secret"> & Parameters<typeof expandPath>[0];

export async function readKey(
  run: KeyReader,
  file: string | undefined,
  passphrase: string | undefined,
): Promise<ParsedKey | undefined> {
  if (!file) return undefined;
  if (passphrase !== undefined) run.secret(passphrase);
  return parsePrivateKey(await readText(run, file, "private key"), `"${file}"`, passphrase);
}

export async function readCertificate(run: KeyReader, file: string | undefined): Promise<Certificate | undefined> {
  if (!file) return undefined;
  return parseCertificate(await readText(run, file, "certificate"), file);
}

async function readText(run: KeyReader, file: string, what: string): Promise<string> {
  return readFile(expandPath(run, file), "utf8").catch((cause: unknown) => {
    throw new BuildError(`Could not read the ${what} "${file}": ${errorMessage(cause)}`, { cause });
  });
}

function known(
  option: string,
  names: readonly string[] | undefined,
  supported: readonly string[],
): readonly string[] | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const usable = names.filter((name) => supported.includes(name));
  if (usable.length > 0) return usable;
  throw new BuildError(`None of ${option} is supported: ${names.join(", ")}`, {
    hint: `Supported are ${supported.join(", ")}.`,
  });
}
