import { describe, expect, it, onTestFinished } from "vitest";
import { goOn } from "../../../../src/plugins/qemu/checkpoints/migration.ts";
import { connectQmp } from "../../../../src/plugins/qemu/qmp.ts";
import { serveQmp } from "../../../helper/qmp-server.ts";

/** Recorded from QEMU 7.2 on a busy computer, after the event that the migration is completed. */
const NOT_YET = { error: { class: "GenericError", desc: "Migration is not finalized yet" } };
const statusOf = (status: string) => ({ return: { status, singlestep: false, running: false } });

/** QEMU that stays in `finish-migrate` for so many questions, and then refuses to go on or does. */
async function qemu(
  questions: number,
  refusal?: { readonly error: { readonly class: string; readonly desc: string } },
) {
  let asked = 0;
  const goesOn: boolean[] = [];
  const path = await serveQmp(({ execute }) => {
    if (execute === "query-status") return statusOf(asked++ < questions ? "finish-migrate" : "postmigrate");
    const answer = asked <= questions ? NOT_YET : (refusal ?? { return: {} });
    goesOn.push("return" in answer);
    return answer;
  });
  const qmp = await connectQmp(path);
  onTestFinished(() => qmp.close());
  return { qmp, goesOn };
}

describe("letting a saved machine go on", () => {
  it.each([0, 1, 3])("waits until QEMU has finished (%i questions)", async (questions) => {
    const { qmp, goesOn } = await qemu(questions);
    await goOn(qmp);
    expect(goesOn).toEqual([true]);
  });

  it("passes on why QEMU refuses", async () => {
    const { qmp } = await qemu(1, { error: { class: "GenericError", desc: 'Failed to get "write" lock' } });
    await expect(goOn(qmp)).rejects.toThrow('Failed to get "write" lock');
  });
});
