// A question that takes a while: told how far it is line by line, given up by closing the connection.

import { make } from "./dom.js";
import { call } from "./live.js";

export class Asking {
  // `answer` comes to { found } or { refused }.
  constructor(path, body, progress) {
    this.control = new AbortController();
    this.answer = this.read(path, body, progress).catch((error) => ({ refused: error.name === "AbortError" ? "it was cancelled." : "the connection may be lost." }));
  }

  cancel() {
    this.control.abort();
  }

  async read(path, body, progress) {
    const answer = await call(path, body, "POST", this.control.signal);
    if (answer.status === 422) return { refused: reasons(await answer.json()) };
    if (!answer.ok) return { refused: await answer.text() };
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { refused: "the connection may be lost." };
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines.filter(Boolean)) {
        const told = JSON.parse(line);
        if (told.problems) return { refused: reasons(told) };
        if ("found" in told || "refused" in told) return told;
        progress(told.done, told.of);
      }
    }
  }
}

// Asks in `holder`: how far it is and a button that gives it up, then what `show` makes of what was found, or what `idle` leaves there and the reason.
export function askIn(holder, title, path, body, { show, idle, waiting }) {
  const bar = make("progress", { max: "1", "aria-label": title });
  const state = make("span", { role: "status" }, `${title}: ${waiting} …`);
  const stop = make("button", { onclick: () => asking.cancel() }, "Cancel");
  holder.replaceChildren(make("div", { class: "row" }, state, bar, stop));
  stop.focus();
  const asking = new Asking(path, body, (done, of) => {
    bar.value = done / of;
    state.textContent = `${title}: ${done} of ${of}`;
  });
  asking.answer.then(({ found, refused }) => {
    if (!stop.isConnected) return;
    const had = holder.contains(document.activeElement);
    const cancelled = asking.control.signal.aborted;
    if (found) holder.replaceChildren(...show(found));
    else {
      idle();
      if (!cancelled) holder.append(make("p", { class: "warning" }, `It could not be worked out: ${refused}`));
    }
    if (had) holder.querySelector("[tabindex='-1'], button")?.focus();
  });
  return asking;
}

const reasons = (told) => told.problems.map((each) => each.text).join(" ");
