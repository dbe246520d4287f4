// The sheet for a person who is not on the list: a walk-in, a companion nobody named, somebody who comes instead.
import { newId } from "./_door_codes.js";
import { entryOf, guestIdOf, isFamilyFirst, personOf } from "./_door_person.js";
import { choiceOfPools, judgePerson, placesFor } from "./_door_places.js";

export class PersonSheet {
  #session;
  #door;
  #sheet = document.querySelector("[data-sheet=person]");
  #form = this.#sheet.querySelector("form");
  #act = "walk_in";
  #entry = null; // whom they come with, or whose place they take
  #full = false; // as it was said of this very person
  #part = (name) => this.#sheet.querySelector(`[data-${name}]`);

  /** `door`: {sheets, show}. */
  constructor(session, door) {
    this.#session = session;
    this.#door = door;
    this.#form.addEventListener("submit", (event) => (event.preventDefault(), this.#send({})));
    this.#form.addEventListener("input", () => this.#adapt());
    this.#part("wait").addEventListener("click", () => this.#send({ waits: true }));
    for (const event of ["attendance", "net", "list"]) session.on(event, () => this.#sheet.hidden || this.#adapt());
  }

  open(act, entry = null) {
    this.#form.reset();
    this.#act = act;
    this.#entry = entry;
    for (const title of this.#sheet.querySelectorAll("[data-title]")) title.hidden = title.dataset.title !== act;
    for (const only of this.#sheet.querySelectorAll("[data-only]")) only.hidden = only.dataset.only !== act;
    this.#part("with-guest").hidden = !entry;
    this.#part("guest").textContent = entry?.card.name ?? "";
    this.#offerPools();
    this.#full = false;
    this.#adapt();
    this.#door.sheets.open("person");
  }

  #offerPools() {
    const pools = choiceOfPools(this.#session);
    this.#part("contingent").hidden = pools.length < 2;
    const { free, everybody } = document.querySelector("[data-sheet=find]").dataset;
    const options = pools.map((pool) => new Option(`${pool.name || everybody} (${free} ${pool.free})`, pool.id));
    this.#form.elements.pool_id.replaceChildren(...options);
  }

  // Readings show beside names that need one, the privacy notice in the chosen language, and the places that are left. After "full"
  // there are two ways: the waiting list, and a supervisor who says why.
  #adapt() {
    const { family_name, given_name, language } = this.#form.elements;
    this.#part("readings").hidden = !isFamilyFirst(family_name.value + given_name.value);
    for (const notice of this.#sheet.querySelectorAll("[data-privacy]")) {
      const shown = this.#act === "walk_in" && notice.dataset.privacy === language.value;
      notice.hidden = !shown;
      Object.assign(notice.querySelector("input"), { disabled: !shown, required: shown });
    }
    this.#tellPlaces();
  }

  #tellPlaces() {
    const said = this.#part("places");
    this.#part("wait").hidden = !this.#full || this.#act !== "walk_in";
    this.#part("override").hidden = !this.#full || this.#session.phone()?.role !== "supervisor";
    const { free, as_of } = placesFor(this.#session, this.#poolId());
    const none = as_of !== null && free === 0;
    said.classList.toggle("sheet-places-none", this.#full || none);
    said.hidden = !this.#full && (this.#act === "substitute" || free === null);
    const words = this.#say(this.#full ? "full" : none ? "none_as_of" : as_of === null ? "free" : "free_as_of");
    const text = words.replace("{n}", free).replace("{time}", as_of ? this.#session.clock(as_of) : "");
    if (said.textContent !== text) said.textContent = text;
  }

  #say(name) {
    return this.#sheet.querySelector(`[data-say=${name}]`).textContent;
  }

  #poolId() {
    return this.#act === "walk_in" && choiceOfPools(this.#session).length > 1 ? this.#form.elements.pool_id.value : null;
  }

  async #send({ waits = false }) {
    if (!this.#form.reportValidity()) return;
    const scan = await this.#scan(waits);
    const id = this.#act === "substitute" ? this.#entry.id : await guestIdOf(this.#session.event().id, scan.id);
    this.#part("submit").disabled = true;
    const shown = await this.#session.submit(scan, () => this.#decideHere(scan, id));
    this.#part("submit").disabled = false;
    this.#full = shown?.kind === "full";
    if (this.#full && !this.#sheet.hidden) this.#adapt();
    else if (shown) this.#door.show(shown);
  }

  async #scan(waits) {
    const note = this.#part("override").hidden ? "" : this.#form.elements.note.value.trim();
    const fields = new FormData(this.#form);
    const walksIn = this.#act === "walk_in";
    const person = { ...personOf(this.#form), language: fields.get("language") ?? document.documentElement.lang };
    if (walksIn) Object.assign(person, { pool_id: this.#poolId(), privacy: fields.get("privacy"), waits });
    return {
      id: newId(), act: this.#act, source: walksIn ? "walk_in" : "search", person,
      ...(this.#entry && { registration_id: this.#entry.id }),
      ...(note && { note, decided: { verdict: "admitted", reason: "full", by: "supervisor" } }),
    };
  }

  #decideHere(scan, id) {
    const kind = scan.decided ? "admitted" : judgePerson(this.#session, scan, this.#entry);
    if (kind !== "admitted") return { verdict: kind === "already_in" ? kind : "refused", kind };
    const { party = null, card = {} } = this.#entry ?? {};
    const entry = entryOf(id, scan.person, { party, table: this.#act === "substitute" ? card.table : "" });
    return { verdict: "admitted", kind, entry, card: entry.card };
  }
}
