import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { deflated, drawCase, mostBytes, type DeflateCase } from "../test/helper/deflate/cases.ts";
import { gunzipped, inflaters, type Packed } from "../test/helper/deflate/inflaters.ts";

/**
 * Deflates data drawn by lot and has it inflated by readers that share no code with it or with each other. `npm run fuzz` does
 * 2,000 cases from a new seed, which it prints; a failure names the command that repeats it alone.
 */
const CASES = 2000;
/** Cases in one run of gzip. */
const BATCH = 50;

interface Tried {
  readonly seed: number;
  readonly drawn: DeflateCase;
  readonly packed: Packed;
}

const { values } = parseArgs({ options: { seed: { type: "string" }, cases: { type: "string" } } });
const seed = Number(values.seed ?? randomInt(2 ** 31));
const cases = Number(values.cases ?? CASES);

console.log(
  `Deflating ${cases} cases from seed ${seed}; inflating them with ${Object.keys(inflaters).join(", ")}, gzip.`,
);
for (let done = 0; done < cases; done += BATCH) {
  const seeds = Array.from({ length: Math.min(BATCH, cases - done) }, (_, index) => seed + done + index);
  const tried = seeds.map(tryInProcess);
  if (!isReadByGzip(tried)) throw new Error(failure(tried.find((each) => !isReadByGzip([each])) ?? tried[0]!, "gzip"));
}
console.log("All of them came back as they were.");

function tryInProcess(seed: number): Tried {
  const drawn = drawCase(seed);
  const packed = deflated(drawn);
  const tried = { seed, drawn, packed };
  for (const [name, inflate] of Object.entries(inflaters)) {
    if (!attempt(() => inflate(packed).equals(drawn.data))) throw new Error(failure(tried, name));
  }
  if (packed.bytes.length > mostBytes(drawn.data.length)) throw new Error(failure(tried, "the bound of its size"));
  return tried;
}

function isReadByGzip(tried: readonly Tried[]): boolean {
  const expected = Buffer.concat(tried.flatMap(({ drawn }) => [drawn.before, drawn.data]));
  return attempt(() => gunzipped(tried.map(({ drawn, packed }) => ({ ...packed, data: drawn.data }))).equals(expected));
}

/** A reader that throws has not read it. */
function attempt(check: () => boolean): boolean {
  try {
    return check();
  } catch (error) {
    console.error(error);
    return false;
  }
}

function failure({ seed, drawn }: Tried, what: string): string {
  return `${what} disagrees about ${drawn.description}. To repeat it: npm run fuzz -- --seed ${seed} --cases 1`;
}
