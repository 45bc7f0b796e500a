import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError, runCommand } from "../../lib/process.ts";
import { BuildError } from "../../sdk/error.ts";
import { fetchBytes, type FetchOptions } from "./fetch-text.ts";

export interface SignedSums {
  readonly text: string;
  /** Of the file of sums; its signature is beside it, with `.sig` at the end. */
  readonly url: string;
}

/** A file of sums is not what somebody whose key is known has signed: nothing of its release is used. */
export class SignatureError extends BuildError {}

/**
 * Checks the signature of a release's sums against the keys in `keyring`, with GnuPG's `gpgv`. Without a keyring nothing
 * is checked: the keys of makers are nowhere that could be asked without trusting it as much as the release itself.
 */
export async function checkSignature(
  { text, url }: SignedSums,
  options: FetchOptions & { readonly keyring?: string | undefined },
): Promise<void> {
  const { keyring, signal, env } = options;
  if (keyring === undefined) return;
  const signature = await fetchBytes(`${url}.sig`, options);
  if (!signature) throw new SignatureError(`${url} is not signed`, { hint: WHY_CHECKED });
  const directory = await mkdtemp(join(env["TMPDIR"] || tmpdir(), "imgbuild-signature-"));
  try {
    const [sums, signed] = [join(directory, "SHA256SUMS"), join(directory, "SHA256SUMS.sig")];
    await writeFile(sums, text);
    await writeFile(signed, signature.bytes);
    const result = await runCommand("gpgv", ["--keyring", keyring, signed, sums], { env, signal });
    if (result.code === 0) return;
    throw new SignatureError(`${url} is not signed by anybody in ${keyring}`, {
      hint: `${WHY_CHECKED}\ngpgv says:\n${indented(result.stderr)}`,
    });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new SignatureError("Signatures are checked by gpgv, which is not there", {
      hint: "It is part of GnuPG:\n    apt install gpgv",
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const WHY_CHECKED =
  "IMGBUILD_PLUGIN_KEYRING is set, so that only releases are used which are signed by one of its keys.";

const indented = (text: string): string =>
  text
    .trim()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
