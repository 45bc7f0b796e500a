import { access } from "node:fs/promises";
import type { Artifact } from "../../sdk/artifact.ts";
import type { GeneratedData } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import type { PlannedPostProcessor } from "../../template/model.ts";
import { revive, type LinkRecord } from "../artifact-record.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { keepsInput, type Link } from "./keep-rules.ts";

type Chain = readonly PlannedPostProcessor[];

export interface Recalled {
  readonly recorded: readonly (readonly LinkRecord[])[];
  /** The builder's. */
  readonly artifact: Artifact;
  readonly data: GeneratedData;
  readonly redact: (text: string) => string;
}

/**
 * Of each chain, the links that an earlier run finished and that need not run again: those at its beginning whose
 * post-processors are the same as then, up to one whose output is still there.
 */
export async function linksDone(chains: readonly Chain[], recalled: Recalled): Promise<readonly (readonly Link[])[]> {
  const left = [...recalled.recorded];
  const done: (readonly Link[])[] = [];
  for (const chain of chains) {
    const same = takeLongest(left, chain, recalled);
    done.push(await withOutput(revived(same, chain, recalled.artifact), chain));
  }
  return done;
}

/** Whether nothing of the chain is left to run: all of it ran, or one of it gave nothing to the next. */
export function isFinished(chain: Chain, links: readonly Link[]): boolean {
  const last = links.at(-1);
  return links.length === chain.length || (last !== undefined && last.output === undefined);
}

/** Rejects with a BuildError that names the first file that is missing. */
export async function requireFiles({ files }: Pick<Artifact, "files">): Promise<void> {
  for (const file of files) {
    await access(file).catch((cause: unknown) => {
      throw new BuildError(`The file ${file} of the artifact is not there any more`, { cause });
    });
  }
}

/** Takes the recorded chain that has most of `chain` at its beginning out of `left`, wherever it stood in the template. */
function takeLongest(left: (readonly LinkRecord[])[], chain: Chain, { data, redact }: Recalled): readonly LinkRecord[] {
  // A build that goes on with nothing need not evaluate its post-processors for that.
  if (left.length === 0) return [];
  const prints = chain.map((planned) => fingerprintOf(planned, planned.decode(data).config, redact));
  const sameAt = (links: readonly LinkRecord[]): readonly LinkRecord[] => {
    const end = links.findIndex(({ fingerprint }, index) => fingerprint !== prints[index]);
    return end === -1 ? links : links.slice(0, end);
  };
  const lengths = left.map((links) => sameAt(links).length);
  const longest = Math.max(0, ...lengths);
  if (longest === 0) return [];
  const [taken] = left.splice(lengths.indexOf(longest), 1);
  return sameAt(taken!);
}

function revived(records: readonly LinkRecord[], chain: Chain, artifact: Artifact): readonly Link[] {
  const links: Link[] = [];
  let input: Artifact | undefined = artifact;
  for (const [index, record] of records.entries()) {
    if (!input) break;
    const output = outputOf(record, input);
    links.push({ input, output, keepsInput: keepsInput(chain[index]!, record), record });
    input = output;
  }
  return links;
}

function outputOf({ output }: LinkRecord, input: Artifact): Artifact | undefined {
  if (output === null) return undefined;
  return output === "input" ? input : revive(output);
}

/** Without the links at the end whose output is gone, unless nothing follows that would need it. */
async function withOutput(links: readonly Link[], chain: Chain): Promise<readonly Link[]> {
  if (isFinished(chain, links) || links.length === 0) return links;
  const isThere = await requireFiles(links.at(-1)!.output!).then(
    () => true,
    () => false,
  );
  return isThere ? links : withOutput(links.slice(0, -1), chain);
}
