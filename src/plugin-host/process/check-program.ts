import { arch } from "node:os";
import { readPart } from "../../lib/read-at.ts";

/** e_machine of ELF files (System V ABI, "Machine Information") by Node's name of the processor. */
const machines: Readonly<Record<string, number>> = {
  ia32: 3,
  ppc64: 21,
  s390x: 22,
  arm: 40,
  x64: 62,
  arm64: 183,
  riscv64: 243,
  loong64: 258,
};
/** What else such a processor runs. */
const alsoRuns: Readonly<Record<string, string>> = { x64: "ia32", arm64: "arm" };

/**
 * Why a file cannot be a program of this machine, as a sentence; `undefined` where it may be one. Without this look, the
 * system would hand a file that it does not know to a shell, which would run its bytes as commands.
 */
export async function programProblem(path: string): Promise<string | undefined> {
  const header = await readHeader(path);
  if (header === undefined || header.toString("latin1", 0, 2) === "#!") return undefined;
  if (isMachO(header)) return undefined;
  if (header.toString("latin1", 0, 4) !== "\x7fELF" || header.length < 20) {
    return "The file is no program: it is damaged, or something else.";
  }
  const machine = header[5] === 2 ? header.readUInt16BE(18) : header.readUInt16LE(18);
  if (machine === machines[arch()] || machine === machines[alsoRuns[arch()] ?? ""]) return undefined;
  const made = Object.keys(machines).find((name) => machines[name] === machine) ?? `machine ${machine}`;
  return `The file is no program for this machine: it is made for ${made}, and this is ${arch()}.`;
}

/** `undefined` where it cannot be read: to start it tells why, or works all the same. */
function readHeader(path: string): Promise<Buffer | undefined> {
  return readPart(path, 0, 20).catch(() => undefined);
}

/** Programs of macOS; which processor they are for is left to it, as it may translate them. */
function isMachO(header: Buffer): boolean {
  return ["feedface", "feedfacf", "cefaedfe", "cffaedfe", "cafebabe"].includes(header.toString("hex", 0, 4));
}
