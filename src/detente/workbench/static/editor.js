// The file beside the picture: checked as it is edited, its mistakes at their lines.

import { byId, make } from "./dom.js";
import { call } from "./live.js";

const PAUSE = 350;

export class Editor {
  constructor({ ask, used, edited }) {
    this.ask = ask; // asks the user: a promise of true or false
    this.used = used; // the text has become the situation
    this.edited = edited;
    this.area = byId("yaml");
    this.file = { text: "", digest: "", writable: false, name: "" };
    this.situation = "";
    this.sound = true;
    this.area.oninput = () => this.changed();
    this.area.onscroll = () => { byId("gutter").scrollTop = this.area.scrollTop; };
    this.area.onkeydown = (event) => { if (event.key === "Enter" && event.ctrlKey && !byId("use").disabled) this.use(); };
    byId("use").onclick = () => this.use();
    byId("save").onclick = () => this.save();
    byId("revert").onclick = () => this.show(this.file.text);
  }

  open(file, situation, draft) {
    this.file = file;
    this.situation = situation;
    this.show(draft ?? situation);
  }

  get text() {
    return this.area.value;
  }

  show(text) {
    this.area.value = text;
    this.changed();
  }

  changed() {
    this.edited(this.text === this.file.text ? null : this.text);
    this.number([]);
    this.buttons(false);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), PAUSE);
  }

  async check() {
    const text = this.text;
    if (text === this.situation) return this.tell([], text);
    try {
      const answer = await call("check", { text });
      const { problems } = await answer.json();
      if (text === this.text) this.tell(problems, text);
    } catch {
      byId("text-state").textContent = "Not checked: no connection.";
    }
  }

  tell(problems, text) {
    this.sound = problems.length === 0;
    byId("problems").replaceChildren(...problems.slice(0, 50).map((each) =>
      make("li", {}, make("button", { onclick: () => this.go(each) }, each.line ? `Line ${each.line}` : "The file"), ` ${each.where ? `${each.where}: ` : ""}${each.text}`)));
    this.number(problems.map((each) => each.line));
    this.buttons(this.sound);
    const many = `${problems.length} problem${problems.length === 1 ? "" : "s"}`;
    byId("text-state").textContent = !this.sound ? many : text === this.situation ? "This is what is forecast." : "Sound; not yet forecast.";
  }

  number(wrong) {
    const bad = new Set(wrong);
    const count = this.text.split("\n").length;
    const lines = Array.from({ length: count }, (_, i) => (bad.has(i + 1) ? make("mark", {}, `▸${i + 1}\n`) : `${i + 1}\n`));
    byId("gutter").replaceChildren(...lines);
    byId("gutter").scrollTop = this.area.scrollTop;
  }

  buttons(sound) {
    byId("use").disabled = !sound || this.text === this.situation;
    byId("save").disabled = !sound || !this.file.writable || this.text === this.file.text;
    byId("save").title = this.file.writable ? "" : "A bundled file is not written to: take the variant away instead";
    byId("revert").disabled = this.text === this.file.text;
  }

  go(problem) {
    const lines = this.text.split("\n");
    const start = lines.slice(0, Math.max(0, problem.line - 1)).join("\n").length + (problem.line > 1 ? 1 : 0);
    this.area.focus();
    this.area.setSelectionRange(start, start + (lines[problem.line - 1] || "").length);
    this.area.scrollTop = Math.max(0, (problem.line - 5) * (this.area.scrollHeight / lines.length));
  }

  async use() {
    const answer = await call("use", { text: this.text });
    const { problems } = await answer.json();
    if (problems.length) this.tell(problems, this.text);
  }

  async save() {
    const sure = await this.ask(`Write over ${this.file.name}?`, "What is on disk now is replaced by the text here.", "Write");
    if (sure) await this.write(false);
  }

  async write(overwrite) {
    const answer = await call("save", { text: this.text, digest: this.file.digest, overwrite });
    const found = await answer.json();
    if (answer.status === 409) {
      const sure = await this.ask(`${this.file.name} was changed by somebody else`, "It is not the file that was read. Write over it all the same?", "Write over it");
      if (sure) await this.write(true);
    } else if (answer.ok) {
      this.file = { ...this.file, text: this.text, digest: found.digest };
      this.changed();
      byId("text-state").textContent = "Saved.";
    } else byId("text-state").textContent = found.refused || "Not saved: the text has problems.";
  }
}
