import { appendFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { sleep } from "../../../src/lib/retry.ts";
import { inProcess, type Program, type ProgramContext } from "./command.ts";
import { guestPath } from "./guest-path.ts";

export interface TinyCmdOptions {
  readonly driveC: string;
  readonly inSetup: boolean;
  readonly environment: Readonly<Record<string, string>>;
}

/** A few words of cmd.exe, for tests that are to be fast and need no more: it is not tried here, WinRM is. */
export function tinyCmd(command: string, options: TinyCmdOptions): Program {
  return inProcess((context) => runLine(command.replace(/^cmd \/c /, ""), context, options));
}

async function runLine(command: string, context: ProgramContext, options: TinyCmdOptions): Promise<number> {
  let code = 0;
  for (const part of command.split(/&&?/).filter((text) => text.trim() !== "")) {
    code = await runOne(part.trim(), context, options);
  }
  return code;
}

async function runBatch(path: string, context: ProgramContext, options: TinyCmdOptions): Promise<number> {
  let code = 0;
  for (const line of readFileSync(path, "utf8").split("\r\n")) {
    if (line !== "") code = await runLine(line, context, options);
    if (/^exit\b/.test(line)) return code;
  }
  return code;
}

async function runOne(command: string, context: ProgramContext, options: TinyCmdOptions): Promise<number> {
  const { stdin, stdout, stderr, signal } = context;
  const [word = "", ...rest] = command.split(" ");
  const text = rest.join(" ");
  const [, appended, path] = /^(.*) >> "([^"]+)"$/.exec(text) ?? [];
  switch (word.toLowerCase()) {
    case "echo":
      if (path === undefined)
        stdout.write(`${text.replace(/%(\w+)%/g, (_, name: string) => options.environment[name] ?? "")}\r\n`);
      else append(guestPath(options.driveC, path), appended!);
      return 0;
    case "set":
      return 0;
    case "call":
      return runBatch(guestPath(options.driveC, text.replaceAll('"', "")), context, options);
    case "del":
      rmSync(guestPath(options.driveC, /"([^"]+)"/.exec(text)?.[1] ?? text), { force: true });
      return 0;
    case "shutdown":
      return 0;
    case "exit":
      return Number(text);
    case "ver":
      stdout.write("\r\nMicrosoft Windows [Version 10.0.20348.2700]\r\n");
      return 0;
    case "reg":
      stdout.write(`\r\n    SystemSetupInProgress    REG_DWORD    0x${options.inSetup ? 1 : 0}\r\n`);
      return 0;
    case "more":
      for await (const chunk of stdin) stdout.write(chunk as Buffer);
      return 0;
    case "yes":
      for (let left = Number(text); left > 0 && !signal.aborted; left--) {
        if (!stdout.write("y\r\n".repeat(1024))) await new Promise((resolve) => stdout.once("drain", resolve));
      }
      return 0;
    case "error":
      stderr.write(`${text}\r\n`);
      return 1;
    case "sleep":
      await sleep(Number(text) * 1000, signal);
      return 0;
    default:
      if (/^".*\.bat"$/i.test(command))
        return runBatch(guestPath(options.driveC, command.slice(1, -1)), context, options);
      stderr.write(
        `'${word}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n`,
      );
      return 9009;
  }
}

function append(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${text}\r\n`);
}
