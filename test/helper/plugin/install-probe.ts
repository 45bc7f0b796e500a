import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sumFileOf } from "../../../src/plugin-host/installed/check-binary.ts";
import { pluginFileName, thisMachine } from "../../../src/plugin-host/installed/file-name.ts";
import { probePlugin } from "./probe.ts";

const SOURCE = "github.com/imgbuild/probe";

/** The block of a template that requires the plugin of our own. */
export const REQUIRED_PROBE = `packer {
  required_plugins {
    probe = {
      source  = "${SOURCE}"
      version = "~> 1.2"
    }
  }
}
`;

/** Puts it where Packer's plugins lie. */
export function installProbe(plugins: string): void {
  const name = pluginFileName({ name: "probe", version: "1.2.3", api: "x5.0" }, thisMachine);
  const path = join(plugins, SOURCE, name);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(probePlugin(), path);
  writeFileSync(sumFileOf(path), createHash("sha256").update(readFileSync(path)).digest("hex"));
}
