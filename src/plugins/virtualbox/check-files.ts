import type { CheckPlaces } from "../../sdk/component.ts";
import type { ConfigIssue } from "../../sdk/schema/schema.ts";
import { checkMachineFiles, missingDownload } from "../../steps/check-files.ts";
import type { CommonConfig } from "./options/common-config.ts";

type MachineConfig = Parameters<typeof checkMachineFiles>[0] &
  Partial<Pick<CommonConfig, "guest_additions_mode" | "guest_additions_url">>;

/** What every VirtualBox machine names: the shared arguments, and the guest additions of this host. */
export async function checkVirtualBoxFiles(
  config: MachineConfig,
  places: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  return [...(await checkMachineFiles(config, places)), ...(await missingAdditions(config, places))];
}

/** One with a template in it is known when VirtualBox has told its version. */
async function missingAdditions(
  { guest_additions_mode: mode, guest_additions_url: url }: MachineConfig,
  { work }: CheckPlaces,
): Promise<readonly ConfigIssue[]> {
  if (mode === "disable" || url === undefined || url.text === "" || url.text.includes("{{")) return [];
  return missingDownload("guest_additions_url", url.text, work);
}
