import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { writeUserFile } from "../../src/lib/user-file.ts";
import { builder as file } from "../../src/plugins/packer/builders/file/file.ts";
import { postProcessor as checksum } from "../../src/plugins/packer/post-processors/checksum.ts";
import { postProcessor as compress } from "../../src/plugins/packer/post-processors/compress/compress.ts";
import { postProcessor as manifest } from "../../src/plugins/packer/post-processors/manifest.ts";
import { provisioner as fileProvisioner } from "../../src/plugins/packer/provisioners/file/file.ts";
import type { Communicator } from "../../src/sdk/communicator.ts";
import { writeFailure } from "../../src/sdk/write-failure.ts";
import { createMetadataFileRenderer } from "../../src/ui/metadata-file.ts";
import { configOf } from "../helper/decode-config.ts";
import { isRoot, without } from "../helper/need.ts";
import { ERRNO_NAMES } from "../helper/raw-errors.ts";
import { createRecordingRun, testArtifact, type RecordingRun } from "../helper/recording-run.ts";

/** Every way in which a file gets to a place on this computer that a user named. */
const writers: Readonly<Record<string, (run: RecordingRun, path: string) => Promise<unknown>>> = {
  "the builder file": (run, path) => file.build(run, configOf(file.schema, { target: path, content: "new" })),
  manifest: (run, path) => process(run, manifest, { output: path }),
  checksum: (run, path) => process(run, checksum, { output: path }),
  compress: (run, path) => process(run, compress, { output: path, format: "tar" }),
  "a download of the provisioner file": (run, path) => {
    const config = configOf(fileProvisioner.schema, { direction: "download", source: "/guest", destination: path });
    return fileProvisioner.provision(run, config, { communicator: guest, data: {} });
  },
  "-metadata-file": async (_, path) => {
    const renderer = createMetadataFileRenderer(path);
    const base = { sequence: 1, time: 0 };
    renderer.render({ ...base, event: { kind: "run-started", runId: "r", builds: [], template: "t" } });
    renderer.render({ ...base, event: { kind: "run-finished", runId: "r", outcome: "succeeded", durationMs: 1 } });
    await renderer.close!();
  },
  "hcl2_upgrade, screen -save, fmt": (_, path) =>
    writeUserFile(path, "new").catch(async (cause: unknown) => {
      throw await writeFailure(path, cause);
    }),
};

const guest = {
  shell: "other",
  download: (_: string, stream: NodeJS.WritableStream) => {
    stream.write("new");
    return Promise.resolve();
  },
} as unknown as Communicator;

type AnyPostProcessor = typeof manifest | typeof checksum | typeof compress;

async function process(
  run: RecordingRun,
  component: AnyPostProcessor,
  args: Record<string, unknown>,
): Promise<unknown> {
  const input = join(run.directories.temp, "input");
  writeFileSync(input, "input");
  const config = configOf(component.schema as typeof manifest.schema, args);
  return (component as typeof manifest).process(run, config, testArtifact({ files: [input] }));
}

interface Place {
  readonly path: string;
  /** Where the bytes have to be. */
  readonly file: string;
  readonly look?: () => void;
}

/** What may stand there, and be written. */
const places: Readonly<Record<string, (directory: string) => Place>> = {
  nothing: (directory) => ({ path: join(directory, "out"), file: join(directory, "out") }),
  "a name of 230 characters": (directory) => {
    const path = join(directory, "n".repeat(230));
    return { path, file: path };
  },
  "a file, whose mode stays": (directory) => {
    const path = join(directory, "out");
    writeFileSync(path, "", { mode: 0o640 });
    return { path, file: path, look: () => expect(lstatSync(path).mode & 0o777).toBe(0o640) };
  },
  "a link to a file": (directory) => {
    mkdirSync(join(directory, "sub"));
    writeFileSync(join(directory, "sub/real"), "");
    return linkTo(directory, "sub/real");
  },
  "a link to a link": (directory) => {
    writeFileSync(join(directory, "real"), "");
    symlinkSync("real", join(directory, "middle"));
    return { ...linkTo(directory, "middle"), file: join(directory, "real") };
  },
  "a link to nowhere yet": (directory) => {
    mkdirSync(join(directory, "sub"));
    return linkTo(directory, "sub/new");
  },
  "a linked directory": (directory) => {
    mkdirSync(join(directory, "sub"));
    symlinkSync("sub", join(directory, "linked"));
    return { path: join(directory, "linked/out"), file: join(directory, "sub/out") };
  },
};

