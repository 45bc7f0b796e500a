import { randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTextMatcher } from "../../src/lib/aho-corasick.ts";
import { secretForms } from "../../src/ui/secret-forms.ts";

/**
 * Every sensitive value in an end-to-end test contains this text, and nothing else in any test does. At the end of the
 * suite all text that imgbuild produced is searched for it, in every form.
 */
export const PLANTED = "planted-secret";

const VARIABLE = "IMGBUILD_TEST_TRANSCRIPTS";
const LARGEST = 64 * 1024 * 1024;

/** For the global set-up. Returns the search for the end. */
export function collectTranscripts(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "imgbuild-transcripts-"));
  process.env[VARIABLE] = directory;
  return () => {
    const leaks = findPlanted(directory);
    rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    if (leaks.length === 0) return;
    // An error in a teardown is printed, but does not fail the suite by itself.
    process.exitCode = 1;
    throw new Error(`Secrets were found in what imgbuild produced:\n${leaks.join("\n")}`);
  };
}

/** Keeps what a command printed, or the files it wrote (a directory), for the search at the end. */
export function keepTranscript(name: string, text: string): void {
  const directory = process.env[VARIABLE];
  if (directory === undefined || text === "") return;
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name.replace(/[^\w.-]/g, "_").slice(0, 100)}-${randomUUID()}`), text);
}

export function keepFiles(name: string, directory: string): void {
  for (const path of filesBelow(directory)) keepTranscript(`${name}-${path}`, readFileSync(path, "latin1"));
}

/** `file: …text around the leak…` for each planted secret in the files below a directory. */
export function findPlanted(directory: string, planted: string = PLANTED): string[] {
  const matcher = createTextMatcher([...new Set(secretForms(planted))]);
  return filesBelow(directory).flatMap((path) => {
    const text = readFileSync(path, "latin1");
    const leaks: string[] = [];
    matcher.scan(text, (start, end) =>
      leaks.push(`${path}: …${JSON.stringify(text.slice(Math.max(0, start - 60), end + 20))}`),
    );
    return leaks.slice(0, 3);
  });
}

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && statSync(path).size <= LARGEST ? [path] : [];
  });
}
