// A sound for each verdict, different in pitch, number and direction. Browsers allow it only after a tap has unlocked it.
let context;

// Tones as [hertz, start, seconds]: up for welcome, softly down for goodbye, two level beeps for already inside, three for a ticket
// that the list does not have, two long ones for "not now", down and low for refused, and a knock for a notice or a phone in trouble.
const TONES = {
  admitted: [[784, 0, 0.09], [1175, 0.1, 0.16]],
  "already-in": [[523, 0, 0.13], [523, 0.2, 0.13]],
  goodbye: [[784, 0, 0.09], [587, 0.1, 0.18]],
  newer: [[523, 0, 0.09], [523, 0.15, 0.09], [523, 0.3, 0.09]],
  wait: [[392, 0, 0.26], [392, 0.36, 0.26]],
  notice: [[659, 0, 0.05], [440, 0.09, 0.05], [659, 0.18, 0.05]],
  unsure: [[220, 0, 0.07], [220, 0.12, 0.07]],
  refused: [[277, 0, 0.2], [185, 0.22, 0.34]],
};

export function unlockSound() {
  context ??= globalThis.AudioContext ? new AudioContext() : null;
  context?.resume();
}

/** The sound of a face of the verdict: admitted, goodbye, already-in, newer, wait, refused, unsure; or of a notice. */
export function playVerdict(verdict) {
  if (context?.state !== "running") return;
  for (const [hertz, start, seconds] of TONES[verdict] ?? []) tone(hertz, context.currentTime + start, seconds);
}

function tone(hertz, start, seconds) {
  const voice = new OscillatorNode(context, { frequency: hertz, type: "triangle" });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.5, start + 0.01);
  volume.gain.setTargetAtTime(0, start + seconds, 0.03);
  voice.connect(volume).connect(context.destination);
  voice.start(start);
  voice.stop(start + seconds + 0.2);
}
