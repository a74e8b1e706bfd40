// Sliders for numbers; switches for options, commitments and who sees what.

import { byId, make } from "./dom.js";

const shown = (value) => String(Number(Number(value).toPrecision(6)));

export function drawSliders(situation, work) {
  const holder = byId("sliders");
  holder.replaceChildren(...situation.sliders.map((slider) => row(slider, work)));
  byId("find").oninput = () => {
    const wanted = byId("find").value.trim().toLowerCase();
    for (const each of holder.children) each.hidden = !each.dataset.words.includes(wanted);
  };
}

// Ways to the numbers that move the first answers most, by name.
export function showStrongest(names, situation) {
  const found = names.map((name) => situation.sliders.find((slider) => slider.name === name)).filter(Boolean);
  byId("strongest").hidden = !found.length;
  byId("strongest").replaceChildren("Move the first answers most: ", ...found.map((slider) => make("button", { onclick: () => go(slider) }, slider.text)));
}

function go(slider) {
  byId("find").value = "";
  byId("find").oninput();
  const track = byId(`slider-${slider.name}`);
  track.parentElement.parentElement.scrollIntoView({ block: "center" });
  track.focus({ preventScroll: true });
}

function row(slider, work) {
  const key = `number:${slider.name}`;
  const id = `slider-${slider.name}`;
  const change = (value, settled) =>
    work.set(key, { words: `set ${slider.place}=${shown(value)}`, label: `${slider.text}: ${shown(value)}` }, settled);
  const track = make("input", {
    type: "range", id, min: String(slider.least), max: String(slider.most), step: "any",
    oninput: (event) => change(rounded(event.target.value, slider), false),
    onchange: () => { work.settle(); work.changed(true); },
    onkeydown: (event) => byKey(event, slider, change),
  });
  const box = make("input", {
    type: "number", step: "any", "aria-label": `${slider.text}, as a number`,
    onchange: (event) => event.target.value === "" ? work.set(key, null) : change(event.target.value, true),
  });
  const free = make("button", { class: "free", title: "Back to the file's range", "aria-label": `Back to the file: ${slider.text}`, onclick: () => work.set(key, null) }, "×");
  const element = make(
    "div", { class: "slider" },
    make("label", { for: id }, slider.text, slider.unit ? make("span", { class: "unit" }, ` (${slider.unit})`) : ""),
    make("div", { class: "pull" }, scale(slider), track), box, free,
    make("p", { class: "marks" }, marks(slider), ...origin(slider)),
  );
  element.dataset.words = `${slider.name} ${slider.text} ${slider.unit} ${slider.note}`.toLowerCase();
  element.dataset.key = key;
  element.refresh = () => {
    const held = work.find(key);
    const value = held ? Number(held.words.split("=")[1]) : slider.median;
    if (document.activeElement !== track || Number(track.value) !== value) track.value = value;
    track.setAttribute("aria-valuetext", held ? shown(value) : `as in the file, middle ${slider.marks.median}`);
    box.value = held ? shown(value) : "";
    box.placeholder = slider.marks.median;
    element.classList.toggle("held", Boolean(held));
    free.disabled = !held;
  };
  return element;
}

const rounded = (value, slider) => Math.round(value / slider.step) * slider.step;

function byKey(event, slider, change) {
  const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const next = Number(event.target.value) + steps[event.key] * slider.step;
  change(rounded(Math.min(slider.most, Math.max(slider.least, next)), slider), true);
}

function scale(slider) {
  const at = (value) => `${(100 * (value - slider.least)) / (slider.most - slider.least)}%`;
  const range = make("span", { class: "range" });
  range.hidden = slider.kind === "fixed";
  range.style.left = at(slider.low);
  range.style.right = `calc(100% - ${at(slider.high)})`;
  const middle = make("span", { class: "middle" });
  middle.style.left = at(slider.median);
  return make("span", { class: "scale", "aria-hidden": "true" }, range, middle);
}

