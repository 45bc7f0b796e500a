import { StringDecoder } from "node:string_decoder";

/** A line longer than this is delivered in pieces, so that memory stays bounded whatever a program prints. */
export const LONGEST_LINE = 64 * 1024;

/** Turns chunks of bytes into lines of text without their ends; bytes that are not UTF-8 become U+FFFD. */
export class LineSplitter {
  readonly #decoder = new StringDecoder("utf8");
  readonly #deliver: (line: string) => void;
  #rest = "";

  constructor(deliver: (line: string) => void) {
    this.#deliver = deliver;
  }

  add(chunk: Buffer): void {
    const text = this.#rest + this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
      this.#line(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = this.#cut(text.slice(start));
  }

  /** Delivers what came after the last line end. */
  end(): void {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = "";
    if (rest !== "") this.#line(rest);
  }

  #line(text: string): void {
    this.#deliver(finish(this.#cut(text)));
  }

  /** Delivers all but the last piece of an over-long text. */
  #cut(text: string): string {
    let rest = text;
    while (rest.length > LONGEST_LINE) {
      this.#deliver(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
    return rest;
  }
}

function finish(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
