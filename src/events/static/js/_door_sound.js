// A sound for each verdict, different in pitch, number and direction. Browsers allow it only after a tap has unlocked it.
let context;

// Tones as [hertz, start, seconds]: up for welcome, two level beeps for already inside, down and low for refused.
const TONES = {
  admitted: [[784, 0, 0.09], [1175, 0.1, 0.16]],
  already_in: [[523, 0, 0.13], [523, 0.2, 0.13]],
  refused: [[277, 0, 0.2], [185, 0.22, 0.34]],
};

export function unlockSound() {
  context ??= globalThis.AudioContext ? new AudioContext() : null;
  context?.resume();
}

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
