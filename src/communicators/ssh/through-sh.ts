/**
 * A script for `/bin/sh`, as a command that shells of every family read alike (csh and fish differ in quotes, line ends and
 * `!`): what they would not is written in octal, which `printf` undoes.
 */
export function throughSh(script: string): string {
  return `exec /bin/sh -c 'eval "$(printf %b "${inOctal(script)}")"'`;
}

/** Bytes that mean something within single quotes of any shell, within double quotes of ours, or to `printf`. */
const SPECIAL = new Set(Array.from("'\"\\$`!", (character) => character.charCodeAt(0)));
const FIRST_PRINTABLE = 0x20;
const LAST_PRINTABLE = 0x7e;

function inOctal(text: string): string {
  const parts = Array.from(Buffer.from(text), (byte) => {
    const isPlain = byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE && !SPECIAL.has(byte);
    return isPlain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, "0")}`;
  });
  return parts.join("");
}
