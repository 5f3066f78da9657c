// Questions to the server that draw a page must not overtake each other: an old answer would stay on it.

/** `task` without overlaps: asked for while it runs, it runs once more afterwards, and so ends with the newest. */
export function oneAtATime(task) {
  let isRunning = false;
  let isWanted = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isWanted) {
        isWanted = false;
        await task();
      }
    } finally {
      isRunning = false;
    }
  };
}
