import { describe, expect, it } from "vitest";
import type { Registry } from "../../src/sdk/registry.ts";
import { fakeRegistry } from "../helper/fake-components.ts";
import { loadText } from "../helper/load-text.ts";

type Loaded = Awaited<ReturnType<typeof loadText>>;

const codes = ({ diagnostics }: Loaded) => diagnostics.map(({ severity, code }) => `${severity} ${code}`);

/** For each build, its name and the names of the steps that take part in it. */
const steps = ({ template }: Loaded) =>
  Object.fromEntries(
    template!.builds.map(({ identity, provisioners, chains }) => [
      identity.name,
      [...provisioners, ...chains.flat()].map(({ name }) => name).join(" "),
    ]),
  );

/** What Packer 1.16 does with each name, asked with this template and steps that print. */
const hcl = (name: string, block = "") => `
  source "machine" "base" {}
  build {
    ${block}
    sources = ["machine.base"]
    source "machine.base" {
      name = "extra"
    }
    provisioner "run" {
      name   = "only"
      only   = [${JSON.stringify(name)}]
      inline = []
    }
    provisioner "run" {
      name   = "except"
      except = [${JSON.stringify(name)}]
      inline = []
    }
    post-processor "pack" {
      name = "pp-only"
      only = [${JSON.stringify(name)}]
    }
    post-processor "pack" {
      name   = "pp-except"
      except = [${JSON.stringify(name)}]
    }
  }`;
const taken = "only pp-only";
const left = "except pp-except";

describe("only and except of steps (T-03)", () => {
  it.each([
    ["machine.base", taken, left],
    ["machine.extra", left, taken],
  ])("%s is one build, whatever its source was called", async (name, base, extra) => {
    const loaded = await loadText(hcl(name));
    expect(steps(loaded)).toEqual({ "machine.base": base, "machine.extra": extra });
    expect(loaded.diagnostics).toEqual([]);
  });

  it.each(["base", "extra", "source.machine.base", "b.machine.base", "machine.bas"])(
    "%s names no build, which is said",
    async (name) => {
      const loaded = await loadText(hcl(name, 'name = "b"'));
      expect(steps(loaded)).toEqual({ "b.machine.base": left, "b.machine.extra": left });
      expect(codes(loaded)).toEqual(Array(4).fill("warning unknown-build"));
    },
  );

  it("takes patterns", async () => {
    const loaded = await loadText(hcl("*.e?tra"));
    expect(steps(loaded)).toEqual({ "machine.base": left, "machine.extra": taken });
  });

  it("suggests the address where only the label was written", async () => {
    const { diagnostics } = await loadText(hcl("extra"));
    expect(diagnostics[0]!.detail).toBe(
      '"only" names "extra", and no source of this build block is called so here. Did you mean "machine.extra"? The names here are: machine.base, machine.extra.',
    );
  });

  it("knows the names of dynamic sources, and of each round of for_each", async () => {
    const loaded = await loadText(`
      source "machine" "base" {}
      source "machine" "many" { for_each = ["x", "y"] }
      source "machine" "none" { for_each = [] }
      source "machine" "off"  { enabled = false }
      build {
        sources = ["machine.many", "machine.none", "machine.off"]
        dynamic "source" {
          for_each = ["one", "two"]
          labels   = ["machine.base"]
          content {
            name = source.value
          }
        }
        provisioner "run" {
          name   = "a"
          only   = ["machine.one", "machine.many-x", "machine.none-later", "machine.off"]
          inline = []
        }
        provisioner "run" {
          name   = "b"
          only   = ["machine.many", "machine.base"]
          inline = []
        }
      }`);
    expect(steps(loaded)).toEqual({
      "machine.many-x": "a",
      "machine.many-y": "",
      "machine.one": "a",
      "machine.two": "",
    });
    expect(loaded.diagnostics.map(({ detail }) => /names "(.*?)"/.exec(detail)![1])).toEqual([
      "machine.many",
      "machine.base",
    ]);
  });

  it("is not reported for builds that -only leaves out", async () => {
    const loaded = await loadText(hcl("machine.base"), { only: ["machine.extra"] });
    expect(steps(loaded)).toEqual({ "machine.extra": left });
    expect(loaded.diagnostics).toEqual([]);
  });
});

describe("override (T-03)", () => {
  const template = (key: string) => `
    source "machine" "base" {}
    build {
      name    = "b"
      sources = ["machine.base"]
      source "machine.base" {
        name = "extra"
      }
      provisioner "run" {
        inline   = ["plain"]
        override = { "${key}" = { inline = ["over"] } }
      }
    }`;
  const inlines = ({ template }: Loaded) =>
    template!.builds.map(({ provisioners }) => (provisioners[0]!.decode().config as { inline: string[] }).inline[0]);

  it.each([
    ["base", ["over", "plain"]],
    ["extra", ["plain", "over"]],
  ])("goes by the label %s", async (key, expected) => {
    const loaded = await loadText(template(key));
    expect(inlines(loaded)).toEqual(expected);
    expect(loaded.diagnostics).toEqual([]);
  });

  it.each(["machine.base", "machine.extra", "b.machine.base", "nope"])(
    "%s means nothing, which is said",
    async (key) => {
      const loaded = await loadText(template(key));
      expect(inlines(loaded)).toEqual(["plain", "plain"]);
      expect(codes(loaded)).toEqual(["warning unknown-build"]);
    },
  );
});

