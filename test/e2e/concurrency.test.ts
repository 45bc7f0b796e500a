import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

function templateOf(builds: readonly string[], extra = ""): string {
  const sources = builds.map((name) => `source "file" "${name}" {\n  target  = "out-${name}"\n  content = "x"\n}\n`);
  const list = builds.map((name) => `"file.${name}"`).join(", ");
  return `${sources.join("")}build {\n  sources = [${list}]\n${extra}  post-processor "manifest" {\n    output = "manifest.json"\n  }\n}\n`;
}

async function builtNames(directory: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8")) as {
    builds: { name: string }[];
  };
  return manifest.builds.map(({ name }) => name).sort();
}

describe("builds side by side", () => {
  it("keep all 20 entries of one manifest, in each of five runs", async () => {
    for (let run = 0; run < 5; run++) {
      const place = await createWorkplace();
      const builds = names("b", 20);
      await writeFile(join(place.directory, "t.pkr.hcl"), templateOf(builds));
      const done = await place.run("build", "t.pkr.hcl");
      expect({ code: done.code, output: done.stdout }).toMatchObject({ code: 0 });
      expect(await builtNames(place.directory)).toEqual([...builds].sort());
    }
  });

  it("keep all entries of a manifest that two processes write", async () => {
    const place = await createWorkplace();
    const [left, right] = [names("l", 15), names("r", 15)];
    await writeFile(join(place.directory, "left.pkr.hcl"), templateOf(left));
    await writeFile(join(place.directory, "right.pkr.hcl"), templateOf(right));
    const done = await Promise.all([place.run("build", "left.pkr.hcl"), place.run("build", "right.pkr.hcl")]);
    expect(done.map(({ code }) => code)).toEqual([0, 0]);
    expect(await builtNames(place.directory)).toEqual([...left, ...right].sort());
    expect((await readdir(place.directory)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("list errors and artifacts in template order, though they end in another", async () => {
    const place = await createWorkplace();
    const builds = names("b", 6);
    const extra = `
  provisioner "shell-local" {
    inline = ["sleep 0.$((9 - 3 * (\${substr(source.name, 1, 1)} / 2)))", "exit \${substr(source.name, 1, 1) % 2}"]
  }
`;
    await writeFile(join(place.directory, "t.pkr.hcl"), templateOf(builds, extra));
    const done = await place.run("build", "t.pkr.hcl");
    expect(done.code).toBe(1);
    const listed = done.stdout.split("\n").flatMap((line) => /^--> file\.(\w+): (Stored)?/.exec(line)?.[1] ?? []);
    expect(listed).toEqual(["b1", "b3", "b5", "b0", "b2", "b4"]);
  });
});

describe("100 builds in one process", () => {
  it("take less than 300 MB", async () => {
    const place = await createWorkplace();
    await writeFile(join(place.directory, "t.pkr.hcl"), templateOf(names("b", 100)));
    const build = place.start("build", "t.pkr.hcl");
    let most = 0;
    const watch = setInterval(() => {
      void readFile(`/proc/${build.child.pid}/status`, "utf8").then(
        (status) => (most = Math.max(most, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0))),
        () => {},
      );
    }, 10);
    const done = await build.finished;
    clearInterval(watch);
    expect(done.code).toBe(0);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(300 * 1024);
  });
});
