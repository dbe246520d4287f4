// Self check-in: a guest holds up a ticket, is welcomed or asked to the desk, and after some seconds the next one may come.
import { stayAwake } from "./_door_awake.js";
import { Camera } from "./_door_camera.js";
import { listenToScanners } from "./_door_keyboard.js";
import { openSession } from "./_door_session.js";
import { keepShell } from "./_door_shell.js";
import { playVerdict, unlockSound } from "./_door_sound.js";
import { fill } from "./_door_verdict.js";

const OUT_OF_VIEW_MS = 3000; // guests hold their ticket up for longer than stewards
const WELCOME_MS = 5000;
const DESK_MS = 8000; // three languages take time to read
const LONG_PRESS_MS = 3000;
const PANEL_MS = 30000; // a panel that staff have forgotten closes itself
const LONGEST_CODE = 500;

const page = document.querySelector(".kiosk");
const stage = document.querySelector("[data-stage]");
const part = (name) => document.querySelector(`[data-${name}]`);

let inView = { text: "", at: 0 };
let current = ""; // the ticket that is decided about or answered
let deciding = false;
let running = false;
let leaving;
let waiting = []; // what a hardware scanner has read meanwhile

// A question needs a steward: a required one stays open, and the guest is asked to the desk.
const session = await openSession();

async function check(text) {
  if (!running || deciding || stage.childElementCount) return;
  current = text;
  deciding = true;
  const shown = await session.check({ text: text.slice(0, LONGEST_CODE) }, { source: "kiosk", act: "entry" }).catch(reportError);
  deciding = false;
  answer(shown);
}

function answer(shown) {
  const word = shown?.verdict === "admitted" ? "welcome" : shown?.kind === "too_early" ? "wait" : "desk";
  const element = document.getElementById(`kiosk-${word}`).content.firstElementChild.cloneNode(true);
  const opensAt = session.rules().doors_open_at;
  const { name, name_lang, spoken, spoken_lang, table } = shown?.card ?? {};
  fill(element, { name, name_lang, spoken, spoken_lang, table, opens: opensAt ? session.clock(opensAt) : "" });
  stage.replaceChildren(element);
  page.inert = true;
  playVerdict(word === "welcome" ? "admitted" : "wait");
  clearTimeout(leaving);
  leaving = setTimeout(next, word === "welcome" ? WELCOME_MS : DESK_MS);
}

function next() {
  clearTimeout(leaving);
  stage.replaceChildren();
  page.inert = false;
  if (waiting.length) check(waiting.shift());
}

// A hardware scanner has beeped by itself: the next ticket ends the answer to the one before, one that is held under it for longer not.
function heard(text) {
  if (!running || waiting.includes(text) || (text === current && (deciding || stage.childElementCount))) return;
  waiting.push(text);
  if (!deciding) next();
}

function seen(text) {
  const now = performance.now();
  const fresh = text !== inView.text || now - inView.at > OUT_OF_VIEW_MS;
  if (fresh && (deciding || stage.childElementCount)) return;
  inView = { text, at: now };
  if (fresh) check(text);
}

// ── staff ──

async function begin() {
  unlockSound();
  document.documentElement.requestFullscreen?.().catch(() => {});
  running = true;
  part("start").hidden = true;
  part("invite").hidden = false;
  part("refused").hidden = true;
  try {
    await camera.start();
    page.dataset.camera = "on";
    part("switch").hidden = !(await camera.hasSeveral());
  } catch {
    cameraRefused();
  }
}

// A hardware scanner still works, so the guests' page stays; staff find the word on the start page and in the panel.
function cameraRefused() {
  page.dataset.camera = "refused";
  part("refused").hidden = false;
}

function pause() {
  running = false;
  waiting = [];
  camera.stop();
  page.dataset.camera = "off";
  part("invite").hidden = true;
  part("start").hidden = false;
  closePanel();
}

let pressed;
let panel;

function press() {
  clearTimeout(pressed);
  pressed = setTimeout(openPanel, LONG_PRESS_MS);
}

function openPanel() {
  showNet();
  part("staff").hidden = false;
  part("back").focus();
  clearTimeout(panel);
  panel = setTimeout(closePanel, PANEL_MS);
}

function closePanel() {
  part("staff").hidden = true;
}

function showNet() {
  const { online, queue, stored } = session.facts();
  const { connected, offline, waiting, notStored } = page.dataset;
  const contact = stored ? (online ? connected : offline) : notStored;
  part("net-word").textContent = queue ? `${contact} · ${waiting}: ${queue}` : contact;
}

function showState() {
  const { state } = session;
  if (state === "other_tab" || state === "wiped") pause();
  for (const screen of document.querySelectorAll("[data-state-screen]")) screen.hidden = screen.dataset.stateScreen !== state;
}

const camera = new Camera(page.querySelector("video"), {
  worker: page.dataset.worker, decoder: page.dataset.decoder, onCode: seen, onBroken: cameraRefused, facing: "user",
});

document.documentElement.classList.add("scripted");
part("begin").addEventListener("click", begin);
part("pause").addEventListener("click", pause);
part("back").addEventListener("click", closePanel);
part("switch").addEventListener("click", () => camera.switch().catch(cameraRefused));
part("take-over").addEventListener("click", () => session.takeOver());
for (const type of ["pointerdown", "keydown"]) part("corner").addEventListener(type, ({ repeat }) => repeat || press());
for (const type of ["pointerup", "pointerleave", "pointercancel", "keyup", "blur"]) part("corner").addEventListener(type, () => clearTimeout(pressed));
part("corner").addEventListener("contextmenu", (event) => event.preventDefault());
document.addEventListener("visibilitychange", () => !document.hidden && page.dataset.camera === "on" && !camera.running && begin());
listenToScanners(heard);
stayAwake();
keepShell([page.dataset.worker, page.dataset.decoder]);

session.on("net", showNet);
session.on("state", showState);
session.on("wiped", () => location.replace("/door"));
session.on("list", () => (session.phone()?.role ?? page.dataset.role) === page.dataset.role || location.reload()); // the organiser has changed what it is for
showState();
