// Whether the server can be reached, how far this phone's clock is off, and the one way to ask the server something.
const LONGEST_MS = 10_000;
const QUICK_MS = 1200; // a server that takes longer is no help to a steward, so contact does not count as regained

/** Thrown for an answer that says no, with its status and what it says. */
export class Refused extends Error {
  constructor(status, said) {
    super(said?.code ?? String(status));
    Object.assign(this, { status, said });
  }
}

export class Contact {
  online = navigator.onLine;
  offset = 0; // milliseconds that the server's clock is ahead
  #onChange;
  #narrowest = Infinity;

  /** `onChange()` hears when contact is lost or there again. */
  constructor(onChange) {
    this.#onChange = onChange;
    addEventListener("offline", () => this.lost());
  }

  now() {
    return Date.now() + this.offset;
  }

  lost() {
    this.#tell(false);
  }

  /** The answer's JSON. Throws `Refused`, or whatever the network throws; contact counts as lost after everything but a clear answer. */
  async ask(address, request = {}, patience = LONGEST_MS) {
    const asked = Date.now();
    let answer;
    try {
      answer = await fetch(address, { ...request, cache: "no-store", signal: AbortSignal.timeout(patience),
        headers: { accept: "application/json", ...request.headers } });
    } catch (error) {
      this.lost();
      throw error;
    }
    const said = await answer.json().catch(() => null);
    if (answer.status >= 500 || said === null) this.lost();
    else if (Date.now() - asked < QUICK_MS) this.#tell(true);
    if (!answer.ok || said === null) throw new Refused(statusOf(answer.status, said), said);
    this.#setClock(said.received_at, asked, Date.now());
    return said;
  }

  send(address, body) {
    return this.ask(address, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  }

  // The quicker an answer was, the closer its time is to ours. A clock that was set anew in between is noticed by a large step.
  #setClock(receivedAt, asked, heard) {
    if (!receivedAt) return;
    const offset = Date.parse(receivedAt) - (asked + heard) / 2;
    if (heard - asked > this.#narrowest && Math.abs(offset - this.offset) < heard - asked + 1000) return;
    this.#narrowest = heard - asked;
    this.offset = offset;
  }

  #tell(online) {
    if (online === this.online) return;
    this.online = online;
    this.#onChange();
  }
}

// Only the server itself takes a phone back, and says so; a bare 410 comes from something on the way to it.
function statusOf(status, said) {
  return status === 410 && !said?.wipe ? 502 : status;
}
