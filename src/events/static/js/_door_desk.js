// Sends scans to the server and asks again, with the same id, until there is an answer. It never guesses one.
const PATIENCE_MS = 5000;
const UNEASE_MS = 1500; // so long a steward waits without a word
const PAUSES_MS = [500, 1000, 2000, 4000];

/** A scan is made on the phone, id included, so that asking twice is the same as asking once. */
export function newScan(what) {
  return { id: newId(), at: new Date().toISOString(), ...what };
}

/** A UUID (version 4). `crypto.randomUUID` is missing where the page is not served over TLS. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export class Desk {
  #waiting = new Map();
  #onChange;

  /** `onChange(n)` hears how many scans have been asked for in vain so far. */
  constructor(onChange) {
    this.#onChange = onChange;
  }

  /** Resolves with the server's verdict, however long that takes. `onTrouble` is called when it takes long or the first try fails. */
  async decide(scan, onTrouble) {
    const unease = setTimeout(onTrouble, UNEASE_MS);
    try {
      return await this.#untilAnswered("/door/check-ins", scan, onTrouble);
    } finally {
      clearTimeout(unease);
    }
  }

  async undo(checkInId) {
    return this.#once("/door/undos", { id: newId(), at: new Date().toISOString(), check_in_id: checkInId });
  }

  /** Does not wait out the pause: the steward asked, or the network is back. */
  askAgain() {
    for (const wake of this.#waiting.values()) wake();
  }

  async #untilAnswered(address, scan, onTrouble) {
    for (let tries = 0; ; tries += 1) {
      const answer = await this.#once(address, scan);
      if (answer !== null) {
        if (this.#waiting.delete(scan.id)) this.#onChange(this.#waiting.size);
        return answer;
      }
      if (tries === 0) onTrouble();
      await this.#pause(scan.id, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
    }
  }

  #pause(id, ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#waiting.set(id, () => (clearTimeout(timer), resolve()));
      this.#onChange(this.#waiting.size);
    });
  }

  // null: no answer yet. A refusal of the request itself is an answer; a phone that is no longer paired has to go and see why.
  async #once(address, fields) {
    const body = new URLSearchParams({ ...fields, sent_at: new Date().toISOString() });
    const request = { method: "POST", body, headers: { accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE_MS) };
    try {
      const answer = await fetch(address, request);
      if (answer.status === 401) return void location.reload();
      if (answer.status >= 500 || answer.status === 429) return null;
      return answer.ok ? await answer.json() : { failed: true, verdict: "refused", kind: "id_reused" };
    } catch {
      return null;
    }
  }
}
