import { build } from "esbuild";
import { describe, expect, it } from "vitest";

const entries = [
  "src/plugins/amazon/builders/ebs.ts",
  "src/plugins/amazon/builders/ebssurrogate.ts",
  "src/plugins/amazon/builders/ebsvolume.ts",
  "src/plugins/amazon/data-sources/amazon-ami.ts",
  "src/plugins/amazon/data-sources/amazon-secretsmanager.ts",
  "src/plugins/amazon/import/amazon-import.ts",
  "src/plugins/amazon/aws/reapers.ts",
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
