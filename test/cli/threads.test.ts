import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createWorkplace, type Workplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";

/** Enough for several blocks of each format, and so for threads. */
const TEXT = Buffer.from(Array.from({ length: 300_000 }, (_, line) => `line ${line}\n`).join(""));

const template = `
variable "directory" {
  type = string
}
source "file" "text" {
  source = "\${var.directory}/text"
  target = "\${var.directory}/copy"
}
build {
  sources = ["file.text"]
  post-processors {
    post-processor "compress" {
      output = "\${var.directory}/text.gz"
    }
  }
  post-processors {
    post-processor "compress" {
      output = "\${var.directory}/text.bgzf"
    }
  }
  post-processors {
    post-processor "compress" {
      output = "\${var.directory}/text.bz2"
    }
  }
}
`;

/** A place with the text, and how to build it there. */
async function workplace(): Promise<Workplace & { readonly args: readonly string[] }> {
  const place = await createWorkplace();
  const path = join(place.directory, "text.pkr.hcl");
  await writeFile(join(place.directory, "text"), TEXT);
  await writeFile(path, template);
  return { ...place, args: ["build", `-var=directory=${place.directory}`, path] };
}

async function expectCompressed({ directory }: Workplace): Promise<void> {
  for (const name of ["text.gz", "text.bgzf"]) {
    expect(gunzipSync(await readFile(join(directory, name))).equals(TEXT), name).toBe(true);
  }
}

describe("threads", () => {
  it("are started by the command as it is shipped", async () => {
    const place = await workplace();
    const { code, stderr, stdout } = await place.run(...place.args);
    expect(code, stdout + stderr).toBe(0);
    await expectCompressed(place);
  });

  needs("bzip2", "bzip2")("find the packages they need", async () => {
    const place = await workplace();
    await place.run(...place.args);
    const options = { encoding: "buffer", maxBuffer: 2 * TEXT.length } as const;
    const { stdout } = await promisify(execFile)("bzip2", ["-dc", join(place.directory, "text.bz2")], options);
    expect(stdout.equals(TEXT)).toBe(true);
  });

  it("are started by the command as it runs from the sources", async () => {
    const place = await workplace();
    await promisify(execFile)("npm", ["run", "--silent", "dev", "--", ...place.args], { env: place.env });
    await expectCompressed(place);
  });
});
