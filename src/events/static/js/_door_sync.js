// The outbox: every scan stays in it until the server says, by its id, that it has it. Twice is once there, so asking again is safe.
import { Refused } from "./_door_contact.js";

const LARGEST_PORTION = 500;
const ABOUT_THE_PHONE = [401, 403, 429]; // answers that say nothing about the scans
const EVERY_MS = 5000;
const PAUSES_MS = [500, 1000, 2000, 5000];

export class Outbox {
  #contact;
  #take;
  #facts;
  #onRefused;
  #waiting = new Map(); // id → {nr, scan}, in the order in which they were made
  #portion = LARGEST_PORTION;
  #running = null;
  #again = false;
  #failures = 0;
  #timer = 0;
  #pause = 0;
  #hope = () => {};

  /** `take(answer, sent)` makes an answer durable, `facts()` is what this phone tells with every call, `onRefused(status)` hears a no. */
  constructor(contact, { take, facts, onRefused }) {
    this.#contact = contact;
    this.#take = take;
    this.#facts = facts;
    this.#onRefused = onRefused;
  }

  restore(records) {
    const rows = [...records.values()].sort((one, other) => one.nr - other.nr);
    this.#waiting = new Map(rows.map((row) => [row.scan.id, row]));
  }

  get size() {
    return this.#waiting.size;
  }

  scans() {
    return [...this.#waiting.values()].map(({ scan }) => scan);
  }

  scan(id) {
    return this.#waiting.get(id)?.scan ?? null;
  }

  has(id) {
    return this.#waiting.has(id);
  }

  /** The scan in its latest form, as the row to keep. */
  row(scan) {
    const last = [...this.#waiting.values()].at(-1)?.nr ?? 0;
    return { nr: this.#waiting.get(scan.id)?.nr ?? last + 1, scan };
  }

  put(row) {
    this.#waiting.set(row.scan.id, row);
  }

  remove(id) {
    this.#waiting.delete(id);
  }

  /** Sends from now on every few seconds, and at once whenever there is hope. */
  start() {
    this.#timer = setInterval(() => this.flush(), EVERY_MS);
    this.#hope = () => document.hidden || this.flush();
    addEventListener("online", this.#hope);
    document.addEventListener("visibilitychange", this.#hope);
    this.flush();
  }

  stop() {
    clearInterval(this.#timer);
    clearTimeout(this.#pause);
    removeEventListener("online", this.#hope);
    document.removeEventListener("visibilitychange", this.#hope);
  }

  /** Hands over what is waiting, one portion after the other; without anything waiting it is a sign of life. */
  flush() {
    if (this.#running) this.#again = true;
    else this.#running = this.#locked().finally(() => this.#ended());
    return this.#running;
  }

  #ended() {
    this.#running = null;
    if (!this.#again) return;
    this.#again = false;
    this.flush();
  }

  // One at a time on this phone, whatever tabs there are.
  async #locked() {
    await navigator.locks.request("door-sync", async () => {
      try {
        do await this.#sendPortion();
        while (this.#waiting.size);
      } catch (error) {
        await this.#failed(error);
      }
    });
  }

  /** Hands one portion over before everything is forgotten; throws when nobody has taken it. */
  handOver() {
    return navigator.locks.request("door-sync", async () => {
      try {
        await this.#sendPortion();
      } catch (error) {
        if (error.status !== 410) throw error;
      }
    });
  }

  async #sendPortion() {
    const sent = this.scans().slice(0, this.#portion);
    const message = { sent_at: new Date().toISOString(), facts: this.#facts(), scans: sent };
    const answer = await this.#contact.send("/door/scans", message).catch((error) => this.#refused(error, sent));
    if (!answer) return;
    this.#portion = Math.min(2 * this.#portion, LARGEST_PORTION);
    await this.#take(answer, new Map(sent.map((scan) => [scan.id, scan])));
    const stuck = sent.length && sent.every((scan) => this.#waiting.get(scan.id)?.scan === scan);
    if (stuck) throw new Error("an answer that settles nothing is not asked for without a pause");
    this.#failures = 0;
  }

  // What is too much for the line or for the server is sent in smaller portions. A phone that was taken back has handed its scans
  // over all the same (410).
  async #refused(error, sent) {
    const answered = error instanceof Refused;
    if (answered ? ABOUT_THE_PHONE.includes(error.status) : error.name !== "TimeoutError") throw error;
    if (error.status === 410) for (const { id } of sent) this.remove(id);
    else if (sent.length > 1) this.#portion = Math.ceil(sent.length / 2);
    else if (sent.length && answered) this.#putLast(sent[0]);
    if (error.status === 413 && sent.length > 1) return null;
    throw error;
  }

  // A scan that the server stumbles over, or does not understand, lets the others pass.
  #putLast({ id }) {
    const row = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#waiting.set(id, row);
  }

  async #failed(error) {
    this.#failures += 1;
    if (error instanceof Refused) setTimeout(() => this.#onRefused(error.status));
    clearTimeout(this.#pause);
    if (this.#waiting.size) this.#pause = setTimeout(() => this.flush(), PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1]);
  }
}
