import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const entries = [
  "src/builders/amazon/ebs.ts",
  "src/builders/amazon/ebssurrogate.ts",
  "src/builders/amazon/ebsvolume.ts",
  "src/data-sources/amazon-ami/amazon-ami.ts",
  "src/data-sources/amazon-secretsmanager/amazon-secretsmanager.ts",
  "src/post-processors/amazon-import/amazon-import.ts",
  "src/sdk/amazon/reapers.ts",
];

describe("a component of Amazon", () => {
  it.each(entries)("%s loads no AWS SDK before it is run, so that validate needs none", async (entry) => {
    const { metafile } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "node",
      packages: "external",
      splitting: true,
      outdir: "out",
    });
    const outputs = Object.entries(metafile.outputs);
    const reached = new Set(outputs.filter(([, output]) => output.entryPoint === entry).map(([path]) => path));
    for (const path of reached)
      for (const { kind, path: other } of metafile.outputs[path]!.imports)
        if (kind === "import-statement" && other in metafile.outputs) reached.add(other);
    const packages = [...reached].flatMap((path) =>
      metafile.outputs[path]!.imports.filter(({ kind, external }) => kind === "import-statement" && external === true),
    );
    expect(packages.map(({ path }) => path).filter((path) => path.startsWith("@aws-sdk") || path === "ssh2")).toEqual(
      [],
    );
  });
});
