import { resolve } from "node:path";
import type { Provisioner } from "../../../../sdk/component.ts";
import { fileInputs } from "../../../../sdk/file-inputs.ts";
import { missingFiles } from "../../../../sdk/missing-files.ts";
import { brokenShebangs } from "../../scripts/broken-shebang.ts";
import { schema, type FileProvisionerConfig } from "./options.ts";
import { download } from "./download.ts";
import { upload } from "./upload.ts";

export const provisioner: Provisioner<FileProvisionerConfig> = {
  kind: "provisioner",
  type: "file",
  summary: "Copies files and directories to the machine or from it.",
  schema,
  async checkFiles(config, { work }) {
    const missing = await missingFiles(localSources(config), work, { directories: true });
    return [...missing, ...(await brokenShebangs(localSources(config), work))];
  },
  filesRead: (config, { work }) =>
    fileInputs(
      localSources(config).map(([, source]) => source),
      work,
    ),
  filesWritten: downloadedFiles,
  provision: (run, config, { communicator }) => directions[config.direction](run, config, communicator),
};

const directions = { upload, download };

/** The sources that have to be on this computer before the build. */
function localSources(config: FileProvisionerConfig): readonly (readonly [readonly (string | number)[], string])[] {
  if (config.direction === "download" || config.generated) return [];
  if (config.source !== undefined) return [[["source"], config.source]];
  return (config.sources ?? []).map((source, index) => [["sources", index], source] as const);
}

/** A directory that was downloaded into counts as gone: the step is run again. */
function downloadedFiles(config: FileProvisionerConfig, { work }: { readonly work: string }): readonly string[] {
  return config.direction === "download" ? [resolve(work, config.destination)] : [];
}
