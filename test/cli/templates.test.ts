import { readdirSync, readFileSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { findElement, findElements, parseXml } from "../../src/lib/xml.ts";
import { createWorkplace } from "../helper/imgbuild.ts";

/** What `make virtualbox`, `make aws`, `make quickstart` and the README lead to. */
const templates = readdirSync("templates", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.pkr\.(hcl|json)$/.test(name) || name.endsWith("go-counter-demo.json"))
  // What `imgbuild new` fills in; see new.test.ts.
  .filter((name) => !name.startsWith("new/"))
  .sort();

/** Values that have no default in a template. */
const given: Readonly<Record<string, readonly string[]>> = {
  "quickstart.pkr.hcl": ["-var", "iso=installer.iso"],
  "go-counter-demo/go-counter-demo.json": ["-var", "cloud_token=none", "-var", "version=1.0.0"],
};

describe("the templates that come with imgbuild", () => {
  it("are all here", () => {
    expect(templates).toEqual([
      "aws.pkr.hcl",
      "go-counter-demo/go-counter-demo.json",
      "nginx-ubuntu/nginx-ubuntu.pkr.hcl",
      "quickstart.pkr.hcl",
      "virtualbox.pkr.hcl",
      "windows-qemu.pkr.hcl",
      "windows-virtualbox.pkr.hcl",
    ]);
  });

  it.each(templates)("%s is valid", async (name) => {
    const place = await createWorkplace();
    // A legacy template's paths are those of where it is run: in its own folder.
    await cp("templates", join(place.directory, ".."), { recursive: true });
    await cp(join("templates", dirname(name)), place.directory, { recursive: true });
    await writeFile(join(place.directory, "installer.iso"), "");
    const template = name.endsWith(".json") ? basename(name) : resolve("templates", name);
    const { code, stdout, stderr } = await place.run("validate", ...(given[name] ?? []), template);
    expect(stdout + stderr).toContain("The configuration is valid.");
    expect(code).toBe(0);
  });

  it.each(templates.filter((name) => name.endsWith(".hcl")))("%s is formatted", async (name) => {
    const place = await createWorkplace();
    expect(await place.run("fmt", "-check", resolve("templates", name))).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("the answer file for Windows Setup", () => {
  const arguments_ = (drivers: readonly string[]) =>
    JSON.stringify({
      edition: "Windows Server 2022 SERVERSTANDARD",
      username: "vagrant",
      password: "vagrant",
      first_boot: "open-winrm.ps1",
      drivers,
    });

  it.each([[[]], [["E:\\viostor\\2k22\\amd64", "F:\\NetKVM\\2k22\\amd64"]]])(
    "is XML with the drivers %j",
    async (drivers) => {
      const place = await createWorkplace();
      const answers = resolve("templates/windows/Autounattend.xml.pkrtpl");
      const content = `templatefile(${JSON.stringify(answers)}, jsondecode(${JSON.stringify(arguments_(drivers))}))`;
      await writeFile(
        join(place.directory, "t.pkr.hcl"),
        `source "file" "answers" {\n  content = ${content}\n  target  = "answers.xml"\n}\nbuild {\n  sources = ["file.answers"]\n}\n`,
      );
      expect(await place.run("build", "t.pkr.hcl")).toMatchObject({ code: 0 });
      const document = parseXml(readFileSync(join(place.directory, "answers.xml"), "utf8"));
      expect(document.name).toBe("unattend");
      expect(findElements(document, "settings").map(({ attributes }) => attributes["pass"])).toEqual([
        "windowsPE",
        "specialize",
        "oobeSystem",
      ]);
      expect(findElements(document, "PathAndCredentials").map((one) => findElement(one, "Path")?.text)).toEqual(
        drivers,
      );
      expect(findElement(document, "CommandLine")?.text).toContain("do if exist %d:\\open-winrm.ps1 powershell");
    },
  );
});

describe("the policy in the README", () => {
  const policyOf = (page: string): unknown => JSON.parse(/```json\n([^]*?)```/.exec(readFileSync(page, "utf8"))![1]!);

  it("is the one that docs/aws-permissions.md explains", () => {
    expect(policyOf("README.md")).toEqual(policyOf(join("docs", "aws-permissions.md")));
  });
});
