import { describe, expect, it } from "vitest";
import { loadText } from "../helper/load-text.ts";

type Loaded = Awaited<ReturnType<typeof loadText>>;

const said = ({ diagnostics }: Loaded) => diagnostics.map(({ severity, code }) => `${severity} ${code}`);

const read = (name: string) => `<{{user \`${name}\`}}>`;

/** Every place of a template that is rendered. */
const everywhere = (name: string) => ({
  builders: [
    { type: "machine", name: `n${read(name)}`, image: read(name), tags: { a: read(name) }, names: [read(name)] },
  ],
  provisioners: [
    {
      type: "run",
      inline: [read(name)],
      environment: { A: read(name) },
      execute_command: read(name),
      max_retries: `{{user \`${name}\`}}`,
    },
  ],
  "error-cleanup-provisioner": { type: "run", inline: [read(name)] },
  "post-processors": [[{ type: "pack", output: read(name) }], { type: "upload", output: read(name) }],
});

describe("user variables that nobody declares (T-01)", () => {
  it("are empty texts wherever a JSON template is rendered", async () => {
    const loaded = await loadText(everywhere("extra"));
    expect(loaded.diagnostics).toEqual([]);
    const { identity, builder, provisioners } = loaded.template!.builds[0]!;
    expect(identity.name).toBe("machine.n<>");
    expect(builder.decode().config).toMatchObject({ image: "<>", tags: { a: "<>" }, names: ["<>"] });
    expect(provisioners[0]!.decode().config).toMatchObject({ inline: ["<>"], environment: { A: "<>" } });
  });

  it.each([
    ["-var", { vars: ["extra=1"] }],
    ["a file", { varFiles: ["v.json"], files: { "v.json": '{"extra": "1"}' } }],
  ])("have the value that %s gives them, without a word", async (_how, options) => {
    const loaded = await loadText(everywhere("extra"), options);
    expect(loaded.diagnostics).toEqual([]);
    expect(loaded.template!.builds[0]!.builder.decode().config).toMatchObject({ image: "<1>" });
  });

  it("are reported once where their name resembles a known one", async () => {
    const template = { variables: { version: "1" }, ...everywhere("verison") };
    const loaded = await loadText(template);
    expect(said(loaded)).toEqual(["warning undeclared-variable"]);
    expect(loaded.diagnostics[0]!.detail).toContain('Did you mean "version"?');
  });

  it("are an error inside the value of another variable, as in Packer", async () => {
    const loaded = await loadText({ variables: { a: "{{user `extra`}}" }, ...everywhere("a") });
    expect(said(loaded)).toEqual(["error invalid-template"]);
  });

  it("are reported when given and read by nothing", async () => {
    const loaded = await loadText(everywhere("extra"), { vars: ["other=1"] });
    expect(said(loaded)).toEqual(["warning undeclared-variable"]);
  });
});

describe("values in a variable file (T-09)", () => {
  it.each([
    ["null", ""],
    ['""', ""],
    ['"x"', "x"],
    ["12.50", "12.50"],
    ["true", "true"],
  ])("%s is a value, whatever the template's own", async (value, expected) => {
    for (const own of ["eu", null, ""]) {
      const loaded = await loadText(
        { variables: { zone: own }, ...everywhere("zone") },
        { varFiles: ["v.json"], files: { "v.json": `{"zone": ${value}}` } },
      );
      expect(loaded.diagnostics.filter(({ code }) => code !== "invalid-argument")).toEqual([]);
      expect(loaded.template!.builds[0]!.builder.decode().config).toMatchObject({ image: `<${expected}>` });
    }
  });

  it.each(["[1]", '{"a": 1}'])("%s is none", async (value) => {
    const loaded = await loadText(everywhere("zone"), {
      varFiles: ["v.json"],
      files: { "v.json": `{"zone": ${value}}` },
    });
    expect(said(loaded)).toEqual(["error wrong-shape"]);
  });
});

describe("builds that are not selected (T-22)", () => {
  const template = {
    variables: { version: "1" },
    builders: [
      { type: "machine", name: "a", picture: "x" },
      { type: "machine", name: "b", picture: "x", ssh_wait_timeout: "5m", image: "{{user `verison`}}" },
      { type: "vmware", iso_md5: "x" },
    ],
    provisioners: [{ type: "run", inline: ["{{user `verison`}}"], only: ["b"] }],
    "post-processors": [{ type: "pack", output: "{{user `verison`}}", except: ["a"] }],
  };

  it("are not warned about", async () => {
    const loaded = await loadText(template, { only: ["a"] });
    // Its own.
    expect(said(loaded)).toEqual(["warning deprecated-argument"]);
    expect(loaded.diagnostics[0]!.detail).toContain("picture");
  });

  it("are when they are selected", async () => {
    const loaded = await loadText(template, { only: ["b"] });
    expect(said(loaded)).toContain("warning undeclared-variable");
    expect(loaded.diagnostics.map(({ detail }) => detail).join("\n")).toContain("ssh_wait_timeout");
  });
});
