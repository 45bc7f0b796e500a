/** Symbols of a block: two for the digits of run lengths, the places of bytes in a list, and the end. */
export interface Symbols {
  readonly symbols: Uint16Array;
  /** 1 for each byte that occurs. */
  readonly used: Uint8Array;
  /** How many symbols there can be. */
  readonly alphabet: number;
}

/** bzip2's third layer: each byte becomes its place in a list of which it is then the first; runs of the first are counted. */
export function moveToFront(bytes: Uint8Array): Symbols {
  const used = new Uint8Array(256);
  for (let index = 0; index < bytes.length; index++) used[bytes[index]!] = 1;
  const list = Uint8Array.from([...used.keys()].filter((byte) => used[byte] === 1));
  const alphabet = list.length + 2;
  const symbols = new Uint16Array(bytes.length + 1);
  let length = 0;
  let run = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]!;
    if (byte === list[0]) {
      run++;
      continue;
    }
    // In base two with the digits one and two.
    for (; run > 0; run = (run - 1) >>> 1) symbols[length++] = 1 - (run & 1);
    symbols[length++] = bringForward(list, byte) + 1;
  }
  for (; run > 0; run = (run - 1) >>> 1) symbols[length++] = 1 - (run & 1);
  symbols[length++] = alphabet - 1;
  return { symbols: symbols.subarray(0, length), used, alphabet };
}

/** Makes `byte` the first of the list, and returns where it was. */
function bringForward(list: Uint8Array, byte: number): number {
  let place = 0;
  let moved = list[0]!;
  while (moved !== byte) {
    place++;
    const next = list[place]!;
    list[place] = moved;
    moved = next;
  }
  list[0] = byte;
  return place;
}
