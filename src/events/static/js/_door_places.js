// Whether there is room for somebody who is not on the list, as far as this phone knows.
const NEW_GUESTS = ["walk_in", "companion"];

/** The contingents a steward may choose from: none when the event's rules name one. */
export function choiceOfPools(session) {
  return session.rules().walk_in_pool_id ? [] : session.pools();
}

/** {free, as_of}: free places by the last known count less the guests of this phone who are not in it yet; as_of null: of now. */
export function placesFor(session, poolId = null) {
  const wanted = session.rules().walk_in_pool_id ?? poolId;
  const { free, as_of } = session.attendance();
  const known = session.pools().find(({ id }) => id === wanted)?.free ?? free;
  return { free: known === undefined || known === null ? null : Math.max(known - pending(session), 0), as_of };
}

// Let in by this phone alone: the server, and so its count, does not know of them.
function pending(session) {
  const own = ({ act, verdict, by, settled, undone }) => NEW_GUESTS.includes(act) && verdict === "admitted" && by !== "server" && !settled && !undone;
  return session.history().filter(own).length;
}

/** The kind of verdict on a new person while nobody can be asked. `entry`: whom they come with or for. */
export function judgePerson(session, { act, person }, entry) {
  const rules = session.rules();
  if (act === "walk_in" && !rules.walk_ins) return "walk_ins_off";
  if (rules.doors_open_at && session.now() < new Date(rules.doors_open_at)) return "too_early";
  if (act === "substitute") return judgeSubstitute(session, entry);
  if (rules.fire_limit && session.attendance().inside + rules.crew_inside >= rules.fire_limit) return "house_full";
  if (act === "companion" && entry.unnamed - pendingWith(session, entry) < 1) return "no_companions";
  return placesFor(session, person.pool_id).free > 0 ? "admitted" : "full";
}

function judgeSubstitute(session, entry) {
  if (entry.state !== "confirmed") return entry.state;
  return session.present(entry.id) ? "already_in" : "admitted";
}

function pendingWith(session, { party }) {
  return session.history().filter(({ act, verdict, settled, entry }) => act === "companion" && verdict === "admitted" && !settled && entry?.party === party).length;
}
