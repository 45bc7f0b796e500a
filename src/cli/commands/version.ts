import { VERSION } from "../../lib/version.ts";
import { booleanFlag, defineCommand, EXIT } from "../command.ts";

export const command = defineCommand({
  name: "version",
  summary: "Print the version",
  examples: [{ command: "imgbuild version", explains: "also -v, --version" }],
  arguments: [],
  flags: { "machine-readable": booleanFlag("Print the lines Packer's tools read.") },
  run({ host }, { flags }) {
    const seconds = Math.floor(host.clock.now() / 1000);
    const lines = [`${seconds},,version,${VERSION}`, `${seconds},,version-prelease,`, `${seconds},,version-commit,`];
    const shown = flags["machine-readable"] ? lines : [`imgbuild v${VERSION}`];
    host.stdout.write(`${shown.join("\n")}\n`);
    return Promise.resolve(EXIT.ok);
  },
});
