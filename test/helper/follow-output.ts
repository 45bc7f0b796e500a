import type { Started } from "./imgbuild.ts";

/** Resolves with what comes next in the output, after everything an earlier call has found. */
export function followOutput(build: Started): (wanted: RegExp) => Promise<RegExpExecArray> {
  let seen = 0;
  return async (wanted) => {
    for (;;) {
      const found = wanted.exec(build.output().slice(seen));
      if (!found) {
        await build.more();
        continue;
      }
      seen += found.index + found[0].length;
      return found;
    }
  };
}
