// Hardware scanners type what they read, faster than anybody can, and end with Enter.
const SLOWEST_MS = 250; // Bluetooth scanners and busy phones stutter
const SHORTEST = 8;

// What the keys would be on the US layout scanners are delivered with, for phones and laptops set to another one.
const SHIFTED = { Semicolon: ":", Slash: "?", Minus: "_" };
const PLAIN = { Semicolon: ";", Slash: "/", Minus: "-", Period: ".", Space: " " };

function usLetter({ code, shiftKey }) {
  if (/^Key[A-Z]$/.test(code)) return code.slice(3);
  if (/^Digit\d$/.test(code)) return code.slice(5);
  return (shiftKey ? SHIFTED[code] : PLAIN[code]) ?? "";
}

const LOOKS_RIGHT = /^(https?:\/\/\S+\/t\/)?[a-z2-7]{16}\/?$/i;

/** Calls `onCode(text)` after a burst of keys; keys typed into a field are left alone. */
export function listenToScanners(onCode) {
  let typed = "";
  let positions = "";
  let last = 0;

  function take(event) {
    const fast = event.timeStamp - last < SLOWEST_MS;
    last = event.timeStamp;
    if (event.key === "Enter") {
      const burst = fast && typed.length >= SHORTEST ? [typed, positions] : null;
      typed = positions = "";
      if (!burst) return;
      event.preventDefault();
      onCode(burst.find((text) => LOOKS_RIGHT.test(text)) ?? burst[0]);
    } else if (event.key.length === 1) {
      typed = (fast ? typed : "") + event.key;
      positions = (fast ? positions : "") + usLetter(event);
    } else {
      last = fast ? last : 0; // Shift comes between the letters
    }
  }

  addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select")) return;
    take(event);
  }, { capture: true });
}
