import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { pngFromPpm } from "../../src/lib/png.ts";

function ppm(width: number, height: number, pixels: readonly number[], comment = ""): Buffer {
  return Buffer.concat([Buffer.from(`P6\n${comment}${width} ${height}\n255\n`), Buffer.from(pixels)]);
}

/** The pixels of a PNG with one IDAT chunk and the filter "Up" on each row. */
function pixelsOf(png: Buffer): number[] {
  const at = png.indexOf("IDAT");
  const data = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
  const stride = png.readUInt32BE(16) * 3;
  const pixels: number[] = [];
  for (let row = 0; row < png.readUInt32BE(20); row++) {
    const line = data.subarray(row * (stride + 1), (row + 1) * (stride + 1));
    expect(line[0]).toBe(2);
    for (let x = 0; x < stride; x++) pixels.push(((pixels[(row - 1) * stride + x] ?? 0) + line[x + 1]!) & 0xff);
  }
  return pixels;
}

describe("pngFromPpm", () => {
  it("keeps every pixel", () => {
    const pixels = [255, 0, 0, 0, 255, 0, 1, 2, 3, 250, 251, 252];
    expect(pixelsOf(pngFromPpm(ppm(2, 2, pixels)))).toEqual(pixels);
  });

  it("reads a comment in the header", () => {
    expect(pixelsOf(pngFromPpm(ppm(1, 1, [7, 8, 9], "# by QEMU\n")))).toEqual([7, 8, 9]);
  });

  it("refuses what is no PPM, and what is cut short", () => {
    expect(() => pngFromPpm(Buffer.from("GIF89a"))).toThrow("not a binary PPM");
    expect(() => pngFromPpm(ppm(2, 2, [1, 2, 3]))).toThrow("cut short");
  });
});
