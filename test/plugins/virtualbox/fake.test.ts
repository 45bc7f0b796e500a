import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createFakeVirtualBox, type FakeGuest } from "../../helper/fake-virtualbox/fake-virtualbox.ts";
import { logOf, switchOff } from "../../helper/fake-virtualbox/running.ts";
import type { HostEvent } from "../../helper/fake-virtualbox/session.ts";
import { transcribe } from "../../helper/fake-virtualbox/transcript.ts";

it("The fake VBoxManage of these tests answers the recorded session as the real one did", async () => {
  let isTaken = false;
  const guest: FakeGuest = {
    start: () => (isTaken ? Promise.reject(new Error("taken")) : Promise.resolve()),
    stop: () => Promise.resolve(),
    answersPowerButton: false,
  };
  const box = createFakeVirtualBox({ guest });
  const beta = () => box.find("beta")!;
  const events: Readonly<Record<HostEvent, () => Promise<string> | string>> = {
    files: async () => {
      await mkdir(join(box.root, "out"), { recursive: true });
      for (const name of ["x.iso", "f.img", "key.der"]) await writeFile(join(box.root, name), "");
      return "";
    },
    "port taken": () => ((isTaken = true), ""),
    "port free": () => "",
    "let go": () => "",
    log: async () =>
      (await readFile(logOf(beta()), "utf8"))
        .split("\n")
        .filter((line) => line.includes("redirection"))
        .join("\n"),
    "memory taken": async () => {
      await rename(join(beta().folder, "Snapshots", "memory.sav"), join(box.root, "memory"));
      return "";
    },
    killed: async () => (await switchOff(box, beta(), "aborted"), ""),
  };
  const transcript = await transcribe({
    root: box.root,
    sshPort: 54_321,
    call: (args) => box.call(args),
    happen: async (event) => events[event](),
  });
  expect(transcript).toBe(await readFile("test/fixture/virtualbox/session.txt", "utf8"));
});
