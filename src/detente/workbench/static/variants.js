// Variants kept by name, side by side: each a list of changes, answered on the same draws.

import { byId, make } from "./dom.js";
import { tableMenu } from "./export.js";

const LARGEST = 8;

export class Variants {
  constructor(work, live) {
    this.work = work;
    this.live = live;
    this.found = {};
    this.asked = {};
  }

  // Asks again for those in the table; called when the table comes into view and when a variant changes.
  refresh() {
    this.draw();
    for (const [name, changes] of Object.entries(this.work.variants)) {
      this.asked[name] = this.live.ask(changes.map((change) => change.words), `variant:${name}`);
    }
  }

  hear(message) {
    const name = message.channel.slice("variant:".length);
    if (message.ask !== this.asked[name]) return;
    this.found[name] = message;
    if (!byId("variants").hidden) this.draw();
  }

  keep(name, changes) {
    this.work.variants = { ...this.work.variants, [name]: changes };
    const names = Object.keys(this.work.variants);
    if (names.length > LARGEST) delete this.work.variants[names[0]];
    this.work.changed(true);
    if (!byId("variants").hidden) this.refresh();
  }

  drop(name) {
    this.work.variants = Object.fromEntries(Object.entries(this.work.variants).filter(([other]) => other !== name));
    delete this.found[name];
    this.work.changed(true);
    this.draw();
  }

  draw() {
    const names = Object.keys(this.work.variants);
    if (!names.length) {
      byId("variants").replaceChildren(make("p", { class: "hint" }, "Nothing is kept yet. Move something, then “Keep as a variant”: variants stand here side by side."));
      return;
    }
    const some = names.map((name) => this.found[name]).find((found) => found?.answers);
    const head = make("tr", {}, make("th", { scope: "col" }, "Question"), make("th", { scope: "col" }, "As in the file"), ...names.map((name) => make("th", { scope: "col" }, name)));
    const rows = (some?.answers || []).map((answer, i) => make("tr", {}, make("th", { scope: "row" }, answer.question), make("td", {}, answer.before.percent), ...names.map((name) => this.cell(name, i))));
    const table = make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
    byId("variants").replaceChildren(
      ...names.map((name) => this.card(name)),
      make("div", { class: "scroll" }, table), tableMenu(table, "variants"),
      make("p", { class: "legend" }, "The probability, the difference from the file in points and its 90 % interval; bold where that excludes zero."),
    );
  }

  card(name) {
    const found = this.found[name];
    const state = !found ? "…" : found.type === "refused" ? found.problems[0].text : found.final ? `all ${found.of} draws` : `${found.draws} of ${found.of} draws`;
    return make("div", { class: "variant" },
      make("strong", {}, name), make("span", { class: "legend" }, ` ${state}`),
      make("p", {}, this.work.variants[name].map((change) => change.label).join("; ") || "As in the file"),
      make("div", { class: "row" },
        make("button", { onclick: () => this.work.replace(this.work.variants[name]) }, "Take up"),
        make("button", { onclick: () => this.drop(name) }, "Let go")));
  }

  cell(name, i) {
    const answer = this.found[name]?.answers?.[i];
    if (!answer) return make("td", {}, "…");
    return make("td", { class: answer.clear ? "clear" : "" }, answer.after.percent, make("br"), make("span", { class: "legend" }, `${answer.points} (${answer.range})`));
  }
}
