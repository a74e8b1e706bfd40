// Taking away: a small menu at each chart and table, and files that the server makes or that are read off the page.

import { make } from "./dom.js";
import { call } from "./live.js";

let context = { words: () => [], stem: () => "situation", notice: () => undefined };

// `words` are the changes in force, `stem` how files are called, `notice` tells the user.
export function taking(given) {
  context = given;
}

// Fetches a file of the server's and hands it to the user; `name` says which chart or table, `more` where it is.
export async function take(ending, name = "", more = {}) {
  const answer = await call(`take/${ending}`, { changes: context.words(), name, ...more }).catch(() => null);
  if (!answer || !answer.ok) {
    return context.notice(`Nothing to take away: ${answer ? await reason(answer) : "the connection is lost"}`);
  }
  return hand(await answer.blob(), `${context.stem()}${name ? `-${name}` : ""}.${ending}`);
}

async function reason(answer) {
  if (answer.status !== 422) return (await answer.text()).slice(0, 400);
  const { problems } = await answer.json();
  return problems.map((each) => each.text).join(" ");
}

function hand(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// A menu for the chart of this name; `endings` are the files there are of it.
export function chartMenu(name, title, endings = ["svg", "png", "csv"], more = {}) {
  return menu(title, endings.map((ending) => [ending.toUpperCase(), () => take(ending, name, more)]));
}

// A menu for a table of the page, or for rows of text: what it shows, as CSV.
export function tableMenu(table, title) {
  const rows = Array.isArray(table) ? () => table : () => [...table.rows].map((row) => [...row.cells].map((cell) => cell.innerText));
  const save = () => hand(new Blob(["\ufeff", csv(rows())], { type: "text/csv" }), `${context.stem()}-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.csv`);
  return menu(title, [["CSV", save]]);
}

function menu(title, entries) {
  const element = make("details", { class: "take" }, make("summary", { "aria-label": `Take away: ${title}`, title: "Take away" }, "⤓"));
  const buttons = entries.map(([text, act]) => make("button", {
    "aria-label": `${title} as ${text}`,
    onclick: async (event) => {
      event.target.disabled = true;
      await act();
      event.target.disabled = false;
      element.open = false;
    },
  }, text));
  element.append(make("span", {}, ...buttons));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    element.firstElementChild.focus();
  });
  return element;
}

function csv(rows) {
  return rows.map((row) => row.map((text) => quoted(text.replace(/\s+/g, " ").trim())).join(",")).join("\r\n") + "\r\n";
}

// No cell may be taken for a formula by a spreadsheet; a number with its sign is none.
function quoted(text) {
  const safe = /^[=+\-@]/.test(text) && !/^[+-]?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
