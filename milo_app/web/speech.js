// Questions spoken by the server's voice where it has one, else by the browser's. What is spoken stands on the page too.

const synth = typeof window === "undefined" ? undefined : window.speechSynthesis;

export const canSpeak = () => Boolean(synth && window.SpeechSynthesisUtterance);

function voiceFor(language) {
  const voices = synth.getVoices().filter((voice) => voice.lang?.toLowerCase().startsWith(language));
  return voices.find((voice) => voice.localService) ?? null; // a voice of this device: nothing is sent elsewhere
}

/** Speak `text`; resolves when it is over, was stopped, or cannot be spoken. Never rejects. */
export function speak(text, language) {
  if (!canSpeak() || !text) return Promise.resolve();
  cancel();
  return new Promise((resolve) => {
    const spoken = new SpeechSynthesisUtterance(text);
    spoken.lang = language;
    const voice = voiceFor(language);
    if (voice) spoken.voice = voice;
    spoken.rate = 0.98;
    // Some browsers never tell that they are done, others have no voice at all.
    const longest = setTimeout(resolve, 2000 + text.length * 110);
    const silent = setTimeout(() => !synth.speaking && resolve(), 1200);
    spoken.onstart = () => clearTimeout(silent);
    spoken.onend = spoken.onerror = () => {
      clearTimeout(longest);
      clearTimeout(silent);
      resolve();
    };
    synth.speak(spoken);
  });
}

let round = 0; // what was begun before the last stop says no more
let playing = null;

function cancel() {
  if (synth?.speaking || synth?.pending) synth.cancel();
}

/** Play the sound at `url`; resolves to whether that was possible. */
function play(url) {
  return new Promise((resolve) => {
    const sound = new Audio(url);
    playing = sound;
    sound.onended = sound.onpause = () => resolve(true);
    sound.onerror = () => resolve(false);
    sound.play().catch(() => resolve(false));
  });
}

/** Speak what the interviewer said in `turns`, one after the other; `voice` says that the server has a voice. */
export async function utter(turns, { application, voice, language }) {
  stop();
  const mine = round;
  for (const turn of turns) {
    if (mine !== round) return;
    const heard = voice && (await play(`/api/candidate/applications/${application}/speech/${turn.id}`));
    if (!heard && mine === round) await speak(turn.text, language);
  }
}

export function stop() {
  round += 1;
  playing?.pause();
  playing = null;
  cancel();
}
