import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { median, ordinaryEnvironment, type Benchmark } from "./benchmark.ts";

const RUNS = 41;
const TEMPLATE = `variable "name" {
  type    = string
  default = "web"
}

source "null" "web" {
  communicator = "none"
}

build {
  sources = ["source.null.web"]

  post-processor "manifest" {
    output = "\${var.name}.json"
  }
}
`;

/** The whole process `fmt -check` on one small file, ours and Packer's turn by turn so that both meet the same weather. */
export const benchmark: Benchmark = {
  name: "fmt",
  needs: { packer: "packer" },
  async run({ directory, imgbuild }) {
    const file = join(directory, "small.pkr.hcl");
    writeFileSync(file, TEMPLATE);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let run = 0; run < RUNS; run++) {
      ours.push(milliseconds(process.execPath, [imgbuild, "fmt", "-check", file]));
      theirs.push(milliseconds("packer", ["fmt", "-check", file]));
    }
    const figures = { ours: median(ours), peer: { name: "packer fmt -check", value: median(theirs) } };
    const target = { text: "no slower than packer fmt -check", met: figures.ours <= figures.peer.value };
    return [{ label: "fmt -check, one small file", unit: "ms", ...figures, target }];
  },
};

function milliseconds(program: string, args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8", env: ordinaryEnvironment() });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - start;
}
