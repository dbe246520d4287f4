// What the search has found, a line a guest: where they stand, and what can be done about it.
import { highlight } from "./_door_highlight.js";
import { GuestSearch, MOST_FOUND, searchAsYouType } from "./_door_search.js";
import { fill } from "./_door_verdict.js";

const AT_ONCE = 6;
const AFTER_MS = 60;
const MOST_KEPT = 200;

/** Keeps the list below the field current. `act.check(entry)`, `act.group(entry)`, `act.companion(entry)`, `act.substitute(entry)`. */
export function installSearch(session, sheet, act) {
  const field = sheet.querySelector("[name=q]");
  const list = sheet.querySelector("[data-results]");
  const status = sheet.querySelector("p[data-found]");
  const search = new GuestSearch();
  const lines = new Lines(act);
  let later = 0;

  // What fits the screen comes with the next frame, the rest after it: a slow phone has to answer the next letter, too.
  function show(found, total, query) {
    const texts = found.map((entry) => ({ ...entry.card, ...standing(session, entry), about: aboutOf(entry.card, sheet.dataset.table) }));
    const upTo = (count) => place(list, found.slice(0, count).map((entry, number) => lines.of(entry, texts[number], query)));
    clearTimeout(later);
    upTo(AT_ONCE);
    if (found.length > AT_ONCE) later = setTimeout(upTo, AFTER_MS, found.length);
    const some = total > MOST_FOUND ? `. ${sheet.dataset.some}` : "";
    status.textContent = !query ? "" : total ? `${sheet.dataset.found} ${total}${some}` : sheet.dataset.none;
  }

  const look = searchAsYouType(field, search, show);
  const refresh = () => {
    search.fill(session.entries());
    if (!sheet.hidden) look();
  };
  for (const event of ["list", "movements", "mode", "state"]) session.on(event, refresh);
  new MutationObserver(() => sheet.hidden || refresh()).observe(sheet, { attributeFilter: ["hidden"] });
  refresh();
}

/** Those of a booking who could come in now. */
export function waitingOf(session, entry) {
  const party = entry.party ? session.party(entry.party) : [entry];
  return party.filter((one) => one.state === "confirmed" && !session.present(one.id));
}

/** The word for a state or a verdict, as the page says it. */
export function wordOf(kind) {
  return document.getElementById("kind-words").content.querySelector(`[data-kind="${kind}"]`)?.textContent ?? "";
}

// Lines that stand there already stay, so that nothing closes under a thumb while other phones are at work.
function place(list, lines) {
  const same = lines.length === list.childElementCount && lines.every((line, number) => line === list.children[number]);
  if (!same) list.replaceChildren(...lines);
}

// Lines made before are used again as long as they say the same; only what is marked in them changes.
class Lines {
  #act;
  #made = new Map();

  constructor(act) {
    this.#act = act;
  }

  of(entry, texts, query) {
    const key = JSON.stringify([entry.id, texts]);
    const known = this.#made.get(key);
    const line = known ?? this.#make(key, entry, texts);
    if (line.dataset.query !== query) mark(line, texts, query, known !== undefined);
    return line;
  }

  #make(key, entry, texts) {
    const line = document.getElementById("found-line").content.firstElementChild.cloneNode(true);
    fill(line, texts);
    for (const button of line.querySelectorAll("[data-do]")) button.addEventListener("click", () => this.#act[button.dataset.do](entry));
    if (this.#made.size >= MOST_KEPT) this.#made.clear();
    this.#made.set(key, line);
    return line;
  }
}

function mark(line, texts, query, again) {
  line.dataset.query = query;
  for (const name of ["name", "about"]) {
    const element = line.querySelector(`[data-slot=${name}]`);
    if (again) element.textContent = texts[name];
    highlight(element, query);
  }
}

function aboutOf({ spoken, also, company, table }, word) {
  return [spoken, also, company, table && `${word} ${table}`].filter(Boolean).join(" · ");
}

// Which of the line's parts show, and with what.
function standing(session, entry) {
  const { present, first } = session.presence(entry.id);
  const confirmed = entry.state === "confirmed";
  const goesOut = session.mode === "exit";
  const party = entry.party ? session.party(entry.party).filter(({ state }) => state === "confirmed").length : 1;
  const waiting = goesOut ? 0 : waitingOf(session, entry).length;
  const replaceable = confirmed && !present;
  return {
    inside: present && first ? session.clock(first.at) : "",
    state: confirmed ? "" : wordOf(entry.state),
    party: party > 1 ? party : "",
    unnamed: confirmed ? entry.unnamed || "" : "",
    entry: confirmed && !present && !goesOut,
    exit: present && goesOut,
    ask: !confirmed && !present && !goesOut,
    waiting: waiting > 1 ? waiting : "",
    replaceable,
    more: !goesOut && confirmed && (replaceable || entry.unnamed > 0),
  };
}
