import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createWorkplace, imgbuildCommand } from "./imgbuild.ts";

/** A repository of templates, with `imgbuild` on the PATH, and ours at v0.2.0 under the addresses of docs/ci.md. */
export interface CiProject {
  readonly directory: string;
  /** Our own repository, as far as engines read it. */
  readonly ours: string;
  write(name: string, text: string): void;
  read(name: string): string;
  commit(): void;
  run(program: string, ...args: readonly string[]): Promise<Ended>;
}

interface Ended {
  readonly code: number;
  /** Both streams, each by itself in order. */
  readonly output: string;
}

/** What engines read of our repository. */
const OURS = ["action.yml", ".pre-commit-hooks.yaml", "ci"];

/** Call inside a test. When it ends, all is removed. */
export async function createCiProject(env: Readonly<Record<string, string>> = {}): Promise<CiProject> {
  const place = await createWorkplace();
  const home = join(place.directory, "home");
  const [directory, ours, bin] = [join(home, "project"), join(home, "served/OWNER/imgbuild"), join(home, "bin")];
  for (const folder of [directory, ours, bin]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(home, ".gitconfig"), gitConfig(join(home, "served")));
  writeFileSync(join(bin, "imgbuild"), commandScript(), { mode: 0o755 });
  for (const name of OURS) cpSync(name, join(ours, name), { recursive: true });
  const complete = { ...place.env, HOME: home, PATH: `${bin}:${place.env["PATH"]}`, ...env };
  const git = (cwd: string, ...args: readonly string[]) =>
    execFileSync("git", args, { cwd, env: complete, stdio: "pipe" });
  const commit = (cwd: string) => {
    git(cwd, "add", "-A");
    git(cwd, "commit", "--quiet", "--message", "a change");
  };
  for (const folder of [directory, ours]) git(folder, "init", "--quiet", "--initial-branch=main");
  commit(ours);
  git(ours, "tag", "v0.2.0");
  git(directory, "remote", "add", "origin", "git@gitlab.com:GROUP/images.git");
  return {
    directory,
    ours,
    write: (name, text) => {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    },
    read: (name) => readFileSync(join(directory, name), "utf8"),
    commit: () => commit(directory),
    run: (program, ...args) =>
      new Promise((done) => {
        execFile(program, args, { cwd: directory, env: complete, maxBuffer: 1e8 }, (error, stdout, stderr) =>
          done({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr }),
        );
      }),
  };
}

/** The addresses of the docs lead to our repository. */
const gitConfig = (served: string): string => `
[user]
  name = Tests
  email = tests@example.com
[safe]
  directory = *
[uploadArchive]
  allowUnreachable = true
[url "${served}/"]
  insteadOf = https://github.com/
[url "${served}/OWNER/imgbuild/.git"]
  insteadOf = ssh://git@gitlab.com:22/GROUP/imgbuild.git
`;

export function commandScript(): string {
  const words = imgbuildCommand.map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
  return `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`;
}

/** A block of code of a page, which a test runs as it stands there. */
export function snippetOf(page: string, firstLine: string): string {
  const blocks = [...readFileSync(page, "utf8").matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, text]) => text!);
  const found = blocks.find((text) => text.startsWith(`${firstLine}\n`));
  if (found === undefined) throw new Error(`${page} has no block that begins with ${firstLine}`);
  return found;
}
