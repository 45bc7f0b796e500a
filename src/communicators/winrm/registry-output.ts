/** The data of a value, as `reg query` prints it: `    Name    REG_DWORD    0x1`. */
export function findValue(output: string, name: string): string | undefined {
  for (const line of output.split(/\r?\n/)) {
    const [found, , ...data] = line.trim().split(/\s{2,}|\t/);
    if (found === name) return data.join(" ");
  }
  return undefined;
}
