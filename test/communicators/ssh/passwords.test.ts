import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { askGuest } from "../../../src/steps/guest-command.ts";
import { connectTo } from "../../helper/guest-connection.ts";
import { needsRoot } from "../../helper/need.ts";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { createSshd } from "../../helper/sshd.ts";

const it = needsRoot("sshd", "openssh-server");
const signal = new AbortController().signal;
const password = "correct horse";

describe("logging in with a password", () => {
  it.each([false, true])("works, ordinary user: %s", async (ordinaryUser) => {
    const server = await createSshd({ password, ordinaryUser });
    const run = await createRecordingRun();
    const communicator = await connectTo(run, server, { ssh_password: password, ssh_private_key_file: "" });
    expect((await askGuest(communicator, "id -un", { signal })).stdout.trim()).toBe(server.username);
    expect(server.log()).toContain("Accepted password");
    expect(run.secrets).toContain(password);
  });

  it.each([false, true])("answers keyboard-interactive questions of PAM, ordinary user: %s", async (ordinaryUser) => {
    const server = await createSshd({ password, ordinaryUser, pam: true });
    const args = { ssh_password: password, ssh_private_key_file: "" };
    const communicator = await connectTo(await createRecordingRun(), server, args);
    expect((await askGuest(communicator, "id -un", { signal })).stdout.trim()).toBe(server.username);
    expect(server.log()).toContain("Accepted keyboard-interactive/pam");
  });

  it.each([false, true])("names the password where it is wrong, PAM: %s", async (pam) => {
    const server = await createSshd({ password, pam });
    const args = { ssh_password: "wrong", ssh_private_key_file: "", ssh_handshake_attempts: 1 };
    const refused = pam ? "the password (keyboard-interactive)" : "the server refused the password for";
    await expect(connectTo(await createRecordingRun(), server, args)).rejects.toThrow(refused);
  });

  it("tries the password after the key was refused, in one connection", async () => {
    const server = await createSshd({ password, config: ["AuthorizedKeysFile none"] });
    await connectTo(await createRecordingRun(), server, { ssh_password: password });
    expect(server.log()).toMatch(/Failed publickey .* port (\d+) [^]*Accepted password .* port \1 /);
  });
});

describe("a jump host that asks questions (ssh_bastion_interactive)", () => {
  async function route(answer: (text: string) => string | undefined) {
    const bastion = await createSshd({ password, pam: true });
    const run = await createRecordingRun();
    const asked: string[] = [];
    Object.assign(run, {
      askUser: (text: string, { hidden }: { readonly hidden?: boolean } = {}) => {
        asked.push(`${text} ${hidden === true ? "(hidden)" : "(shown)"}`);
        return Promise.resolve(answer(text));
      },
    });
    const args = {
      ssh_bastion_host: bastion.host,
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.username,
      ssh_bastion_interactive: true,
    };
    return { bastion, run, asked, args };
  }

  it("has them answered by the user, once, however long the machine takes", async () => {
    const { bastion, run, asked, args } = await route(() => password);
    const server = await createSshd({ start: false });
    const connected = connectTo(run, server, args);
    while (!run.said().some((text) => text.includes("cannot reach"))) await sleep(20);
    await server.start();
    const communicator = await connected;
    expect((await askGuest(communicator, "echo through", { signal })).stdout).toBe("through\n");
    expect(asked).toEqual(["127.0.0.1: Password: (hidden)"]);
    expect(bastion.log().match(/Accepted keyboard-interactive/g)).toHaveLength(1);
    expect(run.secrets).toContain(password);
  });

  it("asks again after a wrong answer, and says who refused it", async () => {
    const { run, asked, args } = await route(() => "wrong");
    const refused = connectTo(run, await createSshd(), { ...args, ssh_handshake_attempts: 2 });
    await expect(refused).rejects.toThrow(/refused 2 times: the jump host 127.0.0.1: .* the answers/);
    expect(asked).toHaveLength(2);
  });

  it("says so where there is no terminal", async () => {
    const { run, args } = await route(() => undefined);
    await expect(connectTo(run, await createSshd(), args)).rejects.toThrow(
      'The jump host 127.0.0.1 asks "Password:", but there is no terminal to answer it on',
    );
  });
});
