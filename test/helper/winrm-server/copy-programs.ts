import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { cp } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { failures, record } from "../../../src/communicators/winrm/guest/common.ts";
import { guestPath } from "./guest-path.ts";
import type { LineProgram } from "./line-program.ts";

/**
 * What `guest/receive-files.ts` does, in this process: nobody but Windows runs the PowerShell itself. The steps, files and
 * exit statuses are the same, so that a change of one without the other fails tests.
 */
export function receiveFilesProgram(driveC: string): LineProgram {
  const digest = createHash("sha256");
  const state = { kind: "", to: "", temporary: "", file: "", files: 0, done: false };
  const quit = (code: number, why: string) => {
    if (state.temporary !== "") rmSync(state.temporary, { recursive: true, force: true });
    return { code, stderr: why };
  };
  const open = (line: string) => {
    const [kind = "", to = "", name = ""] = textOf(line).split("\n");
    Object.assign(state, { kind, to: guestPath(driveC, to) });
    const target = existsSync(state.to) ? statSync(state.to) : undefined;
    if (kind === "file" && target?.isDirectory() === true) return quit(failures.directory, to);
    if (kind === "tree" && target?.isFile() === true) return quit(failures.file, to);
    mkdirSync(kind === "file" ? dirname(state.to) : state.to, { recursive: true });
    state.temporary = kind === "file" ? state.to + name : join(state.to, name);
    if (kind === "tree") mkdirSync(state.temporary);
    return undefined;
  };
  const take = (line: string) => {
    for (const [kind, content] of recordsOf(gunzipSync(Buffer.from(line, "base64")))) {
      const path = state.kind === "file" ? state.temporary : join(state.temporary, content.toString("utf8"));
      if (kind === record.directory) mkdirSync(path, { recursive: true });
      else if (kind === record.file) {
        state.files++;
        state.file = path;
        appendFileSync(path, "");
      } else {
        appendFileSync(state.file, content);
        digest.update(content);
      }
    }
    return undefined;
  };
  const finish = async (line: string) => {
    if (line !== `=${digest.digest("hex")} ${state.files}`) return quit(failures.incomplete, "");
    if (state.kind === "file") renameSync(state.temporary, state.to);
    else {
      await cp(state.temporary, state.to, { recursive: true });
      rmSync(state.temporary, { recursive: true });
    }
    state.temporary = "";
    state.done = true;
    return undefined;
  };
  return {
    line: (line) => {
      if (state.to === "") return open(line);
      return line.startsWith("=") ? finish(line) : take(line);
    },
    end: () => (state.done ? { code: 0 } : quit(failures.incomplete, "")),
  };
}

/** What `guest/send-files.ts` does. */
export function sendFilesProgram(driveC: string): LineProgram {
  return {
    line: (line) => {
      const [kind = "", from = ""] = textOf(line).split("\n");
      const path = guestPath(driveC, from);
      const found = existsSync(path) ? statSync(path) : undefined;
      if (found === undefined || (kind === "tree" && !found.isDirectory()))
        return { code: failures.missing, stderr: from };
      if (kind === "file" && found.isDirectory()) return { code: failures.directory, stderr: from };
      const digest = createHash("sha256");
      const lines = [...linesOf(kind === "tree" ? below(path, "") : [[basename(path), path]], digest)];
      return { stdout: lines.map((text) => `${text}\r\n`).join("") };
    },
    end: () => ({ code: 0 }),
  };
}

function* linesOf(
  entries: Iterable<readonly [string, string]>,
  digest: ReturnType<typeof createHash>,
): Generator<string> {
  let files = 0;
  for (const [name, path] of entries) {
    if (statSync(path).isDirectory()) {
      yield packed([[record.directory, Buffer.from(name)]]);
      continue;
    }
    files++;
    const content = readFileSync(path);
    digest.update(content);
    yield packed([[record.file, Buffer.from(name)]]);
    for (let at = 0; at < content.length; at += 262144)
      yield packed([[record.data, content.subarray(at, at + 262144)]]);
  }
  yield `=${digest.digest("hex")} ${files}`;
}

function* below(directory: string, prefix: string): Generator<readonly [string, string]> {
  for (const name of readdirSync(directory).sort()) {
    const path = join(directory, name);
    yield [prefix + name, path];
    if (statSync(path).isDirectory()) yield* below(path, `${prefix}${name}/`);
  }
}

function packed(records: readonly (readonly [number, Buffer])[]): string {
  const parts = records.flatMap(([kind, content]) => {
    const head = Buffer.alloc(5);
    head[0] = kind;
    head.writeInt32LE(content.length, 1);
    return [head, content];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.from([record.end])])).toString("base64");
}

function* recordsOf(bytes: Buffer): Generator<readonly [number, Buffer]> {
  for (let at = 0; bytes[at] !== record.end;) {
    const length = bytes.readInt32LE(at + 1);
    yield [bytes[at]!, bytes.subarray(at + 5, at + 5 + length)];
    at += 5 + length;
  }
}

function textOf(line: string): string {
  return Buffer.from(line, "base64").toString("utf8");
}
