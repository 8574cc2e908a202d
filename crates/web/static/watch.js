// The screen that rings: asks for the open calls, shows them, sounds until somebody answers.
// Sentences come with the page; nothing is loaded from elsewhere; the sound is made here.
"use strict";
(() => {
  const root = document.getElementById("watch");
  const say = (name) => root.dataset[name];
  const list = document.getElementById("watch-calls");
  const state = document.getElementById("watch-state");
  const when = document.getElementById("watch-when");
  const button = document.getElementById("watch-sound");
  const POLL_MS = 3000;
  const LOST_MS = 20000;
  let sound = null;
  let ringing = false;
  let heardAt = Date.now();

  // Two notes of a bell, once a second and a half.
  const strike = () => {
    if (!sound || !ringing) return;
    const start = sound.currentTime;
    for (const [pitch, after] of [[880, 0], [660, 0.35]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, start + after);
      volume.gain.exponentialRampToValueAtTime(0.6, start + after + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + after + 0.6);
      tone.connect(volume).connect(sound.destination);
      tone.start(start + after);
      tone.stop(start + after + 0.65);
    }
    root.dataset.struck = String(Number(root.dataset.struck || 0) + 1);
  };

  const show = (calls) => {
    list.replaceChildren(...calls.map((call) => {
      const item = document.createElement("li");
      const row = document.createElement("div");
      row.className = "row";
      const link = document.createElement("a");
      link.href = call.href;
      link.textContent = `${call.town} – ${call.what}`;
      const word = document.createElement("span");
      word.className = call.test ? "st unsure" : "st bad";
      word.textContent = call.state;
      const since = document.createElement("p");
      since.className = "small";
      since.textContent = call.since;
      row.append(link, word);
      item.append(row, since);
      return item;
    }));
  };

  const tell = (word, shape) => {
    state.textContent = word;
    state.className = `st ${shape}`;
    document.title = word;
  };

  const ask = async () => {
    try {
      const answer = await fetch(root.dataset.source, { cache: "no-store", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      const heard = await answer.json();
      heardAt = Date.now();
      when.textContent = heard.when;
      show(heard.calls);
      ringing = heard.calls.length > 0;
      tell(ringing ? say("ringing") : say("calm"), ringing ? "bad" : "ok");
    } catch {
      // A screen that hears nothing must not look as if nothing were wrong.
      if (Date.now() - heardAt > LOST_MS) {
        ringing = true;
        tell(say("lost"), "bad");
      }
    }
    setTimeout(ask, POLL_MS);
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    sound = sound || new AudioContext();
    await sound.resume();
    button.textContent = say("on");
    button.disabled = true;
    document.getElementById("watch-mute").hidden = true;
    const before = ringing;
    ringing = true;
    strike();
    ringing = before;
  });
  setInterval(strike, 1500);
  ask();
})();
