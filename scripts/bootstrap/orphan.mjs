const LOOK_EVERY = 250;

/**
 * Calls back once when the process that started us is gone. npm that is told to end ends the shell between it and us,
 * and the shell tells nobody: without this a server would live on unseen and hold its port. A person who starts the
 * bootstrap by hand and leaves the terminal may want just that, so only what npm or we ourselves started is watched.
 * @param {() => void} abandoned
 * @returns {() => void} stops watching
 */
export function watchParent(abandoned) {
  const parent = process.ppid;
  const started = process.env.npm_lifecycle_event ?? process.env.AURORA_BOOTSTRAPPED;
  if (!started) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    abandoned();
  }, LOOK_EVERY);
  timer.unref();
  return () => clearInterval(timer);
}
