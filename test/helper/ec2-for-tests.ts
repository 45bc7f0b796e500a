import { afterAll, beforeAll, beforeEach, type it } from "vitest";
import { createEc2Proxy, isDry, type Call, type Ec2Proxy } from "./ec2-proxy.ts";
import { startMoto, withMoto, type Moto } from "./moto.ts";

/** moto and a proxy before it, for all tests of one file; the proxy forgets between two of them. */
export interface Ec2ForTests {
  /** `it`, where moto can be had. */
  readonly it: typeof it;
  readonly moto: Moto;
  readonly proxy: Ec2Proxy;
  /** Ids of what this test has added to the regions. */
  added(): Promise<readonly string[]>;
  /** The same as kinds: `ami`, `snap`, `vol`… */
  addedKinds(): Promise<readonly string[]>;
  /** What was really asked for, dry runs left out. */
  calls(action: string): readonly Call[];
}

/** Starts both before the first test of the file, and stops them after its last. */
export function ec2ForTests({ regions }: { readonly regions: readonly string[] }): Ec2ForTests {
  const itWithMoto = withMoto();
  let moto: Moto;
  let proxy: Ec2Proxy;
  let before: ReadonlySet<string>;
  const inventory = async () => (await Promise.all(regions.map((region) => moto.inventory(region)))).flat();
  const added = async () => (await inventory()).filter((id) => !before.has(id));
  beforeAll(async () => {
    moto = await startMoto();
    proxy = await createEc2Proxy(moto.endpoint);
  });
  afterAll(async () => {
    await proxy?.close();
    await moto?.stop();
  });
  beforeEach(async () => {
    proxy?.clear();
    if (moto) before = new Set(await inventory());
  });
  return {
    it: itWithMoto,
    get moto() {
      return moto;
    },
    get proxy() {
      return proxy;
    },
    added,
    addedKinds: async () => (await added()).map((id) => id.replace(/-.*/, "")),
    calls: (action) => proxy.calls.filter((call) => call.action === action && !isDry(call)),
  };
}
