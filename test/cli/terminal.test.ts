import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { writeFiles } from "../helper/command-transcript.ts";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { startAtTerminal, type Terminal } from "../helper/terminal.ts";

const it = needs("script", "bsdutils");
const file = ({ directory }: Workplace, name: string): string => join(directory, name);
const read = (workplace: Workplace, name: string): string => readFileSync(file(workplace, name), "utf8");

/** Two provisioners that write down that they ran; the second fails until there is a file `mended`. */
const provisioners = `source "file" "image" {
  target  = "image.img"
  content = "pixels"
}
build {
  sources = ["source.file.image"]
  provisioner "shell-local" { inline = ["echo first >> ran"] }
  provisioner "shell-local" { inline = ["echo second >> ran; test -e mended"] }
}
`;

const postProcessors = `source "file" "image" {
  target  = "image.img"
  content = "pixels"
}
build {
  sources = ["source.file.image"]
  provisioner "shell-local" { inline = ["echo provisioned >> ran"] }
  post-processors {
    post-processor "shell-local" { inline = ["echo before >> ran"] }
    post-processor "shell-local" { inline = ["echo upload >> ran; test -e mended"] }
  }
}
`;

async function buildAtTerminal(
  files: Readonly<Record<string, string>>,
  ...flags: readonly string[]
): Promise<{ readonly workplace: Workplace; readonly terminal: Terminal }> {
  const workplace = await createWorkplace();
  writeFiles(workplace, files);
  return { workplace, terminal: startAtTerminal(workplace, "build", ...flags, "t.pkr.hcl") };
}

describe("build -on-error=ask at a terminal", () => {
  it("retries the provisioner that failed, and none before it", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    terminal.type("what?\r");
    await terminal.until("Please answer c, a, r.");
    terminal.type("r\r");
    await terminal.until("[r] retry step");
    writeFileSync(file(workplace, "mended"), "");
    terminal.type("R\r");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(read(workplace, "ran")).toBe("first\nsecond\nsecond\nsecond\n");
    expect(read(workplace, "image.img")).toBe("pixels");
  });

  it("cleans up when told to", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[c] clean up and exit");
    terminal.type("c\r");
    expect(await terminal.finished).toEqual({ code: 1 });
    expect(existsSync(file(workplace, "image.img"))).toBe(false);
  });

  it("retries a post-processor: the build and what came before it do not run again", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": postProcessors }, "-on-error=ask");
    await terminal.until("[r] retry step");
    writeFileSync(file(workplace, "mended"), "");
    terminal.type("r\r");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(read(workplace, "ran")).toBe("provisioned\nbefore\nupload\nupload\n");
  });

  it("retries the step as the template has it now, and says what is different", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    expect(terminal.screen()).toContain('on t.pkr.hcl line 8, in build > provisioner "shell-local"');
    terminal.type("r\r");
    await terminal.until("The template has the shell-local provisioner as it was.");
    await terminal.until("[r] retry step");
    writeFiles(workplace, { "t.pkr.hcl": provisioners.replace("test -e mended", "echo third >> ran") });
    terminal.type("r\r");
    await terminal.until("was read anew from t.pkr.hcl line 8: inline has changed. The other steps are as they");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(read(workplace, "ran")).toBe("first\nsecond\nsecond\nsecond\nthird\n");
  });

  it("asks again where the template is wrong or has another step there", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    writeFiles(workplace, { "t.pkr.hcl": provisioners.replaceAll("inline", "inlin") });
    terminal.type("r\r");
    await terminal.until('An argument named "inlin"');
    await terminal.until("The template cannot be used as it is now, so the step was not run again");
    await terminal.until("Correct it and retry.");
    await terminal.until("[r] retry step");
    writeFiles(workplace, { "t.pkr.hcl": provisioners.replace(/\n.*second.*/, "") });
    terminal.type("r\r");
    await terminal.until("The template has no shell-local provisioner in this place any more");
    await terminal.until("[r] retry step");
    terminal.type("c\r");
    expect(await terminal.finished).toEqual({ code: 1 });
    expect(read(workplace, "ran")).toBe("first\nsecond\n");
  });

  it("says a failure once: in the question, with the rest at the end", async () => {
    const { terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    terminal.type("c\r");
    await terminal.finished;
    expect(terminal.screen().match(/ended with exit status 1/g)).toHaveLength(1);
    expect(terminal.screen()).toContain("imgbuild build -only=file.image t.pkr.hcl");
    expect(terminal.screen().match(/on t\.pkr\.hcl line/g)).toHaveLength(1);
    expect(terminal.screen().match(/file\.image\.log/g)).toHaveLength(1);
  });

  it("asks once: a failing error-cleanup-provisioner is said, with its place, and not asked about", async () => {
    const text = provisioners.replace(/}\n$/, '  error-cleanup-provisioner "shell-local" { inline = ["exit 7"] }\n}\n');
    const { terminal } = await buildAtTerminal({ "t.pkr.hcl": text }, "-on-error=ask");
    await terminal.until("[r] retry step");
    terminal.type("c\r");
    expect(await terminal.finished).toEqual({ code: 1 });
    expect(terminal.screen()).toContain("The error-cleanup provisioner failed");
    expect(terminal.screen()).toMatch(/line \d+, in build > error-cleanup-provisioner "shell-local"/);
    expect(terminal.screen().match(/\[r\] retry step/g)).toHaveLength(1);
  });

  it("takes the end of the input for clean up", async () => {
    const { terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    terminal.type("\u0004");
    expect(await terminal.finished).toEqual({ code: 1 });
  });
});

