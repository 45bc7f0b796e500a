import { describe, expect, it } from "vitest";
import { PortTakenError, startFailure, SwitchedOffError } from "../../../src/plugins/qemu/start-failure.ts";

const qemu = { binary: "qemu-system-x86_64", args: ["-m", "64"] };
const ended = { code: 1, stdout: "", stderr: "" };

describe("startFailure", () => {
  it.each<[said: string, summary: string, hint: string]>([
    [
      "qemu-system-x86_64: Could not access KVM kernel module: No such file or directory\nqemu-system-x86_64: failed to initialize kvm: No such file or directory",
      "QEMU did not start: Could not access KVM kernel module: No such file or directory\nfailed to initialize kvm: No such file or directory",
      'Leave "accelerator" out',
    ],
    ["gtk initialization failed", "QEMU did not start: gtk initialization failed", "headless = true"],
    [
      "qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory",
      "QEMU did not start: cannot set up guest memory 'pc.ram': Cannot allocate memory",
      'Lower "memory"',
    ],
    [
      'qemu-system-x86_64: -drive file=a,if=virtio: Failed to get "write" lock\nIs another process using the image [a]?',
      'QEMU did not start: -drive file=a,if=virtio: Failed to get "write" lock\nIs another process using the image [a]?',
      "Another process is using the image",
    ],
    [
      "failed to parse default acl file\nqemu-system-x86_64: bridge helper failed",
      "bridge helper failed",
      "bridge.conf",
    ],
    [
      "qemu-system-x86_64: -drive file=http://127.0.0.1:1/x.iso,media=cdrom: Unknown protocol 'http'",
      "Unknown protocol 'http'",
      "qemu-block-extra",
    ],
    ["qemu-system-x86_64: -machine abacus: unsupported machine type", "unsupported machine type", "-machine help"],
  ])("knows what to do about %j", (said, summary, hint) => {
    const failure = startFailure(qemu, ended, said);
    expect(failure.message).toContain(summary);
    expect(failure.hint).toContain(hint);
  });

  it("tells the exit code when QEMU said nothing", () => {
    expect(startFailure(qemu, ended, "").message).toBe("QEMU did not start: it ended with exit code 1");
  });

  it("tells a machine that is off from one that did not start", () => {
    const off = { ...ended, code: 0 };
    expect(startFailure(qemu, off, "")).toBeInstanceOf(SwitchedOffError);
    expect(startFailure(qemu, off, "QEMU emulator version 7.2").message).toBe(
      "QEMU did not start: QEMU emulator version 7.2",
    );
    const behind = { ...qemu, args: ["-daemonize"] };
    expect(startFailure(behind, off, "").message).toBe("QEMU did not start: it ended with exit code 0");
  });

  it.each([
    "qemu-system-x86_64: -netdev user,id=user.0,hostfwd=tcp:127.0.0.1:2222-:22: Could not set up host forwarding rule 'tcp:127.0.0.1:2222-:22'",
    "qemu-system-x86_64: -vnc 127.0.0.1:5: Failed to find an available port: Address already in use",
  ])("recognises a taken port in %j", (said) => {
    expect(startFailure(qemu, ended, said)).toBeInstanceOf(PortTakenError);
  });
});
