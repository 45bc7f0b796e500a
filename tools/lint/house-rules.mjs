import { dirname, relative, resolve, sep } from "node:path";
import { cycleThrough, importGraph } from "./import-graph.mjs";

/**
 * ESLint rules for the walls of the house. Both look at every import there is: `import … from`, `export … from`, types and
 * `import()` alike.
 */
export const houseRules = {
  rules: {
    layers: { meta: { schema: [{ type: "object" }] }, create: checkLayers },
    "no-cycles": { meta: { schema: [] }, create: checkCycles },
  },
};

/**
 * Options: `layers` (name → what it may import; a name is a folder or a file of `src`) and `rooms` (folders whose
 * subfolders must not import each other).
 */
function checkLayers(context) {
  const { layers, rooms } = context.options[0];
  const own = placeOf(context.filename, rooms);
  return onEachImport((node, target) => {
    const place = placeOf(resolve(dirname(context.filename), target), rooms);
    const message = whyForbidden(own, place, layers);
    if (message !== undefined) context.report({ node, message });
  });
}

function whyForbidden(own, { layer, room }, layers) {
  if (!(own.layer in layers)) return `${own.layer} is not in the table of layers.`;
  if (layer === own.layer) return room === own.room ? undefined : `${own.layer} never import each other.`;
  return layers[own.layer].includes(layer) ? undefined : `${own.layer} must not import ${layer}.`;
}

/** Layer and, in a layer of rooms, the room a file lies in. */
function placeOf(file, rooms) {
  const [layer, room] = relative(resolve("src"), file).split(sep);
  return { layer, room: rooms.includes(layer) ? room : undefined };
}

/** Read once for all files of one run. */
let graph;

function checkCycles(context) {
  graph ??= importGraph(resolve("src"));
  return {
    Program: (node) => {
      const cycle = cycleThrough(graph, context.filename, resolve("src"));
      if (cycle) context.report({ node, message: `Import cycle: ${cycle.join(" -> ")}` });
    },
  };
}

function onEachImport(check) {
  const visit = (node) => {
    const target = node.source?.value;
    if (typeof target === "string" && target.startsWith(".")) check(node, target);
  };
  return {
    ImportDeclaration: visit,
    ImportExpression: visit,
    ExportNamedDeclaration: visit,
    ExportAllDeclaration: visit,
  };
}