function marks(slider) {
  if (slider.kind === "case") return `The file: as its steps decide. The case: ${slider.marks.low} to ${slider.marks.high}, middle ${slider.marks.median}`;
  if (slider.kind === "fixed") return `The file: ${slider.marks.median}`;
  return `The file: ${slider.marks.low} to ${slider.marks.high}, middle ${slider.marks.median}`;
}

function origin(slider) {
  const parts = [...slider.sources, slider.note].filter(Boolean);
  return parts.length ? [make("details", {}, make("summary", {}, "Where it is from"), ...parts.map((part) => make("p", {}, part)))] : [];
}

export function drawSwitches(situation, work) {
  const rows = situation.switches.map((each) => panel(each, situation, work));
  const named = situation.what_ifs.map((each) => whatIf(each, work));
  byId("switches").replaceChildren(
    named.length ? make("fieldset", {}, make("legend", {}, "What-ifs of the file"), ...named) : "", ...rows, own(work),
  );
}

function whatIf(each, work) {
  const key = `what-if:${each.name}`;
  const box = make("input", { type: "checkbox", onchange: () => work.set(key, box.checked ? { words: each.name, label: each.text } : null) });
  const element = make("label", { class: "tick" }, box, each.text);
  element.refresh = () => { box.checked = Boolean(work.find(key)); };
  return element;
}

function panel(each, situation, work) {
  const parts = [];
  if (each.removable) parts.push(...each.options.map((option) => open(each, option, work)));
  if (each.options.length && each.actor) {
    const choices = each.options.map((option) => [option.name, `Certain: ${option.text}`, `commit ${each.name}=${option.name}`]);
    parts.push(choice("Commitment", `commit:${each.name}`, [["", "None: it decides when the time comes", ""], ...choices], each, work));
  }
  const sights = [["", "As in the file", ""]];
  if (each.can_reveal) sights.push(["reveal", "Shown to all", `reveal ${each.name}`]);
  if (each.can_hide) sights.push(["hide", "Hidden from all others", `hide ${each.name}`]);
  if (sights.length > 1) parts.push(choice("Who sees it", `see:${each.name}`, sights, each, work));
  const who = each.actor ? `${each.actor}: ` : "";
  return parts.length ? make("fieldset", {}, make("legend", {}, `${who}${each.text}`), ...parts) : "";
}

function open(each, option, work) {
  const key = `open:${each.name}.${option.name}`;
  const box = make("input", {
    type: "checkbox",
    onchange: () => work.set(key, box.checked ? null : { words: `remove ${each.name}.${option.name}`, label: `Never: ${option.text}` }),
  });
  const element = make("label", { class: "tick" }, box, option.text);
  element.refresh = () => { box.checked = !work.find(key); };
  return element;
}

function choice(title, key, choices, each, work) {
  const select = make("select", {
    onchange: () => {
      const [, text, words] = choices[select.selectedIndex];
      work.set(key, words ? { words, label: key.startsWith("see:") ? `${text}: ${each.text}` : text } : null);
    },
  }, ...choices.map(([value, text]) => make("option", { value }, text)));
  const element = make("label", { class: "choice" }, make("span", {}, title), select);
  element.refresh = () => {
    const held = work.find(key);
    select.selectedIndex = Math.max(0, choices.findIndex(([, , words]) => held && words === held.words));
  };
  return element;
}

function own(work) {
  const box = make("input", { "aria-label": "A change in words", placeholder: "commit path=talk; hide deed", autocomplete: "off" });
  const add = () => {
    const words = box.value.trim();
    if (words) work.set(`own:${words}`, { words, label: words });
    box.value = "";
  };
  return make("fieldset", {}, make("legend", {}, "In words"), make("form", { class: "row", onsubmit: (event) => { event.preventDefault(); add(); } }, box, make("button", {}, "Add")));
}

export function refreshControls() {
  for (const each of document.querySelectorAll("#sliders > *, #switches label")) each.refresh?.();
}
