import * as real from "fs/promises";
import type { FileHandle } from "fs/promises";

/**
 * `node:fs/promises` of a process that dies: SIGKILL before or after its n-th change of the disk (DIE_AT), or in the middle
 * of what it writes. It says at its end how many such points there were.
 */
const dieAt = Number(process.env["DIE_AT"] ?? 0);
let passed = 0;
process.on("exit", () => process.stdout.write(String(passed)));

function point(): void {
  if (++passed === dieAt) process.kill(process.pid, "SIGKILL");
}

function around<Args extends unknown[], Result>(change: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    point();
    const result = await change(...args);
    point();
    return result;
  };
}

export * from "fs/promises";
export const chmod = around(real.chmod);
export const copyFile = around(real.copyFile);
export const link = around(real.link);
export const mkdir = around(real.mkdir as (path: string, options: object) => Promise<string | undefined>);
export const rename = around(real.rename);
export const rm = around(real.rm);
export const unlink = around(real.unlink);
export const utimes = around(real.utimes);

export async function writeFile(path: string, data: string | Uint8Array, options: object): Promise<void> {
  const bytes = Buffer.from(data);
  const half = Math.floor(bytes.length / 2);
  point();
  await real.writeFile(path, bytes.subarray(0, half), options);
  point();
  await real.appendFile(path, bytes.subarray(half));
  point();
}

export async function open(path: string, flags?: string, mode?: number): Promise<FileHandle> {
  if (flags === undefined || flags === "r") return real.open(path, flags, mode);
  point();
  const handle = await real.open(path, flags, mode);
  point();
  const write = handle.writeFile.bind(handle);
  handle.writeFile = async (data) => {
    const bytes = Buffer.from(data as Uint8Array);
    const half = Math.floor(bytes.length / 2);
    await write(bytes.subarray(0, half));
    point();
    await write(bytes.subarray(half));
    point();
  };
  return handle;
}
