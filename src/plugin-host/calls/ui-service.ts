import { randomBytes } from "node:crypto";
import type { RpcHandler, RpcRequest } from "../wire/rpc-server.ts";
import { asMap, asText, asTexts, type WireValue } from "../wire/wire-value.ts";

/** What a plugin can show and ask. A promise that is returned holds the plugin back. */
export interface PluginUi {
  /** May hold several lines, colours of a terminal, or nothing. */
  say(text: string): void | Promise<void>;
  /** As `say`, in red: the call goes on. */
  error(text: string): void | Promise<void>;
  ask(query: string): Promise<string>;
  /** A line for programs. */
  machine(category: string, args: readonly string[]): void | Promise<void>;
  /** A transfer begins. It is told of each piece, so its methods are quick. */
  trackProgress(transfer: Transfer): ProgressBar;
}

export interface Transfer {
  readonly source: string;
  /** Bytes that were there before. */
  readonly current: number;
  /** 0 where it is not known. */
  readonly total: number;
}

interface ProgressBar {
  add(bytes: number): void;
  close(): void;
}

/** Answers the calls of the services `Ui` and, for each transfer under way, `UiID`. */
export function uiService(ui: PluginUi): RpcHandler {
  const bars = new Map<string, ProgressBar>();
  return (request) => {
    const { service, method } = request;
    if (service === "Ui" && Object.hasOwn(methods, method)) return methods[method]!(ui, request, bars);
    const bar = bars.get(service);
    if (bar === undefined || (method !== "Add" && method !== "Close")) return undefined;
    if (method === "Add") bar.add(asBytesRead(request.argument));
    else bar.close();
    if (method === "Close") bars.delete(service);
    return Promise.resolve(null);
  };
}

type Method = (ui: PluginUi, request: RpcRequest, bars: Map<string, ProgressBar>) => Promise<WireValue>;

const say: Method = async (ui, { argument }) => {
  await ui.say(asText(argument, "a message"));
  return null;
};

const methods: Readonly<Record<string, Method>> = {
  Say: say,
  // The older name of the same thing; plugins use both.
  Message: say,
  Error: async (ui, { argument }) => {
    await ui.error(asText(argument, "a message"));
    return null;
  },
  Ask: (ui, { argument }) => ui.ask(asText(argument, "a question")),
  Machine: async (ui, { argument }) => {
    const { Category, Args } = asMap(argument, "a line for programs");
    await ui.machine(asText(Category, "a category"), asTexts(Args, "arguments"));
    return null;
  },
  NewTrackProgress: (ui, { argument }, bars) => Promise.resolve(newBar(ui, argument, bars)),
};

/** The name under which the transfer is spoken of from now on. */
function newBar(ui: PluginUi, argument: WireValue, bars: Map<string, ProgressBar>): string {
  const { Src, TotalSize, CurrentSize } = asMap(argument, "a transfer");
  const source = asText(Src, "the source of a transfer");
  const name = source + randomBytes(6).toString("hex");
  const bar = ui.trackProgress({ source, current: size(CurrentSize), total: size(TotalSize) });
  bars.set(`Ui${name}`, bar);
  return name;
}

/** Servers that do not say how long an answer is make a size of -1. */
function size(value: WireValue | undefined): number {
  return typeof value === "number" && value > 0 ? value : 0;
}

/** A failed read says -1. */
function asBytesRead(value: WireValue): number {
  return typeof value === "number" && value > 0 ? value : 0;
}
