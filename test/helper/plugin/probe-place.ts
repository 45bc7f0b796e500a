import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createWorkplace, type Workplace } from "../imgbuild.ts";
import { installProbe, REQUIRED_PROBE } from "./install-probe.ts";

export interface ProbePlace extends Workplace {
  /** What stands for the machine. */
  readonly root: string;
  /** Writes a template that requires the probe; its name. */
  template(text: string): string;
}

/** A place with the plugin of our own installed as Packer installs plugins. */
export async function probePlace(): Promise<ProbePlace> {
  const place = await createWorkplace({ PACKER_PLUGIN_PATH: "plugins" });
  installProbe(join(place.directory, "plugins"));
  const root = join(place.directory, "machine");
  mkdirSync(root);
  const template = (text: string): string => {
    writeFileSync(join(place.directory, "t.pkr.hcl"), REQUIRED_PROBE + text);
    return "t.pkr.hcl";
  };
  return { ...place, root, template };
}
