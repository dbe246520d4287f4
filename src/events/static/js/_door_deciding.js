// From a scan to a verdict: stored first, then the server's word if it comes in time, or the list's; and what the server says later.
import { guestOfLine, hashOf, newId, ticketCode } from "./_door_codes.js";
import { decideByList, decisionOf, isHash, kindDecided, movementOf, shownByServer } from "./_door_verdicts.js";

const PATIENCE_MS = 1200; // so long a steward waits for the server; then the list decides
const ONLY_SERVER_MS = 5000; // … and so long when this phone cannot store or has no list yet: only the server can let anybody in
const WOULD_ENTER = ["admitted", "question_open", "house_full"];

export class Deciding {
  #desk;
  #waiters = new Map(); // id → resolve, of scans whose verdict somebody waits for
  #deciding = new Set(); // ids between "no answer in time" and the verdict of the list

  /** `desk`: the session's parts (contact, list, records, outbox, news), `asks`, and what it tells its listeners. */
  constructor(desk) {
    this.#desk = desk;
  }

  /** Resolves with what to show, or null when a question was left unanswered. */
  async check(what, { source = "scan", act, answers = null, override = null }) {
    const scan = { ...this.#newScan(act, source), answers: answers ?? {} };
    const found = await this.#find(what, scan);
    if (override) return this.#overrule(scan, found, override.note);
    if (!answers && act === "entry") {
      scan.answers = await this.#askFirst(scan, found);
      if (!scan.answers) return null;
    }
    const shown = await this.#decide(scan, () => this.#byList(scan, found), { atOnce: !found.wellFormed });
    const unasked = this.#desk.asks && !answers && !Object.keys(scan.answers).length;
    return shown.kind === "question_open" && unasked ? this.#askAfterwards(shown, source) : shown;
  }

  undo(checkInId) {
    const scan = { ...this.#newScan("undo", "search"), check_in_id: checkInId };
    return this.#decide(scan, () => this.#byList(scan, {}));
  }

  submit(given, local) {
    const scan = { ...this.#newScan(given.act, given.source), ...given };
    const found = { entry: this.#desk.list.entry(scan.registration_id), wellFormed: true };
    return this.#decide(scan, async () => ({ ...this.#byList(scan, found), ...(await local?.(scan)) }));
  }

  /** Takes the server's answers over and makes them durable. */
  async take({ answers }, sent) {
    const changes = { outbox: {}, shown: {} };
    for (const answered of answers) this.#settle(answered, sent.get(answered.id), changes);
    if (Object.keys(changes.outbox).length) await this.#desk.records.keep(changes);
  }

  #newScan(act, source) {
    const { head } = this.#desk.list;
    const made = { id: newId(), at: new Date().toISOString(), act, source, decided: null, note: "", answers: {} };
    return { ...made, list_at: head?.list_at ?? null, phone_id: head?.phone.id ?? null };
  }

  // What was read or chosen, as the scan says it and as the list knows it.
  async #find({ text, code_hash, registration_id }, scan) {
    const { list } = this.#desk;
    const line = text ? guestOfLine(text) : null;
    if (line) scan.source = "paper";
    if (registration_id ?? line) {
      scan.registration_id = registration_id ?? line;
      return { entry: list.entry(scan.registration_id), wellFormed: true };
    }
    const code = text === undefined ? null : ticketCode(text);
    scan.code_hash = code_hash ?? (await hashOf(code ?? text));
    return { entry: list.entryOfCode(scan.code_hash), hash: scan.code_hash, wellFormed: code !== null || isHash(code_hash ?? "") };
  }

  // A question is asked before anything is sent, but only of somebody who would be let in; where nobody can ask, it stays open.
  async #askFirst(scan, found) {
    const questions = this.#desk.asks && found.entry ? this.#desk.list.questionsFor(found.entry) : [];
    if (!questions.length || !WOULD_ENTER.includes(this.#byList(scan, found).kind)) return {};
    return this.#desk.asks(found.entry, questions);
  }

  // Of a guest whom only the server knows the questions are asked when it says so, and the scan is made again.
  async #askAfterwards(shown, source) {
    const entry = shown.entry ?? { id: shown.card?.registration_id, card: shown.card };
    const answers = entry.id ? await this.#desk.asks(entry, this.#desk.list.questionsFor(entry)) : null;
    return answers && this.check({ registration_id: entry.id }, { source, act: "entry", answers });
  }

  #overrule(scan, found, note) {
    Object.assign(scan, { note, decided: { verdict: "admitted", reason: null, by: "supervisor" } });
    return this.#decide(scan, () => ({ ...this.#byList(scan, found), verdict: "admitted", kind: "admitted" }), { atOnce: true });
  }

  #byList(scan, found) {
    const { list, records } = this.#desk;
    if (!this.#desk.checkLease()) list.forget();
    const shown = decideByList({ ...scan, at: this.#corrected(scan.at) }, found, { list, shown: records.shown });
    return shown.kind === "no_list" && this.#desk.state === "lease_over" ? { ...shown, kind: "lease_over" } : shown;
  }

  #corrected(at) {
    return new Date(Date.parse(at) + this.#desk.contact.offset).toISOString();
  }

  async #decide(scan, byList, { atOnce = false } = {}) {
    const { outbox, records, contact, list } = this.#desk;
    const row = outbox.row(scan);
    const safe = atOnce || (await records.keep({ outbox: { [scan.id]: row } }));
    outbox.put(row);
    const asked = !atOnce && contact.online;
    if (asked && (await this.#answerInTime(scan.id, safe && list.head ? PATIENCE_MS : ONLY_SERVER_MS))) return records.shown.get(scan.id);
    this.#deciding.add(scan.id);
    const shown = await byList();
    const kept = await this.#keepDecision(scan, shown);
    this.#deciding.delete(scan.id);
    if (!kept && ["admitted", "left"].includes(shown.verdict)) return this.#notStored(shown, asked ? row : null);
    this.#follow(shown);
    outbox.flush();
    return shown;
  }

  async #answerInTime(id, patience) {
    const { outbox, contact } = this.#desk;
    const answered = new Promise((resolve) => {
      this.#waiters.set(id, resolve);
      setTimeout(() => resolve(null), patience);
    });
    const sent = outbox.flush().then(() => (contact.online ? answered : null));
    const answer = await Promise.race([answered, sent]);
    this.#waiters.delete(id);
    if (answer) return answer;
    this.#deciding.add(id);
    contact.lost();
    return null;
  }

  #keepDecision(scan, shown) {
    const { outbox, records, list } = this.#desk;
    shown.movement = movementOf(shown, list.head?.phone);
    const decided = scan.decided ?? (scan.act === "undo" ? null : decisionOf(shown));
    const row = outbox.row({ ...scan, decided });
    outbox.put(row);
    return records.keep({ outbox: { [scan.id]: row }, shown: { [scan.id]: shown } });
  }

  // Nobody is let in on a word that this phone cannot keep. If the server may have been asked, its answer is still waited for.
  #notStored(shown, asked) {
    const { outbox, records } = this.#desk;
    const refused = { ...shown, verdict: "refused", kind: "not_stored", movement: null };
    records.shown.set(shown.id, refused);
    if (asked) outbox.put(asked);
    else outbox.remove(shown.id);
    return refused;
  }

  // What follows from a verdict for the figures and for the next scan of the same guest.
  #follow(shown) {
    const { list, records } = this.#desk;
    const isNew = shown.entry && (shown.act === "substitute" || !list.entry(shown.entry.id));
    if (isNew) records.keep({ list: list.addEntry(shown.entry) });
    if (shown.movement) list.addMovements([shown.movement]);
    const target = shown.verdict === "undone" ? records.shown.get(shown.undo_of) : null;
    if (target) records.keep({ shown: { [target.id]: { ...target, undone: true } } });
    this.#desk.tellMovement();
  }

