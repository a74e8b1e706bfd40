// The situation as a picture: the brief's drawing, with what stands behind each part on hover, focus and touch; zoom, pan, search, and a look through one actor's eyes.

import { byId, drawing, make } from "./dom.js";
import { chartMenu } from "./export.js";

const CLOSEST = 3;
const WIDEST = 0.4;
let chosen = "";
let zoom = 1;

export function drawPicture(situation) {
  const holder = byId("process");
  const [wide, narrow] = ["wide", "narrow"].map((kind) => picture(kind, situation));
  const views = make("div", { class: "pan", id: "pan", tabindex: "0", role: "region", "aria-label": "The process; arrow keys move it, plus and minus zoom" }, wide, narrow);
  const card = make("div", { id: "behind", role: "status", "aria-live": "polite" });
  holder.replaceChildren(tools(situation, views), views, make("div", { class: "behind", tabindex: "0", role: "region", "aria-label": "What stands behind it" }, card));
  tell(null, situation);
  pan(views);
  views.addEventListener("keydown", (event) => {
    if (["+", "=", "-", "0"].includes(event.key)) { event.preventDefault(); zoomTo(event.key === "0" ? 1 : zoom * (event.key === "-" ? 0.8 : 1.25)); }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.target !== views) { event.preventDefault(); next(event.target, step); }
    if (event.key === "Escape" && event.target !== views) views.focus();
  });
  zoomTo(zoom);
}

function picture(kind, situation) {
  const svg = drawing(situation.process[kind]);
  svg.setAttribute("role", "group");
  for (const part of parts(svg)) {
    const behind = behindOf(part, situation);
    if (!behind) continue;
    part.setAttribute("tabindex", "-1");
    part.setAttribute("role", "button");
    part.setAttribute("aria-label", [behind.title, behind.when, behind.who].filter(Boolean).join(". "));
    part.onfocus = part.onclick = part.onpointerenter = (event) => {
      if (event.type === "pointerenter" && event.pointerType !== "mouse") return;
      tell(part, situation);
    };
    part.onkeydown = (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); tell(part, situation); } };
  }
  parts(svg)[0]?.setAttribute("tabindex", "0");
  return make("div", { class: `chart ${kind}` }, svg);
}

const parts = (svg) => [...svg.querySelectorAll("[data-actor], [data-name]")].filter((part) => part.dataset.name || part.dataset.actor);
const behindOf = (part, situation) => (part.dataset.name ? situation.process.behind[part.dataset.name] : situation.process.actors[part.dataset.actor]);

// One part of each drawing is in the tab order; arrows go on from it.
function next(part, step) {
  const all = parts(part.closest("svg")).filter((each) => each.hasAttribute("tabindex"));
  const to = all[Math.min(all.length - 1, Math.max(0, all.indexOf(part) + step))];
  goTo(to);
}

