import { stat } from "node:fs/promises";
import { describeBytes } from "../../lib/bytes.ts";
import { errorMessage } from "../../lib/error-text.ts";
import { uploadFile } from "../../lib/http-upload.ts";
import { HttpStatusError, isTransient } from "../../lib/json-api.ts";
import { retry } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Run, Step } from "../../sdk/run.ts";

/** The object stores behind direct uploads refuse single requests above 5 GiB. */
const DIRECT_UPLOAD_LIMIT = 5 * 1024 ** 3;

export interface BoxUpload {
  readonly path: string;
  readonly insecureTls: boolean;
  /** Asks the service for an address to send the file to; asked again for each try, because addresses expire. */
  address(): Promise<UploadAddress>;
}

export interface UploadAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whether a file goes straight to the object store. */
export async function goesDirect(run: Run, path: string, noDirectUpload: boolean): Promise<boolean> {
  if (noDirectUpload) return false;
  const { size } = await stat(path);
  if (size <= DIRECT_UPLOAD_LIMIT) return true;
  run.say(`The box has ${describeBytes(size)}, more than a direct upload takes; uploading through the service`);
  return false;
}

/** Sends a box with patience: each try has a fresh address, pauses grow, and a refusal that can only repeat ends it. */
export async function uploadBox(run: Run, step: Step, upload: BoxUpload): Promise<UploadAddress> {
  try {
    return await retry((attempt) => once(run, step, upload, attempt), {
      attempts: 8,
      delayMs: 1000,
      maxDelayMs: 60_000,
      signal: step.signal,
      shouldRetry: isWorthAnotherTry,
      onRetry: (error, attempt, pauseMs) =>
        run.warn(
          `Upload try ${attempt} failed (${errorMessage(error)}); trying again in ${Math.ceil(pauseMs / 1000)} s`,
        ),
    });
  } catch (cause) {
    step.signal.throwIfAborted();
    if (cause instanceof BuildError) throw cause;
    throw new BuildError(`The box could not be uploaded: ${errorMessage(cause)}`, {
      cause,
      hint: `The box is safe in ${upload.path}. Run only the post-processors again:\n    imgbuild post-process RUN TEMPLATE`,
    });
  }
}

async function once(run: Run, step: Step, upload: BoxUpload, attempt: number): Promise<UploadAddress> {
  const address = await upload.address();
  run.debug("upload", `PUT ${new URL(address.url).host}`, { attempt });
  await uploadFile(address.url, upload.path, {
    env: run.host.env,
    signal: step.signal,
    insecureTls: upload.insecureTls,
    headers: address.headers,
    onProgress: (done, total) => run.progress("Uploading", done, total),
  });
  return address;
}

/** 400 and 403 from an object store usually mean that the address has expired. */
function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof BuildError) return false;
  return isTransient(error) || (error instanceof HttpStatusError && (error.status === 400 || error.status === 403));
}
