import { parse as parseWithHcl2Json } from "@cdktf/hcl2json";
import hcl2Parser from "hcl2-parser";
import { parseHcl } from "../../src/language/parse.ts";
import { median, type Benchmark, type Figure } from "./benchmark.ts";

/** A source and a build as people write them, with every sort of argument; repeated to the size asked for. */
const SAMPLE = `
source "qemu" "web_INDEX" {
  iso_url      = "https://example.org/images/\${var.release}/disk.iso" # mirrored
  iso_checksum = "sha256:\${local.checksums["INDEX"]}"
  memory       = 2 * var.base_memory + 512
  headless     = !var.debug && var.accelerator != "none"
  boot_command = ["<esc><wait>", "auto url=http://{{ .HTTPIP }}/p.cfg ", "hostname=web<enter>"]
  efi_boot {
    enabled = true
    secure  = var.secure ? "on" : "off"
  }
}
build {
  name    = "web-INDEX"
  sources = ["source.qemu.web_INDEX"]
  provisioner "shell" {
    environment_vars = [for key, value in var.environment : "\${key}=\${value}" if value != ""]
    inline = [
      "apt-get update",
      "apt-get install -y \${join(" ", concat(var.packages, ["curl", "jq"]))}",
    ]
    execute_command = <<-EOT
      sudo sh -c '{{ .Vars }} {{ .Path }}'
    EOT
  }
}
`;

/** Parsing a template of 1 MB, against HashiCorp's own parser compiled to JavaScript and to WebAssembly. */
export const benchmark: Benchmark = {
  name: "parse",
  needs: {},
  async run() {
    const megabyte = sampleOf(1_000_000);
    const ours = millisecondsOf(() => parseHcl({ name: "sample.pkr.hcl", text: megabyte }));
    const peers = {
      // Once: they take so long that a median over several runs would tell nothing more.
      "hcl2-parser": duration(() => hcl2Parser.parseToString(megabyte)),
      "@cdktf/hcl2json": await millisecondsOfHcl2Json(megabyte),
    };
    const versus = Object.entries(peers).map(([name, value]): Figure => {
      const target = { text: `at least 10 times as fast as ${name}`, met: value >= 10 * ours };
      return { label: "parse 1 MB", unit: "ms", ours, peer: { name, value }, target };
    });
    return [...versus, growth(10_000), growth(100_000), growth(1_000_000)];
  },
};

/**
 * 10 MB as one text against the same as many small ones, all trees kept: both fill the heap with as much, so what is
 * left is how the time grows with the size of a text.
 */
function growth(small: number): Figure {
  const large = 10_000_000;
  const parseAll = (size: number): number => {
    const sources = Array.from({ length: large / size }, () => ({ name: "sample.pkr.hcl", text: sampleOf(size) }));
    return millisecondsOf(() => sources.map((source) => parseHcl(source)));
  };
  const [baseline, ours] = [parseAll(small), parseAll(large)];
  return {
    label: "parse 10 MB as one text",
    unit: "ms",
    ours,
    peer: { name: `as ${large / small} of ${small / 1000} KB`, value: baseline },
    target: { text: "linear: as long, give or take a fifth", met: ours <= 1.2 * baseline },
  };
}

function sampleOf(size: number): string {
  let text = "";
  for (let index = 0; text.length < size; index++) text += SAMPLE.replaceAll("INDEX", String(index));
  return text;
}

function millisecondsOf(work: () => void, runs = 7): number {
  work();
  return median(Array.from({ length: runs }, () => duration(work)));
}

function duration(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

async function millisecondsOfHcl2Json(text: string): Promise<number> {
  await parseWithHcl2Json("warm-up.hcl", "a = 1");
  const start = performance.now();
  await parseWithHcl2Json("sample.hcl", text);
  return performance.now() - start;
}
