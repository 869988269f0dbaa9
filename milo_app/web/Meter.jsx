// A level meter that moves without drawing the page anew.

import { useEffect, useRef } from "react";
import { listen } from "./recorder.js";

export function Meter({ stream, label, onSound }) {
  const bar = useRef(null);
  const heard = useRef(onSound);
  heard.current = onSound;
  useEffect(() => {
    if (!stream) return undefined;
    return listen(stream, (level) => {
      if (bar.current) bar.current.style.transform = `scaleX(${level.toFixed(2)})`;
      if (level > 0.06) heard.current?.();
    });
  }, [stream]);
  return (
    <div className="meter" role="img" aria-label={label}>
      <span ref={bar} />
    </div>
  );
}
