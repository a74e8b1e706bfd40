// Why an answer changes: asked for by a button, as it takes a few seconds; forgotten when something else is changed.

import { askIn } from "./asking.js";
import { byId, make } from "./dom.js";
import { tableMenu } from "./export.js";

let running = null;

// `words` are the changes in force.
export function offerWhy(words) {
  running?.cancel();
  byId("why").replaceChildren(make("button", { id: "ask-why", onclick: () => find(words, null) }, "Why did this change?"));
}

export function forgetWhy() {
  running?.cancel();
  byId("why").replaceChildren();
}

// `question` is an answer's id, or null for the one that moves most.
function find(words, question) {
  running?.cancel();
  running = askIn(byId("why"), "Why this changed", "why", { changes: words, question }, {
    show: (found) => [
      make("h2", { tabindex: "-1" }, "Why this changed"), ...found.told.map((sentence) => make("p", {}, sentence)),
      ...parts(found), others(words, found)],
    idle: () => offerWhy(words),
    waiting: "the change is being taken apart",
  });
}

function parts(found) {
  if (found.parts.length < 2) return [];
  const rows = found.parts.map((part) => make("tr", {}, make("th", { scope: "row" }, part.text), make("td", {}, part.actor), make("td", { class: part.clear ? "clear" : "" }, part.points), make("td", {}, part.range)));
  const head = make("tr", {}, ...["Step", "Who decides", "Points", "90 % interval"].map((text) => make("th", { scope: "col" }, text)));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  return [make("details", {}, make("summary", {}, "What falls on each step"), make("div", { class: "scroll" }, table), tableMenu(table, "what falls on each step"))];
}

// The answers of the page, to ask the same of another.
function others(words, found) {
  const rows = [...byId("answers").querySelectorAll(".answer")].filter((row) => row.dataset.question);
  const select = make("select", { onchange: () => find(words, select.value) },
    ...rows.map((row) => make("option", { value: row.dataset.question }, row.querySelector(".ask").textContent)));
  select.value = found.question;
  return make("label", { class: "choice" }, make("span", {}, "The same of"), select);
}
