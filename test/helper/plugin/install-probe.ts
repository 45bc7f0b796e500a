import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { sumFileOf } from "../../../src/plugin-host/installed/check-binary.ts";
import { pluginFileName, thisMachine } from "../../../src/plugin-host/installed/file-name.ts";
import { createWorkplace, type Workplace } from "../imgbuild.ts";
import { probePlugin } from "./probe.ts";

const PROBE_SOURCE = "github.com/imgbuild/probe";

export interface ProbePlace extends Workplace {
  /** What stands for the machine. */
  readonly root: string;
  template(text: string): string;
}

/** A place with the plugin of our own installed as Packer installs plugins. */
export async function probePlace(env: Readonly<Record<string, string>> = {}): Promise<ProbePlace> {
  const place = await createWorkplace({ PACKER_PLUGIN_PATH: "plugins", ...env });
  const name = pluginFileName({ name: "probe", version: "1.2.3", api: "x5.0" }, thisMachine);
  const path = join(place.directory, "plugins", PROBE_SOURCE, name);
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(probePlugin(), path);
  writeFileSync(sumFileOf(path), createHash("sha256").update(readFileSync(path)).digest("hex"));
  const root = join(place.directory, "machine");
  mkdirSync(root);
  const template = (text: string): string => {
    writeFileSync(join(place.directory, "t.pkr.hcl"), REQUIRED + text);
    return "t.pkr.hcl";
  };
  return { ...place, root, template };
}

const REQUIRED = `packer {
  required_plugins {
    probe = {
      source  = "${PROBE_SOURCE}"
      version = "~> 1.2"
    }
  }
}
`;
