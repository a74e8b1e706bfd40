// The connection to the server: questions out, stages in, and a new connection where the old one is lost.

const AGAIN = [300, 600, 1200, 2500];

export class Live {
  constructor(hear, changed) {
    this.hear = hear;
    this.changed = changed;
    this.number = 0;
    this.tried = 0;
    this.open = false;
    this.connect();
  }

  connect() {
    const address = new URL("live", location.href);
    address.protocol = "ws:";
    this.socket = new WebSocket(address);
    this.socket.onopen = () => {
      this.tried = 0;
      this.open = true;
      this.changed(true);
    };
    this.socket.onmessage = (event) => this.hear(JSON.parse(event.data));
    this.socket.onclose = () => {
      this.open = false;
      this.changed(false);
      setTimeout(() => this.connect(), AGAIN[Math.min(this.tried++, AGAIN.length - 1)]);
    };
  }

  // Asks what becomes of the answers under these changes; the number of the question.
  ask(changes, channel = "hand") {
    this.number += 1;
    if (this.open) this.socket.send(JSON.stringify({ channel, ask: this.number, changes }));
    return this.number;
  }
}

export async function call(path, body, method = "POST", signal = undefined) {
  const options = body === undefined ? {} : { method, signal, body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return fetch(new URL(path, location.href), options);
}
