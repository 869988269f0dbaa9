// Going on somewhere else: on a phone by its camera, or in a browser that has one.

import { useEffect, useId, useRef, useState } from "react";

/** The code that opens the interview on a phone; open from the start where this computer has no camera. */
export function OnPhone({ words, qr, wanted }) {
  const [camera, setCamera] = useState(true);
  useEffect(() => {
    navigator.mediaDevices
      ?.enumerateDevices?.()
      .then((devices) => setCamera(devices.some((device) => device.kind === "videoinput")))
      .catch(() => {});
  }, []);
  if (!qr) return null;
  return (
    <details open={(wanted && !camera) || undefined}>
      <summary>{words.elsewhere}</summary>
      <div className="stack-s">
        {wanted && !camera && <p>{words.no_camera_here}</p>}
        <p>{words.elsewhere_text}</p>
        <img src={qr} alt={words.qr} width="180" height="180" />
      </div>
    </details>
  );
}

/** In another app's own browser: how to get out of it, with the link at hand. */
export function InApp({ words, link }) {
  const id = useId();
  const field = useRef(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
    } catch {
      field.current.select();
      document.execCommand?.("copy");
    }
    setCopied(true);
  };
  return (
    <div className="notice notice-warn stack-s">
      <p>{/iPhone|iPad/.test(navigator.userAgent) ? words.in_app_safari : words.in_app}</p>
      <div className="field">
        <label className="label" htmlFor={id}>
          {words.your_link}
        </label>
        <input ref={field} id={id} className="input" readOnly value={link} onFocus={(event) => event.target.select()} />
      </div>
      <div className="actions">
        <button type="button" className="btn btn-secondary" onClick={copy}>
          {words.copy_link}
        </button>
        <span role="status" className="help">
          {copied ? words.copied : ""}
        </span>
      </div>
    </div>
  );
}

/** The talk went on on another device: say so, and let it be taken back. */
export function WentOn({ words }) {
  return (
    <section className="stack" aria-labelledby="went-on">
      <h1 id="went-on" tabIndex={-1} ref={(node) => node?.focus()}>
        {words.went_on}
      </h1>
      <p>{words.went_on_text}</p>
      <div className="actions">
        <button type="button" className="btn btn-primary" onClick={() => location.reload()}>
          {words.go_on_here}
        </button>
      </div>
    </section>
  );
}
