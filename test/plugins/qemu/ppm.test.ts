import { describe, expect, it } from "vitest";
import { parsePpm } from "../../../src/plugins/qemu/ppm.ts";

function ppm(width: number, height: number, pixels: readonly number[], comment = ""): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${comment}${width} ${height}\n255\n`), Buffer.from(pixels)]);
}

describe("parsePpm", () => {
  it("reads the pixels row by row", () => {
    const pixels = [255, 0, 0, 0, 255, 0, 1, 2, 3, 250, 251, 252];
    expect(parsePpm(ppm(2, 2, pixels))).toEqual({ width: 2, height: 2, pixels: Buffer.from(pixels) });
  });

  it("reads a comment in the header", () => {
    expect(parsePpm(ppm(1, 1, [7, 8, 9], "# by QEMU\n")).pixels).toEqual(Buffer.from([7, 8, 9]));
  });

  it("refuses what is no PPM, and what is cut short", () => {
    expect(() => parsePpm(Buffer.from("GIF89a"))).toThrow("not a binary PPM");
    expect(() => parsePpm(ppm(2, 2, [1, 2, 3]))).toThrow("cut short");
  });
});
