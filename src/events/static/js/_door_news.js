// Keeps the list current: by the server's stream, and by asking when there was none or for a minute.
import { Refused } from "./_door_contact.js";
import { Stream } from "./_door_stream.js";

const EVERY_MS = 60_000;
const LONGEST_LIST_MS = 60_000; // five thousand guests over a weak network
const COLLECT_MS = 1000; // movements of a crowd are written together

export class News {
  #desk;
  #timer = 0;
  #collecting = 0;
  #fetching = null;
  #stale = false;
  #stopped = false;
  #undecided = new Set();
  #stream = new Stream({
    open: () => this.refresh(),
    lost: () => this.#desk.outbox.flush(),
    attendance: (figures) => this.#desk.figuresTaken(figures),
    movements: (movements) => this.#takeMovements(movements),
    conflicts: (conflicts) => this.#takeConflicts(conflicts),
    list: () => this.refresh(),
    unpaired: () => this.#desk.refused(403),
    wipe: () => this.#desk.refused(410),
  });

  /** `desk`: the session's parts (contact, list, records, outbox) and what it does with what is heard. */
  constructor(desk) {
    this.#desk = desk;
  }

  start() {
    this.#stream.start();
    this.#timer = setInterval(() => this.refresh(), EVERY_MS);
    this.refresh();
  }

  /** Whatever is still on its way is not taken any more. */
  stop() {
    this.#stopped = true;
    this.#stream.stop();
    clearInterval(this.#timer);
    clearTimeout(this.#collecting);
  }

  /** Fetches what has changed; once more when asked meanwhile. */
  refresh() {
    if (this.#fetching) this.#stale = true;
    else this.#fetching = this.#fetch().finally(() => this.#fetched());
    return this.#fetching;
  }

  #fetched() {
    this.#fetching = null;
    if (this.#stale) this.refresh();
    this.#stale = false;
  }

  async #fetch() {
    try {
      await this.#taken(await this.#desk.contact.ask(`/door/list?${this.#wish()}`, {}, LONGEST_LIST_MS));
    } catch (error) {
      if (error instanceof Refused) this.#desk.refused(error.status);
    }
  }

  #wish() {
    const { digests, head } = this.#desk.list;
    return head ? new URLSearchParams({ have: digests.join(","), since: head.list_at }) : "";
  }

  // The list of another event (this browser was paired anew) replaces everything that was known.
  async #taken(answer) {
    if (this.#stopped) return;
    const { list, records, contact } = this.#desk;
    if (list.head && list.head.event.id !== answer.event.id) {
      list.forget();
      await records.forgetList();
      return this.#taken(await contact.ask("/door/list", {}, LONGEST_LIST_MS));
    }
    const changes = list.take(answer);
    await records.keep({ list: { ...changes, movements: { saved_at: contact.now(), known: list.movements() } } });
    await records.prune();
    this.#desk.listTaken();
  }

  #takeMovements(movements) {
    this.#desk.list.addMovements(movements);
    this.keepMovements();
    this.#desk.emit("movements");
    this.#desk.emit("attendance");
  }

  /** Writes the movements down soon; what is lost until then the server tells again. */
  keepMovements() {
    clearTimeout(this.#collecting);
    this.#collecting = setTimeout(() => this.#desk.records.keepMovements(this.#desk.contact.now()), COLLECT_MS);
  }

  /** The server names all that nobody has decided; what it named before and names no more is decided. */
  #takeConflicts(conflicts) {
    const undecided = new Set(conflicts.map(nameOf));
    for (const key of this.#undecided) if (!undecided.has(key)) this.#desk.emit("resolved", { key });
    this.#undecided = undecided;
    conflicts.forEach((conflict) => this.tellConflict(conflict));
  }

  /** Tells of a contradiction once on each phone; `own` if this phone has scanned the guest as well. */
  tellConflict(conflict) {
    const { list, records } = this.#desk;
    const { registration_id } = conflict;
    const key = nameOf(conflict);
    const told = records.own.told ?? [];
    if (conflict.resolved_at || told.includes(key)) return;
    records.keepOwn({ told: [...told, key] });
    const own = records.history().some(({ entry }) => entry?.id === registration_id);
    this.#desk.emit("conflict", { name: list.entry(registration_id)?.card.name ?? "", ...conflict, key, own });
  }
}

const nameOf = ({ registration_id, kind, at }) => `${registration_id} ${kind} ${Date.parse(at)}`;
