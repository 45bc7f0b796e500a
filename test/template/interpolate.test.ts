import { describe, expect, it } from "vitest";
import { commonFunctions } from "../../src/template/interpolate/functions.ts";
import { Interpolator } from "../../src/template/interpolate/interpolator.ts";
import { BuildError } from "../../src/sdk/error.ts";
import { Secrets } from "../../src/template/secrets.ts";

const world = { startTime: new Date("2024-03-05T14:07:09Z"), cwd: "/project", templateDirectory: "/project/templates" };
const interpolator = new Interpolator(
  commonFunctions(world),
  new Map([["user", "no users here"]]),
  new Secrets(() => {}),
);
const scope = { buildName: "web", builderType: "qemu", data: { ID: "i-1", Port: 22 } };

describe("Interpolator", () => {
  it.each([
    ["{{timestamp}}", "1709647629"],
    ["{{isotime}}", "2024-03-05T14:07:09Z"],
    ["{{isotime `2006-01-02`}}", "2024-03-05"],
    ["{{strftime `%Y%m%d`}}", "20240305"],
    ["{{pwd}} {{template_dir}}", "/project /project/templates"],
    ["{{packer_version}}", "1.16.0"],
    ["{{lower `ABC`}} {{upper `abc`}}", "abc ABC"],
    ["{{split `a-b-c` `-` 1}}", "b"],
    [
      "{{replace `a` `x` 1 `banana`}} {{replace `a` `x` -1 `banana`}} {{replace_all `a` `$&` `banana`}}",
      "bxnana bxnxnx b$&n$&n$&",
    ],
    ["{{`a:b*c` | clean_resource_name}}", "a-b-c"],
    ["{{build_name}} {{build_type}} {{build `ID`}} {{build `Port`}}", "web qemu i-1 22"],
    ["{{.HTTPIP}}:{{.HTTPPort}}", "10.0.2.2:8000"],
  ])("renders %s", (text, expected) => {
    expect(interpolator.render(text, { HTTPIP: "10.0.2.2", HTTPPort: 8000 }, scope)).toBe(expected);
  });

  it("makes a new uuid each time", () => {
    const [a, b] = interpolator.render("{{uuid}} {{uuid}}", {}, scope).split(" ");
    expect(a).toMatch(/^[0-9a-f-]{36}$/);
    expect(a).not.toBe(b);
  });

  it.each([
    ["{{split `a` `-` 3}}", "there are 1 parts, none with the index 3"],
    ["{{sed `s/a/b/` `x`}}", "it was removed from Packer; use replace or replace_all"],
    ["{{build `Nope`}}", 'there is nothing named "Nope" here'],
  ])("says why %s fails", (text, why) => {
    expect(() => interpolator.render(text, {}, scope)).toThrow(why);
  });

  it("knows beforehand what is refused, and what waits for the machine", () => {
    expect(interpolator.check("{{user `x`}}")?.message).toBe("no users here");
    expect(interpolator.needsData("{{if eq (build `ID`) `x`}}{{end}}")).toBe(true);
    expect(interpolator.needsData("{{.ID}}")).toBe(false);
  });

  it("fails late in the words of a run", () => {
    const render = () => interpolator.late(scope)("{{ .HTTPIPP }}", { HTTPIP: "x" });
    expect(render).toThrow(BuildError);
    expect(render).toThrow(
      'Cannot render the template "{{ .HTTPIPP }}": there is no value ".HTTPIPP" here. Did you mean "HTTPIP"?',
    );
  });
});
