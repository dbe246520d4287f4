// The guest list in memory: who is invited here, in the order of the alphabet, and everybody's movements through the door.
import { presenceOf, questionsOf } from "./_door_rules.js";

const LATEST = "bucket-latest"; // until the list brings them
const NO_RULES = { doors_open_at: null, exits: "off", fire_limit: null, crew_inside: 0, walk_ins: false, lease_hours: 12 };

export class GuestList {
  head = null;
  #buckets = new Map();
  #entries = [];
  #byId = new Map();
  #byCode = new Map();
  #parties = new Map();
  #former = new Set();
  #movements = new Map();
  #places = new Map(); // movement id → registration id
  #presences = new Map();
  #confirmed = 0;

  /** `clock(iso)` tells a moment as a steward reads it. */
  constructor(clock) {
    this.clock = clock;
  }

  /** What was kept on this phone, as `Map(key → record)`. */
  restore(records) {
    this.head = records.get("head") ?? null;
    for (const [key, entries] of records) if (key.startsWith("bucket-")) this.#buckets.set(key, entries);
    this.#index();
    this.addMovements(records.get("movements")?.known ?? []);
  }

  /** Takes the server's answer over, in which null means "as you have it"; answers the records to keep. */
  take({ buckets, movements, full, ...answer }) {
    const unchanged = Object.entries(this.head ?? {}).filter(([name]) => answer[name] === null);
    const head = { ...answer, ...Object.fromEntries(unchanged) };
    if (full) this.#buckets.clear();
    const kept = {};
    for (const [number, entries] of Object.entries(buckets)) kept[`bucket-${number}`] = entries;
    const fetched = new Set(Object.values(buckets).flat().map(({ id }) => id));
    kept[LATEST] = (this.#buckets.get(LATEST) ?? []).filter(({ id }) => !fetched.has(id));
    for (const [key, entries] of Object.entries(kept)) this.#buckets.set(key, entries);
    this.head = head;
    if (full || fetched.size || Object.keys(buckets).length) this.#index();
    else this.#former = new Set(head.former);
    this.addMovements(movements);
    return { ...kept, head };
  }

  /** Removes everything, for a phone whose time is over or that belongs to another door now. */
  forget() {
    Object.assign(this, { head: null });
    for (const kept of [this.#buckets, this.#movements, this.#places, this.#presences]) kept.clear();
    this.#index();
  }

  /** The digests of the buckets at hand, for the server to send only others. */
  get digests() {
    return this.head?.digests ?? [];
  }

  entries() {
    return this.#entries;
  }

  entry(id) {
    return this.#byId.get(id) ?? null;
  }

  entryOfCode(hash) {
    return this.#byCode.get(hash) ?? null;
  }

  party(lead) {
    return this.#parties.get(lead) ?? [];
  }

  get former() {
    return this.#former;
  }

  get rules() {
    return this.head?.rules ?? NO_RULES;
  }

  questionsFor(entry) {
    return questionsOf(this.head?.questions ?? [], entry?.card?.flags);
  }

  /** A guest the server has just made or changed: a walk-in, a companion's name, a substitute. Answers the record to keep. */
  addEntry(entry) {
    const others = (this.#buckets.get(LATEST) ?? []).filter(({ id }) => id !== entry.id);
    this.#buckets.set(LATEST, [...others, entry]);
    this.#index();
    return { [LATEST]: this.#buckets.get(LATEST) };
  }

  movementsOf(id) {
    return this.#movements.get(id) ?? [];
  }

  /** Every movement known, of everybody. */
  movements() {
    return [...this.#movements.values()].flat();
  }

  hasMovement(id) {
    return this.#places.has(id);
  }

  /** Adds those not known yet; answers them. One that is known takes the newer form (its time may have been set right). */
  addMovements(movements) {
    return movements.filter((movement) => this.#add(movement));
  }

  #add(movement) {
    const known = this.#movements.get(movement.registration_id) ?? [];
    const place = known.findIndex(({ id }) => id === movement.id);
    this.#movements.set(movement.registration_id, place < 0 ? [...known, movement] : known.with(place, movement));
    this.#places.set(movement.id, movement.registration_id);
    this.#presences.delete(movement.registration_id);
    return place < 0;
  }

  /** All that the server knows of one guest's movements; only those that it cannot know yet, by id, stay beside them. */
  replaceMovements(registrationId, movements, isPending) {
    const own = this.movementsOf(registrationId).filter(({ id }) => isPending(id) && !movements.some((movement) => movement.id === id));
    this.#movements.set(registrationId, [...movements, ...own]);
    for (const { id } of movements) this.#places.set(id, registrationId);
    this.#presences.delete(registrationId);
  }

  registrationOf(movementId) {
    return this.#places.get(movementId) ?? null;
  }

  presence(id) {
    if (!this.#presences.has(id)) this.#presences.set(id, presenceOf(this.movementsOf(id)));
    return this.#presences.get(id);
  }

  /** Counted from the list and the movements, those of this phone included that nobody else knows yet. */
  count() {
    let [inside, arrived, awaited] = [0, 0, this.#confirmed];
    for (const id of this.#movements.keys()) {
      const presence = this.presence(id);
      if (presence.present) inside += 1;
      if (!presence.arrived) continue;
      arrived += 1;
      if (this.#byId.get(id)?.state === "confirmed") awaited -= 1;
    }
    return { inside, arrived, expected: awaited, confirmed: this.#confirmed };
  }

  #index() {
    const latest = this.#buckets.get(LATEST) ?? [];
    const newer = new Set(latest.map(({ id }) => id));
    const listed = [...this.#buckets].filter(([key]) => key !== LATEST).flatMap(([, entries]) => entries);
    const entries = [...listed.filter(({ id }) => !newer.has(id)), ...latest].sort((one, other) => (one.sort < other.sort ? -1 : one.sort > other.sort ? 1 : 0));
    this.#entries = entries;
    this.#byId = new Map(entries.map((entry) => [entry.id, entry]));
    this.#byCode = new Map(entries.filter(({ code }) => code).map((entry) => [entry.code, entry]));
    this.#parties = Map.groupBy ? Map.groupBy(entries, ({ party }) => party) : grouped(entries);
    for (const party of this.#parties.values()) party.sort((one, other) => one.position - other.position);
    this.#former = new Set(this.head?.former);
    this.#confirmed = entries.filter(({ state }) => state === "confirmed").length;
  }
}

function grouped(entries) {
  const parties = new Map();
  for (const entry of entries) parties.set(entry.party, [...(parties.get(entry.party) ?? []), entry]);
  return parties;
}
