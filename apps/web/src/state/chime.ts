/** The two notes of a new message, and how long each sounds. */
const NOTES = [
  { hertz: 659.25, at: 0 },
  { hertz: 987.77, at: 0.11 },
];
const LENGTH = 0.55;
const LOUDNESS = 0.09;

export interface Chime {
  ring(): void;
}

/** A chime that stays silent until the person has touched the page: browsers ask for that, and so does courtesy. */
export function createChime(page: Document): Chime {
  let audio: AudioContext | undefined;
  const allow = (): void => {
    page.removeEventListener('pointerdown', allow, true);
    page.removeEventListener('keydown', allow, true);
    if ('AudioContext' in globalThis) audio = new AudioContext();
  };
  page.addEventListener('pointerdown', allow, true);
  page.addEventListener('keydown', allow, true);
  return {
    ring() {
      if (!audio) return;
      void audio.resume();
      for (const { hertz, at } of NOTES) play(audio, hertz, audio.currentTime + at);
    },
  };
}

function play(audio: AudioContext, hertz: number, start: number): void {
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
  const tone = audio.createOscillator();
  tone.frequency.value = hertz;
  tone.connect(gain).connect(audio.destination);
  tone.start(start);
  tone.stop(start + LENGTH);
}
