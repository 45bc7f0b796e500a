import { describe, expect, it } from "vitest";
import { parseHandshake } from "../../../src/plugin-host/process/handshake.ts";

describe("parseHandshake", () => {
  it.each([
    ["5|0|unix|/tmp/packer-plugin1", { network: "unix", path: "/tmp/packer-plugin1" }],
    ["5|0|unix|/tmp/with|bar", { network: "unix", path: "/tmp/with|bar" }],
    ["5|0|tcp|127.0.0.1:10000\r", { network: "tcp", host: "127.0.0.1", port: 10_000 }],
    ["5|0|tcp|[::1]:10000", { network: "tcp", host: "[::1]", port: 10_000 }],
  ])("reads %s", (line, address) => {
    expect(parseHandshake(line)).toEqual({ address });
  });

  it.each([
    ["4|unix|/tmp/x", "made for Packer 1.6 or older"],
    ["5|unix|/tmp/x", "made for Packer 1.6 or older"],
    ["6|0|unix|/tmp/x", "It speaks version 6.0"],
    ["4|0|unix|/tmp/x", "It speaks version 4.0"],
    ["5|1|unix|/tmp/x", "It speaks version 5.1"],
    ["5|10|unix|/tmp/x", "It speaks version 5.10"],
    ["", "It is no plugin of Packer"],
    ["5|0", "It is no plugin of Packer"],
    ["a|b|unix|/tmp/x", "It is no plugin of Packer"],
    ["5|0|unix|relative", "does not connect to"],
    ["5|0|tcp|10.0.0.1:80", "does not connect to"],
    ["5|0|tcp|127.0.0.1.evil.example:80", "does not connect to"],
    ["5|0|quic|x", "does not connect to"],
  ])("says why %j is no use", (line, sentence) => {
    expect(parseHandshake(line)).toEqual({ problem: expect.stringContaining(sentence) });
  });

  it("quotes no more of a long line than helps", () => {
    const { problem } = parseHandshake("x".repeat(10_000)) as { problem: string };
    expect(problem.length).toBeLessThan(250);
  });
});
