import { ROOT, session, SSH_PORT, type HostEvent } from "./session.ts";

/** What VBoxManage did when it was called. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the session takes place: a VirtualBox, real or not, and the host it is on. */
export interface SessionPlace {
  readonly root: string;
  readonly sshPort: number;
  call(args: readonly string[]): Promise<Answer>;
  /** Resolves with what goes into the transcript. */
  happen(event: HostEvent): Promise<string>;
}

/**
 * Goes through the session and writes down every answer as
 *
 *     # label
 *     $ the arguments
 *     what it printed
 *     ! what it printed as an error
 *     = its exit code, unless 0
 *
 * Paths, ids and the like are replaced by words that are the same in every transcript. Of the second and later
 * descriptions of a machine only the lines that are new (`+`) or gone (`-`) are written.
 */
export async function transcribe(place: SessionPlace): Promise<string> {
  const normalise = createNormaliser(place);
  const described = new Map<string, readonly string[]>();
  const lines: string[] = [];
  for (const step of session) {
    if (step.kind === "host") {
      const text = await place.happen(step.event);
      lines.push(`@ ${step.event}`, ...printed(normalise(text)), "");
      continue;
    }
    const args = step.args.map((arg) => arg.replace(ROOT, place.root).replace(SSH_PORT, String(place.sshPort)));
    const answer = await place.call(args);
    if (step.label !== undefined) lines.push(`# ${step.label}`);
    lines.push(`$ ${normalise(step.args.map((arg) => arg.replaceAll(" ", "~")).join(" "))}`);
    const stdout = printed(normalise(answer.stdout));
    const isInfo = step.args[0] === "showvminfo" && answer.code === 0;
    lines.push(...(isInfo ? difference(described.get(step.args[1]!) ?? [], stdout) : stdout));
    if (isInfo) described.set(step.args[1]!, stdout);
    lines.push(...printed(shorten(normalise(answer.stderr))).map((line) => `! ${line}`));
    if (answer.code !== 0) lines.push(`= ${answer.code}`);
    lines.push("");
  }
  return lines.join("\n");
}

function printed(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

/** A first description stands as it is; of later ones, what changed. */
function difference(before: readonly string[], now: readonly string[]): readonly string[] {
  if (before.length === 0) return now;
  const gone = before.filter((line) => !now.includes(line));
  const added = now.filter((line) => !before.includes(line));
  return [...gone.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)];
}

/** Without the summary of all options that comes with some errors. */
function shorten(text: string): string {
  return text.replace(/Usage - [^]*\n(?=VBoxManage: error:)/, "(USAGE)\n");
}

function createNormaliser({ root, sshPort }: SessionPlace): (text: string) => string {
  const names = new Map<string, string>();
  const named = (kind: string) => (found: string) => {
    const count = [...names.values()].filter((name) => name.startsWith(kind)).length;
    if (!names.has(found)) names.set(found, `${kind}-${count + 1}`);
    return names.get(found)!;
  };
  return (text) =>
    text
      // Not the ids of vendors of firmware variables, which are the same everywhere.
      .replaceAll(root, ROOT)
      .replaceAll(new RegExp(`\\b${sshPort}\\b`, "g"), SSH_PORT)
      .replaceAll(
        /\b(?!8be4df61|d719b2cb|605dab50)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
        named("UUID"),
      )
      .replaceAll(/\b080027[0-9A-F]{6}\b/g, named("MAC"))
      .replaceAll(/^(VMStateChangeTime|GuestAdditionsFacility_[^=]*)=.*\n/gm, "")
      .replaceAll(/ at line \d+ of file /g, " at line 0 of file ")
      .replaceAll(/^(Oracle VirtualBox .* Version ).*$/gm, "$1VERSION")
      .replaceAll(/^Copyright \(C\) .*$/gm, "Copyright (C) YEARS Oracle and/or its affiliates")
      .replaceAll(/^\d\d:\d\d:\d\d\.\d+ /gm, "TIME ");
}
