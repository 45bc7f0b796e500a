import type { RgbImage } from "../../lib/png.ts";

/** Reads a binary PPM (`P6`) with 8 bits per channel. Source: netpbm ppm(5). Throws on anything else. */
export function parsePpm(ppm: Buffer): RgbImage {
  const header = /^P6\s+(?:#.*\n\s*)*(\d+)\s+(\d+)\s+255\s/.exec(ppm.subarray(0, 200).toString("latin1"));
  if (!header) throw new Error("This is not a binary PPM with 8 bits per channel");
  const [width, height] = [Number(header[1]), Number(header[2])];
  const pixels = ppm.subarray(header[0].length, header[0].length + width * height * 3);
  if (pixels.length < width * height * 3) throw new Error("The PPM is cut short");
  return { width, height, pixels };
}
