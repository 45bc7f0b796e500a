import type { Communicator, UploadSource } from "../../../../sdk/communicator.ts";
import type { Run } from "../../../../sdk/run.ts";
import type { FileProvisionerConfig } from "./options.ts";

/** Something on this computer that is to be copied. */
export type CopySource =
  | {
      readonly kind: "file";
      readonly name: string;
      /** Absent where the text is in the template. */
      readonly path?: string;
      readonly mode: number;
      readonly size: number;
      readonly open: UploadSource;
    }
  | { readonly kind: "directory"; readonly name: string; readonly path: string };

export interface Upload {
  readonly run: Run;
  readonly config: FileProvisionerConfig;
  readonly communicator: Communicator;
}

/** Copies one source straight to where it belongs. */
export async function copy({ run, config, communicator }: Upload, source: CopySource, target: string): Promise<void> {
  const { signal } = run;
  const onProgress = (done: number, total: number | undefined) => run.progress(source.name, done, total);
  if (source.kind === "directory") return communicator.uploadDir(source.path, target, { signal, onProgress });
  const mode = config.mode === undefined ? source.mode : Number.parseInt(config.mode, 8);
  await communicator.upload(source.open, target, { signal, onProgress, size: source.size, mode });
}
