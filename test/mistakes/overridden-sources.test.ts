import { describe, expect, it } from "vitest";
import { diagnose, shortly } from "../helper/diagnose.ts";

const DIGEST = "md5:d41d8cd98f00b204e9800998ecf8427e";
const qemu = (own: string, over: string) =>
  `source "qemu" "m" {\n  iso_url = "http://example.com/x.iso"\n  ssh_username = "u"\n  ssh_password = "p"\n  ${own}\n}\nbuild {\n  source "qemu.m" {\n    ${over}\n  }\n}\n`;
const checksum = `iso_checksum = "${DIGEST}"`;

describe("a source with a block of the build over it", () => {
  it.each([
    [
      "what only both together do",
      qemu(`${checksum}\n  host_port_min = 5000`, "host_port_max = 4000"),
      ["9:3 error: host_port_min (5000) is above host_port_max (4000)."],
    ],
    [
      "what the block asks for, and the source does not have",
      'source "null" "n" {\n  communicator = "none"\n}\nbuild {\n  source "null.n" {\n    communicator = "winrm"\n    winrm_username = "u"\n    winrm_password = "p"\n  }\n}\n',
      ['5:3 error: "winrm_host" (the address of the machine) is required when the communicator is "winrm".'],
    ],
    [
      "a value of the block",
      qemu(checksum, 'format = "qcow3"'),
      [
        '9:14 error: Inappropriate value for "format": it must be one of "qcow2", "raw", not "qcow3". Did you mean "qcow2"?',
      ],
    ],
  ])("%s is wrong at the block", async (_, template, expected) => {
    expect((await diagnose(template)).map(shortly)).toEqual(expected);
  });

  it.each([
    ["a missing argument", qemu("", 'name = "z"'), '1:1 error: The argument "iso_checksum" is required'],
    ["a value", qemu(`${checksum}\n  disk_size = "x"`, "memory = 512"), "6:15 error: "],
    [
      "a pair",
      qemu(`${checksum}\n  host_port_min = 5\n  host_port_max = 4`, "memory = 512"),
      "6:19 error: host_port_min",
    ],
    [
      "a missing file",
      qemu(`${checksum}\n  ssh_private_key_file = "k"`, "memory = 512"),
      '6:26 error: There is no file "k"',
    ],
  ])("%s of the source alone is wrong there", async (_, template, expected) => {
    expect((await diagnose(template)).map(shortly)).toEqual([expect.stringContaining(expected)]);
  });
});
