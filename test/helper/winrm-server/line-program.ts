/** What a program of ours answers to one line. With a code it has ended. */
export interface LineResult {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

/** A program for the reader of `sdk/windows/powershell.ts`. */
export interface LineProgram {
  line(text: string): LineResult | undefined | Promise<LineResult | undefined>;
  end(): LineResult | Promise<LineResult>;
}
