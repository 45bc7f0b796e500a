import { mkdirSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import type { Program } from "./command.ts";
import { createFront } from "./front.ts";
import type { Exchange, WinrmServerOptions } from "./options.ts";
import { guestPrograms, type ScheduledTask } from "./guest-programs.ts";
import { powershellStandIn } from "./powershell-stand-in.ts";
import { answerSoap } from "./service.ts";
import { Shells, type Shell } from "./shells.ts";
import { tinyCmd } from "./tiny-cmd.ts";
import type { Trouble } from "./trouble.ts";
import { keepWineUp, wineCmd } from "./wine.ts";

/** Plays a Windows guest behind WinRM. */
export interface WinrmServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly trouble: Trouble;
  readonly shells: Shells;
  /** All questions and answers so far, unencrypted. */
  readonly exchanges: readonly Exchange[];
  /** The command lines that were run. */
  readonly commands: readonly string[];
  /** What PowerShell would have run. */
  readonly scripts: readonly string[];
  /** The scheduled tasks that were run. */
  readonly tasks: readonly ScheduledTask[];
  /** Seconds since the machine started. */
  uptime(): number;
  /** The machine goes down for so long: all shells, programs and connections are gone. */
  restart(downMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startWinrmServer(options: WinrmServerOptions): Promise<WinrmServer> {
  const state: State = { exchanges: [], commands: [], scripts: [], tasks: [], bootedAt: performance.now() - UP_FOR_MS };
  const filled = { username: "vagrant", password: "Pa55 w\u00f6rd", maxEnvelopeKb: 500, trouble: {}, ...options };
  for (const name of ["windows/temp", "users/root/temp"]) mkdirSync(join(options.driveC, name), { recursive: true });
  const shells = new Shells({
    maxShells: options.maxShells ?? 30,
    maxOperations: options.maxOperations ?? 1500,
    idleTimeoutMs: options.idleTimeoutMs ?? 7_200_000,
  });
  const uptime = () => (performance.now() - state.bootedAt) / 1000;
  const service = {
    shells,
    maxEnvelopeKb: filled.maxEnvelopeKb,
    maxTimeoutMs: options.maxTimeoutMs ?? 60_000,
    isAdministrator: options.isAdministrator ?? true,
    start: (command: string, shell: Shell) => startProgram(command, shell, { options, state, uptime }),
  };
  const make = () =>
    createFront({
      ...filled,
      answerSoap: (text) => answerSoap(text, service),
      record: (exchange) => void state.exchanges.push(exchange),
    });
  const letWineGo = options.winePrefix === undefined ? undefined : await keepWineUp(options.winePrefix);
  let front = make();
  const port = await listen(front, options.port ?? 0);
  return {
    host: "127.0.0.1",
    port,
    username: filled.username,
    password: filled.password,
    trouble: filled.trouble,
    shells,
    exchanges: state.exchanges,
    commands: state.commands,
    scripts: state.scripts,
    tasks: state.tasks,
    uptime,
    restart: async (downMs = 300) => {
      await close(front, shells);
      await new Promise((resolve) => setTimeout(resolve, downMs));
      state.bootedAt = performance.now();
      front = make();
      await listen(front, port);
    },
    stop: async () => {
      await close(front, shells);
      await letWineGo?.();
    },
  };
}

/** A machine that was just started could hardly be told from one that has just restarted. */
const UP_FOR_MS = 3_600_000;

interface State {
  readonly exchanges: Exchange[];
  readonly commands: string[];
  readonly scripts: string[];
  readonly tasks: ScheduledTask[];
  bootedAt: number;
}

interface Machine {
  readonly options: WinrmServerOptions;
  readonly state: State;
  readonly uptime: () => number;
}

function startProgram(command: string, shell: Shell, { options, state, uptime }: Machine): Program {
  state.commands.push(command);
  const { driveC } = options;
  const environment = { USERNAME: options.username ?? "vagrant", COMPUTERNAME: "WINDOWS", ...shell.environment };
  const runCmd = (text: string, variables: Readonly<Record<string, string>>) => {
    const all = { ...environment, ...variables };
    if (options.winePrefix === undefined) return tinyCmd(text, { driveC, environment: all, inSetup: false });
    return wineCmd(text, { prefix: options.winePrefix, environment: all });
  };
  const powershell = powershellStandIn(command, {
    driveC,
    environment,
    answer: options.answer ?? (() => undefined),
    seen: (script) => void state.scripts.push(script),
    programs: guestPrograms,
    machine: { uptime, runCmd, tasks: state.tasks },
  });
  if (powershell !== undefined) return powershell;
  if (/^shutdown\b/i.test(command)) options.onShutdown?.(command);
  if (options.winePrefix === undefined)
    return tinyCmd(command, { driveC, environment, inSetup: options.inSetup ?? false });
  return wineCmd(command, { prefix: options.winePrefix, environment });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function close(server: Server, shells: Shells): Promise<void> {
  shells.removeAll();
  const closed = new Promise((resolve) => server.close(resolve));
  (server as unknown as { closeAllConnections(): void }).closeAllConnections();
  await closed;
}
