// Makes what a verdict shows (Shown) out of a decision: of this phone by its list, or of the server.
import { entryThatCounts, judge, judgeStrangeCode, verdictOf } from "./_door_rules.js";

const WITHOUT_LIST = ["no_list", "lease_over"];
const CODE = /^[0-9a-f]{64}$/;

/** Decides by the list alone. `scan.at` is by the server's clock here; `found`: {entry, hash, wellFormed}. */
export function decideByList(scan, found, { list, shown }) {
  if (found.wellFormed === false) return made(scan, "unknown", null, list);
  if (!list.head) return made(scan, "no_list", null, list);
  if (scan.act === "undo") return undoByList(scan, list, shown);
  const { entry, hash, wellFormed } = found;
  if (!entry) return strange(scan, judgeStrangeCode(hash, { wellFormed, former: list.former, elsewhere: list.head.elsewhere }), hash, list);
  const movements = list.movementsOf(entry.id);
  const known = { entry, movements, rules: list.rules, questions: list.head.questions, inside: list.count().inside };
  return made(scan, judge(scan, known), entry, list, entryThatCounts(scan, movements));
}

function strange(scan, kind, hash, list) {
  const other = kind === "other_event" ? list.head.events[list.head.elsewhere[hash]] : null;
  return { ...made(scan, kind, null, list), event_title: other?.title ?? "", event_when: other?.when ?? "" };
}

// Own entries may be taken back; a supervisor may take back anybody's.
function undoByList(scan, list, shown) {
  const entry = list.entry(list.registrationOf(scan.check_in_id));
  const known = entry && list.movementsOf(entry.id).some(({ id, kind }) => id === scan.check_in_id && kind !== "undo");
  const mine = shown.has(scan.check_in_id) || list.head.phone.role === "supervisor";
  return made(scan, known && mine ? "undone" : "not_undone", entry, list);
}

function made(scan, kind, entry, list, entered = null) {
  const told = kind === "already_in" ? entered : null;
  return {
    ...frame(scan, kind, entry),
    by: scan.decided?.by ?? "phone",
    list_at: list.head?.list_at ?? null,
    first: told ? [list.clock(told.at), told.gate].filter(Boolean).join(" · ") : "",
    first_at: told?.at ?? null,
    first_gate: told?.gate ?? "",
  };
}

function frame(scan, kind, entry) {
  return {
    id: scan.id, act: scan.act, source: scan.source, at: scan.at, verdict: verdictOf(kind), kind, card: entry?.card ?? null, entry,
    first: "", first_at: null, first_gate: "", event_title: "", event_when: "", note: scan.note ?? "", undone: false,
    undo_of: scan.check_in_id ?? null,
  };
}

/** The same, as the server has decided. */
export function shownByServer(scan, { verdict, kind, announcement, entry }, list) {
  const guest = entry ?? list.entry(announcement?.card?.registration_id ?? scan.registration_id);
  const card = announcement?.card ?? guest?.card ?? null;
  return { ...frame(scan, kind, guest), ...announcement, id: scan.id, verdict: verdict ?? "refused", kind, card, by: "server", list_at: list.head?.list_at ?? null };
}

/** The movement that follows from what was shown, or null. */
export function movementOf({ id, act, at, verdict, entry, undo_of }, phone) {
  const kind = { admitted: "entry", left: "exit", undone: "undo" }[verdict];
  if (!kind || !entry) return null;
  return { id, registration_id: entry.id, kind, at, gate: phone?.gate ?? "", phone: phone?.name ?? "", by: "phone", undoes: act === "undo" ? undo_of : null };
}

/** What is written to the server about a decision made here. A phone without a list has refused for want of it. */
export function decisionOf({ verdict, kind, by }) {
  return { verdict, by, reason: verdict === "refused" ? (WITHOUT_LIST.includes(kind) ? "newer_than_list" : kind) : null };
}

/** The kind that was shown for a decision as it was written down; nothing for a scan that was left to the server. */
export function kindDecided(decided) {
  if (!decided) return null;
  return decided.verdict === "refused" ? decided.reason : decided.verdict === "left" ? "goodbye" : decided.verdict;
}

/** Whether a text is the hash of a code rather than anything else that was read. */
export function isHash(text) {
  return CODE.test(text);
}
