import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { installLocal } from "../../../src/plugin-host/install/install-local.ts";
import {
  installRelease,
  type InstallOptions,
  type InstallRequest,
} from "../../../src/plugin-host/install/install-release.ts";
import { placesOf, releaseSources } from "../../../src/plugin-host/install/release-sources.ts";
import { removePlugin } from "../../../src/plugin-host/install/remove-plugin.ts";
import { listInstalled } from "../../../src/plugin-host/installed/installed-plugins.ts";
import { parseVersionConstraint } from "../../../src/lib/version-constraint.ts";
import type { BuildError } from "../../../src/sdk/error.ts";
import { parsePluginSource, type PluginSource } from "../../../src/sdk/plugin-source.ts";
import { describeLine, listOptions } from "../../helper/plugin/installed-plugins.ts";
import {
  githubFiles,
  pluginProgram,
  releaseFiles,
  releaseServer,
  sha256,
  thisTarget,
  vendorFiles,
  type TestRelease,
} from "../../helper/plugin/release-server.ts";
import type { Answer } from "../../helper/http-server.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const SOURCE = "github.com/acme/happycloud";
const NOW = Date.UTC(2030, 0, 1, 12, 0);
const { signal } = new AbortController();

function place(env: Record<string, string> = {}) {
  const root = temporaryDirectory();
  const [directory, cacheDirectory] = [join(root, "plugins"), join(root, "cache")];
  mkdirSync(cacheDirectory, { mode: 0o700 });
  const complete = { PATH: process.env["PATH"], ...env };
  const install = (
    constraint = "",
    more: Partial<InstallRequest> & { readonly mirror?: string } = {},
    there?: InstallOptions["installed"],
  ) => {
    const { source = SOURCE, mirror, ...rest } = more;
    const parsed = parsePluginSource(source) as PluginSource;
    const places = placesOf(complete, { cwd: root, mirror });
    const sources = releaseSources(parsed, places, { env: complete, signal, now: () => NOW });
    const request = { source, constraint: parseVersionConstraint(constraint || ">= 0")!, constraintText: constraint };
    return installRelease(
      { ...request, ...rest },
      { directory, cacheDirectory, env: complete, signal, sources, installed: there },
    );
  };
  const installed = async () => (await listInstalled(listOptions(directory, cacheDirectory))).usable;
  return { root, directory, cacheDirectory, install, installed };
}

async function withGithub(releases: readonly TestRelease[], more: Readonly<Record<string, Answer>> = {}) {
  const server = await releaseServer({ ...(await githubFiles("acme", "happycloud", releases)), ...more });
  return { server, ...place(server.env) };
}

const failure = (promise: Promise<unknown>): Promise<BuildError> =>
  promise.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => error as BuildError,
  );

