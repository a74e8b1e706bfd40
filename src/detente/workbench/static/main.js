// The page as a whole: what was opened, what was done by hand, what is asked, and what came back.

import { drawSliders, drawSwitches, refreshControls, showStrongest } from "./controls.js";
import { byId, make } from "./dom.js";
import { Editor } from "./editor.js";
import { freshSections, offerSections, staleSections } from "./explain.js";
import { chartMenu, take, taking } from "./export.js";
import { showDetails, showStage, staleDetails } from "./forecast.js";
import { call, Live } from "./live.js";
import { drawPicture } from "./picture.js";
import { resetTree, showTree, staleTree } from "./tree.js";
import { Variants } from "./variants.js";
import { forgetWhy, offerWhy } from "./why.js";
import { Work } from "./work.js";

let situation = null;
let asked = { number: 0, words: [] };
let shown = 0;
let changesOf = new Map();
let draftText = null;
let kept = ""; // the draft as all tabs have it
const tab = crypto.randomUUID();

const work = new Work((settled) => follow(settled));
const live = new Live(hear, connected);
const variants = new Variants(work, live);
const editor = new Editor({ ask: confirm, edited: (text) => { draftText = text; keepDraft(); } });

// ------------------------------------------------------------------ what was opened

async function open(first) {
  const answer = await call("situation");
  if (!answer.ok) return notice("This address is no longer good: open the one that `detente open` printed.");
  situation = await answer.json();
  first ||= draft() === kept;
  if (first) work.restore(situation.draft.work);
  if (situation.broken) return broken(first);
  document.title = `${situation.title} – Détente workbench`;
  byId("title").textContent = situation.title;
  byId("question").textContent = situation.question;
  byId("file-name").textContent = `· ${situation.file.name} · ${situation.as_of} to ${situation.horizon}`;
  drawSliders(situation, work);
  drawSwitches(situation, work);
  drawPicture(situation);
  byId("take-answers").replaceChildren(chartMenu("answers", "Answers"));
  resetTree();
  editor.open(situation.file, situation.text, first ? situation.draft.text : draftText);
  if (first) kept = draft();
  return follow(true);
}

// A file with mistakes: there is nothing to forecast until its text is mended.
function broken(first) {
  byId("title").textContent = `${situation.file.name} has mistakes`;
  byId("question").textContent = "Each is at its line. Mend the text, then “Forecast this text”; save it when you like.";
  byId("stage").textContent = "There is no forecast yet: the file has mistakes.";
  for (const id of ["undo", "redo", "reset", "keep"]) byId(id).disabled = true;
  choose(byId("tab-text"));
  editor.open(situation.file, null, first && situation.draft.text ? situation.draft.text : (draftText ?? situation.file.text));
  if (first) kept = draft();
}

function connected(now) {
  if (!now) return notice("The connection is lost; trying again. Nothing you did is lost.", "lost");
  notice("");
  asked = { words: [] };
  open(situation === null);
}

// ------------------------------------------------------------------ asking and hearing

let frame = 0;

function follow(settled) {
  refreshControls();
  showChanges();
  byId("undo").disabled = !work.past.length;
  byId("redo").disabled = !work.future.length;
  byId("reset").disabled = byId("keep").disabled = !work.now.length;
  if (situation?.broken) return;
  if (settled) keepDraft();
  if (isAsked()) return;
  byId("forecast").setAttribute("aria-busy", "true");
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(ask);
}

function isAsked() {
  const words = work.words();
  return asked.open && words.length === asked.words.length && words.every((word, i) => word === asked.words[i]);
}

// At most once a frame, however fast the hand.
function ask() {
  if (!situation || situation.broken || !live.open || isAsked()) return;
  const words = work.words();
  asked = { number: live.ask(words), words, open: true };
  changesOf.set(asked.number, words.length);
  staleDetails();
  forgetWhy();
  staleSections();
  staleTree();
}

function hear(message) {
  if (message.channel && message.channel !== "hand") return variants.hear(message);
  if (message.type === "situation") { asked = { words: [] }; open(false); return undefined; }
  if (message.type === "disk") return onDisk(message);
  if (message.type === "draft") return takeUp(message);
  if (message.type === "base") return base(message);
  if (message.type === "problems") return notice(message.problems.map((each) => each.text).join(" "));
  if (message.ask < shown) return undefined;
  shown = message.ask;
  const current = message.ask === asked.number;
  if (message.type === "stage") {
    if (current) notice("");
    byId("forecast").dataset.ask = message.ask;
    byId("forecast").setAttribute("aria-busy", String(!message.final));
    showStage(message, message.of, (changesOf.get(message.ask) ?? work.now.length) > 0);
    if (message.final && current && message.text) offerWhy(asked.words);
  } else if (message.type === "details" && current) {
    showDetails(message);
    settled(asked.words);
    if (!work.now.length) showStrongest(message.strongest, situation);
  } else if (message.type === "refused" && current) refused(message);
  return undefined;
}

// What waits until a change has been answered in full: sections that take a while, and the tree if it is open.
function settled(words) {
  offerSections(situation.sections, words, (lever) => work.set(`own:${lever.words}`, { words: lever.words, label: lever.text }));
  freshSections();
  if (!byId("tree").hidden) showTree(words);
}

