// A whole booking at once: everybody who is confirmed and not inside is ticked; one button lets them in, one record each.
import { waitingOf, wordOf } from "./_door_found.js";
import { fill } from "./_door_verdict.js";

export class GroupSheet {
  #session;
  #door;
  #sheet = document.querySelector("[data-sheet=group]");
  #part = (name) => this.#sheet.querySelector(`[data-${name}]`);

  /** `door`: {sheets, sound, next}. */
  constructor(session, door) {
    this.#session = session;
    this.#door = door;
    this.#part("group").addEventListener("submit", (event) => (event.preventDefault(), this.#admit()));
    this.#part("group").addEventListener("change", () => this.#count());
    this.#part("group-done").addEventListener("click", () => door.sheets.close());
  }

  open(entry) {
    const party = entry.party ? this.#session.party(entry.party) : [entry];
    this.#part("members").replaceChildren(...party.map((one) => this.#line(one)));
    this.#part("group-status").textContent = "";
    this.#show({ done: false });
    this.#count();
    this.#door.sheets.open("group");
  }

  /** Adds the way to the others of the booking to a welcome that is on the screen. */
  offer(shown) {
    const others = shown.verdict === "admitted" && shown.entry ? waitingOf(this.#session, shown.entry).length : 0;
    const place = document.querySelector("[data-verdicts] .verdict-next");
    if (!others || !place) return;
    const button = document.getElementById("group-offer").content.firstElementChild.cloneNode(true);
    fill(button, { waiting: others });
    button.addEventListener("click", () => (this.#door.next(), this.open(shown.entry)));
    place.prepend(button);
    document.querySelector("[data-verdicts] .verdict-drain")?.remove(); // this welcome waits: there is something to decide
  }

  #line(entry) {
    const line = document.getElementById("group-line").content.firstElementChild.cloneNode(true);
    const { present, first } = this.#session.presence(entry.id);
    const box = line.querySelector("input");
    box.value = entry.id;
    box.disabled = present || entry.state !== "confirmed";
    box.checked = !box.disabled;
    line.dataset.member = entry.id;
    fill(line, { ...entry.card, about: entry.card.spoken, word: present ? this.#session.clock(first.at) : this.#stateWord(entry) });
    line.querySelector("[data-word]").classList.add(present ? "chip-ok" : "chip-warn");
    return line;
  }

  #stateWord({ state }) {
    return state === "confirmed" ? "" : wordOf(state);
  }

  #ticked() {
    return [...this.#sheet.querySelectorAll("input:checked:not(:disabled)")].map(({ value }) => value);
  }

  #count() {
    const { length } = this.#ticked();
    this.#part("ticked").textContent = length;
    this.#part("admit").disabled = !length;
  }

  #show({ done }) {
    this.#part("admit").hidden = done;
    this.#part("group-done").hidden = !done;
  }

  async #admit() {
    const ids = this.#ticked();
    this.#part("admit").disabled = true;
    for (const box of this.#sheet.querySelectorAll("input")) box.disabled = true;
    const shown = await this.#checkAll(ids);
    for (const [place, id] of ids.entries()) this.#tell(id, shown[place]);
    const admitted = shown.filter((one) => one?.verdict === "admitted").length;
    this.#part("group-status").textContent = `${wordOf("admitted")}: ${admitted} / ${ids.length}`;
    this.#door.sound(admitted === ids.length ? "admitted" : "refused");
    this.#show({ done: true });
    this.#part("group-done").focus();
  }

  // Questions are asked one guest after the other; without any, all go at once.
  async #checkAll(ids) {
    const check = (id) => this.#session.check({ registration_id: id }, { source: "group", act: "entry" });
    if (!ids.some((id) => this.#session.questionsFor(this.#session.entry(id)).length)) return Promise.all(ids.map(check));
    const shown = [];
    for (const id of ids) shown.push(await check(id));
    return shown;
  }

  #tell(id, shown) {
    const line = this.#sheet.querySelector(`[data-member="${id}"]`);
    const admitted = shown?.verdict === "admitted";
    const chip = line.querySelector("[data-word]");
    chip.hidden = !shown;
    chip.classList.toggle("chip-ok", admitted);
    chip.classList.toggle("chip-warn", !admitted);
    chip.textContent = shown ? (admitted ? this.#session.clock(shown.at) : wordOf(shown.kind)) : "";
  }
}