function linkTo(directory: string, target: string): Place {
  const path = join(directory, "link");
  symlinkSync(target, path);
  return { path, file: join(directory, target), look: () => expect(readlinkSync(path)).toBe(target) };
}

interface Refusal {
  readonly path: string;
  readonly words: RegExp;
}

const refused: Readonly<Record<string, (directory: string) => Refusal | Promise<Refusal>>> = {
  "a directory": (directory) => {
    mkdirSync(join(directory, "out"));
    return { path: join(directory, "out"), words: /out could not be written: it is a directory/ };
  },
  "a file where a directory is needed": (directory) => {
    writeFileSync(join(directory, "out"), "plain");
    return { path: join(directory, "out/x"), words: /out" is a file; a directory is needed there/ };
  },
  "a file above a directory": (directory) => {
    writeFileSync(join(directory, "out"), "plain");
    return { path: join(directory, "out/deep/x"), words: /out" is a file; a directory is needed there/ };
  },
  "a link to itself": (directory) => {
    symlinkSync("loop", join(directory, "loop"));
    return { path: join(directory, "loop"), words: /a link that leads back to itself/ };
  },
  "a link to a directory": (directory) => {
    mkdirSync(join(directory, "sub"));
    symlinkSync("sub", join(directory, "link"));
    return { path: join(directory, "link"), words: /it is a directory/ };
  },
  "a socket": async (directory) => {
    const path = join(directory, "socket");
    const server = createServer();
    await new Promise<void>((done) => server.listen(path, done));
    onTestFinished(() => void server.close());
    return { path, words: /it is a socket/ };
  },
  "a directory that cannot be made": () => ({ path: "/sys/imgbuild-test/x", words: /sys/ }),
  "a name that is too long": (directory) => ({ path: join(directory, "n".repeat(300)), words: /longer than the file/ }),
};

describe.each(Object.entries(writers))("R-01, R-06, V-12: %s", (_, write) => {
  it.each(Object.entries(places))("writes to %s", async (_, make) => {
    const run = await createRecordingRun();
    const place = make(run.directories.work);
    await write(run, place.path);
    expect(lstatSync(place.file).isFile()).toBe(true);
    expect(readFileSync(place.file).length).toBeGreaterThan(0);
    place.look?.();
    expect(readdirSync(dirname(place.file)).filter((name) => name.startsWith("."))).toEqual([]);
    expect(await run.finish("succeeded")).toEqual([]);
  });

  it("writes to a pipe that somebody reads later, which stays one", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.work, "pipe");
    execFileSync("mkfifo", [path]);
    const written = write(run, path);
    const read = readFile(path);
    await written;
    expect((await read).length).toBeGreaterThan(0);
    expect(lstatSync(path).isFIFO()).toBe(true);
    expect(await run.finish("succeeded")).toEqual([]);
    expect(existsSync(path)).toBe(true);
  });

  const withDevices = isRoot && canMakeDevices() ? it : without("needs root, to make a device in a private directory");
  withDevices("writes to a device, which stays one and is never read", async () => {
    const run = await createRecordingRun();
    const path = join(run.directories.work, "zero");
    execFileSync("mknod", [path, "c", "1", "5"]);
    await write(run, path);
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
    await run.finish("failed");
    expect(lstatSync(path).isCharacterDevice()).toBe(true);
  });

  it.each(Object.entries(refused))("refuses %s in words", async (_, make) => {
    const run = await createRecordingRun();
    const { path, words } = await make(run.directories.work);
    const before = readdirSync(run.directories.work);
    const error = await write(run, path).then(
      () => undefined,
      (reason: unknown) => reason as Error & { hint?: string },
    );
    expect(error?.message).toMatch(words);
    const said = `${error?.message} ${error?.hint}`;
    expect(said).not.toMatch(ERRNO_NAMES);
    expect(said).not.toMatch(/undefined|\.tmp|bug in imgbuild/);
    expect(await run.finish("failed")).toEqual([]);
    expect(readdirSync(run.directories.work)).toEqual(before);
  });
});

function canMakeDevices(): boolean {
  const path = `/tmp/imgbuild-test-device-${globalThis.process.pid}`;
  try {
    execFileSync("mknod", [path, "c", "1", "5"], { stdio: "ignore" });
    execFileSync("dd", [`if=${path}`, "of=/dev/null", "count=1"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    execFileSync("rm", ["-f", path]);
  }
}
