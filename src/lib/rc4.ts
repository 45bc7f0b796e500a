/** The stream cipher RC4 (RFC 6229 has test vectors). Broken in itself; NTLM's message encryption is made of it. */
export function createRc4(key: Uint8Array): (data: Uint8Array) => Buffer {
  const state = scheduled(key);
  let [i, j] = [0, 0];
  return (data) => {
    const output = Buffer.allocUnsafe(data.length);
    for (let at = 0; at < data.length; at++) {
      i = (i + 1) & 255;
      const left = state[i]!;
      j = (j + left) & 255;
      const right = state[j]!;
      state[i] = right;
      state[j] = left;
      output[at] = data[at]! ^ state[(left + right) & 255]!;
    }
    return output;
  };
}

function scheduled(key: Uint8Array): Uint8Array {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  let j = 0;
  for (let i = 0; i < 256; i++) {
    const value = state[i]!;
    j = (j + value + key[i % key.length]!) & 255;
    state[i] = state[j]!;
    state[j] = value;
  }
  return state;
}
