import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { candidates, reservePort } from "../../src/lib/ports.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const host = "127.0.0.1";
const directory = temporaryDirectory;

/** The ports here are below those that Linux gives to connections, which other tests have many of. */
async function listen(port: number): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  onTestFinished(() => void server.close());
}

describe("candidates", () => {
  it("tries every port of the range once; the upper end is not part of it", () => {
    expect([...candidates({ min: 10, max: 15 })].sort()).toEqual([10, 11, 12, 13, 14]);
    expect([...candidates({ min: 10, max: 10 })]).toEqual([10]);
  });
});

describe("reservePort", () => {
  it("gives each caller another port, until there is none", async () => {
    const options = { range: { min: 21_200, max: 21_205 }, host, lockDirectory: directory() };
    const reserved = await Promise.all(Array.from({ length: 5 }, () => reservePort(options)));
    expect(new Set(reserved.map(({ port }) => port)).size).toBe(5);
    await expect(reservePort(options)).rejects.toThrow("No port from 21200 to 21204 is free on 127.0.0.1");
    await reserved[0]!.release();
    expect((await reservePort(options)).port).toBe(reserved[0]!.port);
  });

  it("passes over ports that others use, and those it is told to", async () => {
    await listen(21_210);
    const options = { range: { min: 21_210, max: 21_213 }, host, lockDirectory: directory() };
    expect((await reservePort({ ...options, exclude: new Set([21_211]) })).port).toBe(21_212);
  });

  it("names the port where only one is allowed", async () => {
    await listen(21_220);
    const options = { range: { min: 21_220, max: 21_220 }, host, lockDirectory: directory() };
    await expect(reservePort(options)).rejects.toThrow("Port 21220 is not free on 127.0.0.1");
  });
});