function refused(message) {
  byId("forecast").setAttribute("aria-busy", "false");
  byId("stage").textContent = "These changes cannot be made; the figures are those before.";
  notice(message.problems.map((each) => each.text).join(" "));
}

function base(message) {
  if (message.draws < message.of && !byId("answers").children.length) byId("stage").textContent = `Solving the file as it is: ${message.draws} of ${message.of} draws`;
}

function onDisk(message) {
  if (message.own) { situation.file.digest = message.digest; editor.file.digest = message.digest; return; }
  const mine = editor.text !== editor.situation;
  situation.file = { ...situation.file, digest: message.digest, text: message.text };
  editor.file = situation.file;
  if (message.problems) notice(`The file has changed on disk and has ${message.problems.length} problem(s); the forecast is of the text before.`, "disk", { "Show it": () => editor.show(message.text) });
  else if (mine) notice("The file has changed on disk; your edits here are kept.", "disk", { "Take the file’s text": () => editor.show(message.text) });
  else notice("The file has changed on disk and was read again.", "disk");
}

// ------------------------------------------------------------------ the changes in force

function showChanges() {
  byId("changes").replaceChildren(...work.now.map((change) =>
    make("span", { class: "chip" }, change.label, make("button", { "aria-label": `Take back: ${change.label}`, onclick: () => work.set(change.key, null) }, "×"))));
}

byId("undo").onclick = () => work.undo();
byId("redo").onclick = () => work.redo();
byId("reset").onclick = () => work.replace([]);
byId("keep").onclick = async () => {
  const changes = work.now;
  const name = await prompt("Keep these changes as a variant", `Variant ${Object.keys(work.variants).length + 1}`);
  if (name) variants.keep(name.slice(0, 60), changes);
};

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("textarea, input:not([type=range]):not([type=checkbox])")) return;
  const key = event.key.toLowerCase();
  if (key === "z") { event.preventDefault(); if (event.shiftKey) work.redo(); else work.undo(); }
  if (key === "y") { event.preventDefault(); work.redo(); }
});

// ------------------------------------------------------------------ drafts, notices, dialogs

let draftTimer = 0;

const draft = () => JSON.stringify([work.draft(), draftText]);

// All tabs on the file show the same: what is done in one is kept, and told to the others.
function keepDraft() {
  if (!situation) return;
  clearTimeout(draftTimer);
  draftTimer = 0;
  if (draft() !== kept) draftTimer = setTimeout(sendDraft, 250);
}

async function sendDraft() {
  draftTimer = 0;
  const now = draft();
  const answer = await call("draft", { tab, work: work.draft(), text: draftText }, "PUT").catch(() => null);
  if (answer?.ok) kept = now;
}

// What another tab has done; what is being done here meanwhile is newer, and will be told to it.
function takeUp(message) {
  if (message.tab === tab || draftTimer || work.before || !situation) return;
  const text = message.draft.text ?? null;
  work.restore(message.draft.work);
  if (text !== draftText) editor.show(text ?? situation.file.text);
  kept = draft();
  follow(true);
  if (!byId("variants").hidden) variants.refresh();
}

function notice(text, kind = "", actions = {}) {
  const buttons = Object.entries(actions).map(([name, act]) => make("button", { onclick: () => { act(); notice(""); } }, name));
  if (text && kind !== "lost") buttons.push(make("button", { "aria-label": "Close", onclick: () => notice("") }, "×"));
  byId("notice").replaceChildren(text, ...buttons);
  byId("notice").hidden = !text;
  byId("notice").dataset.kind = kind;
}

function dialog(title, text, yes, value) {
  byId("dialog-title").textContent = title;
  byId("dialog-text").textContent = text;
  byId("dialog-yes").textContent = yes;
  byId("dialog-no").textContent = "Cancel";
  byId("dialog-label").hidden = value === undefined;
  byId("dialog-label").firstElementChild.textContent = "Name";
  byId("dialog-input").value = value ?? "";
  byId("dialog").returnValue = "no";
  byId("dialog").showModal();
  return new Promise((resolve) => {
    byId("dialog").onclose = () => resolve(byId("dialog").returnValue === "yes");
  });
}

function confirm(title, text, yes) {
  return dialog(title, text, yes);
}

async function prompt(title, value) {
  const sure = await dialog(title, "", "Keep", value);
  return sure ? byId("dialog-input").value.trim() : "";
}

// ------------------------------------------------------------------ tabs and taking away

const tabs = [...document.querySelectorAll("[role=tab]")];

function choose(tab) {
  for (const other of tabs) {
    other.setAttribute("aria-selected", String(other === tab));
    other.tabIndex = other === tab ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = other !== tab;
  }
  if (tab.id === "tab-variants") variants.refresh();
  if (tab.id === "tab-tree") showTree(work.words());
}

tabs.forEach((tab, i) => {
  tab.onclick = () => choose(tab);
  tab.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(i + step + tabs.length) % tabs.length];
    choose(next);
    next.focus();
  };
});

taking({ words: () => work.words(), stem: () => situation.file.name.replace(/\.ya?ml$/, "") + (work.now.length ? "-variant" : ""), notice });

for (const button of document.querySelectorAll("[data-take]")) {
  button.onclick = async () => {
    button.disabled = true;
    await take(button.dataset.take);
    button.disabled = false;
    document.querySelector(".menu").open = false;
  };
}
