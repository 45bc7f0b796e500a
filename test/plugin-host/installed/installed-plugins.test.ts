import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listInstalled, meets } from "../../../src/plugin-host/installed/installed-plugins.ts";
import { componentTypes, resolvePlugins } from "../../../src/plugin-host/installed/resolve-plugins.ts";
import { parseVersionConstraint } from "../../../src/lib/version-constraint.ts";
import { describeLine, installPluginFile, listOptions } from "../../helper/plugin/installed-plugins.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const SOURCE = "github.com/acme/happycloud";
const runsOf = (path: string): number =>
  existsSync(`${path}.runs`) ? readFileSync(`${path}.runs`, "utf8").trim().split("\n").length : 0;

function places() {
  const root = temporaryDirectory();
  const [directory, cache] = [join(root, "plugins"), join(root, "cache")];
  mkdirSync(cache, { mode: 0o700 });
  return { directory, cache, options: () => listOptions(directory, cache) };
}

describe("listInstalled", () => {
  it("finds plugins below the folders of their makers, in Packer's order", async () => {
    const { directory, options } = places();
    installPluginFile(directory, { source: "github.com/acme/zeta", version: "1.0.0" });
    for (const version of ["1.10.0", "1.9.0", "1.10.0-dev", "0.1.0"])
      installPluginFile(directory, { source: SOURCE, version });
    const { usable, refused } = await listInstalled(options());
    expect(usable.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "happycloud 0.1.0",
      "happycloud 1.9.0",
      "happycloud 1.10.0-dev",
      "happycloud 1.10.0",
      "zeta 1.0.0",
    ]);
    expect(usable[0]).toMatchObject({ source: SOURCE, description: { protobuf: true, dataSources: ["image"] } });
    expect(refused).toEqual([]);
    const releases = await listInstalled({ ...options(), releasesOnly: true });
    expect(releases.usable).toHaveLength(4);
  });

  it("passes over what is no plugin for this machine, lies in no folder of a maker, or too deep", async () => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.0.0" });
    renameSync(path, path.replace(/_[a-z0-9]+_[a-z0-9]+$/, "_plan9_mips"));
    installPluginFile(directory, { source: `h/${"n/".repeat(16)}deep`, version: "1.0.0" });
    writeFileSync(join(directory, "packer-plugin-x_v1.0.0_x5.0_linux_amd64"), "");
    writeFileSync(join(directory, "github.com/acme/README"), "");
    expect(await listInstalled(options())).toEqual({ usable: [], refused: [] });
  });

  it("is empty where nothing was ever installed", async () => {
    expect(await listInstalled(places().options())).toEqual({ usable: [], refused: [] });
  });

  it.each([
    ["no sum", { sum: null }, "SHA-256 is missing"],
    ["another sum", { sum: "0".repeat(64) }, "not the file that was installed"],
    [
      "another version than its name",
      { says: describeLine("2.0.0") },
      "Its name says version 1.2.3, and itself 2.0.0.",
    ],
    ["no version", { says: describeLine("newest") }, 'its version is "newest", which is none'],
    ["another interface than its name", { api: "x5.1" }, "Its name says x5.1, and itself x5.0."],
    [
      "a newer interface",
      { api: "x5.1", says: describeLine("1.2.3", { api_version: "x5.1" }) },
      "It speaks version 5.1",
    ],
    [
      "another interface",
      { api: "x4.0", says: describeLine("1.2.3", { api_version: "x4.0" }) },
      "It speaks version 4.0",
    ],
    ["no description", { says: "hello" }, "is no description"],
    ["a description that is a list", { says: "[]" }, "is no description"],
    ["a description without a version", { says: "{}" }, "does not say its version"],
  ])("refuses a plugin with %s, and says so", async (_, file, reason) => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3", ...file });
    const { usable, refused } = await listInstalled(options());
    expect(usable).toEqual([]);
    expect(refused).toEqual([{ path, source: SOURCE, reason: expect.stringContaining(reason) }]);
  });

  it.each([
    ["v01.2.3", "no version in full"],
    ["v1.2", "no version in full"],
    ["v1.2.3+meta", "has build metadata"],
    ["1.2.3", "Its name is not"],
  ])("refuses the version %s in a name", async (version, reason) => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    renameSync(path, path.replace("v1.2.3", version));
    expect((await listInstalled(options())).refused[0]?.reason).toContain(reason);
  });

  it("never runs a binary whose sum is wrong", async () => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3", sum: "0".repeat(64) });
    await listInstalled(options());
    expect(runsOf(path)).toBe(0);
  });

  it("says of a file that cannot run why it cannot", async () => {
    const { directory, options } = places();
    chmodSync(installPluginFile(directory, { source: SOURCE, version: "1.2.3" }), 0o644);
    expect((await listInstalled(options())).refused[0]?.reason).toContain("may not be executed");
  });
});

