import type { ByteSource } from "../byte-source.ts";
import { ProgramFailed, throughProgram, type Program } from "../through-program.ts";
import { UnpackError } from "./unpack-error.ts";

/** What a program unpacks, piece by piece. */
export async function* byProgram(source: ByteSource, format: string, program: Program): AsyncGenerator<Buffer> {
  try {
    yield* throughProgram(source, program);
  } catch (cause) {
    if (cause instanceof ProgramFailed) throw damaged(format, cause);
    throw cause;
  }
}

export function damaged(format: string, cause: unknown): UnpackError {
  return new UnpackError(`it is damaged, cut off, or no ${format} file`, { cause });
}
