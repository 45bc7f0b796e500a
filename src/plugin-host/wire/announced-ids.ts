import { isMap, type WireValue } from "./wire-value.ts";

/** Where a plugin announces streams that we are to dial: fields of its requests, and of its answers to ours. */
const fields: Readonly<Record<string, readonly string[]>> = {
  "Hook.Run": ["StreamId"],
  "Communicator.Start": ["StdinStreamId", "StdoutStreamId", "StderrStreamId", "ResponseStreamId"],
  "Communicator.Upload": ["ReaderStreamId"],
  "Communicator.Download": ["WriterStreamId"],
  "PostProcessor.PostProcess": ["StreamId"],
};

/** The numbers announced in the body of one message from the plugin. 0 stands for none. */
export function announcedIn(method: string, body: WireValue): readonly number[] {
  const candidates = method === "Builder.Run" ? [body] : fieldsOf(method, body);
  return candidates.filter((id): id is number => typeof id === "number" && Number.isInteger(id) && id > 0);
}

function fieldsOf(method: string, body: WireValue): readonly (WireValue | undefined)[] {
  if (!isMap(body) || !Object.hasOwn(fields, method)) return [];
  return fields[method]!.map((name) => body[name]);
}
