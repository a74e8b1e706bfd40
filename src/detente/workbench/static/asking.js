// A question that takes a while: told how far it is line by line, given up by closing the connection.

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

const reasons = (told) => told.problems.map((each) => each.text).join(" ");