describe("the cache of facts", () => {
  it("spares a second run of an unchanged plugin, in other processes as well", async () => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    await listInstalled(options());
    expect((await listInstalled(options())).usable).toHaveLength(1);
    expect(runsOf(path)).toBe(1);
  });

  it("notices another content, even of the same length and time", async () => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    await listInstalled(options());
    writeFileSync(path, readFileSync(path, "utf8").replace("echo run", "echo ruN"));
    expect((await listInstalled(options())).refused[0]?.reason).toContain("not the file that was installed");
  });

  it.each([
    "",
    "{",
    "null",
    "7",
    "[]",
    "{}",
    '{"version": 99}',
    '{"version": 1, "stamp": {}, "facts": {"schemas": {}}}',
  ])("ignores an entry that holds %j", async (text) => {
    const { directory, cache, options } = places();
    installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    await listInstalled(options());
    const { readdirSync } = await import("node:fs");
    const [entry] = readdirSync(join(cache, "plugins"));
    writeFileSync(join(cache, "plugins", entry!), text);
    expect((await listInstalled(options())).usable).toHaveLength(1);
  });

  it.each(["cache", "cache/plugins", "plugins/github.com/acme/happycloud"])(
    "believes nothing where others may write: %s",
    async (folder) => {
      const { directory, options } = places();
      const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
      await listInstalled(options());
      chmodSync(join(directory, "..", folder), 0o777);
      expect((await listInstalled(options())).usable).toHaveLength(1);
      expect(runsOf(path)).toBe(2);
    },
  );

  it("believes no entry that others may write", async () => {
    const { directory, cache, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    await listInstalled(options());
    const { readdirSync } = await import("node:fs");
    chmodSync(join(cache, "plugins", readdirSync(join(cache, "plugins"))[0]!), 0o666);
    await listInstalled(options());
    expect(runsOf(path)).toBe(2);
  });

  it("works where nothing can be kept", async () => {
    const { directory, cache, options } = places();
    installPluginFile(directory, { source: SOURCE, version: "1.2.3" });
    writeFileSync(join(cache, "plugins"), "a file in the way");
    expect((await listInstalled(options())).usable).toHaveLength(1);
  });
});

describe("resolvePlugins", () => {
  const need = (version: string, more: Partial<{ accessor: string; source: string }> = {}) => [
    { accessor: "happycloud", source: SOURCE, version, ...more },
  ];

  it("takes the newest that is allowed, under the name the template gives it and under its own", async () => {
    const { directory, options } = places();
    for (const version of ["1.0.0", "1.1.0", "2.0.0"]) installPluginFile(directory, { source: SOURCE, version });
    const { plugins, missing } = await resolvePlugins(need("~> 1.0", { accessor: "hc" }), options());
    expect(plugins.get("hc")?.version).toBe("1.1.0");
    expect(plugins.get("happycloud")?.version).toBe("2.0.0");
    expect(missing).toEqual([]);
  });

  it("names components by the accessor", async () => {
    const { directory, options } = places();
    const path = installPluginFile(directory, { source: SOURCE, version: "1.0.0" });
    const { plugins } = await resolvePlugins(need("1.0.0", { accessor: "hc" }), options());
    const builders = componentTypes(plugins, "builder", {});
    expect([...builders.keys()].sort()).toEqual(["happycloud", "happycloud-chroot", "hc", "hc-chroot"]);
    expect(builders.get("hc")).toEqual({
      path,
      plugin: "happycloud",
      kind: "builder",
      name: "-packer-default-plugin-name-",
      protobuf: true,
    });
    expect([...componentTypes(plugins, "datasource", {}).keys()]).toContain("hc-image");
    expect(componentTypes(plugins, "builder", { PACKER_FORCE_GOB: "1" }).get("hc")?.protobuf).toBe(false);
  });

  it("says of what is missing what is there instead", async () => {
    const { directory, options } = places();
    installPluginFile(directory, { source: SOURCE, version: "1.0.0" });
    installPluginFile(directory, { source: SOURCE, version: "2.0.0", sum: null });
    const { missing } = await resolvePlugins(need(">= 2.0"), options());
    expect(missing).toMatchObject([{ otherVersions: [{ version: "1.0.0" }], refused: [{ source: SOURCE }] }]);
  });

  it("finds a required plugin anywhere below the folder of its namespace, as Packer does, and nowhere else", async () => {
    const { directory, options } = places();
    installPluginFile(directory, { source: "github.com/acme/elsewhere", name: "happycloud", version: "1.0.0" });
    installPluginFile(directory, { source: "github.com/other/happycloud", version: "3.0.0" });
    const found = await resolvePlugins(need(">= 1.0", { accessor: "hc" }), { ...options(), onlyRequired: true });
    expect(found.plugins.get("hc")?.version).toBe("1.0.0");
  });

  it("says that plugins of several makers have one name, unless the template decides", async () => {
    const { directory, options } = places();
    installPluginFile(directory, { source: SOURCE, version: "1.0.0" });
    installPluginFile(directory, { source: "github.com/other/happycloud", version: "3.0.0" });
    const undecided = await resolvePlugins([], options());
    expect(undecided.ambiguous).toMatchObject([
      { name: "happycloud", used: { source: "github.com/other/happycloud" }, others: [{ source: SOURCE }] },
    ]);
    const decided = await resolvePlugins(need("3.0.0", { source: "github.com/other/happycloud" }), options());
    expect(decided.ambiguous).toEqual([]);
  });

  it("counts a development build as its release", () => {
    expect(meets("1.1.0-dev", parseVersionConstraint(">= 1.1.0")!)).toBe(true);
    expect(meets("1.1.0-dev", parseVersionConstraint("< 1.1.0")!)).toBe(false);
  });
});
