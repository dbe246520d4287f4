// What the search has found, a line a guest: where they stand, and what can be done about it.
import { highlight } from "./_door_highlight.js";
import { GuestSearch, MOST_FOUND, searchAsYouType } from "./_door_search.js";
import { fill } from "./_door_verdict.js";

/** Keeps the list below the field current. `act.check(entry)`, `act.group(entry)`, `act.companion(entry)`, `act.substitute(entry)`. */
export function installSearch(session, sheet, act) {
  const field = sheet.querySelector("[name=q]");
  const list = sheet.querySelector("[data-results]");
  const status = sheet.querySelector("p[data-found]");
  const search = new GuestSearch();
  let shown = new Map();

  // A line that says the same stays as it is, so that nothing closes under a thumb while other phones are at work.
  function show(found, total, query) {
    const lines = found.map((entry) => {
      const values = { ...entry.card, ...standing(session, entry), about: aboutOf(entry.card, sheet.dataset.table) };
      const key = JSON.stringify([entry.id, query, values]);
      return [key, shown.get(key) ?? lineOf(entry, values, query, act)];
    });
    shown = new Map(lines);
    if (lines.some(([, line], place) => line !== list.children[place]) || lines.length !== list.childElementCount) {
      list.replaceChildren(...shown.values());
    }
    const some = total > MOST_FOUND ? ` ${sheet.dataset.some}` : "";
    status.textContent = !query ? "" : total ? `${sheet.dataset.found} ${total}.${some}` : sheet.dataset.none;
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

function lineOf(entry, values, query, act) {
  const line = document.getElementById("found-line").content.firstElementChild.cloneNode(true);
  fill(line, values);
  for (const name of ["name", "about"]) highlight(line.querySelector(`[data-slot=${name}]`), query);
  for (const button of line.querySelectorAll("[data-do]")) button.addEventListener("click", () => act[button.dataset.do](entry));
  return line;
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
