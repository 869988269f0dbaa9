// Questions spoken by the browser. What is spoken always stands on the page as well.

const synth = typeof window === "undefined" ? undefined : window.speechSynthesis;

export const canSpeak = () => Boolean(synth && window.SpeechSynthesisUtterance);

function voiceFor(language) {
  const voices = synth.getVoices().filter((voice) => voice.lang?.toLowerCase().startsWith(language));
  return voices.find((voice) => voice.localService) ?? null; // a voice of this device: nothing is sent elsewhere
}

/** Speak `text`; resolves when it is over, was stopped, or cannot be spoken. Never rejects. */
export function speak(text, language) {
  if (!canSpeak() || !text) return Promise.resolve();
  stop();
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

export function stop() {
  if (synth?.speaking || synth?.pending) synth.cancel();
}
