import { bracketChange, type Tokens } from "../token.ts";

/** How many more brackets are opened than closed by these tokens. */
export function netBrackets(tokens: Tokens, start: number, end: number): number {
  let net = 0;
  for (let index = start; index < end; index++) net += bracketChange(tokens.kinds[index]!);
  return net;
}
