// What was done by hand: the changes in force, what can be undone and redone, and variants by name.
// A change is {key, words, label}: at most one for each key, in the order in which they were made.

export class Work {
  constructor(changed) {
    this.changed = changed;
    this.past = [];
    this.now = [];
    this.future = [];
    this.variants = {};
  }

  words() {
    return this.now.map((change) => change.words);
  }

  find(key) {
    return this.now.find((change) => change.key === key);
  }

  // While a slider is being dragged nothing is to be undone one by one: `settled` says that the hand is off.
  set(key, change, settled = true) {
    if (!this.before) this.before = this.now;
    const there = this.now.findIndex((other) => other.key === key);
    const next = [...this.now];
    if (change === null) {
      if (there >= 0) next.splice(there, 1);
    } else if (there >= 0) next[there] = { key, ...change };
    else next.push({ key, ...change });
    this.now = next;
    if (settled) this.settle();
    this.changed(settled);
  }

  settle() {
    if (this.before && JSON.stringify(this.before) !== JSON.stringify(this.now)) {
      this.past.push(this.before);
      this.future = [];
    }
    this.before = null;
  }

  replace(changes) {
    this.before = this.now;
    this.now = changes;
    this.settle();
    this.changed(true);
  }

  undo() {
    if (this.past.length) this.move(this.past, this.future);
  }

  redo() {
    if (this.future.length) this.move(this.future, this.past);
  }

  move(from, to) {
    to.push(this.now);
    this.now = from.pop();
    this.changed(true);
  }

  draft() {
    return { past: this.past.slice(-100), now: this.now, future: this.future, variants: this.variants };
  }

  restore(draft) {
    const lists = ["past", "now", "future"];
    if (!draft || !lists.every((name) => Array.isArray(draft[name]))) return;
    for (const name of lists) this[name] = draft[name];
    this.variants = draft.variants || {};
  }
}
