// The scanner: a code comes from the camera, a hardware scanner or the keyboard, a guest from the sheets; the session decides and
// stores; the verdict shows.
import { stayAwake } from "./_door_awake.js";
import { installBadges } from "./_door_badges.js";
import { Camera } from "./_door_camera.js";
import { showHead } from "./_door_head.js";
import { installHistory } from "./_door_history.js";
import { listenToScanners } from "./_door_keyboard.js";
import { installMode } from "./_door_mode.js";
import { installNotices } from "./_door_notices.js";
import { installOverride } from "./_door_override.js";
import { installPeople } from "./_door_people.js";
import { askQuestions } from "./_door_questions.js";
import { openSession } from "./_door_session.js";
import { Sheets } from "./_door_sheets.js";
import { keepShell } from "./_door_shell.js";
import { playVerdict, unlockSound } from "./_door_sound.js";
import { closeVerdict, showVerdict, verdictIsOpen } from "./_door_verdict.js";

// A ticket that stays in view is one scan; out of view for this long and back again is another.
const OUT_OF_VIEW_MS = 1500;
const LONGEST_CODE = 500;

const page = document.querySelector(".scanner");
const texts = page.dataset;
const part = (name) => document.querySelector(`[data-${name}]`);

const sheets = new Sheets({ onClosed: () => setTimeout(serve) });
const waiting = []; // what a hardware scanner has read meanwhile
let inView = { text: "", at: 0 };
let deciding = null; // what the steward waits for
let current = ""; // the text it was made from
let session = null;
const ready = openSession({ asks: askQuestions }).then((opened) => (session = opened));
let lastAdmitted = null;

// One guest at a time: who types or chooses another one meanwhile gets their verdict afterwards.
async function check(what, options) {
  await ready;
  while (deciding) await deciding;
  current = what.text ?? "";
  deciding = session.check(what, options).catch(failed).finally(() => (deciding = null));
  const shown = await deciding;
  setTimeout(serve);
  if (shown) show(shown, what, options);
  return shown;
}

// A fault of this page must not look as if nothing had been scanned.
function failed(error) {
  reportError(error);
  return { id: null, verdict: "refused", kind: "unreadable", card: null, entry: null };
}

function show(shown, what = {}, options = {}) {
  if (["admitted", "left"].includes(shown.verdict)) remember(shown);
  sheets.close();
  page.inert = true;
  const opensAt = session.rules().doors_open_at;
  playVerdict(showVerdict(shown.kind, { ...shown, opens: opensAt ? session.clock(opensAt) : "" }, { next, find, undo: undoLast }));
  part("verdicts").dataset.kind = shown.kind;
  people.offer(shown);
  override.offer(shown, what, options);
  badges.offer(shown);
}

function next() {
  page.inert = false;
  closeVerdict();
  setTimeout(serve);
}

function find() {
  next();
  sheets.open("find");
}

function remember(shown) {
  lastAdmitted = shown;
  part("undo-last").disabled = !shown;
}

async function undoLast() {
  if (!lastAdmitted) return;
  const { id, card } = lastAdmitted;
  const { kind } = await session.undo(id);
  next();
  if (kind !== "undone") return say(texts.failed);
  remember(null);
  say(`${texts.undone}: ${card?.name ?? ""}`);
}

/** A word to the steward that needs no answer. */
function say(text) {
  part("said").textContent = text;
  setTimeout(() => part("said").textContent === text && (part("said").textContent = ""), 4000);
}

// The welcome or goodbye of one guest gives way to the ticket of the next; everything else waits for the steward.
function busy() {
  return session?.state === "other_tab" || deciding || sheets.isOpen || (verdictIsOpen() && !verdictIsOpen("admitted", "goodbye"));
}

function seen(text) {
  const now = performance.now();
  const fresh = text !== inView.text || now - inView.at > OUT_OF_VIEW_MS;
  if (fresh && busy()) return;
  inView = { text, at: now };
  if (fresh) check({ text: text.slice(0, LONGEST_CODE) });
}

// A hardware scanner has beeped by itself, so what it reads waits for its turn; what is on the screen already is not asked again.
function heard(text) {
  const shownNow = text === current && (deciding || verdictIsOpen());
  if (shownNow || waiting.includes(text) || session?.state === "other_tab") return;
  if (busy()) playVerdict("notice");
  waiting.push(text);
  serve();
}

function serve() {
  if (waiting.length && !busy()) check({ text: waiting.shift().slice(0, LONGEST_CODE) });
}

async function startCamera() {
  unlockSound();
  page.dataset.camera = "starting";
  part("start").hidden = true;
  part("refused").hidden = true;
  try {
    await camera.start();
  } catch {
    return cameraRefused();
  }
  page.dataset.camera = "on";
  part("light").hidden = !camera.hasLight;
  part("switch").hidden = !(await camera.hasSeveral());
}

function cameraRefused() {
  page.dataset.camera = "refused";
  part("refused").hidden = false;
}

// Another tab has become the scanner, the phone was taken back, or its time is over: each has a screen of its own.
function showState() {
  const { state } = session;
  const ended = state === "other_tab" || state === "wiped";
  if (ended) camera.stop();
  page.dataset.camera = ended ? "off" : page.dataset.camera;
  for (const screen of document.querySelectorAll("[data-state-screen]")) screen.hidden = screen.dataset.stateScreen !== state;
  page.inert = ended;
}

const camera = new Camera(page.querySelector("video"), {
  worker: texts.worker, decoder: texts.decoder, onCode: seen, onBroken: cameraRefused,
});

document.documentElement.classList.add("scripted");
part("tools").hidden = false;
part("start").hidden = false;
part("start").querySelector("button").addEventListener("click", startCamera);
part("refused").querySelector("button").addEventListener("click", startCamera);
part("switch").addEventListener("click", () => camera.switch().catch(cameraRefused));
part("undo-last").addEventListener("click", undoLast);
part("take-over").addEventListener("click", () => session.takeOver());
part("light").addEventListener("click", async ({ currentTarget: light }) => {
  const on = light.getAttribute("aria-pressed") !== "true";
  await camera.light(on).then(() => light.setAttribute("aria-pressed", on), () => (light.hidden = true));
});
part("code").addEventListener("submit", (event) => {
  event.preventDefault();
  const { value } = event.target.elements.code;
  event.target.reset();
  sheets.close();
  check({ text: value.slice(0, LONGEST_CODE) }, { source: "typed" });
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && page.dataset.camera === "on" && !camera.running) startCamera();
});
addEventListener("pointerdown", unlockSound, { once: true });
listenToScanners(heard);
stayAwake();
keepShell([texts.worker, texts.decoder]).catch(() => {}); // without a network the copy of before stays

await ready;
showHead(page, session);
session.on("state", showState);
session.on("wiped", () => location.replace("/door"));
showState();
const people = installPeople(session, { check, show, next, sheets, sound: playVerdict });
const override = installOverride(session, { check, next, sheets });
const badges = installBadges(session, { say, failed: texts.failed });
installMode(session, { page, say });
installHistory(session);
installNotices(session);
session.on("list", () => (session.phone()?.role ?? page.dataset.role) === page.dataset.role || location.reload()); // the organiser has changed what it is for
