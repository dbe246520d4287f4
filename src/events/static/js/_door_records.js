// The phone's records as the rest of the scanner uses them: in memory, and on the disk as long as the browser can store anything.
import { openStore } from "./_door_store.js";

const LONGEST_HISTORY = 300;

export class Records {
  works = true; // whether the last attempt to store something has succeeded
  own = {}; // what this phone has set for itself: mode, clock, contradictions it was told of
  shown = new Map(); // id → Shown, oldest first
  outbox = new Map();
  #list;
  #store = null;
  #onChange;

  constructor(list, onChange) {
    this.#list = list;
    this.#onChange = onChange;
  }

  /** Reads what was kept. Without storage (private windows of some browsers) everything is in memory only, and `works` is false. */
  async open() {
    try {
      this.#store = await openStore();
      const [own, list, shown, outbox] = await Promise.all(["own", "list", "shown", "outbox"].map((name) => this.#store.read(name)));
      this.own = own.get("own") ?? {};
      this.outbox = outbox;
      this.shown = new Map([...shown].sort(([, one], [, other]) => one.at.localeCompare(other.at)));
      this.#list.restore(list);
      this.#list.addMovements(this.#unsaved(list.get("movements")?.saved_at ?? 0));
    } catch {
      this.#tell(false);
    }
  }

  // Movements made here that were not written with the list's any more when the page went.
  #unsaved(savedAt) {
    const ours = [...this.shown.values()].filter(({ movement, settled = Infinity }) => movement && settled > savedAt);
    return ours.map(({ movement }) => movement).filter(({ id }) => !this.#list.hasMovement(id));
  }

  /** Writes in one transaction; answers whether it is on the disk. */
  async keep(changes) {
    for (const [id, shown] of Object.entries(changes.shown ?? {})) this.shown.set(id, shown);
    try {
      await this.#store.write(changes);
    } catch {
      return this.#tell(false);
    }
    return this.#tell(true);
  }

  keepOwn(change) {
    if (Object.entries(change).every(([name, value]) => this.own[name] === value)) return Promise.resolve(true);
    Object.assign(this.own, change);
    return this.keep({ own: { own: this.own } });
  }

  keepMovements(now) {
    return this.keep({ list: { movements: { saved_at: now, known: this.#list.movements() } } });
  }

  /** Newest first. */
  history() {
    return [...this.shown.values()].reverse();
  }

  /** Removes the oldest that are settled, so that an evening of thousands does not fill the phone. */
  async prune() {
    const settled = [...this.shown.values()].filter(({ settled }) => settled).slice(0, Math.max(0, this.shown.size - LONGEST_HISTORY));
    if (!settled.length) return;
    for (const { id } of settled) this.shown.delete(id);
    await this.keep({ shown: Object.fromEntries(settled.map(({ id }) => [id, undefined])) });
  }

  /** Removes the list and what was shown; what has to be handed over stays. */
  async forgetList(own = {}) {
    this.shown.clear();
    try {
      for (const name of ["list", "shown"]) await this.#store.clear(name);
    } catch {
      this.#tell(false);
    }
    await this.keepOwn(own);
  }

  close() {
    this.#store?.close();
  }

  #tell(works) {
    if (works !== this.works) {
      this.works = works;
      this.#onChange();
    }
    return works;
  }
}
