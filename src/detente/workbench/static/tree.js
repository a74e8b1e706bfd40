// The game tree opened node by node: each node is asked of the server when it is opened, and stands for the changes in force.

import { bar } from "./forecast.js";
import { byId, make } from "./dom.js";
import { Asking } from "./asking.js";
import { chartMenu } from "./export.js";

let way = [];
let shown = "";
let asking = null;

// Opens the tree at the way chosen, if it is not there already; `words` are the changes in force.
export function showTree(words, focus = false) {
  const wanted = JSON.stringify([words, way]);
  if (wanted === shown) { byId("tree").classList.remove("stale"); return; }
  shown = wanted;
  asking?.cancel();
  const holder = byId("tree");
  const wait = make("p", { class: "hint", role: "status" }, "The game is being solved with every choice kept …");
  const slow = setTimeout(() => holder.prepend(wait), 300);
  holder.setAttribute("aria-busy", "true");
  asking = new Asking("tree", { changes: words, way }, (done, of) => { wait.textContent = `The game is being solved with every choice kept: ${done} of ${of} draws.`; });
  const mine = asking;
  asking.answer.then(({ found, refused }) => {
    clearTimeout(slow);
    if (mine !== asking) return;
    holder.setAttribute("aria-busy", "false");
    if (found) { way = found.way; shown = JSON.stringify([words, way]); node(found, words, focus); return; }
    shown = "";
    holder.replaceChildren(make("p", { class: "warning" }, `The tree cannot be opened: ${refused}`), make("button", { onclick: () => showTree(words, true) }, "Try again"));
  });
}

export function resetTree() {
  shown = "";
}

export const staleTree = () => byId("tree").classList.toggle("stale", byId("tree").hasChildNodes());

function go(to, words) {
  way = to;
  showTree(words, true);
}

function node(found, words, focus) {
  const title = make("h2", { tabindex: "-1" }, found.who ? `${found.who}: ${found.title}` : found.title, found.on ? make("span", { class: "legend" }, ` (${found.on})`) : "");
  byId("tree").classList.remove("stale");
  byId("tree").replaceChildren(
    crumbs(found, words), chartMenu("tree", "This node of the game tree", found.kind === "end" ? ["csv"] : ["svg", "png", "csv"], { way: found.way }), title, found.way.length ? standing(found) : "",
    ...(found.kind === "end" ? payoffs(found) : [options(found, words), ...information(found)]),
    come(found), make("p", { class: "legend" }, `The tree has ${found.nodes.toLocaleString("en")} nodes; figures are over ${found.draws} of the ${found.of.toLocaleString("en")} draws, with their 90 % interval.`),
  );
  byId("tree").onkeydown = (event) => {
    if (event.key !== "Backspace" || !way.length || event.target.matches("input")) return;
    event.preventDefault();
    go(way.slice(0, -1), words);
  };
  if (focus) title.focus();
  const trail = byId("tree").querySelector(".crumbs");
  trail.scrollTop = trail.scrollHeight;
}

function crumbs(found, words) {
  const items = found.crumbs.map((crumb, i) => {
    const last = i === found.crumbs.length - 1;
    const text = i ? `${crumb.text} · ${crumb.reached}` : crumb.text;
    const inner = last ? make("span", { "aria-current": "step" }, text) : make("button", { title: crumb.step, onclick: () => go(way.slice(0, i), words) }, text);
    return make("li", {}, inner);
  });
  return make("nav", { "aria-label": "The way here" }, make("ol", { class: "crumbs" }, ...items));
}

function standing(found) {
  const text = found.possible
    ? `It comes to this with a probability of ${found.reached.percent} (${found.reached.interval}), given what is on record.`
    : "The record rules this out. What follows is what would be played.";
  return make("p", { class: found.possible ? "" : "warning" }, text);
}

function options(found, words) {
  const rows = found.options.map((option) => {
    const row = make("li", { class: option.possible ? "answer small" : "answer small off" });
    const label = `${option.text}: ${option.figure.percent}. Then ${option.next}`;
    row.append(
      make("p", { class: "ask" }, make("button", { class: "open", "aria-label": label, onclick: () => go([...found.way, option.key], words) }, `${option.happened ? "✓ " : ""}${option.text}`), make("span", { class: "legend" }, ` → ${option.next}`)),
      bar({ after: option.figure }, false), make("p", { class: "percent" }, option.figure.percent), make("p", { class: "interval" }, option.figure.interval),
    );
    if (option.before) row.append(make("p", { class: "moved" }, `${option.happened ? "It happened; without" : "Without"} the record it is ${option.before.percent} (${option.before.interval})`));
    return row;
  });
  return make("ul", { class: "branches", "aria-label": "What may come of it" }, ...rows);
}

function information(found) {
  if (found.kind !== "move") return [];
  const parts = [make("h3", {}, `What ${found.who} cannot tell here`)];
  if (!found.unseen.length) parts.push(make("p", {}, "Nothing that has come about is hidden from it."));
  for (const thing of found.unseen) {
    const states = thing.states.map((state) => make("li", {}, make("strong", {}, state.figure.percent), ` ${state.text} `, make("span", { class: "legend" }, state.figure.interval)));
    if (thing.more) states.push(make("li", { class: "legend" }, `and ${thing.more} less likely`));
    parts.push(make("p", {}, thing.title), make("ul", { class: "believes" }, ...states));
  }
  if (found.alike > 1) parts.push(make("p", { class: "legend" }, `${found.alike} nodes look the same to it: one information set. It chooses alike at all of them.`));
  if (found.knows.length) parts.push(make("details", { open: true }, make("summary", {}, `What it knows or can tell (${found.knows.length})`), make("ul", {}, ...found.knows.map((known) => make("li", {}, known.text)))));
  return parts;
}

function payoffs(found) {
  const rows = found.payoffs.map((actor) => make("tr", {}, make("th", { scope: "row" }, actor.name), make("td", {}, make("strong", {}, actor.value), make("ul", {}, ...actor.parts.map((part) => make("li", {}, `${part.text}: ${part.value}`))))));
  return [make("table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "Actor"), make("th", { scope: "col" }, "Payoff, in the file’s units, and what it is made of"))), make("tbody", {}, ...rows))];
}

function come(found) {
  const rows = found.come.map((row) => make("li", {}, row.text, make("span", { class: "legend" }, row.recorded ? ` ${row.title}; on record` : ` ${row.title}`)));
  return rows.length ? make("details", {}, make("summary", {}, `All that has come about (${rows.length})`), make("ol", {}, ...rows)) : "";
}
