// Questions to the server that draw a page must not overtake each other: an old answer would stay on it.

// A question that hangs must not hold the next one back for ever.
const PATIENCE = 20_000;

/** `task` without overlaps: asked for while it runs, it runs once more afterwards, and so ends with the newest.
 *  It is given a signal, for its fetch, that gives a question up which nobody answers. */
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
        await withPatience(task);
      }
    } finally {
      isRunning = false;
    }
  };
}

async function withPatience(task) {
  const giving = new AbortController();
  const timer = setTimeout(() => giving.abort(), PATIENCE);
  try {
    await task(giving.signal);
  } catch (error) {
    if (!giving.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
}
