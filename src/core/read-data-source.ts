import { BuildError } from "../sdk/error.ts";
import type { ReadDataSource } from "../template/load-options.ts";
import { BuildRun } from "./run/build-run.ts";
import type { Session } from "./run/session.ts";

/** Reads data sources while a template is loaded, each with a run of its own named after its address. */
export function dataSourceReader(session: Omit<Session, "journal">): ReadDataSource {
  const refuse = { record: () => Promise.reject(new BuildError("A data source leaves nothing behind")) };
  return async (address, source, config) => {
    const identity = { name: address, builderType: source.type, sourceName: address };
    const run = new BuildRun({ ...session, journal: refuse }, identity);
    try {
      const values = await source.read(run, config);
      await run.unwind("succeeded");
      return values;
    } catch (error) {
      await run.unwind("failed");
      throw error;
    }
  };
}
