/**
 * The page of `imgbuild screen`: one picture for each machine, which refreshes itself. `nonce` allows its own script
 * and style only.
 */
export function screenPage(nonce: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>imgbuild screen</title>
<style nonce="${nonce}">
${STYLE}</style>
<main id="machines"><p>Looking for machines…</p></main>
<script nonce="${nonce}">
${SCRIPT}</script>
</html>
`;
}

const STYLE = `  body { margin: 2rem; font: 1rem system-ui, sans-serif; background: #1b1b1b; color: #e8e8e8; }
  figure { margin: 0 0 2rem; }
  figcaption { margin-bottom: .5rem; }
  img { max-width: 100%; image-rendering: pixelated; border: 1px solid #666; }
`;

const SCRIPT = `const main = document.getElementById("machines");
const shown = new Map();

function show(machine) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const image = document.createElement("img");
  caption.textContent = machine.name + " (run " + machine.runId + ")";
  image.alt = "Screen of " + machine.name;
  figure.append(caption, image);
  main.append(figure);
  let count = 0;
  const refresh = () => { image.src = "screen/" + machine.key + ".png?" + count++; };
  image.onload = () => setTimeout(refresh, 500);
  image.onerror = () => setTimeout(refresh, 2000);
  refresh();
  shown.set(machine.key, figure);
}

async function look() {
  try {
    const machines = await (await fetch("machines.json")).json();
    const keys = new Set(machines.map((machine) => machine.key));
    for (const [key, figure] of shown) if (!keys.has(key)) { figure.remove(); shown.delete(key); }
    if (main.querySelector("p")) main.replaceChildren(...shown.values());
    for (const machine of machines) if (!shown.has(machine.key)) show(machine);
    if (machines.length === 0) main.innerHTML = "<p>No build has a machine running now. This page looks again by itself.</p>";
  } catch {
    main.innerHTML = "<p>imgbuild screen has ended.</p>";
    shown.clear();
  }
  setTimeout(look, 2000);
}
look();
`;
