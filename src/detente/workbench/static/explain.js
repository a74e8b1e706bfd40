// Who can change it, what showing, hiding and hanging together is worth, who would say otherwise: the brief's sections, asked for by buttons as they take a while.

import { askIn, Asking } from "./asking.js";
import { byId, drawing, make } from "./dom.js";
import { chartMenu } from "./export.js";

let running = null; // what is being asked: a section waited for, or in the background a finer one
let later = []; // sections shown that are yet to be refined

// `words` are the changes in force; `tryOut` puts a lever among them.
export function offerSections(sections, words, tryOut) {
  withdraw();
  byId("who").replaceChildren(make("h2", {}, "Who can change it, and who would say otherwise"),
    make("p", { class: "hint" }, "Each of these solves many changed games, behind whatever else you do."),
    ...sections.map((each) => offered(each, words, tryOut)));
}

export function staleSections() {
  withdraw();
  for (const button of byId("who").querySelectorAll("button")) button.disabled = true; // until all draws of the new changes are in
  byId("who").classList.add("stale");
}

export function freshSections() {
  byId("who").classList.remove("stale");
}

function offered(each, words, tryOut) {
  const holder = make("section", { id: `who-${each.name}`, class: "asked", "aria-label": each.title });
  const idle = () => holder.replaceChildren(make("button", { onclick: () => begin() }, `${each.title}?`));
  const body = { changes: words };
  const refined = () => {
    const mark = holder.querySelector(".how");
    running = new Asking(`explain/${each.name}`, { ...body, fine: true }, (done, of) => { mark.textContent = `${mark.dataset.how} Being refined: ${done} of ${of}.`; });
    running.again = refined;
    const mine = running;
    mine.answer.then(({ found }) => {
      if (mark.isConnected) mark.textContent = mark.dataset.how;
      if (mine !== running) return;
      running = null;
      if (found && mark.isConnected) inPlace(holder, section(found, tryOut));
      refineNext();
    });
  };
  const begin = () => {
    if (running?.again) later.unshift(running.again);
    running?.cancel();
    const mine = askIn(holder, each.title, `explain/${each.name}`, body, {
      show: (found) => { if (found.finer) later.push(refined); return section(found, tryOut); }, idle, waiting: "waiting for all draws" });
    running = mine;
    mine.answer.then(() => { if (mine === running) { running = null; refineNext(); } });
  };
  idle();
  return holder;
}

function withdraw() {
  later = [];
  running?.cancel();
  running = null;
}

function refineNext() {
  later.shift()?.();
}

// What takes the place of something like it leaves the focus where it was, and open what was.
function inPlace(holder, parts) {
  const reached = () => [...holder.querySelectorAll("button, summary, [tabindex]")];
  const menus = () => [...holder.querySelectorAll("details")];
  const at = reached().indexOf(document.activeElement);
  const open = menus().map((menu) => menu.open);
  holder.replaceChildren(...parts);
  menus().forEach((menu, i) => { menu.open = open[i] ?? false; });
  if (at >= 0) (reached()[at] ?? holder.querySelector("h3")).focus();
}

function section(found, tryOut) {
  return [
    make("h3", { tabindex: "-1" }, found.title), ...found.told.map((sentence) => make("p", {}, sentence)),
    ...(found.matrix ? matrix(found.matrix) : []),
    ...(found.levers ? [chartMenu("levers", "What each option could change", ["csv"]), levers(found.levers, tryOut)] : []),
    ...(found.chart ? [chartMenu(found.name, found.title), make("div", { class: "chart wide" }, drawing(found.chart.wide)), make("div", { class: "chart narrow" }, drawing(found.chart.narrow))] : []),
    ...(found.entries?.length ? [chartMenu(found.name, found.title, ["csv"]), entries(found.entries)] : []),
    ...(found.record?.length ? [chartMenu("record", "What each step on the record told", ["csv"]), record(found.record)] : []),
    make("p", { class: "legend how", "data-how": found.how }, found.how),
  ];
}

function matrix(found) {
  const head = make("tr", {}, make("th", { scope: "col" }, "Options of"), ...found.actors.map((name) => make("th", { scope: "col" }, `for ${name}`)));
  const rows = found.rows.map(([name, cells]) => make("tr", {}, make("th", { scope: "row" }, name), ...cells.map(cell)));
  const key = found.key.map(([letter, what], i) => make("span", {}, make("strong", {}, letter), ` ${what}${i + 1 < found.key.length ? "; " : "."}`));
  return [
    chartMenu("leverage", "Who over whom"), make("p", { class: "legend" }, "The largest clear effect that an open option of each actor has on each one’s payoff, if it is certain and known, or lost; in hundredths of all that is at stake for the one affected. Blue is a gain, orange a cost; the stronger, the larger."),
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
