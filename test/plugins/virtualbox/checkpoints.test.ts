import { createReadStream, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builder } from "../../../src/plugins/virtualbox/iso.ts";
import type { Checkpoints, KeyInputs, MachineState } from "../../../src/sdk/checkpoint.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";
import { build, createPlace, ISO, withSsh, WITHOUT_SSH, type Place } from "./run-build.ts";

const { signal } = new AbortController();

/** Keeps what one build saved last, by its files, for the next. */
function createKeeper() {
  const root = temporaryDirectory();
  const keeper = { saved: [] as MachineState[], inputs: [] as KeyInputs[], why: [] as string[] };
  let builds = 0;
  const checkpoints = (): Checkpoints => {
    const directory = join(root, String(++builds));
    return {
      workplace: async () => {
        await mkdir(directory, { recursive: true });
        return directory;
      },
      resume: async (inputs, bring) => {
        keeper.inputs.push(inputs);
        const last = keeper.saved.at(-1);
        if (!last) return undefined;
        const files: Record<string, string> = {};
        for (const [role, path] of Object.entries(last.files)) {
          files[role] = join(directory, role);
          await copyFile(path, files[role]);
        }
        const memory = () => createReadStream(files["memory"]!);
        return { brought: await bring({ ...last, files, memory, verify: () => Promise.resolve() }) };
      },
      giveUp: (why) => void keeper.why.push(why),
    };
  };
  return { ...keeper, checkpoints };
}

const commandsOf = ({ box }: Place): readonly string[] =>
  box.calls.map((args) => args.slice(0, 4).join(" ")).filter((call) => !/^(list|--version|showvminfo)/.test(call));

async function builtTwice(args: Readonly<Record<string, unknown>> = {}) {
  const keeper = createKeeper();
  const places: Place[] = [];
  for (const times of [2, 1]) {
    const place = await createPlace({
      checkpoints: keeper.checkpoints(),
      provision: async ({ save }) => {
        for (let number = 0; number < times; number++) keeper.saved.push(await save!(signal));
      },
    });
    places.push(place);
    await build(place, builder, { ...ISO, ...withSsh(), boot_command: ["a<enter>"], ...args });
  }
  return { keeper, places };
}

describe("virtualbox-iso with checkpoints", () => {
  it("saves the machine by live snapshots, whose files are the checkpoint's", async () => {
    const { keeper, places } = await builtTwice();
    const [first, second, third] = keeper.saved;
    expect(Object.keys(first!.files)).toEqual(["disk-0.0", "memory"]);
    expect(Object.keys(second!.files)).toEqual(["disk-0.0", "disk-0.1", "memory"]);
    expect(Object.keys(third!.files)).toEqual(["disk-0.0", "disk-0.1", "disk-0.2", "memory"]);
    for (const path of keeper.saved.flatMap(({ files }) => Object.values(files))) {
      expect(existsSync(path), path).toBe(true);
    }
    expect(await readFile(third!.files["memory"]!, "utf8")).toBe("memory");
    expect(places.map(({ box }) => box.remains())).toEqual([[], []]);
    const live = (place: Place) => commandsOf(place).filter((call) => call.startsWith("snapshot"));
    expect(live(places[0]!)).toHaveLength(2);
  });

  it("goes on from the files: nothing is typed, its disks are what they were, and it is exported as usual", async () => {
    const { places } = await builtTwice();
    const again = places[1]!;
    const calls = commandsOf(again);
    const at = (start: string) => calls.findIndex((call) => call.startsWith(start));
    expect(calls.filter((call) => call.startsWith("createmedium"))).toEqual([]);
    expect(at("adoptstate")).toBeGreaterThan(at("snapshot"));
    expect(at("startvm")).toBeGreaterThan(at("adoptstate"));
    expect(again.box.removed.at(-1)!.typed).toEqual([]);
    expect(await readdir(again.path("output-example"))).toEqual(["m-disk001.vmdk", "m.ovf"]);
    expect(again.guest.commands.at(-1)).toBe("shutdown");
    const attached = again.box.calls.filter(
      ([command, , , , , , , , , type]) => command === "storageattach" && type === "hdd",
    );
    expect(
      attached.map((args) =>
        args
          .find((arg) => arg.includes("/disk-"))
          ?.split("/")
          .at(-1),
      ),
    ).toEqual(["disk-0.0", "disk-0.1"]);
    expect(await readdir(again.guest.home)).toEqual([]);
  });

  it("gives a restored machine the addresses of its network cards, and this run's port", async () => {
    const { keeper, places } = await builtTwice();
    const { macAddresses } = keeper.saved[0]!.facts as { macAddresses: Record<string, string> };
    const modify = places[1]!.box.calls.find(([command]) => command === "modifyvm")!;
    expect(modify[modify.indexOf("--macaddress1") + 1]).toBe(macAddresses["1"]);
    expect(modify.some((arg) => arg.startsWith("packercomm,tcp,127.0.0.1,"))).toBe(true);
  });

  it("depends on what shapes the machine, not on where it is shown or what becomes of it", async () => {
    const { keeper } = await builtTwice({ shutdown_timeout: "1m" });
    const [one, other] = keeper.inputs;
    const names = Object.keys(one!);
    expect(names).toContain("argument memory");
    expect(names).toContain("argument boot_command");
    expect(names).toContain("version of VirtualBox");
    expect(names.filter((name) => /host_port|vrdp|headless|ssh_password|output/.test(name))).toEqual([]);
    expect({ ...other }).toEqual({ ...one });
  });

  it.each([
    [{ ...withSsh(), firmware: "efi" }, 'firmware = "efi"'],
    [{ ...withSsh(), keep_registered: true }, "keep_registered"],
    [{ ...WITHOUT_SSH }, "without a communicator"],
  ])("is built as usual with %o", async (args, why) => {
    const keeper = createKeeper();
    const place = await createPlace({ checkpoints: keeper.checkpoints() });
    await build(place, builder, { ...ISO, ...args });
    expect(keeper.why).toEqual([expect.stringContaining(why)]);
    expect(keeper.inputs).toEqual([]);
    expect(existsSync(place.path("output-example/m.ovf"))).toBe(true);
  });

  it("is not brought back from an image that is described in words: that can name any file", async () => {
    const keeper = createKeeper();
    const image = join(temporaryDirectory(), "disk");
    await writeFile(image, `# Disk DescriptorFile\nversion=1\nRW 1 FLAT "/etc/shadow" 0\n`);
    keeper.saved.push({ files: { "disk-0.0": image, memory: image }, facts: { chains: [["disk-0.0"]] } });
    const place = await createPlace({ checkpoints: keeper.checkpoints() });
    await expect(build(place, builder, { ...ISO, ...withSsh() })).rejects.toThrow("no VDI image");
    expect(commandsOf(place)).toEqual([]);
  });

  it("is not saved with a disk that is not imgbuild's", async () => {
    const keeper = createKeeper();
    const errors: unknown[] = [];
    const place = await createPlace({
      checkpoints: keeper.checkpoints(),
      provision: async ({ save }) => void errors.push(await save!(signal).catch((error: unknown) => error)),
    });
    const other = place.path("other.vdi");
    await copyFile(place.path("boot.iso"), other);
    const attach = ["storageattach", "{{.Name}}", "--storagectl", "IDE", "--port", "1", "--device", "0"];
    const rows = [[...attach, "--type", "hdd", "--medium", other]];
    await build(place, builder, { ...ISO, ...withSsh(), vboxmanage: rows });
    expect(String(errors[0])).toContain(`the machine writes to ${other}`);
  });
});
