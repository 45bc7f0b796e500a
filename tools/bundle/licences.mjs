import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** The packages whose code is in the bundle, and under which terms: who passes the code on passes these on as well. */
export function collectLicences() {
  const folders = new Set();
  return {
    /** Takes the packages of one bundle: `metafile` is esbuild's. */
    note({ inputs }) {
      for (const input of Object.keys(inputs)) {
        const [folder] = /^(.*node_modules\/)(@[^/]+\/)?[^/]+/.exec(input.replace(/^[^:/]*:/, "")) ?? [];
        if (folder !== undefined && existsSync(join(folder, "package.json"))) folders.add(folder);
      }
    },
    /** Every package, and every text of a licence once. */
    text() {
      const packages = [...folders].sort().map(packageAt);
      const texts = groupByText(packages);
      const sections = [...texts].map(
        ([text, list]) => `${"=".repeat(72)}\n${list.map(titleOf).join("\n")}\n\n${text}`,
      );
      return `imgbuild contains code of these packages.\n\n${sections.join("\n\n")}\n`;
    },
  };
}

function packageAt(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[sc]e|copying)/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(folder, file), "utf8").trim();
  return { name, version, license, text };
}

const titleOf = ({ name, version, license }) => `${name} ${version}${license === undefined ? "" : ` (${license})`}`;

function groupByText(packages) {
  const groups = new Map();
  for (const one of packages) groups.set(one.text, [...(groups.get(one.text) ?? []), one]);
  return groups;
}
