// Guests without a ticket in their hand: found by name, let in as a booking, or written down at the door.
import { installSearch } from "./_door_found.js";
import { GroupSheet } from "./_door_group.js";
import { PersonSheet } from "./_door_walk_in.js";

/** Wires the sheets. `door`: {check, show, next, sheets, sound}. Answers {offer(shown)}, which a welcome calls once it is shown. */
export function installPeople(session, door) {
  const group = new GroupSheet(session, door);
  const person = new PersonSheet(session, door);
  const find = document.querySelector("[data-sheet=find]");
  installSearch(session, find, {
    check: ({ id }) => door.check({ registration_id: id }, { source: "search" }),
    group: (entry) => group.open(entry),
    companion: (entry) => person.open("companion", entry),
    substitute: (entry) => person.open("substitute", entry),
  });
  find.querySelector("[data-walk-in]").addEventListener("click", (event) => (event.preventDefault(), person.open("walk_in")));
  const offerWalkIns = () => (find.querySelector("[data-walk-ins]").hidden = !session.rules().walk_ins);
  session.on("list", offerWalkIns);
  offerWalkIns();
  return { offer: (shown) => group.offer(shown) };
}
