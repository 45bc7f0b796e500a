/** Of the words of bzip2's own encoder; a decoder takes up to 20. */
const LONGEST = 17;

/** The length of each symbol's word in a code of Huffman for these frequencies; every symbol gets a word. */
export function codeLengths(frequencies: Uint32Array): Uint8Array {
  let weights = Array.from(frequencies, (frequency) => Math.max(1, frequency));
  for (;;) {
    const lengths = huffman(weights);
    if (lengths.every((length) => length <= LONGEST)) return lengths;
    // Flatter weights make shorter words.
    weights = weights.map((weight) => (weight >>> 1) + 1);
  }
}

/** Joins the two lightest trees until one is left: leaves in the order of weight, and trees as they are made, are two queues. */
function huffman(weights: readonly number[]): Uint8Array {
  const count = weights.length;
  const leaves = [...weights.keys()].sort((one, other) => weights[one]! - weights[other]! || one - other);
  const weightOf = [...weights];
  const parents = new Int32Array(2 * count - 1);
  let leaf = 0;
  let tree = count;
  const lightest = (): number => {
    const isTree = leaf >= count || (tree < weightOf.length && weightOf[tree]! < weightOf[leaves[leaf]!]!);
    return isTree ? tree++ : leaves[leaf++]!;
  };
  while (weightOf.length < 2 * count - 1) {
    const [one, other] = [lightest(), lightest()];
    parents[one] = parents[other] = weightOf.length;
    weightOf.push(weightOf[one]! + weightOf[other]!);
  }
  const depths = new Uint8Array(2 * count - 1);
  for (let node = 2 * count - 3; node >= 0; node--) depths[node] = depths[parents[node]!]! + 1;
  return depths.subarray(0, count);
}
