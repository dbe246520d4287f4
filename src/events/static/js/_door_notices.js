// Notices that something shown earlier turned out otherwise: they stay until somebody has seen them.
import { wordOfKind } from "./_door_history.js";
import { playVerdict } from "./_door_sound.js";
import { fill } from "./_door_verdict.js";

const KNOWN = ["twice", "not_valid", "over_limit"];

export function installNotices(session) {
  const list = document.querySelector("[data-notices]");

  function tell(template, values, key = "") {
    const notice = document.getElementById(template).content.firstElementChild.cloneNode(true);
    fill(notice, values);
    notice.querySelector("button").addEventListener("click", () => notice.remove());
    notice.dataset.about = key;
    list.prepend(notice);
    playVerdict("notice");
  }

  session.on("conflict", ({ kind, at, gate, first_at, first_gate, name, key }) => {
    const times = { time: session.clock(at), first_time: first_at ? session.clock(first_at) : "" };
    tell(`notice-${KNOWN.includes(kind) ? kind : "not_valid"}`, { name: name ?? "", gate: gate ?? "", first_gate: first_gate ?? "", ...times }, key);
  });
  session.on("resolved", ({ key }) => list.querySelector(`[data-about="${CSS.escape(key)}"]`)?.remove());
  session.on("late", ({ shown, answer, kind }) => {
    const good = kind === "admitted";
    const words = { shown_word: wordOfKind(shown.kind), server_word: wordOfKind(kind) };
    const name = (shown.card ?? answer.announcement?.card)?.name ?? "";
    tell("notice-late", { name, time: session.clock(shown.at), ...words, good, bad: !good });
  });
}
