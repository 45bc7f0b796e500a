import { dirname, resolve } from "node:path";
import { readdir } from "node:fs/promises";
import { filesReadBy } from "../core/checkpoints/step-inputs.ts";
import type { HeldMachine } from "../core/run/session.ts";
import { errorText } from "../lib/error-text.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import type { RunDirectories } from "../sdk/run.ts";
import type { Template } from "../template/model.ts";
import type { UnopenedSession } from "./session.ts";

/** How `develop` takes part in a run. */
export interface Development {
  /** Aborts when something that is read has changed: the builds end, to be run anew. */
  readonly changed: AbortSignal;
  /** Called with what is read as soon as the template is known. */
  readonly reads: (paths: readonly string[]) => void;
}

/** The template, what is read with it, and what its provisioners read. */
export async function pathsReadBy(template: Template, directories: RunDirectories): Promise<readonly string[]> {
  const files = await Promise.all(template.builds.map((plan) => filesReadBy(plan, directories)));
  return [...new Set([...(await templateFiles(directories.work, template.path)), ...files.flat()])];
}

/** A file, or the files of a directory that are read as one template; variables that are read by themselves too. */
export async function templateFiles(work: string, path: string): Promise<readonly string[]> {
  const place = resolve(work, path || ".");
  const names = await readdir(place).catch(() => undefined);
  const directory = names ? place : dirname(place);
  const beside = names ?? (await readdir(directory).catch(() => []));
  const isRead = (name: string): boolean =>
    /\.auto\.pkrvars\.(hcl|json)$/.test(name) || (names !== undefined && /\.pkr(vars)?\.(hcl|json)$/.test(name));
  return [...new Set([place, ...beside.filter(isRead).map((name) => resolve(directory, name))])];
}

/** Says how the machine stands and how one gets into it, and waits for the end of the run. */
export async function holdMachine({ emit, signal }: UnopenedSession, machine: HeldMachine): Promise<void> {
  const { build, login, error } = machine;
  const state = error === undefined ? "All provisioners have run." : `It went no further: ${errorText(error)}`;
  const door = login === undefined ? [] : [`To look around:\n    ${login}`];
  const next = "Save the template or a file it reads to go on; Ctrl-C ends.";
  emit({ kind: "say", build, text: [state, ...door, next].join("\n") });
  await untilAborted(signal);
}