function goTo(part) {
  for (const other of parts(part.closest("svg"))) if (other.hasAttribute("tabindex")) other.setAttribute("tabindex", other === part ? "0" : "-1");
  part.focus({ preventScroll: true });
  part.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function tell(part, situation) {
  for (const other of byId("process").querySelectorAll(".told")) other.classList.remove("told");
  const card = byId("behind");
  if (!part) {
    card.replaceChildren(make("p", { class: "hint" }, "Point at a step, a private fact or an actor, or go through them with Tab and the arrow keys: what stands behind it is told here, with its sources."));
    return;
  }
  part.classList.add("told");
  const behind = behindOf(part, situation);
  const items = behind.items.flatMap((item) => [make("dt", {}, item.label), make("dd", {}, item.text, ...item.sources.map(source))]);
  card.replaceChildren(
    make("h2", {}, behind.title),
    make("p", {}, [behind.when, behind.who].filter(Boolean).join(". ")),
    items.length ? make("dl", { class: "sources" }, ...items) : make("p", { class: "hint" }, "The file names no source and no note for it."),
  );
}

function source(found) {
  const name = found.url ? make("a", { href: found.url, target: "_blank", rel: "noopener noreferrer" }, found.citation) : found.citation;
  return make("p", { class: "source" }, "Source: ", name);
}

// ------------------------------------------------------------------ zoom, pan, search, eyes

function tools(situation, views) {
  const button = (name, text, act) => make("button", { "aria-label": name, title: name, onclick: act }, text);
  const search = make("input", { type: "search", id: "find-step", autocomplete: "off", "aria-describedby": "found-steps" });
  const found = make("span", { id: "found-steps", class: "hint", role: "status" });
  let at = -1;
  search.oninput = () => { at = -1; show(search.value, found); };
  search.onkeydown = (event) => {
    const hits = [...visible(views).querySelectorAll(".hit")];
    if (event.key !== "Enter" || !hits.length) return;
    event.preventDefault();
    at = (at + (event.shiftKey ? hits.length - 1 : 1)) % hits.length;
    hits[at].scrollIntoView({ block: "center", inline: "nearest" });
    tell(hits[at], situation);
  };
  const eyes = make("select", { id: "eyes", onchange: () => look(eyes.value) },
    make("option", { value: "" }, "as the analyst"), ...Object.entries(situation.actors).map(([id, name]) => make("option", { value: id }, `as ${name}`)));
  eyes.value = chosen in situation.actors ? chosen : "";
  setTimeout(() => { look(eyes.value); show(search.value, found); });
  return make("div", { class: "row picture-tools" },
    make("label", {}, "Find a step ", search), found, make("label", {}, "See it ", eyes),
    make("span", { class: "row", role: "group", "aria-label": "Zoom" }, button("Smaller", "−", () => zoomTo(zoom * 0.8)), button("Larger", "+", () => zoomTo(zoom * 1.25)), button("Fit to the width", "Fit", () => zoomTo(1))),
    chartMenu("process", "The process", ["svg", "png"]));
}

const visible = (views) => [...views.children].find((each) => getComputedStyle(each).display !== "none") ?? views;

function show(text, found) {
  const wanted = text.trim().toLowerCase();
  let count = 0;
  for (const part of byId("process").querySelectorAll("[data-name]")) {
    const hit = wanted && part.textContent.toLowerCase().includes(wanted);
    part.classList.toggle("hit", Boolean(hit));
    part.classList.toggle("off", Boolean(wanted) && !hit);
    if (hit && part.closest(".wide")) count += 1;
  }
  found.textContent = wanted ? `${count} found${count ? "; Enter goes to the next" : ""}` : "";
}

// What an actor does not see is veiled.
function look(actor) {
  chosen = actor;
  for (const part of byId("process").querySelectorAll("[data-name]")) part.classList.toggle("veiled", Boolean(actor) && part.dataset.blind.split(" ").includes(actor));
  for (const part of byId("process").querySelectorAll("[data-actor]")) part.classList.toggle("told", part.dataset.actor === actor && actor !== "");
}

function zoomTo(wanted) {
  zoom = Math.min(CLOSEST, Math.max(WIDEST, wanted));
  for (const svg of byId("process").querySelectorAll(".pan svg")) svg.style.width = `${(100 * zoom).toFixed(0)}%`;
}

function pan(views) {
  let from = null;
  views.onpointerdown = (event) => {
    if (event.pointerType !== "mouse" || event.button) return; // a finger pans by itself
    from = { x: event.clientX + views.scrollLeft, y: event.clientY + views.scrollTop, moved: false };
  };
  views.onpointermove = (event) => {
    if (!from || !event.buttons) { from = null; return; }
    views.scrollTo(from.x - event.clientX, from.y - event.clientY);
    views.classList.add("held");
  };
  views.onpointerup = views.onpointerleave = () => { from = null; views.classList.remove("held"); };
}
