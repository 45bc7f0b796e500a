import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";
import { needs } from "../helper/need.ts";
import { releaseFiles } from "../helper/plugin/release-server.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const it = needs("gpg", "gnupg");
const CLOUD = "github.com/acme/happycloud";

/** A key made for this test, as a keyring for gpgv, and its signature of a file. */
function signer() {
  const GNUPGHOME = temporaryDirectory();
  const env = { PATH: process.env["PATH"], GNUPGHOME };
  onTestFinished(() => void execFileSync("gpgconf", ["--kill", "gpg-agent"], { env }));
  const gpg = (...args: readonly string[]) =>
    execFileSync("gpg", ["--batch", "--quiet", ...args], { env, stdio: "pipe" });
  gpg("--passphrase", "", "--quick-gen-key", "test@example.invalid", "default", "default", "never");
  const keyring = join(GNUPGHOME, "ring.gpg");
  writeFileSync(keyring, gpg("--export"));
  return { keyring, sign: (path: string) => writeFileSync(`${path}.sig`, gpg("--detach-sign", "--output", "-", path)) };
}

/** A mirror in a folder, with one release; the path of its sums. */
async function mirror(root: string): Promise<string> {
  const folder = join(root, "mirror", CLOUD, "1.0.0");
  mkdirSync(folder, { recursive: true });
  const files = await releaseFiles("happycloud", { version: "1.0.0" });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return join(folder, "packer-plugin-happycloud_v1.0.0_SHA256SUMS");
}

async function place() {
  const { keyring, sign } = signer();
  const env = { IMGBUILD_PLUGIN_MIRROR: "mirror", PACKER_PLUGIN_PATH: "plugins", IMGBUILD_PLUGIN_KEYRING: keyring };
  const workplace = await createWorkplace(env);
  return { ...workplace, sign, sums: await mirror(workplace.directory) };
}

describe("IMGBUILD_PLUGIN_KEYRING", () => {
  it("lets a release in whose sums are signed by one of its keys", async () => {
    const { run, sign, sums } = await place();
    sign(sums);
    expect(await run("plugins", "install", CLOUD)).toMatchObject({ code: 0, stderr: "" });
  });

  it("keeps out a release without a signature, with one of somebody else, and with sums that were changed", async () => {
    const { run, sign, sums } = await place();
    expect((await run("plugins", "install", CLOUD)).stderr).toContain("_SHA256SUMS is not signed");
    signer().sign(sums);
    expect((await run("plugins", "install", CLOUD)).stderr).toContain("is not signed by anybody in");
    sign(sums);
    writeFileSync(sums, `${readFileSync(sums, "utf8")}\n`);
    const changed = await run("plugins", "install", CLOUD);
    expect(changed.stderr).toContain("BAD signature");
    expect(changed.code).toBe(1);
  });

  it("says that it needs gpgv where that is not there", async () => {
    const { directory, env, sums, sign } = await place();
    sign(sums);
    const mirrored = { ...env, PATH: temporaryDirectory(), IMGBUILD_PLUGIN_MIRROR: join(directory, "mirror") };
    const { run } = await createWorkplace(mirrored);
    expect((await run("plugins", "install", CLOUD)).stderr).toContain("apt install gpgv");
  });
});
