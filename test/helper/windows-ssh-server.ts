import { generateKeyPairSync } from "node:crypto";
import type { AddressInfo } from "node:net";
import ssh2, { type ServerChannel } from "ssh2";
import { onTestFinished } from "vitest";
import type { ScheduledTask } from "./winrm-server/guest-programs.ts";
import { guestPrograms } from "./winrm-server/guest-programs.ts";
import { powershellStandIn, type PowershellAnswer } from "./winrm-server/powershell-stand-in.ts";
import { keepWineUp, wineCmd } from "./winrm-server/wine.ts";
import type { Program } from "./winrm-server/command.ts";

export interface WindowsSshServer {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly commands: readonly string[];
  readonly tasks: readonly ScheduledTask[];
}

export interface WindowsSshOptions {
  readonly prefix: string;
  readonly answer?: PowershellAnswer;
  /** Called for `shutdown`; the machine's uptime then begins anew. */
  readonly restarts?: boolean;
}

/** OpenSSH as Windows has it by default: cmd.exe (wine's) reads the commands. Commands only; no SFTP. Ended with the test. */
export async function windowsSshServer({ prefix, answer, restarts }: WindowsSshOptions): Promise<WindowsSshServer> {
  const letWineGo = await keepWineUp(prefix);
  const state = { bootedAt: performance.now() - 3_600_000, commands: [] as string[], tasks: [] as ScheduledTask[] };
  const start = (command: string): Program => {
    state.commands.push(command);
    if (/^shutdown\b/.test(command) && restarts === true) state.bootedAt = performance.now();
    const environment = { USERNAME: "vagrant", OS: "Windows_NT" };
    const runCmd = (text: string, variables: Readonly<Record<string, string>>) =>
      wineCmd(text, { prefix, environment: { ...environment, ...variables } });
    const standIn = powershellStandIn(command, {
      driveC: `${prefix}/drive_c`,
      environment,
      answer: answer ?? (() => undefined),
      seen: () => {},
      programs: guestPrograms,
      machine: { uptime: () => (performance.now() - state.bootedAt) / 1000, runCmd, tasks: state.tasks },
    });
    return standIn ?? runCmd(command, {});
  };
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "pkcs1", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (context) => {
      if (context.method === "password" && context.password === PASSWORD) context.accept();
      else context.reject(["password"]);
    });
    client.on("session", (accept) =>
      accept().on("exec", (acceptExec, _reject, { command }) => attach(acceptExec(), start(command))),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.close();
    await letWineGo();
  });
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, username: "vagrant", password: PASSWORD, ...state };
}

const PASSWORD = "over ssh";

function attach(channel: ServerChannel, program: Program): void {
  channel.on("error", () => {}).on("close", () => program.kill());
  program.stdin.on("error", () => {});
  channel.pipe(program.stdin);
  program.stdout.pipe(channel, { end: false });
  program.stderr.pipe(channel.stderr, { end: false });
  const ended = [program.stdout, program.stderr].map((stream) => new Promise((resolve) => stream.once("end", resolve)));
  void Promise.all([program.exit, ...ended]).then(([code]) => {
    channel.exit(code);
    channel.end();
  });
}