describe("-only and -except (T-03)", () => {
  it.each([
    ["b.machine.base", ["b.machine.base"]],
    ["b.*", ["b.machine.base", "b.machine.extra"]],
    ["*.extra", ["b.machine.extra"]],
    ["machine.base", []],
    ["base", []],
    ["b", []],
  ])("-only=%s goes by the whole name", async (only, expected) => {
    const { template } = await loadText(hcl("machine.base", 'name = "b"'), { only: [only] });
    expect((template?.builds ?? []).map(({ identity }) => identity.name)).toEqual(expected);
  });
});

/** A registry that has the builder `machine` under another name as well. */
function withMachine(type: string): Registry {
  const registry = fakeRegistry();
  return {
    ...registry,
    types: (kind) => [...registry.types(kind), ...(kind === "builder" ? [type] : [])],
    load: async (kind, wanted) => {
      if (wanted !== type) return registry.load(kind, wanted);
      const machine = await registry.load(kind, "machine");
      return machine && { ...machine, type };
    },
  };
}

describe("names in JSON templates", () => {
  const step = (name: string, names: object) => ({ type: "run", name, inline: [], ...names });

  it.each(["only", "except"])("T-21: renders %s with the variables", async (key) => {
    const loaded = await loadText({
      variables: { which: "one", empty: "" },
      builders: [
        { type: "machine", name: "one" },
        { type: "machine", name: "two" },
      ],
      provisioners: [
        step("given", { [key]: ["{{user `which`}}"] }),
        step("empty", { [key]: ["{{user `empty`}}", "{{user `nobody`}}"] }),
      ],
      "post-processors": [{ type: "pack", name: "pp", [key]: ["{{user `which`}}"] }],
    });
    expect(loaded.diagnostics).toEqual([]);
    const expected = {
      only: { "machine.one": "given pp", "machine.two": "" },
      except: { "machine.one": "empty", "machine.two": "given empty pp" },
    };
    expect(steps(loaded)).toEqual(expected[key as "only"]);
  });

  it("T-21: renders keys of override", async () => {
    const { template, diagnostics } = await loadText({
      variables: { which: "one" },
      builders: [{ type: "machine", name: "one" }],
      provisioners: [{ ...step("s", {}), override: { "{{user `which`}}": { inline: ["over"] } } }],
    });
    expect(diagnostics).toEqual([]);
    expect(template!.builds[0]!.provisioners[0]!.decode().config).toMatchObject({ inline: ["over"] });
  });

  it("T-04: meta-arguments have no place in an override", async () => {
    const { diagnostics } = await loadText({
      builders: [{ type: "machine" }],
      provisioners: [{ ...step("s", {}), override: { machine: { pause_before: "1s", only: ["x"], inline: [] } } }],
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-argument", "unknown-argument"]);
  });

  it("D-8: shows a builder that has a name with its type; everything else goes by the name", async () => {
    const builders = [{ type: "machine", name: "jb" }, { type: "machine" }];
    const template = { builders, provisioners: [step("s", { only: ["jb"] })] };
    const loaded = await loadText(template);
    expect(steps(loaded)).toEqual({ "machine.jb": "s", machine: "" });
    expect(loaded.template!.builds.map(({ identity }) => identity.sourceName)).toEqual(["jb", "machine"]);
    expect(steps(await loadText(template, { only: ["jb"] }))).toEqual({ "machine.jb": "s" });
    const wrong = await loadText(template, { only: ["machine.jb"] });
    expect(wrong.template!.builds).toEqual([]);
  });

  it.each([
    ["only", "old"],
    ["except", ""],
    ["override", "old"],
  ])("T-16: a build goes by the old name of its type: %s", async (key, expected) => {
    const value = key === "override" ? { vmware: { inline: ["over"] } } : ["vmware"];
    const loaded = await loadText(
      {
        builders: [{ type: "vmware" }, { type: "machine" }],
        provisioners: [step("old", { [key]: value })],
      },
      { registry: withMachine("vmware-iso") },
    );
    expect(codes(loaded)).toEqual(["warning deprecated-argument"]);
    expect(steps(loaded)["vmware"]).toBe(expected);
    const { identity } = loaded.template!.builds[0]!;
    expect(identity).toMatchObject({ name: "vmware", builderType: "vmware-iso", sourceName: "vmware" });
  });

  it("T-16: -only takes the old name as well", async () => {
    const template = { builders: [{ type: "vmware" }, { type: "machine" }] };
    const loaded = await loadText(template, { only: ["vmware"], registry: withMachine("vmware-iso") });
    expect(Object.keys(steps(loaded))).toEqual(["vmware"]);
  });

  it.each([
    ["by type", [{ type: "machine" }, { type: "machine" }]],
    [
      "by name",
      [
        { type: "machine", name: "a" },
        { type: "echo", name: "a" },
      ],
    ],
    [
      "by the same template",
      [
        { type: "machine", name: "{{user `x`}}" },
        { type: "machine", name: "{{user `x`}}" },
      ],
    ],
  ])("T-18: two builders of one name are an error before anything is evaluated: %s", async (_how, builders) => {
    const loaded = await loadText({ builders }, { syntaxOnly: true });
    expect(codes(loaded)).toEqual(["error duplicate-build"]);
    expect(codes(await loadText({ builders })).filter((code) => /duplicate/.test(code))).toHaveLength(1);
  });

  it("T-18: a template without builders has good syntax, and cannot be built", async () => {
    const fragment = { variables: { a: "b" } };
    expect((await loadText(fragment, { syntaxOnly: true })).diagnostics).toEqual([]);
    expect(codes(await loadText(fragment))).toEqual(["error no-builders"]);
  });
});
