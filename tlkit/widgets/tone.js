// Curves to hear: a tone for each value, the higher the value the higher the tone, and a caption that keeps up.

const TONE = 350; // milliseconds for a value, and of silence before another curve
const LOWEST = 220; // hertz at 0%; at 100% it is two octaves more
const LOUD = 0.2;
const READY_TO_HEAR = "A low tone is 0%, a high one 100%.";

class Tones {
  constructor(notes, caption) {
    this.sound = new AudioContext();
    this.pitch = this.sound.createOscillator();
    this.volume = this.sound.createGain();
    this.volume.gain.value = 0;
    this.pitch.connect(this.volume).connect(this.sound.destination);
    this.pitch.start();
    this.ended = new Promise((end) => this.play(notes, caption, end));
  }

  play([note, ...others], caption, end) {
    if (!note) return end();
    const { currentTime } = this.sound;
    this.volume.gain.setTargetAtTime(note.value === undefined ? 0 : LOUD, currentTime, 0.01);
    if (note.value !== undefined) this.pitch.frequency.setTargetAtTime(LOWEST * 4 ** note.value, currentTime, 0.01);
    caption.textContent = note.text;
    this.timer = setTimeout(() => this.play(others, caption, end), TONE);
  }

  stop() {
    clearTimeout(this.timer);
    this.sound.close();
  }
}

function notesOf({ name, values, steps }) {
  const tones = values.map((value, i) => ({ value, text: `♪ ${name}: ${Math.round(100 * value)}% ${steps[i]}` }));
  return [...tones, { text: "" }];
}

// A button that plays what `curves` returns, [{name, values, steps}, ...]; the function that comes back hides it while
// there is nothing to hear.
function hearable(host, curves) {
  const box = host.appendChild(document.createElement("p"));
  const [button, caption] = ["button", "span"].map((tag) => box.appendChild(document.createElement(tag)));
  let playing = null;
  const rest = () => {
    playing?.stop();
    playing = null;
    button.textContent = "Hear the curves";
    caption.textContent = READY_TO_HEAR;
  };
  const hear = () => {
    playing = new Tones(curves().flatMap(notesOf), caption);
    button.textContent = "Stop";
    const mine = playing;
    playing.ended.then(() => playing === mine && rest());
  };
  box.className = "tlkit-hear";
  Object.assign(button, { type: "button", onclick: () => (playing ? rest() : hear()) });
  button.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes its keys
  rest();
  return () => {
    box.hidden = curves().length === 0;
  };
}