describe("installRelease from GitHub", () => {
  it("takes the newest release that is allowed, checks it, and puts it where Packer looks", async () => {
    const releases = ["1.0.0", "1.9.0", "1.10.0", "2.0.0", "1.11.0-beta1"].map((version) => ({ version }));
    const { install, installed, directory, cacheDirectory } = await withGithub(releases);
    const release = await install("~> 1.0");
    const path = join(directory, "github.com/acme/happycloud", `packer-plugin-happycloud_v1.10.0_x5.0_${thisTarget}`);
    expect(release).toMatchObject({ path, version: "1.10.0", place: "GitHub", wasThere: false });
    expect(Object.keys(release.archives)).toEqual([thisTarget, "plan9_mips"]);
    expect(statSync(path).mode & 0o777).toBe(0o755);
    expect(readFileSync(`${path}_SHA256SUM`, "utf8")).toBe(sha256(readFileSync(path)));
    expect(await installed()).toMatchObject([{ path, version: "1.10.0", source: SOURCE }]);
    expect(readdirSync(join(path, ".."))).toHaveLength(2);
    expect(readdirSync(join(cacheDirectory, "plugins/downloads"))).toEqual([]);
  });

  it("does not fetch what is there already, and still knows the sums of the release", async () => {
    const { install, server } = await withGithub([{ version: "1.0.0" }]);
    const first = await install();
    const again = await install("", {}, (version) => (version === "1.0.0" ? first : undefined));
    expect(again).toMatchObject({ path: first.path, archives: first.archives, wasThere: true });
    expect(server.requests.filter(({ path }) => path.endsWith(".zip"))).toHaveLength(1);
  });

  it.each([
    ["is made for other machines only", { targets: ["plan9_mips"] }, `There is none for ${thisTarget}.`],
    ["speaks a newer protocol", { api: "x5.1" }, "It speaks version 5.1 of Packer's plugin protocol"],
    ["says another version", { says: describeLine("1.1.9") }, "Its release says 1.2.0, and itself 1.1.9."],
    ["is a development build", { says: describeLine("1.2.0-dev") }, "Only releases are installed."],
    ["does not describe itself", { says: "hello" }, "is no description"],
    ["is not in its archive", { members: ["README"] }, "Its archive does not hold the plugin."],
  ])("passes over a release that %s", async (_, wrong, reason) => {
    const good = { version: "1.0.0" };
    const { install, directory } = await withGithub([good, { version: "1.2.0", ...wrong }]);
    expect(await install()).toMatchObject({ version: "1.0.0" });
    expect(readdirSync(join(directory, SOURCE))).toHaveLength(2);
    const alone = await withGithub([{ version: "1.2.0", ...wrong }]);
    const error = await failure(alone.install());
    expect(error.message).toBe(`${SOURCE} cannot be installed`);
    expect(error.hint).toContain(reason);
  });

  it("takes nothing whose sum is wrong, and tries nothing older instead", async () => {
    const { install, directory, cacheDirectory } = await withGithub([
      { version: "1.0.0" },
      { version: "1.2.0", sum: "0".repeat(64) },
    ]);
    const error = await failure(install());
    expect(error.hint).toContain(
      `packer-plugin-happycloud_v1.2.0_x5.0_${thisTarget}.zip is not the file that its release lists`,
    );
    expect(existsSync(join(directory, SOURCE))).toBe(false);
    expect(readdirSync(join(cacheDirectory, "plugins/downloads"))).toEqual([]);
  });

  it.each([
    ["leads out of its folder", "../../../evil"],
    ["is absolute", "/evil"],
  ])("unpacks nothing whose name in the archive %s", async (_, name) => {
    const { install, root } = await withGithub([{ version: "1.0.0", members: [name] }]);
    expect((await failure(install())).hint).toContain("does not hold the plugin");
    expect(readdirSync(root).sort()).toEqual(["cache"]);
  });

  it("says which versions there are when none is allowed", async () => {
    const { install } = await withGithub([{ version: "1.0.0" }, { version: "1.1.0" }]);
    expect((await failure(install(">= 3.0"))).hint).toContain("no version that is >= 3.0; the newest is 1.1.0");
  });

  it("says that a repository is not known, or has no releases", async () => {
    const nowhere = place((await releaseServer({})).env);
    expect((await failure(nowhere.install())).hint).toContain("GitHub does not know it.");
    const { install } = await withGithub([]);
    expect((await failure(install())).hint).toContain("has no releases");
  });

  it.each([
    ["PACKER_GITHUB_API_TOKEN", "p"],
    ["GITHUB_TOKEN", "g"],
    ["GH_TOKEN", "h"],
  ])("sends the token of %s to the API, and to nobody else", async (variable, value) => {
    const { server } = await withGithub([{ version: "1.0.0" }]);
    const all = { GH_TOKEN: "h", ...(variable !== "GH_TOKEN" && { GITHUB_TOKEN: "g" }) };
    const env = { ...server.env, ...all, [variable]: value };
    await place(env).install();
    const tokens = server.requests.map(({ path, headers }) => [path.startsWith("/repos/"), headers.authorization]);
    expect(new Set(tokens.map(String))).toEqual(new Set([`true,Bearer ${value}`, "false,"]));
  });

  it("fetches a private release through the API", async () => {
    const files = await releaseFiles("happycloud", { version: "1.0.0" });
    const answers: Record<string, Answer> = {};
    const server = await releaseServer(answers);
    const refs = [{ ref: "refs/tags/v1.0.0" }];
    const assets = Object.keys(files).map((name, index) => ({ name, url: `${server.url}/assets/${index}` }));
    Object.assign(answers, {
      "/repos/acme/packer-plugin-happycloud/git/matching-refs/tags": { status: 200, body: JSON.stringify(refs) },
      "/repos/acme/packer-plugin-happycloud/releases/tags/v1.0.0": { status: 200, body: JSON.stringify({ assets }) },
      ...Object.fromEntries(Object.values(files).map((bytes, index) => [`/assets/${index}`, { bytes }])),
    });
    expect(await place({ ...server.env, GITHUB_TOKEN: "secret" }).install()).toMatchObject({ version: "1.0.0" });
    expect(
      server.requests
        .filter(({ path }) => path.startsWith("/assets/"))
        .every(({ headers }) => headers.accept === "application/octet-stream"),
    ).toBe(true);
  });

  it("says when GitHub answers again, and how to get more", async () => {
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(NOW / 1000 + 25 * 60) };
    const tags = { "/repos/acme/packer-plugin-happycloud/git/matching-refs/tags": { status: 403, headers } };
    const { install } = await withGithub([], tags);
    const error = await failure(install());
    expect(error.hint).toContain("GitHub answers no more requests from here for now");
    expect(error.hint).toContain(
      "It does again at 12:25 UTC, in 25 min. With a token it answers more: set PACKER_GITHUB_API_TOKEN.",
    );
  });

  it("says which token is not accepted", async () => {
    const tags = { "/repos/acme/packer-plugin-happycloud/git/matching-refs/tags": { status: 401 } };
    const { server } = await withGithub([], tags);
    const error = await failure(place({ ...server.env, GITHUB_TOKEN: "old" }).install());
    expect(error.hint).toContain("GitHub does not accept the token in GITHUB_TOKEN");
    expect(`${error.message}${error.hint}`).not.toContain("old\n");
  });

  it("reads all pages of a long list of tags", async () => {
    const answers = await githubFiles("acme", "happycloud", [{ version: "1.0.0" }, { version: "2.0.0" }]);
    const tags = "/repos/acme/packer-plugin-happycloud/git/matching-refs/tags";
    const server = await releaseServer(answers);
    const page = (version: string) => JSON.stringify([{ ref: `refs/tags/v${version}` }]);
    answers[tags] = { status: 200, body: page("1.0.0"), headers: { link: `<${server.url}/page2>; rel="next"` } };
    answers["/page2"] = { status: 200, body: page("2.0.0") };
    expect(await place(server.env).install()).toMatchObject({ version: "2.0.0" });
  });

  it("goes on with a download that was cut", async () => {
    const files = await githubFiles("acme", "happycloud", [{ version: "1.0.0" }]);
    const [path, answer] = Object.entries(files).find(([name]) => name.endsWith(`${thisTarget}.zip`))!;
    const cut = { ...answer, etag: '"1"', cutAfter: (count: number) => (count === 1 ? 100 : undefined) } as Answer;
    const server = await releaseServer({ ...files, [path]: cut });
    expect(await place(server.env).install()).toMatchObject({ version: "1.0.0" });
    expect(server.requests.some(({ headers }) => headers.range === "bytes=100-")).toBe(true);
  });
});

