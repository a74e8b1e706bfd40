// Why an answer changes: asked for by a button, as it takes a few seconds; forgotten when something else is changed.

import { byId, make } from "./dom.js";
import { tableMenu } from "./export.js";

let asked = 0;

// `ask` takes a question's id, or null for the answer that moves most.
export function offerWhy(ask) {
  asked += 1;
  byId("why").replaceChildren(make("button", { id: "ask-why", onclick: () => find(ask, null) }, "Why did this change?"));
}

export function forgetWhy() {
  asked += 1;
  byId("why").replaceChildren();
}

async function find(ask, question) {
  const mine = ++asked;
  const had = document.activeElement?.closest("#why");
  byId("why").replaceChildren(make("p", { class: "hint", tabindex: "-1" }, "The change is being taken apart …"));
  if (had) byId("why").firstElementChild.focus();
  const found = await ask(question);
  if (mine !== asked) return;
  if (!found || found.problems) {
    const told = found ? found.problems.map((each) => each.text).join(" ") : "It could not be worked out; the connection may be lost.";
    byId("why").replaceChildren(make("p", { class: "warning" }, told));
    return;
  }
  byId("why").replaceChildren(
    make("h2", { tabindex: "-1" }, "Why this changed"), ...found.told.map((sentence) => make("p", {}, sentence)),
    ...parts(found), others(ask, found));
  if (had) byId("why").firstElementChild.focus();
}

function parts(found) {
  if (found.parts.length < 2) return [];
  const rows = found.parts.map((part) => make("tr", {}, make("th", { scope: "row" }, part.text), make("td", {}, part.actor), make("td", { class: part.clear ? "clear" : "" }, part.points), make("td", {}, part.range)));
  const head = make("tr", {}, ...["Step", "Who decides", "Points", "90 % interval"].map((text) => make("th", { scope: "col" }, text)));
  const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
  return [make("details", {}, make("summary", {}, "What falls on each step"), make("div", { class: "scroll" }, table), tableMenu(table, "what falls on each step"))];
}

// The answers of the page, to ask the same of another.
function others(ask, found) {
  const rows = [...byId("answers").querySelectorAll(".answer")].filter((row) => row.dataset.question);
  const select = make("select", { onchange: () => find(ask, select.value) },
    ...rows.map((row) => make("option", { value: row.dataset.question }, row.querySelector(".ask").textContent)));
  select.value = found.question;
  return make("label", { class: "choice" }, make("span", {}, "The same of"), select);
}
