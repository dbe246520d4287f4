// Decides about one scan from what a phone knows: the same checks in the same order as the server's, and nothing else. No clock, no
// storage, no page in here, so that both can be compared case by case.

// A registration in another state than confirmed; the order does not matter, a registration has only one.
const NOT_VALID = ["cancelled", "waitlisted", "awaiting_approval", "held", "offered", "expired"];

/** Where a guest is, by all movements of their registration: the one rule behind every figure and verdict. */
export function presenceOf(movements) {
  const counting = effective(movements);
  const entries = counting.filter(({ kind }) => kind === "entry");
  const last = counting.at(-1) ?? null;
  return { present: last?.kind === "entry", arrived: entries.length > 0, left: last?.kind === "exit", first: entries[0] ?? null, last };
}

/** Entries and exits that were not taken back, in order of time and, at the same moment, of their ids. */
export function effective(movements) {
  const undone = new Set(movements.filter(({ kind }) => kind === "undo").map(({ undoes }) => undoes));
  return movements.filter(({ id, kind }) => kind !== "undo" && !undone.has(id)).sort(byTime);
}

function byTime(one, other) {
  return instant(one.at) - instant(other.at) || (one.id < other.id ? -1 : 1);
}

// Milliseconds with the microseconds behind the point: the server's times have them, and `Date` drops them.
function instant(iso) {
  return Date.parse(iso) + Number(`0.${/\.\d{3}(\d+)/.exec(iso)?.[1] ?? 0}`);
}

/** The entry that makes a guest "already in": the first since they were last outside, or else the next one. */
export function entryThatCounts(scan, movements) {
  const ordered = effective(movements).filter(({ id }) => id !== scan.id);
  const out = ordered.findLastIndex((movement) => movement.kind === "exit" && byTime(movement, scan) < 0);
  return ordered.slice(out + 1).find(({ kind }) => kind === "entry") ?? null;
}

/** The questions that concern a guest with these flags. */
export function questionsOf(questions, flags = []) {
  return questions.filter(({ only_flags }) => !only_flags.length || only_flags.some((flag) => flags.includes(flag)));
}

/** The kind of verdict on a guest of the list. `known`: {entry, movements, rules, questions, inside}; `scan.at` is set right already. */
export function judge(scan, known) {
  const around = neighbours(scan, known.movements);
  return scan.act === "exit" ? judgeExit(known.rules, around) : judgeEntry(scan, known, around);
}

// The movements right before and right after the scan's moment: a scan that comes late is judged where it belongs.
function neighbours(scan, movements) {
  const ordered = effective(movements).filter(({ id }) => id !== scan.id);
  const place = ordered.findIndex((movement) => byTime(scan, movement) < 0);
  return place < 0 ? { before: ordered.at(-1)?.kind } : { before: ordered[place - 1]?.kind, after: ordered[place].kind };
}

function judgeExit({ exits }, { before }) {
  if (exits === "off") return "exits_off";
  return before === "entry" ? "goodbye" : "not_inside";
}

function judgeEntry({ at, answers = {} }, { entry, rules, questions, inside }, { before, after }) {
  if (NOT_VALID.includes(entry.state)) return entry.state;
  if (rules.doors_open_at && instant(at) < instant(rules.doors_open_at)) return "too_early";
  if (before === "entry" || after === "entry") return "already_in";
  if (before === "exit" && rules.exits === "final") return "left";
  const open = questionsOf(questions, entry.card.flags).filter(({ id, required }) => required && answers[id] !== true);
  if (open.length) return open.some(({ id }) => answers[id] === false) ? "question_refused" : "question_open";
  if (rules.fire_limit && !after && inside + rules.crew_inside >= rules.fire_limit) return "house_full";
  return "admitted";
}

/** The kind of verdict on a code that no guest of the list has. */
export function judgeStrangeCode(hash, { wellFormed, former, elsewhere }) {
  if (!wellFormed) return "unknown";
  if (former.has(hash)) return "replaced";
  return hash in elsewhere ? "other_event" : "newer_than_list";
}

/** What kind belongs to which verdict of the records. */
export function verdictOf(kind) {
  return { admitted: "admitted", already_in: "already_in", goodbye: "left", undone: "undone" }[kind] ?? "refused";
}
