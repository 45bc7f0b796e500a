import { suffixArray } from "./suffix-array.ts";

export interface SortedRotations {
  /** The last byte of each rotation, in their order. */
  readonly last: Uint8Array;
  /** Which of them is the text itself. */
  readonly origin: number;
}

/** The transform of Burrows and Wheeler. */
export function sortRotations(text: Uint8Array): SortedRotations {
  const { length } = text;
  // Begun at the least of its rotations, a text has suffixes in the order of its rotations.
  const first = leastRotation(text);
  const turned = new Uint8Array(length);
  turned.set(text.subarray(first));
  turned.set(text.subarray(0, first), length - first);
  const order = suffixArray(turned, 256);
  const start = first === 0 ? 0 : length - first;
  const last = new Uint8Array(length);
  let origin = 0;
  for (let index = 0; index < length; index++) {
    const at = order[index]!;
    last[index] = at === 0 ? turned[length - 1]! : turned[at - 1]!;
    if (at === start) origin = index;
  }
  return { last, origin };
}

/** Where the least rotation begins: two candidates race, and the one that is found greater goes on behind the difference. */
function leastRotation(text: Uint8Array): number {
  const { length } = text;
  let one = 0;
  let other = 1;
  let same = 0;
  while (one < length && other < length && same < length) {
    const byte = text[(one + same) % length]!;
    const otherByte = text[(other + same) % length]!;
    if (byte === otherByte) {
      same++;
      continue;
    }
    if (byte > otherByte) one += same + 1;
    else other += same + 1;
    if (one === other) other++;
    same = 0;
  }
  return Math.min(one, other);
}