describe("build at a terminal", () => {
  it("-debug waits before each step until enter is pressed", async () => {
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners, mended: "" }, "-debug");
    await terminal.until("Press enter to continue.");
    expect(existsSync(file(workplace, "ran"))).toBe(false);
    let pauses = 0;
    const pressing = (async () => {
      for (;;) {
        pauses++;
        terminal.type("\r");
        await terminal.until("Press enter to continue.");
      }
    })();
    await Promise.all([pressing.catch(() => {}), terminal.finished]);
    expect(await terminal.finished).toEqual({ code: 0 });
    // At least one for each provisioner.
    expect(pauses).toBeGreaterThanOrEqual(2);
    expect(read(workplace, "ran")).toBe("first\nsecond\n");
  });

  it("a breakpoint waits, says why, and goes on", async () => {
    const text = provisioners.replace(
      'provisioner "shell-local"',
      'provisioner "breakpoint" { note = "look now" }\n$&',
    );
    const { workplace, terminal } = await buildAtTerminal({ "t.pkr.hcl": text, mended: "" });
    await terminal.until("look now");
    await terminal.until("Press enter to continue.");
    expect(existsSync(file(workplace, "ran"))).toBe(false);
    terminal.type("\r");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(read(workplace, "ran")).toBe("first\nsecond\n");
  });
});

describe("the status of builds at a terminal", () => {
  const slow = provisioners.replace("echo first >> ran", "sleep 2.5; echo first >> ran");

  it("says what a build does and for how long, and leaves nothing of it behind", async () => {
    const { terminal } = await buildAtTerminal({ "t.pkr.hcl": slow, mended: "" });
    await terminal.until("    file.image: shell-local provisioner, 1 s");
    expect(await terminal.finished).toEqual({ code: 0 });
    const lastLines = terminal.screen().split("==> Wait completed")[1]!;
    expect(lastLines).not.toContain("shell-local provisioner, ");
  });

  it("is not there while a question waits for its answer", async () => {
    const { terminal } = await buildAtTerminal({ "t.pkr.hcl": provisioners }, "-on-error=ask");
    await terminal.until("[r] retry step");
    const before = terminal.screen().length;
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(terminal.screen().length - before).toBeLessThanOrEqual(2);
    terminal.type("c\r");
    await terminal.finished;
  });

  it("is not in a pipe, nor in CI", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, { "t.pkr.hcl": slow, mended: "" });
    const { stdout } = await workplace.run("build", "t.pkr.hcl");
    expect(stdout).not.toMatch(/provisioner, \d/);
    const inCi = { ...workplace, env: { ...workplace.env, CI: "true" } };
    const terminal = startAtTerminal(inCi, "build", "-force", "t.pkr.hcl");
    expect(await terminal.finished).toEqual({ code: 0 });
    expect(terminal.screen()).not.toMatch(/provisioner, \d/);
  });
});

describe("console at a terminal", () => {
  it("completes names with tab, goes on over lines, and leaves at exit", async () => {
    const workplace = await createWorkplace();
    writeFiles(workplace, { "t.pkr.hcl": 'variable "greeting" { default = "hello" }\n' });
    const terminal = startAtTerminal(workplace, "console", "t.pkr.hcl");
    await terminal.until("> ");
    terminal.type("uppe\t");
    await terminal.until("upper(");
    terminal.type("var.gr\t");
    await terminal.until("var.greeting");
    terminal.type(")\r");
    await terminal.until("HELLO");
    terminal.type("[1,\r");
    await terminal.until(". ");
    terminal.type("2]\r");
    await terminal.until("2,\n]");
    terminal.type("exit\r");
    expect(await terminal.finished).toEqual({ code: 0 });
  });

  it("remembers the lines of the last time, in a file nobody else reads", async () => {
    const workplace = await createWorkplace();
    const first = startAtTerminal(workplace, "console");
    await first.until("> ");
    first.type('upper("remembered")\r');
    await first.until("REMEMBERED");
    first.type("\u0004");
    await first.finished;
    const second = startAtTerminal(workplace, "console");
    await second.until("> ");
    second.type("\u001b[A");
    await second.until('upper("remembered")');
    second.type("\r");
    await second.until("REMEMBERED");
    second.type("\u0004");
    expect(await second.finished).toEqual({ code: 0 });
  });
});