describe("installRelease from the vendor's site", () => {
  it("asks it first for plugins of its own namespace, and checks the protocol in the manifest", async () => {
    const files = await vendorFiles("docker", [
      { version: "1.0.0" },
      { version: "1.1.0" },
      { version: "1.2.0", api: "x5.1" },
    ]);
    const server = await releaseServer(files);
    const release = await place(server.env).install("", { source: "github.com/hashicorp/docker" });
    expect(release).toMatchObject({ version: "1.1.0", place: new URL(server.url).host });
    expect(server.requests.some(({ path }) => path.startsWith("/repos/"))).toBe(false);
  });

  it("never offers its plugin for another maker's of the same name", async () => {
    const official = await vendorFiles("docker", [{ version: "9.9.9" }]);
    const server = await releaseServer({
      ...official,
      ...(await githubFiles("evil", "docker", [{ version: "1.0.0" }])),
    });
    const release = await place(server.env).install("", { source: "github.com/evil/docker" });
    expect(release).toMatchObject({ version: "1.0.0", place: "GitHub" });
    expect(server.requests.some(({ path }) => path.startsWith("/packer-plugin-docker/"))).toBe(false);
  });

  it("asks GitHub where the site does not know the plugin, or does not answer", async () => {
    const files = await githubFiles("hashicorp", "docker", [{ version: "1.0.0" }]);
    const server = await releaseServer(files);
    expect(await place(server.env).install("", { source: "github.com/hashicorp/docker" })).toMatchObject({
      place: "GitHub",
    });
    const down = { ...server.env, IMGBUILD_RELEASES_URL: "http://127.0.0.1:9" };
    expect(await place(down).install("", { source: "github.com/hashicorp/docker" })).toMatchObject({ place: "GitHub" });
  });
});