  // An answer counts for the version of the scan that was sent: one that was decided here meanwhile is sent once more, as it was shown.
  #settle(answered, scan, changes) {
    const { outbox, records, contact } = this.#desk;
    const { id } = answered;
    const before = records.shown.get(id);
    const latest = outbox.scan(id);
    if (!scan || !latest || !answered.done || this.#deciding.has(id)) return;
    if (latest !== scan && before?.kind !== answered.kind) return;
    outbox.remove(id);
    const said = this.#answeredFor(scan, answered);
    const shown = { ...said, ...before, card: before?.card ?? said.card, entry: before?.entry ?? said.entry, settled: contact.now() };
    Object.assign(changes.outbox, { [id]: undefined });
    Object.assign(changes.shown, { [id]: shown });
    records.shown.set(id, shown);
    this.#takeGuest(answered);
    if (!before) this.#follow(shown);
    this.#tell(before?.kind ?? kindDecided(scan.decided), shown, answered);
  }

  #answeredFor(scan, answered) {
    const { list } = this.#desk;
    const shown = shownByServer({ ...scan, at: this.#corrected(scan.at) }, answered, list);
    return { ...shown, movement: movementOf(shown, list.head?.phone) };
  }

  #takeGuest({ entry, movements }) {
    const { list, records, outbox, news } = this.#desk;
    if (entry) records.keep({ list: list.addEntry(entry) });
    for (const id of new Set((movements ?? []).map(({ registration_id }) => registration_id))) {
      list.replaceMovements(id, movements.filter(({ registration_id }) => registration_id === id), (movement) => outbox.has(movement));
    }
    news.keepMovements();
  }

  // The steward who waits gets the verdict; one who has been shown another, or has seen none, is told.
  #tell(seen, shown, answered) {
    const { news, emit } = this.#desk;
    if (answered.conflict) news.tellConflict({ check_in_id: answered.id, registration_id: shown.entry?.id, ...answered.conflict });
    const waiter = this.#waiters.get(answered.id);
    const moved = ["admitted", "left"].includes(answered.verdict);
    const kind = moved ? answered.kind : answered.now ?? answered.kind;
    if (waiter) waiter(answered);
    else if (seen !== kind) emit("late", { shown, answer: answered, kind, now: answered.now ?? null });
  }
}
