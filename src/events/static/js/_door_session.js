// A phone at the door, as the scanner, the kiosk and their sheets see it: what it knows, what it does, and what it tells.
import { Battery } from "./_door_battery.js";
import { Contact } from "./_door_contact.js";
import { Deciding } from "./_door_deciding.js";
import { forgetEverything } from "./_door_leave.js";
import { GuestList } from "./_door_list.js";
import { News } from "./_door_news.js";
import { Records } from "./_door_records.js";
import { Outbox } from "./_door_sync.js";
import { takePlace } from "./_door_tab.js";

const WIPE_AGAIN_MS = 5000;
const LEASE_LOOK_MS = 15_000;

/** Opens the phone's records and starts to work. `asks(entry, questions)` answers the door's questions, or null when they were broken off;
 *  without it nobody is asked anything. */
export async function openSession({ asks = null } = {}) {
  const session = new Session(asks);
  await session.open();
  return session;
}

class Session {
  state = "starting";
  #listeners = new Map();
  #battery = new Battery();
  #figures = null; // the server's, as long as nothing else is known here
  #mode = "entry";
  #ended = false;
  #timer = 0;
  #desk;

  constructor(asks) {
    const list = new GuestList((iso) => this.clock(iso));
    this.#desk = {
      asks, list,
      contact: new Contact(() => this.#contactChanged()),
      records: new Records(list, () => this.emit("net")),
      emit: (name, detail) => this.emit(name, detail),
      checkLease: () => this.#checkLease(),
      listTaken: () => this.#listTaken(),
      figuresTaken: (figures) => this.#figuresTaken(figures),
      refused: (status) => this.#refused(status),
      tellMovement: () => this.#tellMovement(),
    };
    Object.defineProperty(this.#desk, "state", { get: () => this.state });
    this.#desk.outbox = new Outbox(this.#desk.contact, {
      take: (answer, sent) => this.#take(answer, sent), facts: () => this.#report(), onRefused: (status) => this.#refused(status),
    });
    this.#desk.news = new News(this.#desk);
    this.#desk.deciding = new Deciding(this.#desk);
  }

  // ── acting ──

  /** Decides about `{text}`, `{code_hash}` or `{registration_id}`; resolves with what to show, null when a question was cancelled. */
  check(what, options = {}) {
    return this.#desk.deciding.check(what, { act: this.#mode, ...options });
  }

  /** Takes an entry back: the phone's own or, as a supervisor, anybody's. */
  undo(checkInId) {
    return this.#desk.deciding.undo(checkInId);
  }

  /** Any other act; `local(scan)` answers {verdict, kind, card, entry} when the server cannot. */
  submit(scan, local = null) {
    return this.#desk.deciding.submit(scan, local);
  }

  get mode() {
    return this.#mode;
  }

  set mode(mode) {
    this.#mode = mode;
    this.#desk.records.keepOwn({ mode });
    this.emit("mode");
  }

  synchronise() {
    this.#desk.news.refresh();
    return this.#desk.outbox.flush();
  }

  /** This tab becomes the scanner; the other one stops. */
  async takeOver() {
    await takePlace({ force: true, onLost: () => this.#lostPlace() });
    location.reload();
  }

  // ── reading ──

  entries() {
    return this.#desk.list.entries();
  }

  entry(id) {
    return this.#desk.list.entry(id);
  }

  entryOfCode(hash) {
    return this.#desk.list.entryOfCode(hash);
  }

  party(lead) {
    return this.#desk.list.party(lead);
  }

  presence(id) {
    return this.#desk.list.presence(id);
  }

  present(id) {
    return this.presence(id).present;
  }

  rules() {
    return this.#desk.list.rules;
  }

  questions() {
    return this.#head.questions ?? [];
  }

  questionsFor(entry) {
    return this.#desk.list.questionsFor(entry);
  }

  gates() {
    return this.#head.gates ?? [];
  }

  pools() {
    return this.#head.pools ?? [];
  }

  phone() {
    return this.#head.phone ?? null;
  }

  event() {
    return this.#head.event ?? null;
  }

  privacy() {
    return this.#head.privacy ?? "";
  }

  history() {
    return this.#desk.records.history();
  }

  /** The server's figures while there is contact and nothing to hand over; otherwise counted here, as of the list's time. */
  attendance() {
    const { contact, outbox, list } = this.#desk;
    const known = { ...this.#head.attendance, ...this.#figures };
    if (contact.online && this.#figures && !outbox.size) return { ...known, as_of: null };
    const { fire_limit, crew_inside } = list.rules;
    return { ...known, fire_limit, crew_inside, ...(list.head ? list.count() : {}), as_of: list.head?.list_at ?? null };
  }

  facts() {
    const { contact, outbox, records } = this.#desk;
    return {
      online: contact.online, queue: outbox.size, list_at: this.#head.list_at ?? null, stored: records.works,
      lease_until: this.phone()?.lease_until ?? null, state: this.state, ...this.#battery.facts,
    };
  }

  /** By the server's clock. */
  now() {
    return new Date(this.#desk.contact.now());
  }

  /** A moment as the event's clocks show it. */
  clock(iso) {
    const zone = this.event()?.time_zone;
    const form = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(zone && { timeZone: zone }) };
    return new Intl.DateTimeFormat(document.documentElement.lang, form).format(new Date(iso));
  }

  on(name, listener) {
    if (!this.#listeners.has(name)) this.#listeners.set(name, new Set());
    this.#listeners.get(name).add(listener);
    return () => this.#listeners.get(name).delete(listener);
  }

  /** A listener that fails is reported, and stops nobody: storing, sending and forgetting go on. */
  emit(name, detail) {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        reportError(error);
      }
    }
  }

  // ── from the first moment to the last ──

  async open() {
    if (await takePlace({ onLost: () => this.#lostPlace() })) await this.#begin();
    else this.#become("other_tab");
  }

  async #begin() {
    const { records, outbox, contact, news, list } = this.#desk;
    await records.open();
    outbox.restore(records.outbox);
    contact.offset = records.own.offset ?? 0;
    this.#mode = records.own.mode ?? "entry";
    if (records.own.wiping) return void this.#wipe();
    this.#become(list.head ? "ready" : "no_list");
    this.#checkLease();
    this.#timer = setInterval(() => this.#checkLease(), LEASE_LOOK_MS);
    this.#battery.start();
    outbox.start();
    news.start();
  }

  #stop() {
    this.#ended = true;
    clearInterval(this.#timer);
    this.#desk.outbox.stop();
    this.#desk.news.stop();
  }

  #lostPlace() {
    this.#stop();
    this.#desk.records.close();
    this.#become("other_tab");
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit("state");
  }

  get #head() {
    return this.#desk.list.head ?? {};
  }

  // A phone that has not been in contact for too long shows nobody any more; what it has to hand over stays.
  #checkLease() {
    const until = this.phone()?.lease_until;
    if (until && this.#desk.contact.now() > Date.parse(until)) this.#leaseOver();
    return this.state !== "lease_over";
  }

  #leaseOver() {
    if (this.#ended || this.state === "lease_over") return;
    this.#desk.list.forget();
    this.#desk.records.forgetList();
    this.#become("lease_over");
    this.emit("list");
  }

  #refused(status) {
    if (this.#ended) return;
    if (status === 410) this.#wipe();
    else if (status === 403) this.#leaseOver();
    else if (status === 401) location.reload();
  }

  // Hands over what is waiting and forgets everything: camera and timers first, the key last. Without contact nothing is thrown
  // away that nobody else has.
  async #wipe() {
    const { records, outbox, list } = this.#desk;
    this.#stop();
    this.#become("wiped");
    list.forget();
    this.emit("list");
    try {
      await forgetEverything(records, outbox);
    } catch {
      return void setTimeout(() => this.#wipe(), WIPE_AGAIN_MS);
    }
    this.emit("wiped");
  }

  // ── hearing ──

  #listTaken() {
    if (this.#ended) return;
    this.#figures = this.#head.attendance;
    this.#become("ready");
    for (const name of ["list", "movements", "attendance", "net"]) this.emit(name);
  }

  #figuresTaken(figures) {
    this.#figures = figures;
    this.emit("attendance");
  }

  async #take(answer, sent) {
    await this.#desk.deciding.take(answer, sent);
    if (answer.standing === "over") this.#leaseOver();
    this.#desk.records.keepOwn({ offset: Math.round(this.#desk.contact.offset) });
    if (answer.attendance) this.#figuresTaken(answer.attendance);
    this.#tellMovement();
  }

  #tellMovement() {
    for (const name of ["movements", "attendance", "net"]) this.emit(name);
  }

  #report() {
    const { list_at, queue, battery, charging } = this.facts();
    return { list_at, queue, battery, charging };
  }

  #contactChanged() {
    if (this.#desk.contact.online) this.synchronise();
    this.emit("net");
    this.emit("attendance");
  }
}
