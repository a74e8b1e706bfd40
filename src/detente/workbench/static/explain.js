// Who can change it, what showing, hiding and hanging together is worth, who would say otherwise: the brief's sections, asked for by buttons as they take a while.

import { Asking } from "./asking.js";
import { byId, drawing, make } from "./dom.js";

let running = null;

// `words` are the changes in force; `tryOut` puts a lever among them.
export function offerSections(sections, words, tryOut) {
  running?.cancel();
  byId("who").replaceChildren(make("h2", {}, "Who can change it, and who would say otherwise"),
    make("p", { class: "hint" }, "Each of these solves many changed games, behind whatever else you do."),
    ...sections.map((each) => offered(each, words, tryOut)));
}

export function staleSections() {
  running?.cancel();
  for (const button of byId("who").querySelectorAll("button")) button.disabled = true; // until all draws of the new changes are in
  byId("who").classList.add("stale");
}

export function freshSections() {
  byId("who").classList.remove("stale");
}

function offered(each, words, tryOut) {
  const holder = make("section", { id: `who-${each.name}`, class: "asked", "aria-label": each.title });
  const idle = () => holder.replaceChildren(make("button", { onclick: () => begin() }, `${each.title}?`));
  const begin = () => {
    running?.cancel();
    const bar = make("progress", { max: "1", "aria-label": each.title });
    const state = make("span", { role: "status" }, `${each.title}: waiting for all draws …`);
    const stop = make("button", { onclick: () => asking.cancel() }, "Cancel");
    holder.replaceChildren(make("div", { class: "row" }, state, bar, stop));
    stop.focus();
    const asking = new Asking(`explain/${each.name}`, { changes: words }, (done, of) => {
      bar.value = done / of;
      state.textContent = `${each.title}: ${done} of ${of}`;
    });
    running = asking;
    asking.answer.then(({ found, refused }) => {
      if (running === asking) running = null;
      if (!holder.isConnected) return;
      if (found) return holder.replaceChildren(...section(found, tryOut));
      idle();
      if (!asking.control.signal.aborted) holder.append(make("p", { class: "warning" }, `It could not be worked out: ${refused}`));
      return undefined;
    });
  };
  idle();
  return holder;
}

function section(found, tryOut) {
  return [
    make("h3", {}, found.title), ...found.told.map((sentence) => make("p", {}, sentence)),
    ...(found.matrix ? matrix(found.matrix) : []),
    ...(found.levers ? [levers(found.levers, tryOut)] : []),
    ...(found.chart ? [make("div", { class: "chart wide" }, drawing(found.chart.wide)), make("div", { class: "chart narrow" }, drawing(found.chart.narrow))] : []),
    ...(found.entries?.length ? [entries(found.entries)] : []),
    ...(found.record?.length ? [record(found.record)] : []),
    make("p", { class: "legend" }, found.how),
  ];
}

function matrix(found) {
  const head = make("tr", {}, make("th", { scope: "col" }, "Options of"), ...found.actors.map((name) => make("th", { scope: "col" }, `for ${name}`)));
  const rows = found.rows.map(([name, cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(cell)));
  const key = found.key.map(([letter, what], i) => make("span", {}, make("strong", {}, letter), ` ${what}${i + 1 < found.key.length ? "; " : "."}`));
  return [
    make("p", { class: "legend" }, "The largest clear effect that an open option of each actor has on each one’s payoff, if it is certain and known, or lost; in hundredths of all that is at stake for the one affected. Blue is a gain, orange a cost; the stronger, the larger."),
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who over whom" }, make("table", { class: "matrix" }, make("thead", {}, head), make("tbody", {}, ...rows))),
    make("p", { class: "legend" }, ...key),
  ];
}

function cell(found) {
  if (!found.letter) return make("td", {}, "nothing clear");
  const element = make("td", { class: found.tint > 0 ? "gain" : "cost" }, make("strong", {}, found.effect), ` ${found.letter}`, make("br"), make("span", { class: "range" }, found.interval));
  element.style.setProperty("--tint", `${Math.round(100 * Math.abs(found.tint))}%`);
  return element;
}

function levers(found, tryOut) {
  const rows = found.map((lever) => make("li", {}, make("strong", {}, `${lever.actor}: `), `${lever.text}. ${lever.told} `, make("button", { "aria-label": `Try: ${lever.text}`, onclick: () => tryOut(lever) }, "Try")));
  return make("ul", { class: "levers" }, ...rows);
}

function entries(rows) {
  const body = rows.map((row) => [row.title, row.payoffs, row.answers.join("; ") || "none clearly moves"]);
  return table(["What if", "Payoffs", "Answers"], body);
}

function table(names, rows) {
  const head = make("tr", {}, ...names.map((name) => make("th", { scope: "col" }, name)));
  const body = rows.map(([first, ...rest]) => make("tr", {}, make("th", { scope: "row" }, ...[first].flat()), ...rest.map((text) => make("td", {}, text))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
}

function record(rows) {
  const body = rows.map((row) => [[row.step, row.talk ? make("span", { class: "legend" }, " (words that bind nobody)") : ""], row.belief || "none"]);
  return table(["What happened", "Largest clear change of a belief"], body);
}
