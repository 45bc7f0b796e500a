import { describe, expect, it } from "vitest";
import type { Registry } from "../../src/sdk/registry.ts";
import { ComponentLookup, findComponent } from "../../src/template/component-lookup.ts";
import { error } from "../../src/template/diagnostics.ts";
import { planUntilLoaded, type Planning } from "../../src/template/plan-until-loaded.ts";
import { fakeRegistry } from "../helper/fake-components.ts";

/** A registry that remembers what it loaded, in order. */
function countingRegistry(loaded: string[]): Registry {
  const registry = fakeRegistry();
  return {
    ...registry,
    load: (kind, type) => {
      loaded.push(`${kind} ${type}`);
      return registry.load(kind, type);
    },
  };
}

const options = { only: [], except: [], structureOnly: false };
const settle: Planning["settle"] = (compute) => Promise.resolve(compute());

describe("planUntilLoaded", () => {
  it("plans again, with each component loaded once, until none is missing", async () => {
    const loaded: string[] = [];
    const lookup = new ComponentLookup(countingRegistry(loaded));
    let rounds = 0;
    await planUntilLoaded({
      options,
      lookup,
      settle,
      plan: ({ report }) => {
        rounds++;
        const builder = findComponent({ lookup, report, options }, "builder", "machine", undefined);
        // What is wanted only once the first is there makes a third round.
        if (builder) findComponent({ lookup, report, options }, "provisioner", "run", undefined);
        return [];
      },
    });
    expect(loaded).toEqual(["builder machine", "provisioner run"]);
    expect(rounds).toBe(3);
  });

  it("keeps what the last round reports, and nothing of those before", async () => {
    const lookup = new ComponentLookup(fakeRegistry());
    let rounds = 0;
    const { diagnostics } = await planUntilLoaded({
      options,
      lookup,
      settle,
      plan: ({ report }) => {
        findComponent({ lookup, report, options }, "builder", "machine", undefined);
        report(error("round", undefined, "Round", `${++rounds}`));
        return [];
      },
    });
    expect(diagnostics.map(({ detail }) => detail)).toEqual(["2"]);
  });

  it("reports a component that does not exist, and does not wait for it", async () => {
    const lookup = new ComponentLookup(fakeRegistry());
    const { diagnostics } = await planUntilLoaded({
      options,
      lookup,
      settle,
      plan: ({ report }) => {
        findComponent({ lookup, report, options }, "builder", "machin", undefined);
        return [];
      },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unknown-builder-type"]);
    expect(diagnostics[0]!.detail).toContain('Did you mean "machine"?');
  });

  it("asks each round with patterns that have matched nothing yet", async () => {
    const lookup = new ComponentLookup(fakeRegistry());
    let rounds = 0;
    const { diagnostics } = await planUntilLoaded({
      options: { only: ["machine.a"], except: [] },
      lookup,
      settle,
      plan: ({ selection, report }) => {
        findComponent({ lookup, report, options }, "builder", "machine", undefined);
        // A match of the first round must not hide that the pattern matches nothing in the last.
        if (rounds++ === 0) selection.selectsBuild("machine.a");
        return [];
      },
    });
    expect(diagnostics.map(({ code }) => code)).toEqual(["unmatched-pattern"]);
  });
});