describe("installRelease from a mirror", () => {
  async function mirrorFolder(root: string, source = SOURCE): Promise<string> {
    const name = source.split("/").at(-1)!;
    for (const [version, prefix] of [
      ["1.0.0", "v"],
      ["1.1.0", ""],
    ] as const) {
      const folder = join(root, "mirror", source, version);
      mkdirSync(folder, { recursive: true });
      for (const [file, bytes] of Object.entries(await releaseFiles(name, { version }, prefix))) {
        writeFileSync(join(folder, file), bytes);
      }
    }
    return join(root, "mirror");
  }

  it("takes releases from a folder, whoever's names the files have, and keeps the folder as it is", async () => {
    const { root, install } = place();
    const mirror = await mirrorFolder(root);
    const before = readdirSync(mirror, { recursive: true }).sort();
    expect(await install("", { mirror })).toMatchObject({ version: "1.1.0" });
    expect(await install("1.0.0", { mirror: pathToFileURL(mirror).href })).toMatchObject({ version: "1.0.0" });
    expect(readdirSync(mirror, { recursive: true }).sort()).toEqual(before);
  });

  it("takes plugins of any host, which are offered nowhere else", async () => {
    const { root, install } = place();
    const source = "git.example.com/team/sub/happycloud";
    const mirror = await mirrorFolder(root, source);
    expect(await install("", { mirror, source })).toMatchObject({ version: "1.1.0" });
    expect(() => install("", { source })).toThrow("cannot be downloaded");
  });

  it("takes releases from a web server, and asks nobody else", async () => {
    const files = await releaseFiles("happycloud", { version: "1.0.0" });
    const folder = `/m/${SOURCE}`;
    const server = await releaseServer({
      [`${folder}/index.json`]: { status: 200, body: '{"versions": ["1.0.0"]}' },
      ...Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${folder}/1.0.0/${file}`, { bytes }])),
    });
    const { install } = place({ ...server.env, IMGBUILD_PLUGIN_MIRROR: `${server.url}/m/` });
    expect(await install()).toMatchObject({ version: "1.0.0", place: `the mirror ${server.url}/m/` });
    expect(server.requests.every(({ path }) => path.startsWith("/m/"))).toBe(true);
  });

  it("says what is wrong with a mirror", async () => {
    const server = await releaseServer({ [`/${SOURCE}/index.json`]: { status: 200, body: "[]" } });
    const { root, install } = place();
    expect((await failure(install("", { mirror: server.url }))).hint).toContain("is no index of a mirror");
    expect((await failure(install("", { mirror: join(root, "nowhere") }))).hint).toContain("does not know it");
    expect(() => install("", { mirror: "ftp://x/y" })).toThrow("is no address of a mirror");
  });
});

describe("installRelease of a release that is locked", () => {
  it("takes that release and no other", async () => {
    const { install } = await withGithub([{ version: "1.0.0" }, { version: "1.1.0" }]);
    const { archives } = await install("1.0.0");
    expect(await install("", { pinned: { version: "1.0.0", archives } })).toMatchObject({ version: "1.0.0" });
    const gone = await failure(install("", { pinned: { version: "0.9.0", archives } }));
    expect(gone.hint).toContain("no version 0.9.0, which the lock file names");
  });

  it("takes no archive that has changed since", async () => {
    const { install, directory } = await withGithub([{ version: "1.0.0" }]);
    const pinned = { version: "1.0.0", archives: { [thisTarget]: "0".repeat(64) } };
    expect((await failure(install("", { pinned }))).message).toContain("is not the file that the lock file names");
    expect(existsSync(join(directory, SOURCE))).toBe(false);
  });
});

describe("installLocal", () => {
  const options = (directory: string) => ({ directory, source: SOURCE, env: { PATH: process.env["PATH"] }, signal });

  it.each([
    ["1.2.3", "1.2.3"],
    ["1.2.3-dev", "1.2.3-dev"],
    ["1.2.3-dev+build7", "1.2.3-dev"],
  ])("names a binary of version %s after it", async (says, version) => {
    const { root, directory, installed } = place();
    const file = join(root, "my-plugin");
    writeFileSync(file, pluginProgram(describeLine(says)));
    expect(await installLocal(file, options(directory))).toMatchObject({ version });
    expect(await installed()).toMatchObject([{ version }]);
    // Again, over itself.
    expect(await installLocal(file, options(directory))).toMatchObject({ version });
  });

  it.each([
    ["has no description", "hello", "is no description"],
    ["is a beta", describeLine("1.2.3-beta"), "it must be like 1.2.3 or 1.2.3-dev"],
    ["speaks another protocol", describeLine("1.2.3", { api_version: "x6.0" }), "It speaks version 6.0"],
  ])("refuses a binary that %s, and leaves nothing", async (_, says, reason) => {
    const { root, directory } = place();
    const file = join(root, "my-plugin");
    writeFileSync(file, pluginProgram(says));
    expect((await failure(installLocal(file, options(directory)))).hint).toContain(reason);
    expect(readdirSync(join(directory, SOURCE))).toEqual([]);
  });

  it("refuses what is no file", async () => {
    const { root, directory } = place();
    expect((await failure(installLocal(join(root, "nowhere"), options(directory)))).message).toContain(
      "There is no file",
    );
    expect((await failure(installLocal(root, options(directory)))).message).toContain("is no file");
  });
});

describe("removePlugin", () => {
  it("removes the binary, its sum, and folders that are empty then", async () => {
    const { install, directory } = await withGithub([{ version: "1.0.0" }, { version: "1.1.0" }]);
    const [old, young] = [await install("1.0.0"), await install("1.1.0")];
    await removePlugin(old.path, directory);
    expect(readdirSync(join(directory, SOURCE))).toHaveLength(2);
    await removePlugin(young.path, directory);
    expect(readdirSync(directory)).toEqual([]);
  });
});
