import { execFileSync } from "node:child_process";
import { appendFile, chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { parsePrivateKey } from "../../../src/communicators/ssh/private-key.ts";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needs } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const it = needs("ssh-keygen", "openssh-client");
const itLogsIn = needs("sshd", "openssh-server");
const signal = new AbortController().signal;
const PASSPHRASE = "open sesame";

const types: Readonly<Record<string, { readonly keygen: readonly string[]; readonly openssl: readonly string[] }>> = {
  rsa: { keygen: ["-b", "2048"], openssl: ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] },
  "ecdsa-256": { keygen: ["-b", "256"], openssl: ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"] },
  "ecdsa-384": { keygen: ["-b", "384"], openssl: ["EC", "-pkeyopt", "ec_paramgen_curve:P-384"] },
  "ecdsa-521": { keygen: ["-b", "521"], openssl: ["EC", "-pkeyopt", "ec_paramgen_curve:P-521"] },
  ed25519: { keygen: [], openssl: ["ED25519"] },
};

interface Maker {
  readonly type: keyof typeof types;
  readonly path: string;
  readonly passphrase: string;
}

/** Who writes a key, and in which form. */
const forms: Readonly<Record<string, (maker: Maker) => void>> = {
  "ssh-keygen, OpenSSH": (maker) => keygen(maker),
  "ssh-keygen, PEM": (maker) => keygen(maker, "-m", "PEM"),
  "ssh-keygen, PKCS8": (maker) => keygen(maker, "-m", "PKCS8"),
  "openssl genpkey": ({ type, path, passphrase }) => {
    const lock = passphrase === "" ? [] : ["-aes256", "-pass", `pass:${passphrase}`];
    openssl("genpkey", "-algorithm", ...types[type]!.openssl, ...lock, "-out", path);
  },
};

function keygen({ type, path, passphrase }: Maker, ...args: readonly string[]): void {
  const [name = ""] = String(type).split("-");
  const words = ["-q", "-t", name, ...types[type]!.keygen, ...args, "-N", passphrase, "-f", path];
  execFileSync("ssh-keygen", words, { stdio: "pipe" });
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}

/** What OpenSSH itself takes for the public key; what openssl does where it is PKCS#8 of ed25519, new to OpenSSH. */
async function publicOf(path: string, passphrase: string): Promise<string> {
  await chmod(path, 0o600);
  const words = ["pkey", "-in", path, "-passin", `pass:${passphrase}`];
  const isOpenssh = (await readFile(path, "utf8")).includes("BEGIN OPENSSH");
  if (!isOpenssh && execFileSync("openssl", [...words, "-noout", "-text"], { encoding: "utf8" }).includes("ED25519")) {
    const point = execFileSync("openssl", [...words, "-pubout", "-outform", "DER"]).subarray(-32);
    const head = Buffer.from("0000000b7373682d6564323535313900000020", "hex");
    return `ssh-ed25519 ${Buffer.concat([head, point]).toString("base64")}`;
  }
  const line = execFileSync("ssh-keygen", ["-y", "-P", passphrase, "-f", path], { encoding: "utf8" });
  return line.split(" ").slice(0, 2).join(" ").trim();
}

async function parsedPublic(path: string, passphrase: string): Promise<string> {
  const key = parsePrivateKey(await readFile(path, "utf8"), '"key"', passphrase || undefined);
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

describe.each(Object.keys(types))("a private key of the type %s (M-05)", (type) => {
  it.each(Object.keys(forms).flatMap((form) => [[form, ""] as const, [form, PASSPHRASE] as const]))(
    "by %s, with the passphrase %j, is the key that OpenSSH takes it for",
    async (form, passphrase) => {
      const path = join(temporaryDirectory(), "key");
      forms[form]!({ type, path, passphrase });
      expect(await parsedPublic(path, passphrase)).toBe(await publicOf(path, passphrase));
      if (passphrase === "") return;
      const text = await readFile(path, "utf8");
      for (const wrong of [undefined, "wrong"]) {
        expect(() => parsePrivateKey(text, '"key"', wrong)).toThrow(/"key" cannot be used: .*(passphrase|encrypted)/i);
      }
    },
  );

  itLogsIn("written by openssl lets in, at the machine and at a jump host", async () => {
    const server = await createSshd();
    const keyFile = join(server.directory, "pkcs8");
    forms["openssl genpkey"]!({ type, path: keyFile, passphrase: "" });
    await appendFile(join(server.directory, "authorized_keys"), `${await publicOf(keyFile, "")}\n`);
    const jump = {
      ssh_bastion_host: server.host,
      ssh_bastion_port: server.port,
      ssh_bastion_username: server.username,
    };
    for (const args of [{}, jump]) {
      const communicator = await connectTo(await createRecordingRun(), { ...server, keyFile }, args);
      expect((await askGuest(communicator, "echo in", { signal })).stdout).toBe("in\n");
    }
  });
});

describe("what may stand in a key file besides (M-05)", () => {
  it("is ignored as OpenSSH ignores it", async () => {
    const path = join(temporaryDirectory(), "key");
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", path);
    expect(await readFile(path, "utf8")).toContain("BEGIN EC PARAMETERS");
    expect(await parsedPublic(path, "")).toBe(await publicOf(path, ""));
    const plain = join(temporaryDirectory(), "key");
    forms["openssl genpkey"]!({ type: "rsa", path: plain, passphrase: "" });
    const expected = await publicOf(plain, "");
    const text = await readFile(plain, "utf8");
    const tolerated = [
      text.replaceAll("\n", "\r\n"),
      text.trimEnd(),
      `\ufeff${text}`,
      `Bag Attributes\n  x: y\n${text}`,
    ];
    for (const variant of tolerated) {
      await writeFile(plain, variant);
      expect(await parsedPublic(plain, "")).toBe(expected);
    }
  });
});

describe("a key that cannot be used (M-05)", () => {
  it("is said to have a cipher that is not supported", async () => {
    const path = join(temporaryDirectory(), "key");
    const chacha = ["-Z", "chacha20-poly1305@openssh.com"];
    keygen({ type: "ed25519", path, passphrase: PASSPHRASE }, ...chacha);
    const text = await readFile(path, "utf8");
    expect(() => parsePrivateKey(text, '"key"', PASSPHRASE)).toThrow(
      '"key" cannot be used: it is encrypted with chacha20-poly1305@openssh.com, which is not supported',
    );
  });

  it.each([
    ["an empty file", "", "cannot be used"],
    ["PuTTY's form", "PuTTY-User-Key-File-3: ssh-ed25519\n", "it is in PuTTY's form"],
    ["no key", "hello", "cannot be used"],
  ])("%s", (_, text, words) => {
    expect(() => parsePrivateKey(text, '"key"', undefined)).toThrow(words);
  });

  it("of a type that SSH has not is said to be one", async () => {
    const path = join(temporaryDirectory(), "key");
    openssl("genpkey", "-algorithm", "X25519", "-out", path);
    const text = await readFile(path, "utf8");
    expect(() => parsePrivateKey(text, '"key"', undefined)).toThrow("SSH has no keys of the type x25519");
  });
});
